"""A When resolves to the days that it may mean, against what is known."""

from __future__ import annotations

import sys
import time
from random import Random
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events.dates import INF, LAST_DAY, NEG_INF, PartialDate, add_months, parse_day
from events.errors import InputError
from events.expressions import MONTHS_IN
from events.when import (
    Duration,
    Earliest,
    Expr,
    Latest,
    Never,
    On,
    Renews,
    Through,
    Until,
    When,
    measures,
    milestones,
)
from projections.fold.calendars import _calendar, check_calendar
from projections.fold.facts import Dated, Facts, MilestoneFacts, Report
from projections.fold.moving import END_OF_CALENDAR
from projections.fold.renewals import Renewal
from projections.fold.resolve import is_open, resolve, resolve_when, waiting
from projections.fold.spans import NEVER, Span
from tests.facts_text import PROVISION, facts, rows, span_text
from tests.strategies import days, expressions, partial_dates, quantities, whens

# A When | what is known | the horizon -> the days that it may mean.

DATES = """
2025-10-28 -> 2025-10-28
2025 -> 2025-01-01..2025-12-31
2025-Q3 -> 2025-07-01..2025-09-30
between 2021-01-01 and 2023-01-24 -> 2021-01-01..2023-01-24
through 2030 -> 2031-01-01
through 2030-02 -> 2030-03-01
through 2030-06-30 -> 2030-07-01
until 2030-06-30 -> 2030-06-30
until 2030 -> 2030-01-01..2031-01-01
until 2030-Q1 -> 2030-01-01..2030-04-01
never -> never
unknown "not published" -> unknown
"""

MILESTONES = """
milestone m determined -> 2025-01-01..
milestone m claimed -> 2025-01-01..
milestone m -> 2025-01-01..
milestone m | | 2012-06-01 -> 2012-06-01..
milestone m determined | m claimed 2024-02-01 -> 2025-01-01..
milestone m claimed | m claimed 2024-02-01 -> 2024-02-01
milestone m | m claimed 2024-02-01 -> 2024-02-01..
milestone m | m claimed 2024 -> 2024-01-01..
milestone m determined | m determined 2024-05 -> 2024-05-01..2024-05-31
milestone m claimed | m determined 2024-05 -> 2024-05-01..2024-05-31
milestone m | m determined 2024-05 -> 2024-05-01..2024-05-31
milestone m | m determined 2024-05-01 -> 2024-05-01
milestone m | m claimed 2024-02-01; m determined 2024-05-01 -> 2024-02-01..2024-05-01
milestone m claimed | m claimed 2024-02-01; m determined 2024-05-01 -> 2024-02-01
milestone m determined | m claimed 2024-02-01; m determined 2024-05-01 -> 2024-05-01
# A claim that comes after the determination is not the first.
milestone m | m claimed 2024-06-01; m determined 2024-05-01 -> 2024-05-01
milestone m claimed | m claimed 2024-06-01; m determined 2024-05-01 -> 2024-05-01
milestone m | m lapsed 2024-05-01 -> never
milestone m determined | m lapsed 2024-05-01 -> never
milestone m claimed | m lapsed 2024-05-01 -> never
milestone m claimed | m claimed 2024-02-01; m lapsed 2024-05-01 -> 2024-02-01
milestone m | m claimed 2024-02-01; m lapsed 2024-05-01 -> never
milestone m | m determined 2024-02-01; m lapsed 2024-05-01 -> 2024-02-01
milestone m determined | m determined 2023-03-01; m determined 2024-05-01 -> 2023-03-01
last milestone m determined | m determined 2023-03-01; m determined 2024-05-01
    -> 2024-05-01
last milestone m | m determined 2023-03-01; m determined 2024-05-01 -> 2024-05-01
last milestone m claimed | m determined 2023-03-01; m determined 2024-05-01
    -> 2024-05-01
last milestone m -> 2025-01-01..
last milestone m claimed | m claimed 2024-02-01; m determined 2024-05-01 -> 2024-02-01
last milestone m | m claimed 2024-02-01; m determined 2024-05-01
    -> 2024-02-01..2024-05-01
last milestone m claimed
    | m claimed 2024-02-01; m determined 2024-05-01; m determined 2024-08-01
    -> 2024-08-01
last milestone m | m claimed 2024-02-01; m determined 2024-05-01; m claimed 2024-08-01
    -> 2024-05-01..2024-08-01
# An imprecise determination comes after the claim where it can.
milestone m claimed | m claimed 2024-02-01; m determined 2024 -> 2024-02-01
milestone m | m claimed 2024-02-01; m determined 2024 -> 2024-02-01..2024-12-31
milestone m claimed | m claimed 2024; m determined 2024-05-01 -> 2024-01-01..2024-05-01
milestone m | m claimed 2024; m determined 2024-05-01 -> 2024-01-01..2024-05-01
# The first of two whose days overlap may be either.
milestone m | m determined 2024; m determined 2024-05-01 -> 2024-01-01..2024-05-01
"""

MEASURES = """
measure loans = 0 -> 2025-01-01..
measure loans = 0 | loans = USD 0 @ 2024-03-31 -> 2024-03-31
measure loans = 0 | loans = USD 1m @ 2024-03-31 -> 2025-01-01..
measure loans = 0 | loans = about USD 0 @ 2024 -> 2025-01-01..
measure loans <= USD 1m | loans = unknown @ 2024 -> 2025-01-01..
measure loans <= USD 1m | loans = [***] @ 2024 -> 2025-01-01..
measure loans <= USD 1m | loans = EUR 0 @ 2024 -> 2025-01-01..
measure loans <= USD 1000000 | loans = USD 1m @ 2024-03-31 -> 2024-03-31
measure loans < USD 1m | loans = USD 1m @ 2024-03-31 -> 2025-01-01..
measure loans < USD 1m | loans = under USD 1m @ 2024-03-31 -> 2024-03-31
measure loans < USD 1m | loans = up to USD 1m @ 2024-03-31 -> 2025-01-01..
measure loans <= USD 1m | loans = up to USD 1m @ 2024-03-31 -> 2024-03-31
measure loans >= USD 1m | loans = USD 1m per unit @ 2024-03-31 -> 2025-01-01..
measure loans <= USD 1m | loans = USD 0 per quarter @ 2024-03-31 -> 2025-01-01..
measure loans >= 5 | loans = USD 5 per unit @ 2024-03-31 -> 2024-03-31
measure share >= 20 % | share = at least 20 % @ 2024-Q1 -> 2024-01-01..2024-03-31
measure share > 20 % | share = at least 20 % @ 2024-Q1 -> 2025-01-01..
measure share > 20 % | share = over 20 % @ 2024-Q1 -> 2024-01-01..2024-03-31
measure share > 20 | share = between 21 % and 23 % @ 2024-03-31 -> 2024-03-31
measure share = 20 | share = between 19 % and 21 % @ 2024-03-31 -> 2025-01-01..
measure loans = 0 | loans = USD 0 @ 2024-06-30; loans = USD 0 @ 2023-06-30 -> 2023-06-30
measure loans = 0 | loans = USD 0 @ 2023-06-30; loans = USD 5 @ 2024-06-30 -> 2023-06-30
"""

OFFSETS = """
10 days after (2025-01-01) -> 2025-01-11
2 weeks before (2025) -> 2024-12-18..2025-12-17
18 months after (milestone m) -> 2026-07-01..
18 months after (milestone m) | m determined 2025-02-03 -> 2026-08-03
18 months after (never) -> never
18 months before (unknown) -> unknown
# A span rounds down, whatever its ends.
1 month after (2025-01) -> 2025-02-01..2025-02-28
1 month after (2025-01-31) rounded up -> 2025-03-01
1 month after (2025-01) rounded up -> 2025-02-01..2025-03-01
1 year after (2024-02-29) rounded down -> 2025-02-28
12 months before (through 9999) -> 9999-01-01
1 day before (through 9999) -> 9999-12-31
1 year after (9999-06-01) -> never
100 years before (0050) -> always
3 business days in US after (2026-07-01) -> 2026-07-07
3 business days in US before (2026-07-07) -> 2026-07-01
1 business day in US after (2026-07-03) -> 2026-07-06
5 business days in DE-BY after (2026-12-22) -> 2026-12-30
1 business day in US after (milestone m) | | 2026-07-03 -> 2026-07-06..
1 business day in US before (through 9999) | | 2026-07-03 -> 9999-12-31
1 business day in US after (9999-12-31) | | 2026-07-03 -> never
1 business day in US before (0001-01-01) | | 2026-07-03 -> always
"""

CHOICES = """
earliest of (milestone m determined; through 2030) | | 2025-10-28
    -> 2025-10-28..2031-01-01
earliest of (milestone m determined; through 2030)
    | m determined 2027-05-01 | 2028-01-01
    -> 2027-05-01
earliest of (milestone m determined; through 2030) | | 2031-06-01 -> 2031-01-01
earliest of (milestone m determined; until 2030) | | 2030-06-01
    -> 2030-01-01..2031-01-01
earliest of (never; 2027-05-01) -> 2027-05-01
latest of (never; 2027-05-01) -> never
earliest of (unknown; 2027-05-01) -> ..2027-05-01
latest of (unknown; 2027-05-01) -> 2027-05-01..
latest of (2026; 2027) -> 2027-01-01..2027-12-31
latest of (milestone m; 2027-05-01) | m determined 2026-01-01 -> 2027-05-01
"""

PREVENTED = """
2024-06-01 unless milestone m | m determined 2024-05-01 -> never
2024-06-01 unless milestone m | m determined 2024-06-01 -> 2024-06-01
2024-06-01 unless milestone m | m determined 2024-07-01 -> 2024-06-01
2026-06-01 unless milestone m -> 2026-06-01..
2024-06-01 unless milestone m -> 2024-06-01
2025-01-01 unless milestone m -> 2025-01-01
2026-06-01 unless milestone m | m lapsed 2024-01-01 -> 2026-06-01
2024-06-01 unless milestone m | m claimed 2024-07-01 -> 2024-06-01
2024 unless milestone m | m determined 2023-12-31 -> never
# It may have come before or after: neither answer is firm.
2024 unless milestone m | m determined 2024-07-01 -> 2024-01-01..
2024-06-01 unless milestone m | m claimed 2024-05-01 -> 2024-06-01..
2024-06-01 unless milestone m | m claimed 2024-02-01; m determined 2024-05-01 -> never
2024-03-01 unless milestone m | m claimed 2024-02-01; m determined 2024-05-01
    -> 2024-03-01..
2024-06-01 unless milestone m | m claimed 2024-05-01; m determined 2024-06-01
    -> 2024-06-01..
never unless milestone m -> never
"""

YEARLY = "renews every 12 months from (2025-12-31) unless notice 3 months before"

RENEWALS = """
renews every 12 months from (2025-12-31) unless notice 3 months before -> 2025-12-31..
renews every 12 months from (2025-12-31) unless notice 3 months before | | 2025-09-30
    -> 2025-12-31..
renews every 12 months from (2025-12-31) unless notice 3 months before | | 2025-10-01
    -> 2026-12-31..
renews every 12 months from (2025-12-31) unless notice 3 months before
    | notice 2025-09-30 | 2026-06-01
    -> 2025-12-31
renews every 12 months from (2025-12-31) unless notice 3 months before
    | notice 2025-10-01 | 2026-06-01
    -> 2026-12-31
renews every 12 months from (2025-12-31) unless notice 3 months before
    | notice 2027-01-01; notice 2026-01-01 | 2028-06-01
    -> 2026-12-31
renews every 12 months from (2025-12-31) unless notice 3 months before
    | notice 2025 | 2026-06-01
    -> 2025-12-31..2026-12-31
renews every 12 months from (2025-12-31) unless notice 3 months before at most 2 times
    -> 2025-12-31..2027-12-31
renews every 12 months from (2025-12-31) unless notice 3 months before at most 2 times
    | | 2026-10-01
    -> 2027-12-31
renews every 12 months from (2025-12-31) unless notice 3 months before at most 2 times
    | | 2040-10-01
    -> 2027-12-31
renews every 12 months from (2025-12-31) unless notice 3 months before at most 2 times
    | notice 2027-11-01 | 2040-10-01
    -> 2027-12-31
renews every 12 months from (2025-12-31) unless notice 3 months before at most 2 times
    | notice 2026-09-01 | 2040-10-01
    -> 2026-12-31
renews every 12 months from (2025-12-31) | notice 2025-01-01 -> never
renews every 12 months from (2025-12-31) at most 3 times -> 2028-12-31
renews every 12 months from (2025-Q4) at most 3 times -> 2028-10-01..2028-12-31
renews every 12 months from (milestone m) at most 1 time -> 2026-01-01..
renews every 1 year from (2025-12-31) unless notice unknown before | | 2025-12-31
    -> 2025-12-31..
renews every 1 year from (2025-12-31) unless notice unknown before | | 2026-01-01
    -> 2026-12-31..
renews every 1 year from (2025-12-31) unless notice unknown before
    | notice 2026-01-01 | 2030-01-01
    -> 2026-12-31..2027-12-31
renews every 1 year from (2025-12-31) unless notice unknown before at most 1 time
    | notice 2026-01-01 | 2030-01-01
    -> 2026-12-31
renews every 1 year from (2025-12-31) unless notice unknown before at most 2 times
    | notice 2026-01-01 | 2030-01-01
    -> 2026-12-31..2027-12-31
# Each end is counted from the first one, so that the day is not lost in February.
renews every 1 month from (2026-12-31) unless notice 10 days before | | 2027-02-19
    -> 2027-03-31..
renews every 1 month from (2026-12-31) unless notice 10 days before | | 2027-02-18
    -> 2027-02-28..
renews every 1 month from (2026-12-28) unless notice unknown before
    | notice 2027-02-05 | 2027-02-18
    -> 2027-02-28..2027-03-28
# The notice may be longer than the term.
renews every 1 month from (2026-12-31) unless notice 1 year before | | 2026-06-15
    -> 2027-06-30..
# An imprecise first end.
renews every 1 year from (2025-Q4) unless notice 3 months before | | 2025-06-01
    -> 2025-10-01..
renews every 1 year from (2025-Q4) unless notice 3 months before
    | notice 2025-01-01 | 2025-06-01
    -> 2025-10-01..2025-12-31
renews every 1 year from (2025-Q4) unless notice 3 months before
    | notice 2025-08-15 | 2025-06-01
    -> 2025-11-15..2026-11-14
renews every 1 year from (2025-Q4) unless notice 3 months before
    | notice 2026-03-01 | 2025-06-01
    -> 2026-10-01..2026-12-31
renews every 1 year from (milestone m) unless notice 3 months before | | 2025-06-01
    -> 2025-09-01..
renews every 1 year from (unknown) unless notice 3 months before | | 2025-06-01
    -> 2025-09-01..
renews every 1 year from (between 2025-09-01 and 2025-10-31)
    unless notice 1 month before
    | notice 2025-08-31
    -> 2025-10-01..2026-09-30
# What February rounds down, March does not.
renews every 1 month from (between 2027-01-31 and 2027-03-01) unless notice 1 day before
    | notice 2027-02-28
    -> 2027-03-01..2027-03-31
# A first end before the calendar begins.
renews every 1 year from (100 years before (0050)) unless notice 3 months before
    | notice 2025-06-01
    -> 2025-09-01..2026-08-31
renews every 1 year from (never) unless notice 3 months before | | 2025-06-01 -> never
renews every 1 day from (0001-01-01) unless notice 1 day before | | 9999-12-01
    -> 9999-12-02..
"""


@pytest.mark.parametrize(
    ("text", "known", "horizon", "expected"),
    rows(
        DATES + MILESTONES + MEASURES + OFFSETS + CHOICES + PREVENTED + RENEWALS,
        "",
        "2025-01-01",
    ),
)
def test_a_when_resolves_to_the_days_that_it_may_mean(
    text: str, known: str, horizon: str, expected: str
) -> None:
    span = resolve_when(When.parse(text), facts(known, horizon), PROVISION)
    assert span_text(span) == expected


def test_a_notice_to_another_provision_stops_nothing() -> None:
    known = facts("notice 2025-09-30", "2026-06-01")
    other = replace(PROVISION, id="other")
    assert span_text(resolve_when(When.parse(YEARLY), known, other)) == "2026-12-31.."
    assert span_text(resolve_when(When.parse(YEARLY), known)) == "2026-12-31.."


def test_a_notice_stops_only_the_term_that_was_agreed_before_it() -> None:
    known = facts("notice 2025-09-30", "2026-06-01")
    for since, ends in (
        ("2025-09-30", "2025-12-31"),
        ("2025-10-01", "2026-12-31.."),
    ):
        anew = replace(PROVISION, term_since=parse_day(since))
        assert span_text(resolve_when(When.parse(YEARLY), known, anew)) == ends


def test_what_is_not_reached_by_a_day_lies_after_it() -> None:
    known = Facts(parse_day("2025-01-01"))
    known.milestones["m"] = MilestoneFacts(not_by=parse_day("2026-12-31"))
    for stage in ("", " claimed", " determined"):
        when = When.parse(f"milestone m{stage}")
        assert span_text(resolve_when(when, known)) == "2027-01-01.."
    known.milestones["m"] = MilestoneFacts(never=True)
    known.changed()
    for stage in ("", " claimed", " determined"):
        assert resolve_when(When.parse(f"milestone m{stage}"), known) == NEVER


# A When | what is known | the day asked about, as seen in 2027 -> what decides.
WAITING = """
milestone m determined | | 2028-01-01 -> milestone m determined
milestone m determined | | 2026-12-31 -> nothing
milestone m determined | m determined 2027-05-01 | 2028-01-01 -> nothing
milestone m | m claimed 2026-01-01 | 2026-06-01 -> milestone m
until 2030 | | 2030-06-01 -> until 2030
until 2030 | | 2031-01-01 -> nothing
measure loans = 0 | | 2028-01-01 -> measure loans = 0
unknown "lost" | | 1950-01-01 -> unknown "lost"
18 months after (milestone m) | | 2028-07-01 -> milestone m
18 months after (milestone m) | | 2028-06-30 -> nothing
1 year after (2027) | | 2028-06-01 -> 2027
1 year after (2027) | | 2027-06-01 -> nothing
1 year after (earliest of (2026; milestone m)) | | 2027-06-01 -> 2026
earliest of (milestone m; through 2030) | | 2028-01-01 -> milestone m
earliest of (milestone m; through 2030) | | 2031-01-01 -> nothing
earliest of (milestone m; until 2030) | | 2030-06-01 -> milestone m, until 2030
earliest of (milestone m; milestone n; 2040) | | 2028-01-01 -> milestone m, milestone n
earliest of (milestone m; milestone m; 2040) | | 2028-01-01 -> milestone m
latest of (milestone m; through 2030) | | 2028-01-01 -> nothing
latest of (milestone m; through 2030) | | 2032-01-01 -> milestone m
latest of (milestone m; milestone n) | m determined 2027-02-01 | 2032-01-01
    -> milestone n
latest of (milestone m; earliest of (milestone n; 2029-01-01)) | | 2030-01-01
    -> milestone m
2028-01-01 unless milestone m | | 2029-01-01 -> milestone m
2028-01-01 unless milestone m | m determined 2027-02-01 | 2029-01-01 -> nothing
2028 unless milestone m | | 2028-06-01 -> 2028, milestone m
2028 unless milestone m | m lapsed 2027-02-01 | 2028-06-01 -> 2028
renews every 12 months from (2025-12-31) unless notice 3 months before | | 2027-12-31
    -> notice by 2027-09-30
renews every 12 months from (2025-12-31) unless notice 3 months before | | 2027-12-30
    -> nothing
renews every 12 months from (2025-12-31) unless notice 3 months before | | 2030-06-01
    -> notice by 2029-09-30
renews every 12 months from (2025-12-31) unless notice 3 months before at most 3 times
    | | 2028-06-01
    -> notice by 2027-09-30
renews every 12 months from (2025-12-31) unless notice 3 months before at most 3 times
    | | 2029-06-01
    -> nothing
1 month after (renews every 12 months from (2025-12-31) unless notice 3 months before)
    | | 2028-01-30
    -> nothing
1 month after (renews every 12 months from (2025-12-31) unless notice 3 months before)
    | | 2028-01-31
    -> notice by 2027-09-30
renews every 1 year from (2025-12-31) unless notice unknown before | | 2028-01-01
    -> notice before 2027-12-31
renews every 1 year from (2025-12-31) unless notice unknown before
    | notice 2027-05-01 | 2028-01-01
    -> notice before 2027-12-31
renews every 1 year from (2027) unless notice 3 months before | | 2027-12-01
    -> 2027, notice by 2027-10-01
renews every 1 year from (milestone m) at most 1 time | | 2028-12-01 -> milestone m
renews every 1 year from (unknown) unless notice 3 months before | | 2028-12-01
    -> unknown, notice
1 month after (renews every 12 months from (2025-12-31) unless notice 3 months before)
    | | 2029-01-15
    -> notice by 2027-09-30
renews every 1 year from (2027) unless notice 3 months before
    | notice 2026-01-01 | 2027-06-01
    -> 2027
renews every 1 year from (2027) at most 1 time | | 2028-06-01 -> 2027
renews every 1 year from (2027) at most 1 time | | 2027-06-01 -> nothing
"""


@pytest.mark.parametrize(
    ("text", "known", "day", "expected"), rows(WAITING, "", "2025-01-01")
)
def test_waiting_names_what_decides_by_a_day(
    text: str, known: str, day: str, expected: str
) -> None:
    found = waiting(
        When.parse(text), facts(known, "2027-01-01"), parse_day(day), PROVISION
    )
    assert (", ".join(found) or "nothing") == expected


# A When | what is known -> whether more may come in that settles it.
OPEN = """
2027 -> settled
unknown -> settled
never -> settled
milestone m -> open
milestone m | m claimed 2026-01-01 -> open
milestone m claimed | m claimed 2026-01-01 -> settled
milestone m determined | m determined 2026 -> settled
milestone m | m lapsed 2026-01-01 -> settled
milestone m | m claimed 2024-02-01; m determined 2024-05-01 -> settled
measure loans = 0 -> open
measure loans = 0 | loans = about USD 0 @ 2026 -> open
measure loans = 0 | loans = USD 0 @ 2026 -> settled
10 days after (milestone m) -> open
earliest of (milestone m; 2026-01-01) -> settled
earliest of (milestone m; 2028-01-01) -> open
latest of (milestone m; never) -> settled
earliest of (until 2030; latest of (milestone m; 2040)) -> settled
2028-01-01 unless milestone m -> open
2026-01-01 unless milestone m -> settled
renews every 12 months from (2025-12-31) unless notice 3 months before -> open
renews every 12 months from (2025-12-31) unless notice 3 months before
    | notice 2026-08 -> settled
renews every 12 months from (2025-12-31) unless notice 3 months before at most 1 time
    -> settled
renews every 1 year from (2025-12-31) unless notice unknown before -> open
renews every 1 year from (2025-12-31) unless notice unknown before
    | notice 2026-08-01 -> settled
renews every 1 year from (milestone m) at most 1 time -> open
"""


@pytest.mark.parametrize(("text", "known", "expected"), rows(OPEN, ""))
def test_a_when_is_open_while_a_fact_may_settle_it(
    text: str, known: str, expected: str
) -> None:
    known_facts = facts(known, "2027-01-01")
    found = is_open(When.parse(text), known_facts, PROVISION)
    assert ("open" if found else "settled") == expected


@pytest.mark.parametrize("name", ["US", "DE-BY", "NYSE", "XECB"])
def test_a_calendar_that_somebody_keeps_passes(name: str) -> None:
    check_calendar(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Utopia", "name a country or a market: US, DE-BY, NYSE, ECB"),
        ("HolidayBase", "name a country or a market: US, DE-BY, NYSE, ECB"),
        ("XNYSE", "did you mean XNYS?"),
        ("DE-XX", "DE has no part XX"),
    ],
)
def test_a_calendar_that_nobody_keeps_is_refused(name: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        check_calendar(name)
    assert str(caught.value) == f"there is no calendar {name}"
    assert caught.value.hint == hint


def test_without_the_library_business_days_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _calendar.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)
    when = When.parse("1 business day in SE after (2026-01-01)")
    with pytest.raises(InputError, match="need the library of holidays") as caught:
        resolve_when(when, facts())
    assert caught.value.hint == "install whereas[calendars]"


def test_ten_thousand_years_of_daily_renewals_resolve_at_once() -> None:
    text = "renews every 1 day from (0001-01-01) unless notice 1 day before"
    when, known = When.parse(text), facts("", "9999-12-01")
    started = time.perf_counter()
    for horizon in range(known.horizon, known.horizon + 20):
        assert resolve_when(when, known.at(horizon)).lo == horizon + 1
    assert time.perf_counter() - started < 1


def test_facts_remember_what_was_resolved_until_they_change() -> None:
    known, when = facts(), When.parse("milestone m determined")
    assert resolve_when(when, known).hi == INF
    day = parse_day("2026-01-01")
    known.milestones["m"] = MilestoneFacts(determinations=[Dated(Span(day, day), 1)])
    assert resolve_when(when, known).hi == INF
    assert resolve_when(when, known.at(known.horizon)) == (day, day)
    known.changed()
    assert resolve_when(when, known) == (day, day)


@st.composite
def spans(draw: st.DrawFn, lo: int = 1) -> Span:
    """Draw the days of something recorded, not before a day."""
    first = draw(st.integers(lo, max(lo, LAST_DAY)))
    return Span(first, first + draw(st.sampled_from((0, 0, 30, 365))))


@st.composite
def known_of(draw: st.DrawFn, expr: Expr, horizon: int) -> Facts:
    """Draw facts about what an expression hangs on."""
    found = Facts(horizon)
    dated = st.builds(Dated, spans(), st.integers(1, 9))
    few = st.lists(dated, max_size=2)
    for name in sorted(milestones(expr)):
        found.milestones[name] = MilestoneFacts(
            draw(few), draw(few), draw(st.none() | dated)
        )
    for name in sorted(measures(expr)):
        reports = st.builds(Report, spans(), quantities(), st.integers(1, 9), st.none())
        listed = draw(st.lists(reports, max_size=2))
        found.measures[name] = sorted(listed, key=lambda report: report.span.lo)
    found.notices[PROVISION.id] = draw(few)
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[When, Facts]:
    """Draw a When with facts about what it hangs on."""
    when = draw(whens(5))
    return when, draw(known_of(when.expr, draw(days)))


@given(cases())
@settings(deadline=None)
def test_everything_resolves_to_days_in_their_order(case: tuple[When, Facts]) -> None:
    when, known = case
    span = resolve_when(when, known, PROVISION)
    assert span.lo <= span.hi
    for end in span:
        assert NEG_INF <= end <= END_OF_CALENDAR or end == INF
    assert resolve(when.expr, known, PROVISION) == span


@given(cases(), days)
@settings(deadline=None)
def test_something_is_waited_for_exactly_while_the_answer_is_open(
    case: tuple[When, Facts], day: int
) -> None:
    when, known = case
    span = resolve_when(when, known, PROVISION)
    for asked in {day, span.lo, span.lo - 1, span.hi, span.hi - 1}:
        names = waiting(when, known, asked, PROVISION)
        assert bool(names) is (span.lo <= asked < span.hi)
        assert len(set(names)) == len(names)


@given(cases())
@settings(deadline=None)
def test_what_is_open_is_not_exact(case: tuple[When, Facts]) -> None:
    when, known = case
    if is_open(when, known, PROVISION):
        assert not resolve_when(when, known, PROVISION).exact


@given(cases(), days)
@settings(deadline=None)
def test_a_later_horizon_takes_days_away_and_adds_none(
    case: tuple[When, Facts], later: int
) -> None:
    when, known = case
    early, late = sorted((known.horizon, later))
    before = resolve_when(when, known.at(early), PROVISION)
    assert _within(resolve_when(when, known.at(late), PROVISION), before)


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[When, Facts, Facts]:
    """Draw a When, facts, and the same facts with more that come after them.

    ``last`` is left out, as what comes after the last is the last.
    """
    when = When.parse(draw(whens(5)).text.replace("last milestone", "milestone"))
    before = draw(known_of(when.expr, draw(days)))
    span = draw(spans(max(before.horizon, *_days_of(before))))
    dated, after = Dated(span, 10), before.at(before.horizon)
    after.milestones = {
        name: _with(known, draw(st.sampled_from(_LATER)), dated)
        for name, known in before.milestones.items()
    }
    after.measures = {
        name: [*reports, Report(span, draw(quantities()), 10, None)]
        for name, reports in before.measures.items()
    }
    after.notices = {PROVISION.id: [*before.notices[PROVISION.id], dated]}
    return when, before, after


_LATER = ("claimed", "determined", "lapsed", "undetermined", "never", "not by")


def _days_of(known: Facts) -> list[int]:
    """List the first days of all that is recorded, and one for an empty list."""
    dated = [found for notices in known.notices.values() for found in notices]
    for milestone in known.milestones.values():
        dated += [*milestone.claims, *milestone.determinations]
    reported = [found for reports in known.measures.values() for found in reports]
    lows = [found.span.lo for found in dated] + [found.span.lo for found in reported]
    return [1, 1, *lows]


def _with(  # noqa: PLR0911  # one case a fact
    known: MilestoneFacts, kind: str, dated: Dated
) -> MilestoneFacts:
    """Add a fact that comes after those of a milestone; nothing follows a lapse."""
    if known.lapsed:
        return known
    told = bool(known.claims or known.determinations)
    match kind:
        case "claimed":
            return replace(known, claims=[*known.claims, dated])
        case "determined":
            return replace(known, determinations=[*known.determinations, dated])
        case "lapsed":
            return replace(known, lapsed=dated)
        case "undetermined":
            return replace(known, undetermined=not known.determinations)
        case "never":
            return replace(known, never=not told)
        case _:
            return replace(known, not_by=None if told else dated.span.hi)


@given(arrivals())
@settings(deadline=None)
def test_a_fact_takes_days_away_and_adds_none(case: tuple[When, Facts, Facts]) -> None:
    when, before, after = case
    assert _within(
        resolve_when(when, after, PROVISION), resolve_when(when, before, PROVISION)
    )


def _within(inner: Span, outer: Span) -> bool:
    return outer.lo <= inner.lo and inner.hi <= outer.hi


@given(expressions(3))
@settings(deadline=None)
def test_never_changes_no_earliest_and_is_every_latest(expr: Expr) -> None:
    known = facts()
    assert resolve(Earliest((expr, Never())), known) == resolve(expr, known)
    assert resolve(Latest((expr, Never())), known) == NEVER


@given(st.lists(expressions(3), min_size=2, max_size=3), st.randoms())
@settings(deadline=None)
def test_whichever_comes_first_or_last_has_no_order(
    limbs: list[Expr], random: Random
) -> None:
    known, shuffled = facts(), [*limbs]
    random.shuffle(shuffled)
    for choice in (Earliest, Latest):
        one, other = choice(tuple(limbs)), choice(tuple(shuffled))
        assert resolve(one, known) == resolve(other, known)


@given(partial_dates())
def test_until_holds_what_through_and_on_say(date: PartialDate) -> None:
    known = facts()
    until, through = resolve(Until(date), known), resolve(Through(date), known)
    assert _within(resolve(On(date), known), until)
    assert through.exact
    assert _within(through, until) is not date.exact


durations = st.builds(
    Duration,
    st.integers(1, 40),
    st.sampled_from(("days", "weeks", "months", "years")),
)


@given(
    every=durations,
    notice=st.one_of(durations, st.just("unknown")),
    at_most=st.none() | st.integers(1, 6),
    first=st.integers(730_000, 740_000),
    width=st.integers(0, 60),
    came=st.integers(729_000, 745_000),
    spread=st.integers(0, 40),
)
@example(
    every=Duration(1, "months"),
    notice=Duration(3, "days"),
    at_most=None,
    first=parse_day("2026-12-31"),
    width=0,
    came=parse_day("2027-02-20"),
    spread=0,
)
@settings(deadline=None)
def test_a_renewal_holds_every_end_that_counting_finds(
    every: Duration,
    notice: Duration | Literal["unknown"],
    at_most: int | None,
    first: int,
    width: int,
    came: int,
    spread: int,
) -> None:
    expr = Renews(every, Never(), notice, at_most)
    span = Renewal(expr, Span(first, first + width), Span(came, came + spread)).span()
    ends = {
        end
        for day in range(first, first + width + 1)
        for on in {came, came + spread // 2, came + spread}
        for end in _counted(expr, day, on)
    }
    assert _within(Span(min(ends), max(ends)), span)
    if width == 0:
        assert (min(ends), max(ends)) == span


def _counted(expr: Renews, first: int, notice: int) -> list[int]:
    """List the ends that a notice stops, by looking at one term after the other."""
    ahead = expr.notice
    count = 0
    while count != expr.at_most:
        end = _later(first, expr.every, count)
        deadline = _later(end, ahead, -1) if isinstance(ahead, Duration) else end
        if deadline >= notice:
            break
        count += 1
    counts = {count}
    if ahead == "unknown" and count != expr.at_most:
        counts.add(count + 1)
    return [_later(first, expr.every, each) for each in counts]


def _later(day: int, duration: Duration, times: int) -> int:
    if duration.unit in MONTHS_IN:
        months = times * duration.count * MONTHS_IN[duration.unit]
        return add_months(day, months, rounded="down")
    return day + times * duration.count * {"days": 1, "weeks": 7}[duration.unit]
