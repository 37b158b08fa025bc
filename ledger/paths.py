"""The path of a ledger file, and what SQLite keeps beside it."""

from __future__ import annotations

import os
from pathlib import Path

from events.errors import Refused


def followed(path: Path) -> Path:
    """Give the file itself where a path is a link to it.

    SQLite keeps what belongs to a database beside the file, and so must everybody who
    looks for that, or for anything else that lies beside the ledger.
    """
    return Path(os.path.realpath(path)) if os.path.islink(path) else path  # noqa: PTH114  # it never raises


def write_ahead_log(path: Path) -> Path:
    """Name the write-ahead log of a ledger, which has its last events."""
    return path.with_name(f"{path.name}-wal")


def size_of(path: Path) -> int:
    """Give the size of a file; one that is not there has none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def check_alone(path: Path) -> None:
    """Check that no write-ahead log lies where a ledger is to be made.

    It is left of one that was lost, or moved while somebody wrote to it. SQLite puts
    what is in it into whatever gets that name, or throws it away.

    Raises:
        Refused: there is one, without the ledger that it belongs to.
    """
    log = write_ahead_log(path)
    # In this order, because whoever makes a ledger makes the file before its log.
    if size_of(log) and not path.exists():
        raise Refused(
            f"{log} has the last events of a ledger that was at {path}",
            hint="put that ledger back beside it, or move it away: it would become a"
            " part of what is made there",
            path=str(log),
        )
