"""The forms of an answer: terminals of every width, pipes, JSON, CSV, colour."""

# Snapshots are as wide as what they show.
# ruff: noqa: E501, W291

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from cli import safe
from tests.cli_run import Desk, told

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = {"NO_COLOR": "1"}
ESCAPE = "\x1b["


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return told(tmp_path)


def shown(desk: Desk, line: str, columns: int) -> str:
    """Run a command on a terminal without colour."""
    return str(desk.run(line, columns=columns, env=PLAIN))


def test_a_wide_terminal_shows_a_table(desk: Desk) -> None:
    assert shown(desk, "state a-b", 100) == snapshot("""\
Alpha - Beta on 2026-01-02, as known now (@5)

  PROVISION  HOLDER  WHAT                STATUS
  models     alpha   licence: models     in force through 2030
  share      alpha   revenue share 20 %  until milestone launch determined (waits)
  cloud      alpha   exclusive: cloud    ended 2025-10-28

1 provision waits for launch.
--- stderr
hint: whereas state a-b --on 2026-01-02 --suppose launch=2026-01-02
""")


def test_columns_become_narrower_and_no_word_is_lost(desk: Desk) -> None:
    wide, narrow = shown(desk, "state a-b", 100), shown(desk, "state a-b", 60)
    assert narrow == snapshot("""\
Alpha - Beta on 2026-01-02, as known now (@5)

  PROVISION  HOLDER  WHAT                STATUS
  models     alpha   licence: models     in force through
                                         2030
  share      alpha   revenue share 20 %  until milestone
                                         launch determined
                                         (waits)
  cloud      alpha   exclusive: cloud    ended 2025-10-28

1 provision waits for launch.
--- stderr
hint: whereas state a-b --on 2026-01-02 --suppose launch=2026-01-02
""")
    told_wide, told_narrow = (
        sorted(text.partition("--- stderr")[0].split()) for text in (wide, narrow)
    )
    assert told_wide == told_narrow


def test_a_narrow_terminal_shows_a_list(desk: Desk) -> None:
    assert shown(desk, "state a-b", 40) == snapshot("""\
Alpha - Beta on 2026-01-02, as known now
  (@5)

models
  holder: alpha
  what: licence: models
  status: in force through 2030
share
  holder: alpha
  what: revenue share 20 %
  status: until milestone launch
    determined (waits)
cloud
  holder: alpha
  what: exclusive: cloud
  status: ended 2025-10-28

1 provision waits for launch.
--- stderr
hint: whereas state a-b --on 2026-01-02 --suppose launch=2026-01-02
""")


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 100, 250])
@pytest.mark.parametrize(
    "line",
    [
        "list",
        "show a-b",
        "state a-b",
        "history a-b",
        "why a-b cloud",
        "diff a-b @2..@5",
    ],
)
def test_no_line_is_wider_than_the_terminal(
    desk: Desk, line: str, columns: int
) -> None:
    for text in desk.run(line, columns=columns, env=PLAIN).stdout.splitlines():
        assert len(text) <= min(columns, 120)


def test_a_pipe_gets_a_line_a_row_and_nothing_is_cut(desk: Desk) -> None:
    assert desk("state a-b") == snapshot("""\
models	licence	alpha	beta	licence: models	in-force	2020-03-01	through 2030		@3					
share	revenue-share	alpha	beta	revenue share 20 %	contingent	2020-03-01	milestone launch determined	milestone launch determined	@4			20	%	exact
cloud	priority	alpha	beta	exclusive: cloud	ended	2020	2025-10-28		@2 @5					
--- stderr
Alpha - Beta on 2026-01-02, as known now (@5)
""")


def test_a_pipe_gets_the_same_whatever_the_width(desk: Desk) -> None:
    once, again = (
        desk.run("history a-b", env={"COLUMNS": columns}) for columns in ("20", "200")
    )
    assert once == again


def test_a_document_names_its_schema_and_both_clocks(desk: Desk) -> None:
    ran = desk.run("state a-b --on 2025-12 --known @4 --json")
    document = json.loads(ran.stdout)
    assert document["schema"] == "whereas/state/1"
    assert document["on"] == "2025-12"
    assert document["known"] == {
        "seq": 4,
        "position": 3,
        "recorded_at": "2026-01-01T00:08:00.000000Z",
    }
    assert ran.stderr == ""


@pytest.mark.parametrize(
    ("line", "schema"),
    [
        ("list", "whereas/list/1"),
        ("show a-b", "whereas/show/1"),
        ("state a-b", "whereas/state/1"),
        ("history a-b", "whereas/history/1"),
        ("diff a-b @2..@5", "whereas/diff/1"),
        ("why a-b cloud", "whereas/why/1"),
        ("retract a-b @5 --reason x", "whereas/receipts/1"),
        ("retract a-b @5 --reason x -n", "whereas/rehearsal/1"),
    ],
)
def test_every_answer_is_a_document_rows_and_lines(
    desk: Desk, line: str, schema: str
) -> None:
    dry = line if line.endswith("-n") else f"{line} --key k" * ("retract" in line)
    run = dry or line
    assert json.loads(desk.run(f"{run} --json").stdout)["schema"] == schema
    rows = desk.run(run).stdout.splitlines()
    header, *records = csv.reader(io.StringIO(desk.run(f"{run} --csv").stdout))
    assert all(len(record) == len(header) for record in records)
    assert len(records) == len(rows)
    for found in desk.run(f"{run} --jsonl").stdout.splitlines():
        assert isinstance(json.loads(found), dict)


def test_money_and_percentages_are_words_in_json(desk: Desk) -> None:
    document = json.loads(desk.run("state a-b --json").stdout)
    assert {p["id"]: p["quantity"] for p in document["provisions"]} == {
        "cloud": None,
        "models": None,
        "share": "20 %",
    }


# -- colour ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "env", "terminal", "coloured"),
    [
        ("list", {}, True, True),
        ("list", {}, False, False),
        ("list", {"NO_COLOR": "1"}, True, False),
        ("list", {"NO_COLOR": ""}, True, True),
        ("list", {"TERM": "dumb"}, True, False),
        ("list", {"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ("list", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("list --color never", {"FORCE_COLOR": "1"}, True, False),
        ("list --color always", {"NO_COLOR": "1"}, True, True),
        ("list", {"WHEREAS_COLOR": "never"}, True, False),
        ("--color always list", {"WHEREAS_COLOR": "never"}, True, True),
        ("list --json", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_is_for_terminals_and_can_be_told(
    desk: Desk,
    line: str,
    env: dict[str, str],
    terminal: bool,  # noqa: FBT001  # a column of the table
    coloured: bool,  # noqa: FBT001  # as above
) -> None:
    ran = desk.run(line, columns=80 if terminal else None, env=env)
    assert (ESCAPE in ran.stdout) == coloured


def test_colour_is_never_the_only_sign(desk: Desk) -> None:
    line = "diff a-b 2020-02-01..2025-10-28"
    plain = desk.run(line, columns=100, env=PLAIN).stdout
    coloured = desk.run(f"{line} --color always", columns=100).stdout
    uncoloured = re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines()
    assert [text.rstrip() for text in uncoloured] == plain.splitlines()
    assert {text.strip()[:1] for text in plain.splitlines()} >= {"+", "~"}


# -- what people recorded ----------------------------------------------------------------

NASTY = "red \x1b[31m, back \x9b2J, right \u202eeman, bell \x07, tab\tand\nline, \u2028"


@pytest.fixture
def nasty(desk: Desk) -> Desk:
    """A ledger in which somebody recorded what a terminal would obey."""
    line = "append licence-granted a-b --effective 2021 --id nasty --holder beta"
    desk.do(f"{line} --condition x --tag t")
    words = line.replace("nasty", "worse").split()
    source = json.dumps({"source": NASTY, "quote": NASTY})
    ran = desk.run([*words, "--condition", NASTY, "--note", NASTY, "--source", source])
    assert ran.status == 0, str(ran)
    return desk


@pytest.mark.parametrize("form", ["", "--json", "--jsonl", "--csv"])
@pytest.mark.parametrize("columns", [None, 40, 100])
@pytest.mark.parametrize("line", ["state a-b", "history a-b", "why a-b worse"])
def test_nothing_recorded_reaches_a_terminal_raw(
    nasty: Desk, line: str, columns: int | None, form: str
) -> None:
    ran = nasty.run(f"{line} {form}", columns=columns, env=PLAIN)
    text = (ran.stdout + ran.stderr).replace("\n", "").replace("\t", "")
    assert "eman" in text
    harmful = {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}}
    assert harmful == set()


def test_a_row_stays_a_row_whatever_was_recorded(nasty: Desk) -> None:
    rows = nasty.run("state a-b").stdout.splitlines()
    assert len(rows) == 5
    assert len({row.count("\t") for row in rows}) == 1


def test_json_says_exactly_what_was_recorded(nasty: Desk) -> None:
    document = json.loads(nasty.run("state a-b --json").stdout)
    found = {p["id"]: p["condition"] for p in document["provisions"]}
    assert found["worse"] == NASTY


@given(st.text())
def test_a_field_between_tabs_can_be_read_back(text: str) -> None:
    written = safe.cell(text)
    assert not set(written) & {"\t", "\n", "\r", "\x1b"}
    if text.isprintable():
        assert written.replace("\\\\", "\\") == text


@given(st.text())
def test_a_document_means_the_same_when_it_is_safe(text: str) -> None:
    document = json.dumps(text, ensure_ascii=False)
    for ascii_only in (False, True):
        made_safe = safe.json_text(document, ascii_only=ascii_only)
        assert json.loads(made_safe) == text
        assert made_safe.isascii() or not ascii_only
