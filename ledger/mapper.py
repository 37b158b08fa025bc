"""Between events and rows: the event-sourcing library's mapper, over our codec."""

from __future__ import annotations

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

from ledger.rows import entry_of
from ledger.store import Pending
from ledger.stored import StoredPending, StoredRow


class EntryMapper(Mapper[str]):
    """Maps pending events to what is stored, and rows to entries."""

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Hand a pending event to the recorder, which gives it its place.

        Raises:
            TypeError: it is not a pending event.
        """
        if not isinstance(domain_event, Pending):
            raise TypeError(f"{type(domain_event).__name__} is not a pending event")
        envelope = domain_event.envelope
        return StoredPending(
            envelope.agreement, envelope.seq, envelope.type, b"", domain_event
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Read the entry of a row.

        Raises:
            Integrity: the row is damaged.
            TypeError: it does not come from a ledger.
        """
        if not isinstance(stored_event, StoredRow):
            raise TypeError("the event was not read from a ledger")
        return entry_of(stored_event.row)
