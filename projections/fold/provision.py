"""A provision: the one noun of the state.

A right, duty, ban, power or status between parties. The fold changes provisions in
place while it runs; whoever is handed a state only reads them.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from events.base import PriceStep
from events.dates import NEG_INF
from events.quantity import Quantity
from events.scope import Scope
from events.when import When
from projections.fold.spans import Span

# A provision, and the day on which its term was agreed anew.
Term = tuple[str, int]


class Clause(NamedTuple):
    """One step in how the scope of a provision came about.

    Clauses are read in their order and the last one that matches wins, so that what
    was carved out can be included again.
    """

    boxes: Scope
    seq: int
    include: bool = True
    condition: str | None = None
    text: str | None = None


class Closing(NamedTuple):
    """An event that ended a provision, on one of the days of its span."""

    span: Span
    effective: When
    seq: int
    basis: str


class Resumption(NamedTuple):
    """The event that ends a pause on one of several days."""

    span: Span
    effective: When


class Suspension(NamedTuple):
    """A pause: since when, until when where that is said, and how it ended if it has.

    One that was resumed on a day is none any more.
    """

    since: Span
    effective: When
    until: When | None
    seq: int
    resumed: Resumption | None = None


class Reading(NamedTuple):
    """How somebody reads a provision."""

    text: str
    by: str
    starts: When | None
    ends: When | None
    seq: int


class Performance(NamedTuple):
    """Something paid, funded, delivered or published under a provision.

    ``basis`` is that of the amount, where one is given. The amount is for the
    provisions of ``shared_with`` too, and how it divides is not known.
    """

    kind: str
    amount: Quantity | None
    span: Span
    seq: int
    basis: str | None = None
    shared_with: tuple[str, ...] = ()


class Exercise(NamedTuple):
    """A choice that was made under an option or a first refusal."""

    choice: str
    by: str
    partial: bool
    span: Span
    seq: int


class Earlier(NamedTuple):
    """An amount that an event of uncertain day replaced: whose it was, and since when.

    ``since`` is None where it is that of the grant.
    """

    amount: Quantity
    seq: int
    since: Span | None


class Terms(msgspec.Struct):
    """What is agreed on amounts and prices; each may be absent or unknown.

    ``amount_since`` has the possible days of the event that changed the amount, and is
    None where it is that of the grant; ``amounts_before`` are those that may hold still
    on one of these days, the first first; ``price_since`` has those of the event that
    changed the price, and is None where a schedule was agreed with it or after it.
    """

    amount: Quantity | None = None
    basis: str | None = None
    rate: Quantity | None = None
    floor: Quantity | None = None
    cap: Quantity | None = None
    royalty: Quantity | None = None
    price: Quantity | None = None
    price_schedule: tuple[PriceStep, ...] = ()
    schedule: str | None = None
    amount_since: Span | None = None
    amounts_before: tuple[Earlier, ...] = ()
    price_since: Span | None = None

    @property
    def price_steps(self) -> list[PriceStep]:
        """List the steps of the schedule that count, in order.

        A price that was changed is later than the steps that had begun by then.
        """
        first = NEG_INF if self.price_since is None else self.price_since.lo
        steps = sorted(self.price_schedule, key=lambda step: step.start.first)
        return [step for step in steps if step.start.first > first]


class Provision(msgspec.Struct):
    """What one provision has become.

    Attributes:
        effective: the effective When of the grant, and the start unless ``starts`` is
            given.
        term_since: the day on which the end was agreed anew, an ordinal; NEG_INF where
            it is that of the grant.
        why: for each part of it, the number of the event that last set it.
        set_by: the numbers of all events that made it what it is, in fold order.
        details: what only some kinds have (subject, how, form…), in words.
    """

    id: str
    kind: str
    holders: tuple[str, ...]
    against: tuple[str, ...]
    effective: When
    level: str | None = None
    clauses: list[Clause] = msgspec.field(default_factory=list)
    starts: When | None = None
    ends: When | None = None
    term_since: int = NEG_INF
    due: When | None = None
    terms: Terms = msgspec.field(default_factory=Terms)
    condition: str | None = None
    text: str | None = None
    over: str | None = None
    milestone: str | None = None
    claimant: str | None = None
    determiner: str | None = None
    option: str | None = None
    stage: str | None = None
    details: dict[str, str] = msgspec.field(default_factory=dict)
    closings: list[Closing] = msgspec.field(default_factory=list)
    suspension: Suspension | None = None
    readings: list[Reading] = msgspec.field(default_factory=list)
    performed: list[Performance] = msgspec.field(default_factory=list)
    exercises: list[Exercise] = msgspec.field(default_factory=list)
    contested_by: list[str] = msgspec.field(default_factory=list)
    why: dict[str, int] = msgspec.field(default_factory=dict)
    set_by: list[int] = msgspec.field(default_factory=list)

    @property
    def term(self) -> Term:
        """Name the term whose end is agreed now, apart from those before it."""
        return self.id, self.term_since

    def touch(self, seq: int, *parts: str) -> None:
        """Note that an event set these parts, or bore on the provision if none."""
        self.set_by.append(seq)
        for part in parts:
            self.why[part] = seq
