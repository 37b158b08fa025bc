"""Promises: the provisions that may clash, with all that is compared worked out once.

Each provision is compared with many others, so that what it is about, whom it binds and
when it holds is settled here, before any comparison.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from msgspec.structs import replace

from events.dates import INF, NEG_INF
from events.frame import (
    AgreementEnded,
    AgreementOpened,
    PartyJoined,
    PartyRestructured,
)
from events.scope import Box, Scope
from projections.fold.folding import fold
from projections.fold.provision import Clause, Provision
from projections.fold.resolving import end_of, pause_of, start_of
from projections.fold.spans import NEVER, Span
from projections.fold.state import State
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
# The parties are those whom a ban on nobody by name binds, or who came after those.
_TOUCH_ALL = (AgreementEnded, AgreementOpened, PartyJoined, PartyRestructured)


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
            ends, within the days on which it is as it is here.
        pause: the days on which it pauses, or may; the end is not among them.
        sure: the days, from the one asked about, on which it is in force for certain.
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
    pause: Span
    sure: tuple[Span, ...]
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

    What events make of a provision is a promise of its own, which begins with them; so
    is what they bring into being. What it was before is told too, so that the days are
    the same whatever day is asked about.

    Args:
        held: the agreements on that day. Their states are of no further use.
        day: what has ended by then clashes no more.
    """
    now = [_stands(there, day) for there in held]
    for there in held:
        steps = there.timeline.steps[len(there.timeline.upto(day)) :]
        fold(steps, there.timeline.facts, there.state)
    reading = _Reading(Identities(held), Reaches(), day)
    found = [
        promise
        for there, standings in zip(held, now, strict=True)
        for promise in reading.of(there, standings)
    ]
    return [promise._replace(number=n) for n, promise in enumerate(found)]


def _stands(there: Held, day: int) -> dict[str, Standing]:
    """Tell how each provision of an agreement stands on the day of its state."""
    facts, provisions = there.timeline.facts, there.state.provisions
    return {name: standing(one, facts, day) for name, one in provisions.items()}


class _Reading:
    """Agreements, as they are read for what may clash.

    Args:
        who: who is who, whatever the day; who comes after whom is read on the way.
        reaches: what provisions are about.
        day: the day that is asked about, an ordinal.
    """

    def __init__(self, who: Identities, reaches: Reaches, day: int) -> None:
        self._who = who
        self._reaches = reaches
        self._day = day

    def of(self, there: Held, now: Mapping[str, Standing]) -> Iterator[Promise]:
        """Yield what an agreement promises, with the days on which it says so."""
        then = there._replace(state=State())
        said: dict[str, list[tuple[Promise | None, Span]]] = defaultdict(list)
        walk = stretches(
            there.timeline, then.state, Span(NEG_INF, INF), touch_all=_TOUCH_ALL
        )
        for provision, (first, last) in walk:
            self._who.follow(then)
            promise = self._read(provision, then, now.get(provision.id))
            if promise is not None and last < INF:
                promise = promise._replace(provision=_copied(promise.provision))
            before = said[provision.id]
            if before and _same(before[-1][0], promise):
                earlier, since = before.pop()
                # It is told as it is on the day, or first after it.
                told = earlier if since.hi >= self._day else promise
                before.append((told, Span(since.lo, last)))
            else:
                before.append((promise, Span(first, last)))
        # In the order in which they were granted.
        for name in then.state.provisions:
            kept = [*_kept(said[name], self._day)]
            if any(promise.standing.ends.hi > self._day for promise in kept):
                yield from kept

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
        pause = pause_of(provision, facts)
        return Promise(
            number=0,
            held=there,
            provision=provision,
            standing=Standing(status, waits, *days),
            pause=NEVER if pause is None else Span(pause[0].lo, pause[1].hi),
            sure=(),
            holders=frozenset(who.of(there.agreement, p) for p in provision.holders),
            against=_bound(provision, there, who),
            reach=self._reaches.of(clauses),
            excludes=_excludes(provision),
            forbids=_forbids(provision),
            grants=provision.kind in _GRANTS,
            permits=provision.kind in _PERMITS or reserves(provision),
            words=tuple(words for words in conditions if words),
        )


def _kept(said: Iterable[tuple[Promise | None, Span]], day: int) -> Iterator[Promise]:
    """Yield what a provision promises, each within the days on which it is said."""
    for promise, days in said:
        if promise is None:
            continue
        starts, ends = promise.standing.starts, promise.standing.ends
        standing = promise.standing._replace(
            starts=Span(max(starts.lo, days.lo), max(starts.hi, days.lo)),
            ends=Span(min(ends.lo, days.hi + 1), min(ends.hi, days.hi + 1)),
        )
        if standing.ends.hi > standing.starts.lo:
            sure = Span(max(standing.starts.hi, day), standing.ends.lo)
            yield promise._replace(
                standing=standing, sure=(*_outside(promise.pause, sure),)
            )


def _outside(pause: Span, days: Span) -> Iterator[Span]:
    """Yield the days before a pause and those after it; an end is not among them."""
    yield Span(days.lo, min(days.hi, pause.lo))
    yield Span(max(days.lo, pause.hi), days.hi)


def _same(one: Promise | None, other: Promise | None) -> bool:
    """Tell whether two readings of a provision promise the same, and read the same."""
    if one is None or other is None:
        return one is other
    alike = one._replace(provision=other.provision) == other
    return alike and _shown(one.provision) == _shown(other.provision)


# What of a provision is told beside what it promises, and may change.
_shown = attrgetter("level", "holders", "against")


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
