"""The questions never contradict each other, on random histories."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from events.dates import NEG_INF, PartialDate, day_text, parse_day
from events.entry import Entry
from events.errors import WhereasError
from events.scope import Box
from projections.fold.spans import Span
from projections.fold.status import standing
from projections.fold.timeline import timeline_of
from projections.questions.across import KnownIn
from projections.questions.answers import KnownAt
from projections.questions.conflicts import conflicts_answer
from projections.questions.due import due_answer
from projections.questions.falling import Item, items_of
from projections.questions.hypotheses import read_hypotheses, suppose_all
from projections.questions.marks import MAX_TERMS
from projections.questions.matching import meet
from projections.questions.may import MayAnswer, Part, may_answer
from projections.questions.question import Question
from projections.questions.what_if import what_if_answer
from tests.histories import TYPES, accepted, offers

KNOWN = KnownIn(0, "2026-01-01T00:00:00.000000Z")
FIRST, LAST = dt.date(2018, 1, 1).toordinal(), dt.date(2029, 12, 31).toordinal()
GRANTS = ("licence-granted", "exclusivity-granted", "option-granted")


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Draw a history in which there is something to ask about from the beginning."""
    granted: list[dict[str, Any]] = []
    for name in "pqrs":
        kind = "option-granted" if name == "q" else draw(st.sampled_from(GRANTS))
        grant = draw(offers([kind]))
        day = draw(st.dates(dt.date(2019, 1, 1), dt.date(2021, 12, 31)))
        granted.append({**grant, "id": name, "effective": str(day)})
    ban = {"event": "restriction-imposed", "effective": "2020-01-01", "id": "ban"}
    scope = {"activity": [draw(st.sampled_from("yz"))]}
    granted.append({**ban, "against": draw(st.sampled_from("abc")), "scope": scope})
    return accepted([*granted, *draw(st.lists(offers(TYPES), max_size=8))])


DAYS = st.integers(FIRST, LAST)
HORIZONS = st.just(NEG_INF) | DAYS
AXES = st.fixed_dictionaries(
    {
        "activity": st.sampled_from(("y", "z", "other")),
        "asset": st.sampled_from(((), ("x",), ("v",), ("w",))),
        "counterparty": st.sampled_from(((), ("a",), ("b",), ("third-party",))),
    }
)
BOXES = AXES.map(
    lambda axes: Box(
        activity=(str(axes["activity"]),),
        asset=tuple(axes["asset"]),
        counterparty=tuple(axes["counterparty"]),
    )
)


def status(entries: list[Entry], name: str, day: int, horizon: int) -> str | None:
    timeline = timeline_of(entries, horizon=horizon)
    there = timeline.state(day).provisions.get(name)
    return None if there is None else standing(there, timeline.facts, day).status


@given(histories(), DAYS, st.integers(0, 2000), HORIZONS)
def test_what_is_due_to_begin_or_end_on_a_day_does_so_in_the_state_of_that_day(
    entries: list[Entry], start: int, length: int, horizon: int
) -> None:
    timeline = timeline_of(entries, horizon=horizon)
    for item in items_of(timeline, Span(start, start + length)):
        if item.date is None:
            continue
        day = parse_day(item.date)
        assert start <= day <= start + length
        now = status(entries, item.subject, day, horizon)
        before = status(entries, item.subject, day - 1, horizon)
        event(item.what)
        if item.what in {"ends", "closes"}:
            assert (now, before != "ended") == ("ended", True)
        if item.what in {"starts", "opens"}:
            assert now not in {None, "not-yet", "ended"}
            assert before in {None, "not-yet", "ended"}
        if item.what in {"renews", "notice-by"}:
            assert before != "ended"


@given(histories(), st.integers(FIRST, LAST), HORIZONS)
def test_what_ends_for_certain_between_two_days_is_due_between_them(
    entries: list[Entry], start: int, horizon: int
) -> None:
    end = start + 400
    timeline = timeline_of(entries, horizon=horizon)
    items = items_of(timeline, Span(start, end))
    told = {item.subject for item in items if item.what in {"ends", "closes"}}
    for name in timeline.state(end).provisions:
        before = status(entries, name, start - 1, horizon)
        now = status(entries, name, end, horizon)
        if now == "ended" and before not in {None, "ended"}:
            assert name in told


@given(histories(), st.integers(FIRST, LAST), st.integers(1, 800))
def test_a_window_holds_what_its_halves_hold(
    entries: list[Entry], start: int, length: int
) -> None:
    timeline = timeline_of(entries)
    middle, end = start + length // 2, start + length
    whole = items_of(timeline, Span(start, end))
    halves = [
        *items_of(timeline, Span(start, middle)),
        *items_of(timeline, Span(middle + 1, end)),
    ]

    def dated(items: list[Item]) -> set[tuple[str, str, str]]:
        return {(i.subject, i.what, i.date) for i in items if i.date is not None}

    assert dated(whole) == dated(halves)


@settings(max_examples=15)  # a window of eight thousand years takes its time
@given(histories(), HORIZONS)
def test_renewals_are_bounded_however_long_the_window(
    entries: list[Entry], horizon: int
) -> None:
    timeline = timeline_of(entries, horizon=horizon)
    answer = due_answer(
        [timeline], PartialDate.parse("2019"), PartialDate.parse("9999"), known=KNOWN
    )
    names = len(timeline.facts.granted)
    assert len(answer.items) <= (names + 1) * (2 * MAX_TERMS + 10) + len(entries)


@given(histories(), DAYS, HORIZONS)
def test_an_empty_hypothesis_is_empty(
    entries: list[Entry], day: int, horizon: int
) -> None:
    answer = what_if_answer(
        entries,
        read_hypotheses(()),
        known=KnownAt(1, 0, ""),
        horizon=max(horizon, FIRST),
        on=PartialDate.parse(day_text(day)),
    )
    assert (answer.effects, answer.changes, answer.schedule) == ([], [], [])
    assert (answer.impossible, answer.events) == ([], [])


@given(
    histories(),
    st.lists(
        st.sampled_from(
            (
                "m=2024-03-03",
                "m=never",
                "n>2024-06-30",
                "measure x=USD 9m@2024-02-02",
                "notice p@2023-05-05",
                "exercise q@2023-07-07",
            )
        ),
        min_size=1,
        max_size=2,
        unique=True,
    ),
)
def test_a_hypothesis_says_of_a_day_what_the_state_under_it_says(
    entries: list[Entry], texts: list[str]
) -> None:
    horizon = parse_day("2023-01-01")
    try:
        hypotheses = read_hypotheses(texts)
        answer = what_if_answer(
            entries, hypotheses, known=KnownAt(1, 0, ""), horizon=horizon
        )
    except WhereasError:
        event("refused")
        return
    timeline = suppose_all(entries, hypotheses, horizon=horizon)
    day = PartialDate.parse(answer.on).last
    there = timeline.state(day).provisions
    going = {goes.provision: goes.status for goes in answer.goes_on}
    assert going == {
        name: found
        for name, provision in there.items()
        if (found := standing(provision, timeline.facts, day).status)
        not in {"ended", "not-yet"}
    }
    event("something moves" if answer.effects else "nothing moves")
    for effect in answer.effects:
        if effect.what == "ends" and effect.date is not None:
            ended = timeline.state(max(parse_day(effect.date), LAST)).provisions
            provision = ended[effect.provision]
            stand = standing(
                provision, timeline.facts, max(parse_day(effect.date), LAST)
            )
            assert stand.status == "ended"


@given(histories(), st.sampled_from("abc"), BOXES, DAYS, HORIZONS)
def test_what_is_permitted_is_permitted_by_a_provision_in_force(
    entries: list[Entry], party: str, box: Box, day: int, horizon: int
) -> None:
    timeline = timeline_of(entries, horizon=horizon)
    answer = may_answer(
        [timeline], Question(party, box), PartialDate.parse(day_text(day)), known=KNOWN
    )
    event(answer.verdict)
    parts: list[MayAnswer | Part] = [answer, *answer.unless]
    for part in parts:
        permits = [r for r in part.because if r.effect == "permits"]
        bars = [r for r in part.because if r.effect != "permits"]
        for reason in part.because:
            assert status(entries, reason.provision, day, horizon) == reason.status
        if part.verdict == "permitted":
            assert not bars
            assert any(r.status == "in-force" and not r.words for r in permits)
        if part.verdict == "not-permitted":
            assert not permits
            assert any(r.status == "in-force" and not r.words for r in bars)
        if part.verdict == "contingent" and part.because:
            hangs = part.waits_for or part.words or part.conflicts
            assert hangs
    if answer.verdict == "silent":
        assert (answer.because, answer.unless) == ([], [])


@given(histories(), st.sampled_from("abc"), BOXES, DAYS)
def test_a_part_has_the_answer_that_the_question_about_it_has(
    entries: list[Entry], party: str, box: Box, day: int
) -> None:
    timeline, on = timeline_of(entries), PartialDate.parse(day_text(day))
    answer = may_answer([timeline], Question(party, box), on, known=KNOWN)
    for part in answer.unless:
        for scope in part.scope:
            axes = {axis: tuple(tags) for axis, tags in scope.items()}
            alone = may_answer(
                [timeline], Question(party, Box(**axes)), on, known=KNOWN
            )
            # A part that falls into parts itself says so when it is asked about.
            assert alone.verdict in {part.verdict, "contingent"}


@given(histories(), st.sampled_from("abc"), BOXES, DAYS)
def test_what_clashes_in_an_answer_is_among_the_conflicts(
    entries: list[Entry], party: str, box: Box, day: int
) -> None:
    timeline, on = timeline_of(entries), PartialDate.parse(day_text(day))
    answer = may_answer([timeline], Question(party, box), on, known=KNOWN)
    every = conflicts_answer([timeline], on, known=KNOWN).conflicts
    listed = {frozenset(side.provision for side in c.sides) for c in every}
    parts: list[MayAnswer | Part] = [answer, *answer.unless]
    for part in parts:
        for clash in part.conflicts:
            event("a clash")
            pair = {clash.permits.provision, clash.bars.provision}
            assert frozenset(pair) in listed


@given(histories(), st.sampled_from("abc"), BOXES, BOXES, DAYS)
def test_a_firm_answer_tells_of_every_part_with_another_one(
    entries: list[Entry], party: str, box: Box, finer: Box, day: int
) -> None:
    within = meet(box, finer)
    if within is None:
        return
    timeline, on = timeline_of(entries), PartialDate.parse(day_text(day))
    answer = may_answer([timeline], Question(party, box), on, known=KNOWN)
    if answer.verdict not in {"permitted", "not-permitted"}:
        return
    alone = may_answer([timeline], Question(party, within), on, known=KNOWN)
    if alone.verdict == answer.verdict:
        return
    event("another answer")
    parts = [
        Box(**{axis: tuple(tags) for axis, tags in scope.items()})
        for part in answer.unless
        for scope in part.scope
    ]
    assert answer.aside or any(meet(part, within) for part in parts)
