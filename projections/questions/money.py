"""The answer to "how much?": what is committed, handed over and still to come.

Amounts are added only where they are of one kind, between the same parties and on one
basis; an unknown amount stays in the sum, which never says more than is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from events.dates import PartialDate
from projections.fold.provision import Provision
from projections.fold.supposals import Supposal
from projections.fold.timeline import Timeline
from projections.questions.accounts import (
    HANDED_OVER,
    Account,
    Amount,
    accounts,
    may_lie_after,
)
from projections.questions.across import Held, KnownIn, held_on, horizon_of
from projections.questions.awards import awards_of
from projections.questions.sums import Sum, add, less

MONEY_SCHEMA = "whereas/money/1"


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A sum, and the amounts that it is made of with their events."""

    text: str
    parts: list[tuple[int, str]]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What is committed and performed, of one provision or of several alike.

    ``performed`` is by kind: funded, paid, delivered, published. ``outstanding`` is
    null where nothing is owed any more or the amount is for a period, as ``why`` says;
    ``why`` also says what makes it more than a number. What may lie after the day is
    in no number but there by name, ``perhaps USD 5m``. ``contradicted`` are events of
    the line, each with a source that contradicts it, and ``corrected`` those with a
    correction that counts, each with its number.
    """

    agreement: str
    provisions: tuple[str, ...]
    kind: str
    holders: tuple[str, ...]
    against: tuple[str, ...]
    basis: str | None
    statuses: tuple[str, ...]
    committed: Counted | None
    performed: dict[str, Counted]
    outstanding: str | None
    why: list[str]
    contradicted: list[tuple[int, str]]
    corrected: list[tuple[int, int]]


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """An amount that a decision of a dispute names.

    Who owes it to whom is said by ``outcome`` alone, and what was paid of it is not
    counted: payments are counted under provisions. ``basis`` is that of the interest.
    ``perhaps`` tells that it may have been decided only after the day.
    """

    agreement: str
    dispute: str
    claimant: str
    respondent: str
    outcome: str
    amount: str
    interest: str | None
    basis: str | None
    decided: str
    perhaps: bool
    event: int


class MoneyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed on a day.

    ``lines`` has a line for each provision; ``totals`` those of one kind between the
    same parties on the same basis, added up, where they are more than one; what was
    superseded is not committed beside what took its place. ``awards``
    are in none of them.
    """

    schema: str
    on: str
    known: KnownIn
    horizon: str | None
    suppose: list[str]
    agreements: list[str]
    lines: list[Line]
    totals: list[Line]
    awards: list[Award]


def money_answer(
    timelines: Sequence[Timeline],
    on: PartialDate,
    *,
    known: KnownIn,
    supposals: Iterable[Supposal] = (),
) -> MoneyAnswer:
    """Tell what is committed, handed over and outstanding.

    Args:
        timelines: the agreements, with their horizon and supposals.
        on: the date asked about; a partial one asks about its last day.
        known: the moment of knowledge, to be told again.
        supposals: those that the timelines were made with, to be told again.

    Returns:
        The answer; lines in the order in which provisions were granted.
    """
    held = held_on(timelines, on.last)
    found = [account for there in held for account in accounts(there, on.last)]
    alike: dict[tuple[object, ...], list[Account]] = {}
    for account in found:
        alike.setdefault(account.like, []).append(account)
    return MoneyAnswer(
        schema=MONEY_SCHEMA,
        on=on.text,
        known=known,
        horizon=horizon_of(timelines),
        suppose=[supposal.text for supposal in supposals],
        agreements=[there.agreement for there in held],
        lines=[_line([account]) for account in found],
        totals=[_line(group) for group in alike.values() if len(group) > 1],
        awards=[award for there in held for award in _awards(there, on.last)],
    )


def _line(alike: Sequence[Account]) -> Line:
    """Write accounts that are alike as one line."""
    first = alike[0].provision
    corrections = alike[0].held.timeline.record.corrections
    # What took the place of another is committed, and not both.
    counting = [one for one in alike if len(alike) == 1 or not one.is_superseded]
    committed = [one for account in counting for one in account.committed]
    performed = {kind: _performed_by(alike, kind) for kind in HANDED_OVER}
    told = [*committed, *(one for found in performed.values() for one in found)]
    counted = [one for amount in told for one in amount.in_turn]
    outstanding, why = _outstanding(alike)
    return Line(
        agreement=alike[0].held.agreement,
        provisions=tuple(account.provision.id for account in alike),
        kind=first.kind,
        holders=first.holders,
        against=first.against,
        basis=first.terms.basis,
        statuses=tuple(account.status for account in alike),
        committed=_counted(committed) if committed else None,
        performed={kind: _counted(found) for kind, found in performed.items() if found},
        outstanding=outstanding,
        why=[*why, *_doubts(alike)],
        contradicted=list(
            dict.fromkeys((one.seq, who) for one in counted for who in one.contradicted)
        ),
        corrected=[
            (seq, correction)
            for seq in dict.fromkeys(one.seq for one in counted)
            for correction in corrections.get(seq, ())
        ],
    )


def _counted(amounts: Sequence[Amount]) -> Counted:
    """Write a sum with its parts."""
    return Counted(
        text=_sum(amounts).text,
        parts=[part for one in amounts for part in one.parts],
    )


def _performed_by(alike: Sequence[Account], *kinds: str) -> list[Amount]:
    """List what was handed over under provisions; what they share counts once."""
    names = {account.provision.id for account in alike}
    found = [
        one.within(names)
        for kind in kinds
        for account in alike
        for one in account.performed.get(kind, ())
    ]
    return list({one.seq: one for one in found}.values())


def _sum(amounts: Sequence[Amount]) -> Sum:
    """Add amounts; what cannot be added stays in the sum in words."""
    total = add(one.amount for one in amounts if one.adds_up)
    words = tuple(one.text for one in amounts if not one.adds_up)
    return total._replace(unknown=(*total.unknown, *words))


def _outstanding(alike: Sequence[Account]) -> tuple[str | None, list[str]]:
    """Tell what is still owed, and why it is not a number where it is none."""
    why = [
        f"{account.provision.id} {_why_closed(account, in_total=len(alike) > 1)}"
        for account in alike
        if account.committed and not account.is_open
    ]
    owed = [account for account in alike if account.committed and account.is_open]
    if not owed:
        return None, why
    periods = [reason for account in owed for reason in _per_period(account)]
    if periods:
        return None, [*why, *periods]
    for account in owed:
        why += [
            f"{account.provision.id}: @{one.seq} gives no amount"
            if one.amount.kind == "unknown"
            else f"{account.provision.id}: the amount of @{one.seq} is withheld"
            for one in (*account.committed, *account.handed_over)
            if one.amount.low is None
        ]
    committed = [one for account in owed for one in account.committed]
    performed = _performed_by(owed, *HANDED_OVER)
    why += [reason for one in performed for reason in _incomparable(one)]
    return less(_sum(committed), _sum(performed)), why


def _why_closed(account: Account, *, in_total: bool) -> str:
    """Say why nothing is owed any more under a provision."""
    if account.is_superseded:
        return "was superseded" + (" and is not in the total" if in_total else "")
    if account.status == "ended":
        return "has ended"
    return "was handed over when it was granted"


def _per_period(account: Account) -> Iterator[str]:
    """Say of an amount per period or thing that it is not added up, and its end."""
    for per in {one.amount.per for one in account.committed} - {None}:
        provision = account.provision
        yield f"{provision.id}: an amount per {per} is not added up; {_end(provision)}"


def _end(provision: Provision) -> str:
    """Write the end of a provision in its own words."""
    if provision.closings:
        return f"it ends {provision.closings[-1].effective}"
    return "no end is stated" if provision.ends is None else f"it ends {provision.ends}"


def _doubts(alike: Sequence[Account]) -> Iterator[str]:
    """Yield what may not have happened yet, and what is contested."""
    for account in alike:
        name = account.provision.id
        amounts = (*account.committed, *account.handed_over)
        counted = [one for amount in amounts for one in amount.in_turn]
        later = {one.seq: one.perhaps for one in counted if one.perhaps is not None}
        for seq, date in later.items():
            yield f"{name}: @{seq} is dated {date}, perhaps after this day"
        for dispute in account.provision.contested_by:
            yield f"{name} is contested ({dispute})"


def _incomparable(one: Amount) -> Iterator[str]:
    """Say why an amount can never be taken from what is owed, or nothing."""
    if not one.whole:
        names = " and ".join(sorted(one.shared))
        yield f"how @{one.seq} divides between {names} is not known"
    elif one.basis is not None:
        yield f"@{one.seq} is on another basis: {one.basis}"


def _awards(held: Held, day: int) -> Iterator[Award]:
    """Write the awards of an agreement."""
    for awarded in awards_of(held.timeline, held.state, day):
        event, step = awarded.event, awarded.step
        yield Award(
            agreement=held.agreement,
            dispute=event.dispute,
            claimant=awarded.dispute.claimant,
            respondent=awarded.dispute.respondent,
            outcome=event.outcome,
            amount=awarded.amount.text,
            interest=None if event.interest is None else event.interest.text,
            basis=event.basis,
            decided=step.effective.text,
            perhaps=may_lie_after(day, step.span),
            event=step.seq,
        )
