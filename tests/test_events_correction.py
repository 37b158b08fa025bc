"""The ledger of what a correction puts right."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from events.base import Event
from events.capital import InvestmentMade
from events.codec import placeholder
from events.correction import WITHHELD, corrected
from events.entry import Draft, Entry, provisional
from events.errors import InputError
from events.frame import InstrumentTookEffect
from events.quantity import Quantity
from events.record import EventRetracted
from events.source import Source
from events.when import When
from tests.strategies import drafts

PAID = InvestmentMade(
    id="first", investor="alpha", recipient="beta", amount=Quantity.parse("USD 1bn")
)

FIELDS = (
    "the fields are id, investor, recipient, amount, basis, stage, form, ends, "
    "note, tags, confidential"
)


def recorded(event: Event = PAID, **envelope: object) -> Entry:
    given = {"effective": When.parse("2019"), "instrument": "memo", **envelope}
    draft = Draft(
        agreement="alpha-beta",
        event=event,
        sources=(Source(source="article", title="The article"),),
    )
    return provisional(msgspec.structs.replace(draft, **given), seq=3, position=7)


def test_fields_of_the_event_are_replaced() -> None:
    entry = corrected(recorded(), {"amount": "USD 2bn", "note": "read again"})
    assert entry.envelope == recorded().envelope
    assert entry.event == msgspec.structs.replace(
        PAID, amount=Quantity.parse("USD 2bn"), note="read again"
    )


def test_the_date_the_instrument_and_the_sources_are_replaced_too() -> None:
    entry = corrected(
        recorded(),
        {
            "effective": "2019-07-22",
            "instrument": "deed",
            "sources": [{"source": "filing", "title": "10-Q", "at": "note 17"}],
        },
    )
    assert (entry.event, entry.seq, entry.position) == (PAID, 3, 7)
    assert str(entry.envelope.effective) == "2019-07-22"
    assert entry.envelope.instrument == "deed"
    assert entry.sources() == (Source(source="filing", title="10-Q", at="note 17"),)


def test_the_instrument_and_the_sources_may_be_taken_away() -> None:
    entry = corrected(recorded(), {"instrument": None, "sources": None})
    assert entry.envelope.instrument is None
    assert entry.sources() == ()


def test_an_event_about_an_instrument_is_corrected_in_both_places() -> None:
    entry = recorded(InstrumentTookEffect(instrument="memo"))
    again = corrected(entry, {"instrument": "deed"})
    assert again.event == InstrumentTookEffect(instrument="deed")
    assert again.envelope.instrument == "deed"


@pytest.mark.parametrize(
    ("replacement", "message", "field", "hint"),
    [
        (
            {"effective": None},
            "investment-made needs an effective date",
            "effective",
            "give a date (2019, 2019-07, 2019-07-22), a When, or unknown",
        ),
        (
            {"effective": "never"},
            "what is never effective does not happen",
            "effective",
            "write unknown if nobody knows the date",
        ),
        (
            {"holder": "alpha"},
            "investment-made has no field holder",
            "holder",
            FIELDS,
        ),
        (
            {"investors": "gamma"},
            "investment-made has no field investors",
            "investors",
            "did you mean investor?",
        ),
        (
            {"sources": [{"at": "para 4"}]},
            "source needs source",
            "sources[0].source",
            None,
        ),
    ],
)
def test_a_correction_that_leaves_no_valid_event_is_refused(
    replacement: dict[str, object], message: str, field: str, hint: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        corrected(recorded(), replacement)
    error = caught.value
    assert (str(error), error.field, error.hint) == (message, field, hint)


def test_an_event_of_the_record_has_no_date_to_lose() -> None:
    entry = recorded(EventRetracted(target=1, reason="twice"), effective=None)
    assert corrected(entry, {"effective": None}) == entry


def test_a_value_that_was_withheld_is_there_again_once_it_is_corrected() -> None:
    withheld = msgspec.structs.replace(PAID, amount=Quantity.parse("[***]"))
    entry = Entry(recorded().envelope, withheld, ("amount",))
    again = corrected(entry, {"amount": "USD 2bn"})
    assert again.redacted == ()
    assert again.event == msgspec.structs.replace(
        PAID, amount=Quantity.parse("USD 2bn")
    )
    assert corrected(entry, {"stage": "funded"}).redacted == ("amount",)


@given(drafts())
def test_a_correction_that_was_withheld_may_have_changed_any_value(
    draft: Draft,
) -> None:
    entry = corrected(provisional(draft, 1, 0), WITHHELD)
    cls = type(draft.event)
    assert entry.redacted == cls.REDACTABLE
    for name in cls.REDACTABLE:
        assert getattr(entry.event, name) == placeholder(cls, name)


@given(drafts())
def test_an_empty_correction_changes_nothing(draft: Draft) -> None:
    entry = provisional(draft, 1, 0)
    assert corrected(entry, {}) == entry
