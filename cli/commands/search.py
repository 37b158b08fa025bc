"""``whereas search``: words in everything that was recorded, and parties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import completing, options
from cli.answer import Answer, Column, Table
from cli.asking_all import Asked, ask_all
from cli.output import put
from cli.session import session_of

if TYPE_CHECKING:
    from projections.questions.search import Hit, SearchAnswer

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("where it is spoken of", "whereas search '\"right of first refusal\"'"),
    (
        "grants to a party in which a word occurs",
        "whereas search cloud --party microsoft --event exclusivity-granted",
    ),
)
# Of an event that says a word everywhere, a reader needs to see it a few times.
MOST_FIELDS = 3
COLUMNS = (
    *(Column(name) for name in ("agreement", "event", "type", "about")),
    *(Column(name) for name in ("effective", "field", "text")),
)
SHOWN = (
    Column("agreement", narrow=True),
    Column("event", whole=True, style="bold"),
    Column("type"),
    Column("about", narrow=True),
    Column("where_it_says"),
)


def run(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS…",
            help="Words that must all occur; several in double quotes are one.",
        ),
    ],
    agreement: Annotated[
        str | None,
        typer.Option(
            "--agreement",
            metavar="AGREEMENT",
            help="Search this agreement alone.  [default: all]",
            autocompletion=completing.agreements,
        ),
    ] = None,
    party: Annotated[
        str | None,
        typer.Option("--party", metavar="PARTY", help="Only events naming a party."),
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event", metavar="EVENT", help="Only events of a type. May be repeated."
        ),
    ] = None,
    known: options.Known = None,
) -> None:
    """Search the words of events and of their sources.

    Titles, notes, texts, quotations, conditions, names of parties: without regard to
    case and accents. Parties that are called so are listed below.
    """
    from events.reader import type_named
    from projections.questions.search import search_answer

    session = session_of(context)
    types = [type_named(name, "--event").TYPE for name in event or ()]
    with session.reading() as ledger:
        asked = ask_all(session, ledger, agreement, known=known)
    found = search_answer(
        asked.timelines, " ".join(words), known=asked.known, party=party, types=types
    )
    put(answer(found, asked), session)


def answer(found: SearchAnswer, asked: Asked) -> Answer:
    """Show where words occur, in the order of recording."""
    count = len(found.hits)
    noun = "event" if count == 1 else "events"
    return Answer(
        document=found,
        items=found.hits,
        title=f"{' '.join(found.words)}: {count} {noun}, {asked.as_known}",
        table=Table(COLUMNS, [row for hit in found.hits for row in _rows(hit)]),
        shown=Table(SHOWN, [_shown(hit) for hit in found.hits]),
        more=(
            Table(
                tuple(map(Column, ("party", "name", "in"))),
                [
                    (
                        ", ".join(party.ids),
                        ", ".join((*party.names, *party.former_names)),
                        ", ".join(party.roles),
                    )
                    for party in found.parties
                ],
                title="Parties",
            ),
        ),
        remarks=() if found.hits or found.parties else ("Nothing was found.",),
    )


def _rows(hit: Hit) -> list[tuple[str, ...]]:
    """Write a row a field, for a program."""
    start = (hit.agreement, f"@{hit.event}", hit.type, hit.about or "")
    effective = hit.effective or ""
    return [(*start, effective, field, text) for field, text in hit.where]


def _shown(hit: Hit) -> tuple[str, ...]:
    """Write an event that was found, for a reader."""
    kind = hit.type
    if hit.retracted or hit.corrected:
        kind += " (retracted)" if hit.retracted else " (corrected)"
    where = [f"{field}: {text}" for field, text in hit.where[:MOST_FIELDS]]
    if left := len(hit.where) - len(where):
        where.append(f"and {left} more")
    # What is quoted ends in full stops and has semicolons of its own.
    told = " | ".join(where)
    return (hit.agreement, f"@{hit.event}", kind, hit.about or "", told)
