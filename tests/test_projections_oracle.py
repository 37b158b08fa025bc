"""What the fold answers is what the definitions say, worked out another way."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from events.dates import NEG_INF, PartialDate
from events.errors import WhereasError
from tests.agreements import entries, events, state, timeline
from tests.histories import MILESTONES, accepted, histories
from tests.lively import CHANGES, lively_histories
from tests.oracle import Told, oracle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from events.entry import Entry

# Days on which much is decided, so that questions fall on them and beside them.
DECISIVE = st.sampled_from(
    (
        *("2019-02-01", "2020-01-01", "2020-12-31", "2021-01-01", "2021-02-02"),
        *("2021-03-31", "2021-05-31", "2021-06-30", "2021-09-30", "2022-01-01"),
        *("2022-02-02", "2022-06-30", "2022-10-01", "2023-01-01", "2023-06-30"),
        *("2024-01-01", "2024-06-01", "2025-01-01", "2026-01-01", "2027-01-01"),
    )
).map(dt.date.fromisoformat)
DAYS = (
    st.dates(dt.date(2018, 6, 1), dt.date(2031, 6, 1))
    | st.builds(lambda day, n: day + dt.timedelta(n), DECISIVE, st.integers(-1, 1))
).map(str)
SUPPOSALS = st.lists(
    st.builds("{}={}".format, MILESTONES, DAYS | st.sampled_from(("never", "2022-Q2")))
    | st.builds("{}.claimed={}".format, MILESTONES, DAYS)
    | st.builds("measure x=USD 6m@{}".format, DAYS),
    min_size=1,
    max_size=2,
)


def answered(
    recorded: Sequence[Entry], day: str, horizon: str | None, *suppose: str
) -> dict[str, Told]:
    """Tell what the fold answers in the words of the oracle."""
    answer = state(timeline(recorded, *suppose, horizon=horizon), day)
    assert answer.skipped == []
    return {
        one.id: Told(
            one.status,
            one.kind,
            one.holders,
            one.against,
            one.level,
            one.quantity,
            one.starts_between,
            one.ends_between,
        )
        for one in answer.provisions
    }


def defined(
    recorded: Sequence[Entry], day: str, horizon: str | None, *suppose: str
) -> dict[str, Told]:
    """Tell what the definitions say."""
    until = NEG_INF if horizon is None else PartialDate.parse(horizon).last
    return oracle(recorded, PartialDate.parse(day).last, until, suppose)


@settings(max_examples=300)
@given(
    histories() | lively_histories(24),
    st.lists(DAYS, min_size=3, max_size=3),
    st.lists(st.none() | DAYS, min_size=2, max_size=2),
)
def test_what_is_answered_is_what_the_definitions_say(
    history: list[Entry], days: list[str], horizons: list[str | None]
) -> None:
    for horizon in horizons:
        for day in days:
            expected = defined(history, day, horizon)
            assert answered(history, day, horizon) == expected


@settings(max_examples=100)
@given(histories(), st.integers(1, 16), DAYS, st.none() | DAYS)
def test_what_was_answered_then_is_what_the_definitions_said_then(
    history: list[Entry], known: int, day: str, horizon: str | None
) -> None:
    then = history[:known]
    assert answered(then, day, horizon) == defined(then, day, horizon)


@settings(max_examples=100)
@given(lively_histories(16, CHANGES), SUPPOSALS, DAYS, st.none() | DAYS)
def test_what_is_supposed_is_as_if_it_were_known(
    history: list[Entry], suppose: list[str], day: str, horizon: str | None
) -> None:
    try:
        there = timeline(history, *suppose, horizon=horizon)
    except WhereasError:
        # It contradicts what is recorded, or makes a change of it impossible.
        return
    # What finds no room under a supposal is skipped, and the answer says so.
    if state(there, day).skipped == []:
        expected = defined(history, day, horizon, *suppose)
        assert answered(history, day, horizon, *suppose) == expected


DUE = ("2023-05-04", "2023-05-05")
DEADLINES = """
- {event: licence-granted, effective: 2020-01-01, id: p, holder: a}
- {event: provision-ended, effective: earliest of (milestone n; 2023-05-05), provision: p, basis: terminated}
"""  # noqa: E501  # an event is a line


def test_a_change_that_has_resolved_by_a_day_is_folded_on_it() -> None:
    recorded = entries(DEADLINES)
    for day, status in (("2023-05-04", "in-force"), ("2023-05-05", "ended")):
        assert answered(recorded, day, "2022-01-01")["p"].status == status
    # The day that is told is the last on which it may take effect.
    assert defined(recorded, "2023-06-01", "2022-01-01")["p"].status == "ended"
    waiting = [state(timeline(recorded, horizon="2022-01-01"), d).pending for d in DUE]
    assert [len(pending) for pending in waiting] == [1, 0]


TOO_LATE = """
- {event: licence-granted, effective: earliest of (milestone n; 2023-05-05), id: p, holder: a}
- {event: agreement-ended, effective: 2019-02-01, basis: expired}
"""  # noqa: E501  # an event is a line


def test_what_the_rules_accept_is_folded_once_a_deadline_has_passed() -> None:
    recorded = accepted(events(TOO_LATE)[1:])
    assert state(timeline(recorded, horizon="2023-06-01"), "2024").skipped == []


BY_SILENCE = """
- {event: licence-granted, effective: 2020-01-01, id: p, holder: a}
- {event: provision-suspended, effective: 2023-01-01, provision: p}
- {event: agreement-ended, effective: 2021-01-01 unless milestone m, basis: expired}
"""


def test_what_the_rules_accept_is_folded_once_silence_has_settled_a_change() -> None:
    recorded = accepted(events(BY_SILENCE)[1:])
    assert state(timeline(recorded, horizon="2029-01-01"), "2024").skipped == []


PERHAPS_BEFORE = """
- {event: licence-granted, effective: 2019-01-01, id: p, holder: a}
- {event: notice-given, effective: 2020, kind: non-renewal, by: a, provision: p}
- {event: term-changed, effective: 2020-06-01, provision: p, ends: renews every 1 year from (2022-01-01) unless notice 2 months before}
"""  # noqa: E501  # an event is a line


def test_a_notice_that_was_perhaps_given_before_a_term_ends_it_only_perhaps() -> None:
    recorded = entries(PERHAPS_BEFORE)
    assert answered(recorded, "2023", "2023-12-31")["p"].status != "ended"


SETTLED_TWICE = """
- {event: licence-granted, effective: 2020-01-01, id: p, holder: a, ends: milestone m}
- {event: licence-granted, effective: 2020-01-01, id: q, holder: a}
- {event: milestone-determined, effective: between 2021-01-01 and 2022-06-30, milestone: m, outcome: verified}
- {event: milestone-determined, effective: 2021-06-01, milestone: n, outcome: verified}
- {event: provision-ended, effective: milestone m, provision: q, basis: terminated}
- {event: milestone-determined, effective: milestone n, milestone: m, outcome: verified, as_of: 2021-05}
"""  # noqa: E501  # an event is a line


def test_a_change_that_waits_for_a_milestone_falls_on_its_day() -> None:
    told = answered(entries(SETTLED_TWICE), "2021-12-01", "2024-01-01")
    assert told["q"].ends == told["p"].ends == ("2021-01-01", "2021-05-31")
