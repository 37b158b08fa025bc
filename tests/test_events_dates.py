"""The ledger of what a date promises."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.dates import (
    INF,
    NEG_INF,
    PartialDate,
    add_months,
    day_text,
    meant_date,
    parse_date,
    parse_day,
)
from events.errors import InputError
from tests.strategies import days, partial_dates


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2019-Q1", "2019-01-01", "2019-03-31"),
        ("2019-Q3", "2019-07-01", "2019-09-30"),
        ("2019-Q4", "2019-10-01", "2019-12-31"),
        ("2019-07", "2019-07-01", "2019-07-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2019-07-22", "2019-07-22", "2019-07-22"),
        ("between 2021-01-01 and 2023-01-24", "2021-01-01", "2023-01-24"),
        ("between 2021 and 2023-Q1", "2021-01-01", "2023-03-31"),
        ("0001", "0001-01-01", "0001-12-31"),
        ("9999-12-31", "9999-12-31", "9999-12-31"),
    ],
)
def test_a_partial_date_is_all_of_its_days(text: str, first: str, last: str) -> None:
    date = PartialDate.parse(text)
    assert (day_text(date.first), day_text(date.last)) == (first, last)
    assert date.exact == (first == last)
    assert str(date) == text


@given(partial_dates())
def test_text_reads_back_as_the_same_date(date: PartialDate) -> None:
    again = PartialDate.parse(f"  {date.text} ")
    assert again == date
    assert again.text == date.text
    assert (again.first, again.last) == (date.first, date.last)
    assert NEG_INF < date.first <= date.last < INF


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("22/07/2019", "did you mean 2019-07-22?"),
        ("07/22/2019", "did you mean 2019-07-22?"),
        ("22.07.2019", "did you mean 2019-07-22?"),
        ("3/4/2019", "write 2019"),  # March or April: nobody guesses
        ("4/4/2019", "did you mean 2019-04-04?"),
        ("July 2019", "did you mean 2019-07?"),
        ("22 July 2019", "did you mean 2019-07-22?"),
        ("Jul 22, 2019", "did you mean 2019-07-22?"),
        ("Sept. 2019", "did you mean 2019-09?"),
        ("Ju 2019", "write 2019"),
        ("Jub 2019", "write 2019"),
        ("2019-7-2", "did you mean 2019-07-02?"),
        ("2019/07/22", "did you mean 2019-07-22?"),
        ("2019.7", "did you mean 2019-07?"),
        ("Q3 2019", "did you mean 2019-Q3?"),
        ("2019q3", "did you mean 2019-Q3?"),
        ("2019-Q5", "write 2019"),
        ("2019-02-30", "write 2019"),
        ("2019-2-30", "write 2019"),
        ("2019-13", "write 2019"),
        ("2019-00-10", "write 2019"),
        ("0000", "write 2019"),
        ("19", "write 2019"),
        ("20190722", "write 2019"),
        ("12019", "write 2019"),
        ("-2019", "write 2019"),
        ("\uff12\uff10\uff11\uff19", "write 2019"),
        ("2019-07-22T00:00:00Z", "write 2019"),
        ("unknown", "write 2019"),
        ("", "write 2019"),
        ("between 2021-1-1 and 2023", "did you mean 2021-01-01?"),
        ("between 2023 and 2021", "write the earlier date first"),
        ("between between 2020 and 2021 and 2022", "write 2019"),
        ("x" * 101, "write 2019"),
        ("31/12/26", "did you mean 2026-12-31?"),
        ("1.2.26", "write 2026-01-02 or 2026-02-01, whichever is meant"),
        ("late 2026", "write 2026-Q4 or 2026, whichever is meant"),
        ("mid-2026", "write between 2026-Q2 and 2026-Q3 or 2026, whichever is meant"),
        ("end of 2033", "write 2033-12-31, 2033-Q4 or 2033, whichever is meant"),
        ("the start of 2033", "write 2033-01-01, 2033-Q1 or 2033, whichever is meant"),
        ("H2 2025", "write between 2025-Q3 and 2025-Q4 or 2025, whichever is meant"),
    ],
)
def test_a_loose_date_is_refused_with_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        PartialDate.parse(text)
    assert (caught.value.hint or "").startswith(hint)


def test_only_a_date_written_otherwise_has_a_meant_form() -> None:
    assert meant_date("July 2019") == "2019-07"
    assert meant_date("2019-07") is None
    assert meant_date("soon") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2019, "2019"),
        (987, "0987"),
        (dt.date(2019, 7, 22), "2019-07-22"),
        ("2019-Q3", "2019-Q3"),
        (PartialDate.parse("2019"), "2019"),
    ],
)
def test_a_date_typed_by_yaml_is_accepted(value: object, text: str) -> None:
    assert parse_date(value) == PartialDate.parse(text)


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        2019.0,
        20190722,
        -1,
        dt.datetime(2019, 7, 22, tzinfo=dt.UTC),
        ["2019"],
        b"2019",
    ],
)
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        parse_date(value)


def test_a_single_day_is_asked_for_by_name() -> None:
    assert parse_day("2019-07-22") == dt.date(2019, 7, 22).toordinal()
    with pytest.raises(InputError, match="2019 is not a single day"):
        parse_day("2019")


@given(days)
def test_a_day_reads_back_as_itself(day: int) -> None:
    assert parse_day(day_text(day)) == day


@pytest.mark.parametrize(
    ("day", "months", "down", "up"),
    [
        ("2024-01-31", 1, "2024-02-29", "2024-03-01"),
        ("2023-01-31", 1, "2023-02-28", "2023-03-01"),
        ("2024-03-31", -1, "2024-02-29", "2024-03-01"),
        ("2024-02-29", 12, "2025-02-28", "2025-03-01"),
        ("2024-02-29", 48, "2028-02-29", "2028-02-29"),
        ("2024-01-15", 1, "2024-02-15", "2024-02-15"),
        ("2024-12-31", 1, "2025-01-31", "2025-01-31"),
        ("2024-01-31", -2, "2023-11-30", "2023-12-01"),
        ("2024-05-31", 0, "2024-05-31", "2024-05-31"),
        ("9999-11-30", 1, "9999-12-30", "9999-12-30"),
        ("0001-02-01", -1, "0001-01-01", "0001-01-01"),
    ],
)
def test_months_land_on_the_same_day_or_are_rounded(
    day: str, months: int, down: str, up: str
) -> None:
    start = parse_day(day)
    assert day_text(add_months(start, months, rounded="down")) == down
    assert day_text(add_months(start, months, rounded="up")) == up
    if down == up:
        assert day_text(add_months(start, months, rounded=None)) == down
        return
    with pytest.raises(InputError, match="has no day"):
        add_months(start, months, rounded=None)


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        (NEG_INF, 1_200, NEG_INF),
        (INF, -1_200, INF),
        (parse_day("9999-12-01"), 1, INF),
        (parse_day("0001-01-31"), -1, NEG_INF),
        (parse_day("2024-01-01"), 100_000 * 12, INF),
        (parse_day("2024-01-01"), -100_000 * 12, NEG_INF),
    ],
)
def test_what_leaves_the_calendar_is_infinite(
    day: int, months: int, moved: int
) -> None:
    assert add_months(day, months, rounded="down") == moved


@given(days, days, st.integers(-2_000, 2_000))
def test_months_keep_the_order_of_days(one: int, other: int, months: int) -> None:
    earlier, later = sorted((one, other))
    for rounded in ("down", "up"):
        assert add_months(earlier, months, rounded=rounded) <= add_months(
            later, months, rounded=rounded
        )


@given(days, st.integers(-2_000, 2_000))
def test_rounding_up_is_at_most_a_day_after_rounding_down(
    day: int, months: int
) -> None:
    down = add_months(day, months, rounded="down")
    assert add_months(day, months, rounded="up") - down in {0, 1}


def test_a_date_does_not_change() -> None:
    date = PartialDate.parse("2019")
    with pytest.raises(AttributeError):
        date.first = 1
    with pytest.raises(AttributeError):
        del date.first
    assert copy.deepcopy(date) is date
    assert copy.copy(date) is date
    assert date != "2019"
    assert repr(date) == "PartialDate.parse('2019')"
