"""A program that exports a ledger.

``python -m tests.faults.exporter LEDGER BUNDLE`` says ``done`` or ``no KIND``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from events.errors import WhereasError
from ledger.audit.export import export
from tests.audit_parts import order_of
from tests.faults.appender import say
from tests.ledgers import reopen


def main(path: Path, bundle: Path) -> None:
    """Export everything, and tell whether it was done."""
    try:
        with reopen(path) as ledger:
            export(ledger.store, bundle, order_of(ledger))
    except WhereasError as error:
        say(f"no {error.kind}")
    else:
        say("done")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
