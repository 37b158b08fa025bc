"""Read an event as people write it: a mapping of fields, from a file or a command.

The reader is the only door through which an event comes in. It checks everything
that can be checked without the ledger: names, shapes, values and their kinds. What
it refuses is an :class:`~events.errors.InputError` whose ``field`` says where.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from events.base import SLUG_PATTERN, Event
from events.catalogue import RECORD_TYPES, TYPES, USER_TYPES, Field, fields_of
from events.codec import REDACTED
from events.dates import parse_date
from events.entry import Draft
from events.errors import InputError
from events.quantity import Quantity
from events.scope import read_scope
from events.source import Source
from events.values import dec_hook
from events.when import When

ENVELOPE_KEYS = ("agreement", "effective", "event", "instrument", "key", "sources")

_SLUG = re.compile(SLUG_PATTERN)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_AT = re.compile(r"^(.*) - at `\$(.*)`$", re.DOTALL)


def read_draft(
    fields: Mapping[str, Any],
    *,
    agreement: str | None = None,
    known_sources: Mapping[str, Mapping[str, Any]] | None = None,
) -> Draft:
    """Read one event with its envelope.

    Args:
        fields: the envelope and the type's fields side by side, as in a file.
        agreement: the agreement where the fields do not name one.
        known_sources: details of sources by id, which ``sources`` may refer to.

    Returns:
        The draft, validated by itself (not against the ledger).

    Raises:
        InputError: with ``field`` naming the place, for example ``parties[0].id``.
    """
    cls = type_named(fields.get("event"))
    named = fields.get("agreement", agreement)
    if named is None:
        raise InputError("no agreement is named", field="agreement")
    own = {k: v for k, v in fields.items() if k not in ENVELOPE_KEYS}
    effective = fields.get("effective")
    if cls.TYPE in {"source-linked"}:
        own = _with_source_details(own, known_sources or {})
    if effective is None and cls.TYPE not in RECORD_TYPES:
        raise InputError(
            f"{cls.TYPE} needs an effective date",
            field="effective",
            hint="give a date (2019, 2019-07, 2019-07-22), a When, or unknown",
        )
    return Draft(
        agreement=_slug(named, "agreement"),
        event=read_event(cls, own),
        effective=None if effective is None else _when(effective, "effective"),
        instrument=_optional_slug(fields.get("instrument"), "instrument"),
        sources=read_sources(fields.get("sources") or (), known_sources or {}),
        key=_optional_text(fields.get("key"), "key"),
    )


def type_named(name: object) -> type[Event]:
    """Find an event type by its CamelCase or kebab-case name.

    Raises:
        InputError: no such type, with the nearest name as a hint.
    """
    if not isinstance(name, str):
        raise InputError("no event type is named", field="event")
    found = TYPES.get(_CAMEL.sub("-", name).lower())
    if found is None or found.TYPE not in USER_TYPES:
        raise InputError(
            f"unknown event type {name}",
            field="event",
            hint=_did_you_mean(_CAMEL.sub("-", name).lower(), USER_TYPES),
        )
    return found


def read_event(cls: type[Event], fields: Mapping[str, Any]) -> Event:
    """Read the fields of one event type, without an envelope.

    Raises:
        InputError: an unknown, missing or ill-formed field.
    """
    known = _fields_by_key(cls)
    aliases: dict[str, str] = getattr(cls, "ALIASES", {})
    read: dict[str, Any] = {}
    for key, value in fields.items():
        field = known.get(aliases.get(key, key))
        if field is None:
            raise InputError(
                f"{cls.TYPE} has no field {key}",
                field=key,
                hint=_did_you_mean(key, [*known, *aliases]),
            )
        if field.key in read:
            raise InputError(f"{field.key} is given twice", field=key)
        if value is not None:
            read[field.key] = _value(field, key, value)
    try:
        event = msgspec.convert(read, cls, dec_hook=dec_hook)
    except msgspec.ValidationError as error:
        raise _input_error(cls, error) from error
    _check_whole(cls, event)
    return event


def merged(event: Event, replacement: Mapping[str, Any]) -> Event:
    """Read an event again with some fields replaced; ``None`` takes a field away.

    Raises:
        InputError: the result is not a valid event of its type.
    """
    cls = type(event)
    fields: dict[str, Any] = msgspec.to_builtins(event, enc_hook=str)
    aliases: dict[str, str] = getattr(cls, "ALIASES", {})
    fields.update({aliases.get(key, key): value for key, value in replacement.items()})
    return read_event(cls, fields)


def read_sources(
    value: object, known: Mapping[str, Mapping[str, Any]]
) -> tuple[Source, ...]:
    """Read the sources of an event: ids of known sources, or mappings.

    Raises:
        InputError: an unknown field, or a source that is neither known nor titled.
    """
    items: Sequence[object] = value if isinstance(value, list | tuple) else [value]
    return tuple(_source(item, at, known) for at, item in enumerate(items))


def _source(item: object, at: int, known: Mapping[str, Mapping[str, Any]]) -> Source:
    """Read one source, with the details of the known source it names."""
    given = {"source": item} if isinstance(item, str) else item
    if not isinstance(given, Mapping):
        raise InputError("a source is an id or a mapping", field=f"sources[{at}]")
    try:
        return msgspec.convert(
            _with_source_details(given, known), Source, dec_hook=dec_hook
        )
    except msgspec.ValidationError as error:
        raise _input_error(Source, error, prefix=f"sources[{at}]") from error


def _with_source_details(
    given: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Add what the file says of a source; what the event says itself wins."""
    name = given.get("source")
    if known and name not in known:
        raise InputError(
            f"unknown source {name}",
            field="sources",
            hint=_did_you_mean(str(name), list(known)),
        )
    details = known.get(str(name), {})
    return {k: v for k, v in {**details, **given}.items() if v is not None}


@cache
def _fields_by_key(cls: type[Event]) -> dict[str, Field]:
    """Index the fields of a type by the names that files use."""
    return {field.key: field for field in fields_of(cls)}


def _value(field: Field, key: str, value: Any) -> Any:
    """Bring a value into its stored shape and check what its words may be."""
    kind = field.kind
    if kind in {"parties", "provisions"}:
        items = value if isinstance(value, list | tuple) else [value]
        return [_slug(item, key) for item in items]
    if kind == "scope":
        return msgspec.to_builtins(read_scope(value))
    if kind == "text" or (kind == "decider" and not field.slug):
        return _text(value, key)
    if kind == "amount":
        return _amount(field, key, value)
    if kind == "target":
        return _target(value, key)
    if field.slug:
        return _slug(value, key)
    if kind in {"new-parties", "new-party"}:
        return _parties(value, key)
    if field.type is When:
        return _when(value, key)
    if kind == "" and isinstance(value, int) and field.type is not bool:
        return str(parse_date(value))
    return value


def _amount(field: Field, key: str, value: object) -> Quantity:
    """Read a quantity of one of the kinds that the field takes."""
    if not isinstance(value, str | Quantity):
        raise InputError(
            f"{key} is a quantity in words, not {value!r}",
            field=key,
            hint=f'write for example {key}: "USD 12bn" or "27 %"',
        )
    quantity = _at(key, Quantity.parse, str(value))
    if quantity.kind == "redacted":
        raise InputError(f"{REDACTED} cannot be recorded", field=key)
    if field.only and quantity.kind not in field.only:
        raise InputError(
            f"{key} takes {' or '.join(field.only)}, not {quantity}", field=key
        )
    return quantity


def _parties(value: Any, key: str) -> Any:
    """Check the ids of parties that come in with an event."""
    for at, party in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(party, Mapping) and "id" in party:
            place = f"{key}[{at}].id" if isinstance(value, list) else f"{key}.id"
            _slug(party["id"], place)
    return value


def _target(value: object, key: str) -> int:
    """Read an event reference: ``5`` or ``@5``."""
    words = str(value).removeprefix("@")
    if isinstance(value, bool) or not words.isascii() or not words.isdigit():
        raise InputError(
            f"{key} names an event as @N, not {value}",
            field=key,
            hint="history shows the numbers",
        )
    return int(words)


def _slug(value: object, key: str) -> str:
    """Check an identifier."""
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise InputError(
            f"{key} takes small letters, digits and hyphens, not {value!r}", field=key
        )
    return value


def _optional_slug(value: object, key: str) -> str | None:
    """Check an identifier that may be absent."""
    return None if value is None else _slug(value, key)


def _text(value: object, key: str) -> str:
    """Check a text: not empty, not a mapping, no half of a surrogate pair."""
    if not isinstance(value, str) or not value.strip():
        raise InputError(
            f"{key} takes words, not {value!r}",
            field=key,
            hint="quote it when it looks like a number or a date",
        )
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(f"{key} holds half a character", field=key) from error
    if value == REDACTED:
        raise InputError(f"{REDACTED} cannot be recorded", field=key)
    return value


def _optional_text(value: object, key: str) -> str | None:
    """Check a text that may be absent."""
    return None if value is None else _text(value, key)


def _when(value: object, key: str) -> When:
    """Read a When from text, a date, a bare year or its JSON form."""
    if isinstance(value, When):
        return value
    if isinstance(value, str):
        return _at(key, When.parse, value)
    if isinstance(value, Mapping):
        return _at(key, When.from_json, value)
    return _at(key, lambda date: When.parse(str(parse_date(date))), value)


def _at(key: str, read: Any, value: Any) -> Any:
    """Read a value and say in which field it stood if it cannot be read."""
    try:
        return read(value)
    except InputError as error:
        error.facts["field"] = key
        raise


def _check_whole(cls: type[Event], event: Event) -> None:
    """Check what concerns several fields of an event at once."""
    one_of: tuple[str, ...] = getattr(cls, "REQUIRED_ONE_OF", ())
    if one_of and not any(getattr(event, name) for name in one_of):
        raise InputError(
            f"{cls.TYPE} needs one of {', '.join(one_of)}", field=one_of[0]
        )
    for name in getattr(cls, "REQUIRED", ()):
        if getattr(event, name) is None:
            raise InputError(f"{cls.TYPE} needs {name}", field=name)
    for field in _quantities(cls):
        quantity = getattr(event, field.name)
        basis = field.basis
        if (
            quantity is not None
            and quantity.kind == "percent"
            and basis is not None
            and getattr(event, basis, None) is None
        ):
            raise InputError(
                f"{field.key} is a percentage without a basis",
                field=field.key,
                hint=f'say of what: {basis}: "as-converted diluted, all owners"',
            )
    for name in event.confidential:
        if name not in _fields_by_key(cls):
            raise InputError(f"{cls.TYPE} has no field {name}", field="confidential")


@cache
def _quantities(cls: type[Event]) -> tuple[Field, ...]:
    """List the fields of a type that may hold a percentage."""
    return tuple(f for f in fields_of(cls) if f.kind == "amount" and f.basis)


def _input_error(
    cls: type[msgspec.Struct], error: msgspec.ValidationError, prefix: str = ""
) -> InputError:
    """Put the decoder's complaint into our words, with its place."""
    message, place = str(error), ""
    if found := _AT.match(message):
        message, place = found.groups()
    if isinstance(error.__cause__, InputError):
        message = str(error.__cause__)
    place = (prefix + place).removeprefix(".")
    if missing := re.search(r"missing required field `(\w+)`", message):
        message = f"{getattr(cls, 'TYPE', 'it')} needs {missing[1]}"
        place = f"{place}.{missing[1]}".removeprefix(".")
    if unknown := re.search(r"contains unknown field `(\w+)`", message):
        message = f"there is no field {unknown[1]}"
        place = f"{place}.{unknown[1]}".removeprefix(".")
    return InputError(message, field=place)


def _did_you_mean(word: str, names: Sequence[str]) -> str | None:
    """Suggest the nearest name."""
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(names))}"
