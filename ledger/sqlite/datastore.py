"""Connections and transactions, as the event-sourcing library asks for them.

Readers take a connection each from the library's pool. There is one writer, because
SQLite has one; between threads it is handed on in the order in which they asked, and
between processes by trying again.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from events.errors import Conflict
from ledger.sqlite.connection import Watch, identity, open_reader, open_writer
from ledger.sqlite.failures import busy, failing, is_busy, moved, translated

WRITE_WAIT_SECONDS = 10.0
READERS_WAIT_SECONDS = 1.0
_READERS_PAUSE = 0.02
_UNLOCKED_TRIES = 3
# The longest pause before the next try, by how long one has waited: whoever has waited
# longest tries most often, and so is served before newcomers.
_PAUSES = ((0.05, 0.008), (0.2, 0.004), (float("inf"), 0.001))


class _Busy(Exception):  # noqa: N818  # never seen outside: it is not an error
    """The connection that writes found the file locked, and does not wait."""


class ReadConnection(SQLiteConnection):
    """A connection for reading, with the watch over what it reads."""

    def __init__(self, connection: sqlite3.Connection, watch: Watch | None) -> None:
        super().__init__(sqlite_conn=connection, max_age=None)
        self.watch = watch

    def query(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Run a query and read all of its answer.

        Raises:
            Conflict: the file has been written to and was read without locks; the
                connection is closed, another one will read what is there now.
        """
        try:
            return self._sqlite_conn.execute(sql, values).fetchall()
        finally:
            self._check_watch()

    def backup(self, target: sqlite3.Connection) -> None:
        """Copy everything into another database."""
        try:
            self._sqlite_conn.backup(target)
        finally:
            self._check_watch()

    def _check_watch(self) -> None:
        if self.watch:
            try:
                self.watch.check()
            except Conflict:
                self.close()
                raise


class ReadPool(SQLiteConnectionPool):
    """The library's pool, of connections that only read."""

    def __init__(self, path: Path) -> None:
        super().__init__(db_name=str(path))
        self.path = path

    def _create_connection(self) -> SQLiteConnection:
        return ReadConnection(*open_reader(self.path))


class LedgerDatastore(SQLiteDatastore):
    """A ledger file: many readers, one writer.

    Args:
        path: the file.
        wait_seconds: how long to wait for other writers.
    """

    def __init__(
        self,
        path: Path,
        *,
        wait_seconds: float = WRITE_WAIT_SECONDS,
    ) -> None:
        super().__init__(str(path), originator_id_type="text")
        self.path = path
        self.pool = ReadPool(path)
        self.wait_seconds = wait_seconds
        self._writer: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._writing = Lock()

    def open(self) -> None:
        """Open what is needed, so that whatever is wrong is said at once."""
        with self._writing:
            self._opened()

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """Run a block in a transaction; the one that commits has the write lock."""
        if not commit:
            with (
                self.reading() as connection,
                connection.transaction(commit=False) as c,
            ):
                yield c
            return
        with self._writing:
            writer = self._opened()
            begin(writer, self.path, self.wait_seconds)
            try:
                self._check_place("nothing was recorded")
                yield SQLiteCursor(writer.cursor())
                writer.execute("COMMIT")
            except BaseException as error:
                self._roll_back(writer)
                if isinstance(error, sqlite3.Error):
                    raise translated(error, self.path) from error
                raise
            self._check_place("what was just recorded is with the one that was there")

    def _check_place(self, otherwise: str) -> None:
        """Check that the file that is written is still the one at the path.

        SQLite goes on writing to one that has lost its name, and nobody would find
        what was recorded there.

        Raises:
            Conflict: another file is there, or none.
        """
        if identity(self.path) != self._file:
            raise moved(self.path, otherwise)

    def _roll_back(self, writer: sqlite3.Connection) -> None:
        """Undo a transaction; SQLite has done so by itself where the disk is full."""
        try:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
        except sqlite3.Error:
            # Whatever is left of it ends with the connection; the next one recovers.
            writer.close()
            self._writer = None

    @contextmanager
    def reading(self) -> Iterator[ReadConnection]:
        """Lend a connection for reading."""
        with failing(self.path):
            connection = self._lend()
            try:
                yield connection
            finally:
                self.pool.put_connection(connection)

    def query(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Run one query on what is committed and read all of its answer."""
        try:
            if self._writer and self._writing.acquire(blocking=False):
                with suppress(_Busy):
                    return self._queried_by_writer(sql, values)
            for _ in range(_UNLOCKED_TRIES):
                with suppress(Conflict):
                    return self._queried(sql, values)
            return self._queried(sql, values)
        except sqlite3.Error as error:
            raise translated(error, self.path) from error

    def _queried_by_writer(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Run one query on the connection that writes, which this thread has now.

        What an append needs to see is mostly what this process wrote last, and its
        own pages are still in memory there; another connection reads them again.
        """
        try:
            return self._opened().execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if is_busy(error):
                raise _Busy from error
            raise
        finally:
            self._writing.release()

    def _queried(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Run one query; without a context manager, because each append runs some."""
        connection = self._lend()
        try:
            return connection.query(sql, values)
        finally:
            self.pool.put_connection(connection)

    def _lend(self) -> ReadConnection:
        connection = self.pool.get_connection(is_writer=False)
        assert isinstance(connection, ReadConnection)  # noqa: S101  # the pool makes no others
        return connection

    def checkpoint(self) -> bool:
        """Write everything into the file itself and empty the write-ahead log.

        Returns:
            Whether that is done: it is not while somebody reads what was before, for
            whom it waits a moment.
        """
        start = time.monotonic()
        while True:
            with self._writing, failing(self.path):
                (in_use, _, _) = (
                    self._opened().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                )
            if not in_use or time.monotonic() - start >= READERS_WAIT_SECONDS:
                return not in_use
            time.sleep(_READERS_PAUSE)

    def close(self) -> None:
        """Close every connection; the last one tidies up beside the file."""
        super().close()
        if self._writer:
            self._writer.close()
            self._writer = None

    def _opened(self) -> sqlite3.Connection:
        if self._writer is None:
            # Before it is opened: one that comes in between is refused later.
            self._file = self._file or identity(self.path)
            self._writer = open_writer(self.path)
            # From here on only BEGIN IMMEDIATE can find the file locked, and it has
            # its own way to wait.
            self._writer.execute("PRAGMA busy_timeout = 0")
        return self._writer


def begin(
    writer: sqlite3.Connection,
    path: Path,
    wait_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Take the write lock, trying again while another process has it.

    Raises:
        Conflict: it was not to be had in time.
    """
    start = time.monotonic()
    while True:
        try:
            writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise translated(error, path) from error
        else:
            return
        waited = time.monotonic() - start
        if waited >= wait_seconds:
            raise busy(path)
        longest = next(pause for until, pause in _PAUSES if waited < until)
        sleep(random.uniform(0, longest))  # noqa: S311  # spreads the tries; no secret
