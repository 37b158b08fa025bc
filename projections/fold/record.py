"""The record: what corrections and retractions leave of the recorded events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from events.catalogue import RECORD_TYPES
from events.entry import Entry
from events.errors import NotFound, Refused
from events.record import EventCorrected, EventRetracted, SourceLinked


class Record(msgspec.Struct):
    """Events as they count today, and what was said of each.

    Attributes:
        entries: the events that count, corrected, in the order of their numbers;
            events that speak of events are not among them.
        corrections: the numbers of the corrections of an event that count.
        retracted: the number of the retraction of each event that does not count.
        links: the numbers of the sources found later, by event.
        known: every recorded event by its number.
    """

    entries: list[Entry] = msgspec.field(default_factory=list)
    corrections: dict[int, list[int]] = msgspec.field(default_factory=dict)
    retracted: dict[int, int] = msgspec.field(default_factory=dict)
    links: dict[int, list[int]] = msgspec.field(default_factory=dict)
    known: dict[int, Entry] = msgspec.field(default_factory=dict)


def record_of(entries: Sequence[Entry]) -> Record:
    """Apply what the record says of its events.

    A retraction may take back a correction or another retraction, so the last word
    counts: record events are heard from the last to the first, and one that has been
    taken back says nothing.

    Args:
        entries: the events of one agreement in the order of their numbers.

    Raises:
        InputError: a correction gives an event fields that it cannot have.
    """
    record = Record(known={entry.envelope.seq: entry for entry in entries})
    spoken = [entry for entry in entries if entry.envelope.type in RECORD_TYPES]
    record.retracted = retractions(spoken)
    replaced = _replaced(spoken, record)
    silent = {entry.seq for entry in spoken} | record.retracted.keys()
    record.entries = [
        replaced.get(seq, entry)
        for seq, entry in record.known.items()
        if seq not in silent
    ]
    return record


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

                replaced[event.target] = corrected(target, event.replacement)
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
    if number is None:
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
