"""Quantities as contracts and filings state them: money, percentages, counts.

A quantity keeps its qualifier, because `about 27 %` is not `27 %`, and an unknown
amount is an amount. Numbers are decimals of any size; nothing is ever rounded.

Text form::

    USD 12bn | about USD 135bn | between USD 7m and USD 10m | USD 250m per quarter
    27 % | at least 32.5 % | 261500000 shares | unknown

Source: ISO 4217 for the codes of currencies.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import Literal, cast, get_args

from events.currencies import CURRENCIES
from events.errors import InputError, did_you_mean
from events.quantity_hints import means_money_or_percent, misread
from events.written import Written

QuantityKind = Literal["money", "percent", "count", "unknown", "redacted"]
Qualifier = Literal["exact", "about", "under", "over", "up to", "at least", "between"]
Per = Literal["year", "quarter", "month", "unit", "share"]

REDACTED = "[***]"
MAX_QUANTITY_TEXT = 200

# The exponents of the suffixes of money, the largest first.
SUFFIXES = {"tn": 12, "bn": 9, "m": 6, "k": 3}

# Far more digits than any amount has; a result that needs more is refused, never
# rounded.
_MAX_DIGITS = 24
_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])

_QUALIFIED = re.compile(r"(about|under|over|up to|at least|between) (.+)")
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_MONEY = re.compile(rf"([A-Z]{{3}}) ({_NUMBER})(k|m|bn|tn)?")
_WITH_A_PART = re.compile(
    rf"\b({'|'.join(CURRENCIES)}) ([0-9]+\.[0-9]+)(k|m|bn|tn)?(?![0-9A-Za-z.])"
)
_PERCENT = re.compile(rf"({_NUMBER}) ?%")
_COUNT = re.compile(
    rf"({_NUMBER}) ([A-Za-z][\w/-]*(?: [A-Za-z][\w/-]*){{0,3}})", re.ASCII
)


class Quantity(Written):
    """An amount of money, a percentage, a count of something, or unknown.

    Attributes:
        text: the canonical text.
        kind: what it is an amount of; ``redacted`` stands for a withheld one.
        qualifier: how the number is meant.
        low: the number; of a range its lower end; None where it is not known.
        high: the upper end of a range, otherwise None.
        unit: an ISO 4217 code, ``%``, or what is counted; None where it is not known.
        per: the period or thing that the amount is for, if any.
    """

    __slots__ = ("high", "kind", "low", "per", "qualifier", "unit")

    kind: QuantityKind
    qualifier: Qualifier
    low: Decimal | None
    high: Decimal | None
    unit: str | None
    per: Per | None

    @staticmethod
    @lru_cache(maxsize=65_536)
    def parse(text: str) -> Quantity:
        """Read a quantity.

        Args:
            text: as in the module's docstring, or ``[***]`` for a redacted one.

        Returns:
            The quantity; parsed texts are remembered.

        Raises:
            InputError: it is not one, with what to write as a hint.
        """
        words = " ".join(text.split())
        if len(words) > MAX_QUANTITY_TEXT:
            raise InputError(f"a quantity has at most {MAX_QUANTITY_TEXT} characters")
        if words in {"unknown", REDACTED}:
            return _unknown("unknown" if words == "unknown" else "redacted", words)
        amount, _, per = words.partition(" per ")
        if per and per not in get_args(Per):
            raise InputError(
                f"a quantity is not stated per {per}",
                excerpt=words,
                hint=did_you_mean(per, get_args(Per))
                or f"per takes {', '.join(get_args(Per))}",
            )
        qualified = _QUALIFIED.fullmatch(amount)
        qualifier = cast("Qualifier", qualified[1] if qualified else "exact")
        if qualified:
            amount = qualified[2]
        period = cast("Per", per) if per else None
        if qualifier == "between":
            low, high, unit = _range(amount, words)
            return Quantity.of(low, unit, high=high, qualifier=qualifier, per=period)
        low, unit = _amount(amount, words)
        return Quantity.of(low, unit, qualifier=qualifier, per=period)

    @staticmethod
    def of(
        low: Decimal,
        unit: str,
        *,
        high: Decimal | None = None,
        qualifier: Qualifier = "exact",
        per: Per | None = None,
    ) -> Quantity:
        """Make a known quantity of its parts, for example a sum.

        Args:
            low: the number, zero or more; of a range its lower end.
            unit: an ISO 4217 code, ``%``, or what is counted.
            high: the upper end where the qualifier is ``between``.
            qualifier: how the number is meant.
            per: the period or thing that the amount is for.
        """
        return Quantity.made(
            _text(low, high, unit, qualifier, per),
            kind=_kind(unit),
            qualifier=qualifier,
            low=low,
            high=high,
            unit=unit,
            per=per,
        )

    @property
    def value(self) -> Decimal | None:
        """Give the one number, or None for a range and for what is not known."""
        return self.low if self.high is None else None

    def bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """Give what the quantity certainly is not below and not above.

        Returns:
            The lower and the upper bound; None where there is none (``about`` has
            neither). Whether a bound itself is possible is left to the qualifier.
        """
        match self.qualifier:
            case "exact":
                return self.low, self.low
            case "between":
                return self.low, self.high
            case "over" | "at least":
                return self.low, None
            case "under" | "up to":
                return None, self.low
            case "about":
                return None, None


def readable(text: str) -> str:
    """Write amounts for a reader: ``USD 3001.50`` for ``USD 3.0015k``.

    All digits of a part of a thousand, and of whatever has cents; the rest as it is.
    The canonical text, which is stored, stays as it is.
    """
    return _WITH_A_PART.sub(_in_digits, text)


def _in_digits(found: re.Match[str]) -> str:
    """Write an amount in digits, where people do."""
    unit, digits, suffix = found.groups()
    number = plain(Decimal(digits).scaleb(SUFFIXES.get(suffix, 0), _EXACT))
    cents = number.partition(".")[2]
    if not cents and suffix != "k":
        return found[0]
    return f"{unit} {number}0" if len(cents) == 1 else f"{unit} {number}"


def plain(number: Decimal) -> str:
    """Write a number without an exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _kind(unit: str) -> QuantityKind:
    """Tell what is measured in a unit."""
    if unit == "%":
        return "percent"
    return "money" if unit in CURRENCIES else "count"


def _text(
    low: Decimal,
    high: Decimal | None,
    unit: str,
    qualifier: Qualifier,
    per: Per | None,
) -> str:
    """Write a known quantity in its canonical form."""
    text = _amount_text(low, unit)
    if high is not None:
        text = f"between {text} and {_amount_text(high, unit)}"
    elif qualifier != "exact":
        text = f"{qualifier} {text}"
    return text if per is None else f"{text} per {per}"


def _amount_text(number: Decimal, unit: str) -> str:
    """Write a number with its unit."""
    if unit not in CURRENCIES:
        return f"{plain(number)} {unit}"
    for suffix, exponent in SUFFIXES.items():
        if number >= 10**exponent:
            return f"{unit} {plain(number.scaleb(-exponent, _EXACT))}{suffix}"
    return f"{unit} {plain(number)}"


def _unknown(kind: QuantityKind, text: str) -> Quantity:
    """Make a quantity of which nothing is known here."""
    return Quantity.made(
        text, kind=kind, qualifier="exact", low=None, high=None, unit=None, per=None
    )


def _range(text: str, whole: str) -> tuple[Decimal, Decimal, str]:
    """Read the ends of a range, which have one unit."""
    ends = text.split(" and ")
    if len(ends) != 2:  # noqa: PLR2004  # a range has two ends
        raise InputError(
            f"{whole!r} is not a range",
            excerpt=whole,
            hint="write between USD 7m and USD 10m",
        )
    (low, unit), (high, other) = (_amount(end, whole) for end in ends)
    if unit != other:
        raise InputError(f"the ends of a range have one unit: {whole}", excerpt=whole)
    if high < low:
        raise InputError(
            f"{ends[1]} is less than {ends[0]}",
            excerpt=whole,
            hint="write the smaller amount first",
        )
    return low, high, unit


def _amount(text: str, whole: str) -> tuple[Decimal, str]:
    """Read a number with its unit.

    Raises:
        InputError: it is not one; ``whole`` is what is quoted.
    """
    read = _read(text)
    if read is None:
        raise misread(text, whole)
    number, unit = read
    if len(number.as_tuple().digits) > _MAX_DIGITS:
        raise InputError(f"more than {_MAX_DIGITS} digits: {text}", excerpt=whole)
    return number, unit


def _read(text: str) -> tuple[Decimal, str] | None:
    """Read a number with its unit, or give None if it is written otherwise."""
    if found := _MONEY.fullmatch(text):
        unit, digits, suffix = found.groups()
        if unit not in CURRENCIES:
            return None
        number = Decimal(digits)
        if len(number.as_tuple().digits) <= _MAX_DIGITS:
            number = number.scaleb(SUFFIXES.get(suffix, 0), _EXACT)
        return number, unit
    if found := _PERCENT.fullmatch(text):
        return Decimal(found[1]), "%"
    if (found := _COUNT.fullmatch(text)) and not means_money_or_percent(found[2]):
        return Decimal(found[1]), found[2]
    return None
