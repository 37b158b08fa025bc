"""Hints are commands that work where they are pasted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from cli.hints import CARRIED, asked_alike, for_ledger, ledger_in
from cli.main import app
from tests.cli_run import told


@pytest.mark.parametrize(
    ("hint", "written"),
    [
        ("whereas init", "whereas --ledger 'my deals.db' init"),
        ("look: whereas why a-b p", "look: whereas --ledger 'my deals.db' why a-b p"),
        ("`whereas key rotate`", "`whereas --ledger 'my deals.db' key rotate`"),
        ("whereas key new makes one", "whereas key new makes one"),
        ("whereas schema lists them", "whereas schema lists them"),
        ("this version of whereas knows 1", "this version of whereas knows 1"),
        ("whereas verify --ledger x.db", "whereas verify --ledger x.db"),
    ],
)
def test_the_commands_in_a_hint_ask_the_ledger_that_was_named(
    hint: str, written: str
) -> None:
    assert for_ledger(hint, "my deals.db") == written
    assert for_ledger(hint, None) == hint


@pytest.mark.parametrize(
    ("hint", "written"),
    [
        (
            "whereas why a-b p",
            (
                "whereas why a-b p --on 2024 --known @5 --suppose m=2025"
                " --suppose 'n>2026'"
            ),
        ),
        (
            "whereas state a-b --on 2023 --suppose m=2023",
            "whereas state a-b --on 2023 --suppose m=2023 --known @5",
        ),
        ("whereas stakes a-b", "whereas stakes a-b --on 2024 --known @5"),
        (
            "whereas what-if a-b --suppose m=2",
            "whereas what-if a-b --suppose m=2 --known @5",
        ),
        ("whereas index update", "whereas index update"),
        ("look at whereas why a-b p", "look at whereas why a-b p"),
    ],
)
def test_a_hint_asks_of_the_day_and_the_moment_that_were_asked_of(
    hint: str, written: str
) -> None:
    argv = ["state", "a-b", "--on", "2024", "--known=@5"]
    supposed = ["--suppose", "m=2025", "--suppose", "n>2026"]
    assert asked_alike(hint, [*argv, *supposed]) == written
    assert asked_alike(hint, ["state", "a-b"]) == hint


@pytest.mark.parametrize("option", CARRIED)
def test_what_a_hint_takes_over_is_an_option_of_its_command(option: str) -> None:
    context = typer.Context(typer.main.get_command(app))
    for name in CARRIED[option]:
        command = typer.main.get_command(app).get_command(context, name)  # type: ignore[attr-defined]  # a group
        assert option in {word for param in command.params for word in param.opts}


def test_the_ledger_of_a_command_line_is_found() -> None:
    assert ledger_in(["list", "--ledger", "a.db"]) == "a.db"
    assert ledger_in(["--ledger=a.db", "list"]) == "a.db"
    assert ledger_in(["list", "--ledger"]) is None


def test_a_hint_on_what_was_known_works_once_more_is_known(tmp_path: Path) -> None:
    desk = told(tmp_path)
    desk.do(
        "append milestone-determined a-b --effective 2025-12-01 --milestone launch"
        " --outcome occurred"
    )
    ran = desk.run("due a-b --known @5 --to 2030", columns=100)
    (hint,) = re.findall(r"hint: whereas (what-if .*)", ran.stderr)
    assert hint == "what-if a-b --suppose launch=2030-12-31 --known @5"
    assert desk.run(hint).status == 0
    assert desk.run(hint.removesuffix(" --known @5")).status == 1
