"""Hints are commands that work where they are pasted."""

from __future__ import annotations

import pytest

from cli.hints import for_ledger, ledger_in


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("whereas init", "whereas --ledger 'my deals.db' init"),
        ("look: whereas why a-b p", "look: whereas --ledger 'my deals.db' why a-b p"),
        ("whereas schema lists them", "whereas schema lists them"),
        ("this version of whereas knows 1", "this version of whereas knows 1"),
        ("whereas verify --ledger x.db", "whereas verify --ledger x.db"),
    ],
)
def test_the_commands_in_a_hint_ask_the_ledger_that_was_named(
    hint: str, told: str
) -> None:
    assert for_ledger(hint, "my deals.db") == told
    assert for_ledger(hint, None) == hint


def test_the_ledger_of_a_command_line_is_found() -> None:
    assert ledger_in(["list", "--ledger", "a.db"]) == "a.db"
    assert ledger_in(["--ledger=a.db", "list"]) == "a.db"
    assert ledger_in(["list", "--ledger"]) is None
