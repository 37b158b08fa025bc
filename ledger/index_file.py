"""Where the index of a ledger lies, and how it is taken away."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from events.errors import Refused

SUFFIX = ".index.db"
_LEDGER_SUFFIX = ".db"
_BESIDE = ("", "-journal", "-wal", "-shm")


def beside(ledger: Path) -> Path:
    """Name the index beside a ledger: ``whereas.index.db`` for ``whereas.db``."""
    return ledger.with_name(ledger.name.removesuffix(_LEDGER_SUFFIX) + SUFFIX)


def cached(ledger: Path, cache: Path) -> Path:
    """Name the index of a ledger in a cache folder, one for each path."""
    mark = sha256(str(ledger.resolve()).encode()).hexdigest()[:16]
    return cache / f"{mark}-{beside(ledger).name}"


def forget(path: Path) -> bool:
    """Take an index away, with what SQLite keeps beside it; tell whether it was there.

    Raises:
        Refused: it cannot be taken away.
    """
    there = path.exists()
    try:
        for suffix in _BESIDE:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise Refused(
            f"the index {path} cannot be taken away: {error.strerror}",
            hint=f"take it away yourself: {path}",
            path=str(path),
        ) from error
    return there
