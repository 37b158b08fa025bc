"""Rows of a read model on their way into its tables."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from events.entry import Entry
from events.scope import AXES, Scope
from events.values import enc_hook
from projections.fold.provision import Provision
from projections.fold.resolving import hinges, starts_when
from projections.questions.matching import is_unbounded
from projections.readmodel.parts import Kind, part_of
from projections.readmodel.rows import Row
from projections.readmodel.schema import TABLES

_TABLES: dict[Kind, str] = {
    "provision": "provisions",
    "stake": "stakes",
    "measure": "measures",
    "party": "parties",
}
_INSERTS = {
    name: f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  # constants only
    for name, (columns, _) in TABLES.items()
}
# What is listed of a provision beside its row.
CHILDREN = ("holders", "hinges")
_NUMBERED = ("provisions", "parts", "stakes", "measures", "parties")


class Tables:
    """The tables, as they are written to.

    Args:
        connection: to the read model, in a transaction.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers = {
            name: connection.execute(
                f"SELECT coalesce(max(id), 0) FROM {name}"  # noqa: S608  # constants only
            ).fetchone()[0]
            for name in _NUMBERED
        }
        self._waiting: dict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def insert(self, agreement: str, rows: Iterable[Row]) -> None:
        """Put rows into their tables, and give them their ids."""
        for row in rows:
            name = table_of(row.key.kind)
            self._numbers[name] += 1
            row.number = self._numbers[name]
            self._waiting[name].append((*_head(agreement, row), *_more(row)))
            if isinstance(row.segment.part, Provision):
                self._insert_children(row, row.segment.part)

    def close(self, rows: Iterable[Row]) -> None:
        """Say of rows that they are no longer known to be so."""
        self.flush()
        for row in rows:
            name = table_of(row.key.kind)
            there = (row.known_to, row.number)
            self._connection.execute(
                f"UPDATE {name} SET known_to = ? WHERE id = ?",  # noqa: S608  # constants only
                there,
            )
            if name == "provisions":
                for child in CHILDREN:
                    self._connection.execute(
                        f"UPDATE {child} SET known_to = ? WHERE provision = ?",  # noqa: S608  # constants only
                        there,
                    )

    def insert_event(self, entry: Entry) -> None:
        """Put an event into the list of events, with its words."""
        envelope = entry.envelope
        self._waiting["events"].append(
            (
                envelope.position,
                envelope.agreement,
                envelope.seq,
                envelope.type,
                None if envelope.effective is None else envelope.effective.text,
                envelope.recorded_at,
                envelope.recorded_by,
                " ".join(_words_of(entry)),
            )
        )

    def flush(self) -> None:
        """Write what is waiting."""
        for name, rows in self._waiting.items():
            self._connection.executemany(_INSERTS[name], rows)
        self._waiting.clear()

    def _insert_children(self, row: Row, provision: Provision) -> None:
        """List who has a provision and who owes it, and the milestones it hangs on."""
        number, known_to = row.number, row.known_to
        self._waiting["holders"] += [
            (number, party, role, known_to)
            for role, parties in (
                ("holder", provision.holders),
                ("against", provision.against),
            )
            for party in parties
        ]
        self._waiting["hinges"] += [
            (number, name, known_to) for name in sorted(hinges(provision))
        ]


def _scope(provision: Provision) -> str:
    """Write the tags that a scope includes; of a priority also where it is open."""
    included = tuple(clause.boxes for clause in provision.clauses if clause.include)
    return _tags(
        included,
        priority=bool(provision.level),
        unbounded=is_unbounded(provision.clauses),
    )


@lru_cache(maxsize=4_096)
def _tags(included: tuple[Scope, ...], *, priority: bool, unbounded: bool) -> str:
    """Write tags in their order; an axis that is open is written with a star."""
    open_axis = ("*",) if priority else ()
    tags = {
        tag_text(axis, tag)
        for scope in included
        for box in scope
        for axis in AXES
        for tag in getattr(box, axis) or open_axis
    }
    if priority and unbounded:
        tags |= {tag_text(axis, "*") for axis in AXES}
    return f" {' '.join(sorted(tags))} " if tags else ""


def tag_text(axis: str, tag: str) -> str:
    """Write a tag of an axis as in the column ``scope``, between blanks."""
    return f"{axis}:{tag}"


def tag_of(text: str) -> tuple[str, str]:
    """Read what :func:`tag_text` wrote."""
    axis, _, tag = text.partition(":")
    return axis, tag


def table_of(kind: Kind) -> str:
    """Name the table that parts of a kind are in."""
    return _TABLES.get(kind, "parts")


def _head(agreement: str, row: Row) -> tuple[Any, ...]:
    """Give the values that every row has."""
    segment = row.segment
    return (
        row.number,
        agreement,
        row.key.name,
        segment.on_from,
        row.on_to,
        row.known_from,
        row.known_to,
        *segment.rank,
        segment.body,
    )


def _more(row: Row) -> tuple[Any, ...]:
    """Give the values that rows of a kind have beside."""
    segment, kind = row.segment, row.key.kind
    part = segment.part
    if isinstance(part, Provision):
        ends = None if part.ends is None else part.ends.text
        amount = part.terms.amount
        return (
            *segment.days,
            *(part.kind, part.level, starts_when(part).text, ends),
            None if amount is None else amount.text,
            _scope(part),
        )
    if kind == "stake":
        stake = part_of(kind, segment.body)
        return stake.holder, stake.issuer, stake.share.text, stake.basis
    if kind == "measure":
        measure = part_of(kind, segment.body)
        return measure.measure, measure.subject, measure.value.text
    if kind == "party":
        return (part_of(kind, segment.body).name,)
    return (kind,)


def _words_of(entry: Entry) -> list[str]:
    """List the texts of an event and its sources."""
    words = [entry.envelope.agreement]
    _add_texts(words, msgspec.to_builtins(entry.event, enc_hook=enc_hook))
    raw = bytes(entry.envelope.sources)
    if raw:
        _add_texts(words, msgspec.json.decode(raw))
    return words


def _add_texts(words: list[str], value: object) -> None:
    """Add every text in a value of JSON."""
    if isinstance(value, str):
        words.append(value)
    elif isinstance(value, dict):
        for inner in value.values():
            _add_texts(words, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _add_texts(words, inner)
