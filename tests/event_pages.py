"""Write the reference of event types from the types themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from cli import fields
from events.base import Event
from events.catalogue import SYSTEM_TYPES, TYPES, effect_and_example, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from events.catalogue import Field

_SHARED = {field.key for field in fields_of(Event)}
_FAMILIES = {
    "frame": "Agreements, parties and instruments",
    "capital": "Money and stakes",
    "grants": "Grants: a provision comes into being",
    "changes": "Changes: a provision changes, pauses or ends",
    "happenings": "Happenings: facts that terms hang on",
    "record": "The record: what was said of an event",
}


def reference() -> str:
    """Write a section for each type, below a heading for each family."""
    return "\n".join(_families())


def _families() -> Iterator[str]:
    for family, title in _FAMILIES.items():
        yield f"## {title}\n"
        for cls in TYPES.values():
            if family == cls.FAMILY:
                yield from _section(cls)


def _section(cls: type[Event]) -> Iterator[str]:
    sentence, effect, example = effect_and_example(cls)
    yield f"### `{cls.TYPE}` ({cls.__name__})\n"
    yield f"{sentence} **Effect**: {effect.replace('``', '`')}\n"
    own = [field for field in fields_of(cls) if field.key not in _SHARED]
    if cls.TYPE in SYSTEM_TYPES:
        # No option fills these, so nothing but their names is written down.
        names = _code(field.key for field in own)
        yield f"Only the ledger itself writes it. Fields: {names}.\n"
    elif own:
        yield "| field | needed | form | meaning |\n|---|---|---|---|"
        yield "\n".join(_row(cls, field) for field in own) + "\n"
    yield from _remarks(cls)
    yield f"```json\n{json.dumps(json.loads(example), ensure_ascii=False)}\n```\n"


def _row(cls: type[Event], field: Field) -> str:
    names = [field.key, *(a for a, key in cls.ALIASES.items() if key == field.key)]
    told = fields.meaning(field).removesuffix("  [required]")
    meaning = told.removesuffix(" May be repeated.")
    needed = "yes" if field.required else ""
    form = _form(field) if meaning == told else f"list of {_form(field)}"
    return f"| {_code(names)} | {needed} | {form} | {meaning} |"


def _form(field: Field) -> str:
    if get_origin(field.type) is Literal:
        return _code(get_args(field.type))
    if fields.is_flag(field):
        return _code(["true", "false"])
    return fields.form(field).replace("|", " or ")


def _remarks(cls: type[Event]) -> Iterator[str]:
    if cls.REQUIRED_ONE_OF:
        yield f"At least one of {_code(cls.REQUIRED_ONE_OF)} is needed.\n"
    if own := [name for name in cls.REDACTABLE if name not in _SHARED]:
        yield f"Can be withheld or erased: {_code(own)}.\n"


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
