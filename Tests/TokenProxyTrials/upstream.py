"""A stand-in for the model API, in OpenAI's and Anthropic's forms, that keeps its own ledger of what it has produced.

A prompt counts when the answer to it starts, a part of an answer when it is written, and nothing after the client is gone.
"""

import asyncio
import json

from answers import Plan
from ledger import Ledger

#: Bytes of a request's head, and of its body.
_HEAD_LIMIT = 64 << 10
_BODY_LIMIT = 40 << 20
_ROUTES = {"/v1/chat/completions": "openai", "/anthropic/v1/messages": "anthropic"}


class _Malformed(Exception):
    """A request that a proxy must not send."""


class Upstream:
    """Listens on loopback; `ledger` may be read at any time."""

    def __init__(self, pace=1.0):
        """pace: the factor for all waiting; 0 answers at once."""
        self.ledger = Ledger()
        self.pace = pace
        self.port = None
        self._server = None
        self._connections = set()

    async def start(self):
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=_HEAD_LIMIT, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self):
        self._server.close()
        for writer in list(self._connections):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        self._connections.add(writer)
        try:
            while await self._serve_one(reader, writer):
                pass
        except _Malformed as fault:
            self.ledger.oddities.append(str(fault))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # A killed proxy takes its connections with it, also in the middle of a request; and a trial its upstream.
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _serve_one(self, reader, writer):
        """Answers one request; returns whether another may follow on the connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise _Malformed("a request's head is too large") from None
        method, path, headers = _parse(head)
        body = await _read_body(reader, headers)
        if (method, path) == ("POST", "/v1/tokenizers/estimate-token-count"):
            # Its own count of the prompt, which not every upstream tells.
            await _send_json(writer, "404 Not Found", {"error": {"type": "not_found_error", "message": "no such path"}})
            return True
        if method != "POST" or path not in _ROUTES:
            self.ledger.oddities.append(f"{method} {path}")
            await _send_json(writer, "404 Not Found", {"error": {"type": "not_found_error", "message": "no such path"}})
            return True
        try:
            request = json.loads(body)
            plan = Plan(request, self.pace)
        except (ValueError, AttributeError, TypeError) as fault:
            raise _Malformed(f"the body is not a call: {fault}: {body[:80]!r}") from None
        request_id = headers.get("x-request-id")
        if not request_id:
            raise _Malformed("a call has no x-request-id")
        entry = self.ledger.arrive(request_id, plan.mark, plan.cap)
        call = _Call(plan, entry, _ROUTES[path], reader, writer)
        return await (call.stream() if plan.streams else call.answer())


class _Call:
    """Answers one call as its plan says, and counts what is produced."""

    def __init__(self, plan, entry, dialect, reader, writer):
        self.plan, self.entry, self.dialect, self.reader, self.writer = plan, entry, dialect, reader, writer

    def _form(self, part, *arguments):
        return getattr(self.plan, f"{self.dialect}_{part}")(*arguments)

    @property
    def _is_gone(self):
        return self.reader.at_eof() or self.writer.is_closing()

    async def _pause(self, seconds):
        """Waits; raises if the client has gone meanwhile, for nothing is produced then any more."""
        await asyncio.sleep(seconds)
        if self._is_gone:
            raise ConnectionResetError

    async def answer(self):
        await self._pause(self.plan.think_seconds)
        self.entry.input += self.plan.prompt
        for piece in self.plan.pieces:
            # Produced while the client waits, before the first byte of the answer.
            if piece.seconds:
                await self._pause(piece.seconds)
            self.entry.output += piece.tokens
        await self._pause(0)
        self.entry.cached += self.plan.told_cached
        await _send_json(self.writer, "200 OK", self._form("answer"))
        self.entry.finished += 1
        return True

    async def stream(self):
        await self._pause(self.plan.think_seconds)
        self.entry.input += self.plan.prompt
        self.writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
                          b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n")
        if self.dialect == "anthropic":
            self.entry.cached += self.plan.told_cached
        for event in self._form("start"):
            await self._write(event)
        for piece in self.plan.pieces:
            if piece.seconds:
                await self._pause(piece.seconds)
            if self._is_gone:
                raise ConnectionResetError
            self.entry.output += piece.tokens
            await self._write(self._form("piece", piece))
        end = self._form("end")
        if self.dialect == "openai":
            self.entry.cached += self.plan.told_cached
        for event in end:
            await self._write(event)
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()
        self.entry.finished += 1
        return True

    async def _write(self, event):
        """Some events go out in two parts, for whoever takes a read for an event."""
        if self.plan.random.random() < 0.2:
            middle = self.plan.random.randint(1, len(event) - 1)
            self.writer.write(_chunk(event[:middle]))
            await asyncio.sleep(0)
            event = event[middle:]
        self.writer.write(_chunk(event))
        await self.writer.drain()


def _chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


async def _send_json(writer, status, value):
    body = json.dumps(value, ensure_ascii=False).encode()
    writer.write(f"HTTP/1.1 {status}\r\ncontent-type: application/json; charset=utf-8\r\n"
                 f"content-length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()


def _parse(head):
    lines = head[:-4].decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or parts[2] != "HTTP/1.1":
        raise _Malformed(f"not a request line: {lines[0]!r}")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or name != name.strip() or "\n" in line or "\r" in line:
            raise _Malformed(f"not a header: {line!r}")
        if name in headers and name in ("content-length", "transfer-encoding", "host", "x-request-id"):
            raise _Malformed(f"{name} stands there twice")
        headers[name] = value.strip()
    return parts[0], parts[1], headers


async def _read_body(reader, headers):
    if "transfer-encoding" in headers:
        if "content-length" in headers or headers["transfer-encoding"].lower() != "chunked":
            raise _Malformed("an ambiguous length")
        body = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += await reader.readexactly(size)
            if len(body) > _BODY_LIMIT or await reader.readexactly(2) != b"\r\n":
                raise _Malformed("a chunk that is none")
        while await reader.readuntil(b"\r\n") != b"\r\n":
            pass
        return body
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _BODY_LIMIT:
        raise _Malformed(f"content-length: {length}")
    return await reader.readexactly(int(length))
