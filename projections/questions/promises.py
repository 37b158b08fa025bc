"""Promises: the provisions that may clash, with all that is compared worked out once.

Each provision is compared with many others, so that what it is about, whom it binds and
when it holds is settled here, before any comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from events.dates import INF, NEG_INF
from events.frame import AgreementEnded, AgreementOpened, PartyJoined
from events.scope import Box, Scope
from projections.fold.provision import Clause, Provision
from projections.fold.resolving import end_of, start_of
from projections.fold.spans import Span
from projections.fold.status import Standing, standing
from projections.questions.across import Held, Identities
from projections.questions.bearing import (
    EXCLUSIVE,
    bound_by,
    is_bounded_by_words,
    reserves,
    scope_of,
)
from projections.questions.matching import is_unbounded, named
from projections.questions.stretches import stretches

_GRANTS = frozenset(("licence", "permission", "purchase", "obligation", "option"))
_PERMITS = frozenset(("licence", "permission"))
# The parties are those whom a ban on nobody by name binds.
_TOUCH_ALL = (AgreementEnded, AgreementOpened, PartyJoined)


class Reach(NamedTuple):
    """What a provision is about; the same for all that say the same.

    Attributes:
        number: tells it from others.
        clauses: as they came about, with counterparties under their names.
        included: the boxes that it includes; all there is where it has none.
        axes: those that it names.
    """

    number: int
    clauses: Sequence[Clause]
    included: Scope
    axes: frozenset[str]


class Promise(NamedTuple):
    """A provision that has not ended, as seen from all agreements.

    Attributes:
        number: its place among all that are compared.
        standing: how it stands on the day that is asked about, and when it starts and
            ends; where events effective later make it another, within the days on
            which it is as it is here.
        holders: who has it, under the names that stand for them.
        against: whom it binds; what is granted binds only whom it names.
        excludes: whether it keeps others out.
        forbids: whether it is a ban, and does not only set a limit.
        grants: whether it is a right that an exclusivity may be in the way of.
        permits: whether it says that its holders may do something.
        words: the words that it hangs on.
    """

    number: int
    held: Held
    provision: Provision
    standing: Standing
    holders: frozenset[str]
    against: frozenset[str]
    reach: Reach
    excludes: bool
    forbids: bool
    grants: bool
    permits: bool
    words: tuple[str, ...]


class Reaches:
    """What provisions are about, each scope once however many have it."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Reach] = {}

    def of(self, clauses: Sequence[Clause]) -> Reach:
        """Give what clauses are about."""
        key = tuple((c.boxes, c.include, c.condition) for c in clauses)
        found = self._known.get(key)
        if found is None:
            included = tuple(_included(clauses))
            axes = frozenset(axis for box in included for axis in named(box))
            found = Reach(len(self._known), clauses, included, axes)
            self._known[key] = found
        return found


def promises_of(held: Sequence[Held], day: int) -> list[Promise]:
    """List the provisions that may clash on a day or later.

    What events that are effective later make of a provision is a promise of its own,
    which begins with them; so is what they bring into being.

    Args:
        held: the agreements on that day. Their states are of no further use.
        day: what has ended by then clashes no more.
    """
    reading = _Reading(Identities(held), Reaches(), day)
    found: list[Promise] = []
    for there in held:
        promises = list(reading.of(there))
        # In the order in which they were granted; by now the state has them all.
        granted = {name: n for n, name in enumerate(there.state.provisions)}
        found += sorted(promises, key=lambda one: granted[one.provision.id])
    return [promise._replace(number=n) for n, promise in enumerate(found)]


class _Reading:
    """Agreements, as they are read for what may clash.

    Args:
        who: who is who on the day.
        reaches: what provisions are about.
        day: the day that is asked about, an ordinal.
    """

    def __init__(self, who: Identities, reaches: Reaches, day: int) -> None:
        self._who = who
        self._reaches = reaches
        self._day = day

    def of(self, there: Held) -> Iterator[Promise]:
        """Yield what an agreement promises, with the days on which it says so."""
        facts, day = there.timeline.facts, self._day
        now = {
            name: standing(provision, facts, day)
            for name, provision in there.state.provisions.items()
        }
        said: dict[str, tuple[Promise | None, Span]] = {}
        after = Span(day + 1, INF)
        walk = stretches(there.timeline, there.state, after, touch_all=_TOUCH_ALL)
        for provision, (first, last) in walk:
            name = provision.id
            promise = self._read(provision, there, now.get(name))
            # What it is on the day it has been before.
            since = first if name in said or name not in now else NEG_INF
            if name in said:
                before, days = said[name]
                if _same(before, promise):
                    promise, since = before, days.lo
                else:
                    yield from self._kept(before, days)
            if promise is not None and last < INF:
                promise = promise._replace(provision=_copied(promise.provision))
            said[name] = promise, Span(since, last)
        for promise, days in said.values():
            yield from self._kept(promise, days)

    def _kept(self, promise: Promise | None, said: Span) -> Iterator[Promise]:
        """Yield a promise within the days on which it is said, if any are to come."""
        if promise is None:
            return
        starts, ends = promise.standing.starts, promise.standing.ends
        standing = promise.standing._replace(
            starts=Span(max(starts.lo, said.lo), max(starts.hi, said.lo)),
            ends=Span(min(ends.lo, said.hi + 1), min(ends.hi, said.hi + 1)),
        )
        if standing.ends.hi > max(self._day, standing.starts.lo):
            yield promise._replace(standing=standing)

    def _read(
        self, provision: Provision, there: Held, now: Standing | None
    ) -> Promise | None:
        """Read what a provision promises; None where nothing can clash with it.

        Args:
            provision: as it is in a stretch.
            there: the agreement, as it is then.
            now: how the provision stands on the day; None where it is not there yet.
        """
        who = self._who
        clauses = scope_of(provision, there, who)
        if not _is_about_something(provision, there, clauses):
            return None
        facts = there.timeline.facts
        days = start_of(provision, facts), end_of(provision, facts)
        status, waits = ("not-yet", ()) if now is None else (now.status, now.waits_for)
        conditions = (provision.condition, *(c.condition for c in clauses))
        return Promise(
            number=0,
            held=there,
            provision=provision,
            standing=Standing(status, waits, *days),
            holders=frozenset(who.of(there.agreement, p) for p in provision.holders),
            against=_bound(provision, there, who),
            reach=self._reaches.of(clauses),
            excludes=_excludes(provision),
            forbids=_forbids(provision),
            grants=provision.kind in _GRANTS,
            permits=provision.kind in _PERMITS or reserves(provision),
            words=tuple(words for words in conditions if words),
        )


def _same(one: Promise | None, other: Promise | None) -> bool:
    """Tell whether two readings of a provision promise the same."""
    if one is None or other is None:
        return one is other
    return one._replace(provision=other.provision) == other


def _copied(provision: Provision) -> Provision:
    """Copy what is told of a provision; later events change it in place."""
    return replace(
        provision, clauses=list(provision.clauses), set_by=list(provision.set_by)
    )


def _bound(provision: Provision, held: Held, who: Identities) -> frozenset[str]:
    """Name those whom a provision binds; what is granted binds only whom it names."""
    if provision.against or _excludes(provision) or _forbids(provision):
        return bound_by(provision, held, who)
    return frozenset()


def _is_about_something(
    provision: Provision, held: Held, clauses: Sequence[Clause]
) -> bool:
    """Tell whether a provision may clash, and it is known with what.

    Without a scope a right or a ban is about everything, unless its words bound it; a
    duty is about nothing that can be compared.
    """
    if not is_unbounded(clauses):
        return provision.kind in {*_GRANTS, "restriction"} or _excludes(provision)
    is_whole = provision.kind in {*_PERMITS, "restriction"} or _excludes(provision)
    return is_whole and not is_bounded_by_words(provision, held)


def _excludes(provision: Provision) -> bool:
    """Tell whether a provision keeps others out."""
    return provision.level in EXCLUSIVE


def _forbids(provision: Provision) -> bool:
    """Tell whether a restriction forbids, and does not only set a limit."""
    return provision.kind == "restriction" and provision.terms.amount is None


def _included(clauses: Sequence[Clause]) -> Iterator[Box]:
    """Yield the boxes that a scope includes; all there is where it has none."""
    if is_unbounded(clauses):
        yield Box()
    for clause in clauses:
        if clause.include:
            yield from clause.boxes
