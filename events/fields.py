"""Read the fields of an event type, a party, a source: each by its kind.

The annotations of a type say everything: what a field is called, what its words may
be and whether it must be there. Nothing here names a type or a field.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from typing import Any, Literal, get_args, get_origin

import msgspec

from events import words
from events.base import Event, PriceStep
from events.catalogue import Field, fields_of
from events.dates import PartialDate, parse_date
from events.envelope_reader import ENVELOPE_KEYS
from events.errors import InputError, did_you_mean
from events.frame import Party
from events.profile import check_profile
from events.quantity import Quantity
from events.scope import Scope, read_scope
from events.when import When
from events.written import Written

Reader = Callable[[Any, str], Any]

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=1_024)
def kebab(name: str) -> str:
    """Write a CamelCase name in small letters with hyphens."""
    return _CAMEL.sub("-", name).lower()


def read_fields(
    cls: type[msgspec.Struct], fields: Mapping[str, Any], place: str = ""
) -> dict[str, Any]:
    """Read the fields that are given; ``None`` is as good as not given.

    Args:
        cls: the type whose fields they are.
        fields: as in a file, by the names or aliases of the fields.
        place: what holds them, for example ``parties[0]``; nothing for an event.

    Returns:
        The values by the names that the type's constructor takes.

    Raises:
        InputError: an unknown field, one given twice, or one that cannot be read.
    """
    readers = _readers(cls)
    read: dict[str, Any] = {}
    for key, value in fields.items():
        here = f"{place}.{key}" if place else key
        if key not in readers:
            raise no_such_field(cls, key, here)
        field, reader = readers[key]
        if field.name in read:
            raise InputError(f"{field.key} is given twice", field=here, about="name")
        if value is not None:
            read[field.name] = reader(value, here)
    return read


def build(
    cls: type[msgspec.Struct], read: Mapping[str, Any], place: str = ""
) -> msgspec.Struct:
    """Make a value of its fields after checking that none is missing.

    Raises:
        InputError: a field that the type needs is not there, or is empty.
    """
    for field in _required(cls):
        if read.get(field.name, ()) in ((), {}):
            raise InputError(
                f"{label(cls)} needs {field.key}",
                field=f"{place}.{field.key}".removeprefix("."),
            )
    if defaults := _default_words(cls):
        # What goes without saying is left out of the bytes also where it was said, but
        # only if it is the very object that the type has for a default.
        read = {n: v for n, v in read.items() if n not in defaults or v != defaults[n]}
    return cls(**read)


@cache
def _required(cls: type[msgspec.Struct]) -> tuple[Field, ...]:
    """List the fields that a type needs."""
    return tuple(field for field in fields_of(cls) if field.required)


@cache
def _default_words(cls: type[msgspec.Struct]) -> dict[str, str]:
    """Find the words that fields of a type hold where nothing is said."""
    infos = msgspec.structs.fields(cls)
    return {i.name: i.default for i in infos if isinstance(i.default, str)}


def read_struct(cls: type[msgspec.Struct], value: object, place: str) -> msgspec.Struct:
    """Read a value that is made of fields."""
    if isinstance(value, cls):
        return value
    if not isinstance(value, Mapping):
        names = ", ".join(field.key for field in fields_of(cls))
        raise InputError(
            f"a {label(cls)} has fields; {value!r} has none",
            field=place,
            hint=f"the fields are {names}",
        )
    return build(cls, read_fields(cls, value, place), place)


@cache
def fields_by_key(cls: type[msgspec.Struct]) -> dict[str, Field]:
    """Index the fields of a type by the names that files use."""
    return {field.key: field for field in fields_of(cls)}


@cache
def fields_by_name(cls: type[msgspec.Struct]) -> dict[str, Field]:
    """Index the fields of a type by every name that files may use, aliases too."""
    known = fields_by_key(cls)
    return known | {alias: known[key] for alias, key in aliases_of(cls).items()}


def aliases_of(cls: type[msgspec.Struct]) -> dict[str, str]:
    """Give the other names that files may use, and what they stand for."""
    found: dict[str, str] = getattr(cls, "ALIASES", {})
    return found


def label(cls: type[msgspec.Struct]) -> str:
    """Name a type in a message."""
    return str(getattr(cls, "TYPE", kebab(cls.__name__).replace("-", " ")))


def no_such_field(cls: type[msgspec.Struct], key: str, place: str) -> InputError:
    """Word the refusal of a field that a type has not."""
    names = fields_by_name(cls)
    around = ENVELOPE_KEYS if issubclass(cls, Event) else ()
    return InputError(
        f"{label(cls)} has no field {key}",
        field=place,
        # What is wrong is the name and not the value: a file points there.
        about="name",
        hint=did_you_mean(key, [*names, *around])
        or f"the fields are {', '.join(names)}",
    )


@cache
def _readers(cls: type[msgspec.Struct]) -> dict[str, tuple[Field, Reader]]:
    """Index fields and what reads them by every name that files may use."""
    return {n: (field, reader_of(field)) for n, field in fields_by_name(cls).items()}


@cache
def reader_of(field: Field) -> Reader:
    """Find what reads a field: by its kind, otherwise by its type."""
    if field.kind == "amount":
        return partial(words.quantity, only=field.only)
    if found := _BY_KIND.get(field.kind):
        return found
    if field.slug:
        return words.slug
    if get_origin(field.type) is Literal:
        return partial(words.choice, choices=get_args(field.type))
    return _BY_TYPE[field.type]


def _date(value: object, place: str) -> PartialDate:
    """Read a partial date."""
    return words.at(place, parse_date, value)


def _scope(value: object, place: str) -> Scope:
    """Read a scope."""
    return words.at(place, read_scope, value)


def _replacement(value: object, place: str) -> dict[str, Any]:
    """Read what a correction puts in place, as plain JSON.

    Which type it is for is known to the ledger alone, so the fields are read when it
    is applied (:mod:`events.correction`).
    """
    if not isinstance(value, Mapping) or not value:
        raise InputError(
            f"{place} maps fields to what they should have been",
            field=place,
            hint='write for example {amount: "USD 12bn"}',
        )
    check_profile(value, place)
    return {key: _plain(inner, f"{place}.{key}") for key, inner in value.items()}


def _plain(value: object, place: str) -> object:
    """Write values that a file's reader has typed as their text again."""
    match value:
        case dt.datetime():
            raise InputError(f"{value} is a point in time", field=place)
        case dt.date():
            return value.isoformat()
        case Mapping():
            return {key: _plain(v, f"{place}.{key}") for key, v in value.items()}
        case list() | tuple():
            return [_plain(v, f"{place}[{n}]") for n, v in enumerate(value)]
        case bool() | int() | None:
            return value
        case str():
            return str(value)
        case Written():
            return value.text
        case _:
            raise InputError(f"{value!r} cannot be recorded", field=place)


_party = partial(read_struct, Party)

_BY_KIND: dict[str, Reader] = {
    "parties": partial(words.several, words.slug),
    "provisions": partial(words.several, words.slug),
    "names": partial(words.several, words.identifier),
    "decider": words.identifier,
    "text": words.text,
    "target": words.target,
    "scope": _scope,
    "source": words.identifier,
    "published": words.published,
    "digest": words.digest,
    "identifiers": words.identifiers,
    "new-party": _party,
    "new-parties": partial(words.several, _party),
    "price-schedule": partial(words.several, partial(read_struct, PriceStep)),
    "replacement": _replacement,
}
_BY_TYPE: dict[object, Reader] = {
    When: words.when,
    PartialDate: _date,
    Quantity: words.quantity,
    bool: words.flag,
}
