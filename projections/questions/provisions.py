"""A provision as answers tell it, and the days and values that others tell alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from events.dates import LAST_DAY, NEG_INF, day_text
from events.quantity import Quantity
from events.scope import Box
from projections.fold.facts import Facts
from projections.fold.provision import Clause, Closing, Provision
from projections.fold.resolving import starts_when
from projections.fold.spans import Span
from projections.fold.status import Standing, flags, standing
from projections.questions.accounts import amounts_on

Range = tuple[str | None, str | None]
Side = Literal["start", "end"]


class ProvisionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A provision on a day.

    ``starts_between`` and ``ends_between`` are the first and the last possible day of
    the start and of the end (the first day on which it is over), null where there is
    no bound. ``quantity`` is the amount, rate or price that applies on the day, or
    perhaps applies: ``quantity_before`` is what it may still be, the first first, where
    what changed it may lie after the day. ``pause_ends`` is until when one that is
    suspended is so, as it was written, null where that is not said.
    ``undecided`` tells whether a contingent one hangs on its start, its end, or both
    (or on neither, but on whether it pauses), and ``later`` is the event that ends it,
    effective only after the day, or that gives it another term from then on (``basis``
    is then ``term``, ``effective`` that term).
    """

    id: str
    kind: str
    holders: tuple[str, ...]
    against: tuple[str, ...]
    level: str | None
    quantity: str | None
    quantity_before: tuple[str, ...]
    basis: str | None
    scope: list[dict[str, Any]]
    starts: str
    ends: str | None
    starts_between: Range
    ends_between: Range
    status: str
    pause_ends: str | None
    waits_for: tuple[str, ...]
    flags: tuple[str, ...]
    condition: str | None
    text: str | None
    terms: dict[str, Any]
    readings: list[dict[str, Any]]
    over: str | None
    set_by: tuple[int, ...]
    undecided: tuple[Side, ...]
    later: dict[str, Any] | None


def provision_answer(
    provision: Provision, facts: Facts, day: int, later: Closing | None = None
) -> ProvisionAnswer:
    """Tell how one provision stands on a day."""
    return provision_told(provision, standing(provision, facts, day), day, later)


def provision_told(
    provision: Provision,
    stand: Standing,
    day: int,
    later: Closing | None = None,
    *,
    told_on: int | None = None,
) -> ProvisionAnswer:
    """Tell of a provision, by what is known of how it stands on a day.

    Args:
        provision: as it is on the day.
        stand: how it stands.
        day: the day asked about, an ordinal.
        later: what ends it after that day.
        told_on: the day on which the provision is so, where it is another one.
    """
    so_on = day if told_on is None else told_on
    return ProvisionAnswer(
        id=provision.id,
        kind=provision.kind,
        holders=provision.holders,
        against=provision.against,
        level=provision.level,
        quantity=text_or_none(main_quantity(provision, so_on)),
        quantity_before=tuple(_before(provision, stand, day)),
        basis=provision.terms.basis,
        scope=[_clause(clause) for clause in provision.clauses],
        starts=starts_when(provision).text,
        ends=ends_text(provision),
        starts_between=between(stand.starts),
        ends_between=between(stand.ends),
        status=stand.status,
        pause_ends=_pause_ends(provision) if stand.status == "suspended" else None,
        waits_for=stand.waits_for,
        flags=flags(provision),
        condition=provision.condition,
        text=provision.text,
        terms=dict(_terms(provision)),
        readings=[
            {"reading": reading.text, "by": reading.by, "event": reading.seq}
            for reading in provision.readings
        ],
        over=provision.over,
        set_by=tuple(provision.set_by),
        undecided=tuple(_undecided(stand, day)),
        later=None if later is None else later_told(later),
    )


def ends_text(provision: Provision) -> str | None:
    """Write when a provision ends, by the event that ended it or as agreed."""
    if provision.closings:
        return provision.closings[-1].effective.text
    return provision.ends.text if provision.ends else None


def _pause_ends(provision: Provision) -> str | None:
    """Write until when a provision pauses, null where that is not said."""
    pause = provision.suspension
    return None if pause is None else text_or_none(pause.until)


def later_told(closing: Closing) -> dict[str, Any]:
    """Write what ends a provision after the day asked about."""
    return {
        "basis": closing.basis,
        "effective": closing.effective.text,
        "between": between(closing.span),
        "event": closing.seq,
    }


def _undecided(stand: Standing, day: int) -> Iterator[Side]:
    """Yield which days may lie before the day asked about or after it."""
    if stand.status == "contingent":
        if stand.starts.lo <= day < stand.starts.hi:
            yield "start"
        if stand.ends.lo <= day < stand.ends.hi:
            yield "end"


def main_quantity(provision: Provision, day: int) -> Quantity | None:
    """Give the amount, rate or price that matters most, as it is on a day."""
    terms = provision.terms
    return terms.amount or terms.rate or price_on(provision, day)


def _before(provision: Provision, stand: Standing, day: int) -> Iterator[str]:
    """Yield what the amount may still be, besides what it is."""
    amount = provision.terms.amount
    if amount is not None:
        for one, _ in amounts_on(provision, amount, stand.starts, day)[:-1]:
            yield one.amount.text


def price_on(provision: Provision, day: int) -> Quantity | None:
    """Give the price of an option on a day: the last step that began, or the price."""
    price = provision.terms.price
    for step in provision.terms.price_steps:
        if step.start.first <= day:
            price = step.price
    return price


def between(span: Span) -> Range:
    """Write the bounds of a span as ISO dates, null where there is none."""
    return day_or_none(span.lo), day_or_none(span.hi)


def day_or_none(day: int) -> str | None:
    """Write a day, null where it is infinite."""
    # The day after the last of the calendar, `through 9999`, has no date.
    return day_text(day) if NEG_INF < day <= LAST_DAY else None


def text_or_none(value: object) -> str | None:
    """Write a value, null where there is none."""
    return None if value is None else str(value)


def _terms(provision: Provision) -> Iterator[tuple[str, Any]]:
    """Yield what is agreed beside the main words, by name."""
    terms = provision.terms
    for name in ("amount", "rate", "floor", "cap", "royalty", "price", "schedule"):
        if (value := getattr(terms, name)) is not None:
            yield name, str(value)
    if terms.price_schedule:
        yield (
            "price_schedule",
            [
                {"from": step.start.text, "price": step.price.text}
                for step in terms.price_schedule
            ],
        )
    for name in ("milestone", "claimant", "determiner", "option", "stage", "due"):
        if (value := getattr(provision, name)) is not None:
            yield name, str(value)
    yield from provision.details.items()
    if provision.closings:
        closing = provision.closings[-1]
        yield "ended", {"basis": closing.basis, "event": closing.seq}
        if provision.ends is not None:
            yield "agreed_ends", provision.ends.text


def _clause(clause: Clause) -> dict[str, Any]:
    """Write a clause of a scope."""
    written: dict[str, Any] = {
        "include" if clause.include else "exclude": [_box(box) for box in clause.boxes]
    }
    if clause.condition is not None:
        written["condition"] = clause.condition
    return written


def _box(box: Box) -> dict[str, Any]:
    """Write a box of a scope."""
    written: dict[str, Any] = msgspec.to_builtins(box)
    return written
