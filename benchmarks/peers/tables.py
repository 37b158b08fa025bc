"""Tables of SQL that products with an ordinary SQLite in them share."""

from __future__ import annotations

import sqlite3

from benchmarks.peers.told import Told, Version

# Days as text; a version without an end goes on for ever.
EVER = "9999-12-31"
SCHEMA = """
    CREATE TABLE events (
        agreement TEXT, seq INTEGER, event TEXT, effective TEXT, body TEXT,
        PRIMARY KEY (agreement, seq)
    );
    CREATE TABLE versions (
        agreement TEXT, provision TEXT, start TEXT, until TEXT, ends TEXT,
        kind TEXT, holder TEXT, activity TEXT, amount TEXT, status TEXT,
        PRIMARY KEY (agreement, provision, start)
    );
    CREATE INDEX by_kind ON versions (kind, activity);
    CREATE INDEX by_end ON versions (ends);
"""


def tell(connection: sqlite3.Connection, told: Told) -> None:
    """Insert an event, and put what it makes of provisions before what was there."""
    day = told.day.isoformat() if told.day else None
    connection.execute(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
        (told.agreement, told.seq, told.event, day, told.text),
    )
    for version in told.versions:
        _supersede(connection, told.agreement, version)


def _supersede(
    connection: sqlite3.Connection, agreement: str, version: Version
) -> None:
    start = version.start.isoformat()
    ends = version.end.isoformat() if version.end else EVER
    which = (agreement, version.provision, start)
    connection.execute(
        "DELETE FROM versions WHERE agreement = ? AND provision = ? AND start >= ?",
        which,
    )
    connection.execute(
        "UPDATE versions SET until = ?3 WHERE agreement = ?1 AND provision = ?2 "
        "AND until > ?3",
        which,
    )
    if ends > start:
        connection.execute(
            "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *which,
                *(ends, ends),
                *(version.kind, version.holder, version.activity),
                *(version.amount, version.status),
            ),
        )
