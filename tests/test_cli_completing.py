"""Completion in a shell: commands, options, and what the ledger holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli_run import Desk, told

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return told(tmp_path)


def completed(desk: Desk, line: str) -> list[str]:
    """Complete the last word of a line, as bash asks for it."""
    words = ["whereas", *line.split(" ")]
    env = {
        "_WHEREAS_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    ran = desk.run([], env=env)
    assert ran.stderr == ""
    assert ran.status == 0
    return ran.stdout.split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sta", ["state", "stakes"]),
        ("append licence", ["licence-granted"]),
        ("state ", ["a-b"]),
        ("state a", ["a-b"]),
        ("state x", []),
        ("state a-b --kno", ["--known"]),
        ("state a-b --ledg", ["--ledger"]),
        ("why a-b ", ["cloud", "models", "share"]),
        ("why a-b m", ["models"]),
        ("history a-b cl", ["cloud"]),
        ("retract a-b ", ["@1", "@2", "@3", "@4", "@5"]),
        ("correct a-b @4", ["@4"]),
        ("append party-left a", ["a-b"]),
        ("append party-left a-b --par", ["--party"]),
        ("help exi", ["exit-codes"]),
        ("schema investment", ["investment-made"]),
        ("why no-such ", []),
    ],
)
def test_a_word_is_completed(desk: Desk, line: str, words: list[str]) -> None:
    assert completed(desk, line) == words


def test_completion_says_nothing_without_a_ledger(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert completed(desk, "state ") == []
    assert list(tmp_path.iterdir()) == []


def test_completion_only_reads(desk: Desk) -> None:
    before = {path: path.read_bytes() for path in desk.folder.iterdir()}
    completed(desk, "why a-b ")
    assert {path: path.read_bytes() for path in desk.folder.iterdir()} == before


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell", "pwsh"])
def test_the_script_of_a_shell_asks_whereas(desk: Desk, shell: str) -> None:
    script = desk.run(f"completion {shell}").stdout
    assert "_WHEREAS_COMPLETE" in script
    assert "whereas" in script


def test_the_script_is_put_where_bash_finds_it(desk: Desk) -> None:
    ran = desk.run("completion bash --install")
    assert ran.status == 0
    [script] = (desk.folder / ".bash_completions").iterdir()
    assert "_WHEREAS_COMPLETE" in script.read_text()
    assert ran.stdout.startswith("wrote /desk/.bash_completions/whereas.sh;")
