"""SQLite with nothing above it."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class BareTable:
    """A SQLite file with one table, as durable as a ledger."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE events (position INTEGER PRIMARY KEY, event BLOB, more BLOB)"
        )

    def append(self, event: bytes, more: bytes) -> None:
        """Commit one row."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        execute("INSERT INTO events (event, more) VALUES (?, ?)", (event, more))
        execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
