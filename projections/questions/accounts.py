"""Accounts: what is committed and handed over under each provision, event by event.

What is dated on one of several days counts for certain from the last of them, as the
status of a provision does; until then it is there perhaps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from events.quantity import Quantity
from events.when import When
from projections.fold.facts import Facts
from projections.fold.provision import Earlier, Provision
from projections.fold.resolve import resolve_when
from projections.fold.resolving import FIRM, start_of
from projections.fold.spans import Span
from projections.fold.status import standing
from projections.questions.across import Held
from projections.questions.contradictions import contradicting

# The kinds whose amount is owed. Of the others (caps, prices, rates) only what was
# performed is counted.
_OWED = frozenset(("investment", "purchase", "obligation"))
HANDED_OVER = ("funded", "paid", "delivered", "published")


class Amount(NamedTuple):
    """An amount and the event that says it.

    Attributes:
        basis: another one than that of what is owed; the two cannot be compared.
        shared: the provisions that the amount is for, where they are several.
        whole: whether all of it is for what is looked at.
        perhaps: the date of its event, where that may lie after the day asked about.
        contradicted: the sources that contradict its event.
        before: what it was before, where its event may lie after the day asked about.
    """

    seq: int
    amount: Quantity
    basis: str | None = None
    shared: tuple[str, ...] = ()
    whole: bool = True
    perhaps: str | None = None
    contradicted: tuple[str, ...] = ()
    before: Amount | None = None

    def within(self, names: Collection[str]) -> Amount:
        """Give the amount as seen from provisions that are added up."""
        return self._replace(whole={*self.shared} <= {*names})

    @property
    def adds_up(self) -> bool:
        """Tell whether it can be added to what is owed, or taken from it."""
        return self.basis is None and self.whole and self.perhaps is None

    @property
    def text(self) -> str:
        """Write it, with what keeps it from being added up."""
        return " or ".join(text for _, text in self.parts)

    @property
    def parts(self) -> list[tuple[int, str]]:
        """Write it event by event: what it was before, and what it is."""
        return [(one.seq, one.by_itself) for one in self.in_turn]

    @property
    def in_turn(self) -> list[Amount]:
        """List what it was before and what it is, the first first."""
        found: list[Amount] = [self]
        while (before := found[-1].before) is not None:
            found.append(before)
        return found[::-1]

    @property
    def by_itself(self) -> str:
        """Write it without what it was before."""
        perhaps = "" if self.perhaps is None else "perhaps "
        part = "" if self.whole else "part of "
        basis = f" ({self.basis})" if self.basis else ""
        return f"{perhaps}{part}{self.amount.text}{basis}"


class Account(NamedTuple):
    """One provision with its amounts."""

    held: Held
    provision: Provision
    status: str
    committed: list[Amount]
    performed: dict[str, list[Amount]]

    @property
    def is_open(self) -> bool:
        """Tell whether anything may still be owed."""
        return self.status != "ended" and self.provision.stage != "funded"

    @property
    def is_superseded(self) -> bool:
        """Tell whether another provision has taken its place."""
        closings = self.provision.closings
        return self.status == "ended" and any(
            closing.basis == "superseded" for closing in closings[-1:]
        )

    @property
    def handed_over(self) -> list[Amount]:
        """List what was performed, of every kind."""
        return [one for amounts in self.performed.values() for one in amounts]

    @property
    def like(self) -> tuple[object, ...]:
        """Give what accounts that are added up have in common."""
        provision = self.provision
        return (
            self.held.agreement,
            *(provision.kind, provision.holders, provision.against),
            provision.terms.basis,
        )


class _Day:
    """An agreement on the day asked about, and what was folded by then."""

    def __init__(self, held: Held, day: int) -> None:
        self._timeline = held.timeline
        self._day = day
        self._steps = {step.seq: step for step in held.timeline.upto(day)}

    def amount(self, seq: int, amount: Quantity) -> Amount:
        """Make an amount of the event that says it."""
        step = self._steps.get(seq)
        if step is None:
            return Amount(seq, amount)
        perhaps = step.effective.text if may_lie_after(self._day, step.span) else None
        against = contradicting(step.entry, self._timeline.record)
        return Amount(seq, amount, perhaps=perhaps, contradicted=against)

    def agreed(self, provision: Provision, amount: Quantity) -> Amount:
        """Give an amount with the event that said it last, and what it was before."""
        starts = start_of(provision, self._timeline.facts)
        last = provision.why.get("amount", provision.set_by[0])
        told: Amount | None = None
        for one, is_later in amounts_on(provision, amount, starts, self._day):
            said = self.amount(one.seq or last, one.amount)
            perhaps = said.perhaps if is_later else None
            told = said._replace(perhaps=perhaps, before=told)
        return told or self.amount(last, amount)


def accounts(held: Held, day: int) -> Iterator[Account]:
    """Yield the provisions of an agreement under which money is owed or paid."""
    there = _Day(held, day)
    for provision in held.state.provisions.values():
        committed = _committed(provision, there)
        performed = _performed(provision, there)
        if committed or performed:
            status = standing(provision, held.timeline.facts, day).status
            yield Account(held, provision, status, committed, performed)


def may_lie_after(day: int, span: Span) -> bool:
    """Tell whether what may have happened by a day may also happen after it."""
    return span.lo <= day < span.hi


def dated_later(dated: When, day: int) -> bool:
    """Tell whether what is dated so may have happened only after a day."""
    return type(dated.expr) in FIRM and may_lie_after(day, resolve_when(dated, Facts()))


def amounts_on(
    provision: Provision, amount: Quantity, starts: Span, day: int
) -> list[tuple[Earlier, bool]]:
    """List what an amount of a provision may be on a day, the first first.

    Args:
        provision: as it stands on the day.
        amount: that of its terms.
        starts: its possible first days.
        day: the day, an ordinal.

    Returns:
        Each with whether what says it may lie after the day. The last has no number:
        its event is the last that set the amount.
    """
    terms = provision.terms
    found: list[tuple[Earlier, bool]] = []
    for one in (Earlier(amount, 0, terms.amount_since), *terms.amounts_before[::-1]):
        is_later = _may_come_later(provision, one.since, starts, day)
        found.append((one, is_later))
        if not is_later:
            break
    return found[::-1]


def _may_come_later(
    provision: Provision, changed: Span | None, starts: Span, day: int
) -> bool:
    """Tell whether what says an amount of a provision may lie after a day.

    A grant that says when it starts counts from there, whenever it was made.
    """
    if changed is not None:
        return may_lie_after(day, changed)
    if provision.starts is None:
        return may_lie_after(day, starts)
    return starts.hi > day and dated_later(provision.effective, day)


def _committed(provision: Provision, there: _Day) -> list[Amount]:
    """Give the amount that is owed, if one is."""
    amount = provision.terms.amount
    if provision.kind not in _OWED or not _is_money(amount) or amount is None:
        return []
    return [there.agreed(provision, amount)]


def _performed(provision: Provision, there: _Day) -> dict[str, list[Amount]]:
    """Give what was handed over, by kind; a payment without an amount is unknown."""
    found: dict[str, list[Amount]] = {}
    if provision.stage == "funded" and provision.terms.amount is not None:
        found["funded"] = [there.agreed(provision, provision.terms.amount)]
    for done in provision.performed:
        amount = done.amount
        if amount is None and done.kind in {"paid", "funded"}:
            amount = Quantity.parse("unknown")
        if amount is not None and _is_money(amount):
            other = done.basis if done.basis != provision.terms.basis else None
            shared = (provision.id, *done.shared_with) if done.shared_with else ()
            said = there.amount(done.seq, amount)
            found.setdefault(done.kind, []).append(
                said._replace(basis=other, shared=shared)
            )
    return {kind: found[kind] for kind in HANDED_OVER if kind in found}


def _is_money(amount: Quantity | None) -> bool:
    """Tell whether an amount is of money, or may be."""
    return amount is not None and amount.kind in {"money", "unknown", "redacted"}
