"""Hypotheses: what is supposed for one question, facts and events alike.

Beside the facts of :mod:`projections.fold.supposals` a hypothesis may be an event. It
stands after the recorded ones, is folded by the same rules, and is refused where they
refuse it.

Text form::

    notice supply@2026-03-01       a notice of non-renewal
    exercise put-2024@2026-03-01   an option, or a first refusal, is exercised
    agi-verified=2027-05-01        and every other supposal
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from events.dates import INF, LAST_DAY, NEG_INF, PartialDate, day_text
from events.entry import Draft, Entry, provisional
from events.errors import InputError, Refused, WhereasError
from events.happenings import NoticeGiven, OptionExercised
from events.when import When
from projections.fold.facts import Dated, Facts, Instrument, Report
from projections.fold.naming import unnumbered, with_conflict
from projections.fold.provision import Provision
from projections.fold.refusals import absent
from projections.fold.resolving import start_of
from projections.fold.state import Skipped
from projections.fold.supposals import Supposal, parse_supposal
from projections.fold.timeline import Timeline, timeline_of, without_idle
from projections.questions.renewing import renewals

_EVENT = re.compile(r"(notice|exercise) +([^\s@]+) *@ *(.+)")
_WORDS = re.compile(r"(notice|exercise)\b(?! *[.=>])")


_Told = TypeVar("_Told", Dated, Report, Instrument)


class SupposedEvent(NamedTuple):
    """A notice of non-renewal, or an exercise, that is supposed."""

    text: str
    verb: str
    provision: str
    date: PartialDate


class Hypotheses(NamedTuple):
    """What is supposed together.

    Attributes:
        supposals: facts.
        events: notices and exercises.
        drafts: further events, in their order.
    """

    supposals: tuple[Supposal, ...] = ()
    events: tuple[SupposedEvent, ...] = ()
    drafts: tuple[Draft, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is supposed."""
        return not (self.supposals or self.events or self.drafts)

    @property
    def texts(self) -> list[str]:
        """Write what is supposed, events by their type, subject and date."""
        facts = [supposal.text for supposal in self.supposals]
        return [*facts, *self.event_texts]

    @property
    def event_texts(self) -> list[str]:
        """Write the events that are supposed, in the order of their numbers."""
        drafts = [unnumbered(draft.event, draft.effective) for draft in self.drafts]
        return [*(event.text for event in self.events), *drafts]

    def days(self) -> list[int]:
        """List the last day of each date that is supposed, as ordinals."""
        dates = [supposal.date for supposal in self.supposals if supposal.date]
        dates += [event.date for event in self.events]
        effective = [draft.effective for draft in self.drafts if draft.effective]
        expressions = [getattr(when.expr, "date", None) for when in effective]
        return [date.last for date in (*dates, *expressions) if date is not None]


def read_hypotheses(texts: Iterable[str], drafts: Iterable[Draft] = ()) -> Hypotheses:
    """Read what is supposed.

    Args:
        texts: as in the module's docstring.
        drafts: further events, for example those of a file.

    Raises:
        InputError: with the column, a marked excerpt, and a hint.
    """
    supposals: list[Supposal] = []
    events: list[SupposedEvent] = []
    for text in texts:
        if found := _EVENT.fullmatch(text.strip()):
            verb, provision, date = found.groups()
            read = PartialDate.parse(date)
            canonical = f"{verb} {provision}@{read}"
            events.append(SupposedEvent(canonical, verb, provision, read))
        elif _WORDS.match(text.strip()):
            raise InputError(
                f"{text!r} does not say of what and when",
                excerpt=text,
                hint="write notice PROVISION@DATE or exercise PROVISION@DATE",
            )
        else:
            supposals.append(parse_supposal(text))
    return Hypotheses(tuple(supposals), tuple(events), tuple(drafts))


def suppose_all(
    entries: Sequence[Entry], hypotheses: Hypotheses, *, horizon: int = NEG_INF
) -> Timeline:
    """Put the events of an agreement in order under hypotheses.

    Args:
        entries: the recorded events of one agreement, in the order of their numbers.
        hypotheses: what is supposed.
        horizon: the day up to which silence means that nothing happened, an ordinal.

    Raises:
        Refused: what is supposed contradicts what is recorded.
        NotFound: something is named that the agreement does not have.
        InputError: an event is of another agreement.
    """
    last, names = entries[-1], hypotheses.event_texts
    for draft in hypotheses.drafts:
        if draft.agreement != last.envelope.agreement:
            raise InputError(
                f"the event is of {draft.agreement}, not of {last.envelope.agreement}",
                hint="suppose events of the agreement that is asked about",
            )
    # Of one day, what is exercised stands behind what a draft grants.
    drafts = [
        provisional(draft, last.seq + len(hypotheses.events) + n, last.position + n)
        for n, draft in enumerate(hypotheses.drafts, 1)
    ]
    behind = last.position + len(drafts)
    supposals = hypotheses.supposals
    try:
        there = timeline_of([*entries, *drafts], supposals=supposals)
        events = [
            provisional(_draft(event, there), last.seq + n, behind + n)
            for n, event in enumerate(hypotheses.events, 1)
        ]
        timeline = timeline_of(
            [*entries, *events, *drafts], horizon=horizon, supposals=supposals
        )
    except Refused as error:
        raise _with_conflict(error, entries, names) from error
    timeline = without_idle(timeline, supposals)
    for skipped in timeline.state(INF).skipped:
        if skipped.seq > last.seq:
            raise _refusal(skipped, entries, names) from skipped.error
    return _unnumbered(timeline, last.seq)


def _unnumbered(timeline: Timeline, last: int) -> Timeline:
    """Give supposed events the number 0, which supposed facts have too.

    The next number may be that of another event that is recorded.

    Args:
        timeline: where supposed events stand under the numbers that follow.
        last: the number of the last recorded event.
    """

    def told(entry: Entry) -> Entry:
        if entry.seq <= last:
            return entry
        return replace(entry, envelope=replace(entry.envelope, seq=0))

    return replace(
        timeline,
        record=replace(
            timeline.record, entries=[told(entry) for entry in timeline.record.entries]
        ),
        facts=_without_numbers(timeline.facts, last),
        steps=[
            step if step.seq <= last else replace(step, seq=0, entry=told(step.entry))
            for step in timeline.steps
        ],
        pending=[p._replace(entry=told(p.entry)) for p in timeline.pending],
        lapsed=[p._replace(entry=told(p.entry)) for p in timeline.lapsed],
    )


def _without_numbers(facts: Facts, last: int) -> Facts:
    """Give what supposed events say and declare the number 0."""

    def numbers(given: Mapping[str, int]) -> dict[str, int]:
        return {name: seq if seq <= last else 0 for name, seq in given.items()}

    def all_of(given: Mapping[str, list[_Told]]) -> dict[str, list[_Told]]:
        return {name: list(map(one, told)) for name, told in given.items()}

    def one(told: _Told) -> _Told:
        return told if told.seq <= last else told._replace(seq=0)

    return replace(
        facts,
        notices=all_of(facts.notices),
        measures=all_of(facts.measures),
        milestones={
            name: replace(
                known,
                claims=list(map(one, known.claims)),
                determinations=list(map(one, known.determinations)),
                lapsed=known.lapsed and one(known.lapsed),
            )
            for name, known in facts.milestones.items()
        },
        parties=numbers(facts.parties),
        granted=numbers(facts.granted),
        disputes=numbers(facts.disputes),
        instruments={name: one(signed) for name, signed in facts.instruments.items()},
    )


def _refusal(
    skipped: Skipped, entries: Sequence[Entry], names: Sequence[str]
) -> WhereasError:
    """Word why an event cannot be supposed, and name what is in its way."""
    error, nth = skipped.error, skipped.seq - entries[-1].seq - 1
    found = type(error)(
        f"{names[nth]} cannot be supposed: {error}",
        hint=error.hint,
        **{**error.facts, "supposed": nth},
    )
    return _with_conflict(found, entries, names)


def _with_conflict(
    error: WhereasError, entries: Sequence[Entry], names: Sequence[str]
) -> WhereasError:
    """Name what is in the way.

    Events that are supposed have no numbers that anybody could look up.
    """
    in_the_way = (error.number("seq") or 0) - entries[-1].seq - 1
    if in_the_way >= 0:
        error.facts["conflict"] = f"{names[in_the_way]}, supposed too"
        return error
    return with_conflict(error, {entry.seq: entry for entry in entries})


def _draft(event: SupposedEvent, timeline: Timeline) -> Draft:
    """Make the event that is supposed, after checking what the fold does not."""
    state, facts = timeline.state(event.date.first), timeline.facts
    provision = state.provisions.get(event.provision)
    if provision is None:
        raise absent(event.provision, facts)
    effective = When.parse(event.date.text)
    if event.verb == "notice":
        _check_renews(provision)
        notice = NoticeGiven(kind="non-renewal", by="supposed", provision=provision.id)
        return Draft(agreement=timeline.agreement, event=notice, effective=effective)
    _check_open(provision, event, facts)
    exercise = OptionExercised(
        provision=provision.id,
        by=provision.holders[0] if provision.holders else "supposed",
        choice="exercised",
    )
    return Draft(agreement=timeline.agreement, event=exercise, effective=effective)


def _check_renews(provision: Provision) -> None:
    """Refuse a notice that would stop nothing."""
    expr = None if provision.ends is None else provision.ends.expr
    if expr is None or all(one.notice is None for one in renewals(expr)):
        raise Refused(
            f"{provision.id} does not renew unless notice is given",
            hint="a notice of non-renewal stops only what renews itself",
            seq=provision.why.get("ends", provision.set_by[0]),
        )


def _check_open(provision: Provision, event: SupposedEvent, facts: Facts) -> None:
    """Refuse an exercise before the window opens."""
    starts = start_of(provision, facts)
    if starts.lo > event.date.last:
        opens = "never opens"
        if starts.lo <= LAST_DAY:
            day = day_text(starts.lo)
            opens = f"opens {'on' if starts.exact else 'not before'} {day}"
        raise Refused(
            f"{provision.id} cannot be exercised on {event.date}: it {opens}",
            hint="whereas due shows when options open and close",
            seq=provision.why.get("starts", provision.set_by[0]),
        )
