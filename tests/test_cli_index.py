"""The index on the command line: made, looked at, in the way, and in Datasette."""

# Snapshots are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from inline_snapshot import snapshot

from cli import asking
from ledger.index_file import cached
from tests.cli_run import Desk, told

INDEX = "whereas.index.db"
EXCLUSIVE = "portfolio exclusive --on 2024-06-01"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a ledger, and no index."""
    return told(tmp_path)


def test_there_is_no_index_until_it_is_asked_for(desk: Desk) -> None:
    assert desk("index status") == snapshot("""\
whereas.index.db	missing	0	5	5	0
--- stderr
The index of whereas.db: missing
""")
    desk.do(EXCLUSIVE, "list", "state a-b")
    assert [path.name for path in desk.folder.iterdir()] == ["whereas.db"]


def test_an_index_is_made_looked_at_and_brought_up_to_date(desk: Desk) -> None:
    assert desk("index rebuild") == snapshot("""\
whereas.index.db is level with the ledger: 5 events
""")
    desk.do("append obligation-assumed a-b --effective 2020 --id duty --holder alpha")
    first = json.loads(desk.run("index status --json").stdout)
    assert {**first, "bytes": None} == snapshot(
        {
            "schema": "whereas/index/1",
            "index": "whereas.index.db",
            "state": "behind",
            "taken": 5,
            "events": 6,
            "behind": 1,
            "bytes": None,
        }
    )
    assert desk("index update") == snapshot(
        "whereas.index.db is level with the ledger: 6 events\n"
    )
    state = desk.run("index status --csv").stdout.splitlines()[1]
    assert state.startswith("whereas.index.db,level,6,6,0,")


def test_what_is_next_is_said_on_a_terminal(desk: Desk) -> None:
    hint = desk.run("index status", columns=80).stderr
    assert hint == "hint: whereas index rebuild\n"
    desk.do("index rebuild")
    assert desk.run("index status", columns=80).stderr == snapshot("""\
hint: whereas index metadata > metadata.json
hint: datasette whereas.index.db --metadata metadata.json
""")


def test_updating_where_there_is_none_makes_one(desk: Desk) -> None:
    desk.do("index update")
    assert "\tlevel\t" in desk("index status")


def test_the_index_of_another_ledger_lies_beside_that_one(desk: Desk) -> None:
    (desk.folder / "whereas.db").rename(desk.folder / "deals.db")
    assert desk("index rebuild --ledger deals.db") == snapshot(
        "deals.index.db is level with the ledger: 5 events\n"
    )
    assert (desk.folder / "deals.index.db").is_file()


def test_a_bad_index_is_noted_and_the_answer_is_the_same(desk: Desk) -> None:
    expected = desk.run(EXCLUSIVE)
    desk.do("index rebuild")
    (desk.folder / INDEX).write_text("no index at all " * 100)
    ran = desk.run(EXCLUSIVE)
    assert (ran.stdout, ran.status) == (expected.stdout, 0)
    assert ran.stderr == snapshot("""\
note: the index whereas.index.db cannot be read: file is not a database; every agreement is folded instead
hint: whereas index update
1 provision with exclusivity on 2024-06-01, as known now (pos:4)
""")
    assert "\tunreadable\t" in desk("index status")
    assert desk.run(f"{EXCLUSIVE} --fold") == expected
    desk.do("index update")
    assert desk.run(EXCLUSIVE) == expected


def test_where_the_folder_is_closed_the_index_is_in_the_users_cache(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    access, folder = os.access, desk.folder
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path) != folder and access(path, mode)
    )
    desk.do("index rebuild")
    path = cached(folder / "whereas.db", folder / ".cache" / "whereas")
    assert path.is_file()
    assert not (folder / INDEX).exists()
    assert desk("index status").split("\t")[:2] == [
        str(path.relative_to(folder)),
        "level",
    ]
    desk.do(EXCLUSIVE)


def test_an_index_that_cannot_be_written_costs_nothing_but_its_making(
    desk: Desk,
) -> None:
    (desk.folder / INDEX).mkdir()
    ran = desk.run("index rebuild")
    assert ran.status == 1
    assert "error: the index /desk/whereas.index.db cannot be written" in ran.stderr
    assert desk.run(EXCLUSIVE).status == 0


def test_erasing_takes_every_index_away(desk: Desk) -> None:
    desk.do("index rebuild")
    kept = cached(desk.folder / "whereas.db", desk.folder / ".cache" / "whereas")
    kept.parent.mkdir(parents=True)
    kept.write_bytes((desk.folder / INDEX).read_bytes())
    desk.do(
        "append obligation-assumed a-b --effective 2020 --id d --holder alpha"
        " --text secret",
        "erase a-b @6 text --reason asked",
    )
    assert not kept.exists()
    assert not (desk.folder / INDEX).exists()


# -- Datasette -------------------------------------------------------------------------


def asked(desk: Desk, *paths: str) -> list[Any]:
    """Ask Datasette for documents of the index, opened as its metadata say."""
    desk.do("index rebuild")
    metadata = desk.folder / "metadata.json"
    metadata.write_text(desk.run("index metadata").stdout, "utf-8")
    ask = Path(__file__).with_name("datasette_answers.py")
    files = [str(file) for file in (ask, desk.folder / INDEX, metadata)]
    ran = subprocess.run(
        [sys.executable, *files, *paths], check=True, capture_output=True
    )
    answers: list[Any] = json.loads(ran.stdout)
    return answers


QUERIES = {
    "exclusivity_on_a_day?on=2024-06-01": ["cloud"],
    "exclusivity_on_a_day?on=2019-06-01": [],
    "all_of_a_party?party=alpha&on=2024-06-01": ["cloud", "models", "share"],
    "ending_in_a_window?from=2030-06-01&to=2031-12-31": ["models"],
    "waiting_for_a_milestone?milestone=launch&on=2024-06-01": ["share"],
}


def test_datasette_answers_every_query_that_we_ship(desk: Desk) -> None:
    base = "/whereas~2Eindex"
    desk.do(
        "append stake-reported a-b --effective 2021 --holder alpha --issuer beta"
        " --share '10 %' --basis 'issued shares'"
    )
    listed, *answers = asked(
        desk,
        f"{base}.json",
        *(f"{base}/{query.replace('?', '.json?')}&_shape=array" for query in QUERIES),
        f"{base}/stakes_in_an_issuer.json?issuer=beta&on=2024-06-01&_shape=array",
        f"{base}/events_with_words.json?words=deed&_shape=array",
    )
    queries = {query.partition("?")[0] for query in QUERIES}
    shipped = {query["name"] for query in listed["queries"]}
    assert shipped == {*queries, "stakes_in_an_issuer", "events_with_words"}
    *provisions, stakes, events = answers
    for rows, expected in zip(provisions, QUERIES.values(), strict=True):
        assert [row["provision"] for row in rows] == expected
    assert [(row["holder"], row["share"]) for row in stakes] == [("alpha", "10 %")]
    assert [row["seq"] for row in events] == [2]


def test_metadata_are_for_the_file_that_there_is(desk: Desk) -> None:
    (desk.folder / "whereas.db").rename(desk.folder / "deals.db")
    ran = desk.run("index metadata --ledger deals.db")
    assert list(json.loads(ran.stdout)["databases"]) == ["deals.index"]
    assert ran.stderr == snapshot(
        "hint: datasette deals.index.db --metadata FILE-WITH-THIS\n"
    )


def test_the_state_of_a_long_agreement_is_looked_up_where_the_index_is_level(
    desk: Desk,
) -> None:
    command = "state a-b --on 2024-06-01 --json"
    folded = desk.run(command)
    desk.do("index rebuild")
    with (
        patch.object(asking, "LONG_EVENTS", 2),
        patch.object(asking, "folded", side_effect=AssertionError("folded")),
    ):
        assert desk.run(command) == folded
    with patch.object(asking, "folded", wraps=asking.folded) as fold:
        # A short one is folded, and so is what is supposed or not in the index yet.
        assert desk.run(command) == folded
        with patch.object(asking, "LONG_EVENTS", 2):
            desk.run(f"{command} --suppose m=never")
            desk.do("append agreement-ended a-b --effective 2029 --basis expired")
            before = (desk.folder / INDEX).read_bytes()
            assert desk.run(f"{command} --known @5").stdout == folded.stdout
            assert (desk.folder / INDEX).read_bytes() == before
    assert fold.call_count == 3
