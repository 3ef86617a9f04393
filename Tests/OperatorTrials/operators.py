"""Runs the product's operators: one process each, again and again."""

import asyncio
import os
import signal
import socket
import time

from fleet import PROGRAM, ProgramFailed
from http1 import Connections, head

#: Seconds that a debug build may take to be ready on busy cores.
READY_SECONDS = 30


def free_port():
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return each.getsockname()[1]


class Operator:
    """One operator of a fleet, on the same ports whenever it is started."""

    def __init__(self, fleet, kubeconfig, name="operator", **settings):
        self.fleet = fleet
        self.name = name
        self.port = free_port()
        self.log = os.path.join(fleet.folder, f"{name}.log")
        self.process = None
        #: time.monotonic()
        self.spawned_at = 0
        self._environment = fleet.environment(KUBECONFIG=kubeconfig, OPS_PORT=str(self.port), **settings)
        self._connections = Connections("127.0.0.1", self.port)

    @property
    def is_running(self):
        return self.process is not None and self.process.returncode is None

    async def spawn(self):
        self.spawned_at = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                PROGRAM, "operator", env=self._environment, cwd=self.fleet.folder, stdin=asyncio.subprocess.DEVNULL,
                stdout=log, stderr=log)
        return self

    async def wait_ready(self):
        """Returns the seconds it took."""
        started = time.monotonic()
        while time.monotonic() - started < READY_SECONDS:
            if not self.is_running:
                raise ProgramFailed(f"{self.name} ended with {self.process.returncode}:\n{self.log_tail()}")
            try:
                if (await self.ask("/readyz")).status == 200:
                    return time.monotonic() - started
            except (OSError, EOFError, asyncio.TimeoutError):
                pass
            await asyncio.sleep(0.02)
        raise ProgramFailed(f"{self.name} wasn't ready in {READY_SECONDS} s:\n{self.log_tail()}")

    async def start(self):
        await self.spawn()
        await self.wait_ready()
        return self

    async def wait_leading(self, seconds=30):
        """Until it is the one at work; the log says so."""
        started = time.monotonic()
        while "leading now" not in self.log_text():
            if time.monotonic() - started > seconds or not self.is_running:
                raise ProgramFailed(f"{self.name} doesn't lead:\n{self.log_tail()}")
            await asyncio.sleep(0.02)

    async def ask(self, path):
        request = head(f"GET {path} HTTP/1.1", [("Host", "127.0.0.1")])
        return await asyncio.wait_for(self._connections.exchange(request), 5)

    def kill(self):
        """SIGKILL, at once."""
        if self.is_running:
            self.process.kill()

    async def end(self):
        self.kill()
        if self.process:
            await self.process.wait()
        self._connections.close()

    async def stop(self, seconds=45):
        """Asks it to end. Throws if it doesn't, or not in peace."""
        if not self.is_running:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), seconds)
        except asyncio.TimeoutError:
            raise ProgramFailed(f"{self.name} didn't stop in {seconds} s:\n{self.log_tail()}") from None
        self._connections.close()
        if self.process.returncode != 0:
            raise ProgramFailed(f"told to stop, {self.name} ended with {self.process.returncode}:\n{self.log_tail()}")

    def freeze(self):
        """Stops its clock, so to speak; `thaw` lets it go on as if nothing had been."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        if self.is_running:
            self.process.send_signal(signal.SIGCONT)

    def memory(self):
        """Megabytes: resident now, and at most so far."""
        with open(f"/proc/{self.process.pid}/status") as file:
            values = {line.split(":")[0]: line.split()[1] for line in file if line.startswith("Vm")}
        return int(values["VmRSS"]) / 1024, int(values["VmHWM"]) / 1024

    def log_text(self):
        try:
            with open(self.log, errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def log_tail(self, size=2500):
        return self.log_text()[-size:]
