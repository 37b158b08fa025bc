"""What an export needs of a ledger, whatever keeps it.

``ledger.store.Store`` is one. It is not imported here, so that a test, or a log of
somebody else's, can be exported as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

# The stream of what concerns the ledger as a whole, such as changes of its keys.
LEDGER_STREAM = "_ledger"


class Row(Protocol):
    """One event as it is stored."""

    @property
    def position(self) -> int:
        """The position in the ledger, from 0."""
        ...

    @property
    def event(self) -> bytes:
        """The event bytes."""
        ...

    @property
    def disclosed(self) -> bytes:
        """A JSON object of the values that are kept beside the bytes."""
        ...

    @property
    def salts(self) -> bytes:
        """The salts of those values, 16 bytes each, in the order of their names."""
        ...

    @property
    def erased(self) -> str | None:
        """A JSON list of the names whose values were erased, or None."""
        ...


class Tail(Protocol):
    """The last event of an agreement."""

    @property
    def seq(self) -> int:
        """Its number in the agreement."""
        ...

    @property
    def position(self) -> int:
        """Its position in the ledger."""
        ...

    @property
    def leaf(self) -> bytes:
        """Its leaf hash."""
        ...


class LogSource(Protocol):
    """A log that can be exported."""

    def scan(self, start: int = 0, stop: int | None = None) -> Iterator[Row]:
        """Yield the events from one position up to another, in flat memory."""
        ...

    def rows(
        self, agreement: str, *, after: int = 0, known: int | None = None
    ) -> Sequence[Row]:
        """Read the events of an agreement up to the position ``known``."""
        ...

    def tails(self) -> Iterator[tuple[str, Tail]]:
        """Yield every stream with its last event."""
        ...

    def read(self, level: int, index: int, width: int) -> bytes:
        """Read the first hashes of one tile; see ``ledger.log.tree.TileReader``."""
        ...
