"""Calls that are all alike, through a proxy to an upstream whose answers are: what one of them takes can be counted."""

import asyncio
import time

from client import new_call

#: Units that no count uses up.
PLENTY = 1 << 40

_USAGE = '"usage":{"prompt_tokens":20,"completion_tokens":10,"total_tokens":30}'
_ANSWER = ('{"id":"c","object":"chat.completion","model":"kimi-k2.6","choices":[{"index":0,"finish_reason":"stop",'
           '"message":{"role":"assistant","content":"' + "All is well. " * 60 + '"}}],' + _USAGE + "}").encode()
_CHUNK = (b'data: {"id":"c","object":"chat.completion.chunk","model":"kimi-k2.6","choices":[{"index":0,"delta":'
          b'{"content":"All is well. "},"finish_reason":null}]}\n\n')
_END = (b'data: {"id":"c","object":"chat.completion.chunk","model":"kimi-k2.6","choices":[{"index":0,"delta":{},'
        b'"finish_reason":"stop"}],' + _USAGE.encode() + b"}\n\n")


class Upstream:
    """Answers in one piece; `chunks=N` in a prompt asks for a stream of N."""

    def __init__(self, pause=0.0005):
        """pause: seconds between two chunks, so that each is read for itself."""
        self._pause = pause
        self._server = None

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _answer(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                if b"chunks=" not in body:
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                                 % (len(_ANSWER), _ANSWER))
                    continue
                chunks = int(body.split(b"chunks=")[1].split(b'"')[0])
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
                for part in [_CHUNK] * chunks + [_END, b"data: [DONE]\n\n"]:
                    writer.write(b"%x\r\n%b\r\n" % (len(part), part))
                    await asyncio.sleep(self._pause)
                writer.write(b"0\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Meter:
    """Counts what calls take of something that a proxy uses up."""

    def __init__(self, read, settling):
        """read: returns how much was used up so far. settling: seconds after a measurement in which the bookkeeping ends."""
        self._read = read
        self._settling = settling

    async def of(self, work):
        """What a coroutine takes and what follows from it, without what idle time does."""
        before, started = await self._read(), time.monotonic()
        await work
        await asyncio.sleep(self._settling)
        between, ended = await self._read(), time.monotonic()
        await asyncio.sleep(1)
        idle = (await self._read() - between) / (time.monotonic() - ended)
        return between - before - idle * (ended - started)

    async def request(self, connection, token, times):
        """What a call takes whose answer comes in one piece."""
        call = _call(token)
        # As many as are counted, so that whatever batches need is there.
        await _ask(connection, call, times)
        return await self.of(_ask(connection, call, times)) / times

    async def chunk(self, connection, token, times, chunks=(20, 220)):
        """What a chunk of a stream takes: by the difference between short and long ones."""
        streams = []
        for count in chunks:
            call = _call(token, f"chunks={count}")
            await _ask(connection, call, 5)
            streams.append(await self.of(_ask(connection, call, times)) / times)
        return (streams[1] - streams[0]) / (chunks[1] - chunks[0])


def _call(token, text=""):
    return new_call(token, mark="#0", text=text, cap=100, streams=bool(text), asks_for_usage=True)


async def _ask(connection, call, times):
    for _ in range(times):
        answer = await connection.exchange("POST", call.path, call.headers, call.body)
        if not answer.is_complete:
            raise SystemExit(f"the proxy answered {answer.status}: {bytes(answer.body[:300])!r}")


def compare(found, committed, what):
    """Prints each figure beside the committed one. Returns the exit status.

    what: what is counted, such as `allocations`.
    """
    status = 0
    for each, count in found.items():
        is_fine = count <= committed[each]
        figures = f"{count:,.2f}, at most {committed[each]:,} are committed"
        print(f"{what} of a {each}: {figures}{'' if is_fine else ': too many'}")
        status = status if is_fine else 1
    return status
