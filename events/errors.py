"""The one error tree.

An error's message says what is wrong, its facts say where and with what, its hint says
what to do about it, and its class says how the command ends. A class's docstring is
the message where none is given.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import ClassVar

# More than these are no help to whoever has misspelt one.
_NAMES_TOLD = 3
# How many names a hint lists.
_LISTED_MAX = 12


class WhereasError(Exception):
    """Something went wrong.

    Args:
        message: what is wrong, one sentence without a full stop.
        hint: what may be done about it.
        facts: what a caller may want to know, by name; a fact that is ``None`` was
            not known.

    Attributes:
        kind: what the command line calls an error of this class.
        exit_code: the exit status of the command that it ends.
    """

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str | None = None, *, hint: str | None = None, **facts: object
    ) -> None:
        super().__init__(message or _default_message(type(self)))
        self.hint = hint
        self.facts = facts

    def text(self, name: str) -> str | None:
        """Give a fact in words, or None where it is not known."""
        fact = self.facts.get(name)
        return None if fact is None else str(fact)

    def number(self, name: str) -> int | None:
        """Give a fact that is a whole number, or None where it is not known."""
        fact = self.facts.get(name)
        return fact if isinstance(fact, int) else None


class Refused(WhereasError):  # noqa: N818  # the words of the exit codes
    """The ledger does not take this."""

    kind = "refused"

    @property
    def conflict(self) -> str | None:
        """Name the event in the way: its number, type, subject and date."""
        return self.text("conflict")

    @property
    def source(self) -> str | None:
        """Name the source that the event in the way rests on."""
        return self.text("source")


class NotFound(WhereasError):  # noqa: N818  # the words of the exit codes
    """There is no such thing in the ledger."""

    kind = "not found"


class InputError(WhereasError, ValueError):
    """This cannot be read.

    It is a ``ValueError`` so that a decoder may add the path to it.
    """

    kind = "input"
    exit_code = 2

    @property
    def path(self) -> str | None:
        """Name the file."""
        return self.text("path")

    @property
    def line(self) -> int | None:
        """Count the line in the file, from 1."""
        return self.number("line")

    @property
    def column(self) -> int | None:
        """Count the character in the line or text, from 1."""
        return self.number("column")

    @property
    def excerpt(self) -> str | None:
        """Quote what could not be read."""
        return self.text("excerpt")

    @property
    def field(self) -> str | None:
        """Name the field, for example ``parties[0].id``."""
        return self.text("field")


class Conflict(WhereasError):  # noqa: N818  # the words of the exit codes
    """Somebody else was faster."""

    kind = "conflict"
    exit_code = 3


class Integrity(WhereasError):  # noqa: N818  # the words of the exit codes
    """What is stored is not what was recorded."""

    kind = "integrity"
    exit_code = 4

    @property
    def position(self) -> int | None:
        """Give the position in the ledger of the first event concerned, from 0."""
        return self.number("position")


def _default_message(cls: type[WhereasError]) -> str:
    """Take the first line of a class's docstring, without its full stop."""
    return (cls.__doc__ or cls.__name__).partition("\n")[0].rstrip(".")


def did_you_mean(word: str, names: Collection[str]) -> str | None:
    """Word a hint with the name nearest to a misspelt one, if one is near.

    A name that has the word as one of its parts is nearer than any that is spelt alike.
    """
    whole = sorted(name for name in names if word.casefold() in name.split("-"))
    if 0 < len(whole) <= _NAMES_TOLD:
        near = whole
    else:
        near = difflib.get_close_matches(word, whole or names, n=1)
    return f"did you mean {' or '.join(near)}?" if near else None


def a_few(names: Collection[str]) -> str:
    """List names, sorted, and count those that are too many for a hint."""
    left = len(names) - _LISTED_MAX
    more = f" and {left} more" if left > 0 else ""
    return ", ".join(sorted(names)[:_LISTED_MAX]) + more
