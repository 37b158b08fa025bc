"""What happened, and what a value rests on."""

# An event is a line.
# ruff: noqa: E501

from __future__ import annotations

import pytest

from events.dates import PartialDate, parse_day
from events.errors import NotFound, Refused
from projections.fold.timeline import timeline_of
from projections.questions.answers import KnownAt
from projections.questions.diff import diff_answer
from projections.questions.history import events_between, history_answer
from projections.questions.why import why_answer
from tests.agreements import entries, state, timeline

KNOWN = KnownAt(9, 8, "2026-01-01T00:00:00.000000Z")
LEDGER = """
- {event: PurchaseCommitted, effective: 2020-01-01, id: p, holder: a, against: b, amount: USD 1m, ends: milestone m, sources: [{source: s, title: The Deed, at: clause 1, quote: one million}]}
- {event: LicenceGranted, effective: 2020-06-01, id: q, holder: a}
- {event: QuantityChanged, effective: 2022-01-01, provision: p, amount: USD 3m}
- {event: EventCorrected, target: 2, replacement: {amount: USD 2m}, reason: typing error}
- {event: RightRelinquished, effective: 2021-01-01, provision: q, by: a}
- {event: EventRetracted, target: 6, reason: not so}
- {event: SourceLinked, target: 2, source: t, title: The Report, stance: contradicts}
- {event: MilestoneDetermined, effective: 2024-01-01, milestone: m, outcome: occurred}
"""


def numbers(provision: str | None = None, on: str | None = None) -> list[int]:
    day = None if on is None else parse_day(on)
    answer = history_answer(timeline(LEDGER), known=KNOWN, provision=provision, on=day)
    return [event.event for event in answer.events]


@pytest.mark.parametrize(
    ("provision", "on", "told"),
    [
        (None, None, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("p", None, [2, 4, 5, 8]),
        ("q", None, [3, 6, 7]),
        (None, "2020-05-31", [1, 2, 5, 8]),
        (None, "2021-01-01", [1, 2, 3, 5, 6, 7, 8]),
        ("p", "2021-12-31", [2, 5, 8]),
    ],
)
def test_history_tells_what_bears_on_the_question(
    provision: str | None, on: str | None, told: list[int]
) -> None:
    assert numbers(provision, on) == told


def test_an_event_is_told_as_corrected_with_who_corrected_it() -> None:
    told = history_answer(timeline(LEDGER), known=KNOWN, provision="p").events[0]
    assert (told.fields["amount"], told.corrected_by) == ("USD 2m", (5,))
    assert told.recorded == {"amount": "USD 1m"}
    assert told.what == (
        "holder a; against b; ends milestone m; amount USD 2m (recorded as USD 1m)"
    )


def test_what_a_correction_gave_took_away_or_dated_anew_is_told_as_it_was() -> None:
    ledger = """
- {event: LicenceGranted, effective: 2020, id: p, holder: a, text: alone, sources: [{source: s}]}
- {event: EventCorrected, target: 2, replacement: {effective: 2021, text: null, condition: if so, sources: [{source: t}]}, reason: misread}
- {event: EventCorrected, target: 2, replacement: {effective: 2022}, reason: misread again}
"""
    told = history_answer(timeline(ledger), known=KNOWN, provision="p").events[0]
    assert (told.effective, told.corrected_by) == ("2022", (3, 4))
    assert told.recorded == {
        "effective": "2020",
        "sources": [{"source": "s", "stance": "supports"}],
        "text": "alone",
        "condition": None,
    }
    assert told.what == (
        "holder a; condition if so (recorded as nothing); "
        "text nothing (recorded as alone)"
    )


def test_what_no_correction_touched_has_nothing_else_recorded() -> None:
    events = history_answer(timeline(LEDGER), known=KNOWN).events
    assert [event.event for event in events if event.recorded] == [2]


def test_a_retracted_event_stays_in_the_history_and_says_so() -> None:
    told = history_answer(timeline(LEDGER), known=KNOWN, provision="q").events[1]
    assert (told.type, told.retracted_by) == ("right-relinquished", 7)


def test_a_source_found_later_stands_beside_the_first() -> None:
    told = history_answer(timeline(LEDGER), known=KNOWN, provision="p").events[0]
    assert [(s["source"], s["stance"], s.get("linked_by")) for s in told.sources] == [
        ("s", "supports", None),
        ("t", "contradicts", 8),
    ]


def test_why_leads_from_each_part_to_its_event_and_to_the_facts_behind_it() -> None:
    answer = why_answer(timeline(LEDGER), "p", PartialDate.parse("2025"), known=KNOWN)
    assert [
        (part.part, part.value, part.event, part.corrected_by) for part in answer.parts
    ] == [
        ("grant", "purchase", 2, (5,)),
        ("amount", "USD 3m", 4, ()),
        ("milestone m", "determination", 9, ()),
    ]
    assert [event.event for event in answer.events] == [2, 5, 4, 9]


def test_why_of_what_is_not_there_says_since_when_or_that_it_never_was() -> None:
    there = timeline(LEDGER)
    with pytest.raises(Refused, match="p is not there yet on that date"):
        why_answer(there, "p", PartialDate.parse("2019"), known=KNOWN)
    with pytest.raises(NotFound, match="there is no provision x") as caught:
        why_answer(there, "x", PartialDate.parse("2025"), known=KNOWN)
    assert caught.value.hint


def test_a_difference_names_the_field_both_values_and_the_events() -> None:
    there = timeline(LEDGER)
    answer = diff_answer(state(there, "2021"), state(there, "2022-06-01"))
    assert [
        (c.sign, c.subject, c.field, c.before, c.after, c.events)
        for c in answer.changes
        if c.field == "quantity"
    ] == [("~", "p", "quantity", "USD 2m", "USD 3m", (4,))]


@pytest.mark.parametrize(
    ("upto", "events"),
    # The correction, its retraction, and then the retraction of the event itself.
    [((3, 4), (4,)), ((4, 5), (5,)), ((5, 6), (2, 6)), ((3, 6), (2, 4, 5, 6))],
)
def test_a_difference_names_what_corrects_and_retracts(
    upto: tuple[int, int], events: tuple[int, ...]
) -> None:
    ledger = """
- {event: PurchaseCommitted, effective: 2020-01-01, id: p, holder: a, against: b, amount: USD 1m}
- {event: SourceLinked, target: 2, source: t, stance: supports}
- {event: EventCorrected, target: 2, replacement: {amount: USD 2m}, reason: typing error}
- {event: EventRetracted, target: 4, reason: not so}
- {event: EventRetracted, target: 2, reason: never}
"""
    before, after = (timeline_of(entries(ledger)[:seq]) for seq in upto)
    found = diff_answer(
        state(before, "2021"),
        state(after, "2021"),
        records=(before.record, after.record),
    )
    assert {change.events for change in found.changes} == {events}


def test_a_difference_between_dates_names_the_correction_of_what_came() -> None:
    there = timeline(LEDGER)
    found = diff_answer(
        state(there, "2019"), state(there, "2020"), records=(there.record, there.record)
    )
    assert [(c.subject, c.events) for c in found.changes if c.sign == "+"] == [
        ("p", (2, 5)),
        ("q", (3,)),
    ]


def test_only_time_passing_changes_a_status_without_an_event() -> None:
    ledger = "- {event: LicenceGranted, effective: 2020, id: p, holder: a, ends: through 2024}"
    there = timeline(ledger)
    (change,) = diff_answer(state(there, "2024"), state(there, "2025")).changes
    assert (change.field, change.before, change.after, change.events) == (
        "status",
        "in-force",
        "ended",
        (),
    )


def test_what_was_recorded_between_two_moments_is_told() -> None:
    there = timeline(entries(LEDGER))
    assert [event.event for event in events_between(there, 3, 5)] == [5, 6]


def test_why_tells_what_happened_to_a_provision_beside_its_terms() -> None:
    ledger = """
- {event: OptionGranted, effective: 2020, id: o, holder: a, against: b, option: draw, amount: USD 9m}
- {event: Performed, effective: 2021, provision: o, kind: paid, amount: USD 2m}
- {event: Performed, effective: 2021, provision: o, kind: delivered}
- {event: NoticeGiven, effective: 2021, provision: o, kind: breach, by: a}
- {event: OptionExercised, effective: 2022, provision: o, by: a, choice: exercised, partial: true}
- {event: DisputeOpened, effective: 2022, id: d, claimant: a, respondent: b, provisions: o}
- {event: ProvisionSuspended, effective: 2022, provision: o, until: 2023}
"""
    answer = why_answer(timeline(ledger), "o", PartialDate.parse("2022"), known=KNOWN)
    assert [(part.part, part.value, part.event) for part in answer.parts] == [
        ("grant", "option", 2),
        ("performed", "paid USD 2m", 3),
        ("performed", "delivered", 4),
        ("notices", "breach by a (2021)", 5),
        ("exercises", "exercised in part by a (2022)", 6),
        ("contested", ["d"], 7),
        ("suspension", "suspended until 2023", 8),
    ]


RENEWS = """
- {event: LicenceGranted, effective: 2020, id: p, holder: a, ends: renews every 12 months from (through 2020) unless notice 3 months before}
- {event: NoticeGiven, effective: %s, provision: p, kind: non-renewal, by: a}
"""


@pytest.mark.parametrize(
    ("given", "told", "ends"),
    [
        ("2020-10-01", "in time to end it 2021-01-01", "2021-01-01"),
        (
            "2020-10-02",
            "too late to end it 2021-01-01, in time to end it 2022-01-01",
            "2022-01-01",
        ),
        ("2020", "", None),
    ],
)
def test_why_tells_which_term_a_notice_ends(
    given: str, told: str, ends: str | None
) -> None:
    there = timeline(RENEWS % given)
    answer = why_answer(there, "p", PartialDate.parse("2020"), known=KNOWN)
    (value,) = [part.value for part in answer.parts if part.part == "notices"]
    assert value == ", ".join(filter(None, (f"non-renewal by a ({given})", told)))
    first, last = answer.provision.ends_between
    assert (first if first == last else None) == ends


def test_a_notice_after_all_renewals_ends_no_term() -> None:
    ledger = (RENEWS % "2020-12-01").replace("before", "before at most 1 times")
    answer = why_answer(timeline(ledger), "p", PartialDate.parse("2020"), known=KNOWN)
    (value,) = [part.value for part in answer.parts if part.part == "notices"]
    late = "too late to end it 2021-01-01, too late to end any term"
    assert value == f"non-renewal by a (2020-12-01), {late}"


@pytest.mark.parametrize(
    ("given", "before", "after"),
    [
        ("2021-09-01", ("2022-01-01", None), ("2022-01-01", "2022-01-01")),
        # Too late for the running term.
        ("2021-11-01", ("2022-01-01", None), ("2023-01-01", "2023-01-01")),
    ],
)
def test_a_notice_differs_in_the_end_that_it_makes_certain(
    given: str, before: tuple[str, str | None], after: tuple[str, str]
) -> None:
    there = entries(RENEWS % given)
    horizon = parse_day("2021-06-01")
    one, other = (
        state(timeline_of(known, horizon=horizon), "2021-12-01")
        for known in (there[:2], there)
    )
    found = diff_answer(one, other)
    assert [(c.field, c.before, c.after, c.events) for c in found.changes] == [
        ("ends_between", before, after, (3,))
    ]


def test_an_end_recorded_for_a_later_day_differs_on_the_day_before() -> None:
    ledger = """
- {event: LicenceGranted, effective: 2020, id: p, holder: a, ends: through 2030}
- {event: ProvisionEnded, effective: 2025-06-01, provision: p, basis: terminated}
"""
    there = [timeline_of(entries(ledger)[:seq]) for seq in (2, 3)]
    before, after = (state(one, "2024") for one in there)
    (change,) = diff_answer(before, after).changes
    assert (change.field, change.before) == ("later", None)
    assert (change.after["effective"], change.after["event"]) == ("2025-06-01", 3)


def test_how_far_silence_counts_makes_no_end_another() -> None:
    there = entries(
        "- {event: LicenceGranted, effective: 2020, id: p, holder: a, ends: milestone m}"
    )
    one, other = (
        state(timeline_of(there, horizon=parse_day(day)), "2024")
        for day in ("2021-01-01", "2022-01-01")
    )
    assert not diff_answer(one, other).changes


def test_why_tells_that_a_milestone_was_rejected_or_has_lapsed() -> None:
    ledger = """
- {event: LicenceGranted, effective: 2020, id: p, holder: a, ends: earliest of (milestone m determined; milestone n determined)}
- {event: MilestoneDetermined, effective: 2021, milestone: m, outcome: rejected}
- {event: MilestoneDetermined, effective: 2022, milestone: m, outcome: lapsed}
- {event: MilestoneDetermined, effective: 2023, milestone: n, outcome: lapsed}
"""
    there = timeline(ledger)
    answer = why_answer(there, "p", PartialDate.parse("2030"), known=KNOWN)
    assert [(part.part, part.value, part.event) for part in answer.parts[1:]] == [
        ("milestone m", "rejection", 3),
        ("milestone m", "lapse", 4),
        ("milestone n", "lapse", 5),
    ]
    assert [event.event for event in answer.events] == [2, 3, 4, 5]


def test_a_lapse_is_among_what_is_known_of_a_milestone_and_differs() -> None:
    ledger = """
- {event: LicenceGranted, effective: 2020, id: p, holder: a, ends: milestone m determined}
- {event: MilestoneDetermined, effective: 2022-05-01, milestone: m, outcome: lapsed}
"""
    before, after = (
        state(timeline_of(entries(ledger)[:seq]), "2024") for seq in (2, 3)
    )
    assert [one.milestones[0]["lapsed"] for one in (before, after)] == [
        None,
        ("2022-05-01", "2022-05-01"),
    ]
    changed = {(c.subject, c.field) for c in diff_answer(before, after).changes}
    assert changed >= {("p", "status"), ("m", "lapsed")}
