"""The ledger of what the JSON Schemas of events promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from events.base import Event
from events.catalogue import TYPES, USER_TYPES, fields_of
from events.entry import Draft
from events.reader import read_draft
from events.schema import schema, schema_of
from events.values import enc_hook
from tests.strategies import drafts, events_of

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.yaml"))
FILE = Draft202012Validator(schema())


def documents(path: Path) -> list[dict[str, Any]]:
    """Read an example as JSON would carry it: dates are text."""
    loaded = YAML(typ="safe").load_all(path)
    return [json.loads(json.dumps(document, default=str)) for document in loaded]


def events_in(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the events of a document with the defaults of their batches."""
    for item in document["events"]:
        shared = {k: v for k, v in item.items() if k not in {"batch", "events"}}
        yield from ({**shared, **own} for own in item.get("events", [{}]))


def written(value: object) -> dict[str, Any]:
    """Write a value as JSON would carry it."""
    fields: dict[str, Any] = json.loads(msgspec.json.encode(value, enc_hook=enc_hook))
    return fields


def complaints(validator: Draft202012Validator, value: dict[str, Any]) -> list[str]:
    return [error.message for error in validator.iter_errors(value)]


@pytest.mark.parametrize("name", USER_TYPES)
def test_a_type_has_a_schema_that_its_example_keeps(name: str) -> None:
    described = schema_of(TYPES[name])
    Draft202012Validator.check_schema(described)
    (example,) = described["examples"]
    assert complaints(Draft202012Validator(described), example) == []
    assert name == read_draft(example, agreement="alpha-beta").event.TYPE


@pytest.mark.parametrize("name", USER_TYPES)
def test_what_is_written_keeps_the_schema_of_its_type(name: str) -> None:
    validator = Draft202012Validator(schema_of(TYPES[name]))

    @settings(max_examples=10)
    @given(events_of(TYPES[name]))
    def law(event: Event) -> None:
        fields = written(event)
        whole = {"event": name, "effective": "2019", **fields}
        assert complaints(validator, whole) == []

    law()


@settings(max_examples=30)
@given(drafts())
def test_a_draft_with_its_envelope_keeps_the_schema(draft: Draft) -> None:
    fields = {k: v for k, v in written(draft).items() if v is not None}
    cls = type(draft.event)
    fields |= {"event": cls.__name__} | written(draft.event)
    assert complaints(Draft202012Validator(schema_of(cls)), fields) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_keeps_the_schema_and_is_read(path: Path) -> None:
    for document in documents(path):
        assert complaints(FILE, document) == []
        for event in events_in(document):
            draft = read_draft(
                event,
                agreement=document["agreement"],
                known_sources=document.get("sources", {}),
            )
            one = Draft202012Validator(schema_of(type(draft.event)))
            assert complaints(one, event) == []


def test_the_examples_use_every_type() -> None:
    used = {
        read_draft(event, agreement="any").event.TYPE
        for path in EXAMPLES
        for document in documents(path)
        for event in events_in(document)
    }
    assert used == {*USER_TYPES}


def test_the_schema_of_a_file_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())
    assert {*USER_TYPES} <= {*schema()["$defs"]}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("licence-granted", {"holder": "Acme Ltd"}),
        ("licence-granted", {"holder": []}),
        ("licence-granted", {"hodler": "a"}),
        ("licence-granted", {"amount": "5m"}),
        ("licence-granted", {"amount": 5}),
        ("licence-granted", {"text": " "}),
        ("licence-granted", {"scope": {"activty": ["cloud"]}}),
        ("licence-granted", {"scope": {}}),
        ("licence-granted", {"ends": {"when": "someday"}}),
        ("licence-granted", {"sources": [{"at": "para 4"}]}),
        ("licence-granted", {"sources": [{"source": "a", "stance": "agrees"}]}),
        ("option-granted", {"price": "5 %"}),
        ("option-granted", {"option": "puts"}),
        ("option-granted", {"price_schedule": [{"from": 2020}]}),
        ("instrument-signed", {"signed_on": "22.07.2019"}),
        ("instrument-signed", {"binding": "yes"}),
        ("agreement-opened", {"parties": [{"id": "a"}]}),
        ("event-retracted", {"target": "5th"}),
        ("event-retracted", {"target": 0}),
        ("event-corrected", {"replacement": {}}),
        ("event-corrected", {"replacement": {"event": "licence-granted"}}),
        ("agreement-opened", {"event": "agreement-ended"}),
    ],
)
def test_what_the_reader_refuses_by_its_form_breaks_the_schema(
    name: str, change: dict[str, object]
) -> None:
    described = schema_of(TYPES[name])
    changed = {**described["examples"][0], **change}
    assert complaints(Draft202012Validator(described), changed) != []


@pytest.mark.parametrize("name", USER_TYPES)
def test_a_field_that_must_be_there_is_required(name: str) -> None:
    described = schema_of(TYPES[name])
    (example,) = described["examples"]
    validator = Draft202012Validator(described)
    for field in fields_of(TYPES[name]):
        rest = {key: value for key, value in example.items() if key != field.key}
        assert (complaints(validator, rest) != []) == field.required


def test_a_batch_lends_its_fields_to_its_events() -> None:
    batch = {
        "batch": "the agreement",
        "effective": "2019",
        "holder": "a",
        "events": [{"event": "LicenceGranted", "id": "p"}],
    }
    file = {"whereas": 1, "agreement": "g", "events": [batch]}
    assert complaints(FILE, file) == []
    assert complaints(FILE, {**file, "events": batch["events"]}) != []
    assert complaints(FILE, {**file, "events": [{**batch, "efective": 2019}]}) != []
