"""The port: what the ledger asks of a database.

A store keeps one row an event, the tiles of the Merkle tree over them, and its head.
The first adapter is :mod:`ledger.sqlite`. An adapter is a recorder of the
event-sourcing library as well: events are put in through the library's event store,
which calls ``insert_events``. A store that cannot commit the rows, the tiles and the
head in one transaction cannot be an adapter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from events.entry import Envelope
from ledger.log.tree import Frontier, Run

# The stream of what concerns the ledger as a whole. It is not the name of any
# agreement, because those begin with a letter or a digit.
LEDGER_STREAM = "_ledger"

# What may be done about a ledger that is found damaged.
PUT_BACK = (
    "go on with a backup that is sound: "
    "whereas verify --ledger BACKUP --since CHECKPOINT\n"
    "or put a full bundle back: whereas restore BUNDLE --key VKEY --ledger NEW"
)

# The columns of a row, in the order in which they are written.
ROW = (
    "position",
    "agreement",
    "seq",
    "type",
    "id",
    "key",
    "batch",
    "recorded_at",
    "effective_from",
    "leaf",
    "erased",
    "salts",
    "disclosed",
    "event",
)


class Row(NamedTuple):
    """What is read back of one event.

    ``disclosed`` and ``salts`` are kept beside the bytes (see :mod:`events.codec`);
    ``erased`` is a JSON list of the names whose values are gone, or None.
    """

    position: int
    agreement: str
    seq: int
    event: bytes
    leaf: bytes
    disclosed: bytes
    salts: bytes
    erased: str | None


class Columns(NamedTuple):
    """The members of the event bytes that have a column of their own, for searches."""

    position: int
    agreement: str
    seq: int
    type: str
    id: str
    key: str | None
    batch: str | None
    recorded_at: str
    effective_from: str | None


class Head(NamedTuple):
    """The tree over everything recorded; an empty one was never recorded at."""

    size: int
    root: bytes
    recorded_at: str


class Edge(NamedTuple):
    """Where the ledger grows: the tree's right edge and the last instant recorded."""

    tree: Frontier
    recorded_at: str


class Tail(NamedTuple):
    """Where an agreement grows: its last event."""

    seq: int
    position: int
    leaf: bytes


class Summary(NamedTuple):
    """An agreement at a glance: its first event, and how far it has come."""

    agreement: str
    events: int
    recorded_at: str
    first: Row


class Pending(msgspec.Struct, frozen=True, gc=False):
    """An event ready to be stored, but for its place.

    ``position``, ``prev`` and ``recorded_at`` of the envelope are set by the store,
    which alone can know them.
    """

    envelope: Envelope
    disclosed: bytes
    salts: bytes

    @property
    def originator_id(self) -> str:
        """Name the stream for the event-sourcing library: the agreement."""
        return self.envelope.agreement

    @property
    def originator_version(self) -> int:
        """Number the event in its stream for the event-sourcing library."""
        return self.envelope.seq


class Erasure(NamedTuple):
    """What is left of a stored event when values of it are erased."""

    position: int
    disclosed: bytes
    salts: bytes
    erased: str


class Growth(NamedTuple):
    """Everything that one transaction writes."""

    rows: Sequence[tuple[Any, ...]]
    runs: Sequence[Run]
    edge: Edge
    root: bytes


class Store(Protocol):
    """What a database does for the ledger, beside recording.

    Every method reads what is committed; none blocks a writer. All raise errors of
    the tree in :mod:`events.errors` and nothing else.
    """

    def head(self) -> Head:
        """Read the head of the tree."""
        ...

    def tail(self, agreement: str) -> Tail | None:
        """Find the last event of an agreement, or None; one index look-up."""
        ...

    def tails(self) -> Iterator[tuple[str, Tail]]:
        """Yield every agreement with its last event, sorted by name."""
        ...

    def row(self, agreement: str, seq: int) -> Row | None:
        """Read the event of an agreement with that number, or None."""
        ...

    def rows(
        self,
        agreement: str,
        *,
        after: int = 0,
        known: int | None = None,
    ) -> list[Row]:
        """Read events of an agreement in order.

        Args:
            agreement: which.
            after: leave out the events up to this number.
            known: leave out the events behind this position.
        """
        ...

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[Row]:
        """Yield the events from one position up to another in order, in flat memory.

        Args:
            start: the first position.
            stop: the position after the last; all that are there by default.
        """
        ...

    def columns(self, start: int, stop: int) -> list[Columns]:
        """Read the searchable members of the events from one position to another."""
        ...

    def before(self, start: int, stop: int) -> dict[int, Tail]:
        """Find what precedes the events of a range in their agreements, by position."""
        ...

    def keyed(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row]:
        """Find events by agreement and idempotency key."""
        ...

    def last_recorded(self, instant: str) -> int:
        """Give the position of the last event up to an instant, or -1."""
        ...

    def recorded_at(self, position: int) -> str:
        """Tell when the event at a position was recorded."""
        ...

    def last_seq(self, agreement: str, position: int) -> int:
        """Give the number of an agreement's last event up to a position, or 0."""
        ...

    def names(self) -> list[str]:
        """List the agreements, sorted."""
        ...

    def summaries(self) -> list[Summary]:
        """Summarise the agreements, sorted by name."""
        ...

    def read(self, level: int, index: int, width: int) -> bytes:
        """Read the first hashes of one tile; see ``ledger.log.tree.TileReader``."""
        ...

    def edge(self) -> Edge:
        """Read where the ledger grows, as it is stored."""
        ...

    def tile_widths(self) -> dict[int, int]:
        """Count the hashes stored on each level of tiles."""
        ...

    def examine(self) -> None:
        """Check whatever the database itself can tell of its own soundness.

        Raises:
            Integrity: it is damaged, or what guards it was taken away.
        """
        ...

    def scrub(self) -> bool:
        """Leave no copy of erased values where the database keeps what was before.

        Returns:
            Whether there is none; there is while somebody reads what was before.
        """
        ...

    def backup(self, path: Path) -> None:
        """Copy everything committed into a new file.

        Raises:
            Refused: the file is there already, or cannot be written.
        """
        ...
