"""What it costs to know an agreement: rows read, checked, decoded, ordered, folded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import msgspec

from benchmarks.measuring import Bar, Comparison, Work, compare
from benchmarks.peers.library import PeerApplication
from benchmarks.portfolio import agreement
from benchmarks.scale import Scale
from events.codec import canonical
from events.dates import INF
from events.entry import Entry, Envelope
from events.values import dec_hook
from ledger.ledger import Ledger
from ledger.store import Store

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
        yield compare(
            "the floor of it: rows fetched, hashed and decoded",
            _floor(ledger.store, ledger.entries(telling.agreement)),
            "repository.get of eventsourcing",
            theirs,
            bar=Bar(),
            rounds=scale.rounds,
        )


def _floor(store: Store, entries: list[Entry]) -> Work:
    """Do what no reader can leave out, in compiled code: nothing is compared or folded.

    What each row holds is known beforehand, so that each is decoded in two calls.
    """
    envelopes = msgspec.json.Decoder(Envelope, dec_hook=dec_hook)
    kinds = {type(entry.event) for entry in entries}
    decoders = {kind: msgspec.json.Decoder(kind, dec_hook=dec_hook) for kind in kinds}
    events = [(decoders[type(e.event)].decode, canonical(e.event)) for e in entries]
    agreement = entries[0].envelope.agreement

    def work() -> int:
        for row in store.rows(agreement):
            sha256(row.event).digest()
            envelopes.decode(row.event)
        for decode, event in events:
            decode(event)
        return len(events)

    return work
