"""A command with a few commands of its own, each a function of its module."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import typer

from cli.command import Command, Examples, Group, Shared, command, group


class Branch(NamedTuple):
    """One of them; see :func:`cli.command.command`.

    Attributes:
        run: the function, whose docstring is the help.
        examples: what each does, and the command line that does it.
        outputs: which of json, jsonl and csv it writes when asked to.
        shared: the options that it has in common with others.
    """

    run: Callable[..., None]
    examples: Examples
    outputs: Sequence[str] = ()
    shared: Shared | None = None


def branching(
    name: str, sentence: str, branches: dict[str, Branch], examples: Examples
) -> Group:
    """Make a command that has commands.

    Args:
        name: what people type.
        sentence: what the commands are for.
        branches: the commands by name, in the order in which they are listed.
        examples: what each does, and the command line that does it.
    """

    class Branches(Group):
        """The commands of a command."""

        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # as Typer calls it
            """List the commands."""
            return list(branches)

        def get_command(self, ctx: Any, cmd_name: str) -> Command | None:  # noqa: ARG002  # as Typer calls it
            """Make a command."""
            branch = branches.get(cmd_name)
            if branch is None:
                return None
            return command(
                branch.run,
                cmd_name,
                branch.examples,
                outputs=branch.outputs,
                shared=branch.shared,
            )

        def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # as Typer calls it
            """Write the commands, each with its first line."""
            with formatter.section("Commands"):
                formatter.write_dl(
                    [
                        (branch, str(inspect.getdoc(found.run)).partition("\n")[0])
                        for branch, found in branches.items()
                    ]
                )

        def format_options(self, ctx: Any, formatter: Any) -> None:
            """Write the commands first."""
            self.format_commands(ctx, formatter)
            super().format_options(ctx, formatter)

    def run(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            sys.stdout.write(f"{context.get_help()}\n")

    run.__doc__ = sentence
    return group(run, name, Branches, examples, metavar="COMMAND …")
