"""Tell a repeated event from another one under the same key.

An idempotency key belongs to one agreement. Whoever repeats a command or an import
names the agreement anyway, agreements are often kept by people who do not know of each
other's keys, and an agreement exported alone must show by itself that no key of it was
used twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from events.catalogue import fields_of
from events.entry import Draft, Entry
from events.errors import Conflict
from ledger.log import tree
from ledger.placing import receipt_of
from ledger.receipts import Receipt
from ledger.rows import entry_of
from ledger.store import Row, Store


def replayed(store: Store, drafts: Sequence[Draft]) -> list[Receipt]:
    """Give the receipts of drafts that are all recorded already, or nothing.

    Args:
        store: the ledger.
        drafts: the events; those without a key are new.

    Returns:
        A receipt a draft, each as it was given then; empty when all are new.

    Raises:
        Conflict: a key is used for something else, or only some are recorded.
    """
    keys = [(d.agreement, d.key) for d in drafts if d.key is not None]
    found = store.keyed(keys) if keys else {}
    if not found:
        return []
    there = [(d, found.get((d.agreement, d.key or ""))) for d in drafts]
    rows = [_same(draft, row) for draft, row in there if row is not None]
    if len(rows) < len(drafts):
        new = next(draft for draft, row in there if row is None)
        raise Conflict(
            f"{len(rows)} of these {len(drafts)} events are recorded already, the first"
            f" as {rows[0][0].agreement} @{rows[0][0].seq}; nothing was recorded",
            hint="append only those that are new",
            there=[row.position for row, _ in rows],
            new=new.key or new.event.TYPE,
        )
    return _receipts(store, rows)


def difference(draft: Draft, entry: Entry) -> str | None:
    """Name the first field in which a draft differs from a recorded event.

    Values that were erased cannot be compared and count as the same.

    Args:
        draft: what somebody wants to record.
        entry: what is recorded under its key.

    Returns:
        A field of the type, ``event``, ``effective``, ``instrument`` or ``sources``;
        None where there is no difference.
    """
    return next(_differences(draft, entry), None)


def _same(draft: Draft, row: Row) -> tuple[Row, Entry]:
    """Check that a row is what a draft says."""
    entry = entry_of(row)
    field = difference(draft, entry)
    if field is not None:
        raise Conflict(
            f"the key {draft.key} of {draft.agreement} is used for {entry.label}, "
            f"with another {field}; nothing was recorded",
            hint="use another key, or correct what is recorded: "
            f"whereas correct {draft.agreement} @{entry.seq}",
            conflict=entry.label,
            field=field,
            key=draft.key,
            position=row.position,
        )
    return row, entry


def _receipts(store: Store, rows: Sequence[tuple[Row, Entry]]) -> list[Receipt]:
    """Write the receipts of recorded events anew, as they were."""
    roots: dict[int, str] = {}
    receipts = []
    for row, entry in rows:
        batch = entry.envelope.batch
        size = row.position + 1 + (batch.n - batch.i if batch else 0)
        if size not in roots:
            roots[size] = tree.root(size, store).hex()
        receipts.append(
            receipt_of(entry.envelope, row.leaf, size, roots[size], replayed=True)
        )
    return receipts


def _differences(draft: Draft, entry: Entry) -> Iterator[str]:
    """Yield the fields in which they differ."""
    recorded = entry.event
    if type(draft.event) is not type(recorded):
        yield "event"
        return
    if draft.event != recorded:
        for field in fields_of(type(recorded)):
            if field.key not in entry.redacted and (
                getattr(draft.event, field.name) != getattr(recorded, field.name)
            ):
                yield field.key
    if draft.effective != entry.envelope.effective:
        yield "effective"
    if draft.instrument != entry.envelope.instrument:
        yield "instrument"
    if draft.sources != entry.sources():
        yield "sources"
