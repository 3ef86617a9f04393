"""Counts the token proxy's allocations for a request and for a chunk of a stream, and holds them against what is committed.

    scripts/allocations-proxy [--build debug|release]

Bookkeeping counts, too: each request's way into the database is part of its price. The figures of an idle second are taken
off.
"""

import argparse
import asyncio
import json
import mmap
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from client import Connection, new_call
from program import Deployment
from running import run

HERE = Path(__file__).parent
#: What may be, by build; requests and chunks take the same ones on every machine, but for rare growth of some buffer.
COMMITTED = json.loads((HERE / "allocations.json").read_text())

_REQUESTS = 2000
_STREAMS = 40
_CHUNKS = (20, 220)
#: Seconds after a measurement in which the bookkeeping ends.
_SETTLING = 0.5

_USAGE = '"usage":{"prompt_tokens":20,"completion_tokens":10,"total_tokens":30}'
_ANSWER = ('{"id":"c","object":"chat.completion","model":"kimi-k2.6","choices":[{"index":0,"finish_reason":"stop",'
           '"message":{"role":"assistant","content":"' + "All is well. " * 60 + '"}}],' + _USAGE + "}").encode()
_CHUNK = (b'data: {"id":"c","object":"chat.completion.chunk","model":"kimi-k2.6","choices":[{"index":0,"delta":'
          b'{"content":"All is well. "},"finish_reason":null}]}\n\n')
_END = (b'data: {"id":"c","object":"chat.completion.chunk","model":"kimi-k2.6","choices":[{"index":0,"delta":{},'
        b'"finish_reason":"stop"}],' + _USAGE.encode() + b"}\n\n")


async def answer_calls(reader, writer):
    """An upstream whose answers are always the same; `chunks=N` in a prompt asks for a stream of N."""
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
                # Apart from each other, so that each is read for itself.
                await asyncio.sleep(0.0005)
            writer.write(b"0\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


class Counter:
    """The count that the library in front of the proxy's allocator keeps."""

    def __init__(self, folder):
        self.path = folder / "count"
        self.path.write_bytes(bytes(8))
        self.library = folder / "allocations.so"
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", self.library, HERE / "allocations.c"], check=True)
        with open(self.path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 8)

    @property
    def value(self):
        return struct.unpack("Q", self.memory[:8])[0]

    async def of(self, work):
        """The allocations of a coroutine and of what follows from it, without those of idle time."""
        before, started = self.value, time.monotonic()
        await work
        await asyncio.sleep(_SETTLING)
        found, seconds = self.value - before, time.monotonic() - started
        before = self.value
        await asyncio.sleep(1)
        return found - (self.value - before) * seconds


async def ask(connection, call, times):
    for _ in range(times):
        answer = await connection.exchange("POST", call.path, call.headers, call.body)
        if not answer.is_complete:
            raise SystemExit(f"the proxy answered {answer.status}: {bytes(answer.body[:300])!r}")


async def measure():
    upstream = await asyncio.start_server(answer_calls, "127.0.0.1", 0)
    deployment = Deployment("sqlite", upstream.sockets[0].getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="allocations.") as folder:
        counter = Counter(Path(folder))
        try:
            token, _ = await deployment.issue_token(1 << 40)
            proxy = deployment.proxy()
            await proxy.spawn(LD_PRELOAD=str(counter.library), ALLOCATIONS_FILE=str(counter.path))
            await proxy.wait_ready()
            connection = await Connection.open(proxy.port)

            def call(text="", streams=False):
                return new_call(token, mark="#0", text=text, cap=100, streams=streams, asks_for_usage=True)

            await ask(connection, call(), 200)
            request = await counter.of(ask(connection, call(), _REQUESTS)) / _REQUESTS
            streams = []
            for chunks in _CHUNKS:
                await ask(connection, call(f"chunks={chunks}", True), 5)
                streams.append(await counter.of(ask(connection, call(f"chunks={chunks}", True), _STREAMS)) / _STREAMS)
            connection.hang_up()
            await proxy.stop()
            return {"request": request, "chunk": (streams[1] - streams[0]) / (_CHUNKS[1] - _CHUNKS[0])}
        finally:
            await deployment.close()
            upstream.close()


async def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/allocations-proxy", description=__doc__.splitlines()[0])
    parser.add_argument("--build", choices=sorted(COMMITTED), default="debug", help="which build PROGRAM is (default: debug)")
    options = parser.parse_args(arguments)
    found = await measure()
    status = 0
    for what, count in found.items():
        most = COMMITTED[options.build][what]
        is_fine = count <= most
        print(f"allocations of a {what}: {count:.2f}, at most {most} are committed{'' if is_fine else ': too many'}")
        status = status if is_fine else 1
    return status


if __name__ == "__main__":
    run(main, sys.argv[1:])
