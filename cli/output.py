r"""The one door through which answers leave.

| where to | form |
|---|---|
| a terminal | a title with both clocks, tables that fit the width, remarks |
| a pipe or file | a line a row, fields between tabs, nothing cut; the title on stderr |
| `--json` | one document with a `schema`, the clocks in it |
| `--jsonl` | a document a row |
| `--csv` | rows under a header |

An answer goes to stdout and everything else to stderr. Between tabs a tab, a line break
and a backslash are written ``\t``, ``\n`` and ``\\``.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from cli.answer import Answer, Table
from cli.hints import asked_alike, for_ledger
from cli.safe import cell, json_text, one_line, visible
from cli.session import Session

MOST_COLUMNS = 120


def put(answer: Answer, session: Session) -> None:
    """Write an answer in the form that was asked for, or that suits where it goes."""
    aloud = session.format == "json" or (session.format is None and sys.stdout.isatty())
    session.untold = answer.title if aloud else None
    match session.format:
        case "json":
            _json([answer.document], indent=True)
        case "jsonl":
            aside(answer.title)
            _json(answer.items, indent=False)
        case "csv":
            aside(answer.title)
            _csv(answer.table)
        case _ if sys.stdout.isatty():
            show(answer, session)
        case _:
            aside(answer.title)
            lines = ("\t".join(map(cell, row)) for row in answer.table.rows)
            sys.stdout.writelines(f"{line}\n" for line in lines)


def show(answer: Answer, session: Session) -> None:
    """Show an answer as on a terminal, wherever it goes."""
    from cli.terminal import show as shown

    named = session.flags.get("ledger")
    hints = tuple(
        for_ledger(asked_alike(hint, session.argv), named) for hint in answer.hints
    )
    shown(replace(answer, hints=hints), session.settings.color, width())


def say(*lines: str) -> None:
    """Write lines that are the answer of a command that has no table."""
    sys.stdout.writelines(f"{visible(line)}\n" for line in lines)


def aside(*lines: str) -> None:
    """Write lines that are not the answer."""
    sys.stdout.flush()
    sys.stderr.writelines(f"{one_line(line)}\n" for line in lines)


def write(text: str) -> None:
    """Write a document that is safe to show as it is."""
    sys.stdout.write(text)


def width() -> int:
    """Tell how wide the terminal is."""
    return min(shutil.get_terminal_size().columns, MOST_COLUMNS)


def json_document(document: Any, *, indent: bool) -> str:
    """Write a document as JSON: money and dates as their words."""
    import msgspec

    from events.values import enc_hook

    try:
        encoded = msgspec.json.encode(document, enc_hook=enc_hook)
    except UnicodeEncodeError:
        # The name of a file may hold bytes that are no text.
        built = msgspec.to_builtins(document, enc_hook=enc_hook)
        encoded = msgspec.json.encode(_as_text(built))
    if indent:
        encoded = msgspec.json.format(encoded, indent=2)
    narrow = (sys.stdout.encoding or "utf-8").lower().replace("-", "") != "utf8"
    return json_text(encoded.decode(), ascii_only=narrow)


def _as_text(value: Any) -> Any:
    """Write in words whatever in a document no encoding takes."""
    match value:
        case str():
            return visible(value)
        case list() | tuple():
            return [_as_text(inner) for inner in value]
        case dict():
            return {key: _as_text(inner) for key, inner in value.items()}
        case _:
            return value


def _json(documents: Iterable[Any], *, indent: bool) -> None:
    """Write documents, each ending a line."""
    for document in documents:
        sys.stdout.write(json_document(document, indent=indent) + "\n")


def _csv(table: Table) -> None:
    """Write rows under a header."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_field(value) for value in row])


def _csv_field(value: str) -> str:
    """Keep line breaks and tabs, which quotes protect."""
    parts = value.split("\n")
    return "\n".join("\t".join(map(visible, part.split("\t"))) for part in parts)
