"""Business days, by the calendars of countries and markets that a library maintains.

Beyond the years that the library covers only weekends are counted.
"""

from __future__ import annotations

import datetime as dt
import warnings
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from events.dates import INF, LAST_DAY, NEG_INF
from events.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from holidays import HolidayBase


def check_calendar(name: str) -> None:
    """Refuse a calendar of business days that is not there.

    Args:
        name: a country, a country with one of its parts, or a market: ``US``,
            ``DE-BY``, ``NYSE``.

    Raises:
        InputError: nobody keeps such a calendar, or the library is not installed.
    """
    _calendar(name)


def business_days_after(name: str, day: int, count: int) -> int:
    """Give the last of the next ``count`` business days; infinite days stay.

    Cost: one pass over the years between, each looked up once.
    """
    if not NEG_INF < day <= LAST_DAY:
        return NEG_INF if day <= NEG_INF else INF
    year = dt.date.fromordinal(day).year
    days = _business_days(name, year)
    at = bisect_right(days, day) + count - 1
    while at >= len(days):
        if year == dt.MAXYEAR:
            return INF
        at -= len(days)
        year += 1
        days = _business_days(name, year)
    return days[at]


def business_days_before(name: str, day: int, count: int) -> int:
    """Give the first of the last ``count`` business days before a day.

    Cost: as for those after a day.
    """
    if day <= NEG_INF or day > LAST_DAY + 1:
        return NEG_INF if day <= NEG_INF else INF
    year = dt.date.fromordinal(min(day, LAST_DAY)).year
    days = _business_days(name, year)
    at = bisect_left(days, day) - count
    while at < 0:
        if year == dt.MINYEAR:
            return NEG_INF
        year -= 1
        days = _business_days(name, year)
        at += len(days)
    return days[at]


@lru_cache(maxsize=4_096)
def _business_days(name: str, year: int) -> tuple[int, ...]:
    """List the business days of a year, as ordinals in their order."""
    calendar = _calendar(name)
    first = dt.date(year, 1, 1).toordinal()
    last = dt.date(year, 12, 31).toordinal()
    with warnings.catch_warnings():
        # Some calendars warn of the years that they do not cover.
        warnings.simplefilter("ignore", UserWarning)
        return tuple(
            day
            for day in range(first, last + 1)
            if calendar.is_working_day(dt.date.fromordinal(day))
        )


@lru_cache(maxsize=256)
def _calendar(name: str) -> HolidayBase:
    """Find a calendar."""
    try:
        import holidays as library  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise InputError(
            "business days need the library of holidays",
            hint="install whereas[calendars]",
        ) from error
    code, _, part = name.partition("-")
    try:
        if code in library.list_supported_countries():
            return library.country_holidays(code, subdiv=part or None)
        if code in library.list_supported_financial():
            return library.financial_holidays(code, subdiv=part or None)
    except (NotImplementedError, TypeError) as error:
        raise _unknown(name, f"{code} has no part {part}") from error
    known = [*library.list_supported_countries(), *library.list_supported_financial()]
    raise _unknown(name, did_you_mean(code, known))


def _unknown(name: str, hint: str | None) -> InputError:
    """Word the refusal of a calendar that nobody keeps."""
    return InputError(
        f"there is no calendar {name}",
        hint=hint or "name a country or a market: US, DE-BY, NYSE, ECB",
        word=name,
    )
