"""What is exported: which agreements, on which date, and as known when.

Events are read one after the other and never kept, but for those of one agreement where
single ones are chosen, and states are folded one agreement at a time: an export takes
the same memory whatever the size of the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from events.dates import PartialDate, parse_day
from events.entry import Entry
from events.errors import NotFound
from ledger.known import Known
from ledger.ledger import Ledger
from ledger.store import LEDGER_STREAM, Row
from ledger.streams import stored_between, stored_of, unknown
from projections.questions.answers import KnownAt, StateAnswer, state_answer

Stored = tuple[Row, Entry]

_DAY_LENGTH = len("2025-10-28")


@dataclass(slots=True)
class Tally:
    """What has been exported so far.

    Attributes:
        report: is told how many events were read since it was last told.
        events: how many were written, or led to the states that were.
        agreements: how many agreements they are of, where each comes once.
        withheld: how many values of events were erased and read ``[***]``.
        left_out: how many events were not written, because only the ledger itself can
            record them, or because they speak of one of those.
    """

    report: Callable[[int], object] = lambda _: None
    events: int = 0
    agreements: int = 0
    withheld: int = 0
    left_out: int = 0

    def count(self, entries: Sequence[Entry]) -> None:
        """Count events that were read."""
        self.events += len(entries)
        self.withheld += sum(len(entry.redacted) for entry in entries)
        self.report(len(entries))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to export of a ledger.

    Attributes:
        ledger: the ledger.
        known: the last event that counts.
        on: the date on which states are asked for.
        agreements: which, in this order; None for all, sorted by name.
        tally: counts what is read.
    """

    ledger: Ledger
    known: Known
    on: PartialDate
    agreements: tuple[str, ...] | None = None
    tally: Tally = field(default_factory=Tally)

    def check(self) -> None:
        """Check that every chosen agreement is there, and was by then.

        Raises:
            NotFound: one is not.
        """
        store = self.ledger.store
        for name in self.agreements or ():
            if name == LEDGER_STREAM or not self.ledger.has(name):
                raise unknown(store, name)
            if not store.last_seq(name, self.known.position):
                raise NotFound(
                    f"nothing was recorded of {name} by then",
                    hint=f"leave out {name}, or ask for a later --known",
                    agreement=name,
                )

    def names(self) -> Iterator[str]:
        """Yield the agreements of which something was known."""
        store = self.ledger.store
        for name in self.agreements or store.names():
            if self.agreements or store.last_seq(name, self.known.position):
                yield name

    def events(self) -> Iterator[Stored]:
        """Yield the events of agreements with their rows.

        All of them come in the order of their positions, those of chosen agreements
        agreement by agreement. What concerns the ledger as a whole is left out.

        Raises:
            Integrity: a row is damaged, or one is missing.
        """
        store, position = self.ledger.store, self.known.position
        if self.agreements is None:
            for stored in stored_between(store, 0, position + 1):
                if stored[0].agreement != LEDGER_STREAM:
                    yield stored
            return
        for name in self.agreements:
            yield from stored_of(store, name, known=position)

    def batches(self) -> Iterator[list[Entry]]:
        """Yield the events in batches, sorted by agreement within each."""
        entries = (entry for _, entry in self.events())
        for _, found in groupby(entries, _batch_of):
            yield sorted(found, key=lambda entry: entry.envelope.agreement)

    def states(self) -> Iterator[tuple[StateAnswer, list[Entry]]]:
        """Yield what held in each agreement, with the events that it follows from."""
        horizon = parse_day(self.known.at[:_DAY_LENGTH])
        for name in self.names():
            timeline = self.ledger.timeline(name, self.known.position, horizon=horizon)
            entries = list(timeline.record.known.values())
            last = entries[-1].envelope
            answer = state_answer(
                timeline,
                self.on,
                known=KnownAt(last.seq, last.position, last.recorded_at),
            )
            yield answer, entries
            self.tally.agreements += 1
            self.tally.count(entries)


def _batch_of(entry: Entry) -> str:
    """Name the batch of an event; one that stands alone is its own."""
    batch = entry.envelope.batch
    return batch.id if batch else entry.envelope.id
