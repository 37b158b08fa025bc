"""Read what a correction puts in the place of an event's fields.

Which event it corrects is known to the ledger alone. Here is refused what would be
wrong for every type; the rest is read when the correction is applied
(:mod:`events.correction`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from events.catalogue import TYPES, USER_TYPES
from events.envelope_reader import effective_when, read_instrument
from events.errors import InputError, did_you_mean
from events.fields import Reader, fields_by_name, reader_of
from events.source_reader import Known, read_sources
from events.values import enc_hook

# What an event is cannot be put right: another one has to be recorded.
FIXED_KEYS = ("agreement", "event", "key")
REPLACEABLE_KEYS = ("effective", "instrument", "sources")


def read_replacement(given: Mapping[str, Any], known: Known = None) -> dict[str, Any]:
    """Read a replacement, with the sources that it cites made whole.

    Args:
        given: fields of some type and of the envelope; ``None`` takes a field away.
        known: what the file says of sources, by their ids.

    Raises:
        InputError: a field that no type has, or a value that none would take.
    """
    return {key: _read(key, value, known) for key, value in given.items()}


def _read(key: str, value: object, known: Known) -> object:
    """Read one field of a replacement."""
    place = f"replacement.{key}"
    if key in FIXED_KEYS:
        raise InputError(
            f"a correction does not change {key}",
            field=place,
            hint="retract the event and record it again",
        )
    if value is None:
        return None
    if key == "sources":
        sources = read_sources(value, known, place)
        return msgspec.to_builtins(sources, enc_hook=enc_hook)
    if key == "effective":
        return effective_when(value, place).text
    if key == "instrument":
        return read_instrument(value, place)
    readers = _readers().get(key)
    if readers is None:
        raise InputError(
            f"no event has a field {key}",
            field=place,
            about="name",
            hint=did_you_mean(key, [*_readers(), *REPLACEABLE_KEYS]),
        )
    _check_somewhere(readers, value, place)
    return value


@cache
def _readers() -> dict[str, tuple[Reader, ...]]:
    """Collect, by the name of a field, what reads it in the types that have it."""
    found: dict[str, dict[Reader, None]] = {}
    for cls in map(TYPES.__getitem__, USER_TYPES):
        for name, field in fields_by_name(cls).items():
            found.setdefault(name, {})[reader_of(field)] = None
    return {name: tuple(readers) for name, readers in found.items()}


def _check_somewhere(readers: tuple[Reader, ...], value: object, place: str) -> None:
    """Refuse a value that no type takes in a field of that name."""
    refusal: InputError | None = None
    for read in readers:
        try:
            read(value, place)
        except InputError as error:
            refusal = refusal or error
        else:
            return
    if refusal is not None:
        raise refusal
