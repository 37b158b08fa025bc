"""Reading what is supposed for the sake of one question.

Text form::

    agi-verified=2027-05-01            claimed and determined on that date
    agi-verified.claimed=2027-05-01    claimed alone
    agi-verified=never                 not reached at all
    agi-verified.determined=never      not determined, whoever claims it
    agi-verified>2027-05-01            not by that date
    measure loans=USD 0@2027-05-01     reported as of that date
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Literal, NamedTuple, NoReturn

from events.dates import PartialDate
from events.errors import InputError
from events.expressions import check_slug
from events.quantity import Quantity, plain
from projections.fold.spans import NEVER, Span, date_span

SupposalKind = Literal[
    "claimed", "reached", "not-by", "undetermined", "never", "measured"
]

_MILESTONE = re.compile(
    r"(?P<name>[^\s.=<>]*)(?:\.(?P<stage>[^\s=<>]*))? *(?P<sign>[=<>]*) *(?P<date>.*)"
)
_MEASURE = re.compile(r"measure +(?P<name>[^\s=@]*) *(?P<sign>=?) *(?P<rest>.*)")
_NUMBER = re.compile(r"[0-9]{1,24}(?:\.[0-9]{1,24})?")
_FORMS = (
    "write agi=2027-05-01, agi.claimed=2027-05-01, agi=never, "
    "agi.determined=never, agi>2027-05-01 or measure loans=USD 0@2027-05-01"
)


class Supposal(NamedTuple):
    """One fact that is supposed.

    Attributes:
        text: the canonical text.
        kind: what is supposed of the milestone or measure.
        name: the milestone or measure.
        date: when; None where it is never.
        value: what the measure is; None of a milestone. One without a unit is
            compared as a number.
    """

    text: str
    kind: SupposalKind
    name: str
    date: PartialDate | None = None
    value: Quantity | None = None

    @property
    def span(self) -> Span:
        """Give the days that are supposed."""
        return NEVER if self.date is None else date_span(self.date)


def parse_supposal(text: str) -> Supposal:
    """Read a supposal.

    Args:
        text: as in the module's docstring; dates may be partial.

    Raises:
        InputError: with the column, a marked excerpt, and a hint.
    """
    plain_text = re.sub(r"\s", " ", text).strip()
    if found := _MEASURE.fullmatch(plain_text):
        return _measured(plain_text, found)
    found = _MILESTONE.fullmatch(plain_text)
    if found is None or not found["name"] or not found["sign"]:
        _wrong(plain_text, 0, f"{text!r} is not a supposal", _FORMS)
    return _milestone(plain_text, found)


def _milestone(text: str, found: re.Match[str]) -> Supposal:
    """Read what is supposed of a milestone."""
    name, stage, sign = found["name"], found["stage"], found["sign"]
    with _placed(text, found.start("name")):
        check_slug(name)
    undetermined = stage == "determined" and (sign, found["date"]) == ("=", "never")
    if undetermined:
        return Supposal(f"{name}.determined=never", "undetermined", name)
    if stage not in {None, "claimed"}:
        _wrong(
            text,
            found.start("stage"),
            f"a supposal has no {stage} but {name}.determined=never"
            if stage == "determined"
            else f"a supposal has no stage {stage}",
            f"{name}=DATE claims and determines, {name}.claimed=DATE claims alone",
        )
    if sign not in {"=", ">"} or (stage and sign == ">"):
        _wrong(text, found.start("sign"), f"{sign} is not expected here", _FORMS)
    if found["date"] == "never":
        if stage or sign == ">":
            _wrong(
                text,
                found.start("date"),
                "never is not a date",
                f"write {name}=never, or {name}.determined=never of the determination "
                "alone",
            )
        return Supposal(f"{name}=never", "never", name)
    with _placed(text, found.start("date")):
        date = PartialDate.parse(found["date"])
    if sign == ">":
        return Supposal(f"{name}>{date}", "not-by", name, date)
    if stage:
        return Supposal(f"{name}.claimed={date}", "claimed", name, date)
    return Supposal(f"{name}={date}", "reached", name, date)


def _measured(text: str, found: re.Match[str]) -> Supposal:
    """Read what is supposed of a measure."""
    name, rest, start = found["name"], found["rest"], found.start("rest")
    with _placed(text, found.start("name")):
        check_slug(name)
    value_text, sign, date_text = rest.partition("@")
    if not found["sign"] or not sign:
        missing = "=" if not found["sign"] else "@"
        place = start if not found["sign"] else len(text)
        _wrong(text, place, f"expected {missing}", f"write measure {name}=VALUE@DATE")
    with _placed(text, start):
        value = _value(value_text.strip())
    with _placed(text, start + len(value_text) + 1):
        date = PartialDate.parse(date_text)
    return Supposal(f"measure {name}={value}@{date}", "measured", name, date, value)


def _value(text: str) -> Quantity:
    """Read a quantity, or a number without a unit, which no event may have."""
    if not _NUMBER.fullmatch(text):
        return Quantity.parse(text)
    number = Decimal(text)
    return Quantity.made(
        plain(number),
        kind="count",
        qualifier="exact",
        low=number,
        high=None,
        unit=None,
        per=None,
    )


@contextmanager
def _placed(text: str, at: int) -> Iterator[None]:
    """Say of what is refused where it stands."""
    try:
        yield
    except InputError as error:
        error.facts |= {"column": at + 1, "excerpt": _marked(text, at)}
        raise


def _wrong(text: str, at: int, message: str, hint: str) -> NoReturn:
    """Refuse what stands at a place."""
    raise InputError(message, hint=hint, column=at + 1, excerpt=_marked(text, at))


def _marked(text: str, at: int) -> str:
    """Quote a text with a mark below a place."""
    return f"{text}\n{' ' * at}^"
