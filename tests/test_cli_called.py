"""A party is offered by its id for its name, and straight quotation marks for curly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli_run import Desk, told

if TYPE_CHECKING:
    from pathlib import Path

INVESTED = (
    "append investment-made a-b --effective 2026 --id i --amount 'USD 5m' --recipient"
    " alpha --investor"
)
STRAIGHT = """quotation marks are straight: "five, million" or 'five, million'"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = told(tmp_path)
    desk.do(
        "append party-joined a-b --effective 2026 --party 'id=ms,name=Micro Soft AG'",
        "append party-restructured a-b --effective 2026-01-02 --party ms"
        " --change renamed --name 'Macro plc'",
    )
    return desk


@pytest.mark.parametrize(
    "line",
    [f"{INVESTED} %s", "may %s use", "portfolio party %s", "append party-left a-b %s"],
)
@pytest.mark.parametrize("name", ["Macro plc", "macro PLC", "Macro", "Micro Soft AG"])
def test_the_id_of_a_party_is_offered_for_its_name(
    desk: Desk, line: str, name: str
) -> None:
    if line.endswith("a-b %s"):
        line = line.replace("%s", "--effective 2026 --party %s")
    ran = desk.run(line % f"'{name}'")
    assert "hint: did you mean ms?  whereas " in ran.stderr


def test_the_id_of_a_party_is_offered_in_an_import(desk: Desk) -> None:
    (desk.folder / "left.jsonl").write_text(
        '{"agreement": "a-b", "event": "PartyLeft", "effective": "2026",'
        ' "party": "Micro Soft"}\n'
    )
    assert desk.run("import left.jsonl").stderr.endswith("hint: did you mean ms?\n")


def test_a_name_that_nobody_has_is_written_as_an_id(desk: Desk) -> None:
    (desk.folder / "new.yaml").write_text(
        "whereas: 1\nagreement: new\nevents:\n"
        "  - event: AgreementOpened\n    effective: 2026\n    title: New\n"
        "    parties: [{id: acme-ag, name: Acme AG}, {id: c, name: C}]\n"
        "  - {event: PartyLeft, effective: 2026, party: Acme AG}\n"
    )
    hint = "hint: an id has small letters, digits and hyphens: acme-ag\n"
    assert desk.run("import new.yaml").stderr.endswith(hint)


def test_nobody_is_offered_for_what_several_are_called(desk: Desk) -> None:
    desk.do("append party-joined a-b --effective 2026 --party 'id=mx,name=Macro BV'")
    assert "did you mean" not in desk.run(f"{INVESTED} Macro").stderr
    assert "did you mean ms?" in desk.run(f"{INVESTED} 'Macro plc'").stderr


@pytest.mark.parametrize(
    "line",
    [
        f"{INVESTED} “alpha”",
        f"{INVESTED.replace('USD 5m', '“USD 5m”')} beta",
        f"{INVESTED.replace('2026', '“2026”')} beta",
    ],
)
def test_quotation_marks_that_are_curly_are_named(desk: Desk, line: str) -> None:
    assert f"hint: {STRAIGHT}\n" in desk.run(line).stderr


def test_quotation_marks_that_are_curly_are_named_in_a_file(desk: Desk) -> None:
    (desk.folder / "left.yaml").write_text(
        "whereas: 1\nagreement: a-b\nevents:\n"
        "  - {event: PartyLeft, effective: 2026, party: ms, note: “five, million”}\n"
    )
    assert desk.run("import left.yaml").stderr.endswith(f"hint: {STRAIGHT}\n")


def test_a_table_with_tabs_is_told_to_use_commas(desk: Desk) -> None:
    (desk.folder / "left.csv").write_text(
        "agreement\tevent\teffective\tparty\na-b\tPartyLeft\t2026\tms\n"
    )
    ran = desk.run("import left.csv")
    assert ran.stderr.endswith("hint: put commas between the columns\n")
