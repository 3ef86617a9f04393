"""Requests that two parsers could take for different ones. None may bring a second request past the proxy."""

import asyncio
import json
import random
from dataclasses import dataclass

#: How a proxy may refuse. 413 and 414 say what 431 says, of a body and of a path; 505 is for another version of HTTP.
REFUSALS = {400, 413, 414, 431, 501, 505}
#: Seconds for a refusal.
_PATIENCE = 5


@dataclass
class Attempt:
    """The bytes of one connection. `{first}` and `{second}` stand for the two marks in its calls."""

    name: str
    bytes: bytes
    #: Whether it is valid HTTP, if unusual, and may be answered as the one request that it is.
    may_pass: bool = False


def _call(mark):
    value = {"model": "k2p5", "max_tokens": 16, "messages": [{"role": "user", "content": mark}]}
    return json.dumps(value, separators=(",", ":")).encode()


def attempts(token, first, second):
    """All attempts, with calls of these marks: only the first may ever reach the upstream, and only where it may pass."""
    body = _call(first)
    inner = _call(second)
    smuggled = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: proxy\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(inner)}\r\n\r\n").encode() + inner
    size = len(body)
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (size, body)

    def request(headers, content, line=b"POST /v1/chat/completions HTTP/1.1\r\n", end=b"\r\n"):
        common = f"Host: proxy\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n".encode()
        return line + common + b"".join(each + b"\r\n" for each in headers) + end + content

    length = b"Content-Length: %d" % size
    transfer = b"Transfer-Encoding: chunked"

    def chunks(content):
        return request([transfer], content + smuggled)

    yield Attempt("both lengths, chunked first", request([transfer, b"Content-Length: 4"], chunked + smuggled))
    yield Attempt("both lengths, chunked last", request([b"Content-Length: %d" % len(chunked), transfer], chunked + smuggled))
    yield Attempt("both lengths, zero", request([b"Content-Length: 0", transfer], chunked + smuggled))
    yield Attempt("two different lengths", request([length, b"Content-Length: 0"], body + smuggled))
    yield Attempt("two different lengths, the small first", request([b"Content-Length: 0", length], body + smuggled))
    yield Attempt("the same length twice", request([length, length], body + smuggled))
    yield Attempt("a list of lengths", request([b"Content-Length: %d, %d" % (size, size)], body + smuggled))
    for value in (b"+%d" % size, b"-%d" % size, b"0x%x" % size, b"%d.0" % size, b"%d a" % size, b"1_0", b"", b"1e2",
                  b"18446744073709551616", b"%d" % (2 ** 64 + size)):
        yield Attempt(f"Content-Length: {value.decode()}", request([b"Content-Length: " + value], body + smuggled))
    for value in (b"xchunked", b"chunked, identity", b"identity", b"identity, chunked", b"chunked, chunked", b"gzip",
                  b"gzip, chunked", b"\x0bchunked", b"chunked\x00", b"chunked;a=b", b"\"chunked\"", b"chun ked"):
        yield Attempt(
            f"Transfer-Encoding: {value!r}", request([b"Transfer-Encoding: " + value], chunked + smuggled))
        yield Attempt(
            f"Transfer-Encoding: {value!r}, and a length",
            request([length, b"Transfer-Encoding: " + value], body + smuggled))
    yield Attempt("Transfer-Encoding twice", request([transfer, b"Transfer-Encoding: identity"], chunked + smuggled))
    yield Attempt("a space before the colon", request([b"Transfer-Encoding : chunked"], chunked + smuggled))
    yield Attempt("a tab before the colon", request([b"Content-Length\t: %d" % size], body + smuggled))
    yield Attempt("a space before the name", request([b" Transfer-Encoding: chunked", length], body + smuggled))
    yield Attempt("a folded header", request([length, b"X-Folded: a", b" Transfer-Encoding: chunked"], body + smuggled))
    yield Attempt("a folded transfer encoding", request([b"Transfer-Encoding:", b" chunked", length], body + smuggled))
    yield Attempt("no colon", request([length, b"Nonsense"], body + smuggled))
    yield Attempt("no name", request([length, b": nameless"], body + smuggled))
    yield Attempt("a zero byte in a header", request([length, b"X-Zero: a\x00b"], body + smuggled))
    yield Attempt("a bare CR in a header", request([b"X-CR: a\rTransfer-Encoding: chunked", length], body + smuggled))
    yield Attempt("a bare LF in a header", request([b"X-LF: a\nTransfer-Encoding: chunked", length], body + smuggled))
    yield Attempt("only bare LFs", request([length], b"").replace(b"\r\n", b"\n") + body + smuggled)
    yield Attempt("a bare LF at the head's end", request([length], body + smuggled, end=b"\n"))

    yield Attempt("a chunk size with a sign", chunks(b"+%x\r\n%b\r\n0\r\n\r\n" % (size, body)))
    yield Attempt("a chunk size with 0x", chunks(b"0x%x\r\n%b\r\n0\r\n\r\n" % (size, body)))
    yield Attempt("a chunk size of no digits", chunks(b"\r\n%b\r\n0\r\n\r\n" % body))
    yield Attempt("a chunk size that is text", chunks(b"zz\r\n%b\r\n0\r\n\r\n" % body))
    yield Attempt("a negative chunk size", chunks(b"-1\r\n%b\r\n0\r\n\r\n" % body))
    yield Attempt("a chunk size of 2^64 and more", chunks(b"1%016x\r\n%b\r\n0\r\n\r\n" % (size, body)))
    yield Attempt("a chunk size of 2^63", chunks(b"8000000000000000\r\n%b\r\n0\r\n\r\n" % body))
    yield Attempt("a chunk size of 1000 digits", chunks(b"%b%x\r\n%b\r\n0\r\n\r\n" % (b"f" * 1000, size, body)))
    yield Attempt("a chunk that is longer than its size", chunks(b"%x\r\n%bxx\r\n0\r\n\r\n" % (size, body)))
    yield Attempt("a chunk without its CRLF", chunks(b"%x\r\n%b0\r\n\r\n" % (size, body)))
    yield Attempt("a chunk size that ends in a bare LF", chunks(b"%x\n%b\r\n0\r\n\r\n" % (size, body)))
    yield Attempt("a chunk extension with a bare LF", chunks(b"%x;a\nb\r\n%b\r\n0\r\n\r\n" % (size, body)))
    yield Attempt("a chunk extension without an end", chunks(b"%x;%b" % (size, b"a" * (1 << 20))))
    yield Attempt("trailers without an end", chunks(b"%x\r\n%b\r\n0\r\n%b" % (size, body, b"X-T: a\r\n" * 20000)))
    # Valid, so it may pass; what must not is a request that hides in it.
    hiding = inner.replace(b"\r\n", b" ")
    yield Attempt(
        "a chunk extension", request([transfer], b"%x;a=\"%b\"\r\n%b\r\n0\r\n\r\n" % (size, b"b" * len(hiding), body)), True)

    yield Attempt("HTTP/0.9", b"GET /v1/models\r\n\r\n" + smuggled)
    yield Attempt("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9) + smuggled)
    for version in (b"HTTP/2.0", b"HTTP/1.2", b"HTTP/9.9", b"HTTP/1.1x", b"http/1.1", b"ICY/1.1"):
        line = b"POST /v1/chat/completions " + version + b"\r\n"
        yield Attempt(f"version {version.decode()}", request([length], body + smuggled, line=line))
    for line in (b"POST  /v1/chat/completions HTTP/1.1\r\n", b"POST /v1/chat/completions\tHTTP/1.1\r\n",
                 b"POST /v1/chat completions HTTP/1.1\r\n", b"PO ST /v1/chat/completions HTTP/1.1\r\n",
                 b"POST /v1/chat/completions\x00 HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n"):
        yield Attempt(f"the line {line[:40]!r}", request([length], body + smuggled, line=line))

    yield Attempt("a header of 1 MB", request([length, b"X-Large: " + b"a" * (1 << 20)], body + smuggled))
    yield Attempt("a header's name of 1 MB", request([length, b"X" * (1 << 20) + b": a"], body + smuggled))
    yield Attempt("20,000 headers", request([length, *(b"X-%d: a" % each for each in range(20000))], body + smuggled))
    yield Attempt("a path of 1 MB", request([length], body + smuggled, line=b"POST /%b HTTP/1.1\r\n" % (b"a" * (1 << 20))))


async def _outcome(port, attempt):
    """Returns the statuses that came back, and whether the connection has ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = bytearray()

    async def write():
        for start in range(0, len(attempt.bytes), 16 << 10):
            writer.write(attempt.bytes[start:start + (16 << 10)])
            await writer.drain()

    async def read():
        while data := await reader.read(64 << 10):
            received.extend(data)

    writing = asyncio.create_task(write())
    has_ended = True
    try:
        async with asyncio.timeout(1 if attempt.may_pass else _PATIENCE):
            await read()
    except TimeoutError:
        has_ended = False
    except OSError:
        pass
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    writer.transport.abort()
    return [int(part[:3]) for part in bytes(received).split(b"HTTP/1.1 ")[1:] if part[:3].isdigit()], has_ended


async def try_all(port, token, ledger, seed):
    """Makes all attempts; returns their number and what went wrong."""
    chance = random.Random(seed)
    count, violations = 0, []
    names = [attempt.name for attempt in attempts(token, "", "")]
    for index, name in enumerate(names):
        first, second = (f"#{chance.getrandbits(48):012x}" for _ in range(2))
        attempt = list(attempts(token, first, second))[index]
        statuses, has_ended = await _outcome(port, attempt)
        # What slipped through needs a moment to reach the upstream.
        await asyncio.sleep(0.05)
        arrived = [entry for entry in ledger.entries.values() if entry.mark in (first, second)]
        count += 1
        if any(entry.mark == second for entry in arrived):
            violations.append(f"{name}: the call behind it reached the upstream")
        if sum(entry.arrivals for entry in arrived) > (1 if attempt.may_pass else 0):
            violations.append(f"{name}: the call reached the upstream ({len(arrived)} times), answered {statuses}")
        elif attempt.may_pass:
            if len(statuses) > 1:
                violations.append(f"{name}: answered more than once: {statuses}")
        elif len(statuses) > 1 or any(status not in REFUSALS for status in statuses):
            violations.append(f"{name}: answered {statuses}")
        elif not has_ended:
            violations.append(f"{name}: {f'answered {statuses}, but' if statuses else 'no answer, and'} still open after {_PATIENCE} s")
    return count, violations
