"""The timeline: the events of an agreement in the order in which they took effect.

A timeline is made of what was known at one moment, and answers for any day. Events
that wait for a milestone or a measure are pending: they have no place in the order
until it is known when they took effect. One whose milestone can no longer be reached
has lapsed, and never takes effect.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec

from events.dates import INF, NEG_INF
from events.entry import Entry
from events.errors import Refused
from events.when import On, Unknown, When
from projections.fold.facts import Facts
from projections.fold.folding import fold
from projections.fold.gathering import declare, happen, spoken_of
from projections.fold.mentions import mentions
from projections.fold.naming import with_conflict
from projections.fold.record import Record, record_of
from projections.fold.resolve import is_open, resolve_when
from projections.fold.spans import ALWAYS_UNKNOWN, NEVER, Span, date_span
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.supposals import Supposal, check_recorded, suppose

_UNKNOWN = When.parse("unknown")


class Pending(NamedTuple):
    """An event whose effective When is not resolved.

    ``by`` is the day by which it takes effect for certain, an ordinal; INF where there
    is none.
    """

    entry: Entry
    effective: When
    by: int = INF


class Timeline(msgspec.Struct):
    """What was known at one moment of one agreement.

    Attributes:
        record: the events that count, and what was said of them.
        facts: what they say of milestones, measures and renewals.
        steps: those that have a place, in the order in which they are folded.
        pending: those that wait.
        lapsed: those that will never take effect.
    """

    record: Record
    facts: Facts
    steps: list[Step] = msgspec.field(default_factory=list)
    pending: list[Pending] = msgspec.field(default_factory=list)
    lapsed: list[Pending] = msgspec.field(default_factory=list)

    def upto(self, day: int) -> list[Step]:
        """List the steps that are folded by the end of a day."""
        return self.steps[: bisect_right(self.steps, day, key=lambda step: step.day)]

    def state(self, day: int) -> State:
        """Fold the state on a day; events after it have not happened.

        Cost: one pass over the steps up to that day.
        """
        return fold(self.upto(day), self.facts, State())

    @property
    def agreement(self) -> str:
        """Give the id of the agreement."""
        first = next(iter(self.record.known.values()))
        return first.envelope.agreement

    @property
    def title(self) -> str:
        """Give the title of the agreement, or nothing where it was never opened."""
        return self.facts.title or ""

    def milestones(self) -> frozenset[str]:
        """Name the milestones that events mention."""
        return mentions(self.record.entries).milestones


def timeline_of(
    entries: Sequence[Entry],
    *,
    horizon: int = NEG_INF,
    supposals: Iterable[Supposal] = (),
) -> Timeline:
    """Put the events of an agreement in order.

    Args:
        entries: the events of one agreement known at the moment of asking, in the
            order of their numbers.
        horizon: the day up to which silence means that nothing happened, an ordinal.
        supposals: facts added for the sake of one question.

    Raises:
        Refused: a supposal contradicts what is recorded.
        NotFound: a supposal names something that nothing mentions.
    """
    return arrange(record_of(entries), horizon=horizon, supposals=supposals)


def arrange(
    record: Record, *, horizon: int = NEG_INF, supposals: Iterable[Supposal] = ()
) -> Timeline:
    """Put the events that count in order; see :func:`timeline_of`.

    What is supposed may be in the way of a recorded event. What such an event says, for
    example of a milestone, has not happened either.
    """
    supposed = list(supposals)
    timeline = _arranged(record, horizon, supposed, frozenset())
    return without_idle(timeline, supposed) if supposed else timeline


def without_idle(timeline: Timeline, supposed: Sequence[Supposal] = ()) -> Timeline:
    """Put events in order anew, without the facts of those that cannot apply.

    Args:
        timeline: under what is supposed.
        supposed: the facts that are.
    """
    record, horizon, idle = timeline.record, timeline.facts.horizon, set[int]()
    while fresh := _speaking(timeline) - idle:
        idle |= fresh
        timeline = _arranged(record, horizon, supposed, idle)
    return timeline


def _speaking(timeline: Timeline) -> set[int]:
    """List the numbers of events that cannot apply and say something of facts."""
    skipped = {one.seq for one in timeline.state(INF).skipped}
    return {s.seq for s in timeline.steps if s.seq in skipped and spoken_of(s.event)}


def _arranged(
    record: Record, horizon: int, supposed: Sequence[Supposal], idle: AbstractSet[int]
) -> Timeline:
    """Put events in order; of those that are idle nothing is known."""
    facts = Facts(horizon=horizon)
    spans: dict[int, Span] = {}
    waiting: list[Entry] = []
    for entry in record.entries:
        span = _plain_span(entry.envelope.effective)
        if span is None:
            waiting.append(entry)
        else:
            spans[entry.envelope.seq] = span
            if entry.seq not in idle:
                happen(facts, entry, span)
        declare(facts, entry, span)
    if supposed:
        try:
            facts = suppose(facts, supposed, mentions(record.entries))
        except Refused as error:
            with_conflict(error, record.known)
            raise
    pending, lapsed = _settle(waiting, facts, spans, idle)
    for supposal in supposed:
        _check_settled(supposal, facts, record)
    steps = [
        step_of(entry, span, facts)
        for entry in record.entries
        if (span := spans.get(entry.envelope.seq)) is not None
    ]
    steps.sort()
    return Timeline(record, facts, steps, pending, lapsed)


def _check_settled(supposal: Supposal, facts: Facts, record: Record) -> None:
    """Refuse a supposal that an event contradicts whose date another one settled."""
    try:
        check_recorded(supposal, facts)
    except Refused as error:
        raise with_conflict(error, record.known) from error


def appended(timeline: Timeline, entry: Entry, hanging: Collection[str]) -> Step | None:
    """Add an event that comes after all others, in place.

    Args:
        timeline: what is changed; of no further use where None is returned.
        entry: the next event of the agreement.
        hanging: the names of what terms hang on (see :mod:`projections.fold.usage`).

    Returns:
        Its step; None where the event may touch earlier steps, so that the timeline
        has to be made anew. Cost: does not grow with the timeline.
    """
    span = _plain_span(entry.envelope.effective)
    names = spoken_of(entry.event)
    if entry.is_record or span is None or not set(names).isdisjoint(hanging):
        return None
    declare(timeline.facts, entry, span)
    step = step_of(entry, span, timeline.facts)
    if timeline.steps and step < timeline.steps[-1]:
        return None
    if names:
        happen(timeline.facts, entry, span)
        timeline.facts.changed()
    timeline.steps.append(step)
    timeline.record.entries.append(entry)
    timeline.record.known[entry.seq] = entry
    return step


def pending_steps(timeline: Timeline) -> list[Step]:
    """List what has no day as if each event took effect right after all that has."""
    day = timeline.steps[-1].day if timeline.steps else NEG_INF
    return [
        step_of(pending.entry, Span(day, day), timeline.facts)
        for pending in (*timeline.pending, *timeline.lapsed)
        if pending.by == INF
    ]


def step_of(entry: Entry, span: Span, facts: Facts) -> Step:
    """Give an event its place in the order."""
    envelope = entry.envelope
    signed = span.lo
    if envelope.instrument is not None:
        instrument = facts.instruments.get(envelope.instrument)
        if instrument is not None and instrument.signed is not None:
            signed = instrument.signed
    return Step(
        span.lo,
        signed,
        envelope.position,
        envelope.seq,
        span,
        entry.event,
        envelope.effective or _UNKNOWN,
        entry,
    )


def _plain_span(effective: When | None) -> Span | None:
    """Give the days of an effective date that hangs on nothing; None for another."""
    if effective is None:
        return ALWAYS_UNKNOWN
    expr = effective.expr
    if type(expr) is On:
        return date_span(expr.date)
    return ALWAYS_UNKNOWN if type(expr) is Unknown else None


def _awaited(entry: Entry, facts: Facts) -> Pending:
    """Tell what an event waits for, and by when it takes effect at the latest."""
    effective = entry.envelope.effective or _UNKNOWN
    return Pending(entry, effective, resolve_when(effective, facts).hi)


def _settle(
    waiting: list[Entry], facts: Facts, spans: dict[int, Span], idle: AbstractSet[int]
) -> tuple[list[Pending], list[Pending]]:
    """Resolve effective Whens until no further one can be, and list the others.

    One that is resolved may determine the milestone that another hangs on. Those that
    hang on each other are never resolved, which is what a circle deserves.

    One that waits, but takes effect by a day at the latest, has that day for its place.

    Returns:
        The events that wait, and those that have lapsed.
    """
    lapsed: list[Pending] = []
    settled: list[tuple[int, When]] = []
    while True:
        still: list[Entry] = []
        for entry in waiting:
            effective = entry.envelope.effective or _UNKNOWN
            if is_open(effective, facts):
                still.append(entry)
                continue
            span = resolve_when(effective, facts)
            if span == NEVER:
                lapsed.append(Pending(entry, effective))
                continue
            settled.append((entry.seq, effective))
            if entry.seq not in idle:
                happen(facts, entry, span)
            declare(facts, entry, span)
            facts.changed()
        if len(still) == len(waiting):
            pending = [_awaited(entry, facts) for entry in still]
            spans |= {p.entry.seq: Span(p.by, p.by) for p in pending if p.by < INF}
            # Those resolved later may tell more of what the first hang on.
            spans |= {seq: resolve_when(when, facts) for seq, when in settled}
            return pending, lapsed
        waiting = still
