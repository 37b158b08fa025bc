"""Open a ledger file, to read or to write, and never make one by accident.

Durability is asserted and not assumed: a connection that does not write ahead with
``synchronous=FULL`` is refused, because it would lose what it has acknowledged when
the power fails.

Readers lock as SQLite wants them to, and that takes two small files beside the ledger.
A connection in ``mode=ro`` makes them and cannot take them away again, so a reader who
may write opens the file with ``mode=rw`` and ``query_only``: SQLite then tidies up
behind the last one. A reader who may not write uses ``mode=ro`` where a writer has left
the files, and otherwise reads the file as it is (``immutable``) and watches whether it
stays so.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from events.errors import Conflict, InputError, NotFound, Refused
from ledger.log.tree import EMPTY_ROOT
from ledger.paths import check_alone, size_of, write_ahead_log
from ledger.sqlite.failures import failing, foreign, missing, read_only
from ledger.sqlite.schema import (
    APPLICATION_ID,
    FORMAT_VERSION,
    OLDEST_SQLITE,
    TABLES,
    TRIGGERS,
)

OTHER_WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.02
_FULL = 2
_KIND = (
    "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
    "FROM pragma_application_id, pragma_user_version"
)


class _Kind(NamedTuple):
    """What a database says that it is."""

    program: int
    version: int
    tables: int


class Watch(NamedTuple):
    """What a file looked like when it was taken for one that nobody writes to."""

    path: Path
    stamp: tuple[int, int, int]

    @classmethod
    def over(cls, path: Path) -> Watch:
        """Begin to watch a file."""
        return cls(path, _stamp(path))

    def check(self) -> None:
        """Raise Conflict when somebody has begun to write to the file."""
        if _stamp(self.path) != self.stamp or size_of(write_ahead_log(self.path)):
            raise Conflict(
                f"{self.path} was written to while it was read", hint="try again"
            )


def open_writer(path: Path) -> sqlite3.Connection:
    """Open a ledger to append to it.

    Raises:
        NotFound: there is no file.
        InputError: it is not a ledger, or one of a newer format.
        Refused: it can only be read, or does not keep what it acknowledges.
    """
    _look(path)
    if not _may_write(path):
        raise read_only(path)
    return _ready(_connect(path, "rw"), path, writes=True)


def open_reader(path: Path) -> tuple[sqlite3.Connection, Watch | None]:
    """Open a ledger to read it.

    Returns:
        The connection, and where the file is read without locks a watch, to be looked
        at after each query.

    Raises:
        NotFound: there is no file.
        InputError: it is not a ledger, or one of a newer format.
        Refused: it cannot be read.
    """
    _look(path)
    if _may_write(path):
        return _ready(_connect(path, "rw"), path, writes=False), None
    # An empty write-ahead log holds nothing that the file does not.
    if size_of(write_ahead_log(path)):
        return _ready(_connect(path, "ro"), path, writes=False), None
    watch = Watch.over(path)
    connection = _connect(path, "ro&immutable=1")
    return _ready(connection, path, writes=False), watch


def identity(path: Path) -> tuple[int, int] | None:
    """Tell which file is at a path, whatever its name; None where there is none."""
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_dev, now.st_ino


def create(path: Path) -> None:
    """Make an empty ledger.

    Two processes may try at once: one of them makes it, the other is refused.

    Raises:
        Refused: there is something already, or the log of a ledger that was lost, or
            the folder cannot be written.
        NotFound: the folder does not exist.
    """
    if not path.parent.is_dir():
        raise NotFound(f"there is no folder {path.parent}", path=str(path))
    if path.exists() and not path.is_file():
        raise foreign(path, "is not a file")
    check_alone(path)
    deadline = time.monotonic() + OTHER_WAIT_SECONDS
    while True:
        try:
            return _fill(path)
        except Conflict:
            # SQLite does not wait for whoever else begins to write ahead.
            if time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0, _PAUSE_SECONDS))  # noqa: S311  # spreads the tries; no secret


def _fill(path: Path) -> None:
    """Put the tables of a ledger into a file that is not there or empty."""
    with failing(path), closing(_connect(path, "rwc")) as connection:
        _refuse_existing(connection, path)
        _make_durable(connection, path)
        connection.execute("BEGIN EXCLUSIVE")
        _refuse_existing(connection, path)
        for statement in (*TABLES, *TRIGGERS):
            connection.execute(statement)
        connection.execute("INSERT INTO head VALUES (1, 0, ?, x'', '')", (EMPTY_ROOT,))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        connection.execute("COMMIT")


def _may_write(path: Path) -> bool:
    """Tell whether whoever runs this may write the ledger and files beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _look(path: Path) -> None:
    """Look at what is there before SQLite does: it says little of why it cannot."""
    if not path.exists():
        raise missing(path)
    if not path.is_file():
        raise foreign(path, "is not a file")
    if not path.stat().st_size:
        raise foreign(path, "is empty")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Connect in a mode of SQLite's URIs, with what every connection is set to."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise Refused(
            f"SQLite {sqlite3.sqlite_version} is too old; {needed} is needed",
            hint="use a Python that brings a newer SQLite",
        )
    with failing(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=OTHER_WAIT_SECONDS,
            # The pool hands a connection to one thread at a time.
            check_same_thread=False,
        )
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _ready(
    connection: sqlite3.Connection, path: Path, *, writes: bool
) -> sqlite3.Connection:
    """Check what was opened, and set how it may be used; close it if it cannot be."""
    try:
        with failing(path):
            _check_kind(connection, path)
            if writes:
                _make_durable(connection, path)
            else:
                connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    """Check that the file is a ledger of a format known here, writing ahead."""
    kind = _kind(connection)
    if kind.program != APPLICATION_ID:
        empty = not kind.program and not kind.tables
        raise foreign(path, "is empty" if empty else "is not a ledger")
    if kind.version > FORMAT_VERSION:
        raise InputError(
            f"{path} has format {kind.version}; this version of whereas reads up to "
            f"{FORMAT_VERSION}",
            hint="install a newer version of whereas",
            path=str(path),
        )


def _make_durable(connection: sqlite3.Connection, path: Path) -> None:
    """Set the connection to lose nothing that it has acknowledged, and see that it is.

    Raises:
        Refused: the file system, or this build of SQLite, does not let it.
    """
    connection.execute("PRAGMA synchronous = FULL")
    # No effect but on macOS, where a plain fsync leaves data in the drive's cache.
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    # What is erased is overwritten, not only unlinked.
    connection.execute("PRAGMA secure_delete = ON")
    mode = _pragma(connection, "journal_mode = WAL")
    if mode != "wal" or _pragma(connection, "synchronous") != _FULL:
        raise Refused(
            f"{path} cannot be kept durably where it is",
            hint="keep the ledger on a local disk",
            path=str(path),
        )


def _refuse_existing(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse to make a ledger of something that is not empty."""
    kind = _kind(connection)
    if kind.program == APPLICATION_ID:
        raise Refused(
            f"there is a ledger at {path} already",
            hint="whereas list tells what is in it; another name makes another",
            path=str(path),
        )
    if kind.tables:
        raise foreign(path, "is a database of another program")


def _kind(connection: sqlite3.Connection) -> _Kind:
    """Read what a file is, all of it at one moment: somebody may be making it."""
    return _Kind._make(connection.execute(_KIND).fetchone())


def _pragma(connection: sqlite3.Connection, words: str) -> object:
    """Ask for a setting, or set it and ask what it has become."""
    found = connection.execute(f"PRAGMA {words}").fetchone()
    return found[0] if found else None


def _stamp(path: Path) -> tuple[int, int, int]:
    """Take down whatever changes of a file when it is written to."""
    now = path.stat()
    return now.st_mtime_ns, now.st_size, now.st_ino
