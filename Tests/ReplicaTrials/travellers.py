"""Visitors who walk the whole journey and don't give up, and agents that call the token proxy."""

import http.client
import http.cookiejar
import json
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

#: Seconds that a visitor waits for the next step, whatever dies meanwhile.
_STEP = 120
_ANSWERS = ["I want help planning my week and my meals", "Luna", "Just me, every day for work", "Pro"]


class Stuck(Exception):
    pass


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


class Browser:
    def __init__(self, origin):
        self.origin = origin
        self.address = ".".join(str(random.randint(1, 254)) for _ in range(4))
        self.opener = urllib.request.build_opener(
            _NoRedirect, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def ask(self, url, form=None, data=None):
        """Returns status, body and where it leads. 599 where nobody answers."""
        headers = {"X-Forwarded-For": self.address, "Accept": "*/*"}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form).encode()
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        if data is not None:
            body = json.dumps(data).encode()
            headers |= {"Content-Type": "application/json"}
        try:
            with self.opener.open(urllib.request.Request(url, body, headers), timeout=15) as answer:
                return answer.status, answer.read(), None
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read(), answer.headers.get("Location")
        except (OSError, http.client.HTTPException):
            return 599, b"", None


class Traveller(threading.Thread):
    """From the first word to the agent's answer. What fails is tried again, as a person would."""

    def __init__(self, fleet, number):
        super().__init__(daemon=True)
        self.fleet, self.number = fleet, number
        self.site = f"http://localhost:{fleet.site_port}"
        self.browser = Browser(self.site)
        self.said = []
        self.bot = self.fault = None
        self.has_ended = False
        #: Seconds.
        self.step, self.longest = "", 0

    def run(self):
        try:
            self._walk()
        except Stuck as error:
            self.fault = f"journey {self.number}: {error}"
        self.has_ended = True

    def _until(self, what, look):
        self.step = what
        started = time.monotonic()
        while True:
            found = look()
            if found is not None:
                self.longest = max(self.longest, time.monotonic() - started)
                return found
            if time.monotonic() - started > _STEP:
                raise Stuck(f"waited {_STEP} s until {what}")
            time.sleep(0.2)

    def _json(self, url):
        status, body, _ = self.browser.ask(url)
        return json.loads(body) if status == 200 else None

    def _say(self, text):
        key = f"{self.number}-{len(self.said)}"
        self._until("the chat takes a message", lambda: True if self.browser.ask(
            self.site + "/chat/messages", form={"text": text, "key": key})[0] in (200, 201, 202, 204, 303) else None)
        self.said.append(text)

    def _card(self, kind):
        last_said = 0

        def look():
            nonlocal last_said
            messages = self._json(self.site + "/chat/messages?after=0")
            if messages is None:
                return None
            for message in reversed(messages):
                if (message.get("card") or {}).get("type") == kind and message["card"].get("url"):
                    return message["card"]["url"]
            is_my_turn = not messages or messages[-1]["role"] == "agent"
            is_patient = len(self.said) >= len(_ANSWERS) and time.monotonic() - last_said < 3
            if is_my_turn and not is_patient:
                self._say(_ANSWERS[len(self.said)] if len(self.said) < len(_ANSWERS) else "yes")
                last_said = time.monotonic()
            return None
        return self._until(f"the chat shows the {kind} card", look)

    def _phone(self, bot):
        return self._json(f"{self.fleet.sandbox}/phone/chats/{bot}/messages?after=0")

    def _walk(self):
        self._until("the chat opens", lambda: True if self.browser.ask(self.site + "/chat")[0] == 200 else None)
        self._create_bot(self._card("telegram"))
        checkout = self._card("checkout")
        page = self._until("the payment page is open", lambda: self.browser.ask(self.site + checkout)[2])
        if page.startswith(self.fleet.sandbox):
            card = {"email": f"ada{self.number}@example.com", "number": "4242 4242 4242 4242", "expiry": "12 / 34",
                    "cvc": "123", "name": "Ada"}
            self._until("it is paid", lambda: True if self.browser.ask(page, form=card)[0] in (200, 303, 410) else None)
        self.bot = self._until("the agent is running", self._running)
        self._until("the agent answers", self._answer)

    def _create_bot(self, link):
        self.browser.ask(link)
        manager, code = link.split("/")[-1].split("?start=")

        def offered():
            chat = self._phone(manager)
            if chat is None:
                return None
            keyboard = (chat["chat"].get("keyboard") or {}).get("keyboard", [])
            for button in (button for row in keyboard for button in row):
                if "request_managed_bot" in button:
                    return button["request_managed_bot"]
            if not any(message["text"] == f"/start {code}" for message in chat["messages"]):
                self.browser.ask(f"{self.fleet.sandbox}/phone/chats/{manager}/messages", data={"text": f"/start {code}"})
            return None
        request = self._until("the manager bot offers to create a bot", offered)
        bot = {"manager": manager, "request_id": request["request_id"], "name": request.get("suggested_name") or "Luna",
               "username": request.get("suggested_username") or f"luna_{self.number}_bot"}
        self._until("the bot is created", lambda: True if self.browser.ask(
            f"{self.fleet.sandbox}/phone/managed-bots", data=bot)[0] == 201 else None)

    def _running(self):
        box = self._json(self.site + "/v1/box")
        return box["bot"]["username"] if box and box["status"] == "running" and box.get("bot") else None

    def _answer(self):
        chat = self._phone(self.bot)
        if chat is None:
            return None
        question = "Hello! What is 2 + 3?"
        asked = [index for index, each in enumerate(chat["messages"]) if each["from"] == "person" and each["text"] == question]
        if not asked:
            self.browser.ask(f"{self.fleet.sandbox}/phone/chats/{self.bot}/messages", data={"text": question})
            return None
        return True if any(each["from"] == "bot" and "5" in each["text"] for each in chat["messages"][asked[0]:]) else None


class Caller(threading.Thread):
    """Spends a token's units through nginx until they are used up, and keeps what it was told of each answer."""

    def __init__(self, fleet, token):
        super().__init__(daemon=True)
        self.fleet, self.token = fleet, token
        self.answered = self.units = self.refused = self.failed = 0
        self.is_over = False

    def run(self):
        body = json.dumps({"model": "k2p5", "max_tokens": 64, "messages": [{"role": "user", "content": "What is 2 + 3?"}]})
        while not self.is_over:
            connection = http.client.HTTPConnection("127.0.0.1", self.fleet.proxy_port, timeout=20)
            try:
                connection.request("POST", "/v1/chat/completions", body, {
                    "Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
                answer = connection.getresponse()
                text = answer.read()
                if answer.status == 200:
                    usage = json.loads(text)["usage"]
                    self.answered += 1
                    self.units += usage["prompt_tokens"] + 4 * usage["completion_tokens"]
                elif answer.status in (402, 403, 429):
                    self.refused += 1
                    time.sleep(0.2)
                else:
                    self.failed += 1
                    time.sleep(0.1)
            except (OSError, http.client.HTTPException, ValueError):
                self.failed += 1
                time.sleep(0.1)
            finally:
                connection.close()
            time.sleep(0.02)
