from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    f"ledger.log.{file.stem}" for file in (ROOT / "ledger/log").glob("*.py")
)
SCRIPT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded_with_the_log() -> set[str]:
    """Import every module of the log in a fresh interpreter; what came along?"""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *MODULES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_a_verifier_imports_the_log_without_a_store_or_a_terminal() -> None:
    loaded = loaded_with_the_log()
    assert {"ledger", "events"} <= loaded
    assert loaded.isdisjoint(
        {"eventsourcing", "sqlite3", "sqlite_utils", "typer", "rich", "projections"}
    )


def test_signatures_are_imported_when_the_first_is_made_or_checked() -> None:
    assert loaded_with_the_log().isdisjoint({"cryptography", "rfc3161_client"})
