"""The ledger of the event types: their frozen names, versions and fields."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from events.base import Event, Grant, Happening
from events.catalogue import (
    RECORD_TYPES,
    SYSTEM_TYPES,
    TYPES,
    USER_TYPES,
    effect_and_example,
    fields_of,
)
from events.envelope_reader import ENVELOPE_KEYS
from events.fields import kebab, reader_of
from events.reader import read_draft, read_event
from events.record import SourceLinked
from events.source import Source
from events.values import enc_hook

# Every name and version is stored in ledgers that open for ever. Types and fields may
# be added; none may go, change its name or become required without a new version.
FROZEN = """
agreement-opened 1: title parties governing_law? part_of?
party-joined 1: party
party-left 1: party reason?
party-restructured 1: party change name? successor? controller?
instrument-signed 1: id kind title? binding? signed_on? takes_effect? supersedes?
instrument-took-effect 1: instrument milestone?
agreement-ended 1: basis by? survives?
investment-made 1: id investor recipient amount basis? stage? form? ends?
stake-reported 2: holder issuer share basis votes? value?
holding-moved 1: issuer quantity reason from? to? basis? price?
exclusivity-granted 1: GRANT level? over?
first-refusal-granted 1: GRANT level?
preference-granted 1: GRANT level?
licence-granted 1: GRANT royalty?
permission-granted 1: GRANT
restriction-imposed 1: GRANT holder?
purchase-committed 1: GRANT amount
revenue-share-agreed 1: GRANT rate? floor? cap? schedule?
option-granted 1: GRANT option subject? price? price_schedule?
obligation-assumed 1: GRANT due?
procedure-agreed 1: GRANT holder? milestone claimant? determiner? how?
provision-granted 1: GRANT kind
term-extended 1: provision ends
term-shortened 1: provision ends
term-changed 1: provision starts? ends?
scope-widened 1: provision include condition? text?
scope-narrowed 1: provision exclude condition? text?
level-changed 1: provision level scope?
quantity-changed 1: provision amount? rate? basis? floor? cap? price? price_schedule?
    schedule?
condition-changed 1: provision condition
parties-changed 1: provision holder? against?
provision-suspended 1: provision until?
provision-resumed 1: provision
provision-reinstated 1: provision ends?
provision-reaffirmed 1: provisions
provision-interpreted 1: provision reading by starts? ends?
right-relinquished 1: provision by
provision-ended 1: provision basis by?
milestone-claimed 1: milestone by as_of?
milestone-determined 1: milestone outcome by? as_of?
performed 1: milestone? provision kind amount? basis? shared_with?
measure-reported 1: milestone? measure value subject? as_of? basis?
notice-given 1: milestone? kind by to? provision? amount? basis? takes_effect?
option-exercised 1: milestone? provision by choice partial? terms?
approval-decided 1: milestone? authority subject decision conditions?
dispute-opened 1: milestone? id claimant respondent provisions? forum? sought?
dispute-decided 1: milestone? dispute outcome amount? interest? basis?
event-corrected 1: target replacement reason
event-retracted 1: target reason
source-linked 1: target source stance at? quote? title? uri? published? sha256?
values-erased 1: target fields reason
heads-snapshotted 1: agreements root
key-rotated 1: old new statement kind?
"""
GRANT = (
    "id holder against? scope? except? starts? ends? amount? basis? condition? text?"
)
EVERY = "note? tags? confidential?"

# Where a type says otherwise of a field that all grants have.
NARROWED = {"holder?": "holder", "amount": "amount?"}


def frozen() -> dict[str, tuple[int, set[str]]]:
    """Read the table: by type its version and its fields, ``?`` for optional ones."""
    table = {}
    for line in FROZEN.replace("\n    ", " ").strip().splitlines():
        name, version, *fields = line.replace(":", "").split()
        found = {*EVERY.split(), *fields}
        if "GRANT" in found:
            shared = {*GRANT.split()} - {NARROWED.get(field) for field in fields}
            found = (found | shared) - {"GRANT"}
        table[name] = (int(version), found)
    return table


def test_types_versions_and_fields_are_frozen() -> None:
    assert {
        name: (
            cls.VERSION,
            {f.key if f.required else f"{f.key}?" for f in fields_of(cls)},
        )
        for name, cls in TYPES.items()
    } == frozen()


def test_there_are_53_types_of_which_users_record_50() -> None:
    assert len(TYPES) == 53
    assert len(USER_TYPES) == 50
    assert {*TYPES} - {*USER_TYPES} == SYSTEM_TYPES
    assert {
        *("event-corrected", "event-retracted", "source-linked"),
        *SYSTEM_TYPES,
    } == RECORD_TYPES


@pytest.mark.parametrize("cls", TYPES.values(), ids=TYPES)
def test_a_type_is_known_by_the_name_of_its_class(cls: type[Event]) -> None:
    assert kebab(cls.__name__) == cls.TYPE
    assert not cls.TYPE.endswith("-updated")


@pytest.mark.parametrize("cls", TYPES.values(), ids=TYPES)
def test_a_type_says_what_it_is_what_it_does_and_how_it_is_written(
    cls: type[Event],
) -> None:
    sentence, effect, example = effect_and_example(cls)
    assert re.fullmatch(r"[A-Z][^\n]+\.", sentence)
    assert re.fullmatch(r"[a-z][^\n]+\.", effect)
    assert isinstance(json.loads(example), dict)
    assert "Example:" not in sentence + effect


@pytest.mark.parametrize("name", USER_TYPES)
def test_the_example_of_a_type_is_an_event_of_that_type(name: str) -> None:
    cls = TYPES[name]
    fields = json.loads(effect_and_example(cls)[2])
    draft = read_draft(
        {"event": name, "effective": "2025-10-28", **fields}, agreement="alpha-beta"
    )
    assert type(draft.event) is cls
    written = msgspec.to_builtins(draft.event, enc_hook=enc_hook)
    assert read_event(cls, written) == draft.event


@pytest.mark.parametrize("name", sorted(SYSTEM_TYPES))
def test_the_example_of_a_type_of_the_ledger_itself_is_one_too(name: str) -> None:
    cls = TYPES[name]
    fields = json.loads(effect_and_example(cls)[2])
    event = msgspec.convert(fields, cls)
    written = json.loads(msgspec.json.encode(event, enc_hook=enc_hook))
    assert {**fields, **written} == fields


@pytest.mark.parametrize("name", USER_TYPES)
def test_every_field_of_a_type_has_a_reader(name: str) -> None:
    for field in fields_of(TYPES[name]):
        assert callable(reader_of(field))


def test_a_field_is_called_like_a_member_of_the_envelope_once() -> None:
    """An event about an instrument rests on that instrument."""
    assert [
        (name, field.key)
        for name, cls in TYPES.items()
        for field in fields_of(cls)
        if field.key in ENVELOPE_KEYS
    ] == [("instrument-took-effect", "instrument")]


def test_grants_name_the_kind_of_provision_that_comes_into_being() -> None:
    kinds = {name: cls.KIND for name, cls in TYPES.items() if issubclass(cls, Grant)}
    assert kinds == {
        "exclusivity-granted": "priority",
        "first-refusal-granted": "priority",
        "preference-granted": "priority",
        "licence-granted": "licence",
        "permission-granted": "permission",
        "restriction-imposed": "restriction",
        "purchase-committed": "purchase",
        "revenue-share-agreed": "revenue-share",
        "option-granted": "option",
        "obligation-assumed": "obligation",
        "procedure-agreed": "procedure",
        "provision-granted": "other",
    }


def test_happenings_may_determine_a_milestone() -> None:
    happenings = {n for n, cls in TYPES.items() if cls.FAMILY == "happenings"}
    assert {n for n in happenings if issubclass(TYPES[n], Happening)} == happenings - {
        "milestone-claimed",
        "milestone-determined",
    }


def test_an_option_has_a_window_by_two_names() -> None:
    assert {n: cls.ALIASES for n, cls in TYPES.items() if cls.ALIASES} == {
        "option-granted": {"opens": "starts", "closes": "ends"}
    }


def test_a_percentage_stands_beside_its_basis_wherever_it_may_stand() -> None:
    for cls in TYPES.values():
        needed = {field.key: field.required for field in fields_of(cls)}
        for field in fields_of(cls):
            if field.kind == "amount" and "percent" in (field.only or ("percent",)):
                assert field.basis == "basis" or needed["basis"]
                assert "basis" in needed


def test_a_linked_source_is_a_source() -> None:
    event = read_event(
        SourceLinked,
        {
            "target": "@1",
            "source": "filing",
            "at": "note 17",
            "quote": "about",
            "title": "10-Q",
            "uri": "https://example.org",
            "published": 2025,
            "sha256": "ab" * 32,
            "stance": "contradicts",
        },
    )
    assert isinstance(event, SourceLinked)
    assert event.cited() == Source(
        source="filing",
        title="10-Q",
        uri="https://example.org",
        at="note 17",
        published="2025",
        sha256="ab" * 32,
        quote="about",
        stance="contradicts",
    )
    assert {*Source.__struct_fields__} <= {*SourceLinked.__struct_fields__}
