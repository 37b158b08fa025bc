"""What corrections of an event say of values that are to be erased.

A correction holds its replacement as one value, so that it goes as a whole. What it put
right beside the erased fields, a date for example, is said once more by a correction
that is recorded with the erasure: nothing else of the agreement changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec

from events.codec import placeholder
from events.correction import WITHHELD
from events.entry import Draft, Entry
from events.fields import aliases_of
from events.record import EventCorrected
from ledger.importing.mapping import correctable
from projections.fold.record import record_of

REPLACEMENT = "replacement"


def corrections_of(
    entries: Sequence[Entry], target: Entry, fields: Collection[str]
) -> list[tuple[int, set[str]]]:
    """Find the corrections of an event that give values to fields.

    Those that were taken back count as well: what they say is still stored.

    Args:
        entries: the events of the agreement in the order of their numbers.
        target: the event.
        fields: names of its fields.

    Returns:
        The number of each, and which of the fields it gives values to.
    """
    cls = type(target.event)
    aliases = aliases_of(cls)
    erasable = {name for name in fields if name in cls.REDACTABLE}
    found: list[tuple[int, set[str]]] = []
    for entry in entries:
        event = entry.event
        if not isinstance(event, EventCorrected) or event.target != target.seq:
            continue
        named = {
            aliases.get(key, key)
            for key, value in event.replacement.items()
            if value is not None
        }
        if shared := named & erasable:
            found.append((entry.seq, shared))
    return found


def restated(
    entries: Sequence[Entry],
    target: Entry,
    gone: Collection[int],
    fields: Collection[str],
) -> Draft | None:
    """Draft a correction that says again what was right beside erased fields.

    Args:
        entries: the events of the agreement in the order of their numbers.
        target: the event.
        gone: the numbers of the corrections whose replacements are erased.
        fields: names of the fields that are erased.

    Returns:
        The draft, or None where nothing else is lost.
    """
    before = _counting(entries, target.seq)
    if before is None or not gone:
        return None
    after = _counting(list(_erased(entries, target, gone, fields)), target.seq)
    assert after is not None  # noqa: S101  # what counts does not depend on values
    hidden = {*fields, *before.redacted}
    was, will = correctable(before), correctable(after)
    rest = {
        key: was.get(key)
        for key in sorted({*was, *will})
        if key not in hidden and was.get(key) != will.get(key)
    }
    if not rest:
        return None
    numbers = ", ".join(f"@{seq}" for seq in gone)
    event = EventCorrected(
        target=target.seq,
        replacement=rest,
        reason=f"says again what {numbers} put right beside values that are erased",
    )
    return Draft(agreement=target.envelope.agreement, event=event)


def _counting(entries: Sequence[Entry], seq: int) -> Entry | None:
    """Read an event as its corrections leave it, None where it counts no longer."""
    return next((e for e in record_of(entries).entries if e.seq == seq), None)


def _erased(
    entries: Sequence[Entry],
    target: Entry,
    gone: Collection[int],
    fields: Collection[str],
) -> Iterator[Entry]:
    """Yield the events as they will read."""
    for entry in entries:
        if entry.seq == target.seq:
            yield _without(entry, fields)
        elif entry.seq in gone:
            event = msgspec.structs.replace(entry.event, replacement=WITHHELD)
            yield Entry(entry.envelope, event, (REPLACEMENT,))
        else:
            yield entry


def _without(entry: Entry, fields: Collection[str]) -> Entry:
    """Read an event without values."""
    cls = type(entry.event)
    held = [name for name in fields if name in cls.REDACTABLE]
    values = {name: placeholder(cls, name) for name in held}
    return Entry(
        entry.envelope,
        msgspec.structs.replace(entry.event, **values),
        tuple(sorted({*entry.redacted, *held})),
    )
