"""Values for hypothesis: everything that can be written, in every shape it can have."""

from __future__ import annotations

import datetime as dt
from typing import Literal, get_args

from hypothesis import strategies as st

from events.currencies import CURRENCIES
from events.dates import PartialDate
from events.errors import InputError
from events.expressions import MAX_COUNT, MONTHS_IN, CalendarUnit, Operator, Unit
from events.quantity import Per, Qualifier, Quantity
from events.scope import AXES, Box, Scope
from events.when import (
    Duration,
    Earliest,
    Expr,
    Latest,
    Leaf,
    Measure,
    Milestone,
    Never,
    Offset,
    On,
    Renews,
    Through,
    Unknown,
    Unless,
    Until,
    When,
)

# Short alphabets make ids meet, which is where the interesting cases are.
slugs = st.from_regex(r"[a-z0-9][a-z0-9-]{0,6}", fullmatch=True)
reasons = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
counts = st.one_of(st.integers(1, 40), st.integers(1, MAX_COUNT))
days = st.integers(1, dt.date.max.toordinal())

_simple_dates = st.one_of(
    st.dates().map(str),
    st.dates().map(lambda day: f"{day:%Y-%m}".zfill(7)),
    st.builds("{:04d}-Q{}".format, st.integers(1, 9999), st.integers(1, 4)),
    st.integers(1, 9999).map("{:04d}".format),
)


@st.composite
def _ranges(draw: st.DrawFn) -> PartialDate:
    ends = [PartialDate.parse(draw(_simple_dates)) for _ in range(2)]
    first, last = sorted(ends, key=lambda date: (date.last, date.first))
    if last.last < first.first:
        first, last = last, first
    return PartialDate.parse(f"between {first} and {last}")


def partial_dates() -> st.SearchStrategy[PartialDate]:
    """Draw dates of every precision, between the years 1 and 9999."""
    return st.one_of(_simple_dates.map(PartialDate.parse), _ranges())


numbers = st.decimals(min_value=0, max_value=10**15, places=6)
_units = st.sampled_from([*sorted(CURRENCIES), "%", "shares", "ordinary shares", "MW"])


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    """Draw known quantities of every kind, and sometimes an unknown one."""
    if draw(st.integers(0, 9)) == 0:
        return Quantity.parse("unknown")
    low, high = sorted((draw(numbers), draw(numbers)))
    qualifier: Qualifier = draw(st.sampled_from(get_args(Qualifier)))
    return Quantity.of(
        low,
        draw(_units),
        high=high if qualifier == "between" else None,
        qualifier=qualifier,
        per=draw(st.sampled_from((None, *get_args(Per)))),
    )


def leaves() -> st.SearchStrategy[Leaf]:
    """Draw expressions that are made of no others."""
    dates = partial_dates()
    stages = st.sampled_from((None, "claimed", "determined"))
    operators: st.SearchStrategy[Operator] = st.sampled_from(get_args(Operator))
    return st.one_of(
        st.builds(On, dates),
        st.builds(Through, dates),
        st.builds(Until, dates),
        st.builds(Never),
        st.builds(Unknown, reasons),
        st.builds(Milestone, slugs, stages, st.booleans()),
        st.builds(Measure, slugs, operators, numbers, st.none() | _units),
    )


Direction = Literal["after", "before"]
Rounding = Literal["down", "up"]


def _offset(
    count: int, unit: Unit, direction: Direction, of: Expr, rounded: Rounding
) -> Offset:
    calendar = "US" if unit == "business days" else None
    try:
        return Offset(count, unit, direction, of, calendar)
    except InputError:
        assert unit in MONTHS_IN
        return Offset(count, unit, direction, of, None, rounded)


def _joined(exprs: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    choices = st.lists(exprs, min_size=2, max_size=4).map(tuple)
    units: st.SearchStrategy[CalendarUnit] = st.sampled_from(get_args(CalendarUnit))
    durations = st.builds(Duration, counts, units)
    directions: st.SearchStrategy[Direction] = st.sampled_from(get_args(Direction))
    roundings: st.SearchStrategy[Rounding] = st.sampled_from(get_args(Rounding))
    return st.one_of(
        st.builds(
            _offset,
            counts,
            st.sampled_from(get_args(Unit)),
            directions,
            exprs,
            roundings,
        ),
        st.builds(Earliest, choices),
        st.builds(Latest, choices),
        st.builds(Unless, exprs, slugs),
        st.builds(
            Renews,
            durations,
            exprs,
            st.one_of(st.none(), st.just("unknown"), durations),
            st.none() | counts,
        ),
    )


def expressions(max_leaves: int = 8) -> st.SearchStrategy[Expr]:
    """Draw expressions, nested in every way."""
    return st.recursive(leaves(), _joined, max_leaves=max_leaves)


def whens(max_leaves: int = 8) -> st.SearchStrategy[When]:
    """Draw Whens, nested in every way."""
    return expressions(max_leaves).map(When.of)


def boxes() -> st.SearchStrategy[Box]:
    """Draw boxes on a few axes with tags that often cover one another."""
    tags = st.lists(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join),
        min_size=1,
        max_size=3,
        unique=True,
    ).map(tuple)
    axes = st.dictionaries(st.sampled_from(AXES[:3]), tags, min_size=1)
    return axes.map(lambda found: Box(**found))


def scopes() -> st.SearchStrategy[Scope]:
    """Draw scopes of up to three boxes."""
    return st.lists(boxes(), max_size=3).map(tuple)
