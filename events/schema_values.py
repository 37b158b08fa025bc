"""JSON Schema of the values that fields hold, by their kind or type.

A pattern takes all that the reader takes and a little more: it is there to help an
editor, and the reader decides.
"""

from __future__ import annotations

import json
import re
from typing import Any, Literal, get_args, get_origin

import msgspec

from events.base import SLUG_PATTERN, PriceStep
from events.catalogue import Field
from events.dates import PartialDate
from events.expressions import Expr
from events.fields import fields_by_key
from events.frame import Party
from events.quantity import SUFFIXES, Per
from events.replacement import FIXED_KEYS
from events.scope import AXES
from events.source import DIGEST_PATTERN, Source
from events.when import When

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "pattern": r"\S"}
_SLUG: Schema = {"type": "string", "pattern": SLUG_PATTERN}

_NUMBER = r"[0-9]+(\.[0-9]+)?"
_FORMS = {
    "money": rf"[A-Z]{{3}}\s+{_NUMBER}({'|'.join(SUFFIXES)})?",
    "percent": rf"{_NUMBER}\s*%",
    "count": rf"{_NUMBER}\s+[A-Za-z][\w/ -]*",
}
_DAY = r"[0-9]{4}(-Q[1-4]|-[0-9]{2}(-[0-9]{2})?)?"
_STEP = "[a-z0-9][a-z0-9-]*"
_TAG: Schema = {"type": "string", "pattern": f"^{_STEP}(/{_STEP})*$"}

_EXAMPLES = {
    "money": ["USD 12bn", "about USD 135bn", "USD 250m per quarter"],
    "percent": ["27 %", "at least 32.5 %"],
    "count": ["261500000 shares"],
    "unknown": ["unknown"],
}


def ref(name: str) -> Schema:
    """Point to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def one_or_more(item: Schema, **limits: object) -> Schema:
    """Describe a list that may be left out where it would hold one item."""
    return {"anyOf": [item, {"type": "array", "items": item, **limits}]}


def of_field(field: Field) -> Schema:
    """Describe what a field takes."""
    if field.kind == "amount":
        return _quantity(field)
    if field.kind in _LISTS:
        limits = {"minItems": 1} if field.required else {}
        return one_or_more(_LISTS[field.kind], **limits)
    if field.kind in _BY_KIND:
        return _BY_KIND[field.kind]
    if field.slug:
        return {**_SLUG, "description": f"an id: {field.kind.replace('-', ' ')}"}
    if get_origin(field.type) is Literal:
        return {"enum": list(get_args(field.type))}
    return _BY_TYPE[field.type]


def of_struct(cls: type[msgspec.Struct], without: tuple[str, ...] = ()) -> Schema:
    """Describe a value that is made of fields."""
    fields = {k: f for k, f in fields_by_key(cls).items() if k not in without}
    return {
        "type": "object",
        "properties": {key: of_field(field) for key, field in fields.items()},
        "required": [key for key, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def used_definitions(schema: object) -> dict[str, Schema]:
    """Collect the definitions that a schema points to, and those that they point to."""
    found: dict[str, Schema] = {}
    waiting = [schema]
    while waiting:
        for name in re.findall(r'"#/\$defs/([^"]+)"', json.dumps(waiting.pop())):
            if name in _DEFINITIONS and name not in found:
                found[name] = _DEFINITIONS[name]
                waiting.append(found[name])
    return found


def _quantity(field: Field) -> Schema:
    """Describe a quantity of the kinds that a field takes."""
    kinds = field.only or (*_FORMS, "unknown")
    one = "|".join(f"({_FORMS[kind]})" for kind in kinds if kind in _FORMS)
    qualified = (
        rf"((about|under|over|up to|at least)\s+)?({one})"
        rf"|between\s+({one})\s+and\s+({one})"
    )
    per = rf"(\s+per\s+({'|'.join(get_args(Per))}))?"
    described = {"description": f"needs {field.basis} beside a percentage"}
    return {
        "type": "string",
        "pattern": rf"^\s*(unknown|({qualified}){per})\s*$",
        "examples": [text for kind in kinds for text in _EXAMPLES[kind]],
        **(described if field.basis else {}),
    }


# The JSON form of a When, and of each of its nodes.
(_EXPR,), _NODES = msgspec.json.schema_components(
    (Expr,), schema_hook=lambda _: ref("date"), ref_template="#/$defs/{name}"
)

_DEFINITIONS: dict[str, Schema] = {
    **_NODES,
    "date": {
        "description": "a partial date",
        "anyOf": [
            {
                "type": "string",
                "pattern": rf"^({_DAY}|between +{_DAY} +and +{_DAY})$",
                "examples": [
                    "2019",
                    "2019-Q3",
                    "2019-07",
                    "2019-07-22",
                    "between 2021-01-01 and 2023-01-24",
                ],
            },
            {"type": "integer", "minimum": 1, "maximum": 9999},
        ],
    },
    "when": {
        "description": "a When: text, or its JSON form",
        "anyOf": [
            {
                **TEXT,
                "examples": [
                    "2025-10-28",
                    "through 2032",
                    "until 2030",
                    "never",
                    'unknown "not published"',
                    "earliest of (milestone agi-verified determined; through 2030)",
                ],
            },
            {"type": "integer", "minimum": 1, "maximum": 9999},
            _EXPR,
        ],
    },
    "box": {
        "description": "what it is about: tags on axes; a list of such is any of them",
        "anyOf": [
            {**TEXT, "examples": ["activity cloud, product api"]},
            {
                "type": "object",
                "properties": dict.fromkeys(AXES, one_or_more(_TAG, minItems=1)),
                "additionalProperties": False,
                "minProperties": 1,
                "examples": [{"activity": ["cloud"], "product": ["api"]}],
            },
        ],
    },
}

_BY_TYPE: dict[object, Schema] = {
    When: ref("when"),
    PartialDate: ref("date"),
    bool: {"type": "boolean"},
}
_LISTS: dict[str, Schema] = {
    "parties": _SLUG,
    "provisions": _SLUG,
    "names": TEXT,
    "new-parties": ref("party"),
    "price-schedule": ref("price-step"),
    "scope": ref("box"),
}
_BY_KIND: dict[str, Schema] = {
    "decider": {**TEXT, "description": "the id of a party, or words"},
    "text": TEXT,
    "target": {
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "string", "pattern": "^@?0*[1-9][0-9]*$"},
        ],
        "description": "the N-th event of the agreement",
        "examples": ["@5"],
    },
    "source": TEXT,
    "new-party": ref("party"),
    "published": {"anyOf": [{"const": "unknown"}, ref("date")]},
    "digest": {"type": "string", "pattern": DIGEST_PATTERN},
    "identifiers": {
        "type": "object",
        "additionalProperties": TEXT,
        "examples": [{"lei": "INR2EJN1ERAN0W5ZP974"}],
    },
    "replacement": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"not": {"enum": list(FIXED_KEYS)}},
        "description": "fields of the event corrected, and what they should have been",
    },
}
# These are made of fields, so they come after what describes a field.
_DEFINITIONS["party"] = of_struct(Party)
_DEFINITIONS["price-step"] = of_struct(PriceStep)
_DEFINITIONS["source"] = {"anyOf": [TEXT, of_struct(Source)]}
