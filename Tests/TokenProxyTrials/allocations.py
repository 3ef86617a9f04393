"""Counts the token proxy's allocations for a request and for a chunk of a stream, and holds them against what is committed.

    scripts/allocations-proxy [--build debug|release]

Bookkeeping counts, too: each request's way into the database is part of its price. The figures of an idle second are taken
off.
"""

import argparse
import json
import mmap
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import steady
from client import Connection
from program import Deployment
from running import run

HERE = Path(__file__).parent
#: What may be, by build; requests and chunks take the same ones on every machine, but for rare growth of some buffer.
COMMITTED = json.loads((HERE / "allocations.json").read_text())

_REQUESTS = 2000
_STREAMS = 40


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

    async def read(self):
        return struct.unpack("Q", self.memory[:8])[0]


async def measure():
    async with steady.Upstream() as upstream:
        deployment = Deployment("sqlite", upstream.port)
        with tempfile.TemporaryDirectory(prefix="allocations.") as folder:
            counter = Counter(Path(folder))
            meter = steady.Meter(counter.read, settling=0.5)
            try:
                token, _ = await deployment.issue_token(steady.PLENTY)
                proxy = deployment.proxy()
                await proxy.spawn(LD_PRELOAD=str(counter.library), ALLOCATIONS_FILE=str(counter.path))
                await proxy.wait_ready()
                connection = await Connection.open(proxy.port)
                found = {"request": await meter.request(connection, token, _REQUESTS),
                         "chunk": await meter.chunk(connection, token, _STREAMS)}
                connection.hang_up()
                await proxy.stop()
                return found
            finally:
                await deployment.close()


async def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/allocations-proxy", description=__doc__.splitlines()[0])
    parser.add_argument("--build", choices=sorted(COMMITTED), default="debug", help="which build PROGRAM is (default: debug)")
    options = parser.parse_args(arguments)
    return steady.compare(await measure(), COMMITTED[options.build], "allocations")


if __name__ == "__main__":
    run(main, sys.argv[1:])
