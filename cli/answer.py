"""What a command answers, before anybody decides in which form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class Column(msgspec.Struct, frozen=True):
    """A column of a table.

    Attributes:
        name: in CSV and, in capitals, on a terminal.
        whole: its values are not broken over lines.
        narrow: its values are broken first where there is too little room.
        style: how it looks in colour.
    """

    name: str
    whole: bool = False
    narrow: bool = False
    style: str = ""


class Table(msgspec.Struct, frozen=True):
    """Rows of words, each as long as there are columns.

    Attributes:
        title: a heading, for a terminal.
        dim: the numbers of rows that matter less.
        as_list: it is told row by row, each value on a line of its own.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    title: str | None = None
    dim: frozenset[int] = frozenset()
    as_list: bool = False


class Answer(msgspec.Struct, frozen=True):
    """What a command answers, in every form that may be asked for.

    Attributes:
        document: what ``--json`` writes; it has a ``schema``.
        items: what ``--jsonl`` writes, a line each.
        title: what is answered, with both clocks.
        table: the answer as rows.
        shown: the rows for a terminal, where they are not the same.
        more: further tables, for a terminal alone.
        remarks: sentences below, for a terminal alone.
        hints: what may be asked next, for a terminal alone.
    """

    document: Any
    items: Sequence[Any]
    title: str
    table: Table
    shown: Table | None = None
    more: Sequence[Table] = ()
    remarks: Sequence[str] = ()
    hints: Sequence[str] = ()
