"""Write the reference of a command line from its own help texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

WIDTH = 80


def reference(app: typer.Typer, name: str, unopened: Container[str]) -> str:
    """Write one section for each command, in the order of the help text.

    Args:
        app: The command line.
        name: What it is called by.
        unopened: Groups whose own commands get no section, as ``name group``.

    Returns:
        Markdown, each command's help in a block of text without colour.
    """
    command = typer.main.get_command(app)
    return "\n".join(_sections(_context(command, name), unopened))


def commands(app: typer.Typer) -> set[str]:
    """Return the names of the commands that the help text lists."""
    group = typer.main.get_command(app)
    return {context.info_name or "" for context in _inner(typer.Context(group))}


def _sections(context: typer.Context, unopened: Container[str]) -> Iterator[str]:
    yield f"## `{context.command_path}`\n\n```text\n{_help(context)}\n```\n"
    if context.command_path not in unopened:
        for inner in _inner(context):
            yield from _sections(inner, unopened)


def _inner(context: typer.Context) -> Iterator[typer.Context]:
    group = context.command
    if isinstance(group, TyperGroup):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command and not command.hidden:
                yield _context(command, name, context)


def _context(
    command: Any,  # noqa: ANN401  # Typer does not export the class
    name: str,
    parent: typer.Context | None = None,
) -> typer.Context:
    """Make the context in which a command would run."""
    settings = command.context_settings
    return typer.Context(command, info_name=name, parent=parent, **settings)


def _help(context: typer.Context) -> str:
    command = context.command
    # Plain help, because panels depend on the release of rich that draws them.
    if isinstance(command, TyperCommand | TyperGroup):
        command.rich_markup_mode = None
    context.terminal_width = WIDTH
    lines = command.get_help(context).splitlines()
    return "\n".join(line.rstrip() for line in lines)
