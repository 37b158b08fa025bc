"""The answer to "what if?": the agreement with and without what is supposed.

Both are folded by the same rules and compared; nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from events.dates import INF, LAST_DAY, PartialDate, day_text
from events.entry import Entry
from projections.fold.naming import about, label
from projections.fold.provision import Provision
from projections.fold.resolve import waiting
from projections.fold.resolving import end_of, start_of, starts_when
from projections.fold.spans import Span
from projections.fold.state import State
from projections.fold.status import standing
from projections.fold.supposals import Supposal
from projections.fold.timeline import Timeline, timeline_of
from projections.questions.answers import KnownAt, state_answer
from projections.questions.diff import Change, changes
from projections.questions.endings import endings_after
from projections.questions.falling import Item, items_of, renew_more
from projections.questions.hypotheses import Hypotheses, suppose_all
from projections.questions.marks import WHATS
from projections.questions.provisions import Range, between, ends_text, later_told

WHAT_IF_SCHEMA = "whereas/what-if/1"


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A start or an end that is another day than without the hypothesis.

    ``before`` and ``after`` are the first and the last possible day; ``before`` is
    null where the provision is there only under the hypothesis. ``date`` is the day
    where ``after`` is one.
    """

    what: Literal["starts", "ends"]
    provision: str
    kind: str
    holders: tuple[str, ...]
    before: Range | None
    after: Range
    date: str | None
    waits_for: tuple[str, ...]


class Scheduled(msgspec.Struct, frozen=True, kw_only=True):
    """Something that falls due, under the hypothesis (+), without it (-), or both."""

    sign: Literal["+", "-", " "]
    item: Item


class Goes(msgspec.Struct, frozen=True, kw_only=True):
    """A provision that has not ended on the day asked about, and until when.

    ``later`` is the event that ends it, effective only after that day.
    """

    provision: str
    kind: str
    holders: tuple[str, ...]
    status: str
    ends: str | None
    ends_between: Range
    waits_for: tuple[str, ...]
    later: dict[str, Any] | None


class Assumed(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise that is supposed, and on what it hangs that the option has opened."""

    text: str
    provision: str
    waits_for: tuple[str, ...]


class WhatIfAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from a hypothesis.

    ``changes`` compares the states on the day asked about; ``effects`` are the starts
    and ends that move, in the order of their new days; ``schedule`` is what falls due
    from the first to the last day concerned, if anything is supposed; ``goes_on`` are
    the provisions that have not ended by the day asked about; ``impossible`` recorded
    events that could not apply under the hypothesis; ``more`` names provisions that
    renew too many times to list; ``assumed`` is what nothing recorded or supposed says,
    and what is supposed takes for granted.
    """

    schema: str
    agreement: str
    title: str
    on: str
    known: KnownAt
    horizon: str | None
    suppose: list[str]
    events: list[dict[str, Any]]
    changes: list[Change]
    effects: list[Effect]
    schedule: list[Scheduled]
    goes_on: list[Goes]
    impossible: list[dict[str, Any]]
    more: list[str]
    assumed: list[Assumed]


def what_if_answer(
    entries: Sequence[Entry],
    hypotheses: Hypotheses,
    *,
    known: KnownAt,
    horizon: int,
    on: PartialDate | None = None,
) -> WhatIfAnswer:
    """Tell what follows from a hypothesis.

    Args:
        entries: the recorded events of one agreement, in the order of their numbers.
        hypotheses: what is supposed together.
        known: the moment of knowledge, to be told again.
        horizon: the day up to which silence means that nothing happened, an ordinal.
        on: the date on which the two are compared; by default the last date that is
            supposed, or the horizon.

    Raises:
        Refused: what is supposed contradicts what is recorded.
        NotFound: something is named that the agreement does not have.
    """
    pair = _Pair(
        timeline_of(entries, horizon=horizon),
        suppose_all(entries, hypotheses, horizon=horizon),
    )
    day = min(max(hypotheses.days(), default=horizon), LAST_DAY)
    asked = on or PartialDate.parse(day_text(day))
    effects = sorted(pair.effects(), key=_order)
    differs = pair.changes(asked, known, hypotheses.supposals)
    window = _window(hypotheses, effects, asked)
    schedule = [] if hypotheses.is_empty else pair.schedule(window)
    return WhatIfAnswer(
        schema=WHAT_IF_SCHEMA,
        agreement=pair.after.agreement,
        title=pair.after.title,
        on=asked.text,
        known=known,
        horizon=between(Span(horizon, horizon))[0],
        suppose=hypotheses.texts,
        events=list(_supposed_events(pair.after, entries[-1].seq)),
        changes=differs,
        effects=effects,
        schedule=schedule,
        goes_on=list(_goes_on(pair.after, asked.last)),
        impossible=pair.impossible(),
        more=_renewing_more(schedule),
        assumed=list(_assumed(pair.after, hypotheses)),
    )


class _Pair(NamedTuple):
    """An agreement without and with a hypothesis."""

    before: Timeline
    after: Timeline

    def changes(
        self, on: PartialDate, known: KnownAt, supposals: tuple[Supposal, ...]
    ) -> list[Change]:
        """Compare the states on a date."""
        return list(
            changes(
                state_answer(self.before, on, known=known),
                state_answer(self.after, on, known=known, supposals=supposals),
            )
        )

    def effects(self) -> Iterator[Effect]:
        """Yield the starts and the ends that move, in the end."""
        without, within = self.before.state(INF), self.after.state(INF)
        for provision in within.provisions.values():
            old = without.provisions.get(provision.id)
            was = None if old is None else _days(old, self.before)
            yield from _moved(provision, self.after, was)

    def schedule(self, window: Span) -> list[Scheduled]:
        """Put what falls due without and with the hypothesis side by side."""
        without = items_of(self.before, window)
        within = items_of(self.after, window)
        otherwise, so = set(map(_key, without)), set(map(_key, within))
        both: list[Scheduled] = [
            Scheduled(sign=" " if _key(item) in otherwise else "+", item=item)
            for item in within
        ]
        both += [
            Scheduled(sign="-", item=item) for item in without if _key(item) not in so
        ]
        dated = [one for one in both if one.item.between[1] is not None]
        return sorted(dated, key=_falls)

    def impossible(self) -> list[dict[str, Any]]:
        """List the recorded events that could not apply under the hypothesis."""
        known = {skipped.seq for skipped in self.before.state(INF).skipped}
        return [
            {
                "event": skipped.seq,
                "label": label(self.after.record.known[skipped.seq]),
                "reason": str(skipped.error),
            }
            for skipped in self.after.state(INF).skipped
            if skipped.seq not in known
        ]


def _renewing_more(schedule: Sequence[Scheduled]) -> list[str]:
    """Name what renews too many times to list, without or with the hypothesis."""
    sides = (
        renew_more(one.item for one in schedule if one.sign != sign) for sign in "+-"
    )
    return list(dict.fromkeys(name for side in sides for _, name in side))


def _days(provision: Provision, timeline: Timeline) -> tuple[Span, Span]:
    """Give the days on which a provision may start and end."""
    facts = timeline.facts
    return start_of(provision, facts), end_of(provision, facts)


def _moved(
    provision: Provision, timeline: Timeline, was: tuple[Span, Span] | None
) -> Iterator[Effect]:
    """Yield the start and the end of a provision where they are not what they were."""
    now = _days(provision, timeline)
    pairs: Sequence[tuple[Literal["starts", "ends"], int]] = (
        ("starts", 0),
        ("ends", 1),
    )
    for what, at in pairs:
        if was is None or was[at] != now[at]:
            day = now[at].lo
            stand = standing(provision, timeline.facts, day)
            yield Effect(
                what=what,
                provision=provision.id,
                kind=provision.kind,
                holders=provision.holders,
                before=None if was is None else between(was[at]),
                after=between(now[at]),
                date=between(now[at])[0] if now[at].exact else None,
                waits_for=() if now[at].exact else stand.waits_for,
            )


def _order(effect: Effect) -> tuple[str, str, str, str]:
    """Sort by the last possible day, what has none at the end."""
    first, last = effect.after
    return (last or "9999-99-99", first or "", effect.provision, effect.what)


def _key(item: Item) -> tuple[str, str, Range]:
    """Give what makes two items the same, whatever they hang on."""
    return (item.what, item.subject, item.between)


def _falls(one: Scheduled) -> tuple[str, str, str, int]:
    """Sort by the last possible day, then by what it is about; what opens may close."""
    first, last = one.item.between
    return (last or "", first or "", one.item.subject, WHATS.index(one.item.what))


def _window(hypotheses: Hypotheses, effects: Sequence[Effect], on: PartialDate) -> Span:
    """Reach from the first to the last day that a hypothesis concerns."""
    days = [on.last, *hypotheses.days()]
    for effect in effects:
        days += [
            PartialDate.parse(text).last
            for text in (*effect.after, *(effect.before or ()))
            if text is not None
        ]
    return Span(max(min(days), 1), min(max(days), LAST_DAY))


def _supposed_events(timeline: Timeline, last: int) -> Iterator[dict[str, Any]]:
    """Yield the events that are supposed, none of which has a number."""
    for seq, entry in timeline.record.known.items():
        if seq > last:
            envelope = entry.envelope
            yield {
                "event": 0,
                "type": envelope.type,
                "about": about(entry.event),
                "effective": str(envelope.effective) if envelope.effective else None,
            }


def _assumed(timeline: Timeline, hypotheses: Hypotheses) -> Iterator[Assumed]:
    """Yield the exercises of which nothing says that their options have opened."""
    for event in hypotheses.events:
        if event.verb == "exercise":
            day = event.date.last
            provision = timeline.state(day).provisions[event.provision]
            opens = starts_when(provision)
            if waits := waiting(opens, timeline.facts, day, provision):
                yield Assumed(text=event.text, provision=provision.id, waits_for=waits)


def _goes_on(timeline: Timeline, day: int) -> Iterator[Goes]:
    """Yield what has begun and not ended by a day."""
    state: State = timeline.state(day)
    endings = endings_after(timeline, day)
    for provision in state.provisions.values():
        stand = standing(provision, timeline.facts, day)
        if stand.status not in {"ended", "not-yet"}:
            yield Goes(
                provision=provision.id,
                kind=provision.kind,
                holders=provision.holders,
                status=stand.status,
                ends=ends_text(provision),
                ends_between=between(stand.ends),
                waits_for=stand.waits_for,
                later=later_told(endings[provision.id])
                if provision.id in endings
                else None,
            )
