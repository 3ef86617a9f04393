"""Reads and writes the product's database from outside: with Python's own SQLite, or with psql."""

import os
import sqlite3
import sys
from contextlib import closing

# The token proxy's trials know how to have a database of their own.
sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "TokenProxyTrials"))

from database import PostgresDatabase  # noqa: E402


def literal(value):
    """A value as it stands in SQL; for texts without backslashes."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def insert(table, **columns):
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(literal(each) for each in columns.values())})"


class SQLiteRows:
    """DATABASE_URL is empty: the file lies in the data directory."""

    url = ""

    def __init__(self, data):
        self._path = data / "openclaw-cloud.sqlite"

    def read(self, statement):
        """A list of tuples."""
        with closing(sqlite3.connect(f"file:{self._path}?mode=rw", uri=True, timeout=20)) as connection:
            connection.execute("PRAGMA query_only = on")
            return connection.execute(statement).fetchall()

    def write(self, *statements):
        """In one transaction."""
        with closing(sqlite3.connect(f"file:{self._path}?mode=rw", uri=True, timeout=20, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for statement in statements:
                connection.execute(statement)
            connection.execute("COMMIT")

    def drop(self):
        pass


class PostgresRows(PostgresDatabase):
    """A database of its own on the server of TEST_DATABASE_URL."""

    def read(self, statement):
        return self.rows(statement)

    def write(self, *statements):
        # Several statements in one command are one transaction.
        self._run(self.url, "; ".join(statements))


def new(engine, data):
    return PostgresRows() if engine == "postgres" else SQLiteRows(data)
