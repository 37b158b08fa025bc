"""The event-sourcing library as it comes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

# Events of the library are saved this many at a time, which is what suits it.
BATCH_EVENTS = 1_000


class PeerAgreement(Aggregate):
    """An agreement as an aggregate of the library, with its default events.

    It checks nothing and proves nothing. Days and amounts come back as values, by the
    library's own transcodings; its state is what a reader would need at least, the last
    event about each provision.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.provisions: dict[str, tuple[Any, ...]] = {}

    @event("Recorded")
    def record(
        self,
        name: str,
        effective: datetime | None,
        amount: Decimal | None,
        data: dict[str, Any],
    ) -> None:
        """Record an event."""
        about = data.get("provision") or data.get("id") or name
        self.provisions[about] = (name, effective, amount, data)


class PeerApplication(Application[UUID]):
    """The library's application over a SQLite file, configured as its guide does."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            {
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "SQLITE_DBNAME": str(path),
            }
        )

    def record(self, name: str, events: Iterable[Mapping[str, Any]]) -> UUID:
        """Record an agreement, a thousand events at a time."""
        agreement = PeerAgreement(name)
        for number, fields in enumerate(events, 2):
            data = dict(fields)
            agreement.record(
                data.pop("event"),
                _day(data.get("effective", "")),
                _number(data.get("amount", "")),
                data,
            )
            if number % BATCH_EVENTS == 0:
                self.save(agreement)
        self.save(agreement)
        return agreement.id

    def get(self, agreement: UUID) -> PeerAgreement:
        """Read an agreement back, which replays its events."""
        found: PeerAgreement = self.repository.get(agreement)
        return found


def _day(text: str) -> datetime | None:
    """Read a day, where there is one."""
    return datetime.fromisoformat(text) if text[:1].isdigit() else None


def _number(text: str) -> Decimal | None:
    """Read the number of an amount, where there is one."""
    found = re.search(r"\d+", text)
    return Decimal(found[0]) if found else None
