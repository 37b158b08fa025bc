"""Text as it stands in a file, and the place of every character of it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from events.errors import InputError

EXCERPT_CHARACTERS_MAX = 200


class Place(NamedTuple):
    """Where something stands: a file, a line from 1, a character in it from 1."""

    path: str
    line: int
    column: int


class Page:
    """A piece of a file: the whole of it, or the lines of one record.

    Args:
        path: what to call the file.
        text: the piece, decoded.
        first_line: the number of its first line in the file.
    """

    def __init__(self, path: str, text: str, first_line: int = 1) -> None:
        self.path = path
        self.text = text
        self._first_line = first_line

    @cached_property
    def _starts(self) -> list[int]:
        """List the offsets at which lines begin; one pass over the text."""
        lines = self.text.split("\n")
        return list(accumulate((len(line) + 1 for line in lines), initial=0))[:-1]

    def place(self, offset: int) -> Place:
        """Give the place of a character."""
        at = bisect_right(self._starts, offset) - 1
        column = offset - self._starts[at] + 1
        return Place(self.path, self._first_line + at, column)

    def excerpt(self, offset: int) -> str:
        """Quote the line of a character, of a long line what is around it."""
        at = bisect_right(self._starts, offset) - 1
        start = self._starts[at]
        end = self.text.find("\n", start)
        line = self.text[start : end if end >= 0 else None].rstrip("\r")
        if len(line) <= EXCERPT_CHARACTERS_MAX:
            return line
        middle = offset - start
        first = max(0, middle - EXCERPT_CHARACTERS_MAX // 2)
        return line[first : first + EXCERPT_CHARACTERS_MAX]

    def error(
        self,
        message: str,
        offset: int,
        *,
        hint: str | None = None,
        field: str | None = None,
    ) -> InputError:
        """Word the refusal of what stands at an offset."""
        path, line, column = self.place(offset)
        return InputError(
            message,
            hint=hint,
            path=path,
            line=line,
            column=column,
            excerpt=self.excerpt(offset),
            field=field,
        )
