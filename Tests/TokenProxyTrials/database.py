"""Reads the product's database from outside: with Python's own SQLite, or with psql."""

import glob
import os
import shutil
import sqlite3
import subprocess
import uuid
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from ledger import units


@dataclass
class Event:
    """A row of usage_events; tokens."""

    request_id: str
    customer_id: str
    period_start: int
    input: int
    #: The part of the input that came from the cache.
    cached: int
    output: int
    is_estimated: bool

    @property
    def units(self):
        return units(self.input, self.cached, self.output)


@dataclass
class Quota:
    """A row of quotas; units."""

    customer_id: str
    period_start: int
    limit: int
    used: int
    reserved: int


class Database:
    """What the trials ask of either engine."""

    #: DATABASE_URL for the program.
    url = ""

    @staticmethod
    def new(engine, data):
        """data: the data directory, where SQLite's file lies."""
        return PostgresDatabase() if engine == "postgres" else SQLiteDatabase(data)

    def rows(self, statement):
        """A list of tuples of texts and integers."""
        raise NotImplementedError

    def drop(self):
        """Removes what isn't in the data directory."""

    def customer(self, token_hash):
        return self.rows(f"SELECT customer_id FROM proxy_tokens WHERE token_hash = '{token_hash}'")[0][0]

    def events(self):
        columns = "request_id, customer_id, period_start, input, cached, output, estimated"
        return [Event(*row[:6], is_estimated=int(row[6]) != 0) for row in self.rows(f"SELECT {columns} FROM usage_events")]

    def quotas(self):
        columns = "customer_id, period_start, token_limit, used, reserved"
        return [Quota(*row) for row in self.rows(f"SELECT {columns} FROM quotas")]

    def is_settled(self):
        """Whether nothing is set aside any more, neither for a call nor for a proxy's lease."""
        reserved, leases = self.rows("SELECT (SELECT sum(reserved) FROM quotas), (SELECT count(*) FROM leases)")[0]
        return not reserved and not leases


class SQLiteDatabase(Database):
    def __init__(self, data):
        self._path = data / "openclaw-cloud.sqlite"

    def rows(self, statement):
        with closing(sqlite3.connect(f"file:{self._path}?mode=rw", uri=True, timeout=10)) as connection:
            connection.execute("PRAGMA query_only = on")
            return connection.execute(statement).fetchall()


class PostgresDatabase(Database):
    """A database of its own on the server of TEST_DATABASE_URL."""

    def __init__(self):
        server = os.environ.get("TEST_DATABASE_URL")
        if not server:
            raise SystemExit("TEST_DATABASE_URL isn't set; scripts/with-postgres sets it")
        self._psql = shutil.which("psql") or max(glob.glob("/usr/lib/postgresql/*/bin/psql"), default="psql")
        self._server = server
        self._name = f"trial_{uuid.uuid4().hex[:12]}"
        self.url = urlunsplit(urlsplit(server)._replace(path=f"/{self._name}"))
        # Without a host, urllib drops the slashes that libpq wants.
        if not self.url.startswith("postgres://"):
            self.url = self.url.replace("postgres:", "postgres://", 1)
        self._run(server, f"CREATE DATABASE {self._name}")

    def _run(self, url, statement):
        separators = ["-F", "\x1f", "-R", "\x1e"]
        done = subprocess.run(
            [self._psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *separators, "-c", statement, url],
            capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr.strip()}")
        return done.stdout.rstrip("\n")

    def rows(self, statement):
        text = self._run(self.url, statement)
        return [tuple(_value(field) for field in line.split("\x1f")) for line in text.split("\x1e")] if text else []

    def drop(self):
        try:
            self._run(self._server, f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        except RuntimeError:
            # Interrupted, the server may have ended first, and its databases with it.
            pass


def _value(text):
    return int(text) if text.lstrip("-").isdigit() else text
