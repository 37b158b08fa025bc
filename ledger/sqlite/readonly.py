"""A ledger file for whoever only reads it: one connection, and no way to write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn, Protocol

from events.errors import Conflict
from ledger.sqlite.connection import Watch, open_reader
from ledger.sqlite.failures import failing, read_only, translated

_UNLOCKED_TRIES = 4


class Readable(Protocol):
    """A connection that is lent."""

    def backup(self, target: sqlite3.Connection) -> None:
        """Copy everything into another database."""
        ...


class LedgerFile(Protocol):
    """What the store asks of whoever has the file open."""

    path: Path

    def query(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Run one query on what is committed and read all of its answer."""
        ...

    @contextmanager
    def reading(self) -> Iterator[Readable]:
        """Lend a connection for reading."""
        ...

    def checkpoint(self) -> bool:
        """Write everything into the file itself; tell whether nobody stood in the way.

        The write-ahead log is empty then.
        """
        ...


class ReadOnlyFile:
    """A ledger file that is read by one thread at a time.

    Args:
        path: the file.

    Raises:
        NotFound: there is no file.
        InputError: it is not a ledger, or one of a newer format.
        Refused: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._open()

    def query(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Run one query on what is committed and read all of its answer.

        Where the file is read without locks and was written to meanwhile, it is read
        again.
        """
        with self._lock, failing(self.path):
            for _ in range(_UNLOCKED_TRIES):
                with suppress(Conflict):
                    return self._queried(sql, values)
            return self._queried(sql, values)

    @contextmanager
    def reading(self) -> Iterator[Readable]:
        """Lend the connection."""
        with self._lock, failing(self.path):
            yield self

    def backup(self, target: sqlite3.Connection) -> None:
        """Copy everything into another database."""
        try:
            self._connection.backup(target)
        finally:
            self._look()

    def checkpoint(self) -> NoReturn:
        """Refuse to write.

        Raises:
            Refused: always.
        """
        raise read_only(self.path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _open(self) -> None:
        self._connection, self._watch = self._opened()

    def _opened(self) -> tuple[sqlite3.Connection, Watch | None]:
        try:
            return open_reader(self.path)
        except sqlite3.Error as error:
            raise translated(error, self.path) from error

    def _queried(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        try:
            return self._connection.execute(sql, values).fetchall()
        finally:
            self._look()

    def _look(self) -> None:
        """Open the file anew if what was read may be half old and half new."""
        if self._watch:
            try:
                self._watch.check()
            except Conflict:
                self._connection.close()
                self._open()
                raise
