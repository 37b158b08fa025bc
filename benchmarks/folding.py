"""What it costs to know an agreement: rows read, checked, decoded, ordered, folded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.measuring import Bar, Comparison, compare
from benchmarks.peers.library import PeerApplication
from benchmarks.portfolio import agreement
from benchmarks.scale import Scale
from events.dates import INF
from ledger.ledger import Ledger

BY = "benchmarks"


def full_fold(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare a state from all rows of an agreement with the library's replay."""
    telling = agreement(0, events=scale.fold_events)
    with (
        Ledger.create(folder / "fold.db") as ledger,
        closing(PeerApplication(folder / "fold-peer.db")) as peer,
    ):
        ledger.append(telling.drafts(), recorded_by=BY)
        there = peer.record(telling.agreement, telling.events)

        def ours() -> int:
            state = ledger.timeline(telling.agreement).state(INF - 1)
            assert not state.skipped  # noqa: S101  # a fold that skips is no fold
            return scale.fold_events

        def theirs() -> int:
            assert peer.get(there).provisions  # noqa: S101  # as above
            return scale.fold_events

        yield compare(
            f"fold an agreement of {scale.fold_events:,} events from its rows",
            ours,
            "repository.get of eventsourcing",
            theirs,
            bar=Bar(ratio=5, rate=100_000),
            rounds=scale.rounds,
        )
