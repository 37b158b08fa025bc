"""What is read of a ledger, whether it was opened to be written or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from events.dates import NEG_INF
from events.entry import Entry
from ledger.clock import Clock
from ledger.known import Known, known
from ledger.rows import entry_of
from ledger.store import Head, Store, Summary
from ledger.streams import entries_between, entries_of, unknown
from projections.fold.record import Record, as_recorded, record_of
from projections.fold.supposals import Supposal
from projections.fold.timeline import Timeline, arrange


class Listed(NamedTuple):
    """An agreement in the list of them.

    ``title`` is the one it was opened with.
    """

    agreement: str
    title: str
    events: int
    recorded_at: str


class Reading:
    """A ledger, to be read.

    Args:
        store: what is read.
        clock: what time it is.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self._clock = clock

    def entries(
        self, agreement: str, *, after: int = 0, known: int | None = None
    ) -> list[Entry]:
        """Read the events of an agreement in order, one query.

        Args:
            agreement: which.
            after: leave out the events up to this number.
            known: the last position included; all by default.

        Raises:
            NotFound: there is no such agreement.
            Integrity: a row is damaged, or one is missing.
        """
        entries = entries_of(self.store, agreement, after=after, known=known)
        if not entries and not self.has(agreement):
            raise unknown(self.store, agreement)
        return entries

    def record(self, agreement: str, known: int | None = None) -> Record:
        """Read the events of an agreement as they count; see :meth:`entries`."""
        with as_recorded(agreement):
            return record_of(self.entries(agreement, known=known))

    def timeline(
        self,
        agreement: str,
        known: int | None = None,
        *,
        horizon: int = NEG_INF,
        supposals: Sequence[Supposal] = (),
    ) -> Timeline:
        """Put the events of an agreement in the order in which they took effect.

        Args:
            agreement: which.
            known: the last position included; all by default.
            horizon: the day up to which silence means that nothing happened.
            supposals: facts added for the sake of one question.

        Raises:
            NotFound: there is no such agreement, or nothing mentions a supposal.
            Refused: a supposal contradicts what is recorded.
            Integrity: a row is damaged, or one is missing.
        """
        record = self.record(agreement, known)
        with as_recorded(agreement):
            return arrange(record, horizon=horizon, supposals=supposals)

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read the whole ledger in order of position, in flat memory.

        Args:
            start: the first position.
            limit: at most so many; all that are there by default.

        Raises:
            Integrity: a row is damaged, or one is missing.
        """
        stop = None if limit is None else start + limit
        return entries_between(self.store, start, stop)

    def agreements(self, known: int | None = None) -> list[Listed]:
        """List the agreements, sorted by name; a few look-ups an agreement.

        Args:
            known: the last position included; all by default.
        """
        summaries: Iterable[Summary] = self.store.summaries()
        # What was recorded since is counted out agreement by agreement.
        if known is not None and known + 1 < self.size:
            summaries = self._until(summaries, known)
        return [
            Listed(
                found.agreement,
                str(getattr(entry_of(found.first).event, "title", found.agreement)),
                found.events,
                found.recorded_at,
            )
            for found in summaries
        ]

    def _until(self, summaries: Iterable[Summary], known: int) -> Iterator[Summary]:
        """Summarise agreements as they were known at a position."""
        for found in summaries:
            last = self.store.last_seq(found.agreement, known)
            if (row := self.store.row(found.agreement, last)) is not None:
                at = self.store.recorded_at(row.position)
                yield found._replace(events=last, recorded_at=at)

    def names(self) -> list[str]:
        """List the names of the agreements, sorted."""
        return self.store.names()

    def has(self, agreement: str) -> bool:
        """Tell whether there is such an agreement."""
        return self.store.tail(agreement) is not None

    @property
    def size(self) -> int:
        """Count the events of the whole ledger."""
        return self.store.head().size

    def head(self) -> Head:
        """Read the head of the Merkle tree over the whole ledger."""
        return self.store.head()

    def known(self, text: str | None = None, agreement: str | None = None) -> Known:
        """Find the last event known at a point; see :mod:`ledger.known`.

        Raises:
            InputError: the text is no such point.
            NotFound: nothing was recorded by then, or there is no such agreement.
        """
        if agreement is not None and not self.has(agreement):
            raise unknown(self.store, agreement)
        return known(self.store, text, agreement, self._clock)
