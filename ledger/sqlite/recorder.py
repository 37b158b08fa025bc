"""The SQLite recorder: what the event-sourcing library and the ledger ask of a store.

A transaction that appends writes the rows, the tiles and the head, or nothing. It
begins by reading where the ledger ends, one row, so that nothing kept in memory can be
out of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteCursor,
    SQLiteDatastore,
)

from events.errors import Integrity, Refused
from ledger.clock import Clock, now_us
from ledger.log.tree import TILE_WIDTH, Run
from ledger.placing import place
from ledger.receipts import Receipt
from ledger.sqlite.datastore import LedgerDatastore
from ledger.sqlite.reading import EDGE, MOST, ROW_COLUMNS, SQLiteStore, edge_of
from ledger.sqlite.schema import TRIGGERS, words_of
from ledger.store import ROW, Erasure, Growth, Row, Tail
from ledger.stored import Moved, StoredPending, StoredRow

_INSERT = f"INSERT INTO events VALUES ({', '.join('?' * len(ROW))})"  # noqa: S608  # constants only
_TILES = "INSERT INTO tiles (level, start, hashes) VALUES (?, ?, ?)"
_GROW = "UPDATE head SET size = ?, root = ?, edge = ?, recorded_at = ?"
_ERASE = "UPDATE events SET disclosed = ?, salts = ?, erased = ? WHERE position = ?"
_TAIL = (
    "SELECT seq, position, leaf FROM events WHERE agreement = ? "
    "ORDER BY seq DESC LIMIT 1"
)
_SELECT = f"SELECT type, {ROW_COLUMNS} FROM events "  # noqa: S608  # constants only


class LedgerRecorder(SQLiteApplicationRecorder):
    """One ledger file, as the library's application recorder.

    Attributes:
        store: the same file, as the ledger reads it.
        clock: what time it is, for ``recorded_at``.
    """

    def __init__(
        self, datastore: SQLiteDatastore, events_table_name: str = "events"
    ) -> None:
        super().__init__(datastore, events_table_name)
        if not isinstance(datastore, LedgerDatastore):
            raise TypeError("a ledger is recorded in a LedgerDatastore")
        self.store = SQLiteStore(datastore)
        self.clock: Clock = now_us

    def construct_create_table_statements(self) -> list[str]:
        """Give none: a ledger is made by ``create`` and by nothing else."""
        return []

    def _insert_events(
        self,
        c: SQLiteCursor,
        stored_events: Sequence[StoredEvent],
        *,
        receipts: list[Receipt] | None = None,
        erasures: Sequence[Erasure] = (),
        size: int | None = None,
        **_: object,
    ) -> Sequence[int] | None:
        """Append events inside a transaction that has the write lock.

        Args:
            c: the transaction.
            stored_events: from the mapper, in order, at least one.
            receipts: where to put the receipts; the library then gets no positions,
                because they are in the receipts.
            erasures: values to erase in the same transaction.
            size: how many events the whole ledger must have; any number by default.

        Returns:
            The positions, where no receipts were asked for.

        Raises:
            Moved: an agreement has grown since the events were numbered, or the whole
                ledger where it must not.
        """
        pendings = [s.pending for s in stored_events if isinstance(s, StoredPending)]

        def tail_of(agreement: str) -> Tail | None:
            c.execute(_TAIL, (agreement,))
            return Tail._make(found) if (found := c.fetchone()) else None

        c.execute(EDGE)
        edge = edge_of(c.fetchone())
        if size not in {None, edge.tree.size}:
            raise Moved(f"the ledger has {edge.tree.size} events, not {size}")
        growth, made = place(pendings, edge, tail_of, self.clock)
        _grow(c, growth)
        if erasures:
            _erase(c, erasures)
        if receipts is None:
            return [receipt.position for receipt in made]
        receipts += made
        return None

    def restore(self, growths: Iterable[Growth], root: bytes) -> None:
        """Write everything into an empty ledger as it was, or nothing.

        Args:
            growths: rows, tiles and edges, each behind the one before.
            root: the root to which they must lead.

        Raises:
            Refused: there are events in the ledger.
            Integrity: they lead to another root.
        """
        with self.datastore.transaction(commit=True) as c:
            c.execute(EDGE)
            edge = edge_of(c.fetchone())
            if edge.tree.size:
                raise Refused(
                    f"{self.store.file.path} has events already; a bundle is restored"
                    " into an empty ledger",
                    hint="name another file: --ledger FILE",
                )
            for growth in growths:
                _grow(c, growth)
                edge = growth.edge
            found = edge.tree.root()
            if found != root:
                raise Integrity(
                    "what was restored leads to another root; nothing was kept",
                    position=0,
                    expected=root.hex(),
                    found=found.hex(),
                )

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Select the events of an agreement for the library's event store."""
        found = self.store.file.query(
            f"{_SELECT} WHERE agreement = ? AND seq > ? AND seq <= ? "
            f"ORDER BY seq {'DESC' if desc else 'ASC'} LIMIT ?",
            (
                str(originator_id),
                gt or 0,
                MOST if lte is None else lte,
                MOST if limit is None else limit,
            ),
        )
        return list(map(_stored, found))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Select events of the whole ledger; a notification's id is its position."""
        first = 0 if start is None else start + (not inclusive_of_start)
        named = f"AND type IN ({', '.join('?' * len(topics))}) " if topics else ""
        found = self.store.file.query(
            f"{_SELECT} WHERE position >= ? AND position <= ? {named}"
            "ORDER BY position LIMIT ?",
            (first, MOST if stop is None else stop, *topics, limit),
        )
        return list(map(_stored, found))

    def max_notification_id(self) -> int:
        """Give the last position, or -1."""
        return self.store.head().size - 1


def _grow(c: SQLiteCursor, growth: Growth) -> None:
    """Write the rows, the tiles and the head of one transaction."""
    tree, recorded_at = growth.edge
    c.executemany(_INSERT, growth.rows)
    c.executemany(_TILES, (tile for run in growth.runs for tile in _tiles(run)))
    c.execute(_GROW, (tree.size, growth.root, b"".join(tree.hashes), recorded_at))


def _erase(c: SQLiteCursor, erasures: Sequence[Erasure]) -> None:
    """Take values out of rows, after the events that say so.

    The guard on updates reads JSON, which SQLite 3.40 does not trust in a trigger. It
    is trusted for these statements alone, once it is seen to be ours.
    """
    c.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
    found = {words_of(statement) for (statement,) in c.fetchall()}
    if found != set(map(words_of, TRIGGERS)):
        raise Integrity(
            "the guards of the ledger file are not ours; nothing was erased",
            hint="whereas verify",
        )
    c.execute("PRAGMA trusted_schema = ON")
    try:
        c.executemany(
            _ERASE, ((e.disclosed, e.salts, e.erased, e.position) for e in erasures)
        )
    finally:
        c.execute("PRAGMA trusted_schema = OFF")


def _tiles(run: Run) -> Iterator[tuple[int, int, bytes]]:
    """Cut a run where tiles end, so that a tile is read without what is beside it."""
    at = 0
    while at < len(run.hashes):
        start = run.start + at
        width = TILE_WIDTH - start % TILE_WIDTH
        yield run.level, start, b"".join(run.hashes[at : at + width])
        at += width


def _stored(found: tuple[Any, ...]) -> StoredRow:
    """Make what the library passes on of a row with its type."""
    name, *columns = found
    row = Row._make(columns)
    return StoredRow(row.agreement, row.seq, name, row.event, row.position, row)
