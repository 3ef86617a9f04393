"""Runs the product's program: deployments, their token proxies, and the tokens of their customers."""

import asyncio
import hashlib
import os
import signal
import socket
import tempfile
import time
from pathlib import Path

from client import Connection
from database import Database

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("PROGRAM") or str(ROOT / ".build/debug/openclaw-cloud")

#: Seconds that a debug build may take to be ready on busy cores.
READY_SECONDS = 30


class ProgramFailed(Exception):
    """The program did what it never should, whatever the trial does to it."""


def free_port():
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return each.getsockname()[1]


class Deployment:
    """A data directory and a database, shared by its proxies."""

    def __init__(self, engine, upstream_port):
        """engine: `sqlite`, or `postgres` on the server of TEST_DATABASE_URL."""
        self.engine = engine
        self.upstream_port = upstream_port
        self._folder = tempfile.TemporaryDirectory(prefix="token-proxy-trial.", ignore_cleanup_errors=True)
        self.data = Path(self._folder.name) / "data"
        self.log = Path(self._folder.name) / "log"
        self.database = Database.new(engine, self.data)
        #: Another way to the database, for the proxies.
        self.proxies_database_url = self.database.url
        self.proxies = []

    def environment(self, **more):
        up = f"http://127.0.0.1:{self.upstream_port}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept, "DATA_DIR": str(self.data), "DATABASE_URL": self.database.url, "HOST": "127.0.0.1",
            "KIMI_API_KEY": "sk-trial", "KIMI_BASE_URL": f"{up}/v1", "KIMI_ANTHROPIC_BASE_URL": f"{up}/anthropic",
            "KIMI_MODELS": "k2p5=kimi-k2.6", "LOG_LEVEL": "warning", "ENCRYPTION_KEY": "0123456789abcdef" * 4, **more}

    async def issue_token(self, units):
        """Makes a customer who may use so many units; returns the token and the customer's id."""
        process = await asyncio.create_subprocess_exec(
            PROGRAM, "admin", "token", "issue", "--units", str(units), env=self.environment(), cwd=self._folder.name,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, err = await process.communicate()
        if process.returncode != 0:
            raise ProgramFailed(f"admin token issue: {err.decode(errors='replace')[-2000:]}")
        token = out.decode().strip().splitlines()[-1]
        digest = hashlib.sha256(token.encode()).hexdigest()
        return token, self.database.customer(digest)

    def proxy(self):
        """A proxy of this deployment that isn't started yet."""
        self.proxies.append(Proxy(self))
        return self.proxies[-1]

    def log_tail(self):
        try:
            return self.log.read_text(errors="replace")[-3000:]
        except FileNotFoundError:
            return ""

    async def close(self):
        for proxy in self.proxies:
            await proxy.kill()
        self.database.drop()
        self._folder.cleanup()


class Proxy:
    """One process of the token proxy, again and again on the same port."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.port = free_port()
        self.process = None

    @property
    def is_running(self):
        return self.process is not None and self.process.returncode is None

    async def spawn(self, kill_at=None, under=(), program=PROGRAM, **more):
        """kill_at: `<point>:<n>`, where a debug build ends itself. under: the command of a program that runs `program`.

        more: environment variables.
        """
        more["TOKEN_PROXY_PORT"] = str(self.port)
        more["DATABASE_URL"] = self.deployment.proxies_database_url
        if kill_at:
            more["KILL_AT"] = kill_at
        with open(self.deployment.log, "ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *under, program, "token-proxy", env=self.deployment.environment(**more), cwd=self.deployment._folder.name,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log)

    async def wait_ready(self, seconds=READY_SECONDS):
        """Returns the seconds it took; or `None` if it was killed by its kill point before."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if not self.is_running:
                if self.process.returncode == -signal.SIGKILL:
                    return None
                raise ProgramFailed(
                    f"the proxy ended with {self.process.returncode}:\n{self.deployment.log_tail()}")
            try:
                connection = await Connection.open(self.port)
                try:
                    if (await asyncio.wait_for(connection.exchange("GET", "/readyz"), 5)).status == 200:
                        return time.monotonic() - started
                finally:
                    connection.hang_up()
            except (OSError, EOFError, asyncio.TimeoutError):
                pass
            await asyncio.sleep(0.005)
        raise ProgramFailed(f"the proxy wasn't ready in {seconds} s:\n{self.deployment.log_tail()}")

    async def start(self):
        await self.spawn()
        return await self.wait_ready()

    async def wait_end(self, seconds):
        """Returns whether it ended in that time."""
        try:
            await asyncio.wait_for(self.process.wait(), seconds)
            return True
        except asyncio.TimeoutError:
            return False

    async def kill(self):
        if self.is_running:
            self.process.kill()
            await self.process.wait()

    async def stop(self, seconds=35):
        """Asks it to end. Throws if it doesn't, or not in peace."""
        if not self.is_running:
            return
        self.process.terminate()
        if not await self.wait_end(seconds):
            raise ProgramFailed(f"the proxy didn't stop in {seconds} s")
        if self.process.returncode != 0:
            raise ProgramFailed(f"told to stop, the proxy ended with {self.process.returncode}:\n{self.deployment.log_tail()}")

    def memory(self):
        """Bytes of memory that the process holds, without the files that it maps: those are the page cache's."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next((int(line.split()[1]) << 10 for line in file if line.startswith("RssAnon")), 0)
