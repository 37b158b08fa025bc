"""Apply a correction to the event that it corrects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from events.codec import placeholder
from events.entry import Entry, encoded_sources
from events.envelope_reader import read_effective, read_instrument
from events.fields import fields_by_key
from events.quantity import REDACTED
from events.reader import merged
from events.replacement import REPLACEABLE_KEYS
from events.source_reader import read_sources

WITHHELD = {REDACTED: REDACTED}


def corrected(entry: Entry, replacement: Mapping[str, Any]) -> Entry:
    """Read an entry as a correction says that it should have been.

    Args:
        entry: the event corrected, perhaps corrected before.
        replacement: as the correction holds it: fields of the event's type and, of
            the envelope, ``effective``, ``instrument`` and ``sources``. ``None`` takes
            a field away. A replacement that was withheld makes every value that can
            be withheld unknown, because any of them may have been replaced.

    Returns:
        Another entry with the same number and position. The bytes in its envelope
        (``data``) stay those of the event as it was recorded.

    Raises:
        InputError: the result is not a valid event of its type.
    """
    if replacement == WITHHELD:
        return _withheld(entry)
    names = fields_by_key(type(entry.event))
    # A type that is about an instrument has a field of that name too.
    own = {
        key: value
        for key, value in replacement.items()
        if key not in REPLACEABLE_KEYS or key in names
    }
    return Entry(
        msgspec.structs.replace(entry.envelope, **_envelope(entry, replacement)),
        merged(entry.event, own),
        tuple(name for name in entry.redacted if name not in own),
    )


def _envelope(entry: Entry, replacement: Mapping[str, Any]) -> dict[str, Any]:
    """Read those members of the envelope that are replaced."""
    found: dict[str, Any] = {}
    if "effective" in replacement:
        given = replacement["effective"]
        found["effective"] = read_effective(type(entry.event), given)
    if "instrument" in replacement:
        found["instrument"] = read_instrument(replacement["instrument"])
    if "sources" in replacement:
        found["sources"] = encoded_sources(read_sources(replacement["sources"] or ()))
    return found


def _withheld(entry: Entry) -> Entry:
    """Withhold every value of an entry that can be withheld."""
    cls = type(entry.event)
    values = {name: placeholder(cls, name) for name in cls.REDACTABLE}
    event = msgspec.structs.replace(entry.event, **values)
    return Entry(entry.envelope, event, cls.REDACTABLE)
