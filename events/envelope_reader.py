"""Read what every event carries beside its own fields: the date, the instrument."""

from __future__ import annotations

from events import words
from events.base import Event
from events.catalogue import RECORD_TYPES
from events.errors import InputError
from events.expressions import Never
from events.when import When

ENVELOPE_KEYS = ("agreement", "effective", "event", "instrument", "key", "sources")


def read_effective(cls: type[Event], value: object) -> When | None:
    """Read when an event is effective: a date or a When, but not never.

    Raises:
        InputError: there is none and the type needs one.
    """
    if value is None:
        if cls.TYPE in RECORD_TYPES:
            return None
        raise InputError(
            f"{cls.TYPE} needs an effective date",
            field="effective",
            hint="give a date (2019, 2019-07, 2019-07-22), a When, or unknown",
        )
    return effective_when(value, "effective")


def effective_when(value: object, place: str) -> When:
    """Read a date or a When on which something may happen."""
    effective = words.when(value, place)
    if isinstance(effective.expr, Never):
        raise InputError(
            "what is never effective does not happen",
            field=place,
            hint="write unknown if nobody knows the date",
        )
    return effective


def read_instrument(value: object, place: str = "instrument") -> str | None:
    """Read the instrument that an event rests on, if it names one."""
    return None if value is None else words.slug(value, place)
