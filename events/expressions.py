"""The nodes of a When: dates, milestones and measures, and what joins them.

Every node checks itself when it is made, so that one that exists is valid. What the
nodes mean is not decided here: :mod:`events.when` reads and writes them, projections
resolve them against what is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Literal

import msgspec

from events.dates import PartialDate, add_months
from events.errors import InputError
from events.quantity import Quantity, plain

MAX_COUNT = 100_000
MAX_MEASURE_DIGITS = 24

Unit = Literal["days", "weeks", "months", "years", "business days"]
CalendarUnit = Literal["days", "weeks", "months", "years"]
Stage = Literal["claimed", "determined"]
Operator = Literal["=", "<", "<=", ">", ">="]

# Words that end the unit of a measure, so that no unit has them.
AFTER_A_UNIT = frozenset(("unless", "rounded", "at"))

MONTHS_IN: dict[str, int] = {"months": 1, "years": 12}

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_CALENDAR = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)?")


class Node(
    msgspec.Struct,
    frozen=True,
    tag_field="when",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """An expression for an instant: the first day on which something is so."""


class On(Node, frozen=True, tag="on"):
    """A day, or one of the days of an imprecise date."""

    date: PartialDate


class Through(Node, frozen=True, tag="through"):
    """The day after the last day of a date."""

    date: PartialDate


class Until(Node, frozen=True, tag="until"):
    """A day; of an imprecise date any of its days or the day after."""

    date: PartialDate


class Never(Node, frozen=True, tag="never"):
    """No day: perpetual."""


class Unknown(Node, frozen=True, tag="unknown"):
    """A day that nobody here knows, which is not never."""

    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse half a character, which cannot be stored."""
        with suppress(UnicodeEncodeError):
            self.reason.encode()
            return
        raise InputError("the reason holds half a character")


class Milestone(Node, frozen=True, tag="milestone"):
    """The day on which a milestone is claimed or determined.

    Without a stage the text does not say which; ``last`` means the latest time.
    """

    milestone: str
    stage: Stage | None = None
    last: bool = False

    def __post_init__(self) -> None:
        """Check the id."""
        check_slug(self.milestone)


class Measure(Node, frozen=True, tag="measure"):
    """The day from which a reported measure compares so with a value.

    ``unit`` is an ISO 4217 code, ``%`` or what is counted; None compares numbers.
    """

    measure: str
    op: Operator
    value: Decimal
    unit: str | None = None

    def __post_init__(self) -> None:
        """Check the id, the number and that the unit can be read back."""
        check_slug(self.measure)
        value = self.value
        if not value.is_finite() or value.is_signed():
            raise InputError(f"a measure is a number, zero or more, not {value}")
        if (
            len(value.as_tuple().digits) > MAX_MEASURE_DIGITS
            or abs(value.adjusted()) > MAX_MEASURE_DIGITS
        ):
            raise InputError(f"more than {MAX_MEASURE_DIGITS} digits: {value}")
        # 1.50 and 1.5 are one value, so they have one form in JSON too.
        msgspec.structs.force_setattr(self, "value", Decimal(plain(value)))
        if self.unit is not None:
            amount = Quantity.parse(Quantity.of(value, self.unit).text)
            if amount.unit != self.unit or AFTER_A_UNIT & {*self.unit.split()}:
                raise InputError(f"{self.unit!r} is not a unit")


class Duration(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A number of days, weeks, months or years."""

    count: int
    unit: CalendarUnit

    def __post_init__(self) -> None:
        """Check the number."""
        check_count(self.count)


class Offset(Node, frozen=True, tag="offset"):
    """So long after or before another instant.

    ``calendar`` names who keeps the holidays, for business days only; ``rounded`` says
    what months and years do where the month has no such day.
    """

    count: int
    unit: Unit
    direction: Literal["after", "before"]
    of: Expr
    calendar: str | None = None
    rounded: Literal["down", "up"] | None = None

    def __post_init__(self) -> None:
        """Check the number, the calendar, and that a literal day can be reached."""
        check_count(self.count)
        if (self.unit == "business days") != (self.calendar is not None):
            raise InputError(
                "business days need a calendar, and nothing else takes one",
                hint="write for example 10 business days in US after (2026-01-01)",
            )
        if self.calendar is not None and not _CALENDAR.fullmatch(self.calendar):
            raise InputError(
                f"{self.calendar!r} is not the name of a calendar",
                hint="name a country or a market: US, DE-BY, NYSE, ECB",
            )
        if self.unit not in MONTHS_IN and self.rounded:
            raise InputError(f"{self.unit} are not rounded, only months and years are")
        day = _literal_day(self.of)
        if self.unit in MONTHS_IN and day is not None:
            sign = 1 if self.direction == "after" else -1
            months = sign * self.count * MONTHS_IN[self.unit]
            add_months(day, months, rounded=self.rounded)


class Earliest(Node, frozen=True, tag="earliest"):
    """Whichever comes first."""

    of: tuple[Expr, ...]

    def __post_init__(self) -> None:
        """Check that there is a choice."""
        _check_limbs(self.of)


class Latest(Node, frozen=True, tag="latest"):
    """Whichever comes last."""

    of: tuple[Expr, ...]

    def __post_init__(self) -> None:
        """Check that there is a choice."""
        _check_limbs(self.of)


class Unless(Node, frozen=True, tag="unless"):
    """An instant that a milestone reached before it prevents."""

    then: Expr
    milestone: str

    def __post_init__(self) -> None:
        """Check the id."""
        check_slug(self.milestone)


class Renews(Node, frozen=True, tag="renews"):
    """The end of a term that is renewed until somebody gives notice in time.

    ``notice`` is how long before the end; None where nobody can prevent the renewal,
    ``"unknown"`` where the text does not say how long.
    """

    every: Duration
    first: Expr
    notice: Duration | Literal["unknown"] | None = None
    at_most: int | None = None

    def __post_init__(self) -> None:
        """Check how many times it may renew."""
        if self.at_most is not None:
            check_count(self.at_most)


Leaf = On | Through | Until | Never | Unknown | Milestone | Measure
Expr = Leaf | Offset | Earliest | Latest | Unless | Renews


def limbs(expr: Expr) -> tuple[Expr, ...]:
    """List the expressions that an expression is directly made of, in their order."""
    match expr:
        case Earliest() | Latest():
            return expr.of
        case Offset():
            return (expr.of,)
        case Unless():
            return (expr.then, Milestone(expr.milestone))
        case Renews():
            return (expr.first,)
        case _:
            return ()


def atoms(expr: Expr) -> Iterator[Leaf]:
    """Yield the leaves of an expression from left to right.

    The milestone of an ``unless`` is one of them, after what it may prevent.
    """
    match expr:
        case Offset() | Earliest() | Latest() | Unless() | Renews():
            for limb in limbs(expr):
                yield from atoms(limb)
        case _:
            yield expr


def milestones(expr: Expr) -> frozenset[str]:
    """Collect the ids of the milestones that an expression hangs on."""
    return frozenset(a.milestone for a in atoms(expr) if isinstance(a, Milestone))


def measures(expr: Expr) -> frozenset[str]:
    """Collect the ids of the measures that an expression hangs on."""
    return frozenset(a.measure for a in atoms(expr) if isinstance(a, Measure))


def depth(expr: Expr) -> int:
    """Count the levels of an expression; a leaf has one."""
    return 1 + max(map(depth, limbs(expr)), default=0)


def is_slug(word: str) -> bool:
    """Tell whether a word is an id."""
    return _SLUG.fullmatch(word) is not None


def check_slug(word: str) -> None:
    """Refuse an id that is none."""
    if not is_slug(word):
        raise InputError(
            f"{word!r} is not an id",
            hint="an id has small letters, digits and hyphens: agi-verified",
            word=word,
            wanted="id",
        )


def check_count(count: int) -> None:
    """Refuse a number that counts nothing or far too much."""
    if not 0 < count <= MAX_COUNT:
        raise InputError(f"a count is from 1 to {MAX_COUNT}, not {count}")


def _check_limbs(of: tuple[Expr, ...]) -> None:
    """Refuse a choice among fewer than two."""
    if len(of) < 2:  # noqa: PLR2004  # whichever needs two
        raise InputError(
            "whichever comes first or last is one of two or more",
            hint="write for example earliest of (milestone m; through 2030)",
        )


def _literal_day(expr: Expr) -> int | None:
    """Give the day that an expression names outright, or None."""
    match expr:
        case On(date) | Until(date) if date.exact:
            return date.first
        case Through(date):
            return date.last + 1
        case _:
            return None
