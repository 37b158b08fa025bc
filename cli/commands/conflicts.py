"""``whereas conflicts``: promises that cannot all be kept, across agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.answer import Answer, Column, Table
from cli.asking_all import Asked, ask_all
from cli.counts import count_of
from cli.output import put
from cli.phrases import numbers
from cli.session import session_of

if TYPE_CHECKING:
    from projections.questions.conflicts import Conflict, ConflictsAnswer, Side

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("what clashes today or later, in the whole ledger", "whereas conflicts"),
    (
        "what clashed within an agreement on a day",
        "whereas conflicts microsoft-openai --on 2024-06-01",
    ),
    ("the first ten, and how many there are", "whereas conflicts --limit 10"),
)
COLUMNS = (
    *(Column(name) for name in ("clash", "certain", "crossing", "parties", "overlap")),
    *(Column(name) for name in ("from", "to", "agreement", "provision", "events")),
    *(Column(name) for name in ("other_agreement", "other_provision", "other_events")),
)
SHOWN = (
    Column("clash", whole=True),
    Column("party", narrow=True),
    Column("one", style="bold"),
    Column("other", style="bold"),
    Column("over"),
    Column("days", narrow=True),
)


def run(
    context: typer.Context,
    agreement: options.AgreementOrAll = None,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    suppose: options.Suppose = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if anything clashes.")
    ] = False,
    limit: Annotated[
        str | None,
        typer.Option(
            "--limit",
            metavar="N",
            help="Show the first N, and say how many more there are.  [default: all]",
        ),
    ] = None,
) -> None:
    """Show promises that cannot all be kept.

    An exclusivity and what the same party grants to somebody else, a ban and what
    permits the same; where their scopes and their days overlap, on the date or later.
    What is recorded for a later day counts, also mergers; two that stop clashing and
    clash again are shown twice. Nothing is resolved.
    """
    from projections.questions.conflicts import conflicts_answer

    session = session_of(context)
    most = None
    if limit is not None:
        hint = "whereas conflicts --limit 10"
        most = count_of(limit, "--limit", "conflicts", hint)
    with session.reading() as ledger:
        asked = ask_all(
            session,
            ledger,
            agreement,
            on=on,
            known=known,
            horizon=horizon,
            suppose=suppose,
        )
    found = conflicts_answer(
        asked.timelines,
        asked.on,
        known=asked.known,
        supposals=asked.supposals,
        limit=most,
    )
    put(answer(found, asked), session)
    if exit_code and (found.conflicts or found.more):
        raise typer.Exit(1)


def answer(found: ConflictsAnswer, asked: Asked) -> Answer:
    """Show what clashes, what is certain first."""
    count = len(found.conflicts) + found.more
    noun = "conflict" if count == 1 else "conflicts"
    part = f" ({found.more} more than shown)" if found.more else ""
    return Answer(
        document=found,
        items=found.conflicts,
        title=f"{count} {noun}{part} {asked.clocks}",
        table=Table(COLUMNS, [_row(conflict) for conflict in found.conflicts]),
        shown=Table(SHOWN, [_shown(conflict) for conflict in found.conflicts]),
        remarks=() if count else ("Nothing clashes.",),
    )


def _row(conflict: Conflict) -> tuple[str, ...]:
    """Write a clash for a program."""
    first, last = conflict.between
    return (
        conflict.clash,
        *("yes" if told else "no" for told in (conflict.certain, conflict.crossing)),
        *(" ".join(conflict.parties), conflict.overlap, first or "", last or ""),
        *(
            word
            for side in conflict.sides
            for word in (side.agreement, side.provision, numbers(side.events))
        ),
    )


def _shown(conflict: Conflict) -> tuple[str, ...]:
    """Write a clash for a reader."""
    first, last = conflict.between
    one, other = conflict.sides
    clash = conflict.clash if conflict.certain else f"{conflict.clash}, perhaps"
    if conflict.crossing:
        clash = f"{conflict.clash}, if one act is both"
    days = f"{first or ''} … {last or ''}".strip()
    return (
        *(clash, ", ".join(conflict.parties), _side(one), _side(other)),
        *(conflict.overlap or "everything", days),
    )


def _side(side: Side) -> str:
    """Name a provision, what it is, who holds it, and its events."""
    what = side.level or side.kind
    who = f" for {', '.join(side.holders)}" if side.holders else ""
    words = f" if {'; '.join(side.words)}" if side.words else ""
    name = f"{side.agreement} {side.provision}"
    return f"{name} ({what}{who}{words}, {numbers(side.events)})"
