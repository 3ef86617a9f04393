"""Stands between operators and the API server: notes what they ask, makes it fail, and kills them at named points.

Each operator has a door of its own, `http://127.0.0.1:<port>`, behind which it is the operator's service account.
"""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field

import asked
from http1 import Connections, chunks, head, read_body, read_head

#: How long a call to the API server may take.
_PATIENCE = 60


@dataclass
class Faults:
    """Chances for each request to fail in a way; watches are left alone."""

    #: 409, of writes.
    conflict: float = 0
    #: 500.
    error: float = 0
    #: 429 with Retry-After: 1.
    throttle: float = 0
    #: The connection ends before the API server is asked, or after it has answered.
    cut_before: float = 0
    cut_after: float = 0

    def draw(self, request, chance):
        """Returns a fault's name or `None`."""
        rest = chance.random()
        for name, share in vars(self).items():
            rest -= share
            if rest < 0:
                return None if name == "conflict" and not request.is_write else name
        return None


@dataclass
class Trap:
    """Kills whoever asks for something: before the API server is asked, or after it has answered and nobody knows."""

    when: str
    point: str
    #: In which namespace; `None` for any.
    namespace: str | None = None
    sprung: asyncio.Event = field(default_factory=asyncio.Event)

    def catches(self, request, when):
        return (not self.sprung.is_set() and self.when == when and self.point == request.point
                and self.namespace in (None, request.namespace))


class Interceptor:
    def __init__(self, cluster, identity, seed=0):
        self._cluster = cluster
        self._identity = identity
        self._context = cluster.trusting()
        self._connections = Connections(*cluster.address, self._context)
        self._random = random.Random(seed)
        #: Every request, in the order in which they came.
        self.record = []
        self.faults = Faults()
        self.traps = []
        #: Called with a door's name when a trap springs; must end the operator before it returns.
        self.kill = None
        self._watches = set()
        self._servers = []
        self._tasks = set()

    async def open(self, name):
        """A door for the operator of that name; returns its kubeconfig."""
        server = await asyncio.start_server(lambda reader, writer: self._serve(name, reader, writer), "127.0.0.1", 0)
        self._servers.append(server)
        port = server.sockets[0].getsockname()[1]
        return self._identity.kubeconfig(name, f"http://127.0.0.1:{port}")

    def close(self):
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        self._connections.close()

    # What can be done to watches

    def cut_watches(self):
        """Ends all of them in the middle of nowhere; returns how many."""
        return self._end_watches("cut")

    def expire_watches(self):
        """Tells all of them that their resource version is too old."""
        return self._end_watches("expire")

    def _end_watches(self, how):
        watches, self._watches = self._watches, set()
        for watch in watches:
            watch.set_result(how)
        return len(watches)

    # Serving

    async def _serve(self, door, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            while (message := await read_head(reader)) is not None:
                await read_body(reader, message)
                if not await self._answer(door, message, writer):
                    break
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, door, message, writer):
        """Returns whether the connection can be used for another request."""
        method, target, _ = message.start.split(" ")
        request = asked.of_request(method, target, message.headers.get("content-type", ""), message.body)
        request.door, request.at = door, time.monotonic()
        self.record.append(request)
        try:
            if self._spring(request, "before"):
                return False
            sent = self._forwarded(message)
            if request.verb == "watch":
                return await self._watch(request, sent, writer)
            request.fault = self.faults.draw(request, self._random)
            if request.fault == "cut_before":
                return False
            if request.fault in _REFUSALS:
                status, reason, text = _REFUSALS[request.fault]
                request.status = status
                await self._refuse(writer, status, reason, text)
                return True
            answer = await asyncio.wait_for(self._connections.exchange(sent), _PATIENCE)
            if self._spring(request, "after") or request.fault == "cut_after":
                return False
            request.status = answer.status
            kept = [(name, answer.headers[name]) for name in ("content-type", "retry-after") if name in answer.headers]
            writer.write(head(answer.start, [*kept, ("content-length", len(answer.body))]) + answer.body)
            await writer.drain()
            return True
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            request.fault = request.fault or f"away: {error!r}"
            return False
        finally:
            request.seconds = time.monotonic() - request.at

    def _forwarded(self, message):
        passed = [(name, value) for name, value in message.headers.items() if name in ("accept", "content-type")]
        return head(message.start, [
            ("host", self._cluster.address[0]), ("authorization", f"Bearer {self._identity.token}"),
            ("user-agent", message.headers.get("user-agent", "operator")), *passed,
            ("content-length", len(message.body))]) + message.body

    def _spring(self, request, when):
        for trap in self.traps:
            if trap.catches(request, when):
                self.kill(request.door)
                trap.sprung.set()
                request.fault = f"killed {when}"
                self.traps.remove(trap)
                return True
        return False

    @staticmethod
    async def _refuse(writer, status, reason, text):
        body = json.dumps({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": text, "reason": reason,
            "code": status}).encode()
        more = [("retry-after", "1")] if status == 429 else []
        writer.write(head(f"HTTP/1.1 {status} {reason}", [
            ("content-type", "application/json"), ("content-length", len(body)), *more]) + body)
        await writer.drain()

    # Watches

    async def _watch(self, request, sent, writer):
        reader, upstream = await self._connections.open()
        try:
            upstream.write(sent)
            answer = await read_head(reader)
            if answer is None:
                return False
            request.status = answer.status
            if answer.status != 200 or not answer.is_chunked:
                await read_body(reader, answer)
                writer.write(head(answer.start, [
                    ("content-type", "application/json"), ("content-length", len(answer.body))]) + answer.body)
                return True
            writer.write(head(answer.start, [("content-type", "application/json"), ("transfer-encoding", "chunked")]))
            return await self._pass_on(reader, writer)
        finally:
            upstream.close()

    async def _pass_on(self, reader, writer):
        """Whole lines at a time, so that an event of our own fits in."""
        end = asyncio.get_running_loop().create_future()
        self._watches.add(end)
        passing = asyncio.create_task(self._pass_lines(reader, writer))
        try:
            await asyncio.wait([end, passing], return_when=asyncio.FIRST_COMPLETED)
            if passing.done():
                passing.result()
                writer.write(b"0\r\n\r\n")
                return True
            if end.result() == "expire":
                status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "Expired",
                          "message": "too old resource version", "code": 410}
                writer.write(_chunk(json.dumps({"type": "ERROR", "object": status}).encode() + b"\n") + b"0\r\n\r\n")
                await writer.drain()
                return True
            return False
        finally:
            passing.cancel()
            self._watches.discard(end)

    @staticmethod
    async def _pass_lines(reader, writer):
        rest = b""
        async for chunk in chunks(reader):
            rest += chunk
            if (size := rest.rfind(b"\n") + 1) > 0:
                writer.write(_chunk(rest[:size]))
                await writer.drain()
                rest = rest[size:]


_REFUSALS = {
    "conflict": (409, "Conflict", "the object has been modified (injected)"),
    "error": (500, "InternalError", "an error on the server (injected)"),
    "throttle": (429, "TooManyRequests", "too many requests, please try again later (injected)"),
}


def _chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"
