"""Read JSON lines: an event a line, with its agreement and perhaps its batch.

A line is decoded by the fastest reader there is, which takes the last of two members
of one name. Whether there are two is seen by writing what was read and counting: as
many names as in the line. In doubt, and whenever something is wrong, the line is read
again by the exact reader, which knows the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from events.errors import InputError
from events.reader import read_draft
from ledger.importing.batches import Record, batch_name
from ledger.importing.json_nodes import read_json
from ledger.importing.keys import Keys
from ledger.importing.lines import Line, text_of
from ledger.importing.nodes import placed, plain
from ledger.importing.pages import Page, Place

# Finds every name; in words that look like one it finds more, never fewer.
_NAME = re.compile(rb'"[ \t\r\n]*:')
# The other ways to write a quotation mark and a colon, which hide in words from the
# count what stands there in plain when it is written anew.
_HIDING = re.compile(rb"\\u00(22|3[aA])")

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def read_lines(lines: Iterable[Line], path: str, keys: Keys | None) -> Iterator[Record]:
    """Read the events of JSON lines one by one; blank lines are left out.

    Args:
        lines: the lines.
        path: what to call the file.
        keys: gives the events of the file their keys; None where they have those that
            they bring.

    Raises:
        InputError: with line and column.
    """
    for line in lines:
        if line.data.strip(b" \t\r\n"):
            fields = _fast(line.data)
            yield _record(
                _exact(line, path) if fields is None else fields, line, path, keys
            )


def _record(fields: dict[str, Any], line: Line, path: str, keys: Keys | None) -> Record:
    """Read the event of a line."""
    try:
        batch = batch_name(fields.pop("batch", None))
        draft = read_draft(fields)
    except InputError as error:
        raise _told(error, fields, line, path) from error
    keyed = draft if keys is None else keys.keyed(draft)
    return Record(batch, keyed, Place(path, line.number, 1))


def _fast(data: bytes) -> dict[str, Any] | None:
    """Decode a line, or give None where it takes a closer look."""
    try:
        fields = _decode(data)
        if (
            type(fields) is dict
            and not _HIDING.search(data)
            and _names(data) == _encode(fields).count(b'":')
        ):
            return fields
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    return None


def _names(data: bytes) -> int:
    """Count the names in a line; never too few, sometimes too many."""
    if b'" ' in data or b'"\t' in data or b'"\r' in data:
        return len(_NAME.findall(data))
    # Where no quotation is followed by a blank, none stands before a colon.
    return data.count(b'":')


def _page(line: Line, path: str) -> Page:
    return Page(path, text_of(line, path).rstrip("\r\n"), line.number)


def _exact(line: Line, path: str) -> dict[str, Any]:
    """Read a line with its places, which says what is wrong with it."""
    page = _page(line, path)
    node = read_json(page)
    fields = plain(node)
    if not isinstance(fields, dict):
        raise page.error(
            "an event is a JSON object",
            node.start,
            hint='write {"event": "…", "agreement": "…", "effective": "…"}',
        )
    return fields


def _told(
    error: InputError, fields: dict[str, Any], line: Line, path: str
) -> InputError:
    """Say where in the line something is wrong."""
    page = _page(line, path)
    node = read_json(page)
    if "event" not in fields and not {"whereas", "events"}.isdisjoint(fields):
        error = InputError(
            "this is a whole document, not an event of JSON lines",
            hint="call the file .json, or say that its format is json",
        )
    return placed(error, page, node)
