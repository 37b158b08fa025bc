"""``whereas index``: the index that answers questions to all agreements at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.answer import Answer, Column, Table
from cli.branches import Branch, branching
from cli.command import Group
from cli.output import aside, json_document, put, say, write
from cli.progress import Progress
from cli.session import session_of

if TYPE_CHECKING:
    from cli.session import Session
    from ledger.indexing import Place


OUTPUTS = ("json", "jsonl", "csv")
SCHEMA = "whereas/index/1"
STATUS = (
    ("whether there is an index, and how far it goes", "whereas index status"),
    ("the same for a program", "whereas index status --json"),
)
REBUILD = (
    ("make the index, or make it anew", "whereas index rebuild"),
    (
        "that of another ledger",
        "whereas index rebuild --ledger deals.db",
    ),
)
UPDATE = (
    ("take what was recorded since", "whereas index update"),
    ("that of another ledger", "whereas index update --ledger deals.db"),
)
METADATA = (
    (
        "what to open it with: datasette whereas.index.db --metadata metadata.json",
        "whereas index metadata > metadata.json",
    ),
    ("that of another ledger", "whereas index metadata --ledger deals.db"),
)
COLUMNS = tuple(
    Column(name) for name in ("index", "state", "taken", "events", "behind", "bytes")
)


def made(name: str) -> Group:
    """Make the command."""
    branches = {
        "status": Branch(_status, STATUS, OUTPUTS),
        "rebuild": Branch(_rebuild, REBUILD),
        "update": Branch(_update, UPDATE),
        "metadata": Branch(_metadata, METADATA),
    }
    sentence = """Make an index that answers for all agreements.

    It is a file beside the ledger (whereas.index.db) that whereas portfolio reads
    instead of folding every agreement, with the same answers. It is never needed, can
    be thrown away, and proves nothing. Datasette opens it in a browser.
    """
    examples = (STATUS[0], REBUILD[0], UPDATE[0], METADATA[0])
    return branching(name, sentence, branches, examples)


def _status(context: typer.Context) -> None:
    """Show whether there is an index, and how far it goes.

    Missing, level with the ledger, behind it, or not usable: made by another version,
    of another ledger, or no index at all. Nothing is changed.
    """
    session = session_of(context)
    with session.reading() as ledger:
        place = session.index(ledger).place()
    put(_answer(place, session), session)


def _rebuild(context: typer.Context) -> None:
    """Make the index anew, beside the old one, and swap them.

    Whoever reads the old one meanwhile reads it to the end.
    """
    session = session_of(context)
    with session.reading() as ledger, Progress("indexing") as progress:
        place = session.index(ledger).rebuild(progress.advance)
    _say(place, session)


def _update(context: typer.Context) -> None:
    """Bring the index up to date; make it where there is none that is usable.

    Cost: that of the agreements with new events.
    """
    session = session_of(context)
    with session.reading() as ledger, Progress("indexing") as progress:
        place = session.index(ledger).update(progress.advance)
    _say(place, session)


def _metadata(context: typer.Context) -> None:
    """Print metadata and queries for Datasette, which opens the index in a browser."""
    from projections.readmodel.datasette import metadata

    session = session_of(context)
    with session.reading() as ledger:
        place = session.index(ledger).place()
    write(json_document(metadata(place.path.stem), indent=True) + "\n")
    words = _words(place.path, session)
    aside(f"hint: datasette {words} --metadata FILE-WITH-THIS")


def _say(place: Place, session: Session) -> None:
    """Tell how far an index goes."""
    count = place.lag.position
    events = "event" if count == 1 else "events"
    say(f"{_words(place.path, session)} is level with the ledger: {count} {events}")


def _answer(place: Place, session: Session) -> Answer:
    """Show an index."""
    there = place.lag
    bytes_ = place.path.stat().st_size if place.path.is_file() else 0
    state = _state(place)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "index": _words(place.path, session),
        "state": state,
        "taken": there.position,
        "events": there.size,
        "behind": there.behind,
        "bytes": bytes_,
    }
    numbers = (there.position, there.size, there.behind, bytes_)
    row = (document["index"], state, *map(str, numbers))
    return Answer(
        document=document,
        items=[document],
        title=f"The index of {session.settings.ledger_words}: {state}",
        table=Table(COLUMNS, [row]),
        hints=_hints(state, str(document["index"])),
    )


def _state(place: Place) -> str:
    """Say in a word or two how an index is."""
    if place.lag.fault is not None:
        return place.lag.fault
    return "behind" if place.lag.behind else "level"


def _hints(state: str, index: str) -> tuple[str, ...]:
    """Offer what may be done next."""
    match state:
        case "level":
            return (
                "whereas index metadata > metadata.json",
                f"datasette {index} --metadata metadata.json",
            )
        case "behind":
            return ("whereas index update",)
        case _:
            return ("whereas index rebuild",)


def _words(path: Path, session: Session) -> str:
    """Name a file as seen from the working folder."""
    folder = session.folder
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)
