"""What a run found, as tables of Markdown."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.measuring import duration, two_digits
from benchmarks.peers.questions import PRODUCTS, QUESTIONS
from benchmarks.peers.running import Measured, Run

WORKS = {
    "append": "append one event",
    "state": "state at both times",
    "history": "history",
    "exclusive": "who is exclusive",
    "lapsing": "what lapses",
    "export": "export all",
}
_CPU = Path("/proc/cpuinfo")


def machine() -> str:
    """Name the day and the machine."""
    model = re.search(r"model name\s*: (.*)", _cpu())
    name = f", {model[1].strip()}" if model else ""
    return (
        f"Measured on {dt.datetime.now(dt.UTC).date()}, {os.cpu_count()} cores{name}, "
        f"{platform.system()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}."
    )


def report(run: Run) -> str:
    """Write everything that a run found."""
    effort = run.effort
    return "\n\n".join(
        [
            f"{machine()} {effort.events:,} events, medians of {effort.rounds} rounds.",
            table(["", *WORKS.values()], map(_times_row, *_both(run))),
            table(
                ["", "load, an event", "on disk, an event", "memory", "used how"],
                map(_size_row, run.measured),
            ),
            table(
                ["the least there is to do", "an event"],
                ([floor.work, duration(floor.us / 1e6)] for floor in run.floors),
            ),
            table(
                ["question", *PRODUCTS],
                ([asked, *answers] for asked, answers in QUESTIONS.items()),
            ),
            *_absent(run),
        ]
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _both(run: Run) -> tuple[list[Measured], list[Measured]]:
    return run.measured, [run.measured[0]] * len(run.measured)


def _times_row(one: Measured, ours: Measured) -> list[str]:
    cells = []
    for work in WORKS:
        took = duration(median(one.seconds[work]))
        times = two_digits(one.times(ours, work))
        cells.append(took if one is ours else f"{times} x ({took})")
    return [one.name, *cells]


def _size_row(one: Measured) -> list[str]:
    return [
        one.name,
        duration(one.load_us / 1e6),
        f"{one.disk:,.0f} bytes",
        f"{one.memory_mb:,.0f} MB",
        one.how,
    ]


def _absent(run: Run) -> Iterator[str]:
    for name, why in run.absent.items():
        yield f"Not measured: {name}, {why}."


def _cpu() -> str:
    return _CPU.read_text(encoding="utf-8") if _CPU.exists() else ""
