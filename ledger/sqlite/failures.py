"""What SQLite says, in the words and classes of the one error tree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from events.errors import (
    Conflict,
    InputError,
    Integrity,
    NotFound,
    Refused,
    WhereasError,
)
from ledger.paths import write_ahead_log
from ledger.store import PUT_BACK

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# An extended result code has the primary one in its lowest byte.
_PRIMARY = 0xFF


@contextmanager
def failing(path: Path) -> Iterator[None]:
    """Turn whatever SQLite raises in the block into an error of the tree."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error, path) from error


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether another connection has the lock."""
    return _primary(error) in _BUSY


def translated(  # noqa: PLR0911  # one case a kind of failure
    error: sqlite3.Error, path: Path
) -> WhereasError:
    """Say in our words what SQLite could not do with a ledger file."""
    where = str(path)
    match _primary(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return busy(path)
        case sqlite3.SQLITE_NOTADB:
            return foreign(path, "is not a ledger, nor any SQLite database")
        case sqlite3.SQLITE_FULL:
            return Refused(
                f"there is no room for {path} to grow; nothing was recorded",
                hint="free some space and repeat the command",
                path=where,
            )
        case sqlite3.SQLITE_READONLY:
            return read_only(path)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return Refused(
                f"{path} cannot be opened",
                hint="look at the permissions of the file and of its folder",
                path=where,
            )
        case sqlite3.SQLITE_IOERR:
            return Refused(
                # After a failed flush nobody knows what a crash would leave of it.
                f"the disk failed under {path}: {error}",
                hint="when it works again, repeat the command:"
                " what has a key is not recorded twice",
                path=where,
            )
        case sqlite3.SQLITE_CONSTRAINT:
            return Integrity(
                f"{path} keeps its order: {error}", hint="whereas verify", path=where
            )
        case _:
            return damaged(path, str(error))


def missing(path: Path) -> NotFound:
    """Say that there is no ledger."""
    return NotFound(
        f"there is no ledger at {path}", hint="whereas init", path=str(path)
    )


def foreign(path: Path, what: str) -> InputError:
    """Say that a file is something else."""
    return InputError(
        f"{path} {what}",
        hint="name the ledger with --ledger FILE, or start one elsewhere: whereas init",
        path=str(path),
    )


def read_only(path: Path) -> Refused:
    """Say that a ledger can only be read."""
    return Refused(
        f"{path} can only be read",
        hint="look at the permissions of the file and of its folder",
        path=str(path),
    )


def busy(path: Path) -> Conflict:
    """Say that the wait for other writers was in vain."""
    return Conflict(
        f"other processes are writing to {path} without a pause; nothing was recorded",
        hint="try again",
        path=str(path),
    )


def moved(path: Path, what: str) -> Conflict:
    """Say that another file, or none, is where a ledger was that is written to."""
    log = write_ahead_log(path)
    return Conflict(
        f"{path} was moved or replaced while it was open; {what}",
        hint=f"what is in {log.name} belongs to it: move that along, by its new name",
        path=str(path),
    )


def damaged(path: Path, what: str) -> Integrity:
    """Say that the file is not sound."""
    return Integrity(
        f"{path} is damaged: {what}",
        hint=PUT_BACK,
        path=str(path),
    )


def _primary(error: sqlite3.Error) -> int:
    """Give the primary result code; an error of the module itself has none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
