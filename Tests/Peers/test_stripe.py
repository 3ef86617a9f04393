"""Stripe's own client against the sandbox: python -m pytest Tests/Peers/test_stripe.py, with the address in SANDBOX_URL."""

import os
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest
import stripe

BASE = os.environ["SANDBOX_URL"].rstrip("/")


@pytest.fixture
def client():
    return stripe.StripeClient("sk_test_peer", base_addresses={"api": BASE}, max_network_retries=0)


def new_price(client, **changes):
    return client.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 1900,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Peer", "metadata": {"tier": "starter"}},
            "lookup_key": f"peer_{uuid.uuid4().hex}",
            "metadata": {"tier": "starter", "units_limit": "5000000"},
            **changes,
        }
    )


def new_session(client, **changes):
    return client.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "line_items": [{"price": new_price(client).id, "quantity": 1}],
            "client_reference_id": "chk_peer",
            "metadata": {"box_id": "box_peer"},
            "subscription_data": {"metadata": {"box_id": "box_peer"}},
            "success_url": "http://127.0.0.1:9/done?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:9/chat",
            **changes,
        }
    )


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def pay(session, number="4242424242424242"):
    """Fills in the page to pay on; returns the status and where it leads."""
    path = urllib.parse.urlparse(session.url).path
    fields = {"email": "peer@example.com", "number": number, "expiry": "12 / 40", "cvc": "123", "name": "Peer"}
    request = urllib.request.Request(BASE + path, urllib.parse.urlencode(fields).encode())
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=10) as response:
            return response.status, None
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("Location")


def test_price_is_found_by_its_lookup_key(client):
    price = new_price(client)
    found = client.v1.prices.list({"lookup_keys": [price.lookup_key], "expand": ["data.product"]})
    assert [each.id for each in found.data] == [price.id]
    assert found.data[0].product.name == "Peer"
    assert found.data[0].metadata["units_limit"] == "5000000"


def test_customer_is_created_changed_and_listed(client):
    customer = client.v1.customers.create({"email": "peer@example.com", "metadata": {"a": "1", "b": "2"}})
    changed = client.v1.customers.update(customer.id, {"name": "Peer", "metadata": {"a": "", "c": "3"}})
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    assert client.v1.customers.retrieve(customer.id).name == "Peer"
    first = client.v1.customers.list({"limit": 1})
    assert next(iter(first.auto_paging_iter())).id == customer.id


def test_a_session_is_paid_and_leads_to_a_subscription(client):
    session = new_session(client)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert pay(session) == (303, f"http://127.0.0.1:9/done?session_id={session.id}")

    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "customer"]})
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    assert paid.customer.email == "peer@example.com"
    item = paid.subscription["items"].data[0]
    assert item.current_period_end > item.current_period_start
    assert paid.subscription.metadata["box_id"] == "box_peer"
    invoices = client.v1.invoices.list({"subscription": paid.subscription.id})
    assert [each.amount_paid for each in invoices.data] == [1900]
    assert invoices.data[0].parent.subscription_details.subscription == paid.subscription.id

    ending = client.v1.subscriptions.update(paid.subscription.id, {"cancel_at_period_end": True})
    assert ending.cancel_at == item.current_period_end
    assert client.v1.subscriptions.cancel(paid.subscription.id).status == "canceled"
    types = {each.type for each in client.v1.events.list({"limit": 100}).data}
    assert {"checkout.session.completed", "invoice.paid", "customer.subscription.deleted"} <= types


def test_a_declined_card_leaves_the_session_open(client):
    session = new_session(client)
    assert pay(session, "4000000000000002")[0] == 422
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    assert pay(session)[0] == 410


def test_portal_session_has_a_page(client):
    customer = client.v1.customers.create({"email": "peer@example.com"})
    portal = client.v1.billing_portal.sessions.create({"customer": customer.id, "return_url": "http://127.0.0.1:9/"})
    path = urllib.parse.urlparse(portal.url).path
    with urllib.request.urlopen(BASE + path, timeout=10) as response:
        assert re.search(r"http://127\.0\.0\.1:9/", response.read().decode())


def test_an_account_is_set_up(client):
    endpoint = client.v1.webhook_endpoints.create(
        {"url": "https://peer.example/hook", "enabled_events": ["invoice.paid"], "api_version": stripe.api_version}
    )
    assert endpoint.secret.startswith("whsec_")
    changed = client.v1.webhook_endpoints.update(endpoint.id, {"enabled_events": ["refund.created"], "disabled": True})
    assert (changed.status, changed.enabled_events) == ("disabled", ["refund.created"])
    assert client.v1.webhook_endpoints.delete(endpoint.id).deleted
    price = new_price(client)
    client.v1.products.update(price.product, {"name": "Peer of peers"})
    portal = client.v1.billing_portal.configurations.create(
        {
            "features": {
                "invoice_history": {"enabled": True},
                "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
                "subscription_update": {
                    "enabled": True,
                    "default_allowed_updates": ["price"],
                    "proration_behavior": "always_invoice",
                    "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
                    "products": [{"product": price.product, "prices": [price.id]}],
                },
            }
        }
    )
    assert portal.features.subscription_update.schedule_at_period_end.conditions[0].type == "decreasing_item_amount"
    found = client.v1.billing_portal.configurations.list({"active": True})
    assert portal.id in [each.id for each in found.data]


def test_undelivered_events_are_listed(client):
    found = client.v1.events.list({"types": ["customer.created", "price.created"], "delivery_success": False, "limit": 1})
    assert len(found.data) <= 1


# Errors


def test_unknown_parameter(client):
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.customers.create({"nonsense": "1"})
    assert (error.value.http_status, error.value.code, error.value.param) == (400, "parameter_unknown", "nonsense")


def test_missing_parameter(client):
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.checkout.sessions.create({"mode": "subscription"})
    assert error.value.code == "parameter_missing"


def test_unknown_id(client):
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.subscriptions.retrieve("sub_nothing")
    assert (error.value.http_status, error.value.code) == (404, "resource_missing")


def test_wrong_key():
    stranger = stripe.StripeClient("pk_test_peer", base_addresses={"api": BASE}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.customers.list()


def test_idempotency(client):
    key = uuid.uuid4().hex
    first = client.v1.customers.create({"email": "peer@example.com"}, {"idempotency_key": key})
    again = client.v1.customers.create({"email": "peer@example.com"}, {"idempotency_key": key})
    assert first.id == again.id
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"email": "other@example.com"}, {"idempotency_key": key})


# Signatures. Tests/StripeTests/StripeWebhookTests.swift proves that ours makes and accepts this very header.

SECRET = "whsec_test"
TIMESTAMP = 1700000000
PAYLOAD = '{"id":"evt_1","object":"event"}'
HEADER = "t=1700000000,v1=4c15fb2a43f93ef61eaa3e0893866d57cad9cad4223242cfb96f362480cb4021"


def test_stripe_accepts_our_signature():
    assert stripe.WebhookSignature.verify_header(PAYLOAD, HEADER, SECRET, tolerance=None)


def test_our_verifier_accepts_stripes_signature():
    assert stripe.WebhookSignature.generate_signature_header(PAYLOAD, SECRET, timestamp=TIMESTAMP) == HEADER
