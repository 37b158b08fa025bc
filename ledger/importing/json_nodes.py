"""Read JSON with the place of every value, exactly.

Names that are given twice, numbers with a fraction, halves of characters and what else
readers of JSON disagree about are refused, each at its place.

Source: RFC 8259; RFC 7493 (I-JSON).
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

from events.errors import InputError
from events.profile import MAX_INTEGER, is_whole
from ledger.importing.nodes import LEVELS_MAX, Node
from ledger.importing.pages import Page

FRACTION_HINT = 'put it in quotes, an amount with its unit: "USD 1.5m", "27.5 %"'

_BLANKS = re.compile(r"[ \t\n\r]*")
_DIGITS_MAX = len(str(MAX_INTEGER)) + 1
_WORDS = {
    "Expecting value": "a value is expected here",
    "Unterminated string starting at": "the string is not closed",
    "Invalid control character at": "a line break or a tab is written \\n or \\t",
}


def read_json(page: Page) -> Node:
    """Read a page that holds one JSON value.

    Raises:
        InputError: with line and column.
    """
    reader = _Reader(page)
    node = reader.value(reader.skipped(0), 0)
    end = reader.skipped(reader.at)
    if end < len(page.text):
        raise page.error("something follows the end of the JSON value", end)
    return node


class _Reader:
    """Reads values from left to right; ``at`` is where the last one ended."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._text = page.text
        self.at = 0

    def skipped(self, at: int) -> int:
        """Skip blanks."""
        found = _BLANKS.match(self._text, at)
        return found.end() if found else at

    def wrong(self, message: str, at: int) -> InputError:
        """Word the refusal of what is not JSON."""
        if at >= len(self._text.rstrip()):
            message = "it ends too early"
        return self._page.error(f"this is not JSON: {message}", at)

    def value(self, at: int, level: int) -> Node:
        """Read the value that begins at an offset."""
        if level > LEVELS_MAX:
            raise self._page.error(f"more than {LEVELS_MAX} levels", at)
        match self._text[at : at + 1]:
            case "{":
                return Node(self._members(at, level), at)
            case "[":
                return Node(self._items(at, level), at)
            case _:
                return Node(self._scalar(at), at)

    def _members(self, start: int, level: int) -> dict[str, Node]:
        """Read an object."""
        members: dict[str, Node] = {}
        at = self.skipped(start + 1)
        if self._closed(at, "}"):
            return members
        while True:
            name, named = self._name(at), at
            at = self.skipped(self.at)
            if self._text[at : at + 1] != ":":
                raise self.wrong("a colon is expected here", at)
            member = self.value(self.skipped(at + 1), level + 1)
            member.named = named
            if name in members:
                raise given_twice(self._page, name, named, members[name])
            members[name] = member
            at = self.skipped(self.at)
            if self._closed(at, "}"):
                return members
            at = self._comma(at, "}")

    def _items(self, start: int, level: int) -> list[Node]:
        """Read an array."""
        items: list[Node] = []
        at = self.skipped(start + 1)
        if self._closed(at, "]"):
            return items
        while True:
            items.append(self.value(at, level + 1))
            at = self.skipped(self.at)
            if self._closed(at, "]"):
                return items
            at = self._comma(at, "]")

    def _closed(self, at: int, sign: str) -> bool:
        """Tell whether an object or an array ends here, and go on if it does."""
        if self._text[at : at + 1] != sign:
            return False
        self.at = at + 1
        return True

    def _comma(self, at: int, sign: str) -> int:
        """Go on behind a comma."""
        if self._text[at : at + 1] != ",":
            raise self.wrong(f"a comma or {sign} is expected here", at)
        return self.skipped(at + 1)

    def _name(self, at: int) -> str:
        """Read the name of a member."""
        if self._text[at : at + 1] != '"':
            raise self.wrong("a name in quotes is expected here", at)
        return str(self._scalar(at))

    def _scalar(self, at: int) -> str | int | bool | None:
        """Read a string, a number or a word."""
        read: object
        try:
            read, self.at = _SCALARS.raw_decode(self._text, at)
        except json.JSONDecodeError as error:
            message = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
            raise self.wrong(_WORDS.get(error.msg, message), error.pos) from error
        except InputError as error:
            raise self._page.error(str(error), at, hint=error.hint) from error
        if isinstance(read, str) and not is_whole(read):
            raise self._page.error(
                "half a character", at, hint="the text was cut or misread"
            )
        return read if isinstance(read, str | int | bool) else None


def given_twice(page: Page, name: str, at: int, first: Node) -> InputError:
    """Word the refusal of a name that has been given before."""
    line = page.place(first.named).line
    return page.error(f"{name} is given twice, first in line {line}", at)


def _integer(digits: str) -> int:
    """Read a whole number of a size that every reader reads alike."""
    if len(digits) > _DIGITS_MAX or abs(number := int(digits)) > MAX_INTEGER:
        raise InputError(f"the number is beyond {MAX_INTEGER}")
    return number


def _fraction(number: str) -> NoReturn:
    """Refuse a number that is not whole."""
    raise InputError(f"{number} is not a whole number", hint=FRACTION_HINT)


def _no_number(word: str) -> NoReturn:
    """Refuse what some readers take for a number."""
    raise InputError(f"{word} is not JSON")


_SCALARS = json.JSONDecoder(
    parse_int=_integer, parse_float=_fraction, parse_constant=_no_number
)
