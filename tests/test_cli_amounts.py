"""Amounts in one form for people, and in numbers for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from cli.amounts import amount_cells, exactly
from tests.cli_run import OPENED, Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("USD 3.0015k", ("3001.5", "USD", "exact")),
        ("about USD 12bn", ("12000000000", "USD", "about")),
        ("up to EUR 500k", ("500000", "EUR", "up to")),
        ("27.5 %", ("27.5", "%", "exact")),
        ("261500000 shares", ("261500000", "shares", "exact")),
        ("USD 250m per quarter", ("250000000", "USD per quarter", "exact")),
        ("between USD 7m and USD 10m", ("", "", "")),
        ("USD 1m + unknown", ("", "", "")),
        ("unknown", ("", "", "")),
        ("[***]", ("", "", "")),
        (None, ("", "", "")),
    ],
)
def test_a_quantity_is_a_number_where_it_has_one(
    text: str | None, cells: tuple[str, str, str]
) -> None:
    assert amount_cells(text) == cells


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("USD 1.25m", ("1250000", "USD")),
        ("at least USD 1m", ("", "")),
        ("USD 1m + EUR 2m", ("", "")),
    ],
)
def test_what_is_not_exactly_one_amount_is_none(
    text: str, cells: tuple[str, str]
) -> None:
    assert exactly(text) == cells


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """EUR 1250 and EUR 3001.50, one of them paid in part."""
    desk = Desk(tmp_path)
    desk.do(
        *OPENED,
        (
            "append obligation-assumed a-b --effective 2020-02-01 --id fee"
            " --holder alpha --against beta --amount 'EUR 3001.50' --due 2026-06-01"
        ),
        (
            "append performed a-b --effective 2021-02-01 --provision fee --kind paid"
            " --amount 'EUR 1250'"
        ),
    )
    return desk


COMMANDS = (
    *("state a-b", "money", "portfolio totals", "portfolio party alpha", "due"),
    *("history a-b", "search 3001.5"),
)


@pytest.mark.parametrize("line", COMMANDS)
@pytest.mark.parametrize("form", ["", " --csv"])
@pytest.mark.parametrize("columns", [None, 200])
def test_every_command_shows_the_same_form(
    desk: Desk, line: str, form: str, columns: int | None
) -> None:
    shown = desk.run(line + form, columns=columns).stdout
    assert "3001.50" in shown
    assert "3.0015" not in shown


def test_a_calendar_has_the_same_form(desk: Desk) -> None:
    assert "EUR 3001.50" in desk.run("due --ics").stdout


def test_a_spreadsheet_can_add(desk: Desk) -> None:
    def rows(line: str) -> list[dict[str, str]]:
        text = desk.run(f"{line} --csv").stdout
        return list(csv.DictReader(io.StringIO(text)))

    for line in ("state a-b", "portfolio party alpha", "due"):
        [row] = rows(line)
        assert (row["amount"], row["unit"]) == ("3001.5", "EUR"), line
        assert row["qualifier"] == "exact"
    [row] = rows("money")
    assert row["committed_amount"] == "3001.5"
    assert row["performed_amount"] == "1250"
    assert row["outstanding_amount"] == "1751.5"
    assert row["unit"] == "EUR"
    [row] = rows("portfolio totals")
    assert (row["amount"], row["unit"]) == ("3001.5", "EUR")
