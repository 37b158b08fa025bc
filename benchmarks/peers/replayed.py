"""The event-sourcing library as it comes: aggregates, replayed at every question."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from itertools import count, islice
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from benchmarks.peers.product import ACTIVITY, Moment, Piece, Product
from benchmarks.peers.told import Told, Version

_SECTION = 10  # as long as a section of the library is by default
_TOGETHER = 500


class Agreement(Aggregate):
    """An agreement as an aggregate: every version of its provisions."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.told = 0
        self.versions: list[Version] = []

    @staticmethod
    def create_id(name: str) -> UUID:
        """Find the id by the name, as the library's guide does."""
        return uuid5(NAMESPACE_URL, name)

    @event("Recorded")
    def record(self, text: str, versions: list[list[Any]]) -> None:
        """Record an event."""
        del text
        self.told += 1
        self.versions += map(_read, versions)

    def held(self, on: dt.date) -> list[Version]:
        """List the provisions that are held on a day."""
        now = {v.provision: v for v in self.versions if v.start <= on}
        return [version for version in now.values() if version.held(on)]


class Replayed(Product):
    """An application over a SQLite file, configured as the library's guide does."""

    name = "eventsourcing"
    how = "one aggregate an agreement, replayed; no snapshots, no read model"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._application = Application[UUID](
            {
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "SQLITE_DBNAME": str(folder / "events.db"),
            }
        )
        self._names: dict[str, None] = {}

    def load(self, pieces: Iterable[Piece]) -> None:
        """Save the aggregates of some hundred batches at a time."""
        every = iter(pieces)
        while some := list(islice(every, _TOGETHER)):
            found: dict[str, Agreement] = {}
            for piece in some:
                name = piece[0].agreement
                found[name] = found.get(name) or self._get(name)
                _record(found[name], piece)
            self._application.save(*found.values())

    def mark(self) -> dt.datetime:
        """Give the time, which every event of the library carries."""
        return dt.datetime.now(dt.UTC)

    def append(self, told: Told) -> None:
        """Read the aggregate, record, and save."""
        found = self._get(told.agreement)
        _record(found, [told])
        self._application.save(found)

    def state(self, agreement: str, on: dt.date, known: Moment) -> int:
        """Replay the events up to a moment, one by one."""
        found: Agreement | None = None
        recorded: Any  # what the library's protocol does not promise is used
        for recorded in self._application.events.get(Agreement.create_id(agreement)):
            if recorded.timestamp > known:
                break
            found = recorded.mutate(found)
        return len(found.held(on)) if found else 0

    def history(self, agreement: str) -> int:
        """Read the events."""
        return sum(
            hasattr(recorded, "text")
            for recorded in self._application.events.get(Agreement.create_id(agreement))
        )

    def exclusive(self, on: dt.date) -> int:
        """Replay every agreement."""
        return sum(
            version.kind == "exclusivity" and version.activity == ACTIVITY
            for name in self._names
            for version in self._get(name).held(on)
        )

    def lapsing(self, first: dt.date, last: dt.date) -> int:
        """Replay every agreement."""
        return sum(
            version.end is not None and version.end <= last
            for name in self._names
            for version in self._get(name).held(first)
        )

    def export(self, path: Path) -> None:
        """Write the notification log."""
        with path.open("w", encoding="utf-8") as file:
            for start in count(1, _SECTION):
                section = self._application.notification_log.select(start, _SECTION)
                for one in section:
                    file.write(f"{one.id}\t{one.topic}\t{one.state.decode()}\n")
                if len(section) < _SECTION:
                    return

    def close(self) -> None:
        """Close the file."""
        self._application.close()

    def _get(self, name: str) -> Agreement:
        if name not in self._names:
            self._names[name] = None
            return Agreement(name)
        found: Agreement = self._application.repository.get(Agreement.create_id(name))
        return found


def _record(agreement: Agreement, piece: Piece) -> None:
    for told in piece:
        agreement.record(told.text, [json.loads(_written(v)) for v in told.versions])


def _written(version: Version) -> str:
    """Write a version with what the library's transcoder knows."""
    return json.dumps(version, default=dt.date.isoformat)


def _read(version: list[Any]) -> Version:
    """Read it back."""
    made = Version._make(version)
    return made._replace(
        granted=dt.date.fromisoformat(version[6]),
        start=dt.date.fromisoformat(version[7]),
        end=dt.date.fromisoformat(version[8]) if version[8] else None,
    )
