"""The answer to "why?": from a value to its events, sources and passages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from events.dates import PartialDate
from events.entry import Entry
from events.happenings import MilestoneDetermined, NoticeGiven, OptionExercised
from events.quantity import readable
from events.when import When, measures, milestones
from projections.fold.provision import Performance, Provision
from projections.fold.refusals import absent
from projections.fold.resolving import starts_when
from projections.fold.timeline import Timeline
from projections.questions.answers import KnownAt
from projections.questions.endings import endings_after
from projections.questions.history import EventAnswer, event_answer
from projections.questions.provisions import ProvisionAnswer, provision_answer
from projections.questions.renewing import notice_told

WHY_SCHEMA = "whereas/why/1"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a provision, its value and the event that last set it.

    ``part`` is a field, or a milestone or measure that a term hangs on.
    ``corrected_by`` are the corrections of the event that count.
    """

    part: str
    value: Any
    event: int
    corrected_by: tuple[int, ...] = ()


class WhyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a provision rests on.

    ``events`` are all that bear on it by that day, in the order in which they were
    folded, with their sources, each with its corrections after it; the facts that its
    terms hang on come last.
    """

    schema: str
    agreement: str
    title: str
    on: str
    known: KnownAt
    provision: ProvisionAnswer
    parts: list[Part]
    events: list[EventAnswer]


def why_answer(
    timeline: Timeline, name: str, on: PartialDate, *, known: KnownAt
) -> WhyAnswer:
    """Tell what a provision rests on.

    Args:
        timeline: what was known.
        name: the provision.
        on: the date asked about; a partial one asks about its last day.
        known: the moment of knowledge, to be told again.

    Raises:
        NotFound: the agreement has no such provision.
        Refused: it is granted only after that date.
    """
    state = timeline.state(on.last)
    provision = state.provisions.get(name)
    if provision is None:
        raise absent(name, timeline.facts)
    later = endings_after(timeline, on.last).get(name)
    answer = provision_answer(provision, timeline.facts, on.last, later)
    corrections = timeline.record.corrections
    facts = list(_facts(timeline, provision))
    bearing = [*provision.set_by, *(part.event for part in facts)]
    numbers = dict.fromkeys(
        n for seq in bearing for n in (seq, *corrections.get(seq, ()))
    )
    parts = [*_parts(provision, answer, timeline), *facts]
    return WhyAnswer(
        schema=WHY_SCHEMA,
        agreement=timeline.agreement,
        title=timeline.title,
        on=on.text,
        known=known,
        provision=answer,
        parts=[
            msgspec.structs.replace(
                part, corrected_by=tuple(corrections.get(part.event, ()))
            )
            for part in parts
        ],
        events=[event_answer(timeline, number) for number in numbers if number],
    )


def _parts(
    provision: Provision, answer: ProvisionAnswer, timeline: Timeline
) -> Iterator[Part]:
    """Yield the parts that events set after the grant, and the grant.

    What was done to a provision more than once is a part each time.
    """
    done = {
        "performed": [(one.seq, _told(one)) for one in provision.performed],
        "exercises": list(_choices(provision, timeline)),
        "notices": list(_notices(provision, timeline)),
    }
    fields = {
        **answer.terms,
        **msgspec.to_builtins(answer),
        **dict(_beside(provision)),
        **dict(_perhaps(answer)),
    }
    for part, seq in provision.why.items():
        for event, value in done.get(part, [(seq, fields.get(part))]):
            yield Part(part=part, value=value, event=event)


def _perhaps(answer: ProvisionAnswer) -> Iterator[tuple[str, str]]:
    """Yield an amount that has perhaps not changed yet, with what it was before."""
    if answer.quantity is not None and answer.quantity_before:
        amounts = (*answer.quantity_before, answer.quantity)
        yield "amount", " or perhaps ".join(map(readable, amounts))


def _beside(provision: Provision) -> Iterator[tuple[str, Any]]:
    """Yield what happened to a provision and is no term of it, in words."""
    yield "grant", provision.kind
    yield "contested", provision.contested_by
    pause = provision.suspension
    if pause is None:
        yield "suspension", "over"
    else:
        until = "" if pause.until is None else pause.until.text
        if until and not until.startswith(("through ", "until ")):
            until = f"until {until}"
        yield "suspension", f"suspended {until}".rstrip()


def _choices(provision: Provision, timeline: Timeline) -> Iterator[tuple[int, str]]:
    """Write the choices that were made: what, whether in part, by whom and when."""
    for entry in _bearing(provision, timeline):
        event = entry.event
        if isinstance(event, OptionExercised):
            part = " in part" if event.partial else ""
            when = entry.envelope.effective
            yield entry.seq, f"{event.choice}{part} by {event.by} ({when})"


def _notices(provision: Provision, timeline: Timeline) -> Iterator[tuple[int, str]]:
    """Write the notices that were given: of what, by whom, when, and to what end."""
    facts = timeline.facts
    spans = {dated.seq: dated.span for dated in facts.notices.get(provision.id, ())}
    for entry in _bearing(provision, timeline):
        event = entry.event
        if isinstance(event, NoticeGiven):
            words = f"{event.kind} by {event.by} ({entry.envelope.effective})"
            span = spans.get(entry.seq)
            told = span and notice_told(span, provision, facts)
            yield entry.seq, f"{words}, {told}" if told else words


def _bearing(provision: Provision, timeline: Timeline) -> Iterator[Entry]:
    """Yield the events that made a provision what it is, in the order of the fold."""
    counting = {entry.seq: entry for entry in timeline.record.entries}
    for seq in provision.set_by:
        if seq in counting:
            yield counting[seq]


def _told(done: Performance) -> str:
    """Write what was handed over, and what its amount does not tell by itself."""
    words = [done.kind, readable(str(done.amount or ""))]
    words += [f"({done.basis})"] if done.basis else []
    words += [f"with {' and '.join(done.shared_with)}"] if done.shared_with else []
    return " ".join(filter(None, words))


def _facts(timeline: Timeline, provision: Provision) -> Iterator[Part]:
    """Yield the recorded facts that the start and the end hang on."""
    facts = timeline.facts
    for when in _whens(provision):
        for name in sorted(milestones(when.expr)):
            for value, seq in _decided(timeline, name):
                yield Part(part=f"milestone {name}", value=value, event=seq)
        for name in sorted(measures(when.expr)):
            for report in facts.measures.get(name, ()):
                value = report.value.text
                yield Part(part=f"measure {name}", value=value, event=report.seq)


def _decided(timeline: Timeline, milestone: str) -> Iterator[tuple[str, int]]:
    """Yield what was said of a milestone, and the event that says it."""
    known = timeline.facts.milestones.get(milestone)
    if known is not None:
        yield from (("claim", dated.seq) for dated in known.claims)
        yield from (("determination", dated.seq) for dated in known.determinations)
    for entry in timeline.record.entries:
        match entry.event:
            case MilestoneDetermined(milestone=name, outcome="rejected"):
                if name == milestone:
                    yield "rejection", entry.seq
            case _:
                pass
    if known is not None and known.lapsed is not None:
        yield "lapse", known.lapsed.seq


def _whens(provision: Provision) -> Iterator[When]:
    """Yield the Whens that the start and the end rest on."""
    yield starts_when(provision)
    if provision.ends is not None:
        yield provision.ends
