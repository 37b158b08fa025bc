"""Read an event as people write it: a mapping of fields, from a file or a command.

The reader is the only door through which an event comes in. It checks everything
that can be checked without the ledger: names, shapes, values and their kinds. What
it refuses is an :class:`~events.errors.InputError` whose ``field`` says where.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from events import words
from events.base import Event
from events.catalogue import SYSTEM_TYPES, TYPES, USER_TYPES, Field, fields_of
from events.entry import Draft
from events.envelope_reader import ENVELOPE_KEYS, read_effective, read_instrument
from events.errors import InputError, did_you_mean
from events.fields import (
    aliases_of,
    build,
    fields_by_key,
    kebab,
    no_such_field,
    read_fields,
)
from events.profile import check_profile
from events.record import EventCorrected, SourceLinked
from events.replacement import read_replacement
from events.source_reader import Known, read_sources, with_details


def read_draft(
    fields: Mapping[str, Any],
    *,
    agreement: str | None = None,
    known_sources: Known = None,
) -> Draft:
    """Read one event with its envelope.

    Args:
        fields: the envelope and the type's fields side by side, as in a file.
        agreement: the agreement where the fields do not name one.
        known_sources: details of sources by id, which ``sources`` may refer to; None
            where sources are taken as they come.

    Returns:
        The draft, validated by itself (not against the ledger).

    Raises:
        InputError: with ``field`` naming the place, for example ``parties[0].id``.
    """
    cls = type_named(fields.get("event"))
    check_profile(fields)
    given = {key: value for key, value in fields.items() if value is not None}
    named = given.get("agreement", agreement)
    if named is None:
        raise InputError("no agreement is named", field="agreement")
    return Draft(
        agreement=words.slug(named, "agreement"),
        event=read_event(cls, _own(cls, given, known_sources)),
        effective=read_effective(cls, given.get("effective")),
        instrument=read_instrument(given.get("instrument")),
        sources=read_sources(given.get("sources", ()), known_sources),
        key=words.identifier(given["key"], "key") if "key" in given else None,
    )


def type_named(name: object, field: str | None = "event") -> type[Event]:
    """Find an event type by its CamelCase or kebab-case name.

    Args:
        name: what was written for a name.
        field: where it was written, if that has a name.

    Raises:
        InputError: no such type, with the nearest name as a hint.
    """
    if not isinstance(name, str):
        raise InputError(
            "no event type is named",
            field=field,
            hint="write for example event: InvestmentMade",
        )
    if kebab(name) not in USER_TYPES:
        raise no_type(name, field)
    return TYPES[kebab(name)]


def no_type(name: str, field: str | None = None) -> InputError:
    """Word the refusal of a name that is of no type, or of none that people record."""
    plain = kebab(name)
    told, meant = f"there is no event type {name}", did_you_mean(plain, USER_TYPES)
    if plain in SYSTEM_TYPES:
        told, meant = f"only the ledger itself records {plain}", None
    hint = meant or "whereas append -h lists the types"
    return InputError(told, hint=hint, field=field, word=name)


def read_event(cls: type[Event], fields: Mapping[str, Any]) -> Event:
    """Read the fields of one event type, without an envelope.

    Raises:
        InputError: an unknown, missing or ill-formed field.
    """
    return _whole(cls, read_fields(cls, fields))


def merged(event: Event, replacement: Mapping[str, Any]) -> Event:
    """Read an event again with some of its fields replaced.

    Args:
        event: as it was recorded; values withheld from it stay withheld.
        replacement: fields of its type; ``None`` takes a field away.

    Raises:
        InputError: the result is not a valid event of its type.
    """
    cls = type(event)
    replaced = read_fields(cls, replacement)
    known, aliases = fields_by_key(cls), aliases_of(cls)
    away = {aliases.get(key, key) for key in replacement if replacement[key] is None}
    kept = {
        field.name: getattr(event, field.name)
        for key, field in known.items()
        if key not in away
    }
    return _whole(cls, {**kept, **replaced})


def _own(cls: type[Event], given: Mapping[str, Any], known: Known) -> Mapping[str, Any]:
    """Take the type's own fields out of those of the envelope.

    ``instrument`` is both for a type that is about an instrument.
    """
    names = fields_by_key(cls)
    own = {k: v for k, v in given.items() if k not in ENVELOPE_KEYS or k in names}
    if cls is SourceLinked:
        if given.get("sources"):
            raise InputError(
                f"{cls.TYPE} carries one source",
                field="sources",
                hint="write source: and at: beside target:",
            )
        return with_details(own, known)
    if cls is EventCorrected and isinstance(own.get("replacement"), Mapping):
        return {**own, "replacement": read_replacement(own["replacement"], known)}
    return own


def _whole(cls: type[Event], read: Mapping[str, Any]) -> Event:
    """Make an event of its fields after checking what concerns several at once."""
    event = cast("Event", build(cls, read))
    one_of = cls.REQUIRED_ONE_OF
    if one_of and not any(getattr(event, name) for name in one_of):
        raise InputError(
            f"{cls.TYPE} needs one of {', '.join(one_of)}", field=one_of[0]
        )
    for field in _quantities(cls):
        _check_basis(event, field)
    for at, name in enumerate(event.confidential):
        _check_confidential(cls, name, f"confidential[{at}]")
    return event


@cache
def _quantities(cls: type[Event]) -> tuple[Field, ...]:
    """List the fields of a type that may hold a percentage."""
    return tuple(f for f in fields_of(cls) if f.kind == "amount" and f.basis)


def _check_basis(event: Event, field: Field) -> None:
    """Refuse a percentage that does not say of what."""
    quantity, basis = getattr(event, field.name), field.basis or ""
    if quantity is None or quantity.kind != "percent" or getattr(event, basis):
        return
    raise InputError(
        f"{field.key} is a percentage without a basis",
        field=field.key,
        hint=f'say of what, for example {basis}: "as-converted diluted"',
    )


def _check_confidential(cls: type[Event], name: str, place: str) -> None:
    """Refuse to promise that a value can be withheld where it cannot."""
    if name not in fields_by_key(cls):
        raise no_such_field(cls, name, place)
    if name not in cls.REDACTABLE:
        raise InputError(
            f"{name} of {cls.TYPE} cannot be withheld",
            field=place,
            hint=f"these can: {', '.join(cls.REDACTABLE)}",
        )
