"""How much a run of the benchmarks does."""

from __future__ import annotations

from typing import NamedTuple


class Scale(NamedTuple):
    """How much work, and how often.

    Attributes:
        rounds: how often each way is measured.
        appends: single appends a round.
        fold_events: the length of the agreement that is folded.
        import_events: the events of an import, in agreements of 1,000.
        long_events: the length of the agreement that is appended to.
        starts: processes started a round.
        audit_events: the events of a ledger that is exported and verified.
        proofs: how many proofs are made a round.
        index_events: the events of a portfolio that is indexed.
        questions: questions to one agreement a round.
        lookups: provisions looked up a round.
    """

    rounds: int
    appends: int
    fold_events: int
    import_events: int
    long_events: int
    starts: int
    audit_events: int
    proofs: int
    index_events: int
    questions: int
    lookups: int


FULL = Scale(
    rounds=5,
    appends=200,
    fold_events=10_000,
    import_events=100_000,
    long_events=100_000,
    starts=3,
    audit_events=100_000,
    proofs=200,
    index_events=100_000,
    questions=20,
    lookups=20_000,
)
# Enough to see that every benchmark still works, too little to measure anything.
SMOKE = Scale(
    rounds=1,
    appends=10,
    fold_events=1_000,
    import_events=1_000,
    long_events=1_000,
    starts=1,
    audit_events=1_000,
    proofs=10,
    index_events=1_000,
    questions=2,
    lookups=20,
)
