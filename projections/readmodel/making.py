"""Make the tables of a read model with sqlite-utils, so that other tools open them.

The library takes longer to load than most answers to find, so that nothing that only
reads a read model, or brings it up to date, may need this module.
"""

from __future__ import annotations

import sqlite3

import sqlite_utils

from projections.fold.folding import FOLD_VERSION
from projections.readmodel.rows import OPEN
from projections.readmodel.schema import INDEXES, RANGES, SCHEMA_VERSION, TABLES

# The Julian day of ordinal 0, which SQLite counts dates from.
_EPOCH = "1721424.5"


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty read model, without indexes."""
    database = sqlite_utils.Database(connection)
    for name, (columns, key) in TABLES.items():
        database.table(name).create(columns, pk=key)
    stamp = (1, 0, "", SCHEMA_VERSION, FOLD_VERSION)
    connection.execute("INSERT INTO tracking VALUES (?, ?, ?, ?, ?)", stamp)


def finish(connection: sqlite3.Connection) -> None:
    """Add indexes, full-text search and views to tables that are filled."""
    database = sqlite_utils.Database(connection)
    for name, indexes in INDEXES.items():
        for columns in indexes:
            database.table(name).create_index(columns)
    # Few ends are known to lie between two days, and those are looked for.
    connection.execute(
        "CREATE INDEX provisions_between ON provisions (hangs, ends_hi) "
        "WHERE ends_lo < ends_hi"
    )
    database.table("events").enable_fts(["words"], create_triggers=True)
    database.create_view("provisions_now", _now("provisions", _DATED))
    database.create_view("stakes_now", _now("stakes", ()))
    database.create_view("measures_now", _now("measures", ()))


_DATED = ("starts_lo", "starts_hi", "ends_lo", "ends_hi")


def _now(table: str, dated: tuple[str, ...]) -> str:
    """Write a view of what is known now, with days as dates."""
    plain = [name for name in TABLES[table][0] if name not in {*dated, *RANGES}]
    days = [*dated, "on_from", "on_to"]
    dates = [
        f"CASE WHEN {name} BETWEEN 1 AND 3652059 "
        f"THEN date({name} + {_EPOCH}) END AS {name}"
        for name in days
    ]
    columns = ", ".join([*plain, *dates])
    return f"SELECT {columns} FROM {table} WHERE known_to = {OPEN}"  # noqa: S608  # constants only
