"""``whereas append``: a command for every type of event, made of what the type says."""

from __future__ import annotations

import inspect
import sys
from functools import partial
from typing import Annotated, Any, BinaryIO, cast

import typer

from cli import fields, options
from cli.command import Command, Group, command, group
from cli.proving import Proving, provable
from cli.recording import read, record
from cli.session import session_of
from events.base import Event
from events.catalogue import TYPES, USER_TYPES, Field, effect_and_example, fields_of
from events.errors import InputError
from events.fields import kebab

FIELDS = "Fields"
STDIN = "-"
OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    (
        "record an investment",
        (
            "whereas append investment-made alpha-beta --effective 2019-07-22"
            ' --id first-billion --investor alpha --recipient beta --amount "USD 1bn"'
        ),
    ),
    (
        "see what it would change, and record nothing",
        (
            "whereas append -n right-relinquished alpha-beta --effective 2025-10-28"
            " --provision cloud --by alpha"
        ),
    ),
    ("write the event in an editor", "whereas append --edit term-extended alpha-beta"),
    (
        "record a report, and keep a proof for whoever made it",
        (
            "whereas append stake-reported alpha-beta --effective 2020 --holder alpha"
            ' --issuer beta --share "27 %" --basis "all shares"'
            " --key-file deals.key --proof report.tlog-proof"
        ),
    ),
    (
        "read events from another program",
        "jq -c .events[] deal.json | whereas append -",
    ),
)
_ENVELOPE = {
    "effective": ("WHEN", "When it is so in the world: a date, a When, or unknown."),
    "instrument": ("INSTRUMENT", "The instrument that it rests on."),
    "source": (
        "SOURCE",
        'Who says so: ID or source=ID,title=…,at="para 4",quote="…". May be repeated.',
    ),
    "key": ("KEY", "The same key twice adds nothing."),
}
_MORE = "How values are written: `whereas help values` and `whereas help when`."
_Edit = Annotated[
    bool,
    typer.Option(
        "--edit",
        help="Write the event in $VISUAL or $EDITOR.",
        rich_help_panel=options.RECORDING,
    ),
]


class Append(Group):
    """The types of events, each a command."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # as Typer calls it
        """List the types."""
        return list(USER_TYPES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # as Typer calls it
        """Make the command of a type, whichever way its name is written."""
        if cmd_name == STDIN:
            return _of_stdin()
        name = kebab(cmd_name)
        return _of_type(TYPES[name]) if name in USER_TYPES else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # as Typer calls it
        """Write the types by family, without making any command."""
        families: dict[str, list[tuple[str, str]]] = {}
        for name in USER_TYPES:
            cls = TYPES[name]
            sentence, _, _ = effect_and_example(cls)
            families.setdefault(cls.FAMILY, []).append((name, sentence))
        for family, rows in families.items():
            with formatter.section(family.capitalize()):
                formatter.write_dl(rows)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the types first."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Complete a type."""
        from cli.completing import items

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        rows = ((n, effect_and_example(TYPES[n])[0]) for n in USER_TYPES)
        return items(incomplete, rows)

    def unknown(self, ctx: Any, name: str) -> InputError:  # noqa: ARG002  # as a group calls it
        """Word the refusal of a type that there is not."""
        from events.reader import no_type

        return no_type(name)


def made(name: str) -> Group:
    """Make the command."""
    return group(_run, name, Append, EXAMPLES, metavar="EVENT AGREEMENT …")


def _run(
    context: typer.Context,
    edit: _Edit = False,
    dry_run: options.DryRun = False,
) -> None:
    """Add one event to an agreement.

    EVENT is a type of event, and each has its own options: `whereas append EVENT -h`
    tells them. `whereas append -` reads events as JSON lines, all or none.
    """
    context.meta["edit"], context.meta["dry_run"] = edit, dry_run
    if context.invoked_subcommand is None:
        sys.stdout.write(f"{context.get_help()}\n")


def _of_type(cls: type[Event]) -> Command:
    """Make the command that appends events of a type."""
    sentence, effect, _ = effect_and_example(cls)
    run: Any = partial(_append, cls)
    run.__name__ = cls.TYPE
    run.__signature__ = inspect.Signature(list(_parameters(cls)))
    run.__doc__ = f"{sentence}\n\nEffect: {effect}\n\n{_MORE}"
    run.__annotations__ = {}
    return command(
        provable(run), cls.TYPE, _examples(cls), short=sentence, outputs=OUTPUTS
    )


def _append(
    cls: type[Event],
    context: typer.Context,
    agreement: str,
    proving: Proving | None,
    **given: Any,
) -> None:
    """Append an event of a type."""
    session = session_of(context)
    dry_run = given["dry_run"] or context.meta.get("dry_run", False)
    words = {name.removeprefix("field_"): value for name, value in given.items()}
    mapping = fields.mapping_of(cls, words)

    def take(fields: dict[str, Any]) -> None:
        record(
            session,
            [read(session, fields, agreement)],
            recorded_by=given["recorded_by"],
            expect=given["expect"],
            dry_run=dry_run,
            proving=proving,
        )

    if given["edit"] or context.meta.get("edit"):
        from cli.editing import compose

        compose(session, cls, agreement, mapping, take)
    else:
        take(mapping)


def _parameters(cls: type[Event]) -> list[inspect.Parameter]:
    """List the parameters of the command of a type."""
    made: list[inspect.Parameter] = []
    for name in fields.envelope_options(cls):
        form, told = _ENVELOPE[name]
        required = name == "effective" and fields.needs_effective(cls)
        made.append(
            _option(
                f"envelope_{name}",
                [f"--{name}"],
                form,
                told + ("  [required]" if required else ""),
                options.RECORDING if name == "key" else FIELDS,
            )
        )
    shared: tuple[tuple[str, Any, Any], ...] = (
        ("recorded_by", options.RecordedBy, None),
        ("expect", options.Expect, None),
        ("dry_run", options.DryRun, False),
        ("edit", _Edit, False),
    )
    return [
        _parameter("context", typer.Context),
        _parameter("agreement", options.Agreement),
        *made[:1],
        *(_of_field(cls, field) for field in fields_of(cls)),
        *made[1:],
        *(_parameter(n, a, default=d) for n, a, d in shared),
    ]


def _of_field(cls: type[Event], field: Field) -> inspect.Parameter:
    """Make the parameter of a field."""
    told = fields.meaning(field)
    name = f"field_{field.key}"
    if fields.is_flag(field):
        flag = fields.option(field)
        info = typer.Option(f"--{flag}/--no-{flag}", help=told, rich_help_panel=FIELDS)
        return _parameter(name, Annotated[bool | None, info], default=None)
    names = fields.options(cls, field)
    return _option(name, names, fields.form(field), told, FIELDS)


def _option(
    name: str, names: list[str], form: str, told: str, panel: str
) -> inspect.Parameter:
    """Make the parameter of an option; it may be given often, to refuse it twice."""
    info = typer.Option(*names, metavar=form, help=told, rich_help_panel=panel)
    return _parameter(name, Annotated[list[str] | None, info], default=None)


def _parameter(
    name: str,
    annotation: Any,
    default: Any = inspect.Parameter.empty,
) -> inspect.Parameter:
    """Make a parameter that is given by name."""
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _examples(cls: type[Event]) -> tuple[tuple[str, str], ...]:
    """Write the example of a type as a command."""
    from cli.command_lines import command_line

    line = command_line(cls)
    return (
        ("record it", line),
        ("see what it would change", f"{line} -n"),
    )


def _of_stdin() -> Command:
    """Make the command that reads events from stdin."""
    return command(_read, STDIN, EXAMPLES[-1:], outputs=OUTPUTS)


@provable
def _read(
    context: typer.Context,
    recorded_by: options.RecordedBy = None,
    expect: options.Expect = None,
    dry_run: options.DryRun = False,
    proving: Proving | None = None,
) -> None:
    """Add events from stdin, a JSON object a line, all or none.

    Each has the members of an import file: event, agreement, effective, sources and
    the fields of its type. A proof is of one event, so that --proof takes one.
    """
    from ledger.importing.files import read_together

    batch = read_together(cast("BinaryIO", sys.stdin.buffer), "stdin")
    record(
        session_of(context),
        batch.drafts,
        recorded_by=recorded_by,
        expect=expect,
        dry_run=dry_run or context.meta.get("dry_run", False),
        proving=proving,
        places=batch.places,
    )
