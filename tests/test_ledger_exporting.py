"""What is exported can be read by others, and by ourselves."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import stat
import tracemalloc
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings

from events.dates import PartialDate
from events.entry import Entry
from events.errors import Integrity, NotFound, Refused
from events.reader import read_draft
from ledger.audit.writing import writing_file
from ledger.exporting import database
from ledger.exporting.choice import Choice, Tally
from ledger.exporting.database import write_database
from ledger.exporting.lines import event_lines, state_lines
from ledger.exporting.tables import event_table, state_table
from ledger.importing.files import read_file
from ledger.importing.mapping import draft_mapping
from ledger.importing.recording import import_batches
from ledger.ledger import Ledger
from ledger.rules import FoldRules
from tests.audit_parts import EXAMPLES
from tests.histories import histories
from tests.ledgers import (
    A,
    B,
    create,
    draft,
    fill,
    invested,
    noise,
    opened,
    raw,
    ticking,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from projections.questions.answers import StateAnswer

ON = PartialDate.parse("2026-01-01")
DATES = ("2019-12-31", "2021-06-01", "2024", "2025-10-28", "2026-01-01", "2032-02")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with create(tmp_path / "l.db") as ledger:
        yield ledger


def choice(
    ledger: Ledger, *agreements: str, known: str | None = None, on: str = "2026-01-01"
) -> Choice:
    return Choice(
        ledger=ledger,
        known=ledger.known(known),
        on=PartialDate.parse(on),
        agreements=agreements or None,
    )


def read(lines: Iterable[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines))))


def timeless(ledger: Ledger) -> list[StateAnswer]:
    """What held on many dates, but for when it was recorded."""
    return [
        msgspec.structs.replace(answer, known=None, horizon=None)
        for on in DATES
        for answer, _ in choice(ledger, on=on).states()
    ]


# --- JSON lines -----------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.stem)
def test_events_are_imported_again_and_lead_to_the_same_state(
    path: Path, tmp_path: Path
) -> None:
    lines = tmp_path / "events.jsonl"
    made = {"rules": FoldRules, "clock": ticking(), "random": noise()}
    with create(tmp_path / "one.db", **made) as ledger:
        import_batches(ledger, read_file(path), recorded_by="ann")
        ledger.snapshot_heads(recorded_by="ann")
        lines.write_text("".join(event_lines(choice(ledger))))
        with create(tmp_path / "two.db", **made) as other:
            result = import_batches(other, read_file(lines), recorded_by="bob")
            assert (result.error, other.size) == (None, ledger.size - 1)
            assert timeless(other) == timeless(ledger) != []
            assert "".join(event_lines(choice(other))) == lines.read_text()


@settings(max_examples=40, deadline=None)
@given(histories())
def test_any_history_goes_out_and_comes_in(history: list[Entry]) -> None:
    drafts = [read_draft(draft_mapping(entry)) for entry in history]
    with TemporaryDirectory() as folder:
        lines = Path(folder, "events.jsonl")
        with (
            create(Path(folder, "one.db"), rules=FoldRules) as ledger,
            create(Path(folder, "two.db"), rules=FoldRules) as other,
        ):
            ledger.append(drafts, recorded_by="ann")
            lines.write_text("".join(event_lines(choice(ledger))))
            result = import_batches(other, read_file(lines), recorded_by="bob")
            assert (result.error, result.added) == (None, len(drafts))
            assert timeless(other) == timeless(ledger)


def test_what_only_the_ledger_records_is_left_out_and_counted(ledger: Ledger) -> None:
    fill(ledger)
    ledger.erase(A, 2, ["note"], reason="why", recorded_by="ann")
    ledger.snapshot_heads(recorded_by="ann")
    chosen = choice(ledger)
    lines = [json.loads(line) for line in event_lines(chosen)]
    assert [line["event"] for line in lines] == [
        "agreement-opened",
        *["investment-made"] * 4,
    ]
    assert lines[1]["note"] == "[***]"
    tally = chosen.tally
    assert (tally.events, tally.left_out, tally.withheld) == (5, 1, 1)


def test_events_speak_of_others_by_their_numbers_in_the_file(
    ledger: Ledger, tmp_path: Path
) -> None:
    fill(ledger, 3, A)
    fill(ledger, 3, B)
    ledger.erase(A, 2, ["note"], reason="why", recorded_by="ann")
    more = [
        invested(7, A),
        draft("event-corrected", A, target=5, replacement={"note": "x"}, reason="y"),
        draft("event-retracted", A, target=4, reason="no use"),
        draft("event-retracted", A, target=7, reason="nor this"),
        draft("source-linked", A, target=5, source="s", stance="supports"),
        draft("event-retracted", A, target=6, reason="it was right"),
        draft("event-retracted", A, target=2, reason="it never was"),
    ]
    ledger.append(more, recorded_by="ann")
    linked = draft("source-linked", B, target=3, source="s", stance="supports")
    ledger.append([linked], recorded_by="ann")
    chosen = choice(ledger)
    text = "".join(event_lines(chosen))
    targets = [json.loads(line).get("target") for line in text.splitlines()]
    assert targets == [*[None] * 7, 4, 4, 5, 2, 3]
    assert chosen.tally.left_out == 3
    lines = tmp_path / "events.jsonl"
    lines.write_text(text.replace("[***]", "round 0"))
    with create(tmp_path / "two.db", rules=FoldRules) as other:
        result = import_batches(other, read_file(lines), recorded_by="bob")
        assert result.error is None
        record = other.timeline(A).record
        assert set(record.retracted) == {2, 5}
        back = [json.loads(line) for line in event_lines(choice(other))]
    for line in back:
        del line["key"]
    assert back == [json.loads(line) for line in lines.read_text().splitlines()]


def test_a_batch_over_two_agreements_stays_together_in_each(
    ledger: Ledger, tmp_path: Path
) -> None:
    events = [opened(A), opened(B), invested(1, A), invested(1, B)]
    ledger.append(events, recorded_by="ann", batch="both")
    lines = tmp_path / "events.jsonl"
    lines.write_text("".join(event_lines(choice(ledger))))
    batches = list(read_file(lines))
    assert [(b.agreement, b.name, len(b.drafts)) for b in batches] == [
        (A, "both", 2),
        (B, "both", 2),
    ]


# --- which events ---------------------------------------------------------------------


def test_only_chosen_agreements_and_what_was_known_then(ledger: Ledger) -> None:
    fill(ledger, 3, A)
    fill(ledger, 3, B)
    cases: list[tuple[tuple[str, ...], str | None, list[int]]] = [
        ((), None, [0, 1, 2, 3, 4, 5]),
        ((), "pos:3", [0, 1, 2, 3]),
        ((A,), "pos:4", [0, 1, 2]),
        ((B, A), "pos:4", [3, 4, 0, 1, 2]),
    ]
    for agreements, known, positions in cases:
        chosen = choice(ledger, *agreements, known=known)
        chosen.check()
        assert [row.position for row, _ in chosen.events()] == positions
    assert [
        answer.agreement for answer, _ in choice(ledger, known="pos:1").states()
    ] == [A]


@pytest.mark.parametrize(
    ("name", "known", "message"),
    [
        ("alpha-bet", None, "there is no agreement alpha-bet"),
        ("_ledger", None, "there is no agreement _ledger"),
        (B, "pos:2", f"nothing was recorded of {B} by then"),
    ],
)
def test_an_agreement_that_is_not_there_is_refused(
    ledger: Ledger, name: str, known: str | None, message: str
) -> None:
    fill(ledger, 3, A)
    fill(ledger, 3, B)
    ledger.snapshot_heads(recorded_by="ann")
    with pytest.raises(NotFound, match=message):
        choice(ledger, name, known=known).check()


def test_a_damaged_event_is_not_exported(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    with raw(tmp_path / "l.db") as connection:
        connection.execute(
            "UPDATE events SET event = CAST(event || ' ' AS BLOB) WHERE position = 3"
        )
    for export in (event_lines, event_table):
        with pytest.raises(Integrity, match="pos:3"):
            list(export(choice(ledger)))


def test_events_are_exported_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times the events take no more memory."""
    monkeypatch.setattr("ledger.sqlite.reading.SCAN_ROWS", 50)
    peaks = []
    for count in (300, 3_000):
        with create(tmp_path / f"{count}.db") as ledger:
            ledger.append([opened()], recorded_by="ann")
            batch = [invested(n % 9, note="x" * 500) for n in range(count)]
            for start in range(0, count, 100):
                ledger.append(batch[start : start + 100], recorded_by="ann")
            for export in (event_lines, event_table):
                sum(map(len, export(choice(ledger))))
                tracemalloc.start()
                sum(map(len, export(choice(ledger))))
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
    lines, table, more_lines, more_table = peaks
    assert more_lines < 2 * lines
    assert more_table < 2 * table


# --- tables ---------------------------------------------------------------------------


def test_a_table_of_events_has_the_columns_in_use(ledger: Ledger) -> None:
    ledger.append(
        [opened(), invested(1, note="=1+1"), invested(2, note="+1", tags=["a", "b"])],
        recorded_by="@ann",
    )
    rows = read(event_table(choice(ledger)))
    assert list(rows[0]) == [
        *("position", "recorded_at", "agreement", "seq", "event", "effective"),
        *("instrument", "recorded_by", "leaf", "title", "parties", "note", "tags"),
        *("id", "investor", "recipient", "amount", "sources", "key", "batch"),
    ]
    assert [row["note"] for row in rows] == ["", "'=1+1", "'+1"]
    assert [row["tags"] for row in rows] == ["", "", "a b"]
    assert {row["recorded_by"] for row in rows} == {"'@ann"}
    assert json.loads(rows[0]["parties"])[0] == {"id": "alpha", "name": "ALPHA"}
    assert [row["leaf"] for row in rows] == [
        row.leaf.hex() for row in ledger.store.scan()
    ]


def test_a_table_of_provisions_has_their_status_on_the_date(ledger: Ledger) -> None:
    granted = draft(
        "exclusivity-granted",
        A,
        effective="2020",
        id="cloud",
        holder="alpha",
        against="beta",
        scope={"activity": "cloud"},
        ends="milestone launch determined",
    )
    ledger.append([opened(), granted], recorded_by="ann")
    (row,) = read(state_table(choice(ledger, on="2021-01-01")))
    given = {name: value for name, value in row.items() if value}
    assert given == {
        "agreement": A,
        "on": "2021-01-01",
        "known": "pos:1",
        "provision": "cloud",
        "kind": "priority",
        "holders": "alpha",
        "against": "beta",
        "level": "exclusive",
        "status": row["status"],
        "starts": "2020",
        "ends": "milestone launch determined",
        "flags": row["flags"],
        "starts_from": "2020-01-01",
        "starts_to": "2020-12-31",
        "ends_from": row["ends_from"],
        "set_by": "2",
        "scope": '[{"include":[{"activity":["cloud"]}]}]',
    }
    (document,) = map(json.loads, state_lines(choice(ledger, on="2021-01-01")))
    assert document["provisions"][0]["status"] == row["status"]
    assert document["schema"] == "whereas/state/1"


def test_an_end_that_is_recorded_for_later_has_columns_of_its_own(
    ledger: Ledger, tmp_path: Path
) -> None:
    granted = draft("licence-granted", A, effective="2020", id="models", holder="alpha")
    ended = draft(
        "provision-ended",
        A,
        effective="2027-02-01",
        provision="models",
        basis="terminated",
    )
    ledger.append([opened(), granted, ended], recorded_by="ann")
    (row,) = read(state_table(choice(ledger, on="2021-01-01")))
    assert (row["ends"], row["later_ends"], row["later_event"]) == (
        *("", "2027-02-01", "3"),
    )
    write_database(choice(ledger, on="2021-01-01"), tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out")) as found:
        rows = found.execute("SELECT later_ends, later_event FROM provisions")
        assert rows.fetchall() == [("2027-02-01", 3)]
    (row,) = read(state_table(choice(ledger, on="2028-01-01")))
    assert (row["ends"], row["later_ends"], row["later_event"]) == (
        *("2027-02-01", "", ""),
    )


# --- SQLite ---------------------------------------------------------------------------


def test_a_database_holds_events_and_states_that_refer_to_each_other(
    tmp_path: Path,
) -> None:
    path = tmp_path / "out.sqlite"
    with create(tmp_path / "l.db", rules=FoldRules) as ledger:
        for name in ("microsoft-openai", "hulu"):
            import_batches(
                ledger, read_file(EXAMPLES / f"{name}.yaml"), recorded_by="a"
            )
        ledger.snapshot_heads(recorded_by="a")
        chosen = choice(ledger)
        write_database(chosen, path)
        states = {answer.agreement: answer for answer, _ in chosen.states()}
        about = (ledger.size, ledger.head().root.hex())
        again = tmp_path / "again.sqlite"
        write_database(chosen, again)
    assert path.read_bytes() == again.read_bytes()
    with closing(sqlite3.connect(path)) as found:

        def ask(sql: str) -> list[tuple[object, ...]]:
            return found.execute(sql).fetchall()

        assert ask("PRAGMA foreign_key_check") == []
        assert ask("PRAGMA integrity_check") == [("ok",)]
        assert ask("SELECT tree_size, root FROM about") == [about]
        assert ask("SELECT agreement, events FROM agreements ORDER BY 1") == [
            ("hulu", 37),
            ("microsoft-openai", 55),
        ]
        assert ask("SELECT agreement, provision, status FROM provisions") == [
            (name, provision.id, provision.status)
            for name, answer in sorted(states.items())
            for provision in answer.provisions
        ]
        ((seq,),) = ask(
            "SELECT min(seq) FROM provision_events JOIN events USING (position)"
            " WHERE provision = 'bar-agi-development'"
        )
        assert seq == 12
        assert ask("SELECT count(*) FROM sources WHERE quote LIKE '%cloud provider%'")
        ((words,),) = ask(
            "SELECT count(*) FROM events_fts WHERE events_fts MATCH 'hulu'"
        )
        assert isinstance(words, int)
        assert words > 10


def test_a_database_is_as_things_were_known(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 3, A)
    fill(ledger, 3, B)
    write_database(choice(ledger, known="pos:1"), tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out")) as found:
        assert found.execute("SELECT position FROM events").fetchall() == [(0,), (1,)]
        assert found.execute("SELECT agreement FROM agreements").fetchall() == [(A,)]


def test_a_database_that_cannot_be_written_is_not_there(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger)
    # As a disk that is full after a few pages.
    begun = "PRAGMA max_page_count = 9"
    monkeypatch.setattr(
        "ledger.exporting.database.PREPARED", (*database.PREPARED, begun)
    )
    path = tmp_path / "out.sqlite"

    def write() -> None:
        with writing_file(path) as stream:
            write_database(choice(ledger), Path(stream.name))

    with pytest.raises(Refused, match=r"out\.sqlite cannot be written: .* is full"):
        write()
    assert not path.exists()
    assert {found.name for found in tmp_path.iterdir()} <= {
        *("l.db", "l.db-shm", "l.db-wal")
    }


def test_an_empty_ledger_is_exported_as_well(ledger: Ledger, tmp_path: Path) -> None:
    chosen = choice(ledger)
    assert list(event_lines(chosen)) == list(state_lines(chosen)) == []
    assert len(list(event_table(chosen))) == len(list(state_table(chosen))) == 1
    write_database(chosen, tmp_path / "out")


# --- files ----------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, OSError])
def test_a_file_that_is_not_whole_is_not_there(
    tmp_path: Path, error: type[BaseException]
) -> None:
    old = tmp_path / "old"
    old.write_text("old")

    def half(path: Path, *, replace: bool) -> None:
        with writing_file(path, replace=replace) as stream:
            stream.write(b"half")
            raise error

    for path, replace in ((tmp_path / "new", False), (old, True)):
        with pytest.raises(Refused if error is OSError else error):
            half(path, replace=replace)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert old.read_text() == "old"


def test_a_file_is_for_whom_its_owner_says(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        for mode in (0o600, 0o640):
            with writing_file(tmp_path / "out", replace=True) as stream:
                stream.write(b"ours")
            assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == mode
            (tmp_path / "out").chmod(0o640)
    finally:
        os.umask(before)


def test_what_came_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "out"
    writing = writing_file(path)
    writing.__enter__().write(b"ours")
    path.write_text("theirs")
    with pytest.raises(Refused, match="exists"):
        writing.__exit__(None, None, None)
    assert path.read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 1


def test_progress_is_told(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    for export in (event_lines, event_table, state_lines, state_table):
        told: list[int] = []
        chosen = telling(ledger, told)
        list(export(chosen))
        assert sum(told) == 5
    told = []
    write_database(telling(ledger, told), tmp_path / "out")
    assert sum(told) == 10


def telling(ledger: Ledger, told: list[int]) -> Choice:
    return Choice(
        ledger=ledger, known=ledger.known(None), on=ON, tally=Tally(told.append)
    )
