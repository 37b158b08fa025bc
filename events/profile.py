"""What JSON may hold here, so that every writer of it agrees to the byte.

RFC 8785 on a restricted profile: keys in ASCII, whole numbers within 2^53 - 1 and no
others, no half characters, at most 32 levels. Within it the fast encoders and the
standard write the same bytes, and any reader reads back what was written.

Source: RFC 8785, sections 3.1 and 3.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from events.errors import InputError

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1

_FIRST = re.compile(r"[.\[]")


def check_profile(value: object, place: str = "", depth: int = 0) -> None:
    """Refuse what cannot be written in the same bytes by everybody.

    Args:
        value: mappings, lists and values as a file's reader gives them.
        place: what to call the field that holds it.
        depth: how many levels it lies below the event.

    Raises:
        InputError: with the ``field`` in which it stands.
    """
    if not _is_plain(value, depth):
        _check(value, place, depth)


def _is_plain(  # noqa: PLR0911  # one a kind of value, the most frequent first
    value: object, depth: int
) -> bool:
    """Tell whether a value is certainly in order; nearly all are, and quickly seen."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, str):
        return value.isascii() or is_whole(value)
    if isinstance(value, dict):
        for key, inner in value.items():
            if not (isinstance(key, str) and key.isascii()):
                return False
            if not _is_plain(inner, depth + 1):
                return False
        return True
    if isinstance(value, list):
        return all(_is_plain(inner, depth + 1) for inner in value)
    if isinstance(value, int):
        return abs(value) <= MAX_INTEGER
    return value is None


def _check(value: object, place: str, depth: int) -> None:
    """Refuse what is not in order, and say where it is."""
    if depth > MAX_DEPTH:
        raise InputError(f"more than {MAX_DEPTH} levels", field=_FIRST.split(place)[0])
    match value:
        case str():
            _check_text(value, place)
        case bool() | None:
            pass
        case int():
            _check_integer(value, place)
        case float():
            raise InputError(
                f"{value!r} is not a whole number",
                field=place,
                hint='write numbers with a fraction in quotes: "27.5 %"',
            )
        case Mapping():
            for key, inner in value.items():
                _check_key(key, place)
                _check(inner, f"{place}.{key}".removeprefix("."), depth + 1)
        case list() | tuple():
            for at, inner in enumerate(value):
                _check(inner, f"{place}[{at}]", depth + 1)
        case _:
            # Dates and values that have been read already; the fields decide.
            pass


def is_whole(text: str) -> bool:
    """Tell whether no character of a text is half of a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _check_text(text: str, place: str) -> None:
    """Refuse half of a surrogate pair, which no encoding can write."""
    if not is_whole(text):
        raise InputError(
            "half a character", field=place, hint="the text was cut or misread"
        )


def _check_integer(number: int, place: str) -> None:
    """Refuse a number that some readers of JSON would round."""
    if abs(number) > MAX_INTEGER:
        raise InputError(f"the number is beyond {MAX_INTEGER}", field=place)


def _check_key(key: object, place: str) -> None:
    """Refuse a key whose place in a sorted object depends on the encoding."""
    if not isinstance(key, str) or not key.isascii():
        here = f"{place}.{key}".removeprefix(".")
        raise InputError(f"{key!r} is not the name of a field", field=here)
