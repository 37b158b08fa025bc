"""Tell how far a read model goes, and whether it is one of this ledger at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal, NamedTuple

from projections.fold.folding import FOLD_VERSION
from projections.readmodel.opening import WAIT_SECONDS, reading
from projections.readmodel.schema import SCHEMA_VERSION
from projections.readmodel.source import Source

Fault = Literal[
    "missing", "unreadable", "other version", "newer version", "other ledger"
]


class Lag(NamedTuple):
    """How far a read model goes.

    Attributes:
        position: how many events it has taken.
        size: how many there are.
        fault: why it cannot be used; None where it is one of this schema, this fold
            and this ledger.
    """

    position: int
    size: int
    fault: Fault | None

    @property
    def usable(self) -> bool:
        """Tell whether it can be used once it has caught up."""
        return self.fault is None

    @property
    def behind(self) -> int:
        """Count the events that it has not taken yet."""
        return self.size - self.position


class Stamp(NamedTuple):
    """What a read model says of itself."""

    position: int
    event: str
    schema: int
    fold: int


def lag(path: Path, source: Source, *, wait_seconds: float = WAIT_SECONDS) -> Lag:
    """Tell how far a read model goes; one that is not there goes nowhere."""
    size = source.size
    if not path.is_file():
        return Lag(0, size, "missing")
    try:
        with reading(path, wait_seconds=wait_seconds) as connection:
            return lag_of(connection, source, size)
    except sqlite3.Error:
        return Lag(0, size, "unreadable")


def lag_of(connection: sqlite3.Connection, source: Source, size: int) -> Lag:
    """Tell how far a read model goes that is open.

    Args:
        connection: to the read model.
        source: the ledger.
        size: how many events there are.
    """
    stamp = stamp_of(connection)
    if stamp is None:
        return Lag(0, size, "unreadable")
    versions = stamp.schema, stamp.fold
    ours = SCHEMA_VERSION, FOLD_VERSION
    if versions != ours:
        newer = any(v > mine for v, mine in zip(versions, ours, strict=True))
        return Lag(0, size, "newer version" if newer else "other version")
    if not 0 <= stamp.position <= size:
        return Lag(0, size, "other ledger")
    if stamp.position:
        last = next(iter(source.read(stamp.position - 1, 1)))
        if last.envelope.id != stamp.event:
            return Lag(0, size, "other ledger")
    return Lag(stamp.position, size, None)


def stamp_of(connection: sqlite3.Connection) -> Stamp | None:
    """Read what a read model says of itself, None where it says nothing sensible."""
    try:
        found = connection.execute(
            'SELECT position, event, "schema", fold FROM tracking'
        ).fetchall()
    except sqlite3.DatabaseError:
        return None
    if len(found) != 1:
        return None
    position, event, *versions = found[0]
    if any(type(number) is not int for number in (position, *versions)):
        return None
    return Stamp(position, str(event), *versions)
