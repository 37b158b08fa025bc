"""The catalogue of event types and what is known of each field.

Everything that depends on the list of types (the reader, the codec, JSON Schema,
command-line options, the docs) derives it from here.
"""

from __future__ import annotations

import inspect
import types
import typing
from functools import cache
from typing import Annotated, Any

import msgspec

from events import capital, changes, frame, grants, happenings, record
from events.base import Event

_FAMILIES = (frame, capital, grants, changes, happenings, record)

TYPES: dict[str, type[Event]] = {
    cls.TYPE: cls
    for module in _FAMILIES
    for cls in vars(module).values()
    if isinstance(cls, type)
    and issubclass(cls, Event)
    and cls.__module__ == module.__name__
}

# Written by the ledger itself, never by an import or an append.
SYSTEM_TYPES = frozenset({"values-erased", "heads-snapshotted", "key-rotated"})
USER_TYPES = tuple(name for name in TYPES if name not in SYSTEM_TYPES)
# Record events speak of events, so they need no effective date.
RECORD_TYPES = frozenset(n for n, cls in TYPES.items() if cls.FAMILY == "record")


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of an event type, as its annotation declares it.

    ``name`` is the Python attribute, ``key`` the stored name (``from_`` and ``from``).
    ``kind`` says what its words may be ("" for plain values), ``only`` which kinds of
    quantity it takes, ``basis`` which field a percentage in it needs beside it.
    """

    name: str
    key: str
    type: Any
    kind: str
    slug: bool
    only: tuple[str, ...]
    basis: str | None
    required: bool


@cache
def fields_of(cls: type[msgspec.Struct]) -> tuple[Field, ...]:
    """List the fields of an event type, its own first, shared ones last."""
    found = [_field(info) for info in msgspec.structs.fields(cls)]
    shared = {info.name for info in msgspec.structs.fields(Event)}
    return tuple(sorted(found, key=lambda field: field.name in shared))


def _field(info: msgspec.structs.FieldInfo) -> Field:
    """Read a field's kind out of its annotation."""
    extra = _extra(info.type)
    return Field(
        name=info.name,
        key=info.encode_name,
        type=_bare(info.type),
        kind=extra.get("kind", ""),
        slug=extra.get("slug", False),
        only=extra.get("only", ()),
        basis=extra.get("basis"),
        required=info.required,
    )


def _extra(annotation: object) -> dict[str, Any]:
    """Find the ``Meta.extra`` of an annotation, through ``X | None``."""
    origin = typing.get_origin(annotation)
    found: dict[str, Any] = {}
    if origin is Annotated:
        inner, *metas = typing.get_args(annotation)
        found.update(_extra(inner))
        for meta in metas:
            found.update(meta.extra or {})
    elif origin in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            found.update(_extra(part))
    return found


def _bare(annotation: object) -> object:
    """Strip ``Annotated`` and ``| None`` from an annotation."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return _bare(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        parts = [p for p in typing.get_args(annotation) if p is not type(None)]
        return _bare(parts[0]) if len(parts) == 1 else annotation
    return annotation


def effect_and_example(cls: type[Event]) -> tuple[str, str, str]:
    """Split a type's docstring into its sentence, its effect and its example (JSON)."""
    sentence, _, rest = inspect.cleandoc(cls.__doc__ or "").partition("\n\nEffect: ")
    effect, _, example = rest.partition("\nExample: ")
    # Long lines go on in the next one, indented.
    return sentence, " ".join(effect.split()), " ".join(example.split())
