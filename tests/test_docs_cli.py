"""Every command is documented, in the words of its own help text."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import pytest
import typer

from tests.cli_pages import commands, reference

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "cli.md"
HEAD = """# Commands

Written from the help texts by the tests; `WHEREAS_UPDATE_DOCS=1` writes it anew. Each
type of event has its own options: `whereas append EVENT --help` tells them.

"""


def test_the_reference_is_what_the_help_says() -> None:
    main = pytest.importorskip("cli.main")
    page = HEAD + reference(main.app, "whereas", {"whereas append"})
    if os.environ.get("WHEREAS_UPDATE_DOCS"):
        PAGE.write_text(page, encoding="utf-8")
    else:
        assert PAGE.read_text(encoding="utf-8") == page


def test_documents_mention_only_commands_that_exist() -> None:
    known = commands(pytest.importorskip("cli.main").app)
    mentioned = {
        (path.name, command)
        for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
        for command in re.findall(
            r"(?:`|\$ |\bbin/)whereas ([a-z][a-z-]*)", path.read_text(encoding="utf-8")
        )
    }
    assert {(name, word) for name, word in mentioned if word not in known} == set()


@pytest.fixture
def app() -> typer.Typer:
    """A command line with a command, a hidden one and a group."""
    app, group = typer.Typer(), typer.Typer()

    @app.callback()
    def main() -> None:
        """Keep bells."""

    @app.command()
    def ring(times: Annotated[int, typer.Option(help="how often")] = 1) -> None:
        """Ring the bell."""

    @app.command(hidden=True)
    def muffle() -> None:
        """Nobody needs to know."""

    @group.command()
    def bronze() -> None:
        """Cast it in bronze."""

    app.add_typer(group, name="cast", help="Make a bell.")
    return app


def test_the_reference_has_a_section_for_each_command(app: typer.Typer) -> None:
    sections = re.findall("^## `(.*)`$", reference(app, "bell", set()), re.MULTILINE)
    assert sections == ["bell", "bell ring", "bell cast", "bell cast bronze"]


def test_a_section_shows_the_help_of_its_command(app: typer.Typer) -> None:
    _, _, section, *_ = reference(app, "bell", set()).split("## ")
    assert section.startswith("`bell ring`\n\n```text\nUsage: bell ring [OPTIONS]\n")
    assert "Ring the bell." in section
    assert "how often" in section


def test_a_group_that_is_not_opened_has_one_section(app: typer.Typer) -> None:
    assert "bronze`" not in reference(app, "bell", {"bell cast"})


def test_commands_are_those_that_the_help_lists(app: typer.Typer) -> None:
    assert commands(app) == {"ring", "cast"}
