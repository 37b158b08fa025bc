"""How the value types pass through msgspec: as their text.

Both hooks only look up and call; parsed texts are remembered by the types themselves,
so that reading a log again costs a dictionary look-up a value. An
:class:`~events.errors.InputError` is a ``ValueError``: msgspec adds the path to its
message, raises ``msgspec.ValidationError`` and keeps the error as ``__cause__``.
"""

from __future__ import annotations

from collections.abc import Callable

from events.dates import PartialDate, parse_date
from events.errors import InputError
from events.quantity import Quantity
from events.when import When
from events.written import Written

_FROM_TEXT: dict[type, Callable[[str], Written]] = {
    PartialDate: PartialDate.parse,
    Quantity: Quantity.parse,
    When: When.parse,
}


def enc_hook(value: object) -> str:
    """Encode a value as its text.

    Raises:
        NotImplementedError: it is not a value of ours.
    """
    if isinstance(value, Written):
        return value.text
    raise NotImplementedError(f"{type(value).__name__} has no text form")


def dec_hook(kind: type, value: object) -> Written:
    """Decode a value from its text; a date also from a year, a When from its JSON form.

    A value that has been read already is left as it is.

    Raises:
        InputError: it cannot be read as that kind.
        NotImplementedError: the kind is not one of ours.
    """
    read = _FROM_TEXT.get(kind)
    if read is None:
        raise NotImplementedError(f"{kind.__name__} has no text form")
    if type(value) is str:
        return read(value)
    if isinstance(value, Written) and type(value) is kind:
        return value
    if kind is PartialDate:
        return parse_date(value)
    if kind is When:
        return When.from_json(value)
    raise InputError(
        f"{value!r} is not a quantity",
        hint='write the amount in words: "USD 12bn" or "27 %"',
    )
