"""The tables of a read model, made with sqlite-utils so that other tools open them.

Days are ordinals (1 is 0001-01-01), which compare as whole numbers; views show them as
dates. An index file is disposable: one of another schema or another fold is made anew.
"""

from __future__ import annotations

import sqlite3

import sqlite_utils

from projections.fold import FOLD_VERSION
from projections.readmodel.rows import OPEN

SCHEMA_VERSION = 1

_RANGES = {"on_from": int, "on_to": int, "known_from": int, "known_to": int}
_RANK = {
    "rank_day": int,
    "rank_signed": int,
    "rank_position": int,
    "rank_nth": int,
}
_HEAD = {"id": int, "agreement": str, "name": str, **_RANGES, **_RANK, "body": str}
_DAYS = {
    "starts_lo": int,
    "starts_hi": int,
    "ends_lo": int,
    "ends_hi": int,
    "paused_from": int,
    "paused_to": int,
    "hangs": int,
}

PROVISIONS = {**_HEAD, **_DAYS, "kind": str, "level": str, "starts": str, "ends": str}
PARTS = {**_HEAD, "kind": str}
STAKES = {**_HEAD, "holder": str, "issuer": str, "share": str, "basis": str}
MEASURES = {**_HEAD, "measure": str, "subject": str, "value": str}
PARTIES = {**_HEAD, "title": str}
HOLDERS = {"provision": int, "party": str, "role": str, "known_to": int}
TAGS = {"provision": int, "axis": str, "tag": str, "known_to": int}
HINGES = {"provision": int, "milestone": str, "known_to": int}
EVENTS = {
    "position": int,
    "agreement": str,
    "seq": int,
    "type": str,
    "effective": str,
    "recorded_at": str,
    "recorded_by": str,
    "words": str,
}
TRACKING = {"one": int, "position": int, "event": str, "schema": int, "fold": int}

TABLES: dict[str, tuple[dict[str, type], str | None]] = {
    "provisions": (PROVISIONS, "id"),
    "parts": (PARTS, "id"),
    "stakes": (STAKES, "id"),
    "measures": (MEASURES, "id"),
    "parties": (PARTIES, "id"),
    "holders": (HOLDERS, None),
    "tags": (TAGS, None),
    "hinges": (HINGES, None),
    "events": (EVENTS, "position"),
    "tracking": (TRACKING, "one"),
}
_INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    "provisions": (
        ("agreement", "known_to"),
        ("hangs", "ends_lo", "ends_hi", "known_to"),
        ("hangs", "ends", "known_to"),
        ("kind", "known_to"),
    ),
    "parts": (("agreement", "known_to"), ("kind", "known_to", "agreement")),
    "stakes": (("agreement", "known_to"), ("issuer",)),
    "measures": (("agreement", "known_to"),),
    "parties": (("agreement", "known_to"), ("name",)),
    "holders": (("party", "known_to"), ("provision",)),
    "tags": (("axis", "tag", "known_to"), ("provision", "axis", "tag")),
    "hinges": (("milestone", "known_to"), ("provision",)),
    "events": (("agreement", "seq"),),
}
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
    for name, indexes in _INDEXES.items():
        for columns in indexes:
            database.table(name).create_index(columns)
    database.table("events").enable_fts(["words"], create_triggers=True)
    database.create_view("provisions_now", _now("provisions", _DATED))
    database.create_view("stakes_now", _now("stakes", ()))
    database.create_view("measures_now", _now("measures", ()))


_DATED = ("starts_lo", "starts_hi", "ends_lo", "ends_hi")


def _now(table: str, dated: tuple[str, ...]) -> str:
    """Write a view of what is known now, with days as dates."""
    plain = [name for name in TABLES[table][0] if name not in {*dated, *_RANGES}]
    days = [*dated, "on_from", "on_to"]
    dates = [
        f"CASE WHEN {name} BETWEEN 1 AND 3652059 "
        f"THEN date({name} + {_EPOCH}) END AS {name}"
        for name in days
    ]
    columns = ", ".join([*plain, *dates])
    return f"SELECT {columns} FROM {table} WHERE known_to = {OPEN}"  # noqa: S608  # constants only
