"""The ledger of what an entry tells of itself."""

from __future__ import annotations

from events.changes import RightRelinquished
from events.entry import Draft, provisional, sources_json
from events.record import EventRetracted
from events.source import Source
from events.when import When

GIVEN_UP = Draft(
    agreement="alpha-beta",
    event=RightRelinquished(provision="cloud", by="alpha"),
    effective=When.parse("2025-10-28"),
    instrument="deed",
    sources=(Source(source="article", at="para 4"), Source(source="filing")),
    key="line 5",
)


def test_an_entry_is_named_by_its_number_and_its_type() -> None:
    entry = provisional(GIVEN_UP, seq=5, position=11)
    assert entry.label == "@5 right-relinquished"
    assert (entry.seq, entry.position) == (5, 11)
    assert (entry.originator_id, entry.originator_version) == ("alpha-beta", 5)


def test_a_provisional_entry_says_all_that_its_draft_says() -> None:
    entry = provisional(GIVEN_UP, seq=5, position=11)
    envelope = entry.envelope
    assert entry.event == GIVEN_UP.event
    assert entry.sources() == GIVEN_UP.sources
    assert (envelope.effective, envelope.instrument, envelope.key) == (
        GIVEN_UP.effective,
        GIVEN_UP.instrument,
        GIVEN_UP.key,
    )
    assert entry.redacted == ()


def test_an_entry_without_sources_has_none() -> None:
    draft = Draft(agreement="alpha-beta", event=GIVEN_UP.event)
    assert bytes(sources_json(draft)) == b""
    assert provisional(draft, 1, 0).sources() == ()


def test_an_event_about_an_event_is_of_the_record() -> None:
    retracted = Draft(
        agreement="alpha-beta", event=EventRetracted(target=5, reason="twice")
    )
    assert provisional(retracted, 6, 12).is_record
    assert not provisional(GIVEN_UP, 5, 11).is_record
