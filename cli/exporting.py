"""``whereas export csv``, ``jsonl`` and ``sqlite``: events and states for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, NamedTuple

import typer

from cli import completing, options, signing
from cli.asking import day, moment, moment_words, on_words
from cli.branches import Branch
from cli.output import aside, say, write
from cli.progress import Progress
from cli.safe import document, json_text
from cli.session import Session, session_of
from events.errors import InputError, Refused, did_you_mean
from ledger.audit.verdict import counted

if TYPE_CHECKING:
    from ledger.exporting.choice import Choice, Tally

STDOUT = "-"
WHAT = ("events", "state")
CSV = (
    ("every event, for a spreadsheet", "whereas export csv -o events.csv"),
    (
        "the provisions of an agreement on a date",
        "whereas export csv alpha-beta --what state --on 2025-12-31 -o held.csv",
    ),
)
JSONL = (
    ("every event, to be imported elsewhere", "whereas export jsonl -o events.jsonl"),
    (
        "from one ledger into another",
        (
            "whereas export jsonl alpha-beta"
            " | whereas import - --format jsonl --ledger other.db"
        ),
    ),
)
SQLITE = (
    ("everything, for Datasette", "whereas export sqlite -o deals.sqlite"),
    (
        "as it was known then",
        "whereas export sqlite --on 2025-01-01 --known 2025-01-01 -o then.sqlite",
    ),
)
EXAMPLES = (CSV[0], JSONL[0], SQLITE[0])

Agreements = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="AGREEMENT…",
        help="Only these.  [default: all]",
        autocompletion=completing.agreements,
    ),
]
What = Annotated[
    str | None,
    typer.Option(
        "--what",
        metavar="|".join(WHAT),
        help="Events, or what held on a date.  [default: events]",
    ),
]
Output = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="Where to; - is stdout.")
]
Force = Annotated[
    bool, typer.Option("--force", help="Write over a file that is there.")
]


class Chosen(NamedTuple):
    """What is exported, and the moment of knowledge in words."""

    choice: Choice
    as_known: str

    @property
    def clocks(self) -> str:
        """Echo both clocks."""
        return f"{on_words(self.choice.on)}, {self.as_known}"


class Form(NamedTuple):
    """A form of text: its lines of events and of states, and what makes one safe."""

    events: Callable[[Choice], Iterator[str]]
    states: Callable[[Choice], Iterator[str]]
    safe: Callable[[str], str]


class Place(NamedTuple):
    """Where to: the name of a file, and whether one that is there gives way."""

    name: str
    force: bool


def _csv(
    context: typer.Context,
    agreements: Agreements = None,
    what: What = None,
    on: options.On = None,
    known: options.Known = None,
    output: Output = STDOUT,
    force: Force = False,
) -> None:
    """Write a table of events, or of provisions on a date.

    Events have a column for each field in use; what has an inner shape is JSON in its
    cell. A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    from ledger.exporting.tables import event_table, state_table

    session = session_of(context)
    form = Form(event_table, state_table, document)
    state, place = _is_state(what, on), Place(output, force)
    with _chosen(session, agreements, on, known) as chosen:
        _put(session, chosen, form, place, state=state)


def _jsonl(
    context: typer.Context,
    agreements: Agreements = None,
    what: What = None,
    on: options.On = None,
    known: options.Known = None,
    output: Output = STDOUT,
    force: Force = False,
) -> None:
    """Write events as JSON lines to be imported again, or states.

    Imported into an empty ledger, the events lead to the same state. What only the
    ledger itself records is left out, and events that speak of others name them by
    their numbers without it. A value that was erased reads `[***]`, which no import
    takes. A state is a line an agreement, as `whereas state --json` has it.
    """
    from ledger.exporting.lines import event_lines, state_lines

    session = session_of(context)
    form = Form(event_lines, state_lines, _safe_json)
    state, place = _is_state(what, on), Place(output, force)
    with _chosen(session, agreements, on, known) as chosen:
        _put(session, chosen, form, place, state=state)
    if not state:
        aside(*_not_told(chosen.choice.tally))


def _sqlite(
    context: typer.Context,
    agreements: Agreements = None,
    on: options.On = None,
    known: options.Known = None,
    output: Output = STDOUT,
    force: Force = False,
) -> None:
    """Write a SQLite file with the events and what held on a date.

    Its tables refer to each other and their words can be searched: Datasette and
    sqlite-utils open it. It is a copy to be asked, not a ledger.
    """
    from ledger.exporting.database import write_database

    session = session_of(context)
    if output == STDOUT:
        raise InputError("a SQLite file needs a name", hint="name it: -o FILE")
    with (
        _chosen(session, agreements, on, known) as chosen,
        _file(session, Place(output, force)) as stream,
    ):
        write_database(chosen.choice, Path(stream.name))
    tally = chosen.choice.tally
    events, names = counted(tally.events, "event"), _agreements(tally)
    say(f"wrote {output}: {events} of {names}, {chosen.clocks}")


BRANCHES = {
    "csv": Branch(_csv, CSV),
    "jsonl": Branch(_jsonl, JSONL),
    "sqlite": Branch(_sqlite, SQLITE),
}


@contextmanager
def _chosen(
    session: Session, agreements: list[str] | None, on: str | None, known: str | None
) -> Iterator[Chosen]:
    """Open the ledger and find out what is asked for; count while it is exported."""
    from ledger.exporting.choice import Choice, Tally

    date = session.today if on is None else day(session, on, "--on")
    names = tuple(dict.fromkeys(agreements)) if agreements else None
    with session.reading() as ledger, Progress("exporting") as progress:
        at = moment(ledger, known, names[0] if names and len(names) == 1 else None)
        choice = Choice(
            ledger=ledger,
            known=at,
            on=date,
            agreements=names,
            tally=Tally(progress.advance),
        )
        choice.check()
        yield Chosen(choice, moment_words(at, known))


def _is_state(what: str | None, on: str | None) -> bool:
    """Tell whether states are asked for, and not events.

    Raises:
        InputError: it is neither, or a date is given for events.
    """
    if what is not None and what not in WHAT:
        raise InputError(
            f"--what is {' or '.join(WHAT)}, not {what}",
            hint=did_you_mean(what, WHAT) or "write --what state",
            word=what,
        )
    if on is not None and what != "state":
        raise InputError(
            "--on is the date of a state, and events are asked for",
            hint="add --what state, or ask for events by --known",
        )
    return what == "state"


def _put(
    session: Session, chosen: Chosen, form: Form, place: Place, *, state: bool
) -> None:
    """Write lines to a file or to stdout, and say what they are."""
    lines = (form.states if state else form.events)(chosen.choice)
    tell: Callable[[str], None] = aside
    if place.name == STDOUT:
        for line in lines:
            write(form.safe(line))
    else:
        with _file(session, place) as stream:
            stream.writelines(line.encode() for line in lines)
        tell = say
    tally = chosen.choice.tally
    told = (
        f"{_agreements(tally)} {chosen.clocks}"
        if state
        else f"{counted(tally.events, 'event')}, {chosen.as_known}"
    )
    tell(told if place.name == STDOUT else f"wrote {place.name}: {told}")


@contextmanager
def _file(session: Session, place: Place) -> Iterator[BinaryIO]:
    """Open a file, which gets its name once it is whole.

    Raises:
        Refused: a file is there and may not be written over, or it is the ledger.
    """
    from ledger.audit.writing import writing_file

    path, ledger = signing.path_of(session, place.name), session.settings.ledger
    if path.exists() and path.samefile(ledger):
        raise Refused(f"{place.name} is the ledger itself", path=place.name)
    if path.is_file() and not place.force:
        raise Refused(
            f"{place.name} is already there",
            hint="--force writes over it",
            path=place.name,
        )
    with writing_file(path, replace=place.force) as stream:
        yield stream


def _safe_json(line: str) -> str:
    """Escape in a line of JSON what could harm a terminal."""
    narrow = (sys.stdout.encoding or "utf-8").lower().replace("-", "") != "utf8"
    return json_text(line, ascii_only=narrow)


def _not_told(tally: Tally) -> Iterator[str]:
    """Say what is in the ledger and not in lines to be imported."""
    if tally.left_out:
        told = counted(tally.left_out, "event")
        yield f"hint: {told} left out, which only the ledger itself can record"
    if tally.withheld:
        told = counted(tally.withheld, "erased value")
        yield f"hint: {told} written as [***], which no import takes"


def _agreements(tally: Tally) -> str:
    return counted(tally.agreements, "agreement")
