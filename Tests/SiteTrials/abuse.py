"""Attacks the site in every way a stranger can, while a good visitor walks through it and a good agent calls the token proxy.

    scripts/abuse-site [--seconds N] [--strict]
"""

import argparse
import asyncio
import http.client
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("PROGRAM") or str(ROOT / ".build/debug/openclaw-cloud")
#: What the program gets: a small machine's. It raises the soft one by itself.
_DESCRIPTORS = (1024, 4096)
#: Connections of each attack.
_CROWD = 1500
#: The addresses that attacks come from; the good ones come from 127.0.0.1.
_HOSTILE = [f"127.0.0.{number}" for number in range(2, 10)]
#: Seconds that a good request may always take: a busy machine's noise, with a debug build.
_NOISE = 0.5
#: Seconds after which a good request counts as not answered.
_PATIENCE = 10
#: Seconds in which SIGTERM must have ended the program, whatever is open.
_SHUTDOWN = 55


def _free_port():
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return each.getsockname()[1]


class Program:
    """`serve`, all of it played by the sandbox."""

    def __init__(self, folder):
        names = ["WEB_PORT", "TOKEN_PROXY_PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT", "OPS_PORT"]
        self.ports = {name: _free_port() for name in names}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = {
            **kept, **{name: str(port) for name, port in self.ports.items()}, "DATA_DIR": f"{folder}/data",
            "LOG_LEVEL": "warning"}
        self.folder = folder
        self.site, self.proxy = self.ports["WEB_PORT"], self.ports["TOKEN_PROXY_PORT"]

    def start(self):
        self.log = open(f"{self.folder}/log", "wb")
        self.process = subprocess.Popen(
            [PROGRAM, "serve"], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, _DESCRIPTORS))
        for _ in range(300):
            try:
                if request(self.site, "GET", "/readyz").status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit("the program didn't get ready:\n" + Path(f"{self.folder}/log").read_text()[-2000:])

    def token(self):
        command = [PROGRAM, "admin", "token", "issue", "--tokens", "1000000000"]
        out = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=True)
        return out.stdout.strip().splitlines()[-1]

    def memory(self):
        """Bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) << 10
        return 0

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        """Returns the seconds that it took; `None` if it didn't end."""
        started = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(_SHUTDOWN)
            return time.monotonic() - started
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None


def request(port, method, path, headers=None, body=None, address="127.0.0.1"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE, source_address=(address, 0))
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        answer.text = answer.read()
        return answer
    finally:
        connection.close()


@dataclass
class Phase:
    name: str
    times: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    memory: int = 0
    descriptors: int = 0

    @property
    def slowest(self):
        """The 99th percentile, in seconds."""
        times = sorted(self.times)
        return times[min(len(times) - 1, len(times) * 99 // 100)] if times else float("inf")

    def line(self):
        return (f"  {self.name:14} {len(self.times):5} good requests, p99 {1000 * self.slowest:7.1f} ms, "
                f"{self.memory >> 20:4} MB, {self.descriptors:5} descriptors")


class Good:
    """A visitor who walks the journey's first steps again and again, and an agent that calls its model."""

    def __init__(self, program, token):
        self.program, self.token = program, token
        self.origin = {"Origin": f"http://localhost:{program.site}"}

    def _timed(self, phase, expected, *arguments):
        started = time.monotonic()
        try:
            answer = request(*arguments)
        except OSError as error:
            phase.faults.append(f"{arguments[1]} {arguments[2]}: {type(error).__name__} {error}")
            return None
        phase.times.append(time.monotonic() - started)
        if answer.status not in expected:
            phase.faults.append(f"{arguments[1]} {arguments[2]}: {answer.status}")
        return answer

    def visit(self, phase, until):
        site, cookie, number = self.program.site, None, 0
        while time.monotonic() < until:
            headers = {"Cookie": cookie} if cookie else {}
            self._timed(phase, {200}, site, "GET", "/", headers)
            self._timed(phase, {200}, site, "GET", "/chat", headers)
            form = {**headers, **self.origin, "Content-Type": "application/x-www-form-urlencoded"}
            # One message in a second, as a person's limit is.
            said = self._timed(
                phase, {204}, site, "POST", "/chat/messages", form, urlencode({"text": "Hello", "key": str(number)}))
            if said is not None and said.getheader("Set-Cookie"):
                cookie = said.getheader("Set-Cookie").split(";")[0]
            self._timed(phase, {200}, site, "GET", "/chat/messages?after=0", {"Cookie": cookie} if cookie else {})
            number += 1
            time.sleep(1)

    def call(self, phase, until):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = '{"model":"k2p5","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}'
        while time.monotonic() < until:
            self._timed(phase, {200}, self.program.proxy, "POST", "/v1/chat/completions", headers, body)
            time.sleep(0.2)


class Attacks:
    """What strangers do. Connections stay open until the phase ends."""

    def __init__(self, program):
        self.port = program.site
        self.origin = f"Origin: http://localhost:{program.site}\r\n"
        self.open = []

    async def run(self, kind, until):
        attack = getattr(self, kind)
        await asyncio.gather(*(attack(address, until) for address in _HOSTILE))

    def close(self):
        for writer in self.open:
            writer.transport.abort()
        self.open.clear()

    async def _connect(self, address, text=b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        self.open.append(writer)
        writer.write(text)
        return reader, writer

    async def _crowd(self, address, until, text):
        for _ in range(_CROWD // len(_HOSTILE)):
            if time.monotonic() > until:
                return
            try:
                await self._connect(address, text)
            except OSError:
                await asyncio.sleep(0.05)
        await asyncio.sleep(max(0, until - time.monotonic()))

    async def idle(self, address, until):
        await self._crowd(address, until, b"")

    async def slow_heads(self, address, until):
        await self._crowd(address, until, b"GET / HTTP/1.1\r\nHost: site\r\nX-Slow:")

    async def slow_bodies(self, address, until):
        head = f"POST /login HTTP/1.1\r\nHost: site\r\n{self.origin}Content-Length: 50000\r\n\r\nemail="
        await self._crowd(address, until, head.encode())

    async def streams(self, address, until):
        answer = await self._exchange(address, self._post("/chat/messages", "text=Hello"))
        cookie = next((line.split(": ")[1].split(";")[0] for line in answer.split("\r\n")
                       if line.lower().startswith("set-cookie: session=")), "")
        head = f"GET /chat/events?after=0 HTTP/1.1\r\nHost: site\r\nCookie: {cookie}\r\n\r\n"
        await self._crowd(address, until, head.encode())

    async def logins(self, address, until):
        await self._flood(address, until, lambda number: self._post("/login", f"email=a{number}@{address}.example"))

    async def visitors(self, address, until):
        await self._flood(address, until, lambda number: self._post("/chat/messages", f"text=Hello&key={number}"))

    async def looks(self, address, until):
        await self._flood(address, until, lambda _: "GET /chat HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n")

    async def _flood(self, address, until, text):
        number = 0
        while time.monotonic() < until:
            number += 1
            try:
                await self._exchange(address, text(number))
            except OSError:
                await asyncio.sleep(0.05)

    def _post(self, path, form):
        return (f"POST {path} HTTP/1.1\r\nHost: site\r\n{self.origin}Connection: close\r\nContent-Length: {len(form)}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}")

    async def _exchange(self, address, text):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        try:
            writer.write(text.encode())
            async with asyncio.timeout(_PATIENCE):
                return (await reader.read()).decode(errors="replace")
        finally:
            writer.transport.abort()


async def measure(program, good, attacks, name, kinds, seconds):
    phase = Phase(name)
    until = time.monotonic() + seconds
    hostile = [asyncio.create_task(attacks.run(kind, until)) for kind in kinds]
    # Attacks get a moment to begin.
    await asyncio.sleep(1 if kinds else 0)
    friendly = [asyncio.to_thread(good.visit, phase, until), asyncio.to_thread(good.call, phase, until)]
    await asyncio.gather(*friendly)
    phase.memory, phase.descriptors = program.memory(), program.descriptors()
    for task in hostile:
        task.cancel()
    await asyncio.gather(*hostile, return_exceptions=True)
    print(phase.line(), flush=True)
    return phase


async def trial(program, seconds, strict):
    good, attacks = Good(program, program.token()), Attacks(program)
    violations = []
    await measure(program, good, attacks, "warming up", [], 2)
    before = await measure(program, good, attacks, "before", [], seconds)
    kinds = ["idle", "slow_heads", "slow_bodies", "streams", "logins", "visitors", "looks"]
    phases = [(kind, [kind]) for kind in kinds] + [("all at once", kinds)]
    for name, of in phases:
        phase = await measure(program, good, attacks, name, of, seconds)
        violations += [f"{name}: {fault}" for fault in phase.faults]
        if phase.slowest > max(2 * before.slowest, _NOISE) and strict:
            violations.append(f"{name}: p99 {phase.slowest:.3f} s, before {before.slowest:.3f} s")
        if name != "all at once":
            attacks.close()
    # Everything is still open.
    took = await asyncio.to_thread(program.stop)
    print(f"  SIGTERM with {len(attacks.open)} connections open: " + (f"{took:.1f} s" if took else "it didn't end"))
    if took is None:
        violations.append(f"SIGTERM didn't end it in {_SHUTDOWN} s")
    attacks.close()
    return violations


def main():
    parser = argparse.ArgumentParser(prog="scripts/abuse-site", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10, help="how long each attack lasts (default: 10)")
    parser.add_argument("--strict", action="store_true", help="good requests may take twice as long at most")
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16384, limit[1]), limit[1]))
    with tempfile.TemporaryDirectory(prefix="abuse-site.", ignore_cleanup_errors=True) as folder:
        program = Program(folder)
        program.start()
        try:
            violations = asyncio.run(trial(program, options.seconds, options.strict))
        finally:
            if program.process.poll() is None:
                program.process.kill()
    for text in violations[:20]:
        print(f"  {text}")
    print(f"{len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
