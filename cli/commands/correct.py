"""``whereas correct``: the record was wrong; the world was never so."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import fields, options
from cli.command import Command, command
from cli.pairs import read_json
from cli.proving import Proving, provable
from cli.recording import entry_named, read, record
from cli.session import session_of
from events.errors import InputError
from events.record import EventCorrected

if TYPE_CHECKING:
    from events.entry import Entry

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    (
        "put an amount right",
        'whereas correct alpha-beta @2 --amount "USD 12bn" --reason "typing error"',
    ),
    (
        "take a field away, and see what that would change",
        'whereas correct alpha-beta @2 --clear ends --reason "not in the text" -n',
    ),
)
_ENVELOPE = ("effective", "instrument")


def made(name: str) -> Command:
    """Make the command; options that it does not know are fields of the event."""
    return command(
        run,
        name,
        EXAMPLES,
        outputs=OUTPUTS,
        ignore_unknown_options=True,
        allow_extra_args=True,
    )


@provable
def run(
    context: typer.Context,
    agreement: options.Agreement,
    number: options.Number,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why.  [required]")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="A field as it should have been; a value of JSON where it is a list"
            " or an object. May be repeated.",
        ),
    ] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD", help="A field that should not be there. May be repeated."
        ),
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="A remark.")] = None,
    edit: Annotated[
        bool, typer.Option("--edit", help="Put it right in $VISUAL or $EDITOR.")
    ] = False,
    source: options.Sources = None,
    key: options.Key = None,
    recorded_by: options.RecordedBy = None,
    expect: options.Expect = None,
    dry_run: options.DryRun = False,
    proving: Proving | None = None,
) -> None:
    """Put right what an event says.

    Name the fields as options, as they are named when an event of that type is
    appended: `whereas append EVENT -h` tells them; --effective and --instrument too.
    The event as it was recorded stays in the history.
    """
    session = session_of(context)
    with session.reading() as ledger:
        target = entry_named(ledger, agreement, number)
    cls = type(target.event)
    replacement: dict[str, Any] = {
        **_options(target, context.args),
        **dict(_pair(text) for text in set_ or ()),
        **dict.fromkeys(clear or ()),
    }

    def take(replaced: dict[str, Any]) -> None:
        mapping = {
            "event": "event-corrected",
            "target": target.seq,
            "replacement": replaced,
            "reason": reason,
            "note": note,
            "key": key,
            "sources": [fields.source(text) for text in source or ()] or None,
        }
        record(
            session,
            [read(session, mapping, agreement)],
            recorded_by=recorded_by,
            expect=expect,
            dry_run=dry_run,
            proving=proving,
        )

    if edit:
        from cli.editing import revise

        revise(session, target, replacement, take)
    elif replacement:
        take(replacement)
    else:
        raise InputError(
            "nothing is put right",
            hint=f"name a field: whereas append {cls.TYPE} -h tells them",
        )


def _options(target: Entry, words: Sequence[str]) -> dict[str, Any]:
    """Read options that are named as the fields of an event."""
    from events.catalogue import fields_of

    cls = type(target.event)
    known = {
        name: field for field in fields_of(cls) for name in fields.options(cls, field)
    }
    given: dict[str, Any] = {}
    envelope: dict[str, Any] = {}
    waiting = list(words)
    while waiting:
        name, equals, value = waiting.pop(0).partition("=")
        field = known.get(name) or known.get(name.replace("--no-", "--"))
        if field is not None and fields.is_flag(field):
            given[field.key] = name == f"--{fields.option(field)}"
            continue
        if field is None and name.removeprefix("--") not in _ENVELOPE:
            raise _unknown(target, name, [*known, *(f"--{n}" for n in _ENVELOPE)])
        if not equals:
            if not waiting:
                raise InputError(f"{name} needs a value")
            value = waiting.pop(0)
        if field is not None:
            given.setdefault(field.key, []).append(value)
        else:
            envelope[name.removeprefix("--")] = value
    mapping = fields.mapping_of(cls, given)
    del mapping["event"]
    return {**mapping, **envelope}


def _unknown(target: Entry, name: str, known: Sequence[str]) -> InputError:
    """Word the refusal of an option that is no field of the event."""
    if not name.startswith("-"):
        return InputError(
            f"there is no place for {name}",
            hint="name the agreement and the event first, then its fields as options",
        )
    event, agreement = target.event, target.envelope.agreement
    otherwise = f"whereas append {event.TYPE} -h tells them"
    if isinstance(event, EventCorrected):
        otherwise = (
            f"@{target.seq} corrects @{event.target}; correct that one again:"
            f" whereas correct {agreement} @{event.target} {name} …"
        )
    # Their hyphens make all options alike.
    names = {one.lstrip("-"): one for one in known}
    near = get_close_matches(name.lstrip("-"), names, n=1)
    return InputError(
        f"{event.TYPE} has no field {name}",
        hint=f"did you mean {names[near[0]]}?" if near else otherwise,
        word=name,
    )


def _pair(text: str) -> tuple[str, Any]:
    """Read a field and its value."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(
            f"--set takes FIELD=VALUE, not {text}", hint=f"write --set {text}=…"
        )
    return name, read_json(value, f"--set {name}") if value[:1] in "{[" else value
