"""Tell a repeated event from another one under the same key.

An idempotency key belongs to one agreement. Whoever repeats a command or an import
names the agreement anyway, agreements are often kept by people who do not know of each
other's keys, and an agreement exported alone must show by itself that no key of it was
used twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from events.catalogue import fields_of
from events.entry import Draft, Entry, Envelope
from events.errors import Conflict
from ledger.log import tree
from ledger.placing import receipt_of
from ledger.receipts import Receipt
from ledger.rows import entry_of
from ledger.store import Row, Store

# An agreement, and an idempotency key in it.
Key = tuple[str, str]


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
    found = store.keyed(keys) if (keys := keys_of(drafts)) else {}
    entries = repeated(drafts, {key: entry_of(row) for key, row in found.items()})
    return _receipts(store, [(found[_key(e.envelope)], e) for e in entries])


def keys_of(drafts: Sequence[Draft]) -> list[Key]:
    """List the keys of drafts that have one."""
    return [_key(draft) for draft in drafts if draft.key is not None]


def repeated(drafts: Sequence[Draft], found: Mapping[Key, Entry]) -> list[Entry]:
    """Give the entries of drafts that are all there already, or nothing.

    Args:
        drafts: the events; those without a key are new.
        found: what is there under their keys.

    Raises:
        Conflict: a key is used for something else, or only some are there.
    """
    if not found:
        return []
    there = [(draft, found.get(_key(draft))) for draft in drafts]
    entries = [_same(draft, entry) for draft, entry in there if entry is not None]
    if len(entries) < len(drafts):
        new = next(draft for draft, entry in there if entry is None)
        first = entries[0]
        raise Conflict(
            f"{len(entries)} of these {len(drafts)} events are recorded already, the"
            f" first as {first.envelope.agreement} @{first.seq}; nothing was recorded",
            hint="append only those that are new",
            there=[entry.envelope.position for entry in entries],
            new=new.key or new.event.TYPE,
        )
    return entries


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


def _key(keyed: Draft | Envelope) -> Key:
    """Give the key of an event in its agreement."""
    return keyed.agreement, keyed.key or ""


def _same(draft: Draft, entry: Entry) -> Entry:
    """Check that a recorded event is what a draft says."""
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
            position=entry.envelope.position,
        )
    return entry


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
