"""A small HTTP/1.1 client on plain sockets, whose answers tell how far they came."""

import asyncio
import json
from dataclasses import dataclass, field


@dataclass
class Answer:
    """What has arrived so far. It fills up while it arrives, so that whoever gives up keeps what there is."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    #: Whether the last byte has arrived, as HTTP counts.
    is_whole: bool = False

    @property
    def is_complete(self):
        """Whether this is a model's answer to its end."""
        if self.status != 200 or not self.is_whole:
            return False
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            return b"data: [DONE]" in self.body[-64:] or b"message_stop" in self.body[-128:]
        return True

    @property
    def code(self):
        """The code of an answer that is an error."""
        try:
            return json.loads(bytes(self.body))["error"].get("code", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            return ""

    @property
    def retry_after(self):
        """Seconds; `None` if there is no point in trying again."""
        if self.headers.get("x-should-retry") == "false":
            return None
        try:
            return float(self.headers.get("retry-after", "1"))
        except ValueError:
            return 1.0


class Connection:
    """One connection to the proxy, for one request after the other."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port):
        """Throws `OSError` if nobody listens."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))

    def hang_up(self):
        """Ends the connection at once, whatever is under way."""
        self.writer.transport.abort()

    @property
    def is_usable(self):
        return not (self.writer.is_closing() or self.reader.at_eof())

    async def send(self, method, path, headers=(), body=b""):
        lines = [f"{method} {path} HTTP/1.1", "host: proxy", *(f"{name}: {value}" for name, value in headers)]
        if body or method == "POST":
            lines.append(f"content-length: {len(body)}")
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await self.writer.drain()

    async def receive(self, answer):
        """Reads one answer into `answer`. Throws `OSError` or `EOFError` if the connection ends before it does."""
        try:
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            answer.status = int(head[0].split(" ")[1])
            for line in head[1:]:
                name, _, value = line.partition(":")
                if name:
                    answer.headers[name.lower()] = value.strip()
            if answer.headers.get("transfer-encoding", "").lower() == "chunked":
                await self._receive_chunks(answer)
            else:
                await self._receive_bytes(answer, int(answer.headers.get("content-length", "0")))
        except asyncio.IncompleteReadError as error:
            raise EOFError from error
        answer.is_whole = True
        if answer.headers.get("connection", "").lower() == "close":
            self.writer.close()

    async def _receive_bytes(self, answer, count):
        while count > 0:
            data = await self.reader.read(min(count, 64 << 10))
            if not data:
                raise EOFError
            answer.body += data
            count -= len(data)

    async def _receive_chunks(self, answer):
        while True:
            size = int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16)
            await self._receive_bytes(answer, size)
            if await self.reader.readexactly(2) != b"\r\n":
                raise EOFError
            if size == 0:
                return

    async def exchange(self, method, path, headers=(), body=b""):
        answer = Answer()
        await self.send(method, path, headers, body)
        await self.receive(answer)
        return answer


@dataclass
class Call:
    """A model call as a client makes it."""

    path: str
    headers: list
    body: bytes
    #: Names it in its prompt, so that the upstream's ledger leads back to it.
    mark: str
    #: Tokens.
    cap: int

    @property
    def bound(self):
        """The most units that it may be charged."""
        return len(self.body) + 4 * self.cap


def new_call(token, *, mark, text, cap, streams, anthropic=False, asks_for_usage=False):
    """mark: `#` and 12 hex digits; text: what is said besides."""
    value = {"model": "k2p5", "max_tokens": cap, "messages": [{"role": "user", "content": mark + text}]}
    if streams:
        value["stream"] = True
    if asks_for_usage:
        value["stream_options"] = {"include_usage": True}
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    authorization = ("x-api-key", token) if anthropic else ("authorization", f"Bearer {token}")
    return Call(
        "/anthropic/v1/messages" if anthropic else "/v1/chat/completions",
        [authorization, ("content-type", "application/json")], body, mark, cap)
