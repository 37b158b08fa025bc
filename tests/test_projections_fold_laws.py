"""What always holds of the fold, on random histories that the rules accept."""

from __future__ import annotations

import copy
import datetime as dt
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from events.dates import INF, NEG_INF
from events.entry import Entry, provisional
from events.reader import read_draft
from projections.fold.folding import fold
from projections.fold.record import Record, hear, heard, record_of
from projections.fold.state import State
from projections.fold.status import standing
from projections.fold.timeline import timeline_of
from tests.agreements import state
from tests.histories import (
    HAPPENINGS,
    PROVISIONS,
    RECORD,
    accepted,
    histories,
    offers,
)

if TYPE_CHECKING:
    from random import Random

    from projections.questions.answers import StateAnswer

GRANTS_AND_CHANGES = [
    name for name in HAPPENINGS if name.endswith(("-granted", "-extended", "-changed"))
]
ASKED = st.dates(
    min_value=dt.date(2018, 6, 1),
    max_value=dt.date(2029, 6, 1),
).map(str)


@settings(max_examples=50)
@given(histories(), st.integers(0, 20))
def test_folding_in_two_parts_is_folding_at_once(history: list[Entry], at: int) -> None:
    there = timeline_of(history)
    whole = fold(there.steps, there.facts, State())
    first = fold(there.steps[:at], there.facts, State())
    kept = copy.deepcopy(first)
    assert fold(there.steps[at:], there.facts, first) == whole
    assert fold(there.steps[at:], there.facts, kept) == whole


@settings(max_examples=50)
@given(histories())
def test_what_the_rules_accept_the_fold_applies(history: list[Entry]) -> None:
    assert timeline_of(history).state(INF).skipped == []


@settings(max_examples=100)
@given(
    st.lists(offers(GRANTS_AND_CHANGES), min_size=2, max_size=8),
    st.sampled_from(("2022", "between 2019-06-01 and 2026-12-31", "2021-06-30")),
    st.none() | PROVISIONS,
)
def test_what_does_not_survive_ends_with_its_agreement(
    offered: list[dict[str, Any]], effective: str, survives: str | None
) -> None:
    ended = {"event": "agreement-ended", "effective": effective, "basis": "expired"}
    if survives is not None:
        ended["survives"] = survives
    there = timeline_of(accepted([*offered[1:], ended, *offered]))
    after = there.state(INF)
    for name, provision in after.provisions.items():
        if after.ended is not None and name != survives:
            stands = standing(provision, there.facts, after.ended.span.hi)
            assert stands.status == "ended"


@settings(max_examples=50)
@given(histories(), ASKED, st.sampled_from((NEG_INF, 737_425, 738_520, INF)))
def test_no_horizon_makes_the_fold_skip_what_was_accepted(
    history: list[Entry], on: str, horizon: int
) -> None:
    there = timeline_of(history, horizon=horizon)
    assert state(there, on).skipped == []


@settings(max_examples=50)
@given(histories(), st.lists(offers(), max_size=6), ASKED)
def test_an_answer_as_known_at_a_moment_is_the_same_for_ever(
    history: list[Entry], later: list[dict[str, Any]], on: str
) -> None:
    """Whatever is recorded later stands behind it and changes none of its events."""
    before = state(history, on)
    grown = [*history]
    for fields in later:
        seq = len(grown) + 1
        try:
            draft = read_draft(fields, agreement="a-b")
        except ValueError:
            continue
        grown.append(provisional(draft, seq, seq - 1))
    assert state(grown[: len(history)], on) == before


@settings(max_examples=50)
@given(histories(types=HAPPENINGS), st.randoms(use_true_random=False), ASKED)
def test_the_order_of_recording_does_not_matter_where_the_dates_differ(
    history: list[Entry], random: Random, on: str
) -> None:
    dated = history[1:]
    there = timeline_of(history)
    assume(len({step.day for step in there.steps}) == len(there.steps))
    shuffled = [*dated]
    random.shuffle(shuffled)
    numbers = {entry.seq: seq for seq, entry in enumerate(shuffled, 2)} | {1: 1}
    again = [history[0]] + [moved(entry, numbers[entry.seq]) for entry in shuffled]
    first = state([history[0], *dated], on)
    assert ordered(plain(state(again, on))) == ordered(
        renumbered(plain(first), numbers)
    )


def ordered(answer: dict[str, Any]) -> dict[str, Any]:
    """List what waits by number: it has no other order."""
    return {**answer, "pending": sorted(answer["pending"], key=itemgetter("event"))}


def moved(entry: Entry, seq: int) -> Entry:
    envelope = msgspec.structs.replace(entry.envelope, seq=seq, position=seq - 1)
    return Entry(envelope, entry.event)


def plain(answer: StateAnswer) -> dict[str, Any]:
    """Write an answer so that the order of recording does not show in lists."""
    fields: dict[str, Any] = msgspec.to_builtins(answer)
    del fields["known"]
    return fields


def renumbered(value: Any, numbers: dict[int, int]) -> Any:  # noqa: ANN401  # JSON
    """Give the events in an answer other numbers."""
    if isinstance(value, dict):
        return {
            key: (
                type(inner)(numbers[seq] for seq in inner)
                if key == "set_by"
                else numbers[inner]
                if key == "event"
                else renumbered(inner, numbers)
            )
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(renumbered(inner, numbers) for inner in value)
    return value


@settings(max_examples=50)
@given(histories(), st.data(), ASKED)
def test_a_correction_that_is_retracted_leaves_no_trace(
    history: list[Entry], data: st.DataObject, on: str
) -> None:
    """So does a retraction, also one that the rules refuse for what comes after it."""
    retracted = timeline_of(history).record.retracted
    offer = data.draw(offers(RECORD))
    targets = [
        entry.seq
        for entry in history
        if entry.seq not in retracted
        and (offer["event"] == "event-retracted" or not entry.is_record)
    ]
    offer["target"] = data.draw(st.sampled_from(targets))
    seq = len(history) + 1
    said = provisional(read_draft(offer, agreement="a-b"), seq, seq - 1)
    undo = {"event": "event-retracted", "target": seq, "reason": "it was right"}
    retraction = provisional(read_draft(undo, agreement="a-b"), seq + 1, seq)
    before, after = state(history, on), state([*history, said, retraction], on)
    assert plain(after) == plain(before)


@given(st.lists(offers(), max_size=12))
def test_the_same_offers_give_the_same_history(offered: list[dict[str, Any]]) -> None:
    assert [e.envelope for e in accepted(offered)] == [
        e.envelope for e in accepted(offered)
    ]


_RETRACTED = st.builds(
    lambda target: {"event": "event-retracted", "target": target, "reason": "so"},
    st.integers(2, 20),
)


@settings(max_examples=100)
@given(st.lists(offers([*HAPPENINGS, *RECORD * 12]) | _RETRACTED, max_size=20))
@example(
    [
        {"event": "licence-granted", "effective": "2019", "id": "p", "holder": "a"},
        {
            "event": "event-corrected",
            "target": 2,
            "replacement": {"ends": "never"},
            "reason": "misread",
        },
        # Each of these takes the one before it back.
        *(
            {"event": "event-retracted", "target": target, "reason": "so"}
            for target in (3, 4, 5)
        ),
    ]
)
def test_hearing_the_record_event_by_event_is_hearing_it_at_once(
    offered: list[dict[str, Any]],
) -> None:
    record = Record()
    for entry in accepted(offered):
        if entry.is_record:
            hear(record, entry, heard(record, entry))
        else:
            record.entries.append(entry)
            record.known[entry.seq] = entry
        assert record == record_of(list(record.known.values()))
