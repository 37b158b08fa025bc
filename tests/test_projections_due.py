from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from icalendar import Calendar

from events.dates import PartialDate
from events.errors import InputError, NotFound
from events.when import When
from projections.fold.timeline import Timeline
from projections.questions.across import KnownIn
from projections.questions.calendar_file import calendar_file
from projections.questions.deciding import deciding
from projections.questions.due import EVERYTHING, DueAnswer, Wanted, due_answer
from projections.questions.falling import Item
from projections.questions.marks import MAX_TERMS
from tests.agreements import ledger_of, timeline
from tests.facts_text import PROVISION, facts

KNOWN = KnownIn(0, "2026-01-01T00:00:00.000000Z")


def due(
    ledger: str | Callable[..., object] | list[Timeline],
    start: str,
    end: str,
    *suppose: str,
    horizon: str | None = None,
    wanted: Wanted = EVERYTHING,
) -> DueAnswer:
    if not isinstance(ledger, list):
        written = ledger if isinstance(ledger, str) else ledger_of(ledger)
        ledger = [timeline(written, *suppose, horizon=horizon)]
    return due_answer(
        ledger,
        PartialDate.parse(start),
        PartialDate.parse(end),
        known=KNOWN,
        wanted=wanted,
    )


def line(item: Item) -> str:
    first, last = item.between
    days = item.date or f"{first or '…'}..{last or '…'}"
    waits = f" ({', '.join(item.waits_for)})" if item.waits_for else ""
    words = f" {item.words}" if item.words else ""
    return f"{days} {item.what} {item.subject}{words}{waits}"


def lines(answer: DueAnswer) -> list[str]:
    return [line(item) for item in (*answer.items, *answer.waits)]


@pytest.mark.parametrize(
    ("grant", "found"),
    [
        ("PermissionGranted, ends: through 2026", "2027-01-01 ends x"),
        ("PermissionGranted, ends: until 2026-06-30", "2026-06-30 ends x"),
        (
            "PermissionGranted, ends: until 2026",
            "2026-01-01..2027-01-01 ends x (until 2026)",
        ),
        ("PermissionGranted, starts: 2026-05-01", "2026-05-01 starts x"),
        ("PermissionGranted, ends: never", ""),
        ("PermissionGranted", ""),
        ("PermissionGranted, ends: milestone m", "2026-01-01..… ends x (milestone m)"),
        (
            "PermissionGranted, ends: unknown",
            "…..… ends x (unknown)",
        ),
        (
            "PermissionGranted, ends: earliest of (milestone m; through 2026)",
            "2026-01-01..2027-01-01 ends x (milestone m)",
        ),
        (
            "PermissionGranted, ends: earliest of (milestone m; through 2040)",
            "2026-01-01..2041-01-01 ends x (milestone m)",
        ),
        ("PermissionGranted, ends: through 2040", ""),
        ("PermissionGranted, ends: through 2025", "2026-01-01 ends x"),
        ("PermissionGranted, ends: through 2024", ""),
        (
            "ObligationAssumed, amount: USD 5m, due: 30 days before (2026-12-31)",
            "2026-12-01 due x USD 5m",
        ),
        (
            "OptionGranted, option: call, opens: 2026-02-01, closes: through 2026-06",
            "2026-02-01 opens x; 2026-07-01 closes x",
        ),
    ],
)
def test_what_falls_into_two_years(grant: str, found: str) -> None:
    ledger = (
        f"- {{event: {grant}, effective: 2020-01-01, id: x, holder: a, against: b}}"
    )
    answer = due(ledger, "2026", "2027", horizon="2026-01-01")
    assert "; ".join(lines(answer)) == found


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (
            "{from: 2025, price: USD 1m}, {from: 2026, price: USD 2m}",
            [
                "2025-01-01..2025-12-31 price x USD 1m",
                "2026-01-01..2026-12-31 price x USD 2m",
            ],
        ),
        (
            "{from: 2025, price: USD 1m}, {from: 2025-06-01, price: USD 2m}",
            ["2025-06-01 price x USD 2m", "2025-01-01..2025-12-31 price x USD 1m"],
        ),
        (
            "{from: 2026-02, price: USD 1m}, {from: 2026-02, price: USD 2m}",
            [
                "2026-02-01..2026-02-28 price x USD 1m",
                "2026-02-01..2026-02-28 price x USD 2m",
            ],
        ),
    ],
)
def test_every_step_of_a_price_is_listed(steps: str, found: list[str]) -> None:
    grant = "event: OptionGranted, effective: 2020-01-01, id: x, option: call"
    granted = f"- {{{grant}, holder: a, against: b, price_schedule: [{steps}]}}"
    assert lines(due(granted, "2025-01-01", "2027-12-31")) == found


def test_renewals_and_the_last_day_for_notice_against_each() -> None:
    """
    - {event: ObligationAssumed, effective: 2020-01-01, id: supply, holder: a,
       ends: renews every 12 months from (through 2024) unless notice 3 months before
         at most 3 times}
    """
    whole = test_renewals_and_the_last_day_for_notice_against_each
    assert lines(due(whole, "2024", "2030", horizon="2026-05-01")) == [
        "2024-10-01 notice-by supply",
        "2025-01-01 renews supply",
        "2025-10-01 notice-by supply",
        "2026-01-01 renews supply",
        "2026-10-01 notice-by supply",
        "2027-01-01 renews supply (notice by 2026-10-01)",
        "2027-01-01..2028-01-01 ends supply (notice by 2026-10-01)",
    ]
    # The deadline lies in the window, the end of its term does not.
    assert lines(due(whole, "2026-10", "2026-10", horizon="2026-05-01")) == [
        "2026-10-01 notice-by supply"
    ]


@pytest.mark.parametrize("end", ["2027-01-05", "2027-02-22", "2030"])
def test_the_first_notice_in_time_is_named_however_long_the_window(end: str) -> None:
    renews = "renews every 1 month from (2024-02-01) unless notice 30 days before"
    ledger = (
        "- {event: ObligationAssumed, effective: 2024-01-01, id: x, holder: a, "
        f"ends: {renews}}}"
    )
    (found,) = due(ledger, "2026-11-25", end, horizon="2026-11-25").waits
    assert line(found) == "2027-01-01..… ends x (notice by 2026-12-02)"


def test_a_notice_in_time_leaves_an_end_and_no_further_deadline() -> None:
    """
    - {event: ObligationAssumed, effective: 2020-01-01, id: supply, holder: a,
       ends: renews every 12 months from (through 2024) unless notice 3 months before}
    - {event: NoticeGiven, effective: 2025-06-01, kind: non-renewal, by: b,
       provision: supply}
    """
    assert lines(
        due(test_a_notice_in_time_leaves_an_end_and_no_further_deadline, "2024", "2040")
    ) == [
        "2024-10-01 notice-by supply",
        "2025-01-01 renews supply",
        "2026-01-01 ends supply",
    ]


def test_a_renewal_that_nobody_can_stop_has_no_deadline() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a,
       ends: renews every 1 years from (through 2024) at most 2 times}
    """
    assert lines(
        due(test_a_renewal_that_nobody_can_stop_has_no_deadline, "2024", "2040")
    ) == ["2025-01-01 renews x", "2026-01-01 renews x", "2027-01-01 ends x"]


def test_ten_thousand_years_of_renewals_are_bounded() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a,
       ends: renews every 1 days from (2024-01-01)}
    """
    answer = due(test_ten_thousand_years_of_renewals_are_bounded, "2024", "9999")
    assert len(answer.items) == MAX_TERMS
    assert answer.more == ["a-b x"]


def test_events_that_wait_for_each_other_wait_for_ever() -> None:
    """
    - {event: MilestoneDetermined, effective: milestone n determined, milestone: m,
       outcome: occurred}
    - {event: MilestoneDetermined, effective: milestone m determined, milestone: n,
       outcome: occurred}
    """
    ledger = test_events_that_wait_for_each_other_wait_for_ever
    assert lines(due(ledger, "2026", "2027", horizon="2026-01-01")) == [
        "2026-01-01..… takes-effect m milestone-determined m (milestone n determined)",
        "2026-01-01..… takes-effect n milestone-determined n (milestone m determined)",
    ]
    # Supposing one settles the other.
    assert lines(due(ledger, "2026", "2027", "m=2026-05-05")) == []


def test_what_an_event_ends_is_told_on_its_day() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a,
       ends: through 2030}
    - {event: ProvisionEnded, effective: 2026-03-01, provision: x, basis: terminated}
    - {event: ProvisionReinstated, effective: 2026-09-01, provision: x,
       ends: through 2026}
    """
    assert lines(due(test_what_an_event_ends_is_told_on_its_day, "2026", "2027")) == [
        "2026-03-01 ends x terminated",
        "2026-09-01 starts x",
        "2027-01-01 ends x",
    ]


def test_what_was_shortened_to_a_day_gone_by_ends_when_that_was_agreed() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a,
       ends: through 2030}
    - {event: TermShortened, effective: 2026-03-01, provision: x, ends: through 2025}
    """
    ledger = test_what_was_shortened_to_a_day_gone_by_ends_when_that_was_agreed
    assert lines(due(ledger, "2026", "2027")) == ["2026-03-01 ends x"]


def test_pauses_prices_and_what_takes_effect_later() -> None:
    """
    - {event: OptionGranted, effective: 2020-01-01, id: call, holder: a, against: b,
       option: call, ends: through 2030, price_schedule: [
         {from: 2020-01-01, price: USD 10m}, {from: 2026-04-01, price: USD 12m}]}
    - {event: ProvisionSuspended, effective: 2026-01-15, provision: call,
       until: 2026-02-15}
    - {event: InstrumentSigned, effective: 2026-01-01, id: deed, kind: definitive,
       takes_effect: 2026-05-01}
    - {event: InstrumentSigned, effective: 2026-01-01, id: deed-2, kind: definitive,
       takes_effect: 2026-05-01}
    - {event: InstrumentTookEffect, effective: 2026-05-01, instrument: deed-2}
    - {event: ScopeWidened, effective: milestone closing, provision: call,
       include: {activity: [sale]}}
    - {event: TermExtended, effective: 2 months after (2026-05-01), provision: call,
       ends: through 2031}
    """
    ledger = test_pauses_prices_and_what_takes_effect_later
    assert lines(due(ledger, "2026", "2026", horizon="2026-01-01")) == [
        "2026-02-15 resumes call",
        "2026-04-01 price call USD 12m",
        "2026-05-01 takes-effect deed instrument deed",
        "2026-01-01..… takes-effect call scope-widened call (milestone closing)",
    ]


def test_what_would_have_ended_a_pause_falls_due_no_more_once_it_was_resumed() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a}
    - {event: ProvisionSuspended, effective: 2021-01-01, provision: p,
       until: milestone cured}
    - {event: ProvisionResumed, effective: 2025, provision: p}
    """
    ledger = test_what_would_have_ended_a_pause_falls_due_no_more_once_it_was_resumed
    (item,) = due(ledger, "2025", "2027", horizon="2026-01-01").items
    assert (item.what, item.when, item.between) == (
        "resumes",
        "2025",
        ("2025-01-01", "2025-12-31"),
    )
    assert not due(ledger, "2026", "2027", horizon="2026-01-01").waits


def test_a_step_of_a_price_that_was_changed_that_day_does_not_fall_due() -> None:
    """
    - {event: OptionGranted, effective: 2020-01-01, id: p, option: put, holder: a,
       price_schedule: [{from: 2025-01-01, price: USD 7m},
         {from: 2026-01-01, price: USD 8m}]}
    - {event: QuantityChanged, effective: 2025-01-01, provision: p, price: USD 9m}
    """
    ledger = test_a_step_of_a_price_that_was_changed_that_day_does_not_fall_due
    found = due(ledger, "2024", "2027", horizon="2024-01-01").items
    assert [(item.date, item.words) for item in found] == [("2026-01-01", "USD 8m")]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (EVERYTHING, ["mine", "theirs"]),
        (Wanted(party="a"), ["mine", "theirs"]),
        (Wanted(party="b"), ["mine", "theirs"]),
        (Wanted(party="c"), []),
        (Wanted(holder="a"), ["mine"]),
        (Wanted(holder="b", whats=("ends",)), ["theirs"]),
        (Wanted(whats=("starts",)), []),
    ],
)
def test_filters_by_party_holder_and_kind(wanted: Wanted, found: list[str]) -> None:
    ledger = """
- {event: PermissionGranted, effective: 2020-01-01, id: mine, holder: a, against: b,
   ends: through 2026}
- {event: PermissionGranted, effective: 2020-01-01, id: theirs, holder: b, against: a,
   ends: through 2026}
"""
    answer = due(ledger, "2026", "2027", wanted=wanted)
    assert [item.subject for item in answer.items] == found


def test_agreements_are_asked_together_and_a_successor_holds_what_was_held() -> None:
    one = timeline(
        """
- {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a,
   ends: through 2026}
- {event: PartyRestructured, effective: 2021-01-01, party: a, change: merged,
   successor: c}
"""
    )
    other = timeline(
        """
- {event: PermissionGranted, effective: 2020-01-01, id: y, holder: c,
   ends: through 2025}
"""
    )
    answer = due([one, other], "2026", "2027", wanted=Wanted(holder="c"))
    assert [item.subject for item in answer.items] == ["y", "x"]


def test_what_is_supposed_moves_what_falls_due() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a,
       ends: 90 days after (milestone m)}
    """
    ledger = test_what_is_supposed_moves_what_falls_due
    assert lines(due(ledger, "2026", "2027", "m=2026-01-01")) == ["2026-04-01 ends x"]
    assert lines(due(ledger, "2026", "2027", "m=never")) == []


@pytest.mark.parametrize(
    ("window", "wanted", "error", "message"),
    [
        (
            ("2027", "2026"),
            EVERYTHING,
            InputError,
            "the window ends on 2026 before it begins on 2027",
        ),
        (("2026", "2027"), Wanted(party="d"), NotFound, "there is no party d"),
        (
            ("2026", "2027"),
            Wanted(whats=("end",)),
            InputError,
            "nothing is listed as end",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(
    window: tuple[str, str],
    wanted: Wanted,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error) as refused:
        due("", *window, wanted=wanted)
    assert str(refused.value) == message


CALENDAR = """
- {event: ObligationAssumed, effective: 2020-01-01, id: supply, holder: a, against: b,
   ends: renews every 12 months from (through 2026) unless notice 3 months before}
- {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a, ends: until 2026}
"""


def test_a_calendar_file_has_an_entry_for_each_item_and_is_always_the_same() -> None:
    answer = due(CALENDAR, "2026", "2027", horizon="2026-01-01")
    written = calendar_file(answer)
    assert written == calendar_file(due(CALENDAR, "2026", "2027", horizon="2026-01-01"))
    read = Calendar.from_ical(written)
    assert [
        (str(e["uid"]), str(e.decoded("dtstart")), str(e["summary"]))
        for e in read.walk("VEVENT")
    ] == [
        (
            "a-b/supply/notice-by/2026-10-01@whereas",
            "2026-10-01",
            "Last day for notice against the renewal of supply (a-b)",
        ),
        ("a-b/x/ends@whereas", "2027-01-01", "x has ended, at the latest (a-b)"),
        ("a-b/supply/renews/2027-01-01@whereas", "2027-01-01", "supply renews (a-b)"),
        (
            "a-b/supply/notice-by/2027-10-01@whereas",
            "2027-10-01",
            "Last day for notice against the renewal of supply (a-b)",
        ),
    ]
    assert "DTSTAMP:20260101T000000Z" in written


def test_a_calendar_keeps_an_entry_whose_day_moves() -> None:
    def uids(end: str) -> list[str]:
        ledger = (
            "- {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a, "
            f"ends: {end}}}"
        )
        read = Calendar.from_ical(calendar_file(due(ledger, "2026", "2030")))
        return [str(event["uid"]) for event in read.walk("VEVENT")]

    assert uids("through 2026") == uids("through 2027") == ["a-b/x/ends@whereas"]


def test_without_the_library_a_calendar_file_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = due(CALENDAR, "2026", "2027")
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(InputError, match="needs the library icalendar") as refused:
        calendar_file(answer)
    assert refused.value.hint == "install whereas[ics]"


def test_an_item_cites_what_decided_its_day_beside_the_term() -> None:
    """
    - {event: ObligationAssumed, effective: 2020-01-01, id: supply, holder: a,
       ends: renews every 12 months from (through 2023) unless notice 6 months before}
    - {event: PermissionGranted, effective: 2020-01-01, id: plain, holder: a,
       ends: through 2025}
    - {event: PermissionGranted, effective: 2020-01-01, id: early, holder: a,
       ends: earliest of (milestone m; measure loans = USD 0; through 2025)}
    - {event: PermissionGranted, effective: 2020-01-01, id: repaid, holder: a,
       ends: earliest of (measure loans = USD 0; measure loans = USD 1)}
    - {event: PermissionGranted, effective: 2020-01-01, id: late, holder: a,
       starts: milestone m}
    - {event: NoticeGiven, effective: 2025-06-01, kind: non-renewal, by: a,
       provision: supply}
    - {event: NoticeGiven, effective: 2025-07-01, kind: non-renewal, by: a,
       provision: supply}
    - {event: MilestoneDetermined, effective: 2026-03-01, milestone: m,
       outcome: occurred}
    - {event: MeasureReported, effective: 2026-04-01, measure: loans, value: USD 0}
    """
    answer = due(
        test_an_item_cites_what_decided_its_day_beside_the_term,
        "2026-01-01",
        "2026-12-31",
        horizon="2027-01-01",
    )
    assert {item.subject: item.events for item in answer.items} == {
        "supply": (2, 7),
        "plain": (3,),
        # What came after it had ended anyway decided nothing.
        "early": (4,),
        "late": (6, 9),
        "repaid": (5, 10),
    }


def test_what_takes_effect_is_told_by_what_it_is() -> None:
    """
    - {event: InstrumentSigned, effective: 2025-01-01, id: deed, kind: amendment,
       takes_effect: 2026-01-01}
    - {event: ObligationAssumed, effective: 2020-01-01, id: supply, holder: a}
    - {event: NoticeGiven, effective: 2025-01-01, kind: termination, by: a,
       provision: supply, takes_effect: 2026-02-01}
    - {event: NoticeGiven, effective: 2025-01-01, kind: offer, by: a,
       provision: supply, takes_effect: 2026-03-01}
    - {event: NoticeGiven, effective: 2025-01-01, kind: breach, by: a,
       takes_effect: 2026-04-01}
    - {event: ProvisionEnded, effective: milestone closing, provision: supply,
       basis: terminated}
    """
    found = due(
        test_what_takes_effect_is_told_by_what_it_is,
        "2026-01-01",
        "2026-12-31",
        wanted=Wanted(("takes-effect",)),
        horizon="2026-01-01",
    )
    assert [item.words for item in (*found.items, *found.waits)] == [
        "instrument deed",
        "notice of termination of supply",
        "offer under supply",
        "notice of breach",
        "provision-ended supply",
    ]
    read = Calendar.from_ical(calendar_file(found))
    assert [str(event["summary"]) for event in read.walk("VEVENT")][:2] == [
        "instrument deed takes effect (a-b)",
        "notice of termination of supply takes effect (a-b)",
    ]


def test_an_option_that_is_used_on_the_day_on_which_it_opens_has_opened() -> None:
    """
    - {event: OptionGranted, effective: 2020-01-01, id: used, holder: a, against: b,
       option: put, opens: 2026-06-01}
    - {event: OptionGranted, effective: 2020-01-01, id: brought, holder: a, against: b,
       option: put, opens: 2027-01-01}
    - {event: OptionGranted, effective: 2020-01-01, id: given-up, holder: a,
       against: b, option: put, opens: 2026-06-01}
    - {event: TermChanged, effective: 2026-06-01, provision: brought,
       starts: 2026-06-01}
    - {event: OptionExercised, effective: 2026-06-01, provision: used, by: a,
       choice: exercised}
    - {event: OptionExercised, effective: 2026-06-01, provision: brought, by: a,
       choice: declined}
    - {event: RightRelinquished, effective: 2026-06-01, provision: given-up, by: a}
    """
    ledger = test_an_option_that_is_used_on_the_day_on_which_it_opens_has_opened
    assert lines(due(ledger, "2026", "2026")) == [
        "2026-06-01 opens brought",
        "2026-06-01 closes brought declined",
        "2026-06-01 closes given-up relinquished",
        "2026-06-01 opens used",
        "2026-06-01 closes used exercised",
    ]


def test_recorded_events_that_cannot_apply_are_told() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: x, holder: a,
       ends: milestone m}
    - {event: ConditionChanged, effective: 2026-01-01, provision: x, condition: none}
    """
    ledger = test_recorded_events_that_cannot_apply_are_told
    told = due(ledger, "2026", "2026", "m=2025-01-01").skipped
    assert told == [
        {"agreement": "a-b", "event": 3, "reason": "x has ended by 2026-01-01"}
    ]
    assert due(ledger, "2026", "2026").skipped == []
    # By then it had not happened.
    assert due(ledger, "2025", "2025", "m=2025-01-01").skipped == []


AWARDS = """
    - {event: DisputeOpened, effective: 2021-01-01, id: case, claimant: b,
       respondent: a}
    - {event: DisputeOpened, effective: 2021-01-01, id: loan, claimant: a,
       respondent: b}
    - {event: DisputeOpened, effective: 2021-01-01, id: other, claimant: a,
       respondent: c}
    - {event: DisputeDecided, effective: 2022-03-01, dispute: case, outcome: a pays,
       amount: EUR 180k, interest: 4 %, basis: per year since 2021}
    - {event: DisputeDecided, effective: 2022, dispute: loan, outcome: settled,
       amount: unknown}
    - {event: DisputeDecided, effective: 2022-03-01, dispute: other, outcome: dismissed}
"""


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("2021-01-01", "2021-12-31", []),
        (
            "2022-01-01",
            "2022-02-28",
            ["2022-01-01..2022-12-31 awarded loan unknown amount: settled (2022)"],
        ),
        (
            "2022-03-01",
            "2022-03-01",
            [
                (
                    "2022-03-01 awarded case EUR 180k, interest 4 % (per year since"
                    " 2021): a pays"
                ),
                "2022-01-01..2022-12-31 awarded loan unknown amount: settled (2022)",
            ],
        ),
        ("2023-01-01", "2030-12-31", []),
    ],
)
def test_an_award_falls_on_the_day_of_its_decision(
    start: str, end: str, found: list[str]
) -> None:
    assert lines(due(AWARDS, start, end)) == found


def test_an_award_is_nobodys_and_concerns_whoever_is_in_the_dispute() -> None:
    def told(wanted: Wanted) -> list[str]:
        answer = due(AWARDS, "2022-03-01", "2022-03-01", wanted=wanted)
        return [item.subject for item in answer.items]

    assert told(Wanted(party="a")) == told(Wanted(party="b")) == ["case", "loan"]
    assert told(Wanted(party="c")) == told(Wanted(holder="b")) == []
    assert told(Wanted(whats=("awarded",))) == ["case", "loan"]
    assert told(Wanted(whats=("due",))) == []


def test_an_award_is_in_the_calendar() -> None:
    written = calendar_file(due(AWARDS, "2022-03-01", "2022-03-01"))
    first = Calendar.from_ical(written).walk("VEVENT")[0]
    assert first["summary"] == "An amount is awarded in case (a-b)"
    assert "Between: b, a" in str(first["description"])


@pytest.mark.parametrize("end", ["2025-01-01", "2025-12-31"])
def test_what_may_have_ended_before_the_window_ends_on_no_certain_day_of_it(
    end: str,
) -> None:
    until = "{event: PermissionGranted, effective: 2019-05-14, holder: a, against: b,"
    ledger = f"""
    - {until} id: term, ends: until 2024-Q4}}
    - {until} id: closed, ends: never}}
    - {{event: ProvisionEnded, effective: between 2024-12-01 and 2025-01-01,
       provision: closed, basis: released}}
    """
    assert lines(due(ledger, "2025-01-01", end)) == [
        "2024-10-01..2025-01-01 ends term (until 2024-Q4)",
        "2024-12-01..2025-01-01 ends closed released",
    ]
    assert lines(due(ledger, "2025-01-02", "2025-12-31")) == []


@pytest.mark.parametrize(
    ("known", "decided"),
    [
        ("m lapsed 2021; n lapsed 2022", (1, 2)),
        # The other one decides alone, or leaves it open.
        ("m lapsed 2021; n determined 2022", (2,)),
        ("m lapsed 2021", ()),
        # It never came, whoever claimed it before.
        ("m claimed 2020; m lapsed 2021; n lapsed 2022", (2, 3)),
    ],
)
def test_that_a_milestone_lapsed_decides_too(
    known: str, decided: tuple[int, ...]
) -> None:
    term = "earliest of (milestone m determined; milestone n determined)"
    assert deciding(When.parse(term), facts(known), PROVISION) == decided


@pytest.mark.parametrize(
    ("waiting", "parties"),
    [
        ("TermExtended, provision: lic, ends: through 2032", ("a", "b")),
        ("LicenceGranted, id: new, holder: c, against: a", ("c", "a")),
        (
            "InvestmentMade, id: new, investor: c, recipient: b, amount: USD 1m",
            ("c", "b"),
        ),
        ("PartiesChanged, provision: lic, holder: c", ("c", "a", "b")),
        ("ProvisionReaffirmed, provisions: [lic]", ("a", "b")),
        ("NoticeGiven, provision: lic, kind: termination, by: b", ("a", "b")),
        ("NoticeGiven, kind: termination, by: b, to: c", ("b", "c")),
        (
            "HoldingMoved, issuer: a, quantity: 9 units, reason: issue, from: b, to: c",
            ("a", "b", "c"),
        ),
        ("PartyRestructured, party: a, change: merged, successor: c", ("a", "c")),
        ("MilestoneDetermined, milestone: m, by: panel, outcome: occurred", ()),
        ("AgreementEnded, basis: terminated", ("a", "b", "c")),
        ("InstrumentSigned, id: deed, kind: definitive", ()),
    ],
)
def test_what_waits_is_found_for_the_parties_that_it_concerns(
    waiting: str, parties: tuple[str, ...]
) -> None:
    ledger = f"""
- {{event: AgreementOpened, effective: 2020-01-01, title: T, parties: [
    {{id: a, name: A}}, {{id: b, name: B}}, {{id: c, name: C}}]}}
- {{event: LicenceGranted, effective: 2020-01-01, id: lic, holder: a, against: b,
   ends: through 2040}}
- {{event: {waiting}, effective: milestone closing determined}}
"""
    (found,) = due(ledger, "2026", "2027", horizon="2026-01-01").waits
    assert set(found.parties) == set(parties)
    for party in "abc":
        wanted = Wanted(party=party)
        answer = due(ledger, "2026", "2027", horizon="2026-01-01", wanted=wanted)
        assert bool(answer.waits) == (party in parties)
