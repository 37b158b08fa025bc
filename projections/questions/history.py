"""The answer to "what happened?": every recorded event, in the order of its number."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import msgspec

from events.base import Event, PriceStep
from events.dates import INF
from events.entry import Entry
from events.quantity import Quantity, readable
from events.record import SourceLinked
from events.scope import Box, scope_text
from events.source import Source
from events.values import enc_hook
from projections.fold.naming import about
from projections.fold.record import Record
from projections.fold.resolve import resolve_when
from projections.fold.timeline import Pending, Timeline
from projections.questions.answers import KnownAt

HISTORY_SCHEMA = "whereas/history/1"

_SHARED = frozenset(msgspec.structs.fields(Event)[i].name for i in range(3))
# Fields that tell whom or what an event is about and stand in a column of their own.
_SUBJECTS = frozenset(("id", "provision", "text", "quote", "condition"))


class EventAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded event as a reader sees it.

    ``corrected_by`` and ``retracted_by`` are events of the record that count; the
    fields are those after correction, and ``recorded`` is what those that a correction
    changed said before, with ``effective``, ``instrument`` and ``sources`` among them.
    ``what`` is the fields in a few words. An event that has ``lapsed`` never takes
    effect, because its milestone is never reached.
    """

    event: int
    position: int
    type: str
    about: str | None
    what: str
    fields: dict[str, Any]
    recorded: dict[str, Any]
    effective: str | None
    recorded_at: str
    recorded_by: str
    instrument: str | None
    batch: str | None
    pending: bool
    lapsed: bool
    corrected_by: tuple[int, ...]
    retracted_by: int | None
    redacted: tuple[str, ...]
    note: str | None
    sources: list[dict[str, Any]]


class HistoryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The events of an agreement, or of one of its provisions."""

    schema: str
    agreement: str
    title: str
    provision: str | None
    known: KnownAt
    events: list[EventAnswer]


def history_answer(
    timeline: Timeline,
    *,
    known: KnownAt,
    provision: str | None = None,
    on: int | None = None,
) -> HistoryAnswer:
    """Tell what happened.

    Args:
        timeline: what was known.
        known: the moment of knowledge, to be told again.
        provision: only what bears on this provision.
        on: only what was effective by the end of this day, an ordinal; events of the
            record, which have no effective date, go with the event they speak of.

    Returns:
        The answer; events in the order of their numbers.
    """
    wanted: set[int] | None = None
    if provision is not None:
        wanted = bearing_on(timeline, provision)
    if on is not None:
        upto = {step.seq for step in timeline.upto(on)}
        upto |= set(_retracted_by(timeline, on))
        wanted = upto if wanted is None else wanted & upto
    if wanted is not None:
        wanted |= _spoken_of(timeline, wanted)
    return HistoryAnswer(
        schema=HISTORY_SCHEMA,
        agreement=timeline.agreement,
        title=timeline.title,
        provision=provision,
        known=known,
        events=[
            event_answer(timeline, seq)
            for seq in timeline.record.known
            if wanted is None or seq in wanted
        ],
    )


def _retracted_by(timeline: Timeline, day: int) -> Iterator[int]:
    """Yield the numbers of retracted events that were effective by a day."""
    for seq in timeline.record.retracted:
        effective = timeline.record.known[seq].envelope.effective
        if effective is not None and resolve_when(effective, timeline.facts).lo <= day:
            yield seq


def bearing_on(timeline: Timeline, provision: str) -> set[int]:
    """Collect the numbers of the events that bear on a provision, ever."""
    there = timeline.state(INF).provisions.get(provision)
    found = set(there.set_by) if there else set()
    for entry in timeline.record.known.values():
        event = entry.event
        named = {getattr(event, name, None) for name in ("provision", "over")}
        named |= {*getattr(event, "provisions", ()), *getattr(event, "shared_with", ())}
        if provision in named:
            found.add(entry.seq)
        if getattr(event, "id", None) == provision and hasattr(event, "KIND"):
            found.add(entry.seq)
    return found


def _spoken_of(timeline: Timeline, wanted: set[int]) -> set[int]:
    """Collect the events of the record that speak of these, and of each other."""
    found: set[int] = set()
    for entry in timeline.record.known.values():
        target = getattr(entry.event, "target", None)
        if entry.is_record and (target in wanted or target in found):
            found.add(entry.seq)
    return found


def event_answer(timeline: Timeline, seq: int) -> EventAnswer:
    """Tell one event, with its corrections and the sources found later."""
    record = timeline.record
    recorded = record.known[seq]
    entry = _counted(record, seq) or recorded
    envelope, event = entry.envelope, entry.event
    return EventAnswer(
        event=seq,
        position=envelope.position,
        type=envelope.type,
        about=about(event),
        what=what(event, recorded.event),
        fields=fields_of_event(event),
        recorded=dict(_recorded(recorded, entry)),
        effective=envelope.effective.text if envelope.effective else None,
        recorded_at=envelope.recorded_at,
        recorded_by=envelope.recorded_by,
        instrument=envelope.instrument,
        batch=envelope.batch.id if envelope.batch else None,
        pending=_is_among(timeline.pending, seq),
        lapsed=_is_among(timeline.lapsed, seq),
        corrected_by=tuple(record.corrections.get(seq, ())),
        retracted_by=record.retracted.get(seq),
        redacted=entry.redacted,
        note=event.note,
        sources=list(_sources(timeline, entry)),
    )


def _is_among(undated: Iterable[Pending], seq: int) -> bool:
    """Tell whether an event is one of those that have no day."""
    return any(one.entry.seq == seq for one in undated)


def _counted(record: Record, seq: int) -> Entry | None:
    """Find an event as it counts, corrected; None where it was retracted."""
    at = bisect_left(record.entries, seq, key=lambda entry: entry.seq)
    found = record.entries[at : at + 1]
    return found[0] if found and found[0].seq == seq else None


def fields_of_event(event: Event) -> dict[str, Any]:
    """Write the fields of an event as an import file has them."""
    fields: dict[str, Any] = msgspec.to_builtins(event, enc_hook=enc_hook)
    return fields


def _recorded(recorded: Entry, counted: Entry) -> Iterator[tuple[str, Any]]:
    """Yield what a correction changed, as it was recorded; null where it was not."""
    if counted is recorded:
        return
    was, now = (
        {**_of_envelope(entry), **fields_of_event(entry.event)}
        for entry in (recorded, counted)
    )
    for name in dict.fromkeys([*now, *was]):
        if was.get(name) != now.get(name):
            yield name, was.get(name)


def _of_envelope(entry: Entry) -> dict[str, Any]:
    """Write what a correction may change beside the fields of an event."""
    envelope = entry.envelope
    return {
        "effective": envelope.effective.text if envelope.effective else None,
        "instrument": envelope.instrument,
        "sources": [source_fields(source) for source in entry.sources()],
    }


def what(event: Event, recorded: Event) -> str:
    """Tell the fields of an event in a few words, without those told elsewhere.

    Args:
        event: as it counts.
        recorded: as it was recorded; what a correction changed is told both ways.
    """
    subject = about(event)
    now = dict(_fields(event))
    was = now if recorded is event else dict(_fields(recorded))
    parts = []
    for name in dict.fromkeys([*now, *was]):
        value, before = now.get(name), was.get(name)
        words = f"{name.rstrip('_').replace('_', ' ')} {_words(value)}"
        if value != before:
            parts.append(f"{words} (recorded as {_words(before)})")
        elif name not in _SUBJECTS and value != subject:
            parts.append(words)
    return "; ".join(parts)


def _fields(event: Event) -> Iterator[tuple[str, Any]]:
    """Yield the fields of an event that are given and its own."""
    for name, encoded in _own(type(event)):
        value = getattr(event, name)
        if value not in (None, (), {}):
            yield encoded, value


@cache
def _own(cls: type[Event]) -> list[tuple[str, str]]:
    """List the fields that a type has alone, and how they are written.

    To find them takes ten times longer than to tell an event.
    """
    fields = msgspec.structs.fields(cls)
    return [(f.name, f.encode_name) for f in fields if f.name not in _SHARED]


def _words(value: Any) -> str:  # noqa: ANN401  # any field of any event
    """Put the value of a field into words."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "yes", False: "no"}[value]
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(inner)}" for key, inner in value.items())
    if isinstance(value, tuple | list):
        if value and isinstance(value[0], Box):
            return scope_text(tuple(value))
        return ", ".join(map(_words, value))
    if isinstance(value, msgspec.Struct):
        return _struct(value)
    return readable(str(value)) if isinstance(value, Quantity) else str(value)


def _struct(value: msgspec.Struct) -> str:
    """Put what has fields of its own into words."""
    if isinstance(value, PriceStep):
        return f"{_words(value.price)} from {value.start}"
    names = (info.encode_name for info in msgspec.structs.fields(value))
    inner = zip(names, msgspec.structs.astuple(value), strict=True)
    return getattr(value, "id", None) or _words({k: v for k, v in inner if v})


def _sources(timeline: Timeline, entry: Entry) -> Iterator[dict[str, Any]]:
    """Yield the sources of an event, those found later at the end."""
    for source in entry.sources():
        yield source_fields(source)
    for number in timeline.record.links.get(entry.seq, ()):
        link = timeline.record.known[number].event
        if isinstance(link, SourceLinked):
            yield {**_linked(link), "linked_by": number}


def source_fields(source: Source) -> dict[str, Any]:
    """Write a source, its stance always."""
    fields: dict[str, Any] = msgspec.to_builtins(source)
    return {**fields, "stance": source.stance}


def _linked(link: SourceLinked) -> dict[str, Any]:
    """Write a source that was found later."""
    names = ("source", "title", "uri", "at", "published", "sha256", "quote", "stance")
    return {n: v for n in names if (v := getattr(link, n)) is not None}


def events_between(timeline: Timeline, after: int, upto: int) -> Iterable[EventAnswer]:
    """Yield the events recorded after one position and up to another."""
    for seq, entry in timeline.record.known.items():
        if after < entry.position <= upto:
            yield event_answer(timeline, seq)
