"""What passes between the event-sourcing library and a store.

It is apart from :mod:`ledger.store` because whoever only reads needs none of it, and
the library takes longer to load than most answers take to find.
"""

from __future__ import annotations

from dataclasses import dataclass

from eventsourcing.persistence import IntegrityError, Notification, StoredEvent

from ledger.store import Pending, Row


class Moved(IntegrityError):  # noqa: N818  # what happened, as in events.errors
    """Somebody appended to the agreement since it was read.

    It is the library's own error for a version that is taken.
    """


@dataclass(frozen=True)
class StoredPending(StoredEvent):
    """A pending event on its way from the mapper to the recorder."""

    pending: Pending


@dataclass(frozen=True)
class StoredRow(Notification):
    """A row on its way from the recorder to the mapper."""

    row: Row
