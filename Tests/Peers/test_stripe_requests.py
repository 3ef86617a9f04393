"""What we send to Stripe, held against the parameter types of Stripe's own Python package.

The requests are those of Tests/StripeTests/Golden/requests.txt, which StripeRequestsTests writes.
"""

import importlib
import inspect
import re
import typing
import urllib.parse
from pathlib import Path

import pytest
import typing_extensions
from stripe._request_options import RequestOptions

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "Tests/StripeTests/Golden/requests.txt"
SOURCES = ROOT / "Sources/Stripe"

#: Method and path, with {} for an id, and the type of the parameters: its module below stripe.params, and its name.
TYPES = {
    "GET /v1/prices": ("", "PriceListParams"),
    "GET /v1/prices/{}": ("", "PriceRetrieveParams"),
    "POST /v1/prices": ("", "PriceCreateParams"),
    "POST /v1/prices/{}": ("", "PriceUpdateParams"),
    "GET /v1/products/{}": ("", "ProductRetrieveParams"),
    "POST /v1/products/{}": ("", "ProductUpdateParams"),
    "POST /v1/customers": ("", "CustomerCreateParams"),
    "GET /v1/checkout/sessions": ("checkout", "SessionListParams"),
    "POST /v1/checkout/sessions": ("checkout", "SessionCreateParams"),
    "GET /v1/checkout/sessions/{}": ("checkout", "SessionRetrieveParams"),
    "POST /v1/checkout/sessions/{}/expire": ("checkout", "SessionExpireParams"),
    "POST /v1/billing_portal/sessions": ("billing_portal", "SessionCreateParams"),
    "GET /v1/billing_portal/configurations": ("billing_portal", "ConfigurationListParams"),
    "GET /v1/billing_portal/configurations/{}": ("billing_portal", "ConfigurationRetrieveParams"),
    "POST /v1/billing_portal/configurations": ("billing_portal", "ConfigurationCreateParams"),
    "POST /v1/billing_portal/configurations/{}": ("billing_portal", "ConfigurationUpdateParams"),
    "GET /v1/subscriptions/{}": ("", "SubscriptionRetrieveParams"),
    "POST /v1/subscriptions/{}": ("", "SubscriptionUpdateParams"),
    "DELETE /v1/subscriptions/{}": ("", "SubscriptionCancelParams"),
    "POST /v1/invoices/create_preview": ("", "InvoiceCreatePreviewParams"),
    "GET /v1/subscription_schedules/{}": ("", "SubscriptionScheduleRetrieveParams"),
    "POST /v1/subscription_schedules": ("", "SubscriptionScheduleCreateParams"),
    "POST /v1/subscription_schedules/{}": ("", "SubscriptionScheduleUpdateParams"),
    "POST /v1/subscription_schedules/{}/release": ("", "SubscriptionScheduleReleaseParams"),
    "GET /v1/invoices": ("", "InvoiceListParams"),
    "GET /v1/invoices/{}": ("", "InvoiceRetrieveParams"),
    "GET /v1/invoices/{}/lines": ("", "InvoiceLineItemListParams"),
    "GET /v1/charges": ("", "ChargeListParams"),
    "GET /v1/charges/{}": ("", "ChargeRetrieveParams"),
    "GET /v1/disputes": ("", "DisputeListParams"),
    "POST /v1/refunds": ("", "RefundCreateParams"),
    "GET /v1/events": ("", "EventListParams"),
    "GET /v1/events/{}": ("", "EventRetrieveParams"),
    "GET /v1/tax/settings": ("tax", "SettingsRetrieveParams"),
    "GET /v1/promotion_codes": ("", "PromotionCodeListParams"),
    "GET /v1/webhook_endpoints": ("", "WebhookEndpointListParams"),
    "POST /v1/webhook_endpoints": ("", "WebhookEndpointCreateParams"),
    "POST /v1/webhook_endpoints/{}": ("", "WebhookEndpointUpdateParams"),
}


def route(method, path):
    """The key in TYPES: ids look like `sub_1`, and `create_preview` doesn't."""
    return f"{method} {re.sub(r'/[a-z_]+_[0-9]+(?=/|$)', '/{}', path)}"


def parameters(module, name):
    return getattr(importlib.import_module(f"stripe.params.{module}".rstrip(".")), name)


def tree(pairs):
    """The nested form of `a[b][0][c]=d`: objects as dicts, and lists as lists."""
    root = {}
    for name, value in pairs:
        keys = [name.split("[")[0], *re.findall(r"\[([^]]*)\]", name)]
        node = root
        for key, following in zip(keys, [*keys[1:], None]):
            if key == "":
                key = len(node)
            if following is None:
                assert key not in node, f"{name} is there twice"
                node[key] = value
            else:
                node = node.setdefault(key, {})

    def lists(node):
        if not isinstance(node, dict):
            return node
        indices = [str(each) for each in range(len(node))]
        if node and [str(each) for each in node] == indices:
            return [lists(each) for each in node.values()]
        return {key: lists(each) for key, each in node.items()}

    return {key: lists(each) for key, each in root.items()}


def fields(kind):
    """A TypedDict's own members, by name: the type and whether it must be there."""
    names = vars(inspect.getmodule(kind)) | {"List": typing.List, "Dict": typing.Dict}
    members = {}
    for name, annotation in kind.__annotations__.items():
        if name in RequestOptions.__annotations__:
            continue
        annotation = evaluate(annotation, names)
        is_optional = typing_extensions.get_origin(annotation) is typing_extensions.NotRequired
        if is_optional:
            annotation = typing_extensions.get_args(annotation)[0]
        members[name] = (annotation, not is_optional, names)
    return members


def evaluate(annotation, names):
    while isinstance(annotation, (str, typing.ForwardRef)):
        text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        # "Literal['']|Some.Type", as the package writes unions that name a type below; one bar at the outermost level.
        options = re.split(r"\|(?![^\[]*\])", text)
        annotation = eval(text, names) if len(options) == 1 else typing.Union[tuple(
            eval(each, names) for each in options)]
    return annotation


def faults(value, kind, names, where):
    """Returns what isn't as the type wants it, as sentences."""
    kind = evaluate(kind, names)
    origin, arguments = typing_extensions.get_origin(kind), typing_extensions.get_args(kind)
    if origin is typing.Union:
        literals = [each for each in arguments if typing_extensions.get_origin(evaluate(each, names)) is typing.Literal]
        named = {word for each in literals for word in typing_extensions.get_args(evaluate(each, names))} - {""}
        # `str` beside words that are listed is for those of later versions.
        if named and str in arguments and isinstance(value, str):
            return [] if value in named or value == "" else [f"{where}: {value!r} isn't one of {sorted(named)}"]
        tries = [faults(value, each, names, where) for each in arguments]
        return min(tries, key=len)
    if origin in (typing.Literal, typing_extensions.Literal):
        return [] if value in arguments else [f"{where}: {value!r} isn't one of {arguments}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{where} isn't a list"]
        return [fault for index, each in enumerate(value) for fault in faults(each, arguments[0], names, f"{where}[{index}]")]
    if origin is dict:
        if not isinstance(value, dict):
            return [f"{where} isn't an object"]
        return [fault for key, each in value.items() for fault in faults(each, arguments[1], names, f"{where}[{key}]")]
    if typing_extensions.is_typeddict(kind):
        if not isinstance(value, dict):
            return [f"{where} isn't an object"]
        members = fields(kind)
        found = [f"{where}[{name}] isn't known" for name in value if name not in members]
        found += [f"{where}[{name}] is missing" for name, (_, is_needed, _) in members.items()
                  if is_needed and name not in value]
        return found + [fault for name, each in value.items() if name in members
                        for fault in faults(each, members[name][0], members[name][2], f"{where}[{name}]")]
    if not isinstance(value, str):
        return [f"{where} isn't a single value"]
    wanted = {int: r"-?[0-9]+", bool: "true|false", float: r"-?[0-9.]+", str: ".*"}.get(kind)
    if wanted is None:
        return [f"{where}: a value can't be a {kind}"]
    return [] if re.fullmatch(wanted, value, re.S) else [f"{where}: {value!r} isn't a {kind.__name__}"]


def sent():
    requests = []
    for line in GOLDEN.read_text().splitlines():
        method, target, *body = line.split(" ", 2)
        path, _, query = target.partition("?")
        pairs = [pair for text in [query, *body] if text
                 for pair in urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=True)]
        requests.append((method, path, pairs))
    return requests


def check(method, path, pairs):
    return faults(tree(pairs), parameters(*TYPES[route(method, path)]), {}, "")


@pytest.mark.parametrize("method, path, pairs", sent())
def test_a_request_has_the_types_of_the_vendor(method, path, pairs):
    assert check(method, path, pairs) == []


def test_every_request_that_the_product_knows_was_sent():
    methods = {"get": "GET", "bytes": "GET", "post": "POST", "delete": "DELETE"}
    known = {f"{methods[function]} " + re.sub(r"\\\([^)]*\)", "{}", path) for file in SOURCES.glob("*.swift")
             for function, path in re.findall(r'(\w+)\("(/v1/[^"]*)"', file.read_text())}
    assert known == {route(method, path) for method, path, _ in sent()} == set(TYPES)


@pytest.mark.parametrize("pairs", [
    [("mode", "subscriptions")],
    [("line_items[0][price]", "price_1"), ("line_items[0][quantity]", "one")],
    [("line_items[price]", "price_1")],
    [("subscription_data[trial_days]", "7")],
    [("allow_promotion_codes", "yes")],
    [("metadata", "words"), ("locale", "pt_BR")],
])
def test_a_wrong_request_is_found(pairs):
    assert check("POST", "/v1/checkout/sessions", pairs)
