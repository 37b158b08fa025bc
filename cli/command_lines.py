"""Write the example of an event type as a command that can be pasted."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

from cli.fields import needs_effective, option
from events.base import Event
from events.catalogue import Field, effect_and_example
from events.fields import fields_by_name
from events.scope import read_scope, scope_text


def command_line(cls: type[Event], agreement: str = "alpha-beta") -> str:
    """Write the command that records the example of a type."""
    _, _, example = effect_and_example(cls)
    words = ["whereas", "append", cls.TYPE, agreement]
    if needs_effective(cls):
        words += ["--effective", "2025-10-28"]
    fields = fields_by_name(cls)
    for name, value in _object(example).items():
        words += _words(fields[name], value)
    return shlex.join(words)


def _object(example: str) -> dict[str, Any]:
    """Read an example."""
    read: dict[str, Any] = json.loads(example)
    return read


def _words(field: Field, value: Any) -> Iterator[str]:
    """Write a field as an option with its value, as often as it has values."""
    name = f"--{option(field)}"
    if field.kind == "replacement":
        yield from (name, json.dumps(value))
    elif field.kind == "scope":
        for box in read_scope(value):
            yield from (name, scope_text((box,)).replace(" ", "=", 1))
    elif isinstance(value, bool):
        yield name if value else name.replace("--", "--no-")
    elif isinstance(value, list):
        for item in value:
            yield from _words(field, item)
    elif isinstance(value, dict):
        yield from (name, ",".join(f"{k}={_quoted(v)}" for k, v in value.items()))
    elif field.kind == "target":
        yield from (name, f"@{value}")
    else:
        yield from (name, str(value))


def _quoted(value: object) -> str:
    """Put a value in quotes where a comma would end it."""
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if set(',"') & set(text) else text
