"""Visitors who chat and watch, and requests that count what fails."""

import http.client
import random
import threading
import time
from urllib.parse import urlencode

#: Seconds.
_PATIENCE = 30


def _address():
    return ".".join(str(random.randint(1, 254)) for _ in range(4))


class Visitor:
    """Somebody in the chat, who speaks to one port and may listen on another."""

    def __init__(self, port, origin):
        self.port, self.origin, self.address = port, origin, _address()
        self.cookie = None
        self.said = 0

    def request(self, method, path, form=None, port=None, headers=None):
        headers = {"X-Forwarded-For": self.address, "Accept": "text/html", **(headers or {})}
        body = None
        if self.cookie:
            headers["Cookie"] = self.cookie
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
            body = urlencode(form)
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=_PATIENCE)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if cookie.startswith("session="):
                self.cookie = cookie.split(";")[0]
        answer.connection = connection
        return answer

    def say(self, text):
        self.said += 1
        answer = self.request("POST", "/chat/messages", {"text": text, "key": f"{self.address}-{self.said}"})
        answer.read()
        answer.connection.close()
        return answer.status


class Listener(threading.Thread):
    """Keeps a visitor's stream open as a browser does: a stream that ends is asked for again from its last event on."""

    def __init__(self, visitor, port):
        super().__init__(daemon=True)
        self.visitor, self.port = visitor, port
        #: By the message's position: when it came, in milliseconds since 1970.
        self.arrivals = {}
        self.repeated = []
        self.last = "0"
        self.is_open = threading.Event()
        self.is_over = False

    def run(self):
        while not self.is_over:
            try:
                self._listen()
            except OSError:
                pass
            except http.client.HTTPException:
                pass
            time.sleep(0.05)

    def _listen(self):
        answer = self.visitor.request(
            "GET", "/chat/events", port=self.port, headers={"Accept": "text/event-stream", "Last-Event-ID": self.last})
        if answer.status != 200:
            return
        self.is_open.set()
        while not self.is_over:
            line = answer.fp.readline() if not answer.chunked else answer.readline()
            if not line:
                return
            if line.startswith(b"id: "):
                now = time.time() * 1000
                self.last = line[4:].strip().decode()
                position = int(self.last)
                if position in self.arrivals:
                    self.repeated.append(position)
                self.arrivals[position] = now


class Load(threading.Thread):
    """Asks for pages and says things through nginx, and keeps every answer that isn't what it should be."""

    _PAGES = ("/", "/chat", "/v1/plans", "/login", "/privacy")

    def __init__(self, port, origin, rate):
        super().__init__(daemon=True)
        self.port, self.origin, self.pause = port, origin, 1 / rate
        self.count, self.faults, self.is_over = 0, [], False

    def run(self):
        while not self.is_over:
            started = time.monotonic()
            visitor = Visitor(self.port, self.origin)
            for path in self._PAGES:
                self._ask(path, lambda path=path: self._get(visitor, path))
            self._ask("POST /chat/messages", lambda: visitor.say("I need help with my garden"))
            time.sleep(max(0, self.pause * (len(self._PAGES) + 1) - (time.monotonic() - started)))

    @staticmethod
    def _get(visitor, path):
        answer = visitor.request("GET", path)
        answer.read()
        answer.connection.close()
        return answer.status

    def _ask(self, what, ask):
        self.count += 1
        try:
            status = ask()
        except (OSError, http.client.HTTPException) as error:
            status = f"{type(error).__name__} {error}"
        if not isinstance(status, int) or status >= 400:
            self.faults.append(f"{what}: {status}")
