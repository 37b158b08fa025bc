"""Amounts as a reader sees them, and as a spreadsheet can add them."""

from __future__ import annotations

from cli.answer import Column
from events.errors import InputError
from events.quantity import Quantity, plain

# The number of the one quantity of a row, what it is a number of, and how it is meant.
AMOUNT = tuple(map(Column, ("amount", "unit", "qualifier")))

NO_AMOUNT = ("", "", "")


def amount_cells(text: str | None) -> tuple[str, str, str]:
    """Give a quantity as its number, its unit and its qualifier.

    Args:
        text: the quantity; a range and what is not known have no number.
    """
    try:
        quantity = Quantity.parse(text or "unknown")
    except InputError:
        return NO_AMOUNT
    if quantity.value is None or quantity.unit is None:
        return NO_AMOUNT
    per = f" per {quantity.per}" if quantity.per else ""
    return plain(quantity.value), f"{quantity.unit}{per}", quantity.qualifier


def exactly(text: str | None) -> tuple[str, str]:
    """Give the number and the unit of what is exactly one amount."""
    number, unit, qualifier = amount_cells(text)
    return (number, unit) if qualifier == "exact" else ("", "")
