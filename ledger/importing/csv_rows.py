"""Read CSV: an event a row, a column a field.

An empty cell is a field that is not there. A cell of a field that has an inner shape
may hold JSON, and a dot in the name of a column goes inside: ``scope.activity``.

Source: RFC 4180.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, cast

from events.base import Event
from events.catalogue import TYPES, USER_TYPES
from events.envelope_reader import ENVELOPE_KEYS
from events.errors import InputError, did_you_mean
from events.fields import fields_by_name
from events.reader import read_draft, type_named
from events.when import When
from ledger.importing.batches import Record, batch_name
from ledger.importing.json_nodes import read_json
from ledger.importing.keys import Keys
from ledger.importing.lines import Line, text_of
from ledger.importing.nodes import Node, placed, plain
from ledger.importing.pages import Page

_CELL = re.compile(r'(?:"(?:[^"]|"")*"|[^,\r\n"][^,\r\n]*)?')
_SHAPED = frozenset(
    (
        *("parties", "provisions", "names", "scope", "new-party", "new-parties"),
        *("price-schedule", "replacement", "identifiers"),
    )
)
# Columns of an exported table that no import takes.
_EXPORTED = frozenset(("position", "recorded_at", "seq", "recorded_by", "leaf"))
_FLAGS: dict[str, bool] = {"true": True, "false": False}


def read_rows(lines: Iterable[Line], path: str, keys: Keys) -> Iterator[Record]:
    """Read the events of CSV one by one; rows of empty cells are left out.

    Args:
        lines: the lines, the first of them the header.
        path: what to call the file.
        keys: gives the events of the file their keys.

    Raises:
        InputError: with line and column.
    """
    rows = _rows(lines, path)
    page, header = next(rows, (Page(path, ""), []))
    columns = _columns(page, header)
    for page, row in rows:
        if len(row) != len(columns):
            raise page.error(
                f"the row has {len(row)} cells and the header {len(columns)}",
                0,
                hint="put a cell that holds a comma in quotes",
            )
        if any(row):
            yield _record(page, columns, row, keys)


def _rows(lines: Iterable[Line], path: str) -> Iterator[tuple[Page, list[str]]]:
    """Split lines into rows of cells, each with the text that it was read from."""
    taken: list[str] = []
    first = 1

    def tapped() -> Iterator[str]:
        nonlocal first
        for line in lines:
            if not taken:
                first = line.number
            taken.append(text_of(line, path))
            yield taken[-1]

    reader = csv.reader(tapped(), strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _not_csv(Page(path, "".join(taken), first), error) from error
        if row is None:
            return
        if row:
            yield Page(path, "".join(taken), first), row
        taken.clear()


def _not_csv(page: Page, error: csv.Error) -> InputError:
    """Word the refusal of what cannot be split into cells."""
    message = str(error)
    if message == "unexpected end of data" or "field limit" in message:
        opened = [at for at in _starts(page.text) if page.text.startswith('"', at)]
        return page.error(
            "a quotation that begins here is not closed",
            opened[-1] if opened else 0,
            hint='write a quotation mark within a cell twice: ""',
        )
    return page.error(f"this is not CSV: {message}", 0)


def _columns(page: Page, header: list[str]) -> list[str]:
    """Read the header."""
    columns = [name.strip() for name in header]
    known = _known_columns()
    for at, name in enumerate(columns):
        start = _starts(page.text)[at]
        if name in columns[:at]:
            raise page.error(f"the column {name} is given twice", start)
        if name.partition(".")[0] not in known:
            hint = did_you_mean(name, known)
            if len(columns) == 1 and (";" in name or "\t" in name):
                hint = "put commas between the columns"
            elif name in _EXPORTED:
                hint = "whereas export jsonl writes what can be imported again"
            raise page.error(f"no event has a field {name}", start, hint=hint)
    for name in ("event", "agreement"):
        if name not in columns:
            raise page.error(
                f"the header has no column {name}",
                0,
                hint="begin with for example agreement,event,effective",
            )
    return columns


@cache
def _known_columns() -> frozenset[str]:
    """Collect the names that a column may have."""
    types = [TYPES[name] for name in USER_TYPES]
    own = {name for cls in types for name in fields_by_name(cls)}
    return frozenset(own.union(ENVELOPE_KEYS, ("batch",)))


def _record(page: Page, columns: list[str], row: list[str], keys: Keys) -> Record:
    """Read the event of a row."""
    node = _node(page, columns, row)
    try:
        fields = cast("dict[str, Any]", plain(node))
        batch = batch_name(fields.pop("batch", None))
        draft = read_draft(fields)
    except InputError as error:
        raise placed(error, page, node) from error
    return Record(batch, keys.keyed(draft), page.place(0))


def _node(page: Page, columns: list[str], row: list[str]) -> Node:
    """Put the cells of a row where the names of their columns say."""
    cls = _type(columns, row)
    root: dict[str, Node] = {}
    for column, cell, start in zip(columns, row, _starts(page.text), strict=False):
        if not cell:
            continue
        *outer, last = column.split(".")
        inside = root
        for name in outer:
            holder = inside.setdefault(name, Node({}, start))
            if not isinstance(holder.value, dict):
                raise page.error(f"{name} is given twice", start)
            inside = holder.value
        if last in inside:
            raise page.error(f"{column} is given twice", start)
        inside[last] = _value(page, cls, column, cell, start)
    return Node(root, 0)


def _type(columns: list[str], row: list[str]) -> type[Event] | None:
    """Find the type of a row's event; what is no type is refused later."""
    try:
        return type_named(row[columns.index("event")])
    except InputError:
        return None


def _value(
    page: Page, cls: type[Event] | None, column: str, cell: str, start: int
) -> Node:
    """Read a cell: words, or JSON where the field has an inner shape."""
    shaped, is_flag = _shape(cls, column.partition(".")[0]) if cls else (False, False)
    if is_flag and cell in _FLAGS:
        return Node(_FLAGS[cell], start)
    if shaped and cell[0] in "[{":
        try:
            return _all_at(read_json(Page(page.path, cell)), start)
        except InputError as error:
            raise page.error(str(error), start, hint=error.hint) from error
    return Node(cell, start)


@cache
def _shape(cls: type[Event], name: str) -> tuple[bool, bool]:
    """Tell whether a field has an inner shape, and whether it is true or false."""
    if name in {"sources", "effective"}:
        return True, False
    field = fields_by_name(cls).get(name)
    if field is None:
        return False, False
    return field.kind in _SHAPED or field.type is When, field.type is bool


def _all_at(node: Node, start: int) -> Node:
    """Place everything in a cell where the cell begins."""
    match node.value:
        case dict() as members:
            return Node({n: _all_at(m, start) for n, m in members.items()}, start)
        case list() as items:
            return Node([_all_at(item, start) for item in items], start)
        case value:
            return Node(value, start)


def _starts(text: str) -> list[int]:
    """List the offsets at which the cells of a row begin."""
    starts = [0]
    while found := _CELL.match(text, starts[-1]):
        if text[found.end() : found.end() + 1] != ",":
            break
        starts.append(found.end() + 1)
    return starts
