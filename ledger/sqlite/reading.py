"""Read a ledger file: one query a question, each on what is committed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

from events.codec import canonical
from events.errors import Integrity, Refused
from ledger.log.tree import HASH_SIZE, TILE_WIDTH, Frontier
from ledger.sqlite.failures import damaged, failing
from ledger.sqlite.readonly import LedgerFile
from ledger.sqlite.schema import TABLES, TRIGGERS, words_of
from ledger.store import LEDGER_STREAM, Columns, Edge, Head, Row, Summary, Tail

ROW_COLUMNS = ", ".join(Row._fields)
EDGE = "SELECT size, edge, recorded_at FROM head"
SCAN_ROWS = 1_000
# Larger than any position or number: an integer of SQLite has 64 bits.
MOST = (1 << 63) - 1

_ROWS = f"SELECT {ROW_COLUMNS} FROM events "  # noqa: S608  # constants only
_COLUMNS = f"SELECT {', '.join(Columns._fields)} FROM events "  # noqa: S608  # as above
_KEYED = f"{_ROWS} WHERE agreement = ? AND key = ?"
_ALL_KEYED = (
    f"SELECT key, {ROW_COLUMNS} FROM events WHERE agreement = ? "  # noqa: S608  # as above
    "AND key IN (SELECT value FROM json_each(?))"
)
# Every agreement by index look-ups, one after the other: not all events are read.
_NAMES = (
    "WITH RECURSIVE names (name) AS ("
    "SELECT min(agreement) FROM events WHERE agreement > ? UNION ALL "
    "SELECT (SELECT min(agreement) FROM events WHERE agreement > name) "
    "FROM names WHERE name IS NOT NULL) "
)
_LAST = (
    "JOIN events AS last ON last.agreement = name AND last.seq = "
    "(SELECT max(seq) FROM events WHERE agreement = name) "
)
_ALL_NAMES = f"{_NAMES} SELECT name FROM names"  # noqa: S608  # as above
_TAILS = (
    f"{_NAMES} SELECT name, last.seq, last.position, last.leaf FROM names "  # noqa: S608  # as above
    f"{_LAST} LIMIT ?"
)
_SUMMARIES = (
    f"{_NAMES} SELECT name, last.seq, last.recorded_at, "  # noqa: S608  # as above
    f"{', '.join(f'first.{name}' for name in Row._fields)} FROM names {_LAST} "
    "JOIN events AS first ON first.agreement = name AND first.seq = 1"
)


class SQLiteStore:
    """What the ledger reads of a file; see ``ledger.store.Store``.

    Args:
        file: the connections to it.
    """

    def __init__(self, file: LedgerFile) -> None:
        self.file = file

    def head(self) -> Head:
        """Read the head of the tree."""
        return Head._make(self._one("SELECT size, root, recorded_at FROM head"))

    def edge(self) -> Edge:
        """Read where the ledger grows, as it is stored."""
        return edge_of(self._one(EDGE))

    def tail(self, agreement: str) -> Tail | None:
        """Find the last event of an agreement, or None; one index look-up."""
        found = self.file.query(
            "SELECT seq, position, leaf FROM events WHERE agreement = ? "
            "ORDER BY seq DESC LIMIT 1",
            (agreement,),
        )
        return Tail._make(found[0]) if found else None

    def tails(self) -> Iterator[tuple[str, Tail]]:
        """Yield every agreement with its last event, sorted by name."""
        after = ""
        while found := self.file.query(_TAILS, (after, SCAN_ROWS)):
            yield from ((name, Tail._make(tail)) for name, *tail in found)
            after = found[-1][0]

    def row(self, agreement: str, seq: int) -> Row | None:
        """Read the event of an agreement with that number, or None."""
        found = self.file.query(
            f"{_ROWS} WHERE agreement = ? AND seq = ?", (agreement, seq)
        )
        return Row._make(found[0]) if found else None

    def rows(
        self,
        agreement: str,
        *,
        after: int = 0,
        known: int | None = None,
    ) -> list[Row]:
        """Read events of an agreement in order; see ``ledger.store.Store.rows``."""
        found = self.file.query(
            f"{_ROWS} WHERE agreement = ? AND seq > ? AND position <= ? ORDER BY seq",
            (agreement, after, MOST if known is None else known),
        )
        return list(map(Row._make, found))

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[Row]:
        """Yield the events from one position up to another, in flat memory."""
        end = self.head().size if stop is None else stop
        for first in range(start, end, SCAN_ROWS):
            found = self.file.query(
                f"{_ROWS} WHERE position >= ? AND position < ? ORDER BY position",
                (first, min(first + SCAN_ROWS, end)),
            )
            yield from map(Row._make, found)

    def columns(self, start: int, stop: int) -> list[Columns]:
        """Read the searchable members of the events from one position to another."""
        found = self.file.query(
            f"{_COLUMNS} WHERE position >= ? AND position < ? ORDER BY position",
            (start, stop),
        )
        return list(map(Columns._make, found))

    def before(self, start: int, stop: int) -> dict[int, Tail]:
        """Find what precedes the events of a range in their agreements, by position."""
        found = self.file.query(
            "SELECT e.position, p.seq, p.position, p.leaf FROM events AS e "
            "JOIN events AS p ON p.agreement = e.agreement AND p.seq = e.seq - 1 "
            "WHERE e.position >= ? AND e.position < ?",
            (start, stop),
        )
        return {position: Tail._make(tail) for position, *tail in found}

    def keyed(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row]:
        """Find events by agreement and idempotency key, one query an agreement."""
        if len(keys) == 1:
            one = self.file.query(_KEYED, keys[0])
            return {keys[0]: Row._make(one[0])} if one else {}
        wanted: dict[str, list[str]] = {}
        for agreement, key in keys:
            wanted.setdefault(agreement, []).append(key)
        return {
            (agreement, key): Row._make(row)
            for agreement, names in wanted.items()
            for key, *row in self.file.query(
                _ALL_KEYED, (agreement, canonical(names).decode())
            )
        }

    def last_recorded(self, instant: str) -> int:
        """Give the position of the last event up to an instant, or -1.

        Instants grow with positions, so that halving finds it without an index.
        """
        low, high = -1, self.head().size - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.recorded_at(middle) <= instant:
                low = middle
            else:
                high = middle - 1
        return low

    def recorded_at(self, position: int) -> str:
        """Tell when the event at a position was recorded."""
        found = self.file.query(
            "SELECT recorded_at FROM events WHERE position = ?", (position,)
        )
        if not found:
            raise Integrity(
                f"there is no event at pos:{position}",
                hint="whereas verify",
                position=position,
            )
        instant: str = found[0][0]
        return instant

    def last_seq(self, agreement: str, position: int) -> int:
        """Give the number of an agreement's last event up to a position, or 0."""
        found = self._one(
            "SELECT coalesce(max(seq), 0) FROM events "
            "WHERE agreement = ? AND position <= ?",
            (agreement, position),
        )
        return int(found[0])

    def names(self) -> list[str]:
        """List the agreements, sorted."""
        found = self.file.query(_ALL_NAMES, ("",))
        return [name for (name,) in found if name not in {None, LEDGER_STREAM}]

    def summaries(self) -> list[Summary]:
        """Summarise the agreements, sorted by name; a few look-ups an agreement."""
        return [
            Summary(name, seq, recorded_at, Row._make(row))
            for name, seq, recorded_at, *row in self.file.query(_SUMMARIES, ("",))
            if name != LEDGER_STREAM
        ]

    def read(self, level: int, index: int, width: int) -> bytes:
        """Read the first hashes of one tile; see ``ledger.log.tree.TileReader``."""
        found = self.file.query(
            "SELECT hashes FROM tiles WHERE level = ? AND start >= ? AND start < ? "
            "ORDER BY start",
            (level, index * TILE_WIDTH, index * TILE_WIDTH + width),
        )
        return b"".join(chain.from_iterable(found))[: width * HASH_SIZE]

    def tile_widths(self) -> dict[int, int]:
        """Count the hashes stored on each level of tiles."""
        found = self.file.query(
            "SELECT level, sum(length(hashes)) / 32 FROM tiles GROUP BY level"
        )
        return dict(found)

    def examine(self) -> None:
        """Check the pages, the indexes and the guards of the file.

        Raises:
            Integrity: SQLite finds a fault, or tables or triggers are not ours.
        """
        found = self.file.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        there = {words_of(statement) for (statement,) in found}
        for statement in map(words_of, (*TABLES, *TRIGGERS)):
            if statement not in there:
                _, what, name, *_ = statement.replace("UNIQUE ", "").split()
                raise damaged(
                    self.file.path, f"the {what} {name} is not as it was made"
                )
        (said,) = self._one("PRAGMA integrity_check(1)")
        if said != "ok":
            raise damaged(self.file.path, str(said))

    def scrub(self) -> bool:
        """Write the log of changes back; tell whether no reader needs any of it."""
        return self.file.checkpoint()

    def backup(self, path: Path) -> None:
        """Copy everything committed into a new file.

        Raises:
            Refused: the file is there already, or cannot be written.
        """
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            raise Refused(
                f"there is a file at {path} already", path=str(path)
            ) from None
        except OSError as error:
            raise Refused(
                f"{path} cannot be made: {error.strerror}", path=str(path)
            ) from error
        with (
            failing(path),
            closing(sqlite3.connect(path)) as target,
            self.file.reading() as connection,
        ):
            connection.backup(target)

    def _one(self, sql: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        """Run a query whose answer is one row."""
        found = self.file.query(sql, values)
        if len(found) != 1:
            raise damaged(self.file.path, f"{len(found)} rows where one should be")
        row: tuple[Any, ...] = found[0]
        return row


def edge_of(row: tuple[int, bytes, str]) -> Edge:
    """Make an edge of the columns of the head."""
    size, hashes, recorded_at = row
    nodes = [hashes[i : i + HASH_SIZE] for i in range(0, len(hashes), HASH_SIZE)]
    return Edge(Frontier(size, tuple(nodes)), recorded_at)
