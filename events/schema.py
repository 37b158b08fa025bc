"""JSON Schema of the event types, derived from their definitions.

Source: JSON Schema 2020-12.
"""

from typing import Any

import msgspec

from events.base import Event
from events.catalogue import RECORD_TYPES, USER_TYPES, TYPES, effect_and_example
from events.dates import PartialDate
from events.quantity import Quantity
from events.source import Source
from events.when import When

_VALUES: dict[type, dict[str, Any]] = {
    PartialDate: {
        "type": "string",
        "description": "a partial date: 2019, 2019-07, 2019-Q3, 2019-07-22, "
        "between 2021-01-01 and 2023-01-24",
    },
    Quantity: {
        "type": "string",
        "description": "a quantity: USD 12bn, about 27 %, 1000 shares, unknown",
    },
    When: {
        "description": "a When, as text (through 2032) or as its JSON form",
        "anyOf": [{"type": "string"}, {"type": "object"}],
    },
}


def _schema_hook(kind: type) -> dict[str, Any]:
    """Describe the value types that msgspec does not know."""
    return _VALUES[kind]


def schema_of(cls: type[Event]) -> dict[str, Any]:
    """Describe one event as an import file or ``append -`` carries it.

    Returns:
        A JSON Schema: the type's own fields and those of the envelope.
    """
    (top,), components = msgspec.json.schema_components(
        [cls], schema_hook=_schema_hook, ref_template="#/$defs/{name}"
    )
    (source,), source_parts = msgspec.json.schema_components(
        [Source], schema_hook=_schema_hook, ref_template="#/$defs/{name}"
    )
    own = components.pop(cls.__name__)
    sentence, effect, example = effect_and_example(cls)
    properties = {
        "event": {"enum": [cls.TYPE, cls.__name__]},
        "effective": _VALUES[When],
        "instrument": {"type": "string"},
        "key": {"type": "string", "description": "idempotency key"},
        "sources": {
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, source]},
        },
        **own["properties"],
    }
    needs_date = [] if cls.TYPE in RECORD_TYPES else ["effective"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": cls.__name__,
        "description": f"{sentence} Effect: {effect}",
        "type": "object",
        "properties": properties,
        "required": ["event", *needs_date, *own.get("required", [])],
        "additionalProperties": False,
        "examples": [{"event": cls.TYPE, "effective": "2025-10-28", **_json(example)}],
        "x-version": cls.VERSION,
        "$defs": {**components, **source_parts},
    }


def all_schemas() -> dict[str, dict[str, Any]]:
    """Describe every event type that can be recorded, by its name."""
    return {name: schema_of(TYPES[name]) for name in USER_TYPES}


def _json(text: str) -> dict[str, Any]:
    """Read the example of a docstring."""
    read: dict[str, Any] = msgspec.json.decode(text)
    return read
