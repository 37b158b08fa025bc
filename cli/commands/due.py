"""``whereas due``: what lapses, renews, opens or is owed, and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.amounts import AMOUNT, amount_cells
from cli.answer import Answer, Column, Table
from cli.asking import day
from cli.asking_all import Asked, ask_all
from cli.output import put, write
from cli.phrases import not_applied, numbers, renew_more
from cli.session import Session, session_of
from events.dates import PartialDate
from events.errors import InputError
from events.quantity import readable

if TYPE_CHECKING:
    from projections.questions.due import DueAnswer
    from projections.questions.falling import Item

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("what falls into the next twelve months", "whereas due"),
    (
        "what can end the rights of a party before a date",
        "whereas due microsoft-openai --to 2029-12-31 --holder microsoft --kind ends",
    ),
)
MONTHS = 12
COLUMNS = (
    *(Column(name) for name in ("date", "from", "to", "what", "agreement", "subject")),
    *(Column(name) for name in ("certain", "waits_for", "when", "words", "holders")),
    *(Column(name) for name in ("against", "events", "parties")),
    *AMOUNT,
)
SHOWN = (
    Column("date", whole=True),
    Column("what", whole=True),
    Column("subject", whole=True, style="bold"),
    Column("in_the_agreement"),
    Column("by", narrow=True),
)


def run(
    context: typer.Context,
    agreement: options.AgreementOrAll = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help="The first day of the window.  [default: today]",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="DATE",
            help="The last day of the window.  [default: twelve months later]",
        ),
    ] = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Only what starts, ends, opens, closes, renews, resumes,"
            " takes-effect, is due or awarded, has a price or a notice-by. May be"
            " repeated.",
        ),
    ] = None,
    party: Annotated[
        str | None,
        typer.Option("--party", metavar="PARTY", help="Only what concerns a party."),
    ] = None,
    holder: Annotated[
        str | None,
        typer.Option("--holder", metavar="PARTY", help="Only what a party holds."),
    ] = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    suppose: options.Suppose = None,
    ics: Annotated[
        bool, typer.Option("--ics", help="Write a calendar file (iCalendar).")
    ] = False,
) -> None:
    """Show what falls due in a window.

    What lapses, renews, opens, closes, is owed or awarded, or needs a notice by a day;
    and below it what has no day, because it waits for a milestone, a measure or a
    notice.
    """
    from projections.questions.due import Wanted, due_answer

    session = session_of(context)
    first, last = _window(session, start, end)
    with session.reading() as ledger:
        asked = ask_all(
            session, ledger, agreement, known=known, horizon=horizon, suppose=suppose
        )
    due = due_answer(
        asked.timelines,
        first,
        last,
        known=asked.known,
        wanted=Wanted(tuple(kinds or ()), party, holder),
        supposals=asked.supposals,
    )
    if ics:
        if session.format is not None:
            raise InputError(
                f"--ics and --{session.format} exclude each other",
                hint=f"leave out --{session.format}",
            )
        from projections.questions.calendar_file import calendar_file

        write(calendar_file(due))
    else:
        put(answer(due, asked), session)


def _window(
    session: Session, start: str | None, end: str | None
) -> tuple[PartialDate, PartialDate]:
    """Read the first and the last day of the window."""
    from events.dates import LAST_DAY, add_months, day_text

    first = session.today if start is None else day(session, start, "--from")
    if end is not None:
        return first, day(session, end, "--to")
    last = min(add_months(first.first, MONTHS, rounded="down") - 1, LAST_DAY)
    return first, PartialDate.parse(day_text(last))


def answer(due: DueAnswer, asked: Asked) -> Answer:
    """Show what falls due, and what waits."""
    several = len(due.agreements) > 1
    return Answer(
        document=due,
        items=[*due.items, *due.waits],
        title=f"Due {due.window[0]} to {due.window[1]}, {asked.as_known}",
        table=Table(COLUMNS, [_row(item) for item in (*due.items, *due.waits)]),
        shown=Table(SHOWN, [_shown(item, several) for item in due.items]),
        more=(
            Table(
                (Column("what", whole=True), *SHOWN[2:4], Column("waits_for")),
                [_waits(item, several, due.horizon) for item in due.waits],
                title="Without a day",
            ),
        ),
        remarks=tuple(_remarks(due)),
        hints=_hints(due),
    )


def _row(item: Item) -> tuple[str, ...]:
    """Write an item for a program."""
    first, last = item.between
    return (
        *(item.date or "", first or "", last or "", item.what),
        *(item.agreement, item.subject, "yes" if item.certain else "no"),
        *("; ".join(item.waits_for), item.when, readable(item.words or "")),
        *(" ".join(item.holders), " ".join(item.against), numbers(item.events)),
        " ".join(item.parties),
        *amount_cells(item.words),
    )


def _shown(item: Item, several: bool) -> tuple[str, ...]:
    """Write an item that has a last possible day for a reader."""
    first, last = item.between
    date = item.date or f"{first or 'any day'} … {last}"
    words = [item.when, _amount(item)]
    # What is imprecise hangs on nothing but its own date.
    if item.waits_for and not item.certain and item.waits_for != (item.when,):
        words.append(f"hangs on {', '.join(item.waits_for)}")
    told = "; ".join(word for word in words if word)
    what = item.what.replace("-", " ")
    return (date, what, subject(item, several), told, numbers(item.events))


def _waits(item: Item, several: bool, horizon: str | None) -> tuple[str, ...]:
    """Write an item that has no last possible day.

    A first one that silence alone gives says nothing.
    """
    first, _ = item.between
    is_told = first is not None and first > (horizon or "")
    since = f"not before {first}" if is_told else ""
    return (
        item.what.replace("-", " "),
        subject(item, several),
        "; ".join(filter(None, (item.when, _amount(item), since))),
        "; ".join(item.waits_for),
    )


def _amount(item: Item) -> str:
    """Write how much it is about, and what else is said; what takes effect is named."""
    if item.words is None or item.what == "takes-effect":
        return ""
    return "unknown amount" if item.words == "unknown" else readable(item.words)


def subject(item: Item, several: bool = False) -> str:
    """Name what an item is about, with its agreement where there are several.

    What takes effect is told by what it is: a notice may end what it is about.
    """
    takes_effect = item.what == "takes-effect"
    subject = item.words if takes_effect and item.words else item.subject
    return f"{item.agreement} {subject}" if several else subject


def _remarks(due: DueAnswer) -> Iterator[str]:
    """Say what a reader should know beside the table."""
    if not due.items and not due.waits:
        yield "Nothing."
    yield from renew_more(due.more)
    if any(item.what == "awarded" for item in (*due.items, *due.waits)):
        yield "Who owes an award, and by when, is said by its words alone."
    yield from not_applied(due.skipped, several=len(due.agreements) > 1)


def _hints(due: DueAnswer) -> Sequence[str]:
    """Offer to suppose a milestone that something waits for."""
    for item in due.waits:
        for atom in item.waits_for:
            word, _, rest = atom.removeprefix("last ").partition(" ")
            if word == "milestone" and not due.suppose:
                name, date = rest.split()[0], due.window[1]
                return (f"whereas what-if {item.agreement} --suppose {name}={date}",)
    return ()
