"""The options of ``append``: one for each field of an event type.

What an option is called, which values it takes and whether it must be there follows
from the type. Only what a field means, in a few words, is written down here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from cli.pairs import read_fields, read_json
from events.base import Event
from events.catalogue import RECORD_TYPES, Field, fields_of
from events.dates import PartialDate
from events.errors import InputError
from events.fields import aliases_of
from events.when import When

# Lists take an option for each of their items, so it has the name of one.
_SINGULAR = {"parties": "party", "provisions": "provision", "tags": "tag"}
_SEVERAL = {
    *("parties", "provisions", "names", "new-parties", "price-schedule", "scope"),
}
_MADE_OF_FIELDS = {"new-party", "new-parties", "price-schedule"}

_MEANINGS = {
    "against": "who owes, grants or is bound",
    "amount": "how much",
    "as_of": "the day that is meant, where it is not the effective one",
    "at": "where in the source: a paragraph, a clause, a page",
    "authority": "who decides",
    "basis": "of what a percentage is",
    "binding": "whether it binds",
    "by": "who",
    "cap": "the most that is paid",
    "change": "what happened to the party",
    "choice": "what was done with the option",
    "claimant": "who claims",
    "condition": "what it depends on, in words",
    "conditions": "under which conditions",
    "confidential": "a field whose value may be withheld",
    "controller": "who has control now",
    "decision": "what was decided",
    "determiner": "who determines the milestone",
    "dispute": "which dispute",
    "due": "by when",
    "ends": "until when",
    "except": "what is left out of the scope",
    "exclude": "what is taken out of the scope",
    "floor": "the least that is paid",
    "form": "in what form",
    "forum": "before whom",
    "from": "who gives",
    "governing_law": "which law governs",
    "holder": "who benefits",
    "how": "in what way",
    "id": "a new id",
    "include": "what is added to the scope",
    "instrument": "which instrument",
    "interest": "at which interest",
    "investor": "who invests",
    "issuer": "whose shares",
    "kind": "of which kind",
    "level": "how exclusive",
    "measure": "which figure",
    "milestone": "which milestone",
    "name": "the new name",
    "note": "a remark",
    "option": "what the holder may do",
    "outcome": "what was decided",
    "over": "the provision that it is exclusive about",
    "part_of": "the agreement that it is a part of",
    "partial": "a part of the option is left",
    "parties": "a party",
    "party": "which party",
    "price": "at which price",
    "price_schedule": "a price from a day on",
    "provision": "which provision",
    "provisions": "which provisions",
    "published": "when the source was published",
    "quantity": "how much",
    "quote": "the words relied on",
    "rate": "which share",
    "reading": "how it is read",
    "reason": "why",
    "recipient": "who gets the money",
    "replacement": "the fields as they should have been",
    "respondent": "who answers",
    "royalty": "what is paid for the use",
    "schedule": "when it is paid, in words",
    "scope": "what it is about; nothing is everything",
    "sha256": "the digest of the document",
    "share": "which share",
    "shared_with": "a further provision that the amount is for",
    "signed_on": "when it was signed",
    "sought": "what is asked for",
    "source": "the id of the source",
    "stage": "promised or paid",
    "stance": "what the source says of the event",
    "starts": "from when; by default from the effective date",
    "subject": "what it is about",
    "successor": "who comes after",
    "supersedes": "the instrument that it replaces",
    "survives": "a provision that goes on",
    "tags": "a tag, for example cuad:insurance",
    "takes_effect": "when it takes effect",
    "target": "which event",
    "terms": "on which terms",
    "text": "the words relied on",
    "title": "what it is called",
    "to": "who gets it",
    "until": "until when",
    "uri": "where it can be had",
    "value": "how much it is",
    "votes": "which share of the votes",
}

# What the same word means where it is one of a few.
_BY_CHOICE = {"basis": "by what it ended"}

_FORMS = {
    "new-provision": "ID",
    "decider": "PARTY",
    "text": "TEXT",
    "names": "NAME",
    "scope": "SCOPE",
    "target": "@N",
    "new-parties": "id=ID,name=NAME,…",
    "new-party": "id=ID,name=NAME,…",
    "price-schedule": "from=DATE,price=MONEY",
    "replacement": "JSON",
    "published": "DATE",
    "digest": "SHA256",
    "source": "ID",
}
_QUANTITIES = {"money": "MONEY", "percent": "PERCENT", "count": "COUNT"}

ENVELOPE = ("effective", "instrument", "sources", "key")


def meaning(field: Field) -> str:
    """Say what a field means, that it must be there and that it may be repeated."""
    chosen = get_origin(field.type) is Literal
    told = _BY_CHOICE.get(field.key) if chosen else None
    told = told or _MEANINGS[field.key]
    several = " May be repeated." if field.kind in _SEVERAL else ""
    required = "  [required]" if field.required else ""
    return f"{told[0].upper()}{told[1:]}.{several}{required}"


def form(field: Field) -> str:
    """Say what its values look like: a word in capitals, or the choices."""
    if get_origin(field.type) is Literal:
        return "|".join(get_args(field.type))
    if field.kind == "amount":
        known = [_QUANTITIES[kind] for kind in field.only if kind in _QUANTITIES]
        return "|".join(known) or "AMOUNT"
    if found := _FORMS.get(field.kind):
        return found
    if field.kind:
        return "ID" if field.kind.startswith("new-") else _word(field.kind)
    return {When: "WHEN", PartialDate: "DATE"}.get(field.type, "")


def option(field: Field) -> str:
    """Name the option of a field, without its hyphens."""
    return _SINGULAR.get(field.key, field.key).replace("_", "-")


def options(cls: type[Event], field: Field) -> list[str]:
    """Name the option of a field, and its other names."""
    others = [alias for alias, key in aliases_of(cls).items() if key == field.key]
    return [f"--{name}" for name in (option(field), *others)]


def is_flag(field: Field) -> bool:
    """Tell whether a field is a yes or no."""
    return field.type is bool


def envelope_options(cls: type[Event]) -> Iterator[str]:
    """Name the options of the envelope that an event of a type may have.

    A field of the type's own has the name for itself.
    """
    own = {option(field) for field in fields_of(cls)}
    for name in ("effective", "instrument", "source", "key"):
        if name not in own:
            yield name


def mapping_of(
    cls: type[Event], given: Mapping[str, Sequence[str] | bool | None]
) -> dict[str, Any]:
    """Put options together as the fields of an event, as in a file.

    Args:
        cls: the event's type.
        given: the words of each option by the name of its field; those of the
            envelope by theirs.

    Raises:
        InputError: an option that takes one value is given twice, or a value made of
            fields cannot be read.
    """
    mapping: dict[str, Any] = {"event": cls.TYPE}
    for field in fields_of(cls):
        words = given.get(field.key)
        if words is not None:
            mapping[field.key] = _value(field, words)
    for name in envelope_options(cls):
        words = given.get(f"envelope_{name}")
        if words is None or isinstance(words, bool):
            continue
        if name == "source":
            mapping["sources"] = [source(word) for word in words]
        else:
            mapping[name] = single(words, f"--{name}")
    return mapping


def source(text: str) -> Any:
    """Read a source: an id, or fields of it."""
    return (
        read_fields(text, "--source", "source") if "=" in text or "{" in text else text
    )


def single(words: Sequence[str], name: str) -> str:
    """Take the one value of an option.

    Raises:
        InputError: it is given twice.
    """
    if len(words) > 1:
        raise InputError(f"{name} is given twice", hint="it takes one value")
    return words[0]


def needs_effective(cls: type[Event]) -> bool:
    """Tell whether an event of a type happens on a date."""
    return cls.TYPE not in RECORD_TYPES


def _value(field: Field, words: Sequence[str] | bool) -> Any:
    """Read the words of an option."""
    if isinstance(words, bool):
        return words
    name = f"--{option(field)}"
    if field.kind in _MADE_OF_FIELDS:
        values = [read_fields(word, name) for word in words]
    elif field.kind == "replacement":
        values = [read_json(word, name) for word in words]
    else:
        values = list(words)
    if field.kind in _SEVERAL:
        return values
    single(words, name)
    return values[0]


def _word(kind: str) -> str:
    """Name an id by what it is the id of."""
    return {"parties": "PARTY", "provisions": "PROVISION"}.get(kind, kind.upper())
