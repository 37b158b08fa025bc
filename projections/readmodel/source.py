"""What a read model is made from: the events of a ledger, in either order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from events.entry import Entry


class Source(Protocol):
    """A ledger, as far as a read model needs to know."""

    @property
    def size(self) -> int:
        """Count the events."""
        ...

    def names(self) -> Iterable[str]:
        """List the agreements."""
        ...

    def entries(self, agreement: str, *, known: int | None = None) -> Sequence[Entry]:
        """Read the events of an agreement in order, up to a position."""
        ...

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read the events in the order of their positions."""
        ...
