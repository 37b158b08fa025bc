"""What is asked of several agreements at once names the agreement of what it finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_run import Desk

_COMMITTED = (
    "append purchase-committed {0} --effective 2020 --id supply --holder alpha"
    " --against beta --amount 'USD {1}m' --scope activity=sale --ends 2021"
)
_GRANTED = (
    "append exclusivity-granted {0} --effective 2020 --id sales --holder alpha"
    " --against beta --scope activity=sale"
)
_REPORTED = (
    "append stake-reported {0} --effective 2020 --holder alpha --issuer beta"
    " --share '{1} %' --basis 'shares of class {1}'"
)
_QUESTIONS = ("money", "may alpha sale", "stakes")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with two agreements whose provisions have the same ids."""
    desk = Desk(tmp_path)
    desk.do("init")
    for number, name in enumerate(("one", "two"), 1):
        desk.do(
            f"append agreement-opened {name} --effective 2019 --title {name.title()}"
            " --party id=alpha,name=Alpha --party id=beta,name=Beta",
            *(line.format(name, number) for line in (_COMMITTED, _GRANTED, _REPORTED)),
        )
    return desk


@pytest.mark.parametrize("question", _QUESTIONS)
def test_each_row_names_its_agreement(desk: Desk, question: str) -> None:
    rows = desk.run(question, columns=140, env={"NO_COLOR": "1"}).stdout.splitlines()
    for name in ("one", "two"):
        assert [row for row in rows if row.strip().startswith(f"{name} ")], rows


def test_a_sentence_below_names_the_agreement_it_is_about(desk: Desk) -> None:
    told = desk.run("money", columns=140).stdout
    assert "one: supply has ended." in told
    assert "two: supply has ended." in told


def test_a_provision_that_another_agreement_lacks_needs_no_name_of_its_own(
    desk: Desk,
) -> None:
    told = desk.run("money one", columns=140).stdout
    assert "one supply" not in told
    assert "\nsupply has ended." in told
