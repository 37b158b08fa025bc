"""Write a read model: make it anew beside the one that is there, and swap them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from events.errors import Conflict
from projections.readmodel.catching import CHUNK_EVENTS, follow
from projections.readmodel.making import create, finish
from projections.readmodel.opening import WAIT_SECONDS, opened
from projections.readmodel.rows import Rows
from projections.readmodel.source import Source
from projections.readmodel.tables import Tables
from projections.readmodel.tracking import Lag, lag

# Whoever has not written for so long to what was to become a read model was stopped.
_GIVEN_UP_SECONDS = 3_600
_FOR_OWNER = 0o600
# What SQLite keeps beside a file while somebody writes to it.
BESIDE = ("-journal", "-wal", "-shm")

Advance = Callable[[int], object]


def catch_up(path: Path, source: Source) -> Lag:
    """Bring a read model up to date; make it anew where it is not usable."""
    if not lag(path, source).usable:
        return rebuild(path, source)
    return follow(path, source)


def rebuild(
    path: Path,
    source: Source,
    *,
    mode: int = _FOR_OWNER,
    advance: Advance | None = None,
) -> Lag:
    """Make a read model anew, beside the one that is there, and swap them.

    Whoever reads the old one meanwhile reads it to the end.

    Args:
        path: where it is to be.
        source: the ledger.
        mode: the permissions of the file; it tells what the ledger tells.
        advance: told how many events were taken, again and again.

    Raises:
        Conflict: somebody else is writing to the one that is there.
        OSError: it cannot be written where it is to be.
        sqlite3.Error: as OSError, in the words of SQLite.
    """
    shadow = path.with_name(f"{path.name}.{os.getpid()}.new")
    shadow.unlink(missing_ok=True)
    os.close(os.open(shadow, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode))
    try:
        _tidy(shadow, path)
        with _being_made(shadow) as connection:
            _fill(connection, source, advance or (lambda _: None))
        _keep(shadow)
        with _unwritten(path):
            shadow.replace(path)
    finally:
        with suppress(FileNotFoundError):
            shadow.unlink()
    return follow(path, source)


def _tidy(shadow: Path, path: Path) -> None:
    """Take away what others began to make and will not finish."""
    since = shadow.stat().st_mtime - _GIVEN_UP_SECONDS
    for other in path.parent.glob(f"{path.name}.*.new"):
        with suppress(FileNotFoundError):
            if other.stat().st_mtime < since:
                other.unlink()


@contextmanager
def _being_made(shadow: Path) -> Iterator[sqlite3.Connection]:
    """Open what is to become a read model; until then nobody misses it."""
    with closing(sqlite3.connect(shadow, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        yield connection


def _keep(shadow: Path) -> None:
    """Have the disk keep the file, before it gets a name that others trust."""
    with shadow.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def _unwritten(path: Path) -> Iterator[None]:
    """Keep others from writing to the old read model while another takes its name.

    What a killed writer has left beside the old one would be read as if it belonged to
    the new one.
    """
    if not path.is_file():
        _sweep(path)
        yield
        return
    with opened(path, "rw", wait_seconds=WAIT_SECONDS) as old:
        try:
            old.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if error.sqlite_errorname in {"SQLITE_BUSY", "SQLITE_LOCKED"}:
                raise Conflict(
                    f"somebody else is writing to {path}", hint="try again"
                ) from error
            # It is no database; there is nothing in it to be kept.
            _sweep(path)
        yield


def _sweep(path: Path) -> None:
    """Take away what writers keep beside a file."""
    for suffix in BESIDE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection, source: Source, advance: Advance) -> None:
    """Fill empty tables, one agreement after the other."""
    connection.execute("BEGIN")
    create(connection)
    tables, size, taken = Tables(connection), source.size, 0
    for agreement in source.names():
        rows, made = Rows(), []
        for entry in source.entries(agreement, known=size - 1):
            made += rows.take(entry).opened
            tables.insert_event(entry)
            taken += 1
        tables.insert(agreement, made)
        if taken >= CHUNK_EVENTS:
            tables.flush()
            advance(taken)
            taken = 0
    tables.flush()
    advance(taken)
    last = next(iter(source.read(size - 1, 1))).envelope.id if size else ""
    connection.execute("UPDATE tracking SET position = ?, event = ?", (size, last))
    finish(connection)
    connection.execute("COMMIT")
