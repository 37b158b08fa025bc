"""When: an instant that a text names, whether or not the day is known yet.

A When is a value: it says what the parties wrote, and resolves to nothing here. The
same value has a text form and a JSON form: :mod:`events.when_reader` has the grammar
and :mod:`events.expressions` the nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

import msgspec

from events.dates import PartialDate, is_date, parse_date
from events.errors import InputError
from events.expressions import (
    Duration,
    Earliest,
    Expr,
    Latest,
    Leaf,
    Measure,
    Milestone,
    Never,
    Offset,
    On,
    Renews,
    Through,
    Unknown,
    Unless,
    Until,
    atoms,
    depth,
    limbs,
    measures,
    milestones,
)
from events.when_reader import MAX_DEPTH, read
from events.when_writer import write
from events.written import Written

__all__ = [
    "Duration",
    "Earliest",
    "Expr",
    "Latest",
    "Leaf",
    "Measure",
    "Milestone",
    "Never",
    "Offset",
    "On",
    "Renews",
    "Through",
    "Unknown",
    "Unless",
    "Until",
    "When",
    "atoms",
    "limbs",
    "measures",
    "milestones",
]

MAX_WHEN_TEXT = 4_000


class When(Written):
    """A start, an end, or another instant, as it was written.

    Attributes:
        text: the canonical text.
        expr: the expression.
    """

    __slots__ = ("expr",)

    expr: Expr

    @staticmethod
    @lru_cache(maxsize=65_536)
    def parse(text: str) -> When:
        """Read a When from its text form.

        Args:
            text: at most 4,000 characters, at most 32 levels.

        Returns:
            The When; parsed texts are remembered.

        Raises:
            InputError: with the column, a marked excerpt, and a hint.
        """
        if len(text) > MAX_WHEN_TEXT:
            raise InputError(f"a When has at most {MAX_WHEN_TEXT} characters")
        if is_date(text):
            # Nearly all are; one that there is not is refused below, with its place.
            with suppress(InputError):
                return When.made(text, expr=On(PartialDate.parse(text)))
        return When.of(read(text))

    @staticmethod
    def of(expr: Expr) -> When:
        """Make a When of an expression.

        Raises:
            InputError: the expression is too deep or too long.
        """
        try:
            levels = depth(expr)
        except RecursionError:
            levels = MAX_DEPTH + 1
        if levels > MAX_DEPTH:
            raise InputError(f"a When has at most {MAX_DEPTH} levels")
        text = write(expr)
        if len(text) > MAX_WHEN_TEXT:
            raise InputError(f"a When has at most {MAX_WHEN_TEXT} characters")
        return When.made(text, expr=expr)

    @staticmethod
    def from_json(value: object) -> When:
        """Read a When from its JSON form.

        Args:
            value: nested mappings, each with the kind of its node in ``when``; or the
                text form; or a date that a YAML reader has typed already.

        Raises:
            InputError: it is none of these; the path is in the message.
        """
        if isinstance(value, str):
            return When.parse(value)
        if not isinstance(value, Mapping):
            return When.of(On(parse_date(value)))
        try:
            expr: Expr = msgspec.convert(value, Expr, dec_hook=_date_hook)
        except (msgspec.ValidationError, RecursionError) as error:
            cause = error.__cause__
            hint = cause.hint if isinstance(cause, InputError) else None
            raise InputError(f"this is not a When: {error}", hint=hint) from error
        return When.of(expr)

    def to_json(self) -> dict[str, object]:
        """Give the JSON form, nested mappings that :meth:`from_json` reads back."""
        nested: dict[str, object] = msgspec.to_builtins(self.expr, enc_hook=str)
        return nested


def _date_hook(_: type, value: object) -> PartialDate:
    """Read the dates of an expression, the only type that msgspec does not know."""
    return parse_date(value)
