"""Read import files: which format it is, and its batches one after another.

A file of up to 256 KiB, and any document, is read to its end before its first batch is
given, so that a mistake anywhere in it changes nothing. What is larger has to be lines
or rows. They are read one by one in flat memory, and a mistake in a line leaves the
batches before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, cast, get_args

from events.errors import InputError, did_you_mean
from ledger.importing.batches import FileBatch, batched
from ledger.importing.csv_rows import read_rows
from ledger.importing.decoding import decode, without_mark
from ledger.importing.document import read_document
from ledger.importing.json_lines import read_lines
from ledger.importing.json_nodes import read_json
from ledger.importing.keys import Keys
from ledger.importing.lines import lines_of
from ledger.importing.pages import Page

Format = Literal["yaml", "json", "jsonl", "csv"]

HEAD_BYTES = 1 << 18
DOCUMENT_BYTES_MAX = 1 << 22

_COLUMN = re.compile(r"[a-z][a-z0-9_.]*")
_SUFFIXES: dict[str, Format] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
}


def read_file(path: Path, form: Format | None = None) -> Iterator[FileBatch]:
    """Read the batches of a file.

    Args:
        path: the file.
        form: its format; by default that of its suffix, otherwise what it looks like.

    Raises:
        InputError: it cannot be opened, or something in it cannot be read: with path,
            line, column, excerpt, field and hint.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}",
            path=str(path),
        ) from error
    with stream:
        suffix = _SUFFIXES.get(path.suffix.lower())
        yield from read_stream(stream, str(path), form or suffix)


def read_stream(
    stream: BinaryIO, path: str, form: Format | None = None
) -> Iterator[FileBatch]:
    """Read the batches of an open file or of another program's output.

    Args:
        stream: bytes, read once and from where it is.
        path: what to call it.
        form: its format; by default what it looks like.

    Raises:
        InputError: something cannot be read; see :func:`read_file`.
    """
    head = _read(stream, HEAD_BYTES, path)
    if not without_mark(head)[0].strip():
        raise InputError("the file is empty", path=path, line=1, column=1)
    with Keys() as keys:
        match form or sniffed(head):
            case "yaml" | "json" as form:
                yield from _of_documents(head, stream, path, form, keys)
            case form:
                lines = lines_of(head, stream, path)
                read = read_lines if form == "jsonl" else read_rows
                found = batched(read(lines, path, keys))
                yield from found if len(head) == HEAD_BYTES else _all(found, path)


def read_together(stream: BinaryIO, path: str) -> FileBatch:
    """Read JSON lines of which all events are to be recorded, or none.

    Their keys are those that they bring, and nothing is a batch within.

    Args:
        stream: bytes, read to their end.
        path: what to call it.

    Raises:
        InputError: a line cannot be read; see :func:`read_file`.
    """
    records = list(read_lines(lines_of(b"", stream, path), path, None))
    for record in records:
        if record.batch is not None:
            raise InputError(
                "these events are recorded together, without a batch of their own",
                hint="whereas import keeps the batches of a file",
                path=path,
                line=record.place.line,
                field="batch",
            )
    if not records:
        raise InputError("there are no events", path=path, line=1, column=1)
    drafts = [record.draft for record in records]
    return FileBatch(
        drafts[0].agreement, None, drafts, [record.place for record in records]
    )


def format_named(name: str) -> Format:
    """Find a format by its name.

    Raises:
        InputError: there is none of that name.
    """
    if name in get_args(Format):
        return cast("Format", name)
    raise InputError(
        f"there is no format {name}",
        hint=did_you_mean(name, get_args(Format))
        or f"it is one of {', '.join(get_args(Format))}",
    )


def sniffed(head: bytes) -> Format:
    """Tell which format a file looks like from how it begins."""
    text = without_mark(head)[0].decode("utf-8", "replace")
    lines = (line.strip() for line in text.split("\n"))
    told = [line for line in lines if line and not line.startswith("#")][:2]
    first = told[0] if told else ""
    if first.startswith("{"):
        several = len(told) > 1 and told[1].startswith("{")
        return "jsonl" if several or _is_event(first) else "json"
    cells = [cell.strip(' "') for cell in first.split(",")]
    columns = len(cells) > 1 and all(map(_COLUMN.fullmatch, cells))
    return "csv" if columns and "event" in cells else "yaml"


def _is_event(line: str) -> bool:
    """Tell whether a line is a JSON object by itself, and no document."""
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(read, dict) and "events" not in read


def _read(stream: BinaryIO, count: int, path: str) -> bytes:
    """Read that many bytes, or all that there are."""
    parts: list[bytes] = []
    try:
        while count > 0 and (part := stream.read(count)):
            parts.append(part)
            count -= len(part)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}",
            path=path,
        ) from error
    return b"".join(parts)


def _of_documents(
    head: bytes, stream: BinaryIO, path: str, form: Format, keys: Keys
) -> list[FileBatch]:
    """Read a file of documents as a whole."""
    data = head + _read(stream, DOCUMENT_BYTES_MAX + 1 - len(head), path)
    if len(data) > DOCUMENT_BYTES_MAX:
        raise InputError(
            f"the file is larger than {DOCUMENT_BYTES_MAX >> 20} MiB",
            hint="write many events as JSON lines or CSV",
            path=path,
        )
    data, offset = without_mark(data)
    text = decode(data, path, offset=offset)
    # As YAML and JSON have it; then lines are what ends in one character.
    page = Page(path, text.replace("\r\n", "\n").replace("\r", "\n"))
    if form == "json":
        roots = iter([read_json(page)])
    else:
        # Only YAML needs it, and it takes as long to load as everything else.
        from ledger.importing.yaml_nodes import read_yaml  # noqa: PLC0415  # as above

        roots = read_yaml(page)
    found = (batch for root in roots for batch in read_document(page, root, keys))
    return _all(found, path)


def _all(batches: Iterator[FileBatch], path: str) -> list[FileBatch]:
    """Read all batches of a file, of which there has to be one."""
    found = list(batches)
    if not found:
        raise InputError("the file holds no events", path=path, line=1, column=1)
    return found
