"""Sums of amounts as contracts state them, which never claim more than their parts.

Amounts in one unit add up: `about` stays about, a bound stays a bound, an unknown
amount stays in the sum by name. Amounts in different units, or per different periods,
stand side by side. Nothing is converted and nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from events.quantity import Quantity

_ZERO = Decimal(0)

# What a sum is called whose parts have a bound below, or above; a part that excludes
# its bound excludes that of the sum.
_STRICT = frozenset(("over", "under"))


class Sum(NamedTuple):
    """A sum of amounts.

    Attributes:
        amounts: what adds up, one for each unit and period, in the order in which
            they came; what is only about so much stands apart from what is bounded.
        unknown: what is not known or withheld, as it is written.
    """

    amounts: tuple[Quantity, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Write the sum, empty where there is nothing to add."""
        return " + ".join([*(amount.text for amount in self.amounts), *self.unknown])

    @property
    def single(self) -> Quantity | None:
        """Give the one amount that the sum is, if it is one and all of it is known."""
        one = len(self.amounts) == 1 and not self.unknown
        return self.amounts[0] if one else None


def add(amounts: Iterable[Quantity]) -> Sum:
    """Add amounts.

    Args:
        amounts: of any units; each zero or more, as amounts are.
    """
    groups: dict[tuple[str | None, str | None], list[Quantity]] = {}
    unknown: list[str] = []
    for amount in amounts:
        if amount.low is None:
            unknown.append(amount.text)
        else:
            groups.setdefault((amount.unit, amount.per), []).append(amount)
    added = [total for group in groups.values() for total in _add_one_unit(group)]
    return Sum(tuple(added), tuple(unknown))


def _add_one_unit(amounts: Sequence[Quantity]) -> list[Quantity]:
    """Add amounts of one unit and period."""
    about = [amount for amount in amounts if amount.qualifier == "about"]
    bounded = [amount for amount in amounts if amount.qualifier != "about"]
    if about and all(amount.qualifier == "exact" for amount in bounded):
        about, bounded = [*about, *bounded], []
    return [
        *([_bounded(bounded)] if bounded else []),
        *([_like(about[0], _total(about), "about")] if about else []),
    ]


def _total(amounts: Iterable[Quantity]) -> Decimal:
    """Add the numbers."""
    return sum((amount.low or _ZERO for amount in amounts), _ZERO)


def _bounded(amounts: Sequence[Quantity]) -> Quantity:
    """Add amounts that each have a bound."""
    lows, highs = zip(*(amount.bounds() for amount in amounts), strict=True)
    low = sum((bound or _ZERO for bound in lows), _ZERO)
    strict = any(amount.qualifier in _STRICT for amount in amounts)
    if any(bound is None for bound in highs):
        # No amount is below zero, so that what has no lower bound adds nothing to it.
        return _like(amounts[0], low, "over" if strict else "at least")
    high = sum((bound or _ZERO for bound in highs), _ZERO)
    if any(bound is None for bound in lows):
        if low:
            return _between(amounts[0], low, high)
        return _like(amounts[0], high, "under" if strict else "up to")
    return _between(amounts[0], low, high)


def _between(model: Quantity, low: Decimal, high: Decimal) -> Quantity:
    """Make a range, or a number where it is one."""
    if low == high:
        return _like(model, low, "exact")
    return Quantity.of(
        low, model.unit or "", high=high, qualifier="between", per=model.per
    )


def _like(model: Quantity, number: Decimal, qualifier: str) -> Quantity:
    """Make an amount in the unit and for the period of another."""
    return Quantity.parse(
        f"{'' if qualifier == 'exact' else qualifier + ' '}"
        f"{Quantity.of(number, model.unit or '', per=model.per).text}"
    )


def less(whole: Sum, part: Sum) -> str:
    """Write what is left of a sum, worked out where it can be.

    Args:
        whole: what there was.
        part: what is taken away.

    Returns:
        One amount where all is exact and in one unit, or where an exact amount is
        taken from one; otherwise both sums with a minus sign.
    """
    if not part.amounts and not part.unknown:
        return whole.text
    one, other = whole.single, part.single
    if one is not None and other is not None:
        left = _left(one, other)
        if left is not None:
            return left
    taken = " - ".join([*(amount.text for amount in part.amounts), *part.unknown])
    return f"{whole.text or '0'} - {taken}"


def _left(one: Quantity, other: Quantity) -> str | None:
    """Take an exact amount from another one of its unit, or give None."""
    same = (one.unit, one.per) == (other.unit, other.per)
    if not same or other.qualifier != "exact" or one.low is None or other.low is None:
        return None
    number = one.low - other.low
    if number < 0:
        if one.qualifier != "exact":
            return None
        return f"-{_like(one, -number, 'exact').text}"
    if one.high is not None:
        return _between(one, number, one.high - other.low).text
    return _like(one, number, one.qualifier).text
