"""Import files for a command, and tell what became of each."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

import msgspec

from cli.answer import Answer, Column, Table
from cli.progress import Progress
from cli.slips import Slips
from ledger.importing.files import Format, format_named, read_file, read_stream
from ledger.importing.recording import ImportResult, Outcome, import_batches

if TYPE_CHECKING:
    from ledger.importing.batches import FileBatch
    from ledger.ledger import Ledger

IMPORT_SCHEMA = "whereas/import/1"
STDIN = "-"

_COLUMNS = (
    Column("file"),
    Column("added", whole=True),
    Column("already there", whole=True),
)


class FileImported(msgspec.Struct, frozen=True):
    """What became of the events of a file: counts of events and of batches."""

    file: str
    added: int
    already_there: int
    batches_added: int
    batches_already_there: int


class ImportAnswer(msgspec.Struct, frozen=True):
    """What became of files, and the head of the ledger afterwards."""

    schema: str
    dry_run: bool
    files: list[FileImported]
    tree_size: int
    root: str


class Imported(NamedTuple):
    """What became of files, up to the first that could not be imported whole."""

    files: list[FileImported]
    last: ImportResult
    slips: Slips

    @property
    def added(self) -> int:
        """Count the events that were recorded."""
        return sum(file.added for file in self.files)

    @property
    def already_there(self) -> int:
        """Count the events that had been recorded before."""
        return sum(file.already_there for file in self.files)


def imported(
    ledger: Ledger,
    names: Sequence[str],
    *,
    recorded_by: str,
    form: str | None = None,
    dry_run: bool = False,
) -> Imported:
    """Import files one after the other, and stop at the first mistake.

    Args:
        ledger: where to.
        names: the files; ``-`` is stdin.
        recorded_by: who records.
        form: their format; by default what the suffix says.
        dry_run: check everything and record nothing.
    """
    known = None if form is None else format_named(form)
    files: list[FileImported] = []
    result, slips = ImportResult(), Slips()
    with Progress("checking" if dry_run else "importing") as progress:

        def report(outcome: Outcome) -> None:
            progress.advance(len(outcome.batch.drafts))
            slips.add(outcome)

        # Later files may rest on earlier ones, so that a dry run checks them together.
        for group in [tuple(names)] if dry_run else [(name,) for name in names]:
            result = import_batches(
                ledger,
                chain.from_iterable(_batches(name, known) for name in group),
                recorded_by=recorded_by,
                dry_run=dry_run,
                on_progress=report,
            )
            files.append(_told(group, result))
            if result.error is not None or result.interrupted:
                break
    return Imported(files, result, slips)


def answer(found: Imported, ledger: Ledger, *, dry_run: bool) -> Answer:
    """Tell what became of files."""
    head = ledger.head()
    document: Any = ImportAnswer(
        IMPORT_SCHEMA, dry_run, found.files, head.size, head.root.hex()
    )
    would = "would be added" if dry_run else "added"
    return Answer(
        document=document,
        items=found.files,
        title=f"{_count(found.added)} {would}, {found.already_there} already there;"
        f" the ledger holds {head.size}",
        table=Table(
            _COLUMNS,
            [
                (file.file, str(file.added), str(file.already_there))
                for file in found.files
            ],
        ),
    )


def interrupted(found: Imported, again: str, *, dry_run: bool) -> tuple[str, ...]:
    """Say that somebody stopped an import, what is there, and how it goes on.

    Args:
        found: what became of the files until then.
        again: the command.
        dry_run: whether nothing was to be recorded.
    """
    if dry_run:
        return ("interrupted: nothing was to be recorded",)
    told = f"interrupted: {_count(found.added)} added"
    return (
        f"{told}; a batch that was under way is there whole or not at all",
        f"hint: importing again adds what is missing: {again}",
    )


def _count(events: int) -> str:
    """Count events in words."""
    return "1 event" if events == 1 else f"{events} events"


def _batches(name: str, form: Format | None) -> Iterator[FileBatch]:
    """Read the batches of a file, or of stdin."""
    if name == STDIN:
        yield from read_stream(cast("BinaryIO", sys.stdin.buffer), "stdin", form)
    else:
        yield from read_file(Path(name), form)


def _told(names: Sequence[str], result: ImportResult) -> FileImported:
    """Count what became of a file, or of several together."""
    return FileImported(
        ", ".join("stdin" if name == STDIN else name for name in names),
        result.added,
        result.already_there,
        result.batches_added,
        result.batches_already_there,
    )
