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
                check_profile(inner, f"{place}.{key}".removeprefix("."), depth + 1)
        case list() | tuple():
            for at, inner in enumerate(value):
                check_profile(inner, f"{place}[{at}]", depth + 1)
        case _:
            # Dates and values that have been read already; the fields decide.
            pass


def _check_text(text: str, place: str) -> None:
    """Refuse half of a surrogate pair, which no encoding can write."""
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            "half a character", field=place, hint="the text was cut or misread"
        ) from error


def _check_integer(number: int, place: str) -> None:
    """Refuse a number that some readers of JSON would round."""
    if abs(number) > MAX_INTEGER:
        raise InputError(f"the number is beyond {MAX_INTEGER}", field=place)


def _check_key(key: object, place: str) -> None:
    """Refuse a key whose place in a sorted object depends on the encoding."""
    if not isinstance(key, str) or not key.isascii():
        here = f"{place}.{key}".removeprefix(".")
        raise InputError(f"{key!r} is not the name of a field", field=here)
