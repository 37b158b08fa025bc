"""Importing into a ledger: whole batches, once, and the place of what is refused."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events.errors import InputError, NotFound, Refused
from ledger.clock import Clock
from ledger.importing.files import read_file, read_stream
from ledger.importing.mapping import draft_mapping
from ledger.importing.recording import (
    TOGETHER_MAX,
    ImportResult,
    Outcome,
    import_batches,
)
from ledger.ledger import Ledger
from ledger.placing import place
from ledger.receipts import Receipt
from ledger.rules import AGREEMENTS_KEPT, FoldRules
from ledger.sqlite import recorder
from tests.ledgers import create, noise, still, ticking

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.yaml"))

OPENED = """\
whereas: 1
agreement: a-b
events:
  - {event: AgreementOpened, effective: 2019, title: A - B,
     parties: [{id: a, name: A}, {id: b, name: B}]}
"""
LICENCE = "  - {event: LicenceGranted, effective: 2020, id: %s, holder: a}\n"
BATCH = """\
  - batch: of 2021
    effective: 2021
    events:
      - {event: LicenceGranted, id: x, holder: a}
      - {event: LicenceGranted, id: y, holder: b}
"""
DEAL = OPENED + LICENCE % "p" + BATCH


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with create(tmp_path / "whereas.db", rules=FoldRules) as ledger:
        yield ledger


def imported(ledger: Ledger, text: str, *, dry_run: bool = False) -> ImportResult:
    batches = read_stream(io.BytesIO(text.encode()), "deal.yaml")
    return import_batches(ledger, batches, recorded_by="ann", dry_run=dry_run)


def counted(result: ImportResult) -> tuple[int, int]:
    return result.added, result.already_there


def test_what_a_file_says_is_recorded_in_its_batches(ledger: Ledger) -> None:
    result = imported(ledger, DEAL)
    assert result.error is None
    assert (result.added, result.batches_added) == (4, 3)
    assert result.last is not None
    assert result.last.tree_size == 4
    batches = [entry.envelope.batch for entry in ledger.entries("a-b")]
    assert [batch and (batch.id, batch.i, batch.n) for batch in batches] == [
        None,
        None,
        ("of 2021", 1, 2),
        ("of 2021", 2, 2),
    ]


def test_importing_a_file_twice_adds_nothing(ledger: Ledger) -> None:
    imported(ledger, DEAL)
    again = imported(ledger, DEAL)
    assert counted(again) == (0, 4)
    assert (again.batches_added, again.batches_already_there) == (0, 3)
    assert ledger.size == 4


def test_what_was_put_in_between_is_the_only_thing_added(ledger: Ledger) -> None:
    imported(ledger, DEAL)
    longer = OPENED + LICENCE % "new" + LICENCE % "p" + BATCH
    assert counted(imported(ledger, longer)) == (1, 4)


def test_what_was_edited_is_new_and_what_was_recorded_stays(ledger: Ledger) -> None:
    imported(ledger, DEAL)
    assert counted(imported(ledger, DEAL.replace("id: p", "id: q"))) == (1, 3)
    assert ledger.size == 5


def test_the_same_event_twice_in_a_file_is_recorded_twice(ledger: Ledger) -> None:
    paid = "  - {event: Performed, effective: 2021, provision: p, kind: paid}\n"
    text = OPENED + LICENCE % "p" + paid + paid
    assert counted(imported(ledger, text)) == (4, 0)
    assert counted(imported(ledger, text)) == (0, 4)
    assert counted(imported(ledger, text + paid)) == (1, 4)


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_batch_that_is_there_in_part_is_refused_at_what_is_new(
    ledger: Ledger, *, dry_run: bool
) -> None:
    imported(ledger, DEAL)
    grown = DEAL + "      - {event: LicenceGranted, id: z, holder: b}\n"
    result = imported(ledger, grown, dry_run=dry_run)
    error = result.error
    assert isinstance(error, Refused)
    assert str(error) == (
        "2 of the 3 events of this batch are recorded already and this one is not;"
        " nothing of the batch was recorded"
    )
    assert (error.text("path"), error.number("line"), error.number("column")) == (
        "deal.yaml",
        12,
        9,
    )
    assert counted(result) == (0, 2)
    assert ledger.size == 4


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("more", "kind", "line"),
    [
        (LICENCE % "p", Refused, 12),
        (BATCH.replace("id: y", "id: p").replace("id: x", "id: z"), Refused, 16),
        (LICENCE.replace("holder: a", "holder: stranger") % "q", NotFound, 12),
    ],
    ids=["an id that is taken", "the second of a batch", "an unknown party"],
)
def test_a_refusal_has_the_place_of_the_event_and_ends_the_import(
    ledger: Ledger, more: str, kind: type[Exception], line: int, *, dry_run: bool
) -> None:
    text = DEAL.replace("2020, id: p", "2020, key: k, id: p")
    result = imported(ledger, text + more + LICENCE % "later", dry_run=dry_run)
    assert isinstance(result.error, kind)
    assert result.error.text("path") == "deal.yaml"
    assert result.error.number("line") == line
    assert ledger.size == (0 if dry_run else 4)
    assert counted(result) == (4, 0)


def test_an_agreement_that_is_not_open_is_not_found(ledger: Ledger) -> None:
    result = imported(ledger, "whereas: 1\nagreement: a-b\nevents:\n" + LICENCE % "p")
    assert isinstance(result.error, NotFound)
    assert result.error.number("line") == 4


def test_an_event_that_is_too_large_is_refused_at_its_place(ledger: Ledger) -> None:
    title = "x" * 70_000
    result = imported(ledger, DEAL.replace("title: A - B", f"title: {title}"))
    assert isinstance(result.error, InputError)
    assert (result.error.path, result.error.line) == ("deal.yaml", 4)
    assert ledger.size == 0


def test_a_mistake_in_a_document_changes_nothing(ledger: Ledger) -> None:
    result = imported(ledger, DEAL + "  - {event: Nothing}\n")
    assert isinstance(result.error, InputError)
    assert result.error.line == 12
    assert ledger.size == 0


def test_a_dry_run_writes_nothing_and_says_what_would_be_added(ledger: Ledger) -> None:
    imported(ledger, OPENED)
    result = imported(ledger, DEAL, dry_run=True)
    assert (result.error, counted(result)) == (None, (3, 1))
    assert [getattr(draft.event, "id", None) for draft in result.drafts] == [
        "p",
        "x",
        "y",
    ]
    assert ledger.size == 1


def lines(*events: dict[str, Any]) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


def event(kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever JSON has
    return {"event": kind, "agreement": "a-b", "effective": "2020", **fields}


def opening(agreement: str) -> dict[str, Any]:
    parties = [{"id": name, "name": name.upper()} for name in "ab"]
    return event("AgreementOpened", agreement=agreement, title="T", parties=parties)


GRANTED = event("LicenceGranted", id="p", holder="a")
EXTENDED = event("TermExtended", provision="p", ends="never")
POOL = [
    opening("a-b"),
    GRANTED,
    EXTENDED,
    {**GRANTED, "holder": "b"},
    {**GRANTED, "id": "q"},
    {**EXTENDED, "provision": "q"},
    event("PartyJoined", party={"id": "c", "name": "C"}),
    event("LicenceGranted", id="r", holder="c"),
    {**GRANTED, "agreement": "c-d"},
    opening("c-d"),
]
LINES = st.lists(
    st.builds(
        lambda event, key, batch: {
            **event,
            **({"key": key} if key else {}),
            **({"batch": batch} if batch else {}),
        },
        st.sampled_from(POOL),
        st.sampled_from([None, None, None, "k", "l"]),
        st.sampled_from([None, None, "x", "y"]),
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(LINES, st.integers(0, 8), st.sampled_from([[], POOL[::9]]))
@example([opening("a-b"), EXTENDED, GRANTED], 0, [])
@example([opening("a-b"), {**GRANTED, "key": "k"}, {**GRANTED, "key": "k"}], 0, [])
@example([opening("a-b"), EXTENDED, opening("c-d"), opening("c-d"), GRANTED], 0, [])
@example([opening("a-b"), *[{**e, "batch": "x"} for e in (EXTENDED, GRANTED)]], 0, [])
def test_a_dry_run_ends_as_the_import_does(
    events: list[dict[str, Any]],
    before: int,
    opened: list[dict[str, Any]],
) -> None:
    """A file is imported of which the first events are there already."""
    first = [*opened, *events[:before]]
    with (
        TemporaryDirectory() as folder,
        create(Path(folder, "l.db"), rules=FoldRules) as ledger,
    ):

        def ended(events: list[dict[str, Any]], *, dry_run: bool) -> tuple[object, ...]:
            batches = read_stream(io.BytesIO(lines(*events).encode()), "f", "jsonl")
            found = import_batches(ledger, batches, recorded_by="a", dry_run=dry_run)
            wrong = found.error
            return (
                (found.added, found.batches_added),
                (found.already_there, found.batches_already_there),
                (type(wrong), str(wrong), wrong and wrong.number("line")),
            )

        if first:
            ended(first, dry_run=False)
        if events:
            size = ledger.size
            rehearsed = ended(events, dry_run=True)
            assert ledger.size == size
            assert rehearsed == ended(events, dry_run=False)


def test_whoever_waits_is_told_of_each_batch(ledger: Ledger) -> None:
    told: list[Outcome] = []
    batches = read_stream(io.BytesIO(DEAL.encode()), "deal.yaml")
    import_batches(ledger, batches, recorded_by="ann", on_progress=told.append)
    assert [(one.fate, one.batch.name, len(one.receipts)) for one in told] == [
        ("added", None, 1),
        ("added", None, 1),
        ("added", "of 2021", 2),
    ]
    assert told[2].batch.places[0].line == 10


def stopping(looks: int) -> Clock:
    """A clock at which somebody loses patience."""
    clock, left = ticking(), iter(range(looks))

    def look() -> int:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return clock()

    return look


def test_an_interruption_leaves_whole_batches(tmp_path: Path) -> None:
    """Stop at every look at the clock, also while a batch is written."""
    for looks in range(12):
        path = tmp_path / f"{looks}.db"
        with create(path, rules=FoldRules, clock=stopping(looks)) as ledger:
            result = imported(ledger, DEAL)
        with Ledger.open(path) as ledger:
            assert ledger.size in {0, 1, 2, 4}
            assert ledger.size == result.added
            assert result.interrupted == (ledger.size < 4)
            ledger.check()
            assert imported(ledger, DEAL).already_there == result.added
            assert ledger.size == 4


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_imported_and_written_back(
    ledger: Ledger, path: Path, tmp_path: Path
) -> None:
    result = import_batches(ledger, read_file(path), recorded_by="ann")
    assert result.error is None
    lines = tmp_path / "all.jsonl"
    lines.write_text(
        "".join(json.dumps(draft_mapping(entry)) + "\n" for entry in ledger.read())
    )
    again = import_batches(ledger, read_file(lines), recorded_by="ann")
    assert counted(again) == (0, result.added)
    with create(tmp_path / "copy.db", rules=FoldRules) as copy:
        there = import_batches(copy, read_file(lines), recorded_by="ann")
        assert (there.error, counted(there)) == (None, counted(result))
        assert list(map(draft_mapping, copy.read())) == list(
            map(draft_mapping, ledger.read())
        )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_batches_written_together_are_what_they_would_be_one_by_one(
    path: Path, tmp_path: Path
) -> None:
    fixed: dict[str, Any] = {"rules": FoldRules, "clock": still()}
    receipts: list[Receipt] = []
    with (
        create(tmp_path / "together.db", random=noise(), **fixed) as together,
        create(tmp_path / "alone.db", random=noise(), **fixed) as alone,
    ):
        result = import_batches(
            together,
            read_file(path),
            recorded_by="ann",
            on_progress=lambda outcome: receipts.extend(outcome.receipts),
        )
        assert result.error is None
        one_by_one = [
            receipt
            for batch in read_file(path)
            for receipt in alone.append(
                batch.drafts, recorded_by="ann", batch=batch.name
            )
        ]
        assert receipts == one_by_one
        assert list(together.store.scan()) == list(alone.store.scan())
        assert together.check() == alone.check()


@pytest.mark.parametrize(
    ("events", "written"), [(TOGETHER_MAX, 1), (TOGETHER_MAX + 1, 2)]
)
def test_single_events_share_the_wait_for_the_disk(
    ledger: Ledger, events: int, written: int
) -> None:
    licences = "".join(LICENCE % f"p{number}" for number in range(events - 1))
    with patch.object(recorder, "place", side_effect=place) as placed:
        assert imported(ledger, OPENED + licences).added == events
    assert placed.call_count == written


def test_events_of_many_agreements_are_not_admitted_together(ledger: Ledger) -> None:
    count = AGREEMENTS_KEPT + 1
    opened = [OPENED.replace("a-b", f"deal-{n}") for n in range(count)]
    licences = [
        f"whereas: 1\nagreement: deal-{n}\nevents:\n{LICENCE % 'p'}"
        for n in range(count)
    ]
    with patch.object(recorder, "place", side_effect=place) as placed:
        result = imported(ledger, "---\n".join([*opened, *licences]))
    assert (result.error, result.added) == (None, 2 * count)
    # The first 64 agreements; the last one with its licence and 63 others; the rest.
    assert placed.call_count == 3
    ledger.check()


def test_a_refusal_among_many_leaves_those_before_and_none_behind(
    ledger: Ledger,
) -> None:
    licences = [LICENCE % f"p{number}" for number in range(20)]
    licences[12] = LICENCE % "p3"
    result = imported(ledger, OPENED + "".join(licences))
    assert isinstance(result.error, Refused)
    assert result.error.number("line") == 6 + 12
    assert (result.added, ledger.size) == (13, 13)
