"""Read events from another program: a JSON object a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cli.pairs import read_json
from events.entry import Draft
from events.errors import InputError
from events.reader import read_draft

NAME = "stdin"


def drafts(lines: Iterable[str]) -> list[Draft]:
    """Read events; empty lines are left out.

    Args:
        lines: JSON objects, each with the members of an event in an import file.

    Raises:
        InputError: a line cannot be read; with the number of the line.
    """
    return [_draft(text, at) for at, text in enumerate(lines, 1) if text.strip()]


def _draft(text: str, line: int) -> Draft:
    """Read the event of a line."""
    try:
        return read_draft(_object(text.rstrip("\r\n")))
    except InputError as error:
        field = error.text("field")
        facts = {**error.facts, "path": NAME, "line": line}
        message = str(error)
        if field and not message.startswith(field):
            message = f"{field}: {message}"
        raise InputError(message, hint=error.hint, **facts) from error


def _object(text: str) -> dict[str, Any]:
    """Read a JSON object."""
    hint = 'write {"event": "…", "agreement": "…", "effective": "…"}'
    try:
        read = read_json(text, "")
    except InputError as error:
        raise InputError(str(error), hint=hint, **error.facts) from error
    if isinstance(read, dict):
        return read
    raise InputError("an event is a JSON object", hint=hint)
