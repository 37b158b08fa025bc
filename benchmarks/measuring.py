"""Measure two ways to do the same work, turn by turn, and compare medians.

Absolute figures drift with the machine, its disk and its neighbours; what the two ways
share cancels out in the ratio, because every round does both.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Literal, NamedTuple

_STATUS = Path("/proc/self/status")

# Does the work once and tells how much of it that was.
Work = Callable[[], int]


class Bar(NamedTuple):
    """What a comparison has to reach.

    ``ratio`` is against the peer; with ``at_most`` the peer's is to be undercut.
    ``rate`` is a floor of our own, per second, and ``most_mb`` a ceiling of memory.
    """

    ratio: float | None = None
    at_most: bool = False
    rate: float | None = None
    most_mb: float | None = None

    def __str__(self) -> str:
        words = []
        if self.ratio is not None:
            words.append(f"{'<=' if self.at_most else '>='} {self.ratio:g} x")
        if self.rate is not None:
            words.append(f">= {self.rate:,.0f}/s")
        if self.most_mb is not None:
            words.append(f"<= {self.most_mb:,.0f} MB")
        return ", ".join(words)


class Comparison(NamedTuple):
    """Our way beside a peer's: medians of the rounds, work per second or memory.

    ``ratio`` is the median of the rounds' ratios: ours to the peer's rates, or with
    ``at_most`` our time or memory to the peer's.
    """

    work: str
    peer: str
    ours: float
    theirs: float
    ratio: float
    bar: Bar
    unit: Literal["/s", "MB"] = "/s"

    @property
    def reached(self) -> bool:
        """Tell whether the bar is reached."""
        bar = self.bar
        if bar.rate is not None and self.ours < bar.rate:
            return False
        if bar.most_mb is not None and self.ours > bar.most_mb:
            return False
        if bar.ratio is None:
            return True
        return self.ratio <= bar.ratio if bar.at_most else self.ratio >= bar.ratio


def compare(  # noqa: PLR0913  # two ways, their names, and how
    work: str, ours: Work, peer: str, theirs: Work, *, bar: Bar, rounds: int
) -> Comparison:
    """Do the same work in two ways, turn by turn.

    Args:
        work: what is done, in words.
        ours: our way.
        peer: the other way, in words.
        theirs: the other way.
        bar: what we have to reach.
        rounds: how often each is done, at least 1.
    """
    pairs = []
    for number in range(rounds):
        # Who comes first takes turns too.
        pair = (ours, theirs) if number % 2 == 0 else (theirs, ours)
        rates = {way: per_second(way) for way in pair}
        pairs.append((rates[ours], rates[theirs]))
    ratios = [t / o if bar.at_most else o / t for o, t in pairs]
    return Comparison(
        work,
        peer,
        median(o for o, _ in pairs),
        median(t for _, t in pairs),
        median(ratios),
        bar,
    )


def per_second(work: Work) -> float:
    """Do work once and tell how much of it a second would do.

    What was made before it is none of its business, nor of the garbage collector's
    while it runs.
    """
    gc.collect()
    gc.freeze()
    start = time.perf_counter()
    amount = work()
    return amount / (time.perf_counter() - start)


def peak_kb() -> int:
    """Read the peak of this process; what ``getrusage`` says counts the parent's.

    Returns:
        0 where the system is not Linux and does not tell.
    """
    if not _STATUS.exists():
        return 0
    lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))


def duration(seconds: float) -> str:
    """Write how long something takes, two digits of it."""
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if seconds >= size:
            return f"{two_digits(seconds / size)} {unit}"
    return f"{two_digits(seconds * 1e6)} µs"


def two_digits(number: float) -> str:
    """Write a number with two digits that count."""
    return f"{float(f'{number:.2g}'):,.10g}"
