"""A way to PostgreSQL that breaks at the worst moment: after a commit was made and before anybody has heard of it."""

import asyncio
import random
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

_PORT = 5432
_CHUNK = 1 << 16


class LossyPostgres:
    """Relays connections to the server of a database URL, and breaks some of them after a commit."""

    def __init__(self, url, seed):
        self._server = urlsplit(url)
        #: Of the commits, how many get no answer, from 0 to 1.
        self.share = 0
        self._random = random.Random(seed)
        self._folder = tempfile.TemporaryDirectory(prefix="lossy-postgres.")
        self._listener = None
        #: Commits that were made and got no answer.
        self.lost = 0

    @property
    def url(self):
        user = f"{self._server.username}@" if self._server.username else ""
        return urlunsplit(self._server._replace(netloc=user, query=f"host={quote(self._folder.name)}&port={_PORT}"))

    async def start(self):
        self._listener = await asyncio.start_unix_server(self._serve, Path(self._folder.name) / f".s.PGSQL.{_PORT}")
        return self

    async def close(self):
        self._listener.close()
        self._folder.cleanup()

    async def _connect(self):
        query = parse_qs(self._server.query)
        host = query.get("host", [self._server.hostname or "localhost"])[0]
        port = self._server.port or int(query.get("port", [_PORT])[0])
        if host.startswith("/"):
            return await asyncio.open_unix_connection(Path(host) / f".s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _serve(self, reader, writer):
        link = Link(writer)
        try:
            server_reader, server_writer = await self._connect()
        except OSError:
            link.cut()
            return
        link.ends.append(server_writer)
        answers = asyncio.create_task(self._answers(server_reader, writer, link))
        try:
            while data := await reader.read(_CHUNK):
                # A simple query, in a message of its own: https://www.postgresql.org/docs/current/protocol-message-formats.html
                if data.endswith(b"COMMIT\0") and self._random.random() < self.share:
                    link.is_losing = True
                server_writer.write(data)
                await server_writer.drain()
        except OSError:
            pass
        finally:
            if not link.is_losing:
                answers.cancel()
                link.cut()

    async def _answers(self, reader, writer, link):
        try:
            while data := await reader.read(_CHUNK):
                if link.is_losing:
                    self.lost += 1
                    break
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        link.cut()


class Link:
    """A connection's two ends."""

    def __init__(self, writer):
        self.ends = [writer]
        self.is_losing = False

    def cut(self):
        for end in self.ends:
            end.transport.abort()
