"""The command ``whereas``."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.command import COMMON, CONTEXT, Group, load
from cli.errors import INTERRUPTED, lost_words, unexpected, usage_error, words_of
from cli.session import Session
from cli.streams import Unwritten, guard
from cli.table import BY_NAME, COMMANDS
from events.errors import WhereasError

COMPLETE = "_WHEREAS_COMPLETE"

HELP = """Keep a ledger of agreements: what held, when, as known when, and why.

Events are recorded, never changed. A question has two clocks: --on is the date it is
asked about, --known the moment of knowledge it is answered with.
"""


class Main(Group):
    """The commands of the table, each imported when it is needed."""

    examples = (
        ("see how commands are used", "whereas help"),
        ("begin", "whereas init"),
    )

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # as Typer calls it
        """List the commands in the order of the table."""
        return [row.name for row in COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # as Typer calls it
        """Import a command."""
        if cmd_name not in self.commands and cmd_name in BY_NAME:
            self.commands[cmd_name] = load(BY_NAME[cmd_name].module, cmd_name)
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # as Typer calls it
        """Write the table, without importing any command."""
        for panel in dict.fromkeys(row.panel for row in COMMANDS):
            with formatter.section(panel):
                formatter.write_dl(
                    [
                        (row.name.ljust(10), row.short)
                        for row in COMMANDS
                        if row.panel == panel
                    ]
                )

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands first: options are for those who know them."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Complete a command without importing any."""
        from cli.completing import items

        if incomplete.startswith("-"):
            # What a group does first is to make all of its commands.
            return super(TyperGroup, self).shell_complete(ctx, incomplete)
        return items(incomplete, ((row.name, row.short) for row in COMMANDS))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,  # noqa: ARG002  # it has one name
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        obj: Session | None = None,
        **extra: Any,
    ) -> Any:
        """Run a command and turn every error into words and an exit status."""
        argv = list(sys.argv[1:] if args is None else args)
        if COMPLETE in os.environ:
            from typer.completion import (  # type: ignore[attr-defined]  # unnamed there
                completion_init,  # pyright: ignore[reportPrivateImportUsage]  # as above
            )

            completion_init()
        session = obj or Session()
        session.argv = argv
        status = self._status(
            session,
            args=argv,
            prog_name="whereas",
            complete_var=complete_var,
            windows_expand_args=windows_expand_args,
            **extra,
        )
        if standalone_mode:
            sys.exit(status)
        return status

    def _status(self, session: Session, **arguments: Any) -> int:
        """Run a command and give its exit status."""
        try:
            done = super().main(standalone_mode=False, obj=session, **arguments)
            sys.stdout.flush()
        except WhereasError as error:
            lost = isinstance(error, Unwritten)
            if not lost:
                from cli.called import name_party

                name_party(session, error)
            _say(lost_words(error, session) if lost else words_of(error, session.argv))
            return error.exit_code
        except SystemExit as end:
            # Typer ends so when whoever reads our output has had enough of it.
            if not isinstance(end.__context__, BrokenPipeError):
                raise
            done = 0
        except typer.TyperException as error:
            _say(words_of(usage_error(error, session.argv), session.argv))
            return error.exit_code
        except (KeyboardInterrupt, typer.Abort):
            return INTERRUPTED
        except BrokenPipeError:
            done = 0
        except Exception as error:
            if session.debug:
                raise
            lines, status = unexpected(error, session)
            _say(lines)
            return status
        return done if isinstance(done, int) else 0


def _say(lines: Sequence[str]) -> None:
    """Write lines on stderr, after what has been written to stdout."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except Unwritten as lost:
        # What went wrong first is what the exit status says.
        sys.stderr.write(f"error: {lost}\n")
    sys.stderr.write("".join(f"{line}\n" for line in lines))


def _version(value: bool) -> None:
    """Print the version and end."""
    if value:
        from importlib.metadata import version

        sys.stdout.write(f"whereas {version('whereas')}\n")
        raise typer.Exit


def _whereas(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  # the callback does it
        bool,
        typer.Option(
            "--version",
            help="Print the version.",
            callback=_version,
            is_eager=True,
            rich_help_panel=COMMON,
        ),
    ] = False,
) -> None:
    """Say what there is when nothing is asked for."""
    if context.invoked_subcommand is None:
        sys.stdout.write(f"{context.get_help()}\n")


app = typer.Typer(
    cls=Main,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
    help=HELP,
    subcommand_metavar="COMMAND …",
    callback=_whereas,
    invoke_without_command=True,
)


def main() -> None:
    """Run the command line and exit."""
    guard()
    # Before it ends, Python looks for circles in everything that was loaded, which
    # takes longer than most answers; the system takes all memory back at once.
    atexit.register(gc.freeze)
    app()
