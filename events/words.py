"""The plain values of fields: words, identifiers, references, choices.

Every function takes the value as a file's reader gives it and the place where it
stands, and gives it back checked. What it refuses is an
:class:`~events.errors.InputError` whose ``field`` is that place.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from events.dates import parse_date
from events.errors import InputError, did_you_mean
from events.expressions import check_slug, is_slug
from events.profile import MAX_INTEGER
from events.quantity import REDACTED, Quantity
from events.source import DIGEST_PATTERN
from events.when import When

Given = TypeVar("Given")
Read = TypeVar("Read")

_DIGEST = re.compile(DIGEST_PATTERN)


def at(place: str, read: Callable[[Given], Read], value: Given) -> Read:
    """Read a value and say in which field it stood if it cannot be read."""
    try:
        return read(value)
    except InputError as error:
        error.facts.setdefault("field", place)
        raise


def text(value: object, place: str) -> str:
    """Check words: not empty, not a number, a date or a mapping."""
    if not isinstance(value, str):
        shown = value.isoformat() if isinstance(value, dt.date) else value
        raise InputError(
            f"{place} takes words, not {shown}",
            field=place,
            hint="put it in quotes if it looks like a number or a date",
        )
    if not value.strip():
        raise InputError(
            f"{place} is empty", field=place, hint="leave it out if nothing is known"
        )
    if value == REDACTED:
        raise InputError(
            f"{REDACTED} stands for what was withheld and cannot be recorded",
            field=place,
        )
    # A file's reader may have a class of its own for quoted words.
    return str(value)


def identifier(value: object, place: str) -> str:
    """Check words that others are matched with: one spelling has one encoding.

    Source: Unicode Standard Annex 15, normalization form C.
    """
    words = text(value, place)
    if not unicodedata.is_normalized("NFC", words):
        raise InputError(
            f"{place} is not in the composed form of Unicode (NFC)",
            field=place,
            hint=f"write {unicodedata.normalize('NFC', words)}",
        )
    return words


def slug(value: object, place: str) -> str:
    """Check an id."""
    if type(value) is str and is_slug(value):
        return value
    words = str(value)
    at(place, check_slug, words)
    if not isinstance(value, str):
        raise InputError(
            f"{place} takes an id, not {value!r}",
            field=place,
            hint=f'put it in quotes if it is one: "{words}"',
        )
    return words


def several(
    read: Callable[[object, str], Read], value: object, place: str
) -> tuple[Read, ...]:
    """Read a list, or one that stands alone; refuse what stands in it twice."""
    if not isinstance(value, list | tuple):
        return (read(value, place),)
    found = tuple(read(item, f"{place}[{n}]") for n, item in enumerate(value))
    for n, item in enumerate(found):
        if item in found[:n]:
            raise InputError(f"{item} is given twice", field=f"{place}[{n}]")
    return found


def choice(value: object, place: str, choices: Sequence[str]) -> str:
    """Check one of a few words."""
    if value not in choices:
        words = str(value)
        raise InputError(
            f"{place} is not {words}",
            field=place,
            hint=did_you_mean(words, choices) or f"it is one of {', '.join(choices)}",
        )
    return str(value)


def flag(value: object, place: str) -> bool:
    """Check a yes or no."""
    if not isinstance(value, bool):
        raise InputError(f"{place} takes true or false, not {value!r}", field=place)
    return value


def target(value: object, place: str) -> int:
    """Read an event reference: ``5`` or ``@5``."""
    words = str(value).removeprefix("@")
    known = not isinstance(value, bool) and words.isascii() and words.isdigit()
    if not known or not 0 < int(words[:17]) <= MAX_INTEGER:
        raise InputError(
            f"{place} takes an event as @N, not {value}",
            field=place,
            hint="history shows the numbers",
        )
    return int(words)


def quantity(value: object, place: str, only: Sequence[str] = ()) -> Quantity:
    """Read a quantity of one of the kinds named, of any kind if none is."""
    if not isinstance(value, str | Quantity):
        raise InputError(
            f"{place} takes a quantity in words, not {value!r}",
            field=place,
            hint=f'write for example {place}: "USD 12bn" or "27 %"',
        )
    read = at(place, Quantity.parse, str(value))
    if read.kind == "redacted":
        text(REDACTED, place)
    if only and read.kind not in only:
        raise InputError(f"{place} takes {' or '.join(only)}, not {read}", field=place)
    return read


def when(value: object, place: str) -> When:
    """Read a When from text, a date, a bare year or its JSON form."""
    return value if isinstance(value, When) else at(place, When.from_json, value)


def published(value: object, place: str) -> str:
    """Read when a source was published: a partial date or ``unknown``."""
    return "unknown" if value == "unknown" else str(at(place, parse_date, value))


def digest(value: object, place: str) -> str:
    """Check the SHA-256 of a document."""
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise InputError(
            f"{place} takes 64 hexadecimal digits in small letters", field=place
        )
    return str(value)


def identifiers(value: object, place: str) -> dict[str, str]:
    """Read identifiers by their scheme."""
    if not isinstance(value, Mapping):
        raise InputError(
            f"{place} maps schemes to identifiers; {value!r} does not",
            field=place,
            hint="write for example {lei: INR2EJN1ERAN0W5ZP974}",
        )
    return {
        identifier(scheme, place): identifier(words, f"{place}.{scheme}")
        for scheme, words in value.items()
    }
