"""Webhooks, as the library of Standard Webhooks verifies them."""

import http.server
import os
import queue
import sqlite3
import threading
import time
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

SITE = os.environ["WEB_URL"]
#: What browsers send with requests that change something.
ORIGIN = SITE.replace("127.0.0.1", "localhost")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Fails the first time, so that every message comes twice."""

    messages = queue.Queue()
    has_failed = False

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204 if Receiver.has_failed else 500)
        self.end_headers()
        Receiver.has_failed = True
        Receiver.messages.put((dict(self.headers), body))

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()


def _give_agent(customer):
    """Only somebody who has paid for an agent has messages sent. This one is suspended, so that nobody starts it."""
    for path in Path(os.environ["DATA_DIR"]).glob("*.sqlite"):
        with sqlite3.connect(path, timeout=10) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'boxes'").fetchone():
                database.execute(
                    "INSERT INTO boxes (id, customer_id, tier, agent_name, purpose, language, desired, generation,"
                    " restart_marker, observed_generation, status, created_at) VALUES (?, ?, 'pro', 'Ada', 'help', 'en',"
                    " 'suspended', 1, 0, 1, 'suspended', ?)",
                    (customer.replace("cst_", "box_"), customer, int(time.time() * 1000)))


@pytest.fixture
def api():
    """What a visitor may do to whom an agent belongs."""
    answer = httpx.post(
        f"{SITE}/chat/messages", data={"text": "Hello", "key": "webhooks"}, headers={"Origin": ORIGIN, "Accept": "*/*"})
    assert answer.status_code == 204, answer.text
    with httpx.Client(
            base_url=f"{SITE}/v1/", headers={"Origin": ORIGIN, "Cookie": f"session={answer.cookies['session']}"}) as client:
        _give_agent(client.get("me").json()["id"])
        yield client


def test_a_message_verifies_and_is_the_same_when_it_is_sent_again(receiver, api):
    made = api.post("webhook-endpoints", json={"url": receiver, "events": ["agent.running"]})
    assert made.status_code == 201, made.text
    endpoint = made.json()
    message = api.post(f"webhook-endpoints/{endpoint['id']}/test").json()
    messages = [Receiver.messages.get(timeout=10)]
    assert api.post(f"webhook-deliveries/{message['id']}/resend").status_code == 202
    messages.append(Receiver.messages.get(timeout=10))
    webhook = Webhook(endpoint["secret"])
    for headers, body in messages:
        headers = {name.lower(): value for name, value in headers.items()}
        assert headers["webhook-id"] == message["id"]
        assert webhook.verify(body, headers)["type"] == "webhook.test"
        with pytest.raises(WebhookVerificationError):
            webhook.verify(body + b" ", headers)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 43 + "=").verify(body, headers)
    assert messages[0][1] == messages[1][1]
    # The result is written after the receiver has answered, and only the API tells it.
    for _ in range(100):
        sent = api.get(f"webhook-endpoints/{endpoint['id']}/deliveries").json()["data"]
        if sent[0]["state"] == "delivered":
            break
        time.sleep(0.1)
    assert [(each["state"], each["attempts"], each["status_code"]) for each in sent] == [("delivered", 2, 204)]


def test_a_private_address_is_refused(api):
    for url in ("http://10.0.0.1:80/", "https://169.254.169.254/latest", "https://localhost/", "http://[::1]:80/"):
        answer = api.post("webhook-endpoints", json={"url": url, "events": ["agent.running"]})
        assert answer.status_code == 400 and answer.json()["code"] == "invalid_webhook_url"
