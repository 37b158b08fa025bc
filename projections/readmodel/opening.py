"""Open the file of a read model, to read it or to write to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

# How long to wait for whoever else has the file, unless said otherwise.
WAIT_SECONDS = 5.0


@contextmanager
def opened(
    path: Path, mode: Literal["ro", "rw"], *, wait_seconds: float = WAIT_SECONDS
) -> Iterator[sqlite3.Connection]:
    """Open a file that is there; transactions are begun by whoever wants one."""
    with closing(
        sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=wait_seconds,
        )
    ) as connection:
        yield connection


@contextmanager
def reading(
    path: Path, *, wait_seconds: float = WAIT_SECONDS
) -> Iterator[sqlite3.Connection]:
    """Open a read model to read it, all of it as it is at one moment.

    Whoever may write the file opens it so that SQLite takes back what a process left
    half done that was killed while it wrote; nothing else is ever written here.
    """
    mode: Literal["ro", "rw"] = "rw" if may_write(path) else "ro"
    with opened(path, mode, wait_seconds=wait_seconds) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("BEGIN")
        # The file is opened by the first query; a later one may be another file.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield connection


def may_write(path: Path) -> bool:
    """Tell whether whoever runs this may write a read model and files beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
