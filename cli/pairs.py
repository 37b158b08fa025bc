"""Read values that are made of fields: ``id=alpha,name="Alpha, Inc."`` or JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from events.errors import InputError

_PAIR = re.compile(
    r"""\s* ([a-z0-9_.-]+) \s*=\s* (?: "((?:[^"\\]|\\.)*)" | ([^,"]*) ) \s* (?:,|$)""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)")


def read_fields(text: str, place: str, first: str = "id") -> Any:
    """Read a value that has fields.

    Args:
        text: ``name=value`` pairs with commas between them, values with a comma in
            quotes; or a JSON object. A dot goes inside: ``identifiers.lei=…``.
        place: what to call the value in an error.
        first: the field that is meant by a word without ``=`` at the beginning.

    Raises:
        InputError: it is neither, with the column.
    """
    if text.lstrip().startswith("{"):
        return read_json(text, place)
    read: dict[str, Any] = {}
    at = 0
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None:
            raise InputError(
                "this is not a field with its value",
                field=place,
                excerpt=text,
                column=at + 1,
                hint=_hint(text, at, place, first),
            )
        name, quoted, bare = found.groups()
        value = bare.strip() if quoted is None else _ESCAPE.sub(r"\1", quoted)
        _put(read, name, value, place)
        at = found.end()
    return read


def _hint(text: str, at: int, place: str, first: str) -> str:
    """Say how fields are written, with what was meant where that can be told."""
    named = f"{first}={text}"
    if at == 0 and "=" not in text.partition(",")[0] and _PAIR.match(named):
        return f"write {place} '{named}'"
    if any(quote in text for quote in "“”„«»"):
        return 'quotation marks are straight: quote="a value, with a comma"'
    return (
        f"write {place} 'name=value,name=\"a value, with a comma\"', or a JSON object"
    )


def read_json(text: str, place: str) -> Any:
    """Read a JSON value; what stands in it twice is refused.

    Raises:
        InputError: it is not JSON, with the column.
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InputError(
            f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}",
            field=place,
            excerpt=text.splitlines()[error.lineno - 1] if text.strip() else None,
            column=error.colno,
            hint='write for example {"id": "alpha", "name": "Alpha, Inc."}',
        ) from error
    except InputError as error:
        error.facts.setdefault("field", place)
        raise


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members, each given once."""
    read: dict[str, Any] = {}
    for name, value in pairs:
        if name in read:
            raise InputError(f"{name} is given twice")
        read[name] = value
    return read


def _put(read: dict[str, Any], name: str, value: str, place: str) -> None:
    """Put a value where its dotted name says."""
    *outer, last = name.split(".")
    for part in outer:
        inner = read.setdefault(part, {})
        if not isinstance(inner, dict):
            raise InputError(f"{part} is given twice", field=place)
        read = inner
    if last in read:
        raise InputError(f"{name} is given twice", field=place)
    read[last] = value
