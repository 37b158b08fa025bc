"""Minigraf: facts with both times, asked in Datalog."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.product import ACTIVITY, Moment, Piece, Product, needed
from benchmarks.peers.told import Told, Version

_EVER = 99991231
_TOGETHER = 100
_MOST_BYTES = 4_000


class Minigraf(Product):
    """Every version of a provision an entity, whose facts hold from a day until one.

    A version that is superseded is retracted and asserted anew with its last day:
    three transactions, because they cannot be put into one from Python.
    """

    name = "minigraf"
    how = "an entity a version, retracted and asserted anew where it is superseded"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        minigraf = needed("minigraf", "minigraf")
        self._db: Any = minigraf.MiniGrafDb.open(str(folder / "facts.graph"))
        self._transactions = 0
        self._open: dict[str, tuple[str, Version]] = {}

    def load(self, pieces: Iterable[Piece]) -> None:
        """Take events as they come, the facts of many in a transaction."""
        waiting: list[str] = []
        for piece in pieces:
            for told in piece:
                facts, retracted = self._facts(told)
                if retracted:
                    self._transact(waiting)
                    waiting = []
                    self._transact(retracted, "retract")
                waiting += facts
                if len(waiting) >= _TOGETHER:
                    self._transact(waiting)
                    waiting = []
        self._transact(waiting)
        self._db.checkpoint()

    def mark(self) -> int:
        """Give the number of transactions."""
        return self._transactions

    def append(self, told: Told) -> None:
        """Retract what is superseded and assert the facts of an event."""
        facts, retracted = self._facts(told)
        self._transact(retracted, "retract")
        self._transact(facts)

    def state(self, agreement: str, on: dt.date, known: Moment) -> int:
        """Ask at both times."""
        return self._count(
            f'[:find ?v ?body :as-of {known} :valid-at "{on}" :where '
            f"[?v :version/of :{agreement}] [?v :version/body ?body]]"
        )

    def history(self, agreement: str) -> int:
        """Ask for the events, whenever they were valid."""
        return self._count(
            "[:find ?e ?text :any-valid-time :where "
            f"[?e :event/of :{agreement}] [?e :event/text ?text]]"
        )

    def exclusive(self, on: dt.date) -> int:
        """Ask by kind and activity."""
        return self._count(
            f'[:find ?v ?body :valid-at "{on}" :where '
            f'[?v :version/group "exclusivity of {ACTIVITY}"] [?v :version/body ?body]]'
        )

    def lapsing(self, first: dt.date, last: dt.date) -> int:
        """Ask by the day of the end."""
        return self._count(
            f'[:find ?v ?body :valid-at "{first}" :where [?v :version/ends ?ends] '
            f"[(<= ?ends {_number(last)})] [?v :version/body ?body]]"
        )

    def export(self, path: Path) -> None:
        """Write every event; it has no export of its own."""
        found = self._db.execute(
            "(query [:find ?of ?text :any-valid-time :where "
            "[?e :event/of ?of] [?e :event/text ?text]])"
        )
        path.write_text(found, encoding="utf-8")

    def _facts(self, told: Told) -> tuple[list[str], list[str]]:
        """Write the facts of an event, and those that are retracted before."""
        number = f":{told.agreement}/{told.seq}"
        facts = [
            f"[{number} :event/of :{told.agreement}]",
            f"[{number} :event/text {_quoted(told.text)}]",
        ]
        retracted: list[str] = []
        for nth, version in enumerate(told.versions):
            name = f"{told.agreement}/{version.provision}"
            entity, before = self._open.get(name, (None, version))
            if entity and (before.end is None or before.end > version.start):
                retracted += _said(entity, told.agreement, before, None)
                if before.start < version.start:
                    span = _span(before.start, version.start)
                    facts += _said(entity, told.agreement, before, span)
            mine = f"{number}_{nth}"
            self._open[name] = (mine, version)
            if version.end is None or version.end > version.start:
                span = _span(version.start, version.end)
                facts += _said(mine, told.agreement, version, span)
        return facts, retracted

    def _transact(self, facts: list[str], verb: str = "transact") -> None:
        if facts:
            self._db.execute(f"({verb} [{' '.join(facts)}])")
            self._transactions += 1

    def _count(self, query: str) -> int:
        return len(json.loads(self._db.execute(f"(query {query})"))["results"])


def _said(
    entity: str, agreement: str, version: Version, span: str | None
) -> Iterator[str]:
    """Write what is said of a version, in a span or to retract it."""
    body = [version.provision, version.holder, version.amount, version.status]
    said = {
        "of": f":{agreement}",
        "body": _quoted(json.dumps(body)),
        "group": f'"{version.kind} of {version.activity}"',
        "ends": str(_number(version.end) if version.end else _EVER),
    }
    for attribute, value in said.items():
        yield f"[{entity} :version/{attribute} {value}{span or ''}]"


def _span(start: dt.date, end: dt.date | None) -> str:
    until = f' :valid-to "{end}"' if end else ""
    return f' {{:valid-from "{start}"{until}}}'


def _number(day: dt.date) -> int:
    return int(day.strftime("%Y%m%d"))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped[:_MOST_BYTES]}"'
