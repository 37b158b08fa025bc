"""Documents show what happens: their console blocks are run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("documents are run on a pseudo-terminal", allow_module_level=True)

from tests.doc_blocks import Terminal, agrees, blocks, replayed

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    path.relative_to(ROOT).as_posix()
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
]
STARTER = """#!{python}
import sys
sys.path.insert(0, {root!r})
from cli.main import main
sys.exit(main())
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal on which ``whereas`` is the code of this checkout."""
    command = tmp_path / "bin" / "whereas"
    command.parent.mkdir()
    command.write_text(STARTER.format(python=sys.executable, root=str(ROOT)))
    command.chmod(0o755)
    path = os.pathsep.join([str(command.parent), os.environ["PATH"]])
    return Terminal(tmp_path / "home", path, ROOT / "examples")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_shows_what_happens(name: str, terminal: Terminal) -> None:
    document = ROOT / name
    text = document.read_text(encoding="utf-8")
    right = replayed(text, terminal)
    if os.environ.get("WHEREAS_UPDATE_DOCS"):
        document.write_text(right, encoding="utf-8")
    else:
        assert text == right


def console(*lines: str, remark: str = "") -> str:
    return "\n".join(["Some words.", "", remark, "```console", *lines, "```", ""])


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["$ echo one", "one", "$ true"], id="output or none"),
        pytest.param(["$ echo one; echo two >&2", "one", "two"], id="both streams"),
        pytest.param(["$ test -t 1 && tput cols", "100"], id="a terminal, 100 wide"),
        pytest.param(["$ echo one | cat", "one"], id="a pipe"),
        pytest.param(["$ cat <<'EOF'", "> a $ b", "> EOF", "a $ b"], id="continued"),
        pytest.param(["$ false", "$ echo $?", "1"], id="a failure that is shown"),
        pytest.param(["$ ls", "examples"], id="the examples are there"),
        pytest.param(["$ echo; echo a; echo", "", "a", ""], id="empty lines"),
        pytest.param(["$ seq 9", "1", "…", "9"], id="lines left out"),
        pytest.param(["$ echo a 17 b", "a … b"], id="text left out"),
    ],
)
def test_a_block_that_is_right_stays_as_it_is(
    lines: list[str], terminal: Terminal
) -> None:
    text = console(*lines)
    assert replayed(text, terminal) == text


@pytest.mark.parametrize(
    ("shown", "right"),
    [
        (["$ echo one", "two"], ["$ echo one", "one"]),
        (["$ echo one"], ["$ echo one", "one"]),
        (["$ true", "one"], ["$ true"]),
        (["$ echo 'a '", "a "], ["$ echo 'a '", "a"]),
        (["$ seq 3", "1", "…", "4"], ["$ seq 3", "1", "2", "3"]),
        (
            ["$ echo one", "two", "$ echo 3", "3"],
            ["$ echo one", "one", "$ echo 3", "3"],
        ),
    ],
)
def test_an_output_that_is_wrong_is_written_anew(
    shown: list[str], right: list[str], terminal: Terminal
) -> None:
    assert replayed(console(*shown), terminal) == console(*right)


def test_a_file_made_in_one_block_is_there_in_the_next(terminal: Terminal) -> None:
    text = console("$ echo one > file") + console("$ cat file", "one")
    assert replayed(text, terminal) == text


def test_a_fresh_block_begins_with_the_examples_alone(terminal: Terminal) -> None:
    first = console("$ echo one > file")
    text = first + console("$ ls", "examples", remark="<!-- fresh -->")
    assert replayed(text, terminal) == text


def test_a_skipped_block_is_not_run(terminal: Terminal) -> None:
    text = console("$ echo one > file", remark="<!-- skip: shows a network -->")
    assert replayed(text, terminal) == text
    assert not (terminal.folder / "file").exists()


def test_a_remark_counts_for_one_block_alone(terminal: Terminal) -> None:
    skipped = console("$ false", remark="<!-- skip: it fails -->")
    with pytest.raises(ValueError, match="line 9: exit status 1 is not shown"):
        replayed(skipped + "\n```console\n$ false\n```\n", terminal)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (console("$ echo why; exit 3"), "line 5: exit status 3 is not shown\nwhy"),
        (console("$ false", "$ true"), "line 5: exit status 1 is not shown"),
        (console("one"), "line 5: a block opens with a command"),
        (console(), "line 5: a block opens with a command"),
        ("- item\n  ```console\n  $ true\n  ```\n", "line 2: an indented block"),
        ("```console\n$ true\n", "line 1: the block has no end"),
    ],
)
def test_a_block_that_cannot_be_checked_is_refused(
    text: str, complaint: str, terminal: Terminal
) -> None:
    with pytest.raises(ValueError, match=complaint):
        replayed(text, terminal)


def test_other_blocks_are_left_alone() -> None:
    assert not list(blocks(["```sh", "$ false", "```", "```", "$ false", "```"]))


def test_an_ellipsis_within_a_line_does_not_reach_the_next() -> None:
    assert agrees(["a…c"], ["a b c"])
    assert not agrees(["a…c"], ["a", "c"])
