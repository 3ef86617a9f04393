"""Webhooks, as the library of Standard Webhooks verifies them."""

import http.server
import os
import threading
import time

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

SITE = os.environ["WEB_URL"]
#: What browsers send with requests that change something.
ORIGIN = SITE.replace("127.0.0.1", "localhost")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Fails the first time, so that every message comes twice."""

    messages = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        Receiver.messages.append((dict(self.headers), body))
        self.send_response(500 if len(Receiver.messages) == 1 else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()


@pytest.fixture
def api():
    """What a visitor who has said something may do."""
    answer = httpx.post(
        f"{SITE}/chat/messages", data={"text": "Hello", "key": "webhooks"}, headers={"Origin": ORIGIN, "Accept": "*/*"})
    assert answer.status_code == 204, answer.text
    with httpx.Client(
            base_url=f"{SITE}/v1/", headers={"Origin": ORIGIN, "Cookie": f"session={answer.cookies['session']}"}) as client:
        yield client


def wait(condition):
    for _ in range(100):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it took longer than ten seconds")


def test_a_message_verifies_and_is_the_same_when_it_is_sent_again(receiver, api):
    made = api.post("webhook-endpoints", json={"url": receiver, "events": ["agent.running"]})
    assert made.status_code == 201, made.text
    endpoint = made.json()
    message = api.post(f"webhook-endpoints/{endpoint['id']}/test").json()
    wait(lambda: len(Receiver.messages) == 1)
    assert api.post(f"webhook-deliveries/{message['id']}/resend").status_code == 202
    wait(lambda: len(Receiver.messages) == 2)
    webhook = Webhook(endpoint["secret"])
    for headers, body in Receiver.messages:
        headers = {name.lower(): value for name, value in headers.items()}
        assert headers["webhook-id"] == message["id"]
        assert webhook.verify(body, headers)["type"] == "webhook.test"
        with pytest.raises(WebhookVerificationError):
            webhook.verify(body + b" ", headers)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 43 + "=").verify(body, headers)
    assert Receiver.messages[0][1] == Receiver.messages[1][1]

    def delivered():
        sent = api.get(f"webhook-endpoints/{endpoint['id']}/deliveries").json()["data"]
        return [(each["state"], each["attempts"], each["status_code"]) for each in sent] == [("delivered", 2, 204)]
    wait(delivered)


def test_a_private_address_is_refused(api):
    for url in ("http://10.0.0.1:80/", "https://169.254.169.254/latest", "https://localhost/", "http://[::1]:80/"):
        answer = api.post("webhook-endpoints", json={"url": url, "events": ["agent.running"]})
        assert answer.status_code == 400 and answer.json()["code"] == "invalid_webhook_url"
