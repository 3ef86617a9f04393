"""As much of HTTP/1.1 as the trials need, over asyncio's streams (RFC 9112)."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Message:
    """A request or an answer: its first line, its headers with names in small letters, and its body once that was read."""

    start: str
    headers: dict = field(default_factory=dict)
    body: bytes = b""

    @property
    def status(self):
        """Of an answer."""
        return int(self.start.split(" ", 2)[1])

    @property
    def is_chunked(self):
        return "chunked" in self.headers.get("transfer-encoding", "").lower()

    @property
    def closes(self):
        return self.headers.get("connection", "").lower() == "close"


async def read_head(reader):
    """Returns `None` if the other side has closed the connection instead. Throws `OSError` or `EOFError` if in the middle."""
    try:
        text = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise EOFError("the head is cut off") from error
        return None
    lines = text[:-4].decode("latin-1").split("\r\n")
    message = Message(lines[0])
    for line in lines[1:]:
        name, _, value = line.partition(":")
        message.headers[name.lower()] = value.strip()
    return message


async def read_body(reader, message):
    """Reads the rest of the message. Throws `OSError` or `EOFError` if the connection ends before it does."""
    try:
        if message.is_chunked:
            message.body = b"".join([chunk async for chunk in chunks(reader)])
        else:
            length = int(message.headers.get("content-length", "0"))
            message.body = await reader.readexactly(length) if length else b""
    except asyncio.IncompleteReadError as error:
        raise EOFError("the body is cut off") from error


async def chunks(reader):
    """The chunks of a chunked body, as they come. Throws `OSError` or `EOFError` if the connection ends before the body."""
    try:
        while True:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
            data = await reader.readexactly(size + 2)
            if size == 0:
                return
            yield data[:-2]
    except asyncio.IncompleteReadError as error:
        raise EOFError("the body is cut off") from error


def head(start, headers):
    """The bytes of a head; headers: pairs."""
    return (start + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n").encode("latin-1")


class Connections:
    """Connections to one server, kept for the next request."""

    def __init__(self, host, port, context=None):
        self._address = (host, port)
        self._context = context
        self._idle = []

    async def open(self):
        return await asyncio.open_connection(*self._address, ssl=self._context, limit=1 << 20)

    async def exchange(self, request):
        """Sends the bytes of a request; returns the whole answer. Throws `OSError` or `EOFError`."""
        while True:
            is_kept = bool(self._idle)
            reader, writer = self._idle.pop() if is_kept else await self.open()
            try:
                writer.write(request)
                answer = await read_head(reader)
                if answer is None:
                    raise EOFError("no answer")
            except (OSError, EOFError):
                writer.close()
                # The server may close what it was kept for too long; then it hasn't read the request.
                if is_kept:
                    continue
                raise
            except BaseException:
                writer.close()
                raise
            try:
                await read_body(reader, answer)
            except BaseException:
                writer.close()
                raise
            if answer.closes:
                writer.close()
            else:
                self._idle.append((reader, writer))
            return answer

    def close(self):
        for _, writer in self._idle:
            writer.close()
        self._idle = []
