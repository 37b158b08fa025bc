"""The grammar of a When, and reading it with the place of every mistake.

Grammar (words are separated by blanks; an EXPR may stand in parentheses)::

    EXPR     = OPERAND {"unless milestone" ID}
    OPERAND  = "(" EXPR ")" | ["on" | "through" | "until"] DATE | "never"
             | "unknown" [STRING] | ["last"] "milestone" ID ["claimed" | "determined"]
             | "measure" ID ("=" | "<" | "<=" | ">" | ">=") NUMBER-OR-QUANTITY
             | COUNT UNIT ["in" CALENDAR] ("after" | "before") OPERAND
               ["rounded" ("down" | "up")]
             | ("earliest" | "latest") "of" "(" EXPR ";" EXPR {";" EXPR} ")"
             | "renews every" COUNT UNIT "from" OPERAND
               ["unless notice" (COUNT UNIT | "unknown") "before"]
               ["at most" COUNT "times"]
    STRING   = a JSON string
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Literal, cast, get_args

import msgspec

from events.dates import PartialDate, loose_hint, meant_date
from events.errors import InputError, did_you_mean
from events.expressions import (
    AFTER_A_UNIT,
    CalendarUnit,
    Duration,
    Earliest,
    Expr,
    Latest,
    Measure,
    Milestone,
    Never,
    Offset,
    On,
    Operator,
    Renews,
    Stage,
    Through,
    Unit,
    Unknown,
    Unless,
    Until,
    check_slug,
)
from events.quantity import Quantity

MAX_DEPTH = 32
# A level takes two operands where it stands in parentheses.
_MAX_OPERANDS = 2 * MAX_DEPTH
_MAX_EXCERPT = 60

_Direction = Literal["after", "before"]
_Rounded = Literal["down", "up"]

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<sign><=|>=|[()=<>;])"""
    r"""|(?P<word>[^\s()=<>;"]+)|(?P<stray>\S))"""
)
_COUNT = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_FOLLOWERS = ("unless", "rounded", "claimed", "determined", "at", "after", "before")
# Units by the words for one and for several of them.
_UNITS: dict[str, CalendarUnit] = {
    word: unit for unit in get_args(CalendarUnit) for word in (unit, unit[:-1])
}
# What ends a date or the value of a measure.
_AFTER_A_DATE = AFTER_A_UNIT | {"", "(", ")", ";"}
_FORMS = (
    "a When is a date, through 2030, until 2030-06-30, never, unknown, milestone M, "
    "30 days after (…), earliest of (…; …) and so on"
)


def read(text: str) -> Expr:
    """Read an expression.

    Args:
        text: as in the grammar above.

    Raises:
        InputError: with the column, an excerpt with a mark under it, and a hint.
    """
    return _Reader(text).whole()


class _Reader:
    """Reads tokens from left to right; ``word`` is the one at hand, "" at the end."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = [token for token in _TOKEN.finditer(text) if token.lastgroup]
        self.words = [token[token.lastgroup or 0] for token in found] + [""]
        self.starts = [token.start(token.lastgroup or 0) for token in found]
        self.starts.append(len(text.rstrip()))
        self.at = 0
        self.depth = 0

    @property
    def word(self) -> str:
        """Give the token at hand."""
        return self.words[self.at]

    @property
    def following(self) -> str:
        """Give the token after the one at hand."""
        return self.words[min(self.at + 1, len(self.words) - 1)]

    def take(self) -> str:
        """Give the token at hand and go on."""
        word = self.word
        self.at = min(self.at + 1, len(self.words) - 1)
        return word

    def accept(self, word: str) -> bool:
        """Go on if the token at hand is this one."""
        if self.word != word:
            return False
        self.take()
        return True

    def expect(self, *words: str) -> str:
        """Take one of these words."""
        if self.word not in words:
            found = f"not {self.word}" if self.word else "but the text ends"
            raise self.wrong(
                f"expected {' or '.join(words)}, {found}",
                did_you_mean(self.word, words),
            )
        return self.take()

    def wrong(self, message: str, hint: str | None = None) -> InputError:
        """Word the refusal of the token at hand."""
        start = self.starts[self.at]
        excerpt = _marked(self.text, start)
        facts = {"column": start + 1, "excerpt": excerpt, "word": self.word or None}
        return InputError(message, hint=hint, **facts)

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Say of what is refused that it stands at the token at hand."""
        start = self.starts[self.at]
        try:
            yield
        except InputError as error:
            if error.column is None:
                error.facts["column"] = start + 1
                error.facts["excerpt"] = _marked(self.text, start)
            raise

    def whole(self) -> Expr:
        """Read the whole text as one EXPR."""
        expr = self.expr()
        if self.word:
            raise self.wrong(
                f"{self.word} is not expected here",
                did_you_mean(self.word, _FOLLOWERS) or _FORMS,
            )
        return expr

    def expr(self) -> Expr:
        """Read an EXPR."""
        expr = self.operand()
        while self.accept("unless"):
            self.expect("milestone")
            expr = Unless(expr, self.slug())
        return expr

    def operand(self) -> Expr:
        """Read an OPERAND."""
        self.depth += 1
        if self.depth > _MAX_OPERANDS:
            raise self.wrong(f"a When has at most {MAX_DEPTH} levels")
        with self.placed():
            expr = self.opened()
        self.depth -= 1
        return expr

    def opened(self) -> Expr:
        """Read an OPERAND by its first word."""
        word = self.word
        if word in _OPENINGS:
            self.take()
            return _OPENINGS[word](self)
        if word == "between" or meant_date(self.rest()):
            return On(self.date())
        if _COUNT.fullmatch(word) and self.following not in _AFTER_A_DATE:
            return self.offset()
        if word[:1].isdigit():
            return On(self.date())
        found = f"{word} does not begin a When" if word else "the text ends"
        hint = loose_hint(self.rest()) or did_you_mean(word, _OPENINGS) or _FORMS
        raise self.wrong(found, hint)

    def parenthesis(self) -> Expr:
        """Read on after an opening parenthesis, to the closing one."""
        expr = self.expr()
        self.expect(")")
        return expr

    def slug(self) -> str:
        """Read an ID."""
        with self.placed():
            check_slug(self.word)
        return self.take()

    def date(self) -> PartialDate:
        """Read a DATE."""
        with self.placed():
            if self.word == "between":
                first = f"{self.take()} {self.take()}"
                self.expect("and")
                return PartialDate.parse(f"{first} and {self.take()}")
            loose = meant_date(self.rest())
            date = PartialDate.parse(self.rest() if loose else self.word)
        self.take()
        return date

    def rest(self) -> str:
        """Join the words up to the next sign or keyword, without taking them."""
        at = self.at
        while self.words[at] not in _AFTER_A_DATE:
            at += 1
        return " ".join(self.words[self.at : at])

    def count(self) -> int:
        """Read a COUNT."""
        if not _COUNT.fullmatch(self.word):
            raise self.wrong(f"expected a number, not {self.word or 'the end'}")
        return int(self.take())

    def unit(self) -> CalendarUnit:
        """Read a UNIT of the calendar."""
        if self.word not in _UNITS:
            raise self.wrong(
                f"expected days, weeks, months or years, not {self.word or 'the end'}",
                did_you_mean(self.word, _UNITS),
            )
        return _UNITS[self.take()]

    def duration(self) -> Duration:
        """Read a COUNT with a UNIT of the calendar."""
        with self.placed():
            return Duration(self.count(), self.unit())

    def unknown(self) -> Unknown:
        """Read on after ``unknown``."""
        if not self.word.startswith('"'):
            return Unknown()
        try:
            reason = msgspec.json.decode(self.word, type=str)
        except msgspec.DecodeError as error:
            raise self.wrong(
                "the quotation is not a JSON string", 'write "not published"'
            ) from error
        self.take()
        return Unknown(reason)

    def milestone(self, *, last: bool = False) -> Milestone:
        """Read on after ``milestone``."""
        milestone = self.slug()
        stage = self.take() if self.word in get_args(Stage) else None
        return Milestone(milestone, cast("Stage | None", stage), last)

    def last_milestone(self) -> Milestone:
        """Read on after ``last``."""
        self.expect("milestone")
        return self.milestone(last=True)

    def measure(self) -> Measure:
        """Read on after ``measure``."""
        measure = self.slug()
        op = cast("Operator", self.expect(*get_args(Operator)))
        words = self.rest()
        with self.placed():
            value, unit = _measured_value(words)
            found = Measure(measure, op, value, unit)
        self.at += len(words.split())
        return found

    def offset(self) -> Offset:
        """Read an offset."""
        count = self.count()
        unit: Unit = "business days"
        if self.accept("business"):
            self.expect("days", "day")
        else:
            unit = self.unit()
        calendar = self.take() if self.accept("in") else None
        direction = cast("_Direction", self.expect("after", "before"))
        of = self.operand()
        rounded = None
        if self.accept("rounded"):
            rounded = cast("_Rounded", self.expect("down", "up"))
        return Offset(count, unit, direction, of, calendar, rounded)

    def choice(self) -> tuple[Expr, ...]:
        """Read the limbs after ``earliest`` or ``latest``."""
        self.expect("of")
        self.expect("(")
        of = [self.expr()]
        while self.expect(";", ")") == ";":
            of.append(self.expr())
        return tuple(of)

    def renews(self) -> Renews:
        """Read on after ``renews``."""
        self.expect("every")
        every = self.duration()
        self.expect("from")
        first = self.operand()
        notice = self.notice() if self.following == "notice" else None
        at_most = None
        if self.accept("at"):
            self.expect("most")
            at_most = self.count()
            self.expect("times", "time")
        return Renews(every, first, notice, at_most)

    def notice(self) -> Duration | Literal["unknown"]:
        """Read what prevents a renewal."""
        self.expect("unless")
        self.take()
        notice: Duration | Literal["unknown"] = "unknown"
        if not self.accept("unknown"):
            notice = self.duration()
        self.expect("before")
        return notice


# How an operand goes on after its first word.
_OPENINGS: dict[str, Callable[[_Reader], Expr]] = {
    "(": _Reader.parenthesis,
    "on": lambda reader: On(reader.date()),
    "through": lambda reader: Through(reader.date()),
    "until": lambda reader: Until(reader.date()),
    "never": lambda _: Never(),
    "unknown": _Reader.unknown,
    "last": _Reader.last_milestone,
    "milestone": _Reader.milestone,
    "measure": _Reader.measure,
    "earliest": lambda reader: Earliest(reader.choice()),
    "latest": lambda reader: Latest(reader.choice()),
    "renews": _Reader.renews,
}


def _measured_value(text: str) -> tuple[Decimal, str | None]:
    """Read what a measure is compared with: a number, or a quantity."""
    if _NUMBER.fullmatch(text):
        return Decimal(text), None
    quantity = Quantity.parse(text)
    if quantity.value is None or quantity.qualifier != "exact" or quantity.per:
        raise InputError(
            f"a measure is compared with one number, not with {quantity}",
            hint="write for example measure loans-outstanding = 0",
        )
    return quantity.value, quantity.unit


def _marked(text: str, start: int) -> str:
    """Quote the part of a text around a place, with a mark below the place."""
    plain = re.sub(r"\s", " ", text)
    left = max(0, start - _MAX_EXCERPT // 2)
    return f"{plain[left : left + _MAX_EXCERPT]}\n{' ' * (start - left)}^"
