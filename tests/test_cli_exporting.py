"""Events and states leave as files, and come in again."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from inline_snapshot import snapshot

from tests.cli_run import Desk, told

if TYPE_CHECKING:
    from pathlib import Path


REPORTED = (
    "append stake-reported a-b --effective 2020 --holder alpha --issuer beta"
    " --share '27 %' --basis 'all shares'"
)
REFUSED = (
    "csv -o whereas.db --force",
    "sqlite",
    "jsonl -o nowhere/e.jsonl",
    "jsonl -o . --force",
    "csv --what stat",
    "csv --on 2020",
    "csv a-c",
    "csv --known @3",
    "csv --known 2001 a-b",
    "csv --what state --on yesterday",
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An agreement with five events."""
    return told(tmp_path)


def files(desk: Desk) -> set[str]:
    """What lies in the folder, but for what reading leaves beside the ledger."""
    return {path.name for path in desk.folder.iterdir()} - {
        "whereas.db-shm",
        "whereas.db-wal",
    }


def test_events_go_into_a_file_of_each_form(desk: Desk) -> None:
    assert desk("export csv -o e.csv") == snapshot(
        "wrote e.csv: 5 events, as known now (pos:4)\n"
    )
    assert desk("export jsonl a-b -o e.jsonl") == snapshot(
        "wrote e.jsonl: 5 events, as known now (@5)\n"
    )
    assert desk("export csv --what state --on 2021 -o s") == snapshot(
        "wrote s: 1 agreement at the end of 2021 (2021-12-31), as known now (pos:4)\n"
    )
    assert desk("export jsonl --what state --known pos:2 -o s.jsonl") == snapshot(
        "wrote s.jsonl: 1 agreement on 2026-01-02, as known at pos:2 (pos:2)\n"
    )
    assert desk("export sqlite --on 2021-01-01 -o a.sqlite") == snapshot(
        "wrote a.sqlite: 5 events of 1 agreement, on 2021-01-01, as known now (pos:4)\n"
    )
    assert files(desk) == {
        *("whereas.db", "e.csv", "e.jsonl", "s", "s.jsonl", "a.sqlite")
    }
    with closing(sqlite3.connect(desk.folder / "a.sqlite")) as found:
        assert found.execute("SELECT provision, status FROM provisions").fetchall() == [
            ("cloud", "in-force"),
            ("models", "in-force"),
            ("share", "in-force"),
        ]


def test_stdout_is_where_to_by_default(desk: Desk) -> None:
    ran = desk.run("export csv --what state --on 2021-01-01")
    assert ran.stderr == snapshot("1 agreement on 2021-01-01, as known now (pos:4)\n")
    rows = list(csv.DictReader(io.StringIO(ran.stdout)))
    assert [(row["provision"], row["ends"]) for row in rows] == [
        ("cloud", ""),
        ("models", "through 2030"),
        ("share", "milestone launch determined"),
    ]
    ran = desk.run("export jsonl --known @2 a-b")
    assert ran.stderr == snapshot(
        "2 events, as known after @2 (recorded 2026-01-01T00:04:00Z)\n"
    )
    events = [json.loads(line)["event"] for line in ran.stdout.splitlines()]
    assert events == ["agreement-opened", "exclusivity-granted"]
    assert desk.run("export jsonl -o -").stdout.startswith(ran.stdout)


def test_lines_are_imported_into_another_ledger(desk: Desk) -> None:
    lines = desk.run("export jsonl").stdout
    desk.do("init --ledger other.db")
    ran = desk.run("import - --format jsonl --ledger other.db", stdin=lines)
    assert ran.status == 0
    again = desk.run("import - --format jsonl --ledger other.db", stdin=lines)
    assert "0 events added, 5 already there" in again.stderr
    known = {"known": None, "horizon": None}
    states = [
        json.loads(desk.run(f"state a-b --on 2026 --json --ledger {name}").stdout)
        for name in ("whereas.db", "other.db")
    ]
    assert {**states[0], **known} == {**states[1], **known}


def test_erased_values_are_told_of(desk: Desk) -> None:
    desk.do(
        f"{REPORTED} --note secret",
        "erase a-b @6 note --reason 'asked for'",
    )
    assert desk.run("export jsonl -o e.jsonl").stderr == snapshot(
        """\
hint: 1 event left out, which only the ledger itself can record
hint: 1 erased value written as [***], which no import takes
"""
    )
    assert desk.run("export csv -o e.csv").stderr == ""
    desk.do("init --ledger other.db")
    ran = desk.run("import e.jsonl --ledger other.db")
    assert (ran.status, "e.jsonl:6" in ran.stderr) == (2, True)


def test_what_could_harm_a_terminal_is_escaped_on_stdout_alone(desk: Desk) -> None:
    desk.do(f"{REPORTED} --note 'left \u202e right'")
    desk.do("export csv -o e.csv", "export jsonl -o e.jsonl")
    for form in ("csv", "jsonl"):
        shown = desk.run(f"export {form}").stdout
        assert "\u202e" not in shown
        assert "\\u202e" in shown
        assert "\u202e" in (desk.folder / f"e.{form}").read_text()


def test_a_file_that_is_there_is_not_written_over(desk: Desk) -> None:
    (desk.folder / "out").write_text("mine")
    for form in ("csv", "jsonl", "sqlite"):
        assert desk(f"export {form} -o out") == (
            "--- stderr\n"
            "error: out is already there\n"
            "hint: --force writes over it\n"
            "--- exit status 1\n"
        )
        assert (desk.folder / "out").read_text() == "mine"
        desk.do(f"export {form} -o out --force")
        assert (desk.folder / "out").read_bytes() != b"mine"
        (desk.folder / "out").write_text("mine")
    assert files(desk) == {"whereas.db", "out"}


def test_what_cannot_be_exported_is_refused_and_leaves_nothing(desk: Desk) -> None:
    ledger = (desk.folder / "whereas.db").read_bytes()
    assert "".join(f"$ {line}\n{desk(f'export {line}')}" for line in REFUSED) == (
        snapshot("""\
$ csv -o whereas.db --force
--- stderr
error: whereas.db is the ledger itself
--- exit status 1
$ sqlite
--- stderr
error: a SQLite file needs a name
hint: name it: -o FILE
--- exit status 2
$ jsonl -o nowhere/e.jsonl
--- stderr
error: /desk/nowhere/e.jsonl: there is no folder /desk/nowhere
--- exit status 1
$ jsonl -o . --force
--- stderr
error: /desk is already there
hint: give another name: nothing is written over
--- exit status 1
$ csv --what stat
--- stderr
error: --what is events or state, not stat
hint: did you mean state?  whereas export csv --what state
--- exit status 2
$ csv --on 2020
--- stderr
error: --on is the date of a state, and events are asked for
hint: add --what state, or ask for events by --known
--- exit status 2
$ csv a-c
--- stderr
error: there is no agreement a-c
hint: did you mean a-b?  whereas export csv a-b
--- exit status 1
$ csv --known @3
--- stderr
error: --known: @3 is an event of an agreement, and none is named
hint: write pos:N for a position in the whole ledger
--- exit status 2
$ csv --known 2001 a-b
--- stderr
error: nothing was recorded by 2001
hint: the first event was recorded at 2026-01-01T00:02:00.000000Z
--- exit status 1
$ csv --what state --on yesterday
--- stderr
error: --on: 'yesterday' is not a date
hint: write 2019, 2019-Q3, 2019-07, 2019-07-22 or between 2019-07-01 and 2019-07-31
--- exit status 2
""")
    )
    assert files(desk) == {"whereas.db"}
    assert (desk.folder / "whereas.db").read_bytes() == ledger


@pytest.mark.parametrize("form", ["csv", "jsonl", "sqlite"])
@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt, 130), (OSError(28, "No space left"), 1)]
)
def test_what_ends_in_the_middle_leaves_nothing(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    error: type[BaseException] | BaseException,
    status: int,
) -> None:
    seen = []

    def stop(entry: object) -> dict[str, object]:
        seen.append(entry)
        if len(seen) > 3:
            raise error
        return {"event": "x"}

    module = {"csv": "tables", "jsonl": "lines", "sqlite": "database"}[form]
    monkeypatch.setattr(f"ledger.exporting.{module}.draft_mapping", stop)
    ran = desk.run(f"export {form} -o out")
    assert (ran.stdout, ran.status) == ("", status)
    assert files(desk) == {"whereas.db"}


def test_there_is_nothing_to_export_without_a_ledger(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for form in ("csv", "jsonl", "sqlite"):
        assert desk.run(f"export {form} -o out").status == 1
    assert files(desk) == set()
