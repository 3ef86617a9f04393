"""Counts the instructions that a request and a chunk of a stream take, in the token proxy and in nginx, in user space.

    scripts/instructions-proxy [--keep FOLDER]

Both run under callgrind, which counts the same on every machine, and pass the same calls on to the same upstream. Bookkeeping
counts, too. The instructions of an idle second are taken off.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import steady
from client import Connection
from program import PROGRAM, Deployment, free_port
from running import run

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "Benchmarks" / "harness"))
from contenders import Nginx, clean_environment  # noqa: E402

#: What may be, and how many times nginx's instructions a request may take.
COMMITTED = json.loads((HERE / "instructions.json").read_text())

#: Seconds that a program may take to be ready under callgrind.
_READY = 120
_SETTLING = 1.5
#: Requests and streams that are counted.
_TIMES = (1000, 20)
#: Seconds between two chunks: long enough that each is passed on by itself.
_PAUSE = 0.003


class Callgrind:
    """Counts the instructions of one process from outside."""

    def __init__(self, folder, name, host=None):
        """host: the process's variable HOST, by which vgdb finds it."""
        self.folder = Path(folder)
        self.name = name
        self._environment = {"HOST": host} if host else {}
        self.pid = None
        self._total = 0
        self._dumps = 0

    @property
    def command(self):
        """What stands in front of the program."""
        return ["valgrind", "--tool=callgrind", "--vgdb-poll=50000", "--dump-instr=no", "--error-limit=no", "-q",
                f"--callgrind-out-file={self.folder / self.name}.out"]

    async def read(self):
        """All instructions so far. What was counted is set to zero, and kept in a file."""
        self._dumps += 1
        process = await asyncio.create_subprocess_exec(
            shutil.which("vgdb"), f"--pid={self.pid}", "--wait=10", "dump", env=self._environment,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        file = self.folder / f"{self.name}.out.{self._dumps}"
        if process.returncode != 0 or not file.exists():
            raise SystemExit(f"callgrind of {self.name} can't be read:\n{out.decode(errors='replace')[-2000:]}")
        with open(file, "rb") as lines:
            self._total += next(int(line.split()[1]) for line in lines if line.startswith(b"totals:"))
        return self._total


async def measure(callgrind, json_port, stream_port, token):
    meter = steady.Meter(callgrind.read, _SETTLING)
    requests, streams = _TIMES
    connection = await Connection.open(json_port)
    request = await meter.request(connection, token, requests)
    connection.hang_up()
    connection = await Connection.open(stream_port)
    chunk = await meter.chunk(connection, token, streams, chunks=(10, 60))
    connection.hang_up()
    return {"request": request, "chunk": chunk}


async def measure_nginx(folder, upstream_port):
    callgrind = Callgrind(folder, "nginx")
    port, stream_port = free_port(), free_port()
    config = Path(folder) / "nginx.conf"
    # All in one process, so that there is one to count.
    config.write_text(Nginx.CONFIG.format(
        folder=folder, upstream_port=upstream_port, port=port, stream_port=stream_port, processes="master_process off;"))
    process = await asyncio.create_subprocess_exec(
        *callgrind.command, "nginx", "-p", folder, "-e", "stderr", "-c", str(config), env=clean_environment(), cwd=folder)
    callgrind.pid = process.pid
    try:
        for _ in range(_READY * 10):
            try:
                (await Connection.open(port)).hang_up()
                break
            except OSError:
                await asyncio.sleep(0.1)
        return await measure(callgrind, port, stream_port, "none")
    finally:
        process.kill()
        await process.wait()


def without_debug_information(folder):
    """A copy of the program with its symbols alone: valgrind gives up where it can't read the rest."""
    copy = Path(folder) / "openclaw-cloud"
    subprocess.run(["objcopy", "--strip-debug", PROGRAM, copy], check=True)
    return str(copy)


def sigsuspend(folder):
    """The library without which valgrind crashes; sigsuspend.c says why."""
    library = Path(folder) / "sigsuspend.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, HERE / "sigsuspend.c"], check=True)
    return str(library)


async def measure_ours(folder, upstream_port):
    deployment = Deployment("sqlite", upstream_port)
    callgrind = Callgrind(folder, "token-proxy", deployment.environment()["HOST"])
    try:
        token, _ = await deployment.issue_token(steady.PLENTY)
        proxy = deployment.proxy()
        await proxy.spawn(
            under=callgrind.command, program=without_debug_information(folder), LD_PRELOAD=sigsuspend(folder))
        callgrind.pid = proxy.process.pid
        await proxy.wait_ready(_READY)
        return await measure(callgrind, proxy.port, proxy.port, token)
    finally:
        await deployment.close()


async def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/instructions-proxy", description=__doc__.splitlines()[0])
    parser.add_argument("--keep", metavar="FOLDER", help="where callgrind's files are kept, for callgrind_annotate")
    options = parser.parse_args(arguments)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="instructions."))
        upstream = await stack.enter_async_context(steady.Upstream(_PAUSE))
        nginx = await measure_nginx(folder, upstream.port)
        ours = await measure_ours(folder, upstream.port)
        if options.keep:
            shutil.copytree(folder, options.keep, dirs_exist_ok=True)
    status = steady.compare(ours, COMMITTED, "instructions")
    for what, count in nginx.items():
        print(f"nginx takes {count:,.0f} for a {what}; the token proxy {ours[what] / count:.2f} times that")
    most = COMMITTED["times_nginx"]
    if ours["request"] > most * nginx["request"]:
        print(f"at most {most} times nginx's for a request are committed: too many")
        status = 1
    return status


if __name__ == "__main__":
    run(main, sys.argv[1:])
