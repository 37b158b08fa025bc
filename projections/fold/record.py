"""The record: what corrections and retractions leave of the recorded events."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from events.catalogue import RECORD_TYPES
from events.entry import Entry
from events.errors import InputError, Integrity, NotFound, Refused, WhereasError
from events.record import (
    EventCorrected,
    EventRetracted,
    SourceLinked,
    ValuesErased,
)


class Record(msgspec.Struct):
    """Events as they count today, and what was said of each.

    Attributes:
        entries: the events that count, corrected, in the order of their numbers;
            events that speak of events are not among them.
        corrections: the numbers of the corrections of an event that count.
        retracted: the number of the retraction of each event that does not count.
        links: the numbers of the sources found later, by event.
        known: every recorded event by its number.
        spoken: the events that speak of events, in the order of their numbers.
    """

    entries: list[Entry] = msgspec.field(default_factory=list)
    corrections: dict[int, list[int]] = msgspec.field(default_factory=dict)
    retracted: dict[int, int] = msgspec.field(default_factory=dict)
    links: dict[int, list[int]] = msgspec.field(default_factory=dict)
    known: dict[int, Entry] = msgspec.field(default_factory=dict)
    spoken: list[Entry] = msgspec.field(default_factory=list)


class Heard(NamedTuple):
    """What the next event of the record makes of the one event that it is about.

    Attributes:
        number: that of the event, 0 where it is about none.
        before: the event as it counted, if it did.
        after: the event as it counts from now on, if it does.
        said: what is said of events from now on; only this one is corrected in it.
    """

    number: int
    before: Entry | None
    after: Entry | None
    said: Record


def record_of(entries: Sequence[Entry]) -> Record:
    """Apply what the record says of its events.

    A retraction may take back a correction or another retraction, so the last word
    counts: record events are heard from the last to the first, and one that has been
    taken back says nothing.

    Args:
        entries: the events of one agreement in the order of their numbers.

    Raises:
        InputError: a correction gives an event fields that it cannot have; with
            ``step``, the correction.
    """
    spoken = [entry for entry in entries if entry.envelope.type in RECORD_TYPES]
    known = {entry.envelope.seq: entry for entry in entries}
    record = Record(known=known, spoken=spoken)
    record.retracted = retractions(spoken)
    replaced = _replaced(spoken, record)
    silent = {entry.seq for entry in spoken} | record.retracted.keys()
    record.entries = [
        replaced.get(seq, entry)
        for seq, entry in record.known.items()
        if seq not in silent
    ]
    return record


def heard(record: Record, entry: Entry) -> Heard:
    """Tell what the next event of the record changes.

    What it retracts may have spoken of another, and so on; the last one is the only
    one of which something else comes to count.

    Cost: that of hearing all events of the record, and no others.
    """
    number = _target(entry)
    while (there := record.known.get(number)) is not None and there.is_record:
        number = _target(there)
    said = record_of([*([] if there is None else [there]), *record.spoken, entry])
    at = _place(record, number)
    counted = record.entries[at : at + 1]
    before = counted[0] if counted and counted[0].seq == number else None
    return Heard(number, before, said.entries[0] if said.entries else None, said)


def hear(record: Record, entry: Entry, found: Heard) -> None:
    """Let the next event of the record count, in place; see :func:`heard`."""
    number, before, after, said = found
    at = _place(record, number)
    record.entries[at : at + (before is not None)] = [] if after is None else [after]
    record.retracted, record.links = said.retracted, said.links
    record.corrections.pop(number, None)
    record.corrections |= said.corrections
    record.known[entry.seq] = entry
    record.spoken.append(entry)


def _target(entry: Entry) -> int:
    """Give the number of the event that one speaks of, 0 for none."""
    target: int = getattr(entry.event, "target", 0)
    return target


def _place(record: Record, number: int) -> int:
    """Give the place of an event among those that count."""
    return bisect_left(record.entries, number, key=lambda entry: entry.seq)


def retractions(spoken: Sequence[Entry]) -> dict[int, int]:
    """Give the number of the retraction of each event that does not count.

    Args:
        spoken: the events that speak of events, in the order of their numbers.
    """
    retracted: dict[int, int] = {}
    for entry in reversed(spoken):
        event = entry.event
        if isinstance(event, EventRetracted) and entry.seq not in retracted:
            retracted[event.target] = entry.seq
    return retracted


def _replaced(spoken: Iterable[Entry], record: Record) -> dict[int, Entry]:
    """Give the events that corrections made anew, by number, and note who spoke."""
    replaced: dict[int, Entry] = {}
    for entry in spoken:
        event = entry.event
        if entry.seq in record.retracted:
            continue
        if isinstance(event, EventCorrected):
            target = replaced.get(event.target) or record.known.get(event.target)
            if target is not None and not target.is_record:
                # Most agreements have none, and reading takes time to load.
                from events.correction import corrected

                try:
                    replaced[event.target] = corrected(target, event.replacement)
                except InputError as error:
                    error.facts.setdefault("step", entry.seq)
                    raise
                record.corrections.setdefault(event.target, []).append(entry.seq)
        elif isinstance(event, SourceLinked):
            record.links.setdefault(event.target, []).append(entry.seq)
    return replaced


def check_record(entry: Entry, record: Record) -> None:
    """Refuse a record event that speaks of nothing.

    Args:
        entry: the record event.
        record: what was recorded before it.

    Raises:
        NotFound: there is no event of that number.
        Refused: the target is retracted already, or is itself a record event that
            only a retraction can take back.
    """
    number = getattr(entry.event, "target", None)
    if number is None or isinstance(entry.event, ValuesErased):
        # Values are stored, and can be erased, whether their event counts or not.
        return
    target = record.known.get(number)
    if target is None or target.seq >= entry.seq:
        raise NotFound(
            f"there is no event @{number} to speak of",
            hint="history shows the numbers",
            step=entry.seq,
        )
    if number in record.retracted:
        raise Refused(
            f"@{number} has been retracted already",
            hint=f"retracting @{record.retracted[number]} brings it back",
            seq=record.retracted[number],
            step=entry.seq,
        )
    if target.is_record and not isinstance(entry.event, EventRetracted):
        raise Refused(
            f"@{number} is itself an event of the record",
            hint=f"retract @{number} and record it anew",
            seq=number,
            step=entry.seq,
        )


@contextmanager
def as_recorded(agreement: str) -> Iterator[None]:
    """Take what cannot be read among recorded events for the damage that it is.

    What a correction puts in the place of a value is read when it is applied. It could
    be when it was recorded, so that no input of whoever asks is wrong.

    Raises:
        Integrity: a correction cannot be applied.
    """
    try:
        yield
    except InputError as error:
        raise damage(agreement, error) from error


def damage(agreement: str, error: InputError) -> WhereasError:
    """Tell what damage it is that a correction cannot be read, if it is that."""
    seq = error.number("step")
    if seq is None:
        return error
    return Integrity(
        f"{agreement} @{seq} is not what was recorded: {error}",
        hint="whereas verify shows how far the ledger can be trusted",
    )
