"""Catch up with the ledger: take the events that a read model has not taken yet.

Rows and the position up to which they go are written in one transaction. A position
that does not follow is refused, because it would be a hole that nobody sees.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from events.entry import Entry
from events.errors import Integrity
from events.record import ValuesErased
from projections.readmodel.opening import WAIT_SECONDS, opened
from projections.readmodel.rows import OPEN, Rows
from projections.readmodel.source import Source
from projections.readmodel.tables import CHILDREN, Tables, table_of
from projections.readmodel.tracking import Lag

CHUNK_EVENTS = 1_000
_AGREEMENTS_KEPT = 64
_NOT_AGREEMENTS = "_"
_TABLES = ("provisions", "parts", "stakes", "measures", "parties")


def follow(path: Path, source: Source, *, wait_seconds: float = WAIT_SECONDS) -> Lag:
    """Bring a read model up to date that is usable.

    Cost: that of the agreements that have new events.

    Raises:
        Integrity: the ledger has a hole, or somebody else moved the read model on.
        sqlite3.Error: the read model cannot be written, or is not sound.
    """
    with opened(path, "rw", wait_seconds=wait_seconds) as connection:
        # What is erased is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete = ON")
        catching = CatchingUp(connection, source)
        while catching.position < source.size:
            catching.take(list(source.read(catching.position, CHUNK_EVENTS)))
        return Lag(catching.position, source.size, None)


class CatchingUp:
    """Takes events into a read model in the order of their positions.

    Attributes:
        position: that of the next event.
    """

    def __init__(self, connection: sqlite3.Connection, source: Source) -> None:
        self._connection = connection
        self._source = source
        self._kept: OrderedDict[str, Rows] = OrderedDict()
        (self.position,) = connection.execute(
            "SELECT position FROM tracking"
        ).fetchone()

    def take(self, entries: Sequence[Entry]) -> None:
        """Take events, all of them or none.

        Raises:
            Integrity: the first does not follow what was taken, or there is none.
        """
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            tables = Tables(self._connection)
            for at, entry in enumerate(entries, self.position):
                _check_place(entry, at)
                self._take(entry, tables)
            tables.flush()
            self._track(entries)
            self._connection.execute("COMMIT")
        except BaseException:
            self._kept.clear()
            self._connection.execute("ROLLBACK")
            raise
        self.position += len(entries)

    def _take(self, entry: Entry, tables: Tables) -> None:
        agreement = entry.envelope.agreement
        if agreement.startswith(_NOT_AGREEMENTS):
            return
        if isinstance(entry.event, ValuesErased):
            self._rewrite(agreement, entry.position, tables)
            return
        changes = self._rows(agreement, entry, tables).take(entry)
        tables.insert(agreement, changes.opened)
        tables.close(changes.closed)
        tables.insert_event(entry)

    def _track(self, entries: Sequence[Entry]) -> None:
        """Move the position on, if nobody else has."""
        if not entries:
            raise Integrity(f"there is no event at pos:{self.position}")
        there = (self.position + len(entries), entries[-1].envelope.id, self.position)
        moved = self._connection.execute(
            "UPDATE tracking SET position = ?, event = ? WHERE position = ?", there
        )
        if moved.rowcount != 1:
            raise Integrity(f"the read model is no longer at pos:{self.position}")

    def _rows(self, agreement: str, entry: Entry, tables: Tables) -> Rows:
        """Give the open rows of an agreement before an event."""
        rows = self._kept.pop(agreement, None)
        if rows is None:
            rows = Rows()
            known = entry.position - 1
            if entry.seq > 1:
                rows.begin(self._source.entries(agreement, known=known))
                tables.flush()
                self._number(agreement, rows)
        self._kept[agreement] = rows
        while len(self._kept) > _AGREEMENTS_KEPT:
            self._kept.popitem(last=False)
        return rows

    def _number(self, agreement: str, rows: Rows) -> None:
        """Give open rows the ids that they have in the tables."""
        numbers: dict[tuple[str, str, str, int], int] = {}
        for table in _TABLES:
            column = "kind" if table == "parts" else "''"
            numbers |= {
                (table, kind, name, on_from): number
                for number, kind, name, on_from in self._connection.execute(
                    f"SELECT id, {column}, name, on_from FROM {table} "  # noqa: S608  # constants only
                    "WHERE agreement = ? AND known_to = ?",
                    (agreement, OPEN),
                )
            }
        for (key, on_from), row in rows.open.items():
            table = table_of(key.kind)
            kind = key.kind if table == "parts" else ""
            row.number = numbers[table, kind, key.name, on_from]

    def _rewrite(self, agreement: str, position: int, tables: Tables) -> None:
        """Write an agreement anew: values of earlier events are gone."""
        tables.flush()
        for child in CHILDREN:
            self._connection.execute(
                f"DELETE FROM {child} WHERE provision IN "  # noqa: S608  # constants only
                "(SELECT id FROM provisions WHERE agreement = ?)",
                (agreement,),
            )
        for table in (*_TABLES, "events"):
            self._connection.execute(
                f"DELETE FROM {table} WHERE agreement = ?",  # noqa: S608  # constants only
                (agreement,),
            )
        rows, made = Rows(), []
        for entry in self._source.entries(agreement, known=position):
            made += rows.take(entry).opened
            tables.insert_event(entry)
        tables.insert(agreement, made)
        tables.flush()
        self._kept[agreement] = rows
        # The full-text index keeps words that are gone until it is tidied up.
        self._connection.execute(
            "INSERT INTO events_fts (events_fts) VALUES ('optimize')"
        )


def _check_place(entry: Entry, position: int) -> None:
    """Refuse an event that does not follow."""
    if entry.position != position:
        raise Integrity(
            f"pos:{entry.position} was read where pos:{position} should be",
            position=position,
        )
