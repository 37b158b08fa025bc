"""``whereas history``: what happened to an agreement, event by event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli import completing, options
from cli.answer import Answer, Column, Table
from cli.asking import ask, day, known_words, on_words
from cli.output import put
from cli.phrases import cited, numbers
from cli.session import session_of

if TYPE_CHECKING:
    from projections.questions.history import EventAnswer, HistoryAnswer

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("everything that is recorded", "whereas history microsoft-openai"),
    (
        "what bears on a provision, as it was known after event @25",
        "whereas history microsoft-openai azure-cloud --known @25",
    ),
)
COLUMNS = (
    Column("event", whole=True, style="bold"),
    Column("effective", narrow=True),
    Column("what"),
    Column("source", narrow=True),
    Column("recorded", narrow=True),
)
PIPED = tuple(
    map(
        Column,
        (
            *("event", "effective", "type", "about", "what", "recorded_at"),
            *("recorded_by", "instrument", "sources", "position", "remark"),
        ),
    )
)


def run(
    context: typer.Context,
    agreement: options.Agreement,
    provision: Annotated[
        str | None,
        typer.Argument(
            metavar="PROVISION",
            help="Only what bears on this provision.",
            autocompletion=completing.provisions,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="Only what was effective by the end of this date.  [default: all]",
            rich_help_panel=options.CLOCKS,
        ),
    ] = None,
    known: options.Known = None,
) -> None:
    """Show what happened, event by event.

    Events stand in the order in which they were recorded, with the date on which they
    are effective. Corrected and retracted ones stay, and say so.
    """
    from projections.fold.refusals import absent
    from projections.questions.history import history_answer

    session = session_of(context)
    date = None if on is None else day(session, on, "--on")
    with session.reading() as ledger:
        question = ask(session, ledger, agreement, known=known)
        history = history_answer(
            question.timeline,
            known=question.known,
            provision=provision,
            on=date.last if date else None,
        )
    if provision is not None and not history.events:
        raise absent(provision, question.timeline.facts)
    clocks = known_words(question.known, question.known_words)
    if date is not None:
        clocks = f"effective {on_words(date)}, {clocks}"
    put(_answer(history, clocks), session)


def _answer(history: HistoryAnswer, clocks: str) -> Answer:
    """Show the events of an agreement."""
    name = history.title or history.agreement
    if history.provision:
        name = f"{history.provision} of {name}"
    return Answer(
        document=history,
        items=history.events,
        title=f"History of {name}, {clocks}",
        table=Table(PIPED, [_piped(event) for event in history.events]),
        shown=Table(
            COLUMNS,
            [_shown(event) for event in history.events],
            dim=frozenset(n for n, e in enumerate(history.events) if e.retracted_by),
        ),
        remarks=() if history.events else ("No events.",),
    )


def _shown(event: EventAnswer) -> tuple[str, ...]:
    """Write an event for a reader."""
    remarks = remark(event)
    subject = " ".join(filter(None, (event.type, event.about)))
    told = f"{subject}: {event.what}" if event.what else subject
    return (
        f"@{event.event}",
        event.effective or "",
        f"{told} [{remarks}]" if remarks else told,
        cited(event.sources, most=1),
        f"{event.recorded_at[:10]} by {event.recorded_by}",
    )


def _piped(event: EventAnswer) -> tuple[str, ...]:
    """Write an event for a program."""
    return (
        f"@{event.event}",
        event.effective or "",
        event.type,
        event.about or "",
        event.what,
        event.recorded_at,
        event.recorded_by,
        event.instrument or "",
        cited(event.sources),
        f"pos:{event.position}",
        remark(event),
    )


def remark(event: EventAnswer) -> str:
    """Say that an event is pending or lapsed, corrected, retracted or redacted."""
    parts = []
    if event.pending:
        parts.append("pending")
    if event.lapsed:
        parts.append("never takes effect")
    if event.corrected_by:
        parts.append(f"corrected by {numbers(event.corrected_by)}")
    parts += _replaced(event)
    if event.retracted_by:
        parts.append(f"retracted by @{event.retracted_by}")
    if event.redacted:
        parts.append(f"withheld: {', '.join(event.redacted)}")
    return "; ".join(parts)


def _replaced(event: EventAnswer) -> Iterator[str]:
    """Say what a correction replaced beside the fields, which tell it themselves."""
    for name in ("effective", "instrument", "sources"):
        if name in event.recorded and name not in event.fields:
            before = event.recorded[name]
            words = cited(before) if name == "sources" else before
            yield f"{name} recorded as {words or 'nothing'}"
