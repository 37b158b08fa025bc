"""``whereas what-if``: what follows from a hypothesis; nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import changes, options
from cli.answer import Answer, Column, Table
from cli.asking import ask, day
from cli.commands.due import subject
from cli.output import put
from cli.phrases import renew_more, until
from cli.session import session_of
from events.errors import InputError, WhereasError

if TYPE_CHECKING:
    from cli.asking import Question
    from events.entry import Draft
    from ledger.importing.pages import Place
    from projections.questions.provisions import Range
    from projections.questions.what_if import Effect, Goes, WhatIfAnswer

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    (
        "what ends if a milestone is reached, and what goes on",
        "whereas what-if microsoft-openai --suppose agi-verified=2027-05-01",
    ),
    (
        "what follows from the events of a file",
        "whereas what-if microsoft-openai --events amendment.yaml",
    ),
)
COLUMNS = (
    *(Column(name) for name in ("date", "what", "provision", "from", "to")),
    *(Column(name) for name in ("before_from", "before_to", "waits_for")),
)
SHOWN = (
    Column("date", whole=True),
    Column("what", whole=True),
    Column("provision", whole=True, style="bold"),
    Column("instead_of"),
    Column("waits_for", narrow=True),
)


def run(
    context: typer.Context,
    agreement: options.Agreement,
    suppose: Annotated[
        list[str] | None,
        typer.Option(
            "--suppose",
            metavar="FACT",
            help="M=DATE, M=never, 'M>DATE', M.claimed=DATE, M.determined=never,"
            " 'measure NAME=VALUE@DATE', 'notice PROVISION@DATE' (of non-renewal),"
            " 'exercise PROVISION@DATE'. May be repeated.",
        ),
    ] = None,
    events: Annotated[
        list[str] | None,
        typer.Option(
            "--events",
            metavar="FILE",
            help="Suppose the events of an import file. May be repeated.",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="The date on which the two are compared."
            "  [default: the last one supposed]",
            rich_help_panel=options.CLOCKS,
        ),
    ] = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
) -> None:
    """Show what would follow from a hypothesis.

    What ends, starts and renews, by date, and what goes on. It is folded by the same
    rules as what is recorded, and nothing is written.
    """
    from projections.questions.hypotheses import read_hypotheses
    from projections.questions.what_if import what_if_answer

    session = session_of(context)
    placed = _placed(events or (), agreement)
    hypotheses = read_hypotheses(suppose or (), [draft for draft, _ in placed])
    with session.reading() as ledger:
        question = ask(session, ledger, agreement, known=known, horizon=horizon)
        entries = ledger.entries(agreement, known=question.known.position)
    try:
        found = what_if_answer(
            entries,
            hypotheses,
            known=question.known,
            horizon=question.timeline.facts.horizon,
            on=None if on is None else day(session, on, "--on"),
        )
    except WhereasError as error:
        nth = error.number("supposed")
        if nth is not None and nth >= len(hypotheses.events):
            _, place = placed[nth - len(hypotheses.events)]
            error.facts |= place._asdict()
        raise
    put(answer(found, question), session)


def _placed(
    files: list[str] | tuple[str, ...], agreement: str
) -> list[tuple[Draft, Place]]:
    """Read the events of files, all of which must be of one agreement."""
    if not files:
        return []
    from ledger.importing.files import read_file

    placed = [
        pair
        for name in files
        for batch in read_file(Path(name))
        for pair in zip(batch.drafts, batch.places, strict=True)
    ]
    for draft, place in placed:
        if draft.agreement != agreement:
            raise InputError(
                f"this {draft.event.TYPE} is of {draft.agreement}, not of {agreement}",
                hint="suppose events of the agreement that is asked about",
                **place._asdict(),
            )
    return placed


def answer(found: WhatIfAnswer, question: Question) -> Answer:
    """Show what follows, by date, and what goes on."""
    supposed = "; ".join(found.suppose) or "nothing"
    return Answer(
        document=found,
        items=found.effects,
        title=f"{found.title or found.agreement} {question.as_known}, "
        f"supposing {supposed}",
        table=Table(COLUMNS, [_row(effect) for effect in found.effects]),
        shown=Table(SHOWN, [_shown(effect) for effect in found.effects]),
        more=tuple(_more(found)),
        remarks=tuple(_remarks(found)),
    )


def _row(effect: Effect) -> tuple[str, ...]:
    """Write what moves for a program."""
    before = effect.before or (None, None)
    return (
        *(effect.date or "", effect.what, effect.provision),
        *(effect.after[0] or "", effect.after[1] or ""),
        *(before[0] or "", before[1] or "", "; ".join(effect.waits_for)),
    )


def _shown(effect: Effect) -> tuple[str, ...]:
    """Write what moves for a reader."""
    before = "not there" if effect.before is None else _days(effect.before)
    waits = "; ".join(effect.waits_for)
    is_open = effect.after == (None, None)
    date = "never" if is_open and not waits else _days(effect.after)
    return (date, effect.what, effect.provision, before, waits)


def _days(days: Range) -> str:
    """Write the first and the last possible day."""
    first, last = days
    if first == last:
        return first or "no day"
    if last is None:
        return f"from {first} on, if ever"
    return f"by {last}" if first is None else f"{first} … {last}"


def _more(found: WhatIfAnswer) -> Iterator[Table]:
    """Show the calendar, the difference in state, and what goes on."""
    yield Table(
        (Column("", whole=True), Column("date"), Column("what"), Column("subject")),
        [
            (
                one.sign.strip(),
                _days(one.item.between),
                one.item.what.replace("-", " "),
                subject(one.item),
            )
            for one in found.schedule
        ],
        title="Falls due (+ only so, - only otherwise)",
    )
    difference = changes.shown(found.changes)
    yield Table(difference.columns, difference.rows, title=f"Differs on {found.on}")
    yield Table(
        (Column("provision", whole=True, style="bold"), *map(Column, ("status", "to"))),
        [_going(goes) for goes in found.goes_on],
        title=f"Goes on after {found.on}",
    )


def _going(goes: Goes) -> tuple[str, str, str]:
    """Write a provision that goes on."""
    status = goes.status.replace("-", " ")
    return (goes.provision, status, until(goes))


def _remarks(found: WhatIfAnswer) -> Iterator[str]:
    """Say what a reader should know beside the table."""
    moved = any(one.sign != " " for one in found.schedule)
    if not found.effects and not found.changes and not moved:
        yield "Nothing changes."
    for one in found.assumed:
        waits = " and ".join(one.waits_for)
        yield (
            f"{one.text} takes for granted that {one.provision} has opened by then, "
            f"which hangs on {waits}."
        )
    yield from renew_more(found.more)
    for event in found.impossible:
        yield f"{event['label']} could not apply: {event['reason']}."
