"""Whoever verifies needs no store, and memory for no more than a part of the log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.audit.verify import verify
from tests.audit_parts import TRUST, put, small
from tests.log_parts import LOG

ROOT = Path(__file__).parents[1]
FOREIGN = {"eventsourcing", "sqlite3", "sqlite_utils", "typer", "rich"}
LOADED = """
import sys
from ledger.audit.verify import main
status = main(sys.argv[1:])
print(" ".join(sorted(sys.modules)), file=sys.stderr)
sys.exit(status)
"""
MADE = """
import resource, sys
from ledger.audit.verify import main
status = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""


def run(program: str, *arguments: str) -> str:
    """Run a program in a fresh interpreter; give what it wrote on stderr."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def test_a_bundle_is_verified_without_a_store_or_a_terminal(tmp_path: Path) -> None:
    """The bundle has a state, so that the fold is loaded as well."""
    path = put(small(), tmp_path / "b.zip")
    loaded = set(run(LOADED, str(path), "--key", str(LOG.vkey)).split())
    assert "projections.fold.timeline" in loaded
    assert {name.partition(".")[0] for name in loaded}.isdisjoint(FOREIGN)
    assert loaded.isdisjoint({"ledger.ledger", "ledger.store", "ledger.sqlite"})


def test_the_module_can_be_run(tmp_path: Path) -> None:
    path = put(small(), tmp_path / "b.zip")
    command = [sys.executable, "-m", "ledger.audit.verify", str(path)]
    done = subprocess.run(
        [*command, "--key", str(LOG.vkey)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no getrusage")
def test_ten_times_the_events_take_the_same_memory(tmp_path: Path) -> None:
    """Export and verify 3,000 and 30,000 events in 30 agreements."""
    from tests import ledgers  # noqa: PLC0415  # beside its only use
    from tests.audit_parts import order_of  # noqa: PLC0415  # beside its only use

    peaks = []
    for events in (100, 1_000):
        with ledgers.create(tmp_path / f"{events}.db") as ledger:
            for number in range(30):
                ledgers.fill(ledger, events, f"agreement-{number}")
            from ledger.audit.export import export  # noqa: PLC0415  # as above

            path = tmp_path / f"{events}.zip"
            export(ledger.store, path, order_of(ledger, stated=(), earlier=()))
        peaks.append(int(run(MADE, str(path), "--key", str(LOG.vkey))))
        assert verify(path, TRUST).size == events * 30
    # Kilobytes; an event has about six hundred bytes.
    assert peaks[1] - peaks[0] < 4_000
