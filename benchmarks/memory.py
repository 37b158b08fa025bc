"""What an export and its verification hold in memory, each as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bundles import export_all, filled, verify_all
from benchmarks.measuring import Bar, Comparison, peak_kb
from benchmarks.scale import Scale
from ledger.ledger import Ledger

HOME = Path(__file__).parent.parent
MOST_MB = 200
# Ten times the events may take so much more: what grows is a few hashes an agreement.
FLAT = 2


def peaks(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare the peak of memory with that of a ledger of a tenth of the size.

    Only Linux tells the peak of one process alone; elsewhere nothing is compared.
    """
    if not peak_kb():
        return
    sizes = (scale.audit_events // 10, scale.audit_events)
    for size in sizes:
        filled(folder / f"{size}.db", size).close()
    for work in ("export", "verify"):
        small, large = (_peak_mb(work, folder / str(size)) for size in sizes)
        yield Comparison(
            f"memory of {work}, {sizes[1]:,} events",
            f"the same, {sizes[0]:,} events",
            large,
            small,
            large / small,
            Bar(ratio=FLAT, at_most=True, most_mb=MOST_MB),
            unit="MB",
        )


def _peak_mb(work: str, base: Path) -> float:
    """Do the work in a process of its own and give the most memory it had."""
    command = (sys.executable, "-m", "benchmarks.memory", work, str(base))
    done = subprocess.run(command, cwd=HOME, check=True, capture_output=True)  # noqa: S603  # our own module
    return int(done.stdout) / 1_024


def _work(work: str, base: Path) -> None:
    bundle = base.with_suffix(".zip")
    if work == "verify":
        verify_all(bundle)
        return
    with Ledger.open(base.with_suffix(".db"), read_only=True) as ledger:
        export_all(ledger, bundle)


if __name__ == "__main__":
    _work(sys.argv[1], Path(sys.argv[2]))
    sys.stdout.write(str(peak_kb()))
