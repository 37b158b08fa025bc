"""Commands as Typer runs them, with our own help, and values that are plain words.

Typer reads functions; two things are done otherwise here. Values stay the words that
were typed, because what reads dates, amounts and ids is ours and not Typer's, whose
converter costs more time than most commands. And help is plain text in sections, with
examples, because the richer kind costs as much again.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from cli.config import check_color
from cli.session import session_of
from events.errors import InputError

# Beside these the help is in the words of each command.
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
COMMON, OUTPUT = "Everywhere", "Output"

Examples = Sequence[tuple[str, str]]

_SHARED = "whereas.shared"


class Shared(NamedTuple):
    """Options that several commands have, declared once.

    Attributes:
        declared: a function whose parameters they are; it is never run.
        only: the parameters that a command has of them; all by default.
    """

    declared: Callable[..., None]
    only: Sequence[str] | None = None


class _Helpful:
    """Help in sections, with examples at its end."""

    examples: Examples = ()

    def get_help_option(self: Any, ctx: Any) -> Any:
        """Give the option that shows the help, which Typer makes on its own."""
        option = super().get_help_option(ctx)  # type: ignore[misc]  # of the class it is mixed into
        plain([option] if option is not None else [])
        return option

    def collect_usage_pieces(self: Any, ctx: Any) -> list[str]:  # noqa: ARG002  # as Typer calls it
        """Write arguments as they are written elsewhere, optional ones in brackets."""
        names = [
            _argument(param) if param.required else f"[{_argument(param)}]"
            for param in self.params
            if param.param_type_name == "argument" and not param.hidden
        ]
        metavar = getattr(self, "subcommand_metavar", None)
        return [self.options_metavar, *names, *([metavar] if metavar else [])]

    def format_options(self: Any, ctx: Any, formatter: Any) -> None:
        """Write each panel of parameters as a section."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if param.param_type_name == "argument":
                record = None if param.hidden else (_argument(param), param.help or "")
            else:
                record = param.get_help_record(ctx)
            if record is not None:
                panels.setdefault(_panel(param), []).append(record)
        last = [panel for panel in (OUTPUT, COMMON) if panel in panels]
        for panel in [*(p for p in panels if p not in last), *last]:
            with formatter.section(panel):
                formatter.write_dl(panels[panel])

    def format_epilog(self: Any, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # as Typer calls it
        """Write the examples."""
        if not self.examples:
            return
        with formatter.section("Examples"):
            indent = " " * formatter.current_indent
            for sentence, line in self.examples:
                formatter.write(f"{indent}# {sentence}\n")
                for part in folded(line):
                    formatter.write(f"{indent}{part}\n")


def folded(line: str, width: int = 74) -> Iterator[str]:
    """Break a command before its options, so that it can still be pasted."""
    part, *options = re.split(r" (?=--[a-z])", line)
    for option in options:
        if len(part) + len(option) < width:
            part += f" {option}"
        else:
            yield f"{part} \\"
            part = f"    {option}"
    yield part


class Command(_Helpful, TyperCommand):
    """A command."""


class Group(_Helpful, TyperGroup):
    """A command with commands of its own."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.params += _params(everywhere)
        plain(self.params)

    def resolve_command(
        self, ctx: Any, args: list[str]
    ) -> tuple[str | None, Any, list[str]]:
        """Find the command that is named, and say which is nearest to one there is not.

        Raises:
            InputError: there is none of that name.
        """
        name = args[0]
        if ctx.resilient_parsing or self.get_command(ctx, name) or name[:1] == "-":
            return super().resolve_command(ctx, args)
        raise self.unknown(ctx, name)

    def unknown(self, ctx: Any, name: str) -> InputError:
        """Word the refusal of a command that there is not."""
        from events.errors import did_you_mean

        return InputError(
            f"there is no command {name}",
            hint=did_you_mean(name, self.list_commands(ctx))
            or f"{ctx.command_path} -h lists the commands",
            word=name,
        )


def command(
    run: Callable[..., None],
    name: str,
    examples: Examples,
    *,
    short: str | None = None,
    outputs: Sequence[str] = (),
    shared: Shared | None = None,
    **settings: Any,
) -> Command:
    """Make a command of a function.

    Args:
        run: the function; its docstring is the help.
        name: what people type.
        examples: what each does, and the command line that does it.
        short: one line for the list of commands; the docstring's first by default.
        outputs: which of json, jsonl and csv it writes when asked to.
        shared: options that it shares with others, which :func:`given` tells.
        settings: what else Typer is to know of its context.
    """
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(
        name,
        cls=Command,
        short_help=short,
        context_settings={**CONTEXT, **settings},
    )(run)
    made = typer.main.get_command(app)
    assert isinstance(made, Command)  # noqa: S101  # cls says so
    made.examples = examples
    for param in _params(*shared) if shared is not None else ():
        param.expose_value, param.callback = False, _keep
        made.params.append(param)
    made.params += [*_params(_formats, only=outputs), *_params(everywhere)]
    plain(made.params)
    return made


def given(context: typer.Context) -> dict[str, Any]:
    """Give the values of the options that a command shares, by parameter."""
    values: dict[str, Any] = context.meta.setdefault(_SHARED, {})
    return values


def _keep(context: typer.Context, param: Any, value: Any) -> None:
    """Keep the value of an option that several commands share."""
    given(context)[param.name] = value


def group(
    run: Callable[..., None],
    name: str,
    cls: type[Group],
    examples: Examples,
    *,
    metavar: str,
) -> Group:
    """Make a command that has commands, of the function that runs before them.

    The function also runs when no command is named, to say what there is.
    """
    app = typer.Typer(
        name=name,
        cls=cls,
        add_completion=False,
        rich_markup_mode=None,
        context_settings=CONTEXT,
        subcommand_metavar=metavar,
        invoke_without_command=True,
    )
    app.callback()(run)
    made = typer.main.get_command(app)
    assert isinstance(made, Group)  # noqa: S101  # cls says so
    made.examples = examples
    return made


def load(module: str, name: str) -> Command | Group:
    """Import a command."""
    loaded = importlib.import_module(f"cli.commands.{module}")
    if hasattr(loaded, "made"):
        made: Command | Group = loaded.made(name)
        return made
    return command(
        loaded.run, name, loaded.EXAMPLES, outputs=getattr(loaded, "OUTPUTS", ())
    )


def plain(params: Iterable[Any]) -> None:
    """Let parameters take words as they are typed."""
    for param in params:
        if not isinstance(param.process_value, partial):
            param.process_value = partial(_words, param, param.process_value)


def _words(
    param: Any,
    convert: Callable[..., Any],
    ctx: typer.Context,
    value: Any,
) -> Any:
    """Take words as they are; whatever is missing is Typer's to say."""
    if value is None or value == ():
        if param.required:
            return convert(ctx, value)
        value = None
    return value if param.callback is None else param.callback(ctx, param, value)


def _params(
    function: Callable[..., None], only: Sequence[str] | None = None
) -> list[Any]:
    """Make the parameters that a function declares."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(function)
    params = typer.main.get_command(app).params
    return [param for param in params if only is None or param.name in only]


def _argument(param: Any) -> str:
    """Name an argument in capitals."""
    return str(param.metavar or param.name.upper())


def _panel(param: Any) -> str:
    """Name the section that a parameter stands in."""
    if param.name == "help":
        return COMMON
    if panel := getattr(param, "rich_help_panel", None):
        return str(panel)
    return "Arguments" if param.param_type_name == "argument" else "Options"


def _remember(context: typer.Context, param: Any, value: Any) -> None:
    """Keep an option that is the same everywhere."""
    if value is None or value is False or context.resilient_parsing:
        return
    session = session_of(context)
    if param.name == "debug":
        session.debug = True
    elif param.name in {"json", "jsonl", "csv"}:
        if session.format not in {None, param.name}:
            raise InputError(
                f"--{session.format} and --{param.name} exclude each other",
                hint=f"leave out --{session.format}",
            )
        session.format = param.name
    else:
        session.flags[param.name] = (
            check_color(value) if param.name == "color" else value
        )


def everywhere(
    ledger: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The ledger.  [default: whereas.db]",
            callback=_remember,
            expose_value=False,
            show_default=False,
            rich_help_panel=COMMON,
        ),
    ] = None,
    color: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN",
            help="Colour: auto, always or never.",
            callback=_remember,
            expose_value=False,
            rich_help_panel=COMMON,
        ),
    ] = None,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            help="Show where an unexpected error came from.",
            callback=_remember,
            expose_value=False,
            rich_help_panel=COMMON,
        ),
    ] = False,
) -> None:
    """Declare the options that every command has."""


def _formats(
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Write one JSON document.",
            callback=_remember,
            expose_value=False,
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl",
            help="Write a JSON document a line.",
            callback=_remember,
            expose_value=False,
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    csv: Annotated[
        bool,
        typer.Option(
            "--csv",
            help="Write comma-separated values under a header.",
            callback=_remember,
            expose_value=False,
            rich_help_panel=OUTPUT,
        ),
    ] = False,
) -> None:
    """Declare the forms of output that a command may have."""
