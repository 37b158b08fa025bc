"""JSON Schema of the events, derived from their types.

A schema tells an editor and a program what the reader takes: the names, which of them
must be there, and the form of the words. What concerns several fields at once, or what
the ledger holds, is the reader's and the ledger's to refuse.

Source: JSON Schema 2020-12.
"""

from __future__ import annotations

from typing import Any

import msgspec

from events.base import SLUG_PATTERN, Event
from events.catalogue import RECORD_TYPES, TYPES, USER_TYPES, effect_and_example
from events.fields import fields_by_key, fields_by_name
from events.schema_values import (
    TEXT,
    of_field,
    of_struct,
    one_or_more,
    ref,
    used_definitions,
)
from events.source import Source

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE_VERSION = 1

_SLUG: Schema = {"type": "string", "pattern": SLUG_PATTERN}
_ENVELOPE: dict[str, Schema] = {
    "effective": {
        **ref("when"),
        "description": "when it is so in the world: a date, a When, or unknown",
    },
    "instrument": {**_SLUG, "description": "the instrument that it rests on"},
    "key": {**TEXT, "description": "the same key twice adds nothing"},
    "sources": {
        **one_or_more(ref("source")),
        "description": "who says so: ids of sources, or mappings",
    },
}


def schema_of(cls: type[Event]) -> Schema:
    """Describe one event as an import file or ``append -`` carries it.

    Returns:
        A JSON Schema: the type's own fields and those of the envelope.
    """
    sentence, effect, example = effect_and_example(cls)
    schema: Schema = {
        "$schema": DIALECT,
        "title": cls.__name__,
        "description": f"{sentence} Effect: {effect}",
        "required": _required(cls),
        **_event(cls),
        "examples": [_example(cls, msgspec.json.decode(example))],
    }
    return {**schema, "$defs": used_definitions(schema)}


def schema() -> Schema:
    """Describe an import file: one agreement with its sources and events.

    Returns:
        A JSON Schema in which each event is described by its type.
    """
    types = {name: _event(TYPES[name]) for name in USER_TYPES}
    batch = _batch(types)
    whole: Schema = {
        "$schema": DIALECT,
        "title": "whereas import file",
        "description": "Events of one agreement, in the order of telling.",
        "type": "object",
        "required": ["whereas", "agreement", "events"],
        "properties": {
            "whereas": {"const": FILE_VERSION},
            "agreement": _SLUG,
            "sources": {
                "type": "object",
                "description": "what is cited, by its id",
                "additionalProperties": of_struct(Source, without=("source", "stance")),
            },
            "events": {
                "type": "array",
                "items": {
                    "if": {"required": ["batch"]},
                    "then": batch,
                    "else": _any_event(all_required=True),
                },
            },
        },
        "additionalProperties": False,
    }
    return {**whole, "$defs": {**types, **used_definitions([whole, types])}}


def _event(cls: type[Event]) -> Schema:
    """Describe the members of an event, whether or not they must be there."""
    own = {name: of_field(field) for name, field in fields_by_name(cls).items()}
    return {
        "type": "object",
        "properties": {
            "event": {"enum": [cls.TYPE, cls.__name__]},
            "agreement": _SLUG,
            **_ENVELOPE,
            **own,
        },
        "additionalProperties": False,
    }


def _required(cls: type[Event]) -> list[str]:
    """Name the members that an event cannot do without."""
    dated = [] if cls.TYPE in RECORD_TYPES else ["effective"]
    own = [key for key, field in fields_by_key(cls).items() if field.required]
    return ["event", *dated, *own]


def _example(cls: type[Event], fields: dict[str, Any]) -> dict[str, Any]:
    """Put the envelope around the example of a type."""
    dated = {} if cls.TYPE in RECORD_TYPES else {"effective": "2025-10-28"}
    return {"event": cls.TYPE, **dated, **fields}


def _any_event(*, all_required: bool) -> Schema:
    """Describe an event of any type, by the type that it names."""
    names = [name for key in USER_TYPES for name in (key, TYPES[key].__name__)]
    cases = []
    for key in USER_TYPES:
        needs = {"required": _required(TYPES[key])} if all_required else {}
        named = {"properties": {"event": {"enum": [key, TYPES[key].__name__]}}}
        cases.append({"if": named, "then": {**ref(key), **needs}})
    return {
        "type": "object",
        "required": ["event"],
        "properties": {"event": {"enum": names}},
        "allOf": cases,
    }


def _batch(types: dict[str, Schema]) -> Schema:
    """Describe events that stand or fall together, and the defaults they share."""
    fields = {name for event in types.values() for name in event["properties"]}
    return {
        "type": "object",
        "required": ["batch", "events"],
        "properties": {
            **dict.fromkeys(sorted(fields - {"event"}), True),
            **_ENVELOPE,
            "batch": TEXT,
            "events": {"type": "array", "items": _any_event(all_required=False)},
        },
        "additionalProperties": False,
    }
