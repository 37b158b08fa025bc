"""Values for hypothesis: everything that can be written, in every shape it can have."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal, TypeVar, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from events.base import Event, PriceStep
from events.catalogue import RECORD_TYPES, TYPES, USER_TYPES, Field, fields_of
from events.currencies import CURRENCIES
from events.dates import PartialDate
from events.entry import Draft
from events.errors import InputError
from events.expressions import MAX_COUNT, MONTHS_IN, CalendarUnit, Operator, Unit
from events.fields import fields_by_key
from events.frame import Party
from events.quantity import REDACTED, Per, Qualifier, Quantity
from events.scope import AXES, Box, Scope
from events.source import Source
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

S = TypeVar("S", bound=msgspec.Struct)

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


# Few names, so that events are about the same things and get in each other's way.
_NAMES = {
    "party": "abc",
    "new-party-id": "abc",
    "new-provision": "pqr",
    "provision": "pqr",
    "instrument": "ij",
    "new-instrument": "ij",
    "milestone": "mn",
    "measure": "x",
    "dispute": "de",
    "new-dispute": "de",
    "agreement": "gh",
    "parties": "abc",
    "provisions": "pqr",
}
_DATES = (
    "2019",
    "2020-07",
    "2020-Q3",
    "2021-01-01",
    "2021-06-30",
    "2022",
    "2024-02-29",
)
_WHENS = (
    *(f"through {date}" for date in _DATES),
    *(f"until {date}" for date in _DATES),
    "never",
    'unknown "not published"',
    "milestone m",
    "milestone m claimed",
    "milestone n determined",
    "last milestone m",
    "measure x >= USD 1bn",
    "earliest of (milestone m determined; through 2022)",
    "latest of (milestone n; 2021-01-01)",
    "18 months after (milestone m determined) rounded down",
    "2021-06-30 unless milestone n",
    "renews every 12 months from (through 2020) unless notice 3 months before",
)
_AMOUNTS = {
    "money": ("USD 1bn", "about EUR 3m", "USD 250m per quarter"),
    "percent": ("10 %", "about 27 %", "between 30 % and 40 %"),
    "count": ("1000 shares", "at least 5 MW"),
    "unknown": ("unknown",),
}
_REPLACEMENTS: tuple[dict[str, object], ...] = (
    {"note": "read again"},
    {"effective": "2020-07"},
    {"ends": None},
    {"amount": "USD 2bn", "instrument": "j"},
    {"scope": {"activity": ["a", "b/c"]}, "sources": [{"source": "s", "title": "S"}]},
)


def names(kind: str) -> st.SearchStrategy[str]:
    """Draw the name of a party, a provision, a milestone: one of very few."""
    return st.sampled_from(_NAMES[kind])


def texts() -> st.SearchStrategy[str]:
    """Draw words with every character that there is."""
    found = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
    return found.filter(lambda words: words.strip() and words != REDACTED)


def composed_texts() -> st.SearchStrategy[str]:
    """Draw words in the normal form that identifiers have."""
    return (
        texts().map(lambda words: unicodedata.normalize("NFC", words)).filter(str.strip)
    )


def amounts(kinds: Iterable[str] = tuple(_AMOUNTS)) -> st.SearchStrategy[Quantity]:
    """Draw quantities of some kinds, the usual ones more often."""
    wanted = frozenset(kinds)
    usual = [text for kind in _AMOUNTS if kind in wanted for text in _AMOUNTS[kind]]
    return st.sampled_from(usual).map(Quantity.parse) | quantities().filter(
        lambda quantity: quantity.kind in wanted
    )


def usual_whens() -> st.SearchStrategy[When]:
    """Draw Whens as agreements have them, on few dates and milestones."""
    return st.sampled_from(_WHENS).map(When.parse)


def effectives() -> st.SearchStrategy[When]:
    """Draw when an event is effective: mostly a date, sometimes not known yet."""
    pending = ("unknown", "milestone m", "30 days after (milestone n determined)")
    return st.sampled_from((*_DATES, *_DATES, *pending)).map(When.parse)


def _several(items: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(items, min_size=1, max_size=3, unique_by=str).map(tuple)


_TEXTS = {"text": texts, "decider": composed_texts, "source": composed_texts}
_BY_KIND: dict[str, Callable[[], st.SearchStrategy[object]]] = {
    **_TEXTS,
    "parties": lambda: _several(names("parties")),
    "provisions": lambda: _several(names("provisions")),
    "names": lambda: _several(composed_texts()),
    "target": lambda: st.integers(1, 20),
    "scope": lambda: scopes().filter(bool),
    "published": lambda: st.just("unknown") | partial_dates().map(str),
    "digest": lambda: st.text("0123456789abcdef", min_size=64, max_size=64),
    "identifiers": lambda: st.dictionaries(
        slugs, composed_texts(), min_size=1, max_size=2
    ),
    "new-party": lambda: structs(Party),
    "new-parties": lambda: _several(structs(Party)),
    "price-schedule": lambda: _several(structs(PriceStep)),
    "replacement": lambda: st.sampled_from(_REPLACEMENTS),
}
_BY_TYPE: dict[object, Callable[[], st.SearchStrategy[object]]] = {
    When: lambda: usual_whens() | whens(3),
    PartialDate: lambda: (
        st.sampled_from(_DATES).map(PartialDate.parse) | partial_dates()
    ),
    bool: st.booleans,
    int: lambda: st.integers(0, 2**53 - 1),
}


def values_of(field: Field) -> st.SearchStrategy[object]:
    """Draw what a field of an event, a party or a source may hold."""
    if field.kind == "amount":
        return amounts(field.only or _AMOUNTS)
    if field.kind in _BY_KIND:
        return _BY_KIND[field.kind]()
    if field.slug:
        return names(field.kind)
    if get_origin(field.type) is Literal:
        return st.sampled_from(get_args(field.type))
    return _BY_TYPE[field.type]()


@cache
def _fields(
    cls: type[msgspec.Struct],
) -> tuple[dict[str, st.SearchStrategy[object]], dict[str, st.SearchStrategy[object]]]:
    found = fields_of(cls)
    return (
        {field.name: values_of(field) for field in found if field.required},
        {field.name: values_of(field) for field in found if not field.required},
    )


def structs(cls: type[S]) -> st.SearchStrategy[S]:
    """Draw a value that is made of fields; fields that may be absent sometimes are."""
    required, optional = _fields(cls)
    drawn = st.fixed_dictionaries(required, optional=optional)
    return drawn.map(lambda fields: cls(**fields))


@st.composite
def events_of(draw: st.DrawFn, cls: type[Event]) -> Event:
    """Draw valid events of one type."""
    event = draw(structs(cls))
    more: dict[str, object] = {"confidential": ()}
    if event.confidential and cls.REDACTABLE:
        more["confidential"] = draw(_several(st.sampled_from(cls.REDACTABLE)))
    one_of = cls.REQUIRED_ONE_OF
    if one_of and not any(getattr(event, name) for name in one_of):
        name = draw(st.sampled_from(one_of))
        more[name] = draw(_fields(cls)[1][name])
    # A percentage needs one, and several fields may hold a percentage.
    basis = fields_by_key(cls).get("basis")
    if basis is not None and basis.kind == "text" and not basis.required:
        more["basis"] = "all owners"
    return msgspec.structs.replace(event, **more)


def events(types: Iterable[str] = USER_TYPES) -> st.SearchStrategy[Event]:
    """Draw valid events of every type that users record, or of the types named."""
    return st.sampled_from([TYPES[name] for name in types]).flatmap(events_of)


@st.composite
def drafts(
    draw: st.DrawFn, types: Iterable[str] = USER_TYPES, agreement: str = "g"
) -> Draft:
    """Draw valid events with their envelopes, in one agreement."""
    event = draw(events(types))
    timeless = event.TYPE in RECORD_TYPES
    sources = st.lists(structs(Source), max_size=2).map(tuple)
    return Draft(
        agreement=agreement,
        event=event,
        effective=draw(st.none() if timeless else effectives()),
        # An event about an instrument rests on that very instrument.
        instrument=getattr(event, "instrument", draw(st.none() | names("instrument"))),
        sources=() if event.TYPE == "source-linked" else draw(sources),
        key=draw(st.none() | composed_texts()),
    )
