"""``python -m benchmarks peers``: other products, side by side."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.peers.products import PRODUCTS
from benchmarks.peers.report import WORKS, report
from benchmarks.peers.running import FULL, OURS, SMOKE, Run, run
from benchmarks.plotting import dots, figure, save
from benchmarks.writing import write_section

_PLOT = "peers.svg"
_CAPTION = "How long each takes; every line is ten times the one before"


def main(arguments: Sequence[str]) -> int:
    """Run, print the tables, and write them where that is asked for."""
    asked = _parser().parse_args(arguments)
    effort = SMOKE if asked.smoke else FULL
    if asked.events:
        effort = effort._replace(events=asked.events)
    names = [OURS, *(name for name in asked.products or PRODUCTS if name != OURS)]
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), effort, names, _say)
    text = report(found)
    print(text)  # noqa: T201  # tables for whoever runs it
    if asked.write is not None:
        plot(found, asked.write / _PLOT)
        write_section(
            asked.write, "peers", f"![{_CAPTION}]({_PLOT})\n\n{_CAPTION}.\n\n{text}"
        )
    return 0


def plot(found: Run, path: Path) -> None:
    """Draw how long every work takes every product, on a log scale."""
    made, axes = figure(3, 2, 11, 6.5)
    for axis, (work, title) in zip(axes, WORKS.items(), strict=True):
        took = [median(one.seconds[work]) for one in found.measured]
        names = [one.name for one in found.measured]
        dots(axis, title, names, took)
    save(made, path)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # what is going on, for whoever waits


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks peers", description=__doc__
    )
    parser.add_argument("products", nargs="*", choices=[*PRODUCTS, []])
    parser.add_argument("--smoke", action="store_true", help="little work")
    parser.add_argument("--events", type=int, help="how many are loaded")
    parser.add_argument("--write", type=Path, help="the folder of the documentation")
    return parser
