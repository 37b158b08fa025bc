"""Numbers that are counts, as they are typed."""

from __future__ import annotations

from events.errors import InputError

# More than anything here can have.
_DIGITS_MAX = 17


def number(words: str) -> int | None:
    """Read a whole number of plain digits, or give None where it is none."""
    if not (words.isascii() and words.isdigit()):
        return None
    return int(words.lstrip("0")[:_DIGITS_MAX] or "0")


def count_of(words: str, option: str, counted: str, hint: str) -> int:
    """Read a count.

    Args:
        words: what was typed.
        option: after what.
        counted: what it counts, in the plural.
        hint: what may be done where it is none.

    Raises:
        InputError: it is none.
    """
    count = number(words)
    if count is None:
        raise InputError(
            f"{option} takes a number of {counted}, not {words}",
            hint=hint,
            field=option,
        )
    return count
