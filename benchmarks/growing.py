"""One point of a curve: a ledger of some size, and what work costs there.

Every point is a process of its own, so that its memory is its own. Costs are processor
time, because how long a disk takes does not depend on the size of a ledger.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from statistics import median
from typing import Literal, NamedTuple, get_args

from benchmarks.appending import BY, SHORT_EVENTS, appends, grown, payment_fields
from benchmarks.measuring import peak_kb
from benchmarks.portfolio import Telling, agreement, portfolio
from cli.start import collect_rarely
from events.dates import PartialDate
from ledger.importing.files import read_file
from ledger.importing.recording import import_batches
from ledger.ledger import Ledger
from ledger.log.tree import inclusion_proof
from projections.questions.answers import KnownAt, state_answer

# Where the events are: in agreements of ordinary length, or all in one.
Shape = Literal["in all", "in one agreement"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
TOGETHER = 1_000
LONG = "long"
_ON = PartialDate.parse("2030-06-01")
_KNOWN = KnownAt(0, 0, "")
_LATE_DAY = "2026-01-01"
_REPEATS = 5
_APPENDS = 20
_SECONDS = 10


class Point(NamedTuple):
    """What work costs in a ledger of some size.

    Attributes:
        shape: where its events are.
        events: how many it has.
        import_us: of an import, an event.
        memory_mb: the peak of the process that imports.
        append_us: of an append: to an agreement of ten events, or to the one.
        late_us: of the append of an event that took effect earlier than others.
        state_us: of the state of the same agreement.
        proof_us: of an inclusion proof.
    """

    shape: Shape
    events: int
    import_us: float
    memory_mb: float
    append_us: float
    late_us: float
    state_us: float
    proof_us: float


def point(folder: Path, shape: Shape, events: int) -> Point:
    """Make a ledger and measure."""
    path = folder / "events.jsonl"
    _write(path, shape, events)
    with Ledger.create(folder / "grown.db") as ledger:
        start = time.process_time()
        result = import_batches(ledger, read_file(path), recorded_by=BY)
        spent = time.process_time() - start
        assert result.error is None  # noqa: S101  # an import in part is none
        memory = peak_kb()
        name = grown(ledger, "short") if shape == "in all" else LONG
        # Before anything is appended to it.
        state = _cost(lambda: _state(ledger, name))
        return Point(
            shape,
            events,
            import_us=1e6 * spent / events,
            memory_mb=memory / 1_024,
            append_us=_cost(appends(ledger, name, _APPENDS)),
            late_us=_cost(appends(ledger, name, 1, _LATE_DAY)),
            state_us=state,
            proof_us=_cost(lambda: _proofs(ledger)),
        )


def _write(path: Path, shape: Shape, events: int) -> None:
    """Write an import file, whatever its size in no more memory than a batch."""
    with path.open("w", encoding="utf-8") as file:
        for telling in _tellings(shape, events):
            for line in telling.lines(batch=f"{telling.agreement} {file.tell()}"):
                file.write(f"{line}\n")


def _tellings(shape: Shape, events: int) -> Iterator[Telling]:
    """Tell a portfolio, or an agreement that begins like others and is paid for ever.

    A long one is told a thousand events at a time.
    """
    if shape == "in all":
        yield from portfolio(events)
        return
    random, first = Random(1), agreement(0, events=SHORT_EVENTS).events
    yield Telling(LONG, first)
    days = range(date(2025, 1, 1).toordinal(), date(2030, 1, 1).toordinal())
    for start in range(SHORT_EVENTS, events, TOGETHER):
        count = min(TOGETHER, events - start)
        yield Telling(
            LONG,
            [
                {
                    **payment_fields(),
                    "effective": date.fromordinal(random.choice(days)).isoformat(),
                    "amount": f"USD {random.randint(1, 999)}k",
                }
                for _ in range(count)
            ],
        )


def _state(ledger: Ledger, name: str) -> int:
    answer = state_answer(ledger.timeline(name), _ON, known=_KNOWN)
    assert answer.provisions  # noqa: S101  # a state without any tells nothing
    return 1


def _proofs(ledger: Ledger) -> int:
    size, store, random = ledger.size, ledger.store, Random(1)
    for _ in range(_APPENDS):
        inclusion_proof(random.randrange(size), size, store)
    return _APPENDS


def _cost(work: Callable[[], int]) -> float:
    """Do work some times and give what once costs, in microseconds.

    What takes very long is done once.
    """
    costs, begun = [], time.process_time()
    for _ in range(_REPEATS):
        start = time.process_time()
        done = work()
        costs.append(1e6 * (time.process_time() - start) / done)
        if time.process_time() - begun > _SECONDS:
            break
    return median(costs)


def main() -> None:
    """Measure the point that is asked for, and say what was found."""
    shape: Shape = "in all" if sys.argv[1] == "in all" else "in one agreement"
    collect_rarely()
    found = point(Path(sys.argv[3]), shape, int(sys.argv[2]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
