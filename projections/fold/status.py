"""Status: what a provision is on a day, and what the answer hangs on.

Status is never stored. It is derived from dates, milestones and events at the time of
asking, and tested in one fixed order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from events.quantity import REDACTED
from events.when import On, Until, When, atoms
from projections.fold.facts import Facts
from projections.fold.provision import Provision
from projections.fold.resolve import waiting
from projections.fold.resolving import (
    end_of,
    may_pause_on,
    pause_of,
    start_of,
    starts_when,
)
from projections.fold.spans import Span

Status = Literal["not-yet", "in-force", "contingent", "suspended", "ended"]
Flag = Literal[
    "end-not-stated",
    "contested",
    "text-condition",
    "imprecise-date",
    "ambiguous",
    "redacted",
]


class Standing(NamedTuple):
    """How a provision stands on a day.

    Attributes:
        status: one of five.
        waits_for: the atoms, in text form, whose span the day lies in; only where the
            status is contingent.
        starts: the possible first days.
        ends: the possible days of the end, each the first on which it is over.
    """

    status: Status
    waits_for: tuple[str, ...]
    starts: Span
    ends: Span


def standing(provision: Provision, facts: Facts, day: int) -> Standing:
    """Tell how a provision stands on a day."""
    starts, ends = start_of(provision, facts), end_of(provision, facts)
    status = _status(provision, facts, day, starts, ends)
    waits: tuple[str, ...] = ()
    if status == "contingent":
        waits = tuple(dict.fromkeys(_waits(provision, facts, day)))
    return Standing(status, waits, starts, ends)


def _status(
    provision: Provision, facts: Facts, day: int, starts: Span, ends: Span
) -> Status:
    """Test in the order of the definition."""
    # A right cancelled before it began has ended.
    if ends.hi <= day or ends.hi <= starts.lo:
        return "ended"
    if starts.lo > day:
        return "not-yet"
    pause = pause_of(provision, facts)
    if pause is not None and pause[0].lo <= day < pause[1].hi:
        return "suspended" if pause[0].hi <= day < pause[1].lo else "contingent"
    if starts.hi <= day < ends.lo:
        return "in-force"
    return "contingent"


def _waits(provision: Provision, facts: Facts, day: int) -> Iterator[str]:
    """Yield the atoms whose span the day lies in, those of the start first."""
    yield from waiting(starts_when(provision), facts, day, provision)
    if provision.ends is not None:
        yield from waiting(provision.ends, facts, day, provision)
    for closing in provision.closings:
        if closing.span.lo <= day < closing.span.hi:
            yield closing.effective.text
    yield from _pause_waits(provision, facts, day)


def _pause_waits(provision: Provision, facts: Facts, day: int) -> Iterator[str]:
    """Yield what decides whether a provision pauses on a day."""
    pause = provision.suspension
    if pause is None or not may_pause_on(provision, facts, day):
        return
    if pause.since.lo <= day < pause.since.hi:
        yield pause.effective.text
    resumed = pause.resumed
    if resumed is not None and resumed.span.lo <= day < resumed.span.hi:
        yield resumed.effective.text
    if pause.until is not None:
        yield from waiting(pause.until, facts, day, provision)


def flags(provision: Provision) -> tuple[Flag, ...]:
    """List what a reader should know before relying on a provision."""
    found: list[Flag] = []
    if provision.ends is None and not provision.closings:
        found.append("end-not-stated")
    if provision.contested_by:
        found.append("contested")
    if provision.condition or any(c.condition for c in provision.clauses):
        found.append("text-condition")
    if any(map(_imprecise, _dates(provision))):
        found.append("imprecise-date")
    if any(reading.by == "recorder" for reading in provision.readings):
        found.append("ambiguous")
    if _has_withheld(provision):
        found.append("redacted")
    return tuple(found)


def _has_withheld(provision: Provision) -> bool:
    """Tell whether a value of a provision was withheld or erased."""
    terms = provision.terms
    quantities = (
        *(terms.amount, terms.rate, terms.floor, terms.cap, terms.royalty, terms.price),
        *(step.price for step in terms.price_schedule),
    )
    words = (
        *(terms.schedule, provision.condition, provision.text),
        *(
            words
            for clause in provision.clauses
            for words in (clause.condition, clause.text)
        ),
        *(reading.text for reading in provision.readings),
        *provision.details.values(),
    )
    return REDACTED in words or any(
        quantity is not None and quantity.kind == "redacted" for quantity in quantities
    )


def _dates(provision: Provision) -> Iterator[When]:
    """Yield the Whens that the start and the end rest on."""
    yield starts_when(provision)
    if provision.closings:
        yield from (closing.effective for closing in provision.closings)
    elif provision.ends is not None:
        yield provision.ends


def _imprecise(when: When) -> bool:
    """Tell whether a When holds a date that may be one of several days."""
    return any(
        isinstance(atom, On | Until) and not atom.date.exact
        for atom in atoms(when.expr)
    )
