"""Show answers on a terminal, as wide as it is."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from cli.answer import Answer, Column, Table
from cli.safe import one_line

GAP = INDENT = 2
# A word that is longer may be broken; rows are told as lists before any other is.
LONGEST_WORD = 28
# A column that needs no more is not made narrower.
LEAST_WIDTH = 12


def console(color: str, width: int) -> Console:
    """Make what writes to the terminal.

    Args:
        color: auto, always or never.
        width: in characters.

    Source: https://no-color.org and https://force-color.org for the variables.
    """
    return Console(
        file=sys.stdout,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        color_system="standard" if coloured(color) else None,
        force_terminal=True,
        legacy_windows=False,
    )


def coloured(color: str) -> bool:
    """Tell whether to use colour: a setting, else the environment, else by itself."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def show(answer: Answer, color: str, width: int) -> None:
    """Show an answer: title, tables, remarks, hints."""
    screen = console(color, width)
    _paragraph(screen, answer.title, "bold")
    for table in (answer.shown or answer.table, *answer.more):
        if table.rows:
            screen.print()
            if table.title:
                _paragraph(screen, table.title, "bold")
            _table(screen, table, width)
    if answer.remarks:
        screen.print()
    for remark in answer.remarks:
        _paragraph(screen, remark)
    sys.stdout.flush()
    for hint in answer.hints:
        sys.stderr.write(f"hint: {one_line(hint)}\n")


def _paragraph(screen: Console, text: str, style: str = "") -> None:
    """Wrap a sentence; a command in it is not broken at its hyphens."""
    for line in textwrap.wrap(
        one_line(text),
        screen.width,
        subsequent_indent="  ",
        break_on_hyphens=False,
        break_long_words=False,
    ):
        screen.print(Text(line, style), soft_wrap=True)


def _table(screen: Console, table: Table, width: int) -> None:
    """Show rows side by side where they fit, else one below the other."""
    kept = [n for n, _ in enumerate(table.columns) if any(row[n] for row in table.rows)]
    cells = [[one_line(row[n]) for n in kept] for row in table.rows]
    columns = [table.columns[n] for n in kept]
    widths = None if table.as_list else _widths(columns, cells, width - INDENT)
    if widths is None:
        _list(screen, columns, cells)
        return
    grid = Grid(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for column, most in zip(columns, widths, strict=True):
        grid.add_column(_heading(column), width=most, overflow="fold")
    for number, row in enumerate(cells):
        dim = "dim" if number in table.dim else ""
        styles = [
            dim or column.style or _sign(c)
            for column, c in zip(columns, row, strict=True)
        ]
        grid.add_row(*map(Text, row, styles))
    with screen.capture() as captured:
        screen.print(grid, soft_wrap=False)
    for line in captured.get().splitlines():
        sys.stdout.write((" " * INDENT + line).rstrip() + "\n")


def _widths(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], room: int
) -> list[int] | None:
    """Share the room among columns: narrow ones give way first, then the widest.

    Returns:
        A width a column; None where words would have to be broken.
    """
    every = [
        [_heading(column), *cell] for column, *cell in zip(columns, *cells, strict=True)
    ]
    widths = [max(map(cell_len, texts)) for texts in every]
    least = [
        width if column.whole else min(width, _longest_word(texts))
        for column, texts, width in zip(columns, every, widths, strict=True)
    ]
    excess = sum(widths) + GAP * (len(widths) - 1) - room
    if excess > sum(widths) - sum(least):
        return None
    for _ in range(excess):
        giving = [n for n, width in enumerate(widths) if width > least[n]]
        widest = max(giving, key=lambda n: (columns[n].narrow, widths[n]))
        widths[widest] -= 1
    return widths


def _longest_word(texts: Sequence[str]) -> int:
    """Measure the longest word of a column, up to where it may be broken."""
    words = (word for text in texts for word in text.split())
    longest = max(map(cell_len, words), default=0)
    return max(LEAST_WIDTH, min(LONGEST_WORD, longest))


def _heading(column: Column) -> str:
    """Write the name of a column in capitals."""
    return column.name.replace("_", " ").upper()


def _sign(text: str) -> str:
    """Colour the signs of a difference, which stay without it."""
    return {"+": "green", "-": "red", "~": "yellow"}.get(text, "")


def _list(
    screen: Console, columns: Sequence[Column], cells: Sequence[Sequence[str]]
) -> None:
    """Show a row as a list: its first value, and the others below it by name."""
    for first, *others in cells:
        _paragraph(screen, first, "bold")
        for column, value in zip(columns[1:], others, strict=True):
            if value:
                for line in _entry(column.name, value, screen.width):
                    screen.print(Text(line), soft_wrap=True)


def _entry(name: str, value: str, width: int) -> Iterator[str]:
    """Wrap a named value."""
    yield from textwrap.wrap(
        f"{name.replace('_', ' ')}: {value}",
        width,
        initial_indent="  ",
        subsequent_indent="    ",
        break_on_hyphens=False,
    )
