"""The little of a Kubernetes client that the fake node and the provisioner need: kept connections, retries, watches."""
import heapq
import http.client
import itertools
import json
import os
import ssl
import sys
import threading
import time
import traceback
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

MERGE = "application/merge-patch+json"
STRATEGIC_MERGE = "application/strategic-merge-patch+json"


def log(*words):
    print(time.strftime("%H:%M:%S"), *words, flush=True)


class Client:
    def __init__(self, server, certificates, user):
        url = urllib.parse.urlsplit(server)
        self._address = (url.hostname, url.port)
        self._context = ssl.create_default_context(cafile=os.path.join(certificates, "ca.crt"))
        self._context.load_cert_chain(os.path.join(certificates, user + ".crt"), os.path.join(certificates, user + ".key"))
        self._kept = threading.local()

    def _connect(self, timeout):
        return http.client.HTTPSConnection(*self._address, context=self._context, timeout=timeout)

    def _exchange(self, method, path, body, content_type):
        connection = getattr(self._kept, "connection", None)
        if connection is None:
            connection = self._kept.connection = self._connect(timeout=30)
        try:
            content = json.dumps(body).encode() if body is not None else None
            connection.request(method, path, content, {"Content-Type": content_type, "Accept": "application/json"})
            response = connection.getresponse()
            received = response.read()
        except BaseException:
            connection.close()
            self._kept.connection = None
            raise
        return response.status, json.loads(received) if received else None

    def request(self, method, path, body=None, content_type="application/json"):
        """(status, answer). Waits while the server is away or overloaded: tests kill it and start it again."""
        for attempt in itertools.count():
            try:
                status, answer = self._exchange(method, path, body, content_type)
                if status != 429 and status < 500:
                    return status, answer
                problem = f"{status} {(answer or {}).get('message')}"
            except (OSError, http.client.HTTPException, ValueError) as error:
                problem = repr(error)
            # The first failure is mostly a kept connection that the server closed.
            if attempt in (3, 30) or attempt % 300 == 299:
                log(method, path, "fails:", problem, "- trying again")
            time.sleep(0 if attempt == 0 else min(0.1 * attempt, 1))

    def patch(self, path, changes, content_type=MERGE):
        return self.request("PATCH", path, changes, content_type)

    def watch(self, path, **query):
        """Endless ("LIST", objects), then ("ADDED" or "MODIFIED" or "DELETED", object), and LIST again after each loss."""
        while True:
            try:
                status, listed = self.request("GET", f"{path}?{urllib.parse.urlencode(query)}")
                if status != 200:
                    raise OSError(f"listing {path} answered {status}")
                yield "LIST", listed.get("items") or []
                yield from self._stream(path, dict(query, watch=1, timeoutSeconds=300, allowWatchBookmarks="true",
                                                   resourceVersion=listed["metadata"]["resourceVersion"]))
            except (OSError, http.client.HTTPException, ValueError) as error:
                log("watching", path, "ended:", repr(error), "- starting again")
                time.sleep(0.2)

    def _stream(self, path, query):
        connection = self._connect(timeout=330)
        try:
            connection.request("GET", f"{path}?{urllib.parse.urlencode(query)}", headers={"Accept": "application/json"})
            response = connection.getresponse()
            if response.status != 200:
                raise OSError(f"watching {path} answered {response.status}")
            for line in response:
                event = json.loads(line)
                if event["type"] == "ERROR":
                    return
                if event["type"] != "BOOKMARK":
                    yield event["type"], event["object"]
        finally:
            connection.close()


class Workers:
    """A few threads, each with a kept connection, for work that is due now or later. What fails is logged, not lost."""

    def __init__(self, count):
        self._pool = ThreadPoolExecutor(max_workers=count)
        self._due = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        threading.Thread(target=self._wait_for_due, daemon=True).start()

    def now(self, function, *arguments):
        self._pool.submit(self._run, function, arguments)

    def later(self, seconds, function, *arguments):
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), function, arguments))
            self._changed.notify()

    def _wait_for_due(self):
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                _, _, function, arguments = heapq.heappop(self._due)
            self.now(function, *arguments)

    @staticmethod
    def _run(function, arguments):
        try:
            function(*arguments)
        except Exception:  # one pod's trouble mustn't end a thread that serves all
            traceback.print_exc(file=sys.stdout)
            sys.stdout.flush()
