"""Attacks on the token proxy, each in a process of its own: python3 attackers.py KIND PORT TOKEN SECONDS

At the end it prints, as JSON, how much it did and what came back.
"""

import asyncio
import json
import os
import selectors
import socket
import sys
import time
from collections import Counter

#: Connections of an attack that holds them.
_HELD = 150
#: Bad tokens a second, and the connections they come on.
_BAD_TOKENS_RATE = 1700
_BAD_TOKENS_CONNECTIONS = 16

ends = Counter()


def _head(token, length, extra=b""):
    return (f"POST /v1/chat/completions HTTP/1.1\r\nHost: proxy\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n").encode() + extra + b"\r\n"


def _stream_request(token, cap, bulk):
    """A call whose answer is long. bulk: bytes of text in each of its parts."""
    content = f"bulk={bulk} {os.urandom(8).hex()}"
    body = json.dumps({"model": "k2p5", "stream": True, "max_tokens": cap,
                       "messages": [{"role": "user", "content": content}]}).encode()
    return _head(token, len(body)) + body


async def _open(port, receive_buffer=None):
    """receive_buffer: bytes that the kernel takes for a reader who doesn't read."""
    each = socket.socket()
    each.setblocking(False)
    if receive_buffer:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    await asyncio.get_running_loop().sock_connect(each, ("127.0.0.1", port))
    return each


def _note(data):
    ends[data[9:12].decode() if data.startswith(b"HTTP/1.1 ") else "closed" if not data else "more"] += 1


async def slow_writer(port, token, number):
    """A byte a second of a body, or of a head, with a good token or a bad one."""
    loop = asyncio.get_running_loop()
    each = await _open(port)
    head = _head(token if number % 2 else "ocp_wrong", 32 << 20 if number % 4 == 1 else 1000)
    if number % 3 == 0:
        content = head
    else:
        await loop.sock_sendall(each, head)
        content = b'{"model":"k2p5","messages":[' + b" " * 1000
    reading = asyncio.create_task(loop.sock_recv(each, 4096))
    for index in range(len(content)):
        await loop.sock_sendall(each, content[index:index + 1])
        await asyncio.wait([reading], timeout=1)
        if reading.done():
            _note(reading.result())
            break
    each.close()


async def slow_reader(port, token, number):
    loop = asyncio.get_running_loop()
    each = await _open(port, 4096)
    await loop.sock_sendall(each, _stream_request(token, 4000, 2000))
    _note(await loop.sock_recv(each, 512))
    while await loop.sock_recv(each, 512):
        await asyncio.sleep(0.5)
    each.close()


async def never_reader(port, token, number):
    each = await _open(port, 4096)
    await asyncio.get_running_loop().sock_sendall(each, _stream_request(token, 4000, 8 << 10))
    ends["asked"] += 1
    await asyncio.sleep(3600)


async def pipeliner(port, token, number):
    """Asks again and again, and reads nothing of what it is told."""
    loop = asyncio.get_running_loop()
    each = await _open(port, 4096)
    requests = b"GET /healthz HTTP/1.1\r\nHost: proxy\r\n\r\n" * 200
    while True:
        await loop.sock_sendall(each, requests)
        ends["sent"] += 1


async def half_open(port, token, number):
    """Says nothing, or half a head, or a whole request and that nothing more will come."""
    loop = asyncio.get_running_loop()
    each = await _open(port)
    if number % 3 == 1:
        await loop.sock_sendall(each, b"POST /v1/chat/completions HTTP/1.1\r\nHost: pro")
    elif number % 3 == 2:
        await loop.sock_sendall(each, _stream_request(token, 200, 0))
        each.shutdown(socket.SHUT_WR)
    ends["opened"] += 1
    while data := await loop.sock_recv(each, 4096):
        _note(data)
    # A client that vanished keeps its half of the connection open.
    await asyncio.sleep(3600)


async def header_bomb(port, token, number):
    loop = asyncio.get_running_loop()
    while True:
        each = await _open(port)
        reading = asyncio.create_task(loop.sock_recv(each, 4096))
        bomb = [_head(token, 0, b"X-A: b\r\n" * 20_000), _head(token, 0, b"X-A: " + b"b" * 500_000 + b"\r\n"),
                b"GET /" + b"a" * 500_000][number % 3]
        try:
            await loop.sock_sendall(each, bomb)
            # Python 3.11's wait_for forgets a cancellation that comes together with the answer.
            async with asyncio.timeout(5):
                _note(await reading)
        except ConnectionError:
            ends["closed"] += 1
        except TimeoutError:
            ends["no answer"] += 1
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            each.close()
        await asyncio.sleep(0.2)


#: What each client of an attack does, how many clients there are, and how many begin each second.
ATTACKS = {
    "slow-writers": (slow_writer, _HELD, 100), "slow-readers": (slow_reader, 40, 20),
    "never-readers": (never_reader, 12, 4), "pipeliners": (pipeliner, 8, 20),
    "half-open": (half_open, _HELD, 100), "header-bombs": (header_bomb, 10, 20)}


async def _attack(kind, port, token, seconds):
    client, count, rate = ATTACKS[kind]

    async def one(number):
        await asyncio.sleep(number / rate)
        try:
            await client(port, token, number)
        except (ConnectionError, BrokenPipeError):
            ends["closed"] += 1

    tasks = [asyncio.create_task(one(number)) for number in range(count)]
    await asyncio.wait(tasks, timeout=seconds)
    for task in tasks:
        task.cancel()
    failures = [each for each in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(each, Exception)]
    ends.update(type(each).__name__ for each in failures)


def bad_tokens(port, seconds):
    """Calls with a new bad token each, in a plain loop, which leaves the processors to the proxy."""
    selector = selectors.DefaultSelector()
    idle, sent, done = [], 0, 0

    def add():
        idle.append(socket.create_connection(("127.0.0.1", port)))

    for _ in range(_BAD_TOKENS_CONNECTIONS):
        add()
    started = time.monotonic()
    while (elapsed := time.monotonic() - started) < seconds:
        while idle and sent < _BAD_TOKENS_RATE * elapsed:
            each = idle.pop()
            try:
                each.sendall(_head(f"ocp_{os.urandom(16).hex()}", 2) + b"{}")
                selector.register(each, selectors.EVENT_READ)
                sent += 1
            except OSError:
                ends["closed"] += 1
                each.close()
                add()
        for key, _ in selector.select(0.001):
            each = key.fileobj
            selector.unregister(each)
            try:
                data = each.recv(65536)
            except OSError:
                data = b""
            _note(data)
            done += bool(data)
            if data and b"connection: close" not in data.lower():
                idle.append(each)
            else:
                each.close()
                add()
    return round(done / seconds)


if __name__ == "__main__":
    kind, port, token, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    rate = None
    if kind == "bad-tokens":
        rate = bad_tokens(port, seconds)
    else:
        asyncio.run(_attack(kind, port, token, seconds))
    print(json.dumps({"ends": ends, **({"rate": rate} if rate is not None else {})}))
