"""Promises: the provisions that may clash, with all that is compared worked out once.

Each provision is compared with many others, so that what it is about, whom it binds and
when it holds is settled here, before any comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from events.scope import Box, Scope
from projections.fold.provision import Clause, Provision
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

_GRANTS = frozenset(("licence", "permission", "purchase", "obligation", "option"))
_PERMITS = frozenset(("licence", "permission"))


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

    Args:
        held: the agreements on that day.
        day: what has ended by then clashes no more.
    """
    who, reaches = Identities(held), Reaches()
    found: list[Promise] = []
    for there in held:
        for provision in there.state.provisions.values():
            clauses = scope_of(provision, there, who)
            if not _is_about_something(provision, there, clauses):
                continue
            stand = standing(provision, there.timeline.facts, day)
            if stand.status == "ended":
                continue
            conditions = (provision.condition, *(c.condition for c in clauses))
            found.append(
                Promise(
                    number=len(found),
                    held=there,
                    provision=provision,
                    standing=stand,
                    holders=frozenset(
                        who.of(there.agreement, p) for p in provision.holders
                    ),
                    against=_bound(provision, there, who),
                    reach=reaches.of(clauses),
                    excludes=_excludes(provision),
                    forbids=_forbids(provision),
                    grants=provision.kind in _GRANTS,
                    permits=provision.kind in _PERMITS or reserves(provision),
                    words=tuple(words for words in conditions if words),
                )
            )
    return found


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
    return is_whole and not is_bounded_by_words(provision, held, clauses)


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
