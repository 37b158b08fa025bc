"""``python -m benchmarks curves``: what work costs in ever larger ledgers."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.growing import SHAPES, Point, Shape
from benchmarks.measuring import duration
from benchmarks.peers.report import machine, table
from benchmarks.plotting import INK, LINES, figure, save
from benchmarks.writing import write_section

HOME = Path(__file__).parent.parent
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
SMOKE_UP_TO = 100
# What is shown, in which unit.
COSTS = {
    "import_us": ("import, an event", "µs"),
    "append_us": ("append", "µs"),
    "late_us": ("payment, learned late", "µs"),
    "state_us": ("state", "µs"),
    "proof_us": ("inclusion proof", "µs"),
    "memory_mb": ("memory of import", "MB"),
}
_PLOT = "curves.svg"
_CAPTION = "What work costs, by the number of events"


def main(arguments: Sequence[str]) -> int:
    """Measure every point, print the table, and write it where that is asked for."""
    asked = _parser().parse_args(arguments)
    up_to = SMOKE_UP_TO if asked.smoke else asked.up_to
    found = []
    for one in curves(up_to, asked.up_to_in_one or up_to):
        found.append(one)
        print(" | ".join(_row(one)), flush=True)  # noqa: T201  # for whoever waits
    text = report(found)
    print(text)  # noqa: T201  # a table for whoever runs it
    if asked.write is not None:
        plot(found, asked.write / _PLOT)
        write_section(asked.write, "curves", f"![{_CAPTION}]({_PLOT})\n\n{text}")
    return 0


def curves(up_to: int, up_to_in_one: int) -> Iterator[Point]:
    """Measure both shapes at every size.

    Args:
        up_to: the largest ledger, in events.
        up_to_in_one: the largest agreement, in events.
    """
    largest: dict[Shape, int] = dict(zip(SHAPES, (up_to, up_to_in_one), strict=True))
    for shape, most in largest.items():
        for events in SIZES:
            if events <= most:
                yield _measured(shape, events)


def _measured(shape: Shape, events: int) -> Point:
    """Measure a point in a process and a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        words = ("-m", "benchmarks.growing", shape, str(events), folder)
        done = subprocess.run(  # noqa: S603  # our own module
            (sys.executable, *words), cwd=HOME, check=True, capture_output=True
        )
    return Point(*json.loads(done.stdout))


def report(points: Sequence[Point]) -> str:
    """Write the points as a table of Markdown."""
    heads = ["events", *(title for title, _ in COSTS.values())]
    return f"{machine()} Processor time.\n\n{table(heads, map(_row, points))}"


def plot(points: Sequence[Point], path: Path) -> None:
    """Draw a curve for every cost and shape, over the number of events."""
    made, axes = figure(3, 2, 11, 6.5)
    for axis, (cost, (title, unit)) in zip(axes, COSTS.items(), strict=True):
        for shape, colour in zip(SHAPES, LINES, strict=False):
            mine = [one for one in points if one.shape == shape]
            axis.loglog(
                [one.events for one in mine],
                [getattr(one, cost) for one in mine],
                color=colour,
                label=shape,
                linewidth=1.8,
                marker="o",
                markersize=4,
            )
        axis.set_title(f"{title}, {unit}", loc="left", fontsize=10)
        axis.set_xlabel("events")
        _widen(axis)
    axes[0].legend(loc="upper left")
    save(made, path)


def _widen(axis: Any) -> None:  # noqa: ANN401  # of matplotlib
    """Show at least a hundredfold, so that what is flat looks flat."""
    low, high = axis.get_ylim()
    middle = (low * high) ** 0.5
    axis.set_ylim(min(low, middle / 10), max(high, middle * 10))
    axis.grid(visible=True, color=INK, alpha=0.25, linewidth=0.6)


def _row(one: Point) -> list[str]:
    return [
        f"{one.events:,} {one.shape}",
        *(duration(getattr(one, cost) / 1e6) for cost in COSTS if cost.endswith("_us")),
        f"{one.memory_mb:,.0f} MB",
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks curves", description=__doc__
    )
    parser.add_argument("--up-to", type=int, default=100_000, help="events in all")
    parser.add_argument("--up-to-in-one", type=int, help="events in one agreement")
    parser.add_argument("--smoke", action="store_true", help="the smallest alone")
    parser.add_argument("--write", type=Path, help="the folder of the documentation")
    return parser
