"""The ledger of what the reader takes, and of the words in which it refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.base import Event
from events.capital import InvestmentMade, StakeReported
from events.catalogue import TYPES, USER_TYPES
from events.codec import canonical
from events.dates import PartialDate
from events.entry import Draft, sources_json
from events.errors import InputError
from events.frame import AgreementOpened, InstrumentSigned, InstrumentTookEffect, Party
from events.grants import LicenceGranted, OptionGranted
from events.quantity import Quantity
from events.reader import merged, read_draft, read_event, type_named
from events.record import EventCorrected, EventRetracted, SourceLinked
from events.scope import Box
from events.source import Source
from events.values import enc_hook
from events.when import When
from tests.strategies import drafts, events_of

SOURCES = {"article": {"title": "The article", "published": 2025}}
LICENCE = {"event": "LicenceGranted", "effective": "2019", "id": "p", "holder": "a"}
OPTION = {**LICENCE, "event": "option-granted", "option": "put"}
OPENED = {"event": "AgreementOpened", "effective": 2019, "title": "t"}
PARTY = {"id": "a", "name": "A"}
LINKED = {"event": "SourceLinked", "target": 1, "stance": "supports"}
CORRECTED = {"event": "EventCorrected", "target": 1, "reason": "typing error"}


def read(fields: Mapping[str, object]) -> Draft:
    return read_draft(fields, agreement="alpha-beta", known_sources=SOURCES)


@pytest.mark.parametrize("name", USER_TYPES)
def test_what_is_written_reads_back_as_the_same_event(name: str) -> None:
    @settings(max_examples=20)
    @given(events_of(TYPES[name]))
    def law(event: Event) -> None:
        written = msgspec.to_builtins(event, enc_hook=enc_hook)
        assert read_event(type(event), written) == event

    law()


@given(drafts(), st.sampled_from(("TYPE", "__name__")))
def test_a_draft_is_read_from_the_fields_that_it_is_written_as(
    draft: Draft, named: str
) -> None:
    fields = msgspec.to_builtins(draft, enc_hook=enc_hook)
    cls = type(draft.event)
    fields["event"] = getattr(cls, named)
    fields |= msgspec.to_builtins(draft.event, enc_hook=enc_hook)
    assert read_draft(fields) == draft


def test_names_of_types_are_read_in_both_ways() -> None:
    for name in USER_TYPES:
        cls = TYPES[name]
        assert type_named(name) is type_named(cls.__name__) is cls


def test_one_party_and_a_list_of_one_are_the_same() -> None:
    one = read({**LICENCE, "holder": "a", "scope": {"asset": "models"}})
    assert one == read({**LICENCE, "holder": ["a"], "scope": [{"asset": ["models"]}]})
    assert isinstance(one.event, LicenceGranted)
    assert one.event.holder == ("a",)
    assert one.event.scope == (Box(asset=("models",)),)


def test_an_option_opens_and_closes() -> None:
    event = read({**OPTION, "opens": 2024, "closes": "through 2025"}).event
    assert isinstance(event, OptionGranted)
    assert (event.starts, event.ends) == (
        When.parse("2024"),
        When.parse("through 2025"),
    )


def test_values_that_a_file_reader_has_typed_are_read_as_their_text() -> None:
    draft = read(
        {
            "event": "InstrumentSigned",
            "effective": dt.date(2018, 5, 14),
            "id": "deed",
            "kind": "definitive",
            "signed_on": 2018,
        }
    )
    assert draft.effective == When.parse("2018-05-14")
    assert isinstance(draft.event, InstrumentSigned)
    assert draft.event.signed_on == PartialDate.parse("2018")
    assert draft.event.binding


def test_a_field_without_a_value_is_as_good_as_absent() -> None:
    assert read({**LICENCE, "ends": None, "instrument": None}) == read(LICENCE)


def test_a_when_is_read_from_its_json_form_too() -> None:
    nested = {"when": "earliest", "of": [{"when": "milestone", "milestone": "m"}] * 2}
    event = read({**LICENCE, "ends": nested}).event
    assert isinstance(event, LicenceGranted)
    assert str(event.ends) == "earliest of (milestone m; milestone m)"


def test_an_event_about_an_instrument_rests_on_it() -> None:
    draft = read(
        {"event": "InstrumentTookEffect", "effective": 2019, "instrument": "deed"}
    )
    assert draft.instrument == "deed"
    assert draft.event == InstrumentTookEffect(instrument="deed")


def test_prices_of_an_option_are_steps() -> None:
    steps = [
        {"from": 2024, "price": "USD 1bn"},
        {"from": "2025-07", "price": "unknown"},
    ]
    event = read({**OPTION, "price_schedule": steps}).event
    assert isinstance(event, OptionGranted)
    assert [(str(step.start), str(step.price)) for step in event.price_schedule] == [
        ("2024", "USD 1bn"),
        ("2025-07", "unknown"),
    ]


def test_a_source_is_made_whole_from_what_the_file_says_of_it() -> None:
    sources = ["article", {"source": "article", "at": "para 4", "title": "Another"}]
    assert read({**LICENCE, "sources": sources}).sources == (
        Source(source="article", title="The article", published="2025"),
        Source(source="article", title="Another", at="para 4", published="2025"),
    )


def test_a_source_described_in_place_need_not_be_known() -> None:
    described = {"source": "letter", "title": "Letter of 2019-05-02"}
    (source,) = read({**LICENCE, "sources": described}).sources
    assert (source.source, source.stance) == ("letter", "supports")


def test_sources_are_taken_as_they_come_where_none_are_kept() -> None:
    draft = read_draft({**LICENCE, "sources": "anything"}, agreement="alpha-beta")
    assert draft.sources == (Source(source="anything"),)


def test_a_linked_source_is_made_whole_too() -> None:
    event = read({**LINKED, "source": "article", "at": "para 4"}).event
    assert isinstance(event, SourceLinked)
    assert (event.title, event.at, event.published) == ("The article", "para 4", "2025")


def test_a_record_event_needs_no_date_and_names_an_event() -> None:
    for target in (5, "5", "@5"):
        draft = read({"event": "EventRetracted", "target": target, "reason": "twice"})
        assert draft.effective is None
        assert draft.event == EventRetracted(target=5, reason="twice")


def test_a_replacement_is_kept_as_plain_text_with_whole_sources() -> None:
    replacement = {
        "effective": dt.date(2018, 5, 14),
        "signed_on": dt.date(2018, 5, 14),
        "scope": {"activity": ["cloud"]},
        "amount": "USD 12bn",
        "ends": None,
        "sources": "article",
    }
    event = read({**CORRECTED, "replacement": replacement}).event
    assert isinstance(event, EventCorrected)
    assert event.replacement == {
        "effective": "2018-05-14",
        "signed_on": "2018-05-14",
        "scope": {"activity": ["cloud"]},
        "amount": "USD 12bn",
        "ends": None,
        "sources": [{"source": "article", "title": "The article", "published": "2025"}],
    }


class Quoted(str):
    """Words as a file's reader gives them, in a class of its own."""

    __slots__ = ()


def test_words_of_a_class_of_their_own_are_stored_as_words() -> None:
    party = {Quoted("id"): Quoted("a"), "name": Quoted("A"), "role": Quoted("buyer")}
    event = read({**OPENED, "parties": [party], "note": Quoted("n")}).event
    assert isinstance(event, AgreementOpened)
    assert event.parties == (Party(id="a", name="A", role="buyer"),)
    words = (event.note, event.parties[0].id, event.parties[0].role)
    assert {type(word) for word in words} == {str}


BASIS = 'say of what, for example basis: "as-converted diluted"'
PAID = InvestmentMade(
    id="first",
    investor="alpha",
    recipient="beta",
    amount=Quantity.parse("USD 1bn"),
    ends=When.parse("never"),
)


def test_a_replacement_is_merged_over_the_fields_of_an_event() -> None:
    assert merged(PAID, {"amount": "USD 2bn", "stage": "funded", "ends": None}) == (
        InvestmentMade(
            id="first",
            investor="alpha",
            recipient="beta",
            amount=Quantity.parse("USD 2bn"),
            stage="funded",
        )
    )


@pytest.mark.parametrize(
    ("replacement", "message", "field", "hint"),
    [
        (
            {"amout": "USD 2bn"},
            "investment-made has no field amout",
            "amout",
            "did you mean amount?",
        ),
        ({"amount": None}, "investment-made needs amount", "amount", None),
        ({"amount": "27 %"}, "amount is a percentage without a basis", "amount", BASIS),
    ],
)
def test_a_merged_event_is_as_valid_as_any(
    replacement: dict[str, object], message: str, field: str, hint: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        merged(PAID, replacement)
    error = caught.value
    assert (str(error), error.field, error.hint) == (message, field, hint)


def test_an_option_is_merged_by_its_other_names_too() -> None:
    event = read({**OPTION, "opens": 2024, "closes": "through 2025"}).event
    again = merged(event, {"opens": 2025, "closes": None})
    assert isinstance(again, OptionGranted)
    assert (again.starts, again.ends) == (When.parse("2025"), None)


def test_a_value_that_was_withheld_stays_so_in_a_merged_event() -> None:
    event = StakeReported(
        holder="alpha",
        issuer="beta",
        share=Quantity.parse("[***]"),
        basis="diluted",
        note="[***]",
    )
    again = merged(event, {"basis": "as-converted"})
    assert again == msgspec.structs.replace(event, basis="as-converted")


@given(drafts())
def test_nothing_merged_changes_nothing(draft: Draft) -> None:
    assert merged(draft.event, {}) == draft.event


def test_a_default_that_is_written_out_takes_no_bytes() -> None:
    offered = {**OPTION, "event": "FirstRefusalGranted", "sources": "article"}
    offered.pop("option")
    # Words read from a file are never the object that the type has for a default.
    words = msgspec.json.decode(
        b'{"level":"first-refusal","sources":{"source":"article","stance":"supports"}}'
    )
    said, unsaid = read({**offered, **words}), read(offered)
    assert said == unsaid
    assert canonical(said.event) == canonical(unsaid.event)
    assert sources_json(said) == sources_json(unsaid)
