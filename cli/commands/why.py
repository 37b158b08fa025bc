"""``whereas why``: the events, sources and passages behind a provision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from cli import options
from cli.answer import Answer, Column, Table
from cli.asking import Question, ask
from cli.changes import value
from cli.commands.history import remark
from cli.flagged import never_began
from cli.output import put
from cli.phrases import numbers, status_in_full, what
from cli.session import session_of
from events.errors import Refused

if TYPE_CHECKING:
    from projections.questions.history import EventAnswer
    from projections.questions.provisions import ProvisionAnswer
    from projections.questions.why import WhyAnswer

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("what a provision rests on", "whereas why microsoft-openai azure-cloud"),
    ("what it rested on", "whereas why microsoft-openai azure-cloud --on 2025-06-01"),
)
COLUMNS = tuple(
    map(
        Column,
        ("event", "effective", "type", "source", "at", "stance", "quote", "uri"),
    )
)


def run(
    context: typer.Context,
    agreement: options.Agreement,
    provision: options.Provision,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    suppose: options.Suppose = None,
) -> None:
    """Show what a provision rests on.

    For each part of it the event that set it, and for each event the sources and the
    words relied on, also those that contradict it.
    """
    session = session_of(context)
    with session.reading() as ledger:
        question = ask(
            session,
            ledger,
            agreement,
            on=on,
            known=known,
            horizon=horizon,
            suppose=suppose,
        )
    put(answer(question, provision), session)


def answer(question: Question, name: str) -> Answer:
    """Show what a provision rests on."""
    from projections.questions.why import why_answer

    try:
        why = why_answer(question.timeline, name, question.on, known=question.known)
    except Refused as error:
        # The hint is for those who append.
        agreement = question.timeline.agreement
        hint = f"whereas history {agreement} {name} tells when it comes"
        raise Refused(str(error), hint=hint, **error.facts) from error
    provision = why.provision
    return Answer(
        document=why,
        items=why.events,
        title=f"{provision.id} of {why.title or why.agreement} {question.clocks}",
        table=Table(COLUMNS, list(_rows(why))),
        shown=Table(
            tuple(map(Column, ("what", "status", "flags"))),
            [(what(provision), status_in_full(provision), ", ".join(provision.flags))],
        ),
        more=(
            Table(
                tuple(map(Column, ("part", "value", "event"))),
                [_part(part) for part in why.parts],
                title="Set by",
            ),
            Table(
                (Column("event", whole=True, style="bold"), Column("what_it_says")),
                [row for event in why.events for row in _told(event)],
                title="Events and sources",
            ),
        ),
        remarks=tuple(_remarks(provision)),
    )


def _remarks(provision: ProvisionAnswer) -> Iterator[str]:
    """Give the words of a provision, and say that it never held."""
    if provision.text:
        yield f'In its words: "{provision.text}"'
    yield from never_began([provision])


def _part(part: Any) -> tuple[str, str, str]:
    """Write a part of a provision and the event that set it."""
    number = f"@{part.event}" if part.event else "supposed"
    if part.corrected_by:
        number += f", corrected by {numbers(part.corrected_by)}"
    return (part.part, value(part.value, part.part) or "nothing", number)


def _rows(why: WhyAnswer) -> Iterator[tuple[str, ...]]:
    """Write a row a source, for a program."""
    for event in why.events:
        start = (f"@{event.event}", event.effective or "", event.type)
        for source in event.sources or [{}]:
            names = ("source", "at", "stance", "quote", "uri")
            yield (*start, *(str(source.get(name) or "") for name in names))


def _told(event: EventAnswer) -> Iterator[tuple[str, str]]:
    """Write an event and, below it, its sources."""
    words = [event.type]
    if event.effective:
        words.append(f"({event.effective})")
    if event.what:
        words.append(f": {event.what}")
    if remarks := remark(event):
        words.append(f"[{remarks}]")
    yield f"@{event.event}", " ".join(words).replace(" :", ":")
    for source in event.sources:
        yield "", _source(source)
    for source in event.recorded.get("sources") or ():
        yield "", f"recorded with: {_source(source)}"
    if event.note:
        yield "", f"note: {event.note}"


def _source(source: dict[str, Any]) -> str:
    """Write a source: what it says of the event, where, and in which words."""
    name = source.get("title") or source["source"]
    where = f", {source['at']}" if source.get("at") else ""
    quote = f': "{source["quote"]}"' if source.get("quote") else ""
    return f"{source['stance']}: {name}{where}{quote}"
