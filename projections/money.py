"""The answer to "how much?": what is committed, handed over and still to come.

Amounts are added only where they are of one kind, between the same parties and on one
basis; an unknown amount stays in the sum, which never says more than is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from events.dates import PartialDate
from events.quantity import Quantity
from projections.across import Held, KnownIn, held_on, horizon_of
from projections.provision import Provision
from projections.status import standing
from projections.sums import Sum, add, less
from projections.supposals import Supposal
from projections.timeline import Timeline

MONEY_SCHEMA = "whereas/money/1"

# The kinds whose amount is owed. Of the others (caps, prices, rates) only what was
# performed is counted.
_OWED = frozenset(("investment", "purchase", "obligation"))
_HANDED_OVER = ("funded", "paid", "delivered", "published")


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A sum, and the amounts that it is made of with their events."""

    text: str
    parts: list[tuple[int, str]]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What is committed and performed, of one provision or of several alike.

    ``performed`` is by kind: funded, paid, delivered, published. ``outstanding`` is
    null where nothing is owed any more or the amount is for a period, as ``why`` says;
    ``why`` also says what makes it more than a number.
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


class MoneyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed on a day.

    ``lines`` has a line for each provision; ``totals`` those of one kind between the
    same parties on the same basis, added up, where they are more than one.
    """

    schema: str
    on: str
    known: KnownIn
    horizon: str | None
    suppose: list[str]
    agreements: list[str]
    lines: list[Line]
    totals: list[Line]


class _Amount(NamedTuple):
    """An amount and the event that says it.

    Attributes:
        basis: another one than that of what is owed; the two cannot be compared.
        shared: the provisions that the amount is for, where they are several.
        whole: whether all of it is for what is looked at.
    """

    seq: int
    amount: Quantity
    basis: str | None = None
    shared: tuple[str, ...] = ()
    whole: bool = True

    def within(self, names: Collection[str]) -> _Amount:
        """Give the amount as seen from provisions that are added up."""
        return self._replace(whole={*self.shared} <= {*names})

    @property
    def adds_up(self) -> bool:
        """Tell whether it can be added to what is owed, or taken from it."""
        return self.basis is None and self.whole

    @property
    def text(self) -> str:
        """Write it, with what keeps it from being added up."""
        part = "" if self.whole else "part of "
        return f"{part}{self.amount.text}" + (f" ({self.basis})" if self.basis else "")


class _Account(NamedTuple):
    """One provision with its amounts."""

    held: Held
    provision: Provision
    status: str
    committed: list[_Amount]
    performed: dict[str, list[_Amount]]

    @property
    def is_open(self) -> bool:
        """Tell whether anything may still be owed."""
        return self.status != "ended" and self.provision.stage != "funded"

    @property
    def handed_over(self) -> list[_Amount]:
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
    accounts = [account for there in held for account in _accounts(there, on.last)]
    alike: dict[tuple[object, ...], list[_Account]] = {}
    for account in accounts:
        alike.setdefault(account.like, []).append(account)
    return MoneyAnswer(
        schema=MONEY_SCHEMA,
        on=on.text,
        known=known,
        horizon=horizon_of(timelines),
        suppose=[supposal.text for supposal in supposals],
        agreements=[there.agreement for there in held],
        lines=[_line([account]) for account in accounts],
        totals=[_line(group) for group in alike.values() if len(group) > 1],
    )


def _accounts(held: Held, day: int) -> Iterator[_Account]:
    """Yield the provisions of an agreement under which money is owed or paid."""
    for provision in held.state.provisions.values():
        committed = _committed(provision)
        performed = _performed(provision)
        if committed or performed:
            status = standing(provision, held.timeline.facts, day).status
            yield _Account(held, provision, status, committed, performed)


def _committed(provision: Provision) -> list[_Amount]:
    """Give the amount that is owed, if one is."""
    amount = provision.terms.amount
    if provision.kind not in _OWED or not _is_money(amount) or amount is None:
        return []
    return [_Amount(provision.why.get("amount", provision.set_by[0]), amount)]


def _performed(provision: Provision) -> dict[str, list[_Amount]]:
    """Give what was handed over, by kind; a payment without an amount is unknown."""
    found: dict[str, list[_Amount]] = {}
    if provision.stage == "funded" and provision.terms.amount is not None:
        grant = _Amount(provision.set_by[0], provision.terms.amount)
        found["funded"] = [grant]
    for done in provision.performed:
        amount = done.amount
        if amount is None and done.kind in {"paid", "funded"}:
            amount = Quantity.parse("unknown")
        if amount is not None and _is_money(amount):
            other = done.basis if done.basis != provision.terms.basis else None
            shared = (provision.id, *done.shared_with) if done.shared_with else ()
            found.setdefault(done.kind, []).append(
                _Amount(done.seq, amount, other, shared)
            )
    return {kind: found[kind] for kind in _HANDED_OVER if kind in found}


def _is_money(amount: Quantity | None) -> bool:
    """Tell whether an amount is of money, or may be."""
    return amount is not None and amount.kind in {"money", "unknown", "redacted"}


def _line(accounts: Sequence[_Account]) -> Line:
    """Write accounts that are alike as one line."""
    first = accounts[0].provision
    committed = [one for account in accounts for one in account.committed]
    performed = {kind: _performed_by(accounts, kind) for kind in _HANDED_OVER}
    outstanding, why = _outstanding(accounts)
    return Line(
        agreement=accounts[0].held.agreement,
        provisions=tuple(account.provision.id for account in accounts),
        kind=first.kind,
        holders=first.holders,
        against=first.against,
        basis=first.terms.basis,
        statuses=tuple(account.status for account in accounts),
        committed=_counted(committed) if committed else None,
        performed={kind: _counted(found) for kind, found in performed.items() if found},
        outstanding=outstanding,
        why=why,
    )


def _counted(amounts: Sequence[_Amount]) -> Counted:
    """Write a sum with its parts."""
    return Counted(
        text=_sum(amounts).text,
        parts=[(one.seq, one.text) for one in amounts],
    )


def _performed_by(accounts: Sequence[_Account], *kinds: str) -> list[_Amount]:
    """List what was handed over under provisions; what they share counts once."""
    names = {account.provision.id for account in accounts}
    found = [
        one.within(names)
        for kind in kinds
        for account in accounts
        for one in account.performed.get(kind, ())
    ]
    return list({one.seq: one for one in found}.values())


def _sum(amounts: Sequence[_Amount]) -> Sum:
    """Add amounts; what cannot be added stays in the sum in words."""
    total = add(one.amount for one in amounts if one.adds_up)
    words = tuple(one.text for one in amounts if not one.adds_up)
    return total._replace(unknown=(*total.unknown, *words))


def _outstanding(accounts: Sequence[_Account]) -> tuple[str | None, list[str]]:
    """Tell what is still owed, and why it is not a number where it is none."""
    why = [
        f"{account.provision.id} has ended"
        if account.status == "ended"
        else f"{account.provision.id} was handed over when it was granted"
        for account in accounts
        if account.committed and not account.is_open
    ]
    owed = [account for account in accounts if account.committed and account.is_open]
    if not owed:
        return None, why
    committed = [one for account in owed for one in account.committed]
    performed = _performed_by(owed, *_HANDED_OVER)
    per = {one.amount.per for one in committed} - {None}
    if per:
        why.append(
            f"an amount per {' and per '.join(sorted(map(str, per)))} has no end"
        )
        return None, why
    for account in owed:
        why += [
            f"{account.provision.id}: @{one.seq} gives no amount"
            if one.amount.kind == "unknown"
            else f"{account.provision.id}: the amount of @{one.seq} is withheld"
            for one in (*account.committed, *account.handed_over)
            if one.amount.low is None
        ]
    why += [_incomparable(one) for one in performed if not one.adds_up]
    return less(_sum(committed), _sum(performed)), why


def _incomparable(one: _Amount) -> str:
    """Say why an amount cannot be taken from what is owed."""
    if not one.whole:
        names = " and ".join(sorted(one.shared))
        return f"how @{one.seq} divides between {names} is not known"
    return f"@{one.seq} is on another basis: {one.basis}"
