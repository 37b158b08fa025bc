"""What an append costs: durable, with rules, a Merkle leaf and a receipt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from unittest.mock import patch

from benchmarks.measuring import Bar, Comparison, Work, compare
from benchmarks.peers.bare import BareTable
from benchmarks.portfolio import agreement, batches, portfolio
from benchmarks.scale import Scale
from benchmarks.story import Fields
from benchmarks.unproven import place_unproven
from events.entry import Draft
from events.reader import read_draft
from ledger.ledger import Ledger

BY = "benchmarks"
SHORT_EVENTS = 10
# After everything else that happens in an agreement.
PAYMENT_DAY = "2030-01-01"


def durable_append(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare single appends with bare commits of the same bytes."""
    events = scale.appends * scale.rounds
    told = list(_one_by_one(events))
    with (
        Ledger.create(folder / "single.db") as ledger,
        Ledger.create(folder / "bytes.db") as rehearsal,
        closing(BareTable(folder / "bare.db")) as bare,
    ):
        _at_once(rehearsal, told)
        rows = rehearsal.store.scan()

        def theirs() -> int:
            for row in islice(rows, scale.appends):
                bare.append(row.event, row.disclosed + row.salts)
            return scale.appends

        yield compare(
            "append one event, durably",
            _appends_of(ledger, told, scale.appends),
            "bare sqlite3 commit",
            theirs,
            bar=Bar(ratio=0.6),
            rounds=scale.rounds,
        )


def proofs_of_append(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare single appends with the same ones without leaf, tree and receipt."""
    told = list(_one_by_one(scale.appends * scale.rounds))
    with (
        Ledger.create(folder / "proven.db") as ledger,
        Ledger.create(folder / "unproven.db") as other,
    ):
        ours = _appends_of(ledger, told, scale.appends)
        unproven = _appends_of(other, told, scale.appends)

        def theirs() -> int:
            with patch("ledger.sqlite.recorder.place", place_unproven):
                return unproven()

        yield compare(
            "append one event, with its proof",
            ours,
            "without leaf, tree and receipt",
            theirs,
            bar=Bar(ratio=0.7),
            rounds=scale.rounds,
        )


def _appends_of(ledger: Ledger, told: Iterable[Draft], count: int) -> Work:
    """Append events one by one, so many a round."""
    drafts = iter(told)

    def work() -> int:
        for draft in islice(drafts, count):
            ledger.append([draft], recorded_by=BY)
        return count

    return work


def _one_by_one(events: int) -> Iterator[Draft]:
    """Give the events of a portfolio in the order in which they are recorded."""
    for piece in batches(portfolio(events)):
        yield from piece.drafts()


def long_agreement(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare appends to a long agreement with appends to a short one."""
    with Ledger.create(folder / "long.db") as ledger:
        long = grown(ledger, "long", scale.long_events)
        short = grown(ledger, "short")
        yield compare(
            f"append to an agreement with {scale.long_events:,} events",
            appends(ledger, long, scale.appends),
            f"the same with {SHORT_EVENTS}",
            appends(ledger, short, scale.appends),
            bar=Bar(ratio=2, at_most=True),
            rounds=scale.rounds,
        )


def _at_once(ledger: Ledger, drafts: list[Draft]) -> None:
    ledger.append(drafts, recorded_by=BY)


def grown(ledger: Ledger, name: str, events: int = SHORT_EVENTS) -> str:
    """Make an agreement with so many events."""
    beginning = agreement(0, events=SHORT_EVENTS).events
    _at_once(ledger, [read_draft(fields, agreement=name) for fields in beginning])
    rest = [payment(name)] * (events - SHORT_EVENTS)
    if rest:
        _at_once(ledger, rest)
    return name


def payment(name: str, day: str = PAYMENT_DAY) -> Draft:
    """Give an event that can always be appended once more."""
    return read_draft({**payment_fields(), "effective": day}, agreement=name)


def payment_fields() -> Fields:
    """Write such an event as in an import file."""
    granted = agreement(0, events=SHORT_EVENTS).events[2]
    return {
        "event": "Performed",
        "effective": PAYMENT_DAY,
        "provision": granted["id"],
        "kind": "paid",
        "amount": "USD 1m",
    }


def appends(ledger: Ledger, name: str, count: int, day: str = PAYMENT_DAY) -> Work:
    """Append such events one by one."""
    draft = payment(name, day)

    def work() -> int:
        for _ in range(count):
            ledger.append([draft], recorded_by=BY)
        return count

    return work
