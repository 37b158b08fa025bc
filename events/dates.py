"""Civil dates as people give them: a year, a quarter, a month, a day, or between two.

A partial date stays partial: `2019` is all the days of 2019, never 1 January. Days are
counted as proleptic Gregorian ordinals (1 is 0001-01-01), because they compare and
subtract as plain integers.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from contextlib import suppress
from functools import lru_cache
from typing import Literal

from events.errors import InputError
from events.written import Written

# Stand-ins for minus and plus infinity. The day after the last day of the calendar,
# 9999-12-31, is 3652060, so that INF is later than every end.
NEG_INF = 0
INF = 10_000_000
LAST_DAY = dt.date.max.toordinal()

MAX_DATE_TEXT = 100

_MONTHS_A_YEAR = 12
_MAX_MONTH = dt.MAXYEAR * _MONTHS_A_YEAR + 11

_DATE = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:-Q(?P<quarter>[1-4])|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
)
_BETWEEN = re.compile(r"between +(?P<first>\S+) +and +(?P<last>\S+)")
_FORMS = "2019, 2019-Q3, 2019-07, 2019-07-22 or between 2019-07-01 and 2019-07-31"

# Loose dates that can be told in the form that is read: the hint shows it.
_LOOSE_NUMBERS = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?")
_LOOSE_QUARTER = re.compile(
    r"(?:Q([1-4])[ -/]?([0-9]{4})|([0-9]{4})[ -/]?Q([1-4]))", re.IGNORECASE
)
_LOOSE_SLASHES = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})")
_LOOSE_WORDS = re.compile(r"(?:([0-9]{1,2})\.? +)?([A-Za-z]{3,9})\.?,? +([0-9]{4})")
_LOOSE_AMERICAN = re.compile(r"([A-Za-z]{3,9})\.? +([0-9]{1,2})(?:,| ) *([0-9]{4})")
# "early 2025", "mid-2025", "H1 2025": a part of a year, in words.
_VAGUE = re.compile(
    r"(?:the )?(early|mid|late|h[12]|(?:start|beginning|middle|end) of|"
    r"spring|summer|autumn|fall|winter|fy|about|around|circa)[- ]?(?:in )?([0-9]{4})",
    re.IGNORECASE,
)
# What to write for such words; for any other the year alone.
_PARTS: dict[str, tuple[str, ...]] = {
    "early": ("{0}-Q1",),
    "start of": ("{0}-01-01", "{0}-Q1"),
    "beginning of": ("{0}-01-01", "{0}-Q1"),
    "mid": ("between {0}-Q2 and {0}-Q3",),
    "middle of": ("between {0}-Q2 and {0}-Q3",),
    "late": ("{0}-Q4",),
    "end of": ("{0}-12-31", "{0}-Q4"),
    "h1": ("between {0}-Q1 and {0}-Q2",),
    "h2": ("between {0}-Q3 and {0}-Q4",),
}
# Written out, because those of the calendar module follow the user's locale.
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)


class PartialDate(Written):
    """A span of days, as it was written.

    Attributes:
        text: the canonical text.
        first: the first day, an ordinal.
        last: the last day, an ordinal; the same as ``first`` for a day.
    """

    __slots__ = ("first", "last")

    first: int
    last: int

    @staticmethod
    @lru_cache(maxsize=65_536)
    def parse(text: str) -> PartialDate:
        """Read a partial date.

        Args:
            text: a year, quarter, month, day, or ``between A and B`` of two such, both
                inclusive.

        Returns:
            The date; parsed texts are remembered.

        Raises:
            InputError: a loose or impossible date, with the form to write as a hint.
        """
        words = text.strip()
        if len(words) > MAX_DATE_TEXT:
            raise InputError("a date this long is not a date", hint=f"write {_FORMS}")
        between = _BETWEEN.fullmatch(words)
        if between is None:
            first, last = _span(words)
            return PartialDate.made(words, first=first, last=last)
        first, _ = _span(between["first"])
        _, last = _span(between["last"])
        if last < first:
            raise InputError(
                f"{between['last']} is before {between['first']}",
                excerpt=words,
                hint="write the earlier date first",
            )
        text = f"between {between['first']} and {between['last']}"
        return PartialDate.made(text, first=first, last=last)

    @property
    def exact(self) -> bool:
        """Tell whether it is a single day."""
        return self.first == self.last


def parse_date(value: object) -> PartialDate:
    """Read a partial date that a YAML or JSON reader may have typed already.

    Args:
        value: text, a year as a whole number, a ``datetime.date`` or a partial date.

    Raises:
        InputError: it is none of these, or a point in time.
    """
    match value:
        case PartialDate():
            return value
        case str():
            return PartialDate.parse(value)
        case bool() | dt.datetime():
            pass
        case int():
            return PartialDate.parse(f"{value:04d}")
        case dt.date():
            return PartialDate.parse(value.isoformat())
        case _:
            pass
    raise InputError(f"{value!r} is not a date", hint=f"write {_FORMS}")


def is_date(text: str) -> bool:
    """Tell whether a text has the form of a year, quarter, month or day."""
    return _DATE.fullmatch(text) is not None


def parse_day(text: str) -> int:
    """Read a single day as an ordinal.

    Raises:
        InputError: it is not a day, or not a single one.
    """
    date = PartialDate.parse(text)
    if not date.exact:
        raise InputError(
            f"{text} is not a single day", excerpt=text, hint="write 2019-07-22"
        )
    return date.first


def meant_date(text: str) -> str | None:
    """Guess what a loose date means, where it can mean one thing only.

    Returns:
        A date in the form that is read; None where there is no or more than one, and
        where the text is such a date already.
    """
    possible = [] if is_date(text) else _possible(text)
    return possible[0] if len(possible) == 1 else None


@lru_cache(maxsize=65_536)
def day_text(day: int) -> str:
    """Write a day as an ISO date.

    Args:
        day: an ordinal of the calendar; infinite days have no date.
    """
    return dt.date.fromordinal(day).isoformat()


def add_months(day: int, months: int, *, rounded: Literal["down", "up"] | None) -> int:
    """Move a day by whole months.

    Args:
        day: an ordinal, or infinite.
        months: how many, back if negative.
        rounded: what to take where the month has no such day: its last day (down),
            the first of the next month (up), or nothing (None).

    Returns:
        The day; infinite days stay, and what leaves the calendar becomes infinite.

    Raises:
        InputError: the month has no such day and ``rounded`` is None.
    """
    date = _date_of(day)
    if date is None:
        return day
    month = date.year * _MONTHS_A_YEAR + date.month - 1 + months
    if month < _MONTHS_A_YEAR:
        return NEG_INF
    if month > _MAX_MONTH:
        return INF
    year, index = divmod(month, _MONTHS_A_YEAR)
    length = calendar.monthrange(year, index + 1)[1]
    if date.day <= length or rounded == "down":
        return dt.date(year, index + 1, min(date.day, length)).toordinal()
    if rounded == "up":
        return dt.date(year, index + 1, length).toordinal() + 1
    raise InputError(
        f"{year:04d}-{index + 1:02d} has no day {date.day}",
        hint="say which day is meant: rounded down or rounded up",
    )


def _date_of(day: int) -> dt.date | None:
    """Give the date of an ordinal, or None outside the calendar."""
    if 0 < day <= LAST_DAY:
        return dt.date.fromordinal(day)
    return None


def _span(text: str) -> tuple[int, int]:
    """Read a year, quarter, month or day as its first and last day."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise _loose(text)
    year, day = int(found["year"]), found["day"]
    if found["quarter"]:
        last_month = int(found["quarter"]) * 3
        first_month = last_month - 2
    else:
        first_month = int(found["month"] or 1)
        last_month = int(found["month"] or _MONTHS_A_YEAR)
    try:
        first = last = dt.date(year, first_month, int(day or 1)).toordinal()
        if day is None:
            length = calendar.monthrange(year, last_month)[1]
            last = dt.date(year, last_month, length).toordinal()
    except ValueError as error:
        raise InputError(
            f"there is no date {text}", excerpt=text, hint=f"write {_FORMS}"
        ) from error
    return first, last


def _loose(text: str) -> InputError:
    """Say what to write instead of a loose date."""
    return InputError(
        f"{text!r} is not a date",
        excerpt=text,
        hint=loose_hint(text) or f"write {_FORMS}",
    )


def loose_hint(text: str) -> str | None:
    """Say what to write instead of a loose date, None where it is like none."""
    match _possible(text):
        case [meant]:
            return f"did you mean {meant}?"
        case [one, other]:
            return f"write {one} or {other}, whichever is meant"
        case _:
            pass
    if found := _VAGUE.fullmatch(text):
        word, year = found.groups()
        if parts := _PARTS.get(word.lower()):
            named = ", ".join(parts).format(year)
            return f"write {named} or {year}, whichever is meant"
        return f"write {year}, or the part of it that is meant: {year}-Q2 or {year}-05"
    return None


def _possible(text: str) -> list[str]:
    """List the dates that a loose one may mean."""
    possible = []
    for guess in _guesses(text):
        with suppress(InputError):
            _span(guess)
            possible.append(guess)
    return possible


def _guesses(text: str) -> list[str]:
    """List what a loose date may mean; a guess may be no date at all."""
    if found := _LOOSE_NUMBERS.fullmatch(text):
        return [_iso(*found.groups())]
    if found := _LOOSE_QUARTER.fullmatch(text):
        return [f"{found[2] or found[3]}-Q{found[1] or found[4]}"]
    if found := _LOOSE_SLASHES.fullmatch(text):
        one, other, year = found.groups()
        if len(year) == len("26"):
            year = f"20{year}"
        return sorted({_iso(year, one, other), _iso(year, other, one)})
    if found := _LOOSE_WORDS.fullmatch(text):
        day, name, year = found.groups()
    elif found := _LOOSE_AMERICAN.fullmatch(text):
        name, day, year = found.groups()
    else:
        return []
    named = [
        m for m, full in enumerate(_MONTH_NAMES, 1) if full.startswith(name.lower())
    ]
    return [_iso(year, str(month), day) for month in named]


def _iso(year: str, month: str, day: str | None) -> str:
    """Write the parts of a loose date as an ISO date."""
    return f"{year}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")
