"""The way in: ``whereas`` starts here."""

from __future__ import annotations

import gc

# Objects made before the collector looks for cycles among them. Loading a command makes
# tens of thousands that all stay; by the usual 700, looking takes a tenth of its time.
_OBJECTS = 100_000


def main() -> None:
    """Run the command line."""
    collect_rarely()
    from cli.main import main as run

    run()


def collect_rarely() -> None:
    """Let the garbage collector look less often."""
    gc.set_threshold(_OBJECTS, 10, 10)
