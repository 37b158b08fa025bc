"""Appending and reading: what is kept, what comes back, what is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import UUID

import msgspec
import pytest

from events.entry import Draft, Entry
from events.errors import (
    Conflict,
    InputError,
    Integrity,
    NotFound,
    Refused,
    WhereasError,
)
from events.reader import read_draft
from events.record import EventRetracted, HeadsSnapshotted, ValuesErased
from ledger.admission import Fetch
from ledger.ledger import Ledger
from ledger.log import tree
from ledger.log.tree import leaf_hash, verify_inclusion
from ledger.receipts import Receipt
from ledger.sqlite import datastore
from ledger.sqlite.connection import open_reader
from ledger.store import LEDGER_STREAM
from tests.ledgers import (
    START_US,
    A,
    B,
    create,
    draft,
    fill,
    invested,
    opened,
    raw,
    reopen,
    still,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with create(tmp_path / "whereas.db") as made:
        yield made


def test_an_entry_is_what_was_drafted_and_where_it_was_recorded(ledger: Ledger) -> None:
    first = opened()
    second = invested(1, key="k", instrument="letter")
    ledger.append([first], recorded_by="ann")
    (receipt,) = ledger.append([second], recorded_by="bob")
    entry = ledger.entries(A)[1]
    assert entry.event == second.event
    assert entry.sources() == second.sources
    envelope = entry.envelope
    assert (envelope.effective, envelope.instrument, envelope.key) == (
        second.effective,
        "letter",
        "k",
    )
    assert (envelope.agreement, envelope.recorded_by, envelope.v) == (A, "bob", 1)
    assert (envelope.position, envelope.seq, envelope.batch) == (1, 2, None)
    assert envelope.recorded_at == receipt.recorded_at
    assert UUID(envelope.id).version == 7


def test_a_receipt_says_where_the_leaf_is_and_its_proof_holds(ledger: Ledger) -> None:
    fill(ledger)
    (receipt,) = ledger.append([invested(9)], recorded_by="ann")
    row = ledger.store.row(A, receipt.seq)
    assert row is not None
    assert receipt.leaf_hash == leaf_hash(row.event).hex()
    assert (receipt.position, receipt.tree_size) == (5, 6)
    proof = tree.inclusion_proof(receipt.position, receipt.tree_size, ledger.store)
    verify_inclusion(row.leaf, receipt.position, 6, proof, bytes.fromhex(receipt.root))
    assert ledger.head() == (6, bytes.fromhex(receipt.root), receipt.recorded_at)


def test_each_event_names_the_leaf_of_the_event_before_it_in_its_agreement(
    ledger: Ledger,
) -> None:
    ledger.append(
        [opened(A), opened(B), invested(1, A), invested(1, B)], recorded_by="a"
    )
    ledger.append([invested(2, A)], recorded_by="a")
    leaves = [row.leaf.hex() for row in ledger.store.scan()]
    prevs = [entry.envelope.prev for entry in ledger.read()]
    assert prevs == [None, None, leaves[0], leaves[1], leaves[2]]


def test_a_batch_says_in_its_bytes_how_many_it_is(ledger: Ledger) -> None:
    ledger.append([opened()], recorded_by="ann", batch="unused")
    ledger.append([invested(1), invested(2)], recorded_by="ann", batch="amendment")
    ledger.append([invested(3), invested(4)], recorded_by="ann")
    one, *many = [entry.envelope.batch for entry in ledger.entries(A)]
    assert one is None
    places = [(b.i, b.n) for b in many if b]
    names = [b.id for b in many if b]
    assert places == [(1, 2), (2, 2), (1, 2), (2, 2)]
    assert names[:2] == ["amendment"] * 2
    assert names[2] == names[3]
    assert UUID(names[2]).version == 7


@pytest.mark.parametrize(
    ("clock", "expected_us"),
    [
        pytest.param([0, 10, 20, 30], [0, 10, 20], id="it goes on"),
        pytest.param([0, 0, 0, 0], [0, 1, 2], id="it stands still"),
        pytest.param([50, 10, 0, 70], [50, 51, 52], id="it is set back"),
    ],
)
def test_recorded_at_grows_whatever_the_clock_does(
    tmp_path: Path, clock: list[int], expected_us: list[int]
) -> None:
    told: list[int] = []
    with create(tmp_path / "l.db", clock=lambda: START_US + told[-1]) as ledger:
        for number, now in enumerate(clock[:3]):
            told.append(now)
            drafts = [invested(number)] if number else [opened()]
            ledger.append(drafts, recorded_by="ann")
    instants = [f"2027-01-15T08:00:00.{us:06}Z" for us in expected_us]
    with reopen(tmp_path / "l.db", read_only=True) as ledger:
        assert [e.envelope.recorded_at for e in ledger.read()] == instants


def test_events_of_a_batch_are_a_microsecond_apart(tmp_path: Path) -> None:
    with create(tmp_path / "l.db", clock=still()) as ledger:
        receipts = ledger.append([opened(), invested(1), invested(2)], recorded_by="a")
    assert [receipt.recorded_at[-7:] for receipt in receipts] == [
        "000000Z",
        "000001Z",
        "000002Z",
    ]


def test_the_same_inputs_clock_and_noise_give_the_same_root(tmp_path: Path) -> None:
    roots = set()
    for name in ("one.db", "two.db"):
        with create(tmp_path / name) as ledger:
            fill(ledger)
            roots.add(ledger.head().root)
    assert len(roots) == 1


# What is sent under the key of invested(1, key="k"), and what becomes of it.
OUTCOMES = [
    ("the same", {}, None),
    ("another amount", {"amount": "USD 3m"}, "amount"),
    ("another note", {"note": "other"}, "note"),
    ("no note", {"note": None}, "note"),
    ("another id", {"id": "other"}, "id"),
    ("a tag more", {"tags": ["cuad:x"]}, "tags"),
    ("another date", {"effective": "2020-01-03"}, "effective"),
    ("an instrument", {"instrument": "letter"}, "instrument"),
    ("another source", {"sources": ["filing"]}, "sources"),
    ("another type", None, "event"),
]


@pytest.mark.parametrize(
    ("fields", "field"),
    [case[1:] for case in OUTCOMES],
    ids=[case[0] for case in OUTCOMES],
)
def test_a_known_key_replays_the_same_and_refuses_another(
    ledger: Ledger, fields: dict[str, Any] | None, field: str | None
) -> None:
    ledger.append([opened()], recorded_by="ann")
    receipts = ledger.append([invested(1, key="k")], recorded_by="ann")
    before = ledger.head()
    again = invested(1, key="k", **(fields or {}))
    if fields is None:
        again = draft("party-left", A, effective="2021", party="beta", key="k")
    if field is None:
        assert ledger.append([again], recorded_by="bob") == replays(receipts)
    else:
        with pytest.raises(Conflict, match=f"with another {field};") as caught:
            ledger.append([again], recorded_by="ann")
        assert caught.value.facts["field"] == field
        assert caught.value.facts["conflict"] == "@2 investment-made"
    assert ledger.head() == before


def replays(receipts: Sequence[Receipt]) -> list[Receipt]:
    return [msgspec.structs.replace(receipt, replayed=True) for receipt in receipts]


def test_a_replayed_receipt_is_the_one_of_then(ledger: Ledger) -> None:
    drafts = [invested(n, key=f"k{n}") for n in range(4)]
    ledger.append([opened()], recorded_by="ann")
    batch = ledger.append(drafts[:3], recorded_by="ann")
    single = ledger.append(drafts[3:], recorded_by="ann")
    fill(ledger, agreement=B)
    assert ledger.append(drafts[:3], recorded_by="ann") == replays(batch)
    assert ledger.append(drafts[2:], recorded_by="ann") == replays(batch[2:] + single)


def test_a_batch_of_which_a_part_is_there_is_a_conflict_and_adds_nothing(
    ledger: Ledger,
) -> None:
    ledger.append([opened(key="o"), invested(1, key="k1")], recorded_by="ann")
    for new in (invested(2, key="k2"), invested(2)):
        with pytest.raises(Conflict, match=r"1 of these 2 .* as alpha-beta @2;") as got:
            ledger.append([invested(1, key="k1"), new], recorded_by="ann")
        assert got.value.facts["there"] == [1]
        assert got.value.facts["new"] == (new.key or "investment-made")
    assert ledger.size == 2


def test_a_key_belongs_to_one_agreement(ledger: Ledger) -> None:
    ledger.append([opened(A, key="k")], recorded_by="ann")
    (receipt,) = ledger.append([opened(B, key="k")], recorded_by="ann")
    assert not receipt.replayed
    assert ledger.size == 2


def test_a_key_twice_in_a_batch_is_refused(ledger: Ledger) -> None:
    with pytest.raises(InputError, match="2 events of alpha-beta have the key k"):
        ledger.append([opened(key="k"), invested(1, key="k")], recorded_by="ann")


def test_erased_values_count_as_the_same_under_a_key(ledger: Ledger) -> None:
    ledger.append([opened()], recorded_by="ann")
    ledger.append([invested(1, key="k")], recorded_by="ann")
    ledger.erase(A, 2, ["amount"], reason="order", recorded_by="ann")
    (receipt,) = ledger.append(
        [invested(1, key="k", amount="USD 9bn")], recorded_by="a"
    )
    assert receipt.replayed
    with pytest.raises(Conflict, match="another note"):
        ledger.append([invested(1, key="k", note="other")], recorded_by="ann")


def test_expecting_the_number_of_events_there_are_appends(ledger: Ledger) -> None:
    ledger.append([opened()], recorded_by="ann", expected=0)
    ledger.append([invested(1), invested(2)], recorded_by="ann", expected=1)
    assert ledger.size == 3


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_expecting_another_number_is_a_conflict(ledger: Ledger, expected: int) -> None:
    fill(ledger, 2)
    with pytest.raises(Conflict, match=f"its last event is @2, not @{expected}"):
        ledger.append([invested(7)], recorded_by="ann", expected=expected)
    assert ledger.size == 2


def test_a_known_key_is_replayed_whatever_was_expected(ledger: Ledger) -> None:
    ledger.append([opened()], recorded_by="ann")
    ledger.append([invested(1, key="k")], recorded_by="ann", expected=1)
    (receipt,) = ledger.append([invested(1, key="k")], recorded_by="a", expected=1)
    assert receipt.replayed


def test_one_number_cannot_be_expected_of_two_agreements(ledger: Ledger) -> None:
    with pytest.raises(InputError, match="2 agreements"):
        ledger.append([opened(A), opened(B)], recorded_by="ann", expected=0)


REFUSED: list[tuple[str, list[Draft], type[WhereasError], str]] = [
    ("unknown", [invested(1, "alpha-bet")], NotFound, "no agreement alpha-bet"),
    ("opened twice", [opened()], Refused, "alpha-beta is open already"),
    ("twice in one", [opened(B), opened(B)], Refused, "beta-gamma is open already"),
    ("opened late", [invested(1, B), opened(B)], NotFound, "no agreement beta-gamma"),
    ("no key", [invested(1, key="x"), invested(2, key="x")], InputError, "the key x"),
]


@pytest.mark.parametrize(
    ("drafts", "kind", "words"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_what_cannot_follow_is_refused_whole(
    ledger: Ledger, drafts: list[Draft], kind: type[WhereasError], words: str
) -> None:
    fill(ledger, 2)
    before = ledger.head()
    with pytest.raises(kind, match=words):
        ledger.append([invested(8), *drafts], recorded_by="ann")
    assert ledger.head() == before


def test_an_unknown_agreement_is_met_with_the_nearest_name(ledger: Ledger) -> None:
    fill(ledger, 2)
    for ask in (ledger.entries, ledger.timeline, partial(ledger.known, None)):
        with pytest.raises(NotFound) as caught:
            ask("alpha-bta")
        assert caught.value.hint == "did you mean alpha-beta?"
    with pytest.raises(NotFound) as caught:
        ledger.append([invested(1, "zeta")], recorded_by="ann")
    assert caught.value.hint == (
        "whereas append agreement-opened zeta -h tells how to begin"
    )


def test_what_the_ledger_writes_itself_nobody_else_writes(ledger: Ledger) -> None:
    fill(ledger, 2)
    erased = Draft(agreement=A, event=ValuesErased(target=2, fields=(), reason="x"))
    elsewhere = Draft(agreement=LEDGER_STREAM, event=opened().event)
    for one in (erased, elsewhere):
        with pytest.raises(Refused, match="by the ledger itself"):
            ledger.append([one], recorded_by="ann")


def test_the_ledger_writes_of_itself_in_a_stream_that_is_no_agreement(
    ledger: Ledger,
) -> None:
    fill(ledger, 2)
    event = HeadsSnapshotted(agreements=1, root="0" * 64)
    snapshot = Draft(agreement=LEDGER_STREAM, event=event)
    (receipt,) = ledger.append_system([snapshot], recorded_by="whereas")
    assert (receipt.position, receipt.seq) == (2, 1)
    assert [found.agreement for found in ledger.agreements()] == [A]
    assert [name for name, _ in ledger.store.tails()] == [LEDGER_STREAM, A]
    ledger.check()


@pytest.mark.parametrize("words", ["", "  ", "half \ud800"])
@pytest.mark.parametrize("field", ["recorded_by", "batch", "key"])
def test_words_that_cannot_be_stored_are_refused(
    ledger: Ledger, field: str, words: str
) -> None:
    given = {"recorded_by": "ann", "batch": None, field: words}
    key = given.pop("key", None)
    one = msgspec.structs.replace(opened(), key=key)
    with pytest.raises(InputError) as caught:
        ledger.append([one], **given)  # type: ignore[arg-type]  # one of three
    assert caught.value.field == field


def test_nothing_appended_is_nothing_recorded(ledger: Ledger) -> None:
    assert ledger.append([], recorded_by="ann") == []
    assert ledger.size == 0


def test_an_event_too_large_is_refused_and_a_dry_run_says_so_too(
    ledger: Ledger,
) -> None:
    ledger.append([opened()], recorded_by="ann")
    outcomes: dict[bool, list[str]] = {True: [], False: []}
    for size in range(64_900, 65_050, 5):
        one = invested(1, sources=[{"source": "s", "quote": "q" * size}])
        for dry_run, told in outcomes.items():
            try:
                ledger.append([one], recorded_by="ann", dry_run=dry_run)
                told.append("fits")
            except InputError as error:
                told.append(str(error))
    assert outcomes[True] == outcomes[False]
    assert outcomes[True][0] == "fits"
    assert "at most 65535 fit" in outcomes[True][-1]


def test_a_dry_run_writes_nothing_and_refuses_what_an_append_would(
    ledger: Ledger,
) -> None:
    fill(ledger, 2)
    before = ledger.head()
    with reopen(ledger.path, read_only=True) as reader:
        for one in (ledger, reader):
            assert one.append([invested(5)], recorded_by="ann", dry_run=True) == []
            with pytest.raises(Conflict):
                one.append([invested(5)], recorded_by="ann", dry_run=True, expected=1)
            with pytest.raises(Refused, match="is open already"):
                one.append([opened()], recorded_by="ann", dry_run=True)
        with pytest.raises(Refused, match="can only be read"):
            reader.append([invested(5)], recorded_by="ann")
    assert ledger.head() == before


class Remembering:
    """Rules that note what they are asked, and refuse a round 13."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.seqs: dict[str, list[int]] = {}
        self.forgotten: list[str] = []

    def admit(self, agreement: str, entries: Sequence[Entry]) -> None:
        if any(getattr(e.event, "id", "") == "round-13" for e in entries):
            raise Refused("thirteen")
        self.seqs.setdefault(agreement, []).extend(e.seq for e in entries)
        positions = [e.position for e in (*self.fetch(agreement, 0), *entries)]
        assert positions == sorted(positions)

    def forget(self, agreement: str) -> None:
        self.forgotten.append(agreement)


def test_rules_see_the_events_in_order_and_forget_what_was_not_written(
    tmp_path: Path,
) -> None:
    made: list[Remembering] = []

    def rules(fetch: Fetch) -> Remembering:
        made.append(Remembering(fetch))
        return made[0]

    with create(tmp_path / "l.db", rules=rules) as ledger:
        ledger.append([opened(A), opened(B)], recorded_by="ann")
        ledger.append([invested(1, A), invested(2, B), invested(3, A)], recorded_by="a")
        assert made[0].seqs == {A: [1, 2, 3], B: [1, 2]}
        assert made[0].forgotten == []
        with pytest.raises(Refused, match="thirteen"):
            ledger.append([invested(4, A), invested(13, B)], recorded_by="ann")
        assert made[0].forgotten == [A]
        ledger.append([invested(5, B)], recorded_by="ann", dry_run=True)
        assert made[0].forgotten == [A, B]
        assert ledger.size == 5


def test_the_rules_of_the_fold_are_asked_unless_others_are_given(
    tmp_path: Path,
) -> None:
    with Ledger.create(tmp_path / "l.db") as ledger:
        ledger.append([opened()], recorded_by="ann")
        with pytest.raises(NotFound, match="gamma"):
            ledger.append([invested(1, investor="gamma")], recorded_by="ann")


def test_reading_takes_a_part_of_the_ledger(ledger: Ledger) -> None:
    fill(ledger, 4, A)
    fill(ledger, 3, B)
    positions = [entry.position for entry in ledger.read()]
    assert positions == list(range(7))
    assert [entry.position for entry in ledger.read(2, 3)] == [2, 3, 4]
    assert [entry.position for entry in ledger.read(6, 9)] == [6]
    assert [entry.seq for entry in ledger.entries(B)] == [1, 2, 3]
    assert [entry.seq for entry in ledger.entries(B, known=5)] == [1, 2]
    assert [entry.seq for entry in ledger.entries(B, after=1)] == [2, 3]
    assert ledger.entries(B, known=2) == []


def test_agreements_are_listed_with_title_events_and_last_instant(
    ledger: Ledger,
) -> None:
    assert ledger.agreements() == []
    fill(ledger, 3, B)
    fill(ledger, 2, A)
    listed = ledger.agreements()
    assert [found[:3] for found in listed] == [
        (A, "About alpha-beta", 2),
        (B, "About beta-gamma", 3),
    ]
    assert listed[0].recorded_at == ledger.head().recorded_at
    assert ledger.has(A)
    assert not ledger.has("gamma")


def test_agreements_are_listed_as_they_were_known(ledger: Ledger) -> None:
    fill(ledger, 3, B)
    fill(ledger, 2, A)
    every = [ledger.agreements(position) for position in range(5)]
    assert [[(name, events) for name, _, events, _ in found] for found in every] == [
        [(B, 1)],
        [(B, 2)],
        [(B, 3)],
        [(A, 1), (B, 3)],
        [(A, 2), (B, 3)],
    ]
    for position, found in enumerate(every):
        assert ledger.store.recorded_at(position) in {at for *_, at in found}
    assert every[-1] == ledger.agreements()


def test_whoever_reads_while_values_are_erased_keeps_them_in_the_file_until_then(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger)
    ledger.store.scrub()
    monkeypatch.setattr(datastore, "READERS_WAIT_SECONDS", 0.05)
    kept: list[str] = []

    def erase(field: str) -> None:
        told = partial(kept.append, field)
        ledger.erase(A, 2, [field], reason="x", recorded_by="a", on_kept=told)

    path = tmp_path / "whereas.db"
    with closing(open_reader(path)[0]) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchone()
        erase("note")
        assert kept == ["note"]
        assert b"round 0" in path.read_bytes()
    erase("amount")
    assert kept == ["note"]
    for file in tmp_path.iterdir():
        assert b"round 0" not in file.read_bytes()


def test_erasing_waits_a_moment_for_whoever_reads(
    ledger: Ledger, tmp_path: Path
) -> None:
    fill(ledger)
    kept: list[str] = []
    with closing(open_reader(tmp_path / "whereas.db")[0]) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchone()
        soon = Timer(0.1, reader.execute, ["ROLLBACK"])
        soon.start()
        told = partial(kept.append, "note")
        ledger.erase(A, 2, ["note"], reason="x", recorded_by="a", on_kept=told)
        soon.join()
    assert kept == []


def test_erasing_takes_the_value_and_keeps_every_hash(
    ledger: Ledger, tmp_path: Path
) -> None:
    ledger.append([opened()], recorded_by="ann")
    ledger.append([invested(1, amount="USD 987654321m", note="hush")], recorded_by="a")
    before = ledger.store.row(A, 2)
    (receipt,) = ledger.erase(A, 2, ["amount"], reason="order", recorded_by="ann")
    after = ledger.store.row(A, 2)
    assert before is not None
    assert after is not None
    assert (after.event, after.leaf) == (before.event, before.leaf)
    assert (after.disclosed, after.erased) == (b'{"note":"hush"}', '["amount"]')
    assert after.salts == before.salts[16:]
    entry = ledger.entries(A)[1]
    assert entry.redacted == ("amount",)
    assert str(getattr(entry.event, "amount", None)) == "[***]"
    assert ledger.entries(A)[receipt.seq - 1].event == ValuesErased(
        target=2, fields=("amount",), reason="order"
    )
    ledger.erase(A, 2, ["note"], reason="order", recorded_by="ann")
    assert ledger.entries(A)[1].redacted == ("amount", "note")
    ledger.check()
    for path in tmp_path.iterdir():
        stored = path.read_bytes()
        assert b"hush" not in stored
        assert before.salts[:16] not in stored


def corrected(target: int, **replacement: object) -> Draft:
    return read_draft(
        {
            "event": "event-corrected",
            "agreement": A,
            "target": target,
            "replacement": replacement,
            "reason": "typing error",
        }
    )


def noted(entry: Entry) -> str | None:
    return entry.event.note


def stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_an_erased_value_is_gone_from_corrections_too(
    ledger: Ledger, tmp_path: Path
) -> None:
    """@3 and @4 correct the amount of @2, @4 another field too; @5 takes @3 back."""
    ledger.append([opened()], recorded_by="ann")
    ledger.append([invested(1, amount="USD 987654321m", note="hush")], recorded_by="a")
    ledger.append([corrected(2, amount="USD 887654321m")], recorded_by="ann")
    right = {"amount": "USD 787654321m", "effective": "2021-06-07", "tags": ["late"]}
    ledger.append([corrected(2, **right)], recorded_by="ann")
    retracted = EventRetracted(target=3, reason="wrong too")
    ledger.append([Draft(agreement=A, event=retracted)], recorded_by="ann")
    (before,) = [e for e in ledger.timeline(A).record.entries if e.seq == 2]
    receipts = ledger.erase(A, 2, ["amount"], reason="order", recorded_by="ann")
    (after,) = [e for e in ledger.timeline(A).record.entries if e.seq == 2]
    assert after.redacted == ("amount",)
    assert after.envelope.effective == before.envelope.effective
    assert after.event.tags == before.event.tags == ("late",)
    assert noted(after) == noted(before) == "hush"
    assert [
        (getattr(e.event, "target", 0), getattr(e.event, "fields", None))
        for e in ledger.entries(A, after=receipts[0].seq - 1)
    ] == [(2, ("amount",)), (3, ("replacement",)), (4, ("replacement",)), (2, None)]
    ledger.check()
    assert b"7654321" not in stored(tmp_path)
    with pytest.raises(Refused, match="erased already"):
        ledger.erase(A, 2, ["amount"], reason="order", recorded_by="ann")


def test_a_value_that_only_a_correction_holds_is_erased_there(
    ledger: Ledger, tmp_path: Path
) -> None:
    ledger.append([opened()], recorded_by="ann")
    ledger.append([invested(1)], recorded_by="ann")
    ledger.append([corrected(2, note="hush hush")], recorded_by="ann")
    ledger.erase(A, 2, ["note"], reason="order", recorded_by="ann")
    ledger.check()
    assert b"hush hush" not in stored(tmp_path)
    (entry,) = [e for e in ledger.timeline(A).record.entries if e.seq == 2]
    assert noted(entry) == "[***]"


def test_a_correction_goes_with_what_it_says_of_erasable_fields_alone(
    ledger: Ledger,
) -> None:
    ledger.append([opened()], recorded_by="ann")
    ledger.append([invested(1)], recorded_by="ann")
    ledger.append([corrected(2, effective="2021-06-07")], recorded_by="ann")
    with pytest.raises(NotFound):
        ledger.erase(A, 2, ["effective"], reason="order", recorded_by="ann")
    assert len(ledger.erase(A, 2, ["amount"], reason="x", recorded_by="ann")) == 1


@pytest.mark.parametrize(
    ("agreement", "seq", "field", "kind"),
    [
        (A, 9, "amount", NotFound),
        (A, 2, "form", NotFound),
        (A, 2, "basis", NotFound),
        (A, 3, "amount", Refused),
        ("gamma", 1, "note", NotFound),
    ],
)
def test_what_is_not_there_cannot_be_erased(
    ledger: Ledger, agreement: str, seq: int, field: str, kind: type[WhereasError]
) -> None:
    fill(ledger, 3)
    ledger.erase(A, 3, ["amount"], reason="order", recorded_by="ann")
    before = ledger.head()
    with pytest.raises(kind):
        ledger.erase(agreement, seq, [field], reason="order", recorded_by="ann")
    assert ledger.head() == before


def test_the_library_reads_the_same_events(ledger: Ledger) -> None:
    fill(ledger, 4, A)
    fill(ledger, 2, B)
    application = ledger.application
    assert list(application.events.get(A)) == ledger.entries(A)
    assert [e.originator_version for e in application.events.get(A, gt=1, lte=3)] == [
        2,
        3,
    ]
    last = next(application.events.get(A, desc=True, limit=1))
    assert (last.originator_id, last.originator_version) == (A, 4)
    log = application.notification_log
    assert [n.id for n in log.select(None, 100)] == list(range(6))
    assert [n.id for n in log.select(2, 2)] == [2, 3]
    assert [n.id for n in log.select(2, 9, stop=4, inclusive_of_start=False)] == [3, 4]
    topics = log.select(0, 9, topics=["agreement-opened"])
    assert [(n.id, n.originator_id) for n in topics] == [(0, A), (4, B)]
    assert application.recorder.max_notification_id() == 5
    assert application.mapper.to_domain_event(topics[0]) == ledger.entries(A)[0]


def test_the_machine_s_environment_does_not_configure_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERSISTENCE_MODULE", "eventsourcing.popo")
    monkeypatch.setenv("COMPRESSOR_TOPIC", "zlib")
    with create(tmp_path / "l.db") as ledger:
        fill(ledger)
        assert ledger.check().size == 5


def test_a_backup_is_a_ledger_with_the_same_head(
    ledger: Ledger, tmp_path: Path
) -> None:
    fill(ledger)
    copy = tmp_path / "copy.db"
    assert ledger.backup(copy) == ledger.head()
    with reopen(copy) as other:
        assert list(other.read()) == list(ledger.read())
        other.append([invested(9)], recorded_by="ann")
        assert other.check().size == 6
    with pytest.raises(Refused, match="already"):
        ledger.backup(copy)
    with pytest.raises(NotFound, match="no folder"):
        ledger.backup(tmp_path / "nowhere" / "copy.db")


@pytest.mark.parametrize("damage", [True, False])
def test_a_copy_that_is_not_sound_is_not_there(tmp_path: Path, *, damage: bool) -> None:
    path, copy = tmp_path / "l.db", tmp_path / "copy.db"

    def stop(_: Ledger) -> None:
        raise KeyboardInterrupt

    with create(path) as ledger:
        fill(ledger)
        if damage:
            with raw(path) as connection:
                connection.execute("UPDATE events SET seq = 9 WHERE position = 3")
        with pytest.raises(Integrity if damage else KeyboardInterrupt):
            ledger.backup(copy, examine=stop)
    assert [found.name for found in tmp_path.iterdir()] == ["l.db"]


def test_threads_share_one_ledger(ledger: Ledger) -> None:
    ledger.append([opened()], recorded_by="ann")
    failed: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for number in range(10):
                ledger.append([invested(100 * thread + number)], recorded_by="ann")
                assert ledger.entries(A)
        except BaseException as error:  # noqa: BLE001  # told in the thread that waits
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert ledger.check().size == 41


def test_a_closed_ledger_can_be_closed_again(tmp_path: Path) -> None:
    ledger = create(tmp_path / "l.db")
    ledger.close()
    ledger.close()
    assert [path.name for path in tmp_path.iterdir()] == ["l.db"]
