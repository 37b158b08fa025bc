"""Moving a day by days, weeks, months and years, within the calendar.

Whatever is moved keeps its order: of two days the earlier never becomes the later one,
so that moving both ends of a span moves every day between them. What leaves the
calendar becomes infinite, and what is infinite stays.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from events.dates import INF, LAST_DAY, NEG_INF, add_months
from events.expressions import MONTHS_IN, CalendarUnit, Duration

# The day on which something that runs through 9999 has ended.
END_OF_CALENDAR = LAST_DAY + 1

# No month and no year has fewer days.
LEAST_DAYS_IN: dict[CalendarUnit, int] = {
    "days": 1,
    "weeks": 7,
    "months": 28,
    "years": 365,
}


def moved(
    day: int,
    count: int,
    unit: CalendarUnit,
    *,
    rounded: Literal["down", "up"] = "down",
) -> int:
    """Move a day.

    Args:
        day: an ordinal, or infinite.
        count: how many units, back if negative.
        unit: what is counted.
        rounded: what to take where the month has no such day.
    """
    if day <= NEG_INF or day > END_OF_CALENDAR:
        return NEG_INF if day <= NEG_INF else INF
    if unit not in MONTHS_IN:
        there = day + count * LEAST_DAYS_IN[unit]
        if there < 1:
            return NEG_INF
        return there if there <= END_OF_CALENDAR else INF
    months = count * MONTHS_IN[unit]
    if day == END_OF_CALENDAR:
        # The first of a month that the calendar no longer has.
        return add_months(_LAST_MONTH, months + 1, rounded=rounded)
    return add_months(day, months, rounded=rounded)


def after(day: int, duration: Duration, *, times: int = 1) -> int:
    """Give the day so many durations later, rounded down once and not each time."""
    return moved(day, times * duration.count, duration.unit)


def before(day: int, duration: Duration) -> int:
    """Give the day a duration earlier, rounded down."""
    return moved(day, -duration.count, duration.unit)


def first_from(day: int, duration: Duration) -> int:
    """Give the first day that lies a duration after ``day`` or more.

    It is the first day of which :func:`before` gives ``day`` or a later day.
    """
    return moved(day, duration.count, duration.unit, rounded="up")


_LAST_MONTH = dt.date(dt.MAXYEAR, 12, 1).toordinal()
