"""A way to PostgreSQL that breaks at the worst moment: in a commit, so that nobody knows whether it was made."""

import asyncio
import random
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

_PORT = 5432
_CHUNK = 1 << 16
#: Seconds that a commit may be on its way after its client was cut off.
_LATE = 0.3


class LossyPostgres:
    """Relays connections to the server of a database URL, and breaks some of them in a commit of a transaction that writes."""

    def __init__(self, url, seed):
        self._server = urlsplit(url)
        #: Of these commits, how many get no answer, from 0 to 1.
        self.share = 0
        #: How many have got none.
        self.lost = 0
        self._random = random.Random(seed)
        self._folder = tempfile.TemporaryDirectory(prefix="lossy-postgres.")
        self._listener = None

    @property
    def url(self):
        query = dict(parse_qsl(self._server.query)) | {"host": self._folder.name, "port": _PORT}
        user, at, _ = self._server.netloc.rpartition("@")
        return f"postgres://{user}{at}{self._server.path}?{urlencode(query)}"

    async def start(self):
        self._listener = await asyncio.start_unix_server(self._serve, Path(self._folder.name) / f".s.PGSQL.{_PORT}")
        return self

    async def close(self):
        self._listener.close()
        self._folder.cleanup()

    async def _connect(self):
        query = dict(parse_qsl(self._server.query))
        host = query.get("host", self._server.hostname or "localhost")
        port = self._server.port or int(query.get("port", _PORT))
        if host.startswith("/"):
            return await asyncio.open_unix_connection(Path(host) / f".s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _serve(self, reader, writer):
        server_writer = None
        answers = None
        try:
            server_reader, server_writer = await self._connect()
            answers = asyncio.create_task(_relay(server_reader, writer))
            writes = False
            while data := await reader.read(_CHUNK):
                # Simple queries, each in a message of its own:
                # https://www.postgresql.org/docs/current/protocol-message-formats.html
                if data.startswith(b"Q") and b"BEGIN" in data:
                    writes = b"READ ONLY" not in data
                if writes and data.endswith(b"COMMIT\0") and self._random.random() < self.share:
                    answers.cancel()
                    await asyncio.gather(answers, return_exceptions=True)
                    await self._lose(data, server_reader, server_writer, writer)
                    return
                server_writer.write(data)
                await server_writer.drain()
        except OSError:
            pass
        finally:
            if answers:
                answers.cancel()
            for end in filter(None, (writer, server_writer)):
                end.transport.abort()

    async def _lose(self, commit, server_reader, server_writer, writer):
        """The commit is made, is made later, or never."""
        self.lost += 1
        kind = self._random.choice(["made", "late", "never"])
        if kind != "made":
            writer.transport.abort()
        if kind == "late":
            await asyncio.sleep(self._random.uniform(0, _LATE))
        if kind != "never":
            server_writer.write(commit)
            await server_reader.read(_CHUNK)


async def _relay(reader, writer):
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.transport.abort()
