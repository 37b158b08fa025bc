"""Ask every product the same, turn by turn, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.peers.floors import Floor, floors
from benchmarks.peers.products import PRODUCTS
from benchmarks.portfolio import portfolio

HOME = Path(__file__).parent.parent.parent
OURS = "whereas"


class Effort(NamedTuple):
    """How much a run does.

    Attributes:
        events: how many events are loaded before anything is asked.
        rounds: how often every work is done.
        counts: the works, and how often each is done a round.
        seconds: after how long a round of a work stops, done at least once.
        most_seconds: after how long altogether a work is not done again.
    """

    events: int
    rounds: int
    counts: dict[str, int]
    seconds: float
    most_seconds: float


_COUNTS = {
    "append": 100,
    "state": 100,
    "history": 100,
    "exclusive": 10,
    "lapsing": 10,
    "export": 1,
}
FULL = Effort(10_000, 5, _COUNTS, seconds=2, most_seconds=15)
SMOKE = Effort(150, 1, dict.fromkeys(_COUNTS, 2), seconds=0.1, most_seconds=1)


class Measured(NamedTuple):
    """What was measured of a product.

    Attributes:
        name: what it is called.
        how: how it was used.
        load_us: what loading took, microseconds an event.
        seconds: by work, what doing it once took, in every round.
        answers: by work, what was answered on average.
        disk: bytes an event, indexes and all.
        memory_mb: the peak of its process.
    """

    name: str
    how: str
    load_us: float
    seconds: dict[str, list[float]]
    answers: dict[str, float]
    disk: float
    memory_mb: float

    def times(self, ours: Measured, work: str) -> float:
        """Tell how many times as long as ours a work takes: the ratio of medians."""
        return median(self.seconds[work]) / median(ours.seconds[work])


class Run(NamedTuple):
    """What a run found.

    Attributes:
        effort: how much was done.
        measured: the products, ours first.
        absent: the products that are not here, and why.
        floors: what the least takes that has to be done to an event.
    """

    effort: Effort
    measured: list[Measured]
    absent: dict[str, str]
    floors: list[Floor]


class Process:
    """A product in its process.

    Args:
        name: which product.
        folder: where it keeps everything.
        effort: how much will be asked.

    Attributes:
        lost: why it does not answer, where it is not installed or has crashed.
    """

    def __init__(self, name: str, folder: Path, effort: Effort) -> None:
        folder.mkdir()
        more = effort.rounds * effort.counts["append"]
        module = (sys.executable, "-m", "benchmarks.peers.worker")
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            (*module, name, str(folder), str(effort.events), str(more)),
            cwd=HOME,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.lost: str | None = None

    @cached_property
    def about(self) -> dict[str, Any]:
        """Wait until it has started, and hear who it is, or why it is not here."""
        found = self._answer()
        self.lost = found.get("absent", self.lost)
        return found

    def ask(self, *words: str | float) -> dict[str, Any] | None:
        """Ask for some work, and wait for it.

        Returns:
            What it measured; None where it is lost.
        """
        if "name" not in self.about or self.lost is not None:
            return None
        assert self._process.stdin is not None  # noqa: S101  # it is a pipe
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return self._answer() or None

    def close(self) -> None:
        """Let it end."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe
        line = self._process.stdout.readline()
        if not line:
            self.lost = f"its process ended with {self._process.wait()}"
        found: dict[str, Any] = json.loads(line or "{}")
        return found


def run(
    folder: Path, effort: Effort, names: Sequence[str], say: Callable[[str], None]
) -> Run:
    """Load every product, ask each the same in every round, and measure.

    Args:
        folder: an empty one.
        effort: how much to do.
        names: which products; ours has to be among them.
        say: told what is going on.
    """
    with _started(folder, effort, names) as processes:
        loads = {name: one.ask("load") for name, one in processes.items()}
        for name, one in processes.items():
            if one.lost is not None:
                say(f"{name} is left out: {one.lost}")
        rounds = list(_rounds(processes, effort, say))
        found = [
            _measured(one, load, [done[name] for done in rounds], effort)
            for name, one in processes.items()
            if (load := loads[name]) is not None and one.lost is None
        ]
        absent = {
            name: one.lost for name, one in processes.items() if one.lost is not None
        }
    texts = [
        json.dumps(fields).encode()
        for telling in portfolio(effort.events)
        for fields in telling.events
    ]
    return Run(effort, found, absent, list(floors(folder, texts, effort.rounds)))


@contextmanager
def _started(
    folder: Path, effort: Effort, names: Sequence[str]
) -> Iterator[dict[str, Process]]:
    """Start the processes, and end them."""
    with ExitStack() as stack:
        processes = {}
        for name in names:
            processes[name] = Process(name, folder / name, effort)
            stack.callback(processes[name].close)
        yield processes


def _rounds(
    processes: dict[str, Process], effort: Effort, say: Callable[[str], None]
) -> Iterator[dict[str, dict[str, dict[str, float]]]]:
    """Do every work with every product once a round; who comes first takes turns."""
    spent: dict[tuple[str, str], float] = {}
    order = list(processes)
    for number in range(effort.rounds):
        done: dict[str, dict[str, dict[str, float]]] = {name: {} for name in order}
        for work, count in effort.counts.items():
            for name in order:
                before = spent.get((name, work), 0)
                if before < effort.most_seconds:
                    answer = processes[name].ask(work, count, effort.seconds)
                    if answer is not None:
                        spent[name, work] = before + answer["seconds"]
                        done[name][work] = answer
            order = [*order[1:], order[0]]
        say(f"round {number + 1} of {effort.rounds}")
        yield done


def _measured(
    process: Process,
    load: dict[str, Any],
    rounds: list[dict[str, dict[str, float]]],
    effort: Effort,
) -> Measured:
    """Put together what was measured of a product."""
    size = process.ask("size") or {"disk": 0, "memory_kb": 0}
    done = {
        work: [found[work] for found in rounds if work in found]
        for work in effort.counts
    }
    events = effort.events + sum(one["count"] for one in done["append"])
    return Measured(
        name=process.about["name"],
        how=process.about["how"],
        load_us=1e6 * load["seconds"] / load["count"],
        seconds={
            work: [one["seconds"] / one["count"] for one in found]
            for work, found in done.items()
        },
        answers={work: found[0]["answer"] for work, found in done.items()},
        disk=size["disk"] / events,
        memory_mb=size["memory_kb"] / 1_024,
    )


def every_product() -> list[str]:
    """Name the products, ours first."""
    return list(PRODUCTS)
