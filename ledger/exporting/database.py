"""Export a SQLite file that Datasette and other tools open: events and states.

| table | a row is |
|---|---|
| `about` | the export: both clocks, and the root of the tree over what was known |
| `agreements` | an agreement |
| `events` | an event, with what it says as JSON in `data` |
| `sources` | what an event cites |
| `parties`, `stakes`, `measures`, `milestones` | one of an agreement, on the date |
| `provisions` | a provision on the date, with its status and what ends it later |
| `provision_events` | an event that made or changed a provision |

Rows refer to each other by foreign keys, and the words of events and sources can be
searched. Nothing in it is of use to the ledger: it is a copy to be asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import sqlite_utils

from events.entry import Entry
from events.source import Source
from ledger.exporting.choice import Choice
from ledger.exporting.tables import PROVISION, envelope_cells, provision_cells
from ledger.importing.mapping import draft_mapping
from ledger.log.tree import root
from projections.questions.answers import StateAnswer

FORMAT = "whereas-sqlite/1"
# A file that is not whole never gets its name, so nothing is ever undone in it.
PREPARED = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF")

# What an event's own columns say already.
_ENVELOPE = frozenset(
    ("event", "agreement", "effective", "instrument", "sources", "key", "batch")
)
_KEYS: dict[str, str | tuple[str, ...] | None] = {
    "about": "format",
    "agreements": "agreement",
    "events": "position",
    "sources": ("position", "n"),
    "parties": ("agreement", "party"),
    "provisions": ("agreement", "provision"),
    "provision_events": ("agreement", "provision", "position"),
    "stakes": None,
    "measures": None,
    "milestones": ("agreement", "milestone"),
}
_STAKE = ("holder", "issuer", "share", "basis", "votes", "value", "as_of")
_MEASURE = ("measure", "subject", "value", "as_of", "basis")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "about": ("format", "on_date", "known", "known_at", "horizon", "tree_size", "root"),
    "agreements": ("agreement", "title", "events", "first_recorded", "last_recorded"),
    "events": (
        *("position", "recorded_at", "agreement", "seq", "event", "effective"),
        *("instrument", "recorded_by", "leaf", "id", "key", "batch", "data"),
    ),
    "sources": ("position", "n", *Source.__struct_fields__),
    "parties": ("agreement", "party", "name", "role", "kind", "data"),
    "provisions": tuple(name for name in PROVISION if name not in {"on", "known"}),
    "provision_events": ("agreement", "provision", "position"),
    "stakes": ("agreement", *_STAKE, "position"),
    "measures": ("agreement", *_MEASURE, "position"),
    "milestones": ("agreement", "milestone", "claimed", "determined"),
}
_INTEGERS = frozenset(("position", "seq", "n", "events", "tree_size", "later_event"))
_REFERRED = {
    "agreement": ("agreements", "agreement"),
    "position": ("events", "position"),
}

_encode = msgspec.json.Encoder().encode


def write_database(choice: Choice, path: Path) -> None:
    """Write everything into an empty file.

    Args:
        choice: what to export.
        path: the file; the caller forces it to the disk and gives it its name.

    Raises:
        OSError: there is no room, or the disk fails.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for statement in PREPARED:
                connection.execute(statement)
            connection.execute("BEGIN")
            _Database(connection).fill(choice)
            connection.execute("COMMIT")
            _finish(connection)
    except sqlite3.OperationalError as error:
        # Whoever gives the file its name says so, by that name.
        raise OSError(str(error)) from error


class _Database:
    """The tables, row by row."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._statements: dict[str, str] = {}
        database = sqlite_utils.Database(connection)
        for name, columns in _COLUMNS.items():
            database.table(name).create(
                {c: int if c in _INTEGERS else str for c in columns},
                pk=_KEYS[name],
                foreign_keys=list(_references(name, columns)),
            )
            marks = ", ".join("?" for _ in columns)
            self._statements[name] = f"INSERT INTO {name} VALUES ({marks})"  # noqa: S608  # constants only

    def fill(self, choice: Choice) -> None:
        """Write every row."""
        self._put("about", [_about(choice)])
        for row, entry in choice.events():
            self._event(entry, row.leaf.hex())
            choice.tally.report(1)
        for answer, entries in choice.states():
            self._state(answer, entries)

    def _event(self, entry: Entry, leaf: str) -> None:
        said = draft_mapping(entry)
        data = {name: value for name, value in said.items() if name not in _ENVELOPE}
        self._put(
            "events",
            [
                {
                    **{name: said.get(name) for name in _ENVELOPE - {"sources"}},
                    **envelope_cells(entry),
                    "leaf": leaf,
                    "id": entry.envelope.id,
                    "data": data,
                }
            ],
        )
        cited = enumerate(said.get("sources", ()), 1)
        self._put(
            "sources",
            (
                {"stance": "supports", **source, "position": entry.position, "n": n}
                for n, source in cited
            ),
        )

    def _state(self, answer: StateAnswer, entries: Sequence[Entry]) -> None:
        name = answer.agreement
        first, last = entries[0].envelope, entries[-1].envelope
        self._put(
            "agreements",
            [
                {
                    "agreement": name,
                    "title": answer.title,
                    "events": len(entries),
                    "first_recorded": first.recorded_at,
                    "last_recorded": last.recorded_at,
                }
            ],
        )
        self._put(
            "provisions", (provision_cells(answer, one) for one in answer.provisions)
        )
        self._put("provision_events", _made_by(answer, entries))
        for table, found in (
            ("parties", map(_party, answer.parties)),
            ("stakes", (_placed(one, entries) for one in answer.stakes)),
            ("measures", (_placed(one, entries) for one in answer.measures)),
            ("milestones", answer.milestones),
        ):
            self._put(table, ({**one, "agreement": name} for one in found))

    def _put(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        columns = _COLUMNS[table]
        self._connection.executemany(
            self._statements[table],
            ([_value(row.get(name)) for name in columns] for row in rows),
        )


def _about(choice: Choice) -> dict[str, Any]:
    known = choice.known
    size = known.position + 1
    return {
        "format": FORMAT,
        "on_date": choice.on.text,
        "known": f"pos:{known.position}",
        "known_at": known.at,
        "horizon": known.at.partition("T")[0],
        "tree_size": size,
        "root": root(size, choice.ledger.store).hex(),
    }


def _made_by(answer: StateAnswer, entries: Sequence[Entry]) -> Iterator[dict[str, Any]]:
    for provision in answer.provisions:
        for seq in dict.fromkeys(provision.set_by):
            yield {
                "agreement": answer.agreement,
                "provision": provision.id,
                "position": entries[seq - 1].position,
            }


def _party(party: dict[str, Any]) -> dict[str, Any]:
    own = ("id", "name", "role", "kind", "set_by")
    rest = {name: value for name, value in party.items() if name not in own}
    return {**party, "party": party["id"], "data": rest or None}


def _placed(fact: dict[str, Any], entries: Sequence[Entry]) -> dict[str, Any]:
    return {**fact, "position": entries[fact["set_by"][0] - 1].position}


def _references(name: str, columns: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what the columns of a table refer to."""
    for column, (table, key) in _REFERRED.items():
        if column in columns and table != name:
            yield column, table, key


def _value(value: Any) -> Any:  # noqa: ANN401  # whatever JSON has
    """Write a value as SQLite takes it: what has an inner shape as JSON."""
    if value is None or isinstance(value, str | int):
        return value
    return _encode(value).decode() if value else None


def _finish(connection: sqlite3.Connection) -> None:
    """Add indexes and full-text search to tables that are filled."""
    database = sqlite_utils.Database(connection)
    for name, columns in _COLUMNS.items():
        for column, _, _ in _references(name, columns):
            key = _KEYS[name]
            first = key[0] if isinstance(key, tuple) else key
            if column != first:
                database.table(name).create_index([column])
    database.table("events").enable_fts(["event", "data"])
    database.table("sources").enable_fts(["title", "quote"])
