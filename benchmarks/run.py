"""Run benchmarks and print one table, or one of those that are long."""

from __future__ import annotations

import argparse
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.appending import durable_append, long_agreement, proofs_of_append
from benchmarks.auditing import audit
from benchmarks.curves import main as draw_curves
from benchmarks.folding import full_fold
from benchmarks.importing import json_lines
from benchmarks.indexing import (
    building,
    one_provision,
    portfolio_questions,
    state_of_one,
)
from benchmarks.measuring import Comparison
from benchmarks.memory import peaks
from benchmarks.peers.command import main as compare_products
from benchmarks.scale import FULL, SMOKE, Scale
from benchmarks.starting import state_of_example
from cli.start import collect_rarely

Benchmark = Callable[[Path, Scale], Iterator[Comparison]]

BENCHMARKS: dict[str, Benchmark] = {
    "append": durable_append,
    "proofs": proofs_of_append,
    "long": long_agreement,
    "import": json_lines,
    "fold": full_fold,
    "state": state_of_one,
    "lookup": one_provision,
    "index": building,
    "portfolio": portfolio_questions,
    "start": state_of_example,
    "audit": audit,
    "memory": peaks,
}
# Commands of their own, which take minutes and have no bars.
LONG: dict[str, Callable[[Sequence[str]], int]] = {
    "curves": draw_curves,
    "peers": compare_products,
}
_WIDE = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are named, or all.

    Returns:
        1 where a bar is missed, else 0.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in LONG:
        return LONG[words[0]](words[1:])
    asked = _parser().parse_args(words)
    scale = SMOKE if asked.smoke else FULL
    # As whereas itself runs; the peers have it as well.
    collect_rarely()
    print(_machine())  # noqa: T201  # a table for whoever runs it
    found = []
    for comparison in run(asked.benchmark or list(BENCHMARKS), scale):
        found.append(comparison)
        print(" | ".join(row(comparison)), flush=True)  # noqa: T201  # as above
    return 0 if asked.smoke or all(one.reached for one in found) else 1


def run(names: Sequence[str], scale: Scale) -> Iterator[Comparison]:
    """Run benchmarks, each in a folder of its own that goes away."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            yield from BENCHMARKS[name](Path(folder), scale)


def row(one: Comparison) -> tuple[str, ...]:
    """Write a comparison as a row of the table."""
    return (
        f"{one.work:<55}",
        f"{_figure(one.ours, one.unit):>12}",
        f"{_figure(one.theirs, one.unit):>12} {one.peer:<36}",
        f"{one.ratio:8.2f} x",
        f"{one.bar!s:<22}",
        "reached" if one.reached else "MISSED",
    )


def _figure(value: float, unit: str) -> str:
    """Write how often a second or how much, or how long once where that is more."""
    if unit == "/s" and value < _WIDE:
        return f"{1_000 / value:,.1f} ms"
    return f"{value:,.0f} {unit}"


def _machine() -> str:
    """Name what it ran on."""
    return (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        f", SQLite {sqlite3.sqlite_version}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("benchmark", nargs="*", choices=[*BENCHMARKS, []])
    parser.add_argument("--smoke", action="store_true", help="little work, no bars")
    return parser


if __name__ == "__main__":
    sys.exit(main())
