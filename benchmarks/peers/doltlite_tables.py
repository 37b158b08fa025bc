"""Doltlite: SQLite with the commits of a version control."""

from __future__ import annotations

import datetime as dt
import importlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# It has to be in the process before SQLite is.
with suppress(ImportError):
    importlib.import_module("doltlite")

import sqlite3

from benchmarks.peers.product import ACTIVITY, Moment, Piece, Product, needed
from benchmarks.peers.tables import SCHEMA, tell
from benchmarks.peers.told import Told

_COMMIT = "SELECT dolt_commit('-A', '-m', ?)"
_STATE = """
    SELECT provision, holder, amount, status FROM dolt_at_versions
    WHERE commit_ref = ? AND agreement = ? AND start <= ? AND until > ?
"""
_HISTORY = "SELECT * FROM events WHERE agreement = ? ORDER BY seq"
_EXCLUSIVE = """
    SELECT agreement, provision, holder FROM versions WHERE kind = 'exclusivity'
    AND activity = ? AND start <= ? AND until > ?
"""
_LAPSING = """
    SELECT agreement, provision, ends FROM versions
    WHERE ends > ?1 AND ends <= ?2 AND start <= ?1 AND until > ?1
"""


class Doltlite(Product):
    """Tables with a day from and until, and a commit for every event."""

    name = "doltlite"
    how = "days in columns kept by our own SQL, one commit an event"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        needed("doltlite", "doltlite")
        self._db = sqlite3.connect(folder / "dolt.db", isolation_level=None)
        self._db.executescript(SCHEMA)
        self._commit("tables")

    def load(self, pieces: Iterable[Piece]) -> None:
        """Take everything in one commit."""
        self._db.execute("BEGIN")
        for piece in pieces:
            for told in piece:
                tell(self._db, told)
        self._commit("load")

    def mark(self) -> str:
        """Give the last commit."""
        found = self._db.execute("SELECT commit_hash FROM dolt_log LIMIT 1").fetchone()
        return str(found[0])

    def append(self, told: Told) -> None:
        """Insert and commit."""
        self._db.execute("BEGIN")
        tell(self._db, told)
        self._commit(f"{told.agreement} {told.seq}")

    def state(self, agreement: str, on: dt.date, known: Moment) -> int:
        """Select from the tables of a commit."""
        day = on.isoformat()
        return self._count(_STATE, known, agreement, day, day)

    def history(self, agreement: str) -> int:
        """Select the events."""
        return self._count(_HISTORY, agreement)

    def exclusive(self, on: dt.date) -> int:
        """Look in an index."""
        day = on.isoformat()
        return self._count(_EXCLUSIVE, ACTIVITY, day, day)

    def lapsing(self, first: dt.date, last: dt.date) -> int:
        """Look in an index."""
        return self._count(_LAPSING, first.isoformat(), last.isoformat())

    def export(self, path: Path) -> None:
        """Write the events as JSON lines; it has no export of its own."""
        with path.open("w", encoding="utf-8") as file:
            for row in self._db.execute("SELECT * FROM events"):
                file.write(json.dumps(row) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _commit(self, message: str) -> None:
        # It ends the transaction as well.
        self._db.execute(_COMMIT, (message,)).fetchone()

    def _count(self, query: str, *asked: str) -> int:
        return len(self._db.execute(query, asked).fetchall())
