"""``whereas diff``: what changed between two dates, positions or recorded times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli import changes, options
from cli.answer import Answer, Column, Table
from cli.asking import Question, ask, known_words, on_words
from cli.output import put
from cli.session import session_of
from events.errors import InputError

if TYPE_CHECKING:
    from projections.questions.diff import DiffAnswer

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    (
        "what changed in the world",
        "whereas diff microsoft-openai 2025-10-27..2025-10-28",
    ),
    ("what changed in what is known", "whereas diff microsoft-openai @45..@51"),
)
_POINT = re.compile(r"@[0-9]+|pos:[0-9]+")
_FORMS = "2025-10-27..2025-10-28, @5..@9 or pos:3..pos:9"


class Side(NamedTuple):
    """One side of a comparison: a date, and a moment of knowledge."""

    on: str | None
    known: str | None


def run(
    context: typer.Context,
    agreement: options.Agreement,
    points: Annotated[
        str | None,
        typer.Argument(
            metavar="FROM..TO",
            help="Two dates, two events (@5..@9) or two positions (pos:3..pos:9);"
            " TO may be left out.",
        ),
    ] = None,
    on: options.On = None,
    known: Annotated[
        str | None,
        typer.Option(
            "--known",
            metavar="WHEN",
            help="What was known when: as elsewhere, or FROM..TO.  [default: now]",
            rich_help_panel=options.CLOCKS,
        ),
    ] = None,
    horizon: options.Horizon = None,
    suppose: options.Suppose = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if anything differs.")
    ] = False,
) -> None:
    """Show what changed between two points.

    Between two dates, the world changed; between two events, positions or recorded
    times, what is known of it did. + came, - went, ~ became another.
    """
    session = session_of(context)
    sides = _sides(points, on, known)
    with session.reading() as ledger:
        before, after = (
            ask(
                session,
                ledger,
                agreement,
                on=side.on,
                known=side.known,
                horizon=horizon,
                suppose=suppose,
                place="FROM..TO",
            )
            for side in sides
        )
    found = answer(before, after)
    put(found, session)
    if exit_code and found.items:
        raise typer.Exit(1)


def answer(before: Question, after: Question) -> Answer:
    """Show what differs between two answers."""
    diff = _compared(before, after)
    return Answer(
        document=diff,
        items=diff.changes,
        title=f"{diff.title or diff.agreement} {_clocks(before, after)}",
        table=changes.table(diff.changes),
        shown=changes.shown(diff.changes),
        more=(_recorded(diff),),
        remarks=() if diff.changes else ("Nothing differs.",),
    )


def _recorded(diff: DiffAnswer) -> Table:
    """Name the events that were recorded between two moments of knowledge."""
    return Table(
        (Column("event", whole=True, style="bold"), Column("what")),
        [
            (f"@{e.event}", " ".join(filter(None, (e.type, e.about))))
            for e in diff.recorded
        ],
        title="Recorded in between",
    )


def _compared(before: Question, after: Question) -> DiffAnswer:
    """Compare two answers about one agreement."""
    from projections.questions.answers import state_answer
    from projections.questions.diff import diff_answer
    from projections.questions.history import events_between

    states = [
        state_answer(q.timeline, q.on, known=q.known, supposals=q.supposals)
        for q in (before, after)
    ]
    recorded = events_between(
        after.timeline, before.known.position, after.known.position
    )
    records = before.timeline.record, after.timeline.record
    return diff_answer(states[0], states[1], recorded, records=records)


def _clocks(before: Question, after: Question) -> str:
    """Echo both clocks of both sides."""
    if before.known == after.known:
        return f"from {before.on} to {after.on}, {after.as_known}"
    told = known_words(before.known, before.known_words)
    on = on_words(after.on)
    if before.on != after.on:
        on = f"from {before.on} to {after.on}"
    return f"{on}, {told}, then {after.as_known}"


def _sides(points: str | None, on: str | None, known: str | None) -> tuple[Side, Side]:
    """Read what is compared with what."""
    knowns = _range(known, "--known") if known and ".." in known else (known, known)
    if points is None:
        if knowns[0] == knowns[1]:
            raise InputError(
                "there is nothing to compare", hint=f"write FROM..TO: {_FORMS}"
            )
        return Side(on, knowns[0]), Side(on, knowns[1])
    first, last = _range(points, "FROM..TO")
    if _POINT.fullmatch(first):
        if known is not None:
            raise InputError(
                f"{points} and --known {known} both say what was known",
                hint="leave out one of them",
            )
        return Side(on, first), Side(on, last)
    if on is not None:
        raise InputError(
            f"{points} and --on {on} both say which date is asked about",
            hint="leave out one of them",
        )
    return Side(first, knowns[0]), Side(last, knowns[1])


def _range(words: str, place: str) -> tuple[str, str | None]:
    """Read FROM..TO; nothing after the dots is today, or now."""
    first, dots, last = words.partition("..")
    if not dots or not first:
        raise InputError(
            f"{place} is two points with .. between, not {words}",
            hint=f"write {_FORMS}",
        )
    return first, last or None
