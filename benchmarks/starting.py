"""What starting costs: a question as a process of its own, as a shell asks it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measuring import Bar, Comparison, Work, compare
from benchmarks.scale import Scale
from ledger.importing.files import read_file
from ledger.importing.recording import import_batches
from ledger.ledger import Ledger

HOME = Path(__file__).parent.parent
EXAMPLE = HOME / "examples" / "microsoft-openai.yaml"
COMMAND = (sys.executable, "-c", "from cli.main import main; main()")
FRAMEWORK = (sys.executable, "-c", "import typer")


def state_of_example(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare ``whereas state`` with starting what commands are written with."""
    path = folder / "example.db"
    with Ledger.create(path) as ledger:
        result = import_batches(ledger, read_file(EXAMPLE), recorded_by="benchmarks")
        assert result.error is None  # noqa: S101  # an example in part is none
    for words in (
        ("state", "microsoft-openai", "--on", "2026-01-01", "--ledger", str(path)),
        ("--help",),
    ):
        yield compare(
            f"start whereas {' '.join(words[:2])}",
            _starts((*COMMAND, *words), scale.starts),
            'python -c "import typer"',
            _starts(FRAMEWORK, scale.starts),
            bar=Bar(ratio=2, at_most=True),
            rounds=scale.rounds,
        )


def _starts(command: Sequence[str], count: int) -> Work:
    """Start a command so many times, one after the other."""

    def work() -> int:
        for _ in range(count):
            subprocess.run(command, cwd=HOME, check=True, capture_output=True)  # noqa: S603  # our own command
        return count

    return work
