"""What clashes, as it is defined: every provision compared with every other one.

Slow and plain, for the tests to hold the answer to; nothing is left out beforehand and
nothing is remembered from one comparison to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product
from typing import Literal, NamedTuple

from msgspec.structs import replace

from events.dates import INF, PartialDate
from events.scope import Box, box_covers, scope_text
from projections.fold.provision import Clause, Provision
from projections.fold.resolving import may_pause_on, pause_of
from projections.fold.spans import Span
from projections.fold.status import Standing, standing
from projections.fold.timeline import Timeline
from projections.questions.across import Held, Identities, held_on
from projections.questions.bearing import (
    EXCLUSIVE,
    bound_by,
    is_bounded_by_words,
    reserves,
    scope_of,
)
from projections.questions.conflicts import Conflict, Side
from projections.questions.counterparty import as_written
from projections.questions.matching import (
    coverage,
    is_unbounded,
    meet,
    named,
    one_tag_each,
    share_an_axis,
)
from projections.questions.provisions import between

_GRANTS = frozenset(("licence", "permission", "purchase", "obligation", "option"))
_PERMITS = frozenset(("licence", "permission"))


class _Promise(NamedTuple):
    """A provision that has not ended, as seen from all agreements."""

    held: Held
    provision: Provision
    standing: Standing
    holders: frozenset[str]
    against: frozenset[str]
    clauses: Sequence[Clause]

    @property
    def excludes(self) -> bool:
        """Tell whether it keeps others out."""
        return _excludes(self.provision)

    @property
    def words(self) -> tuple[str, ...]:
        """List the words that it hangs on."""
        conditions = [clause.condition for clause in self.clauses]
        return tuple(c for c in (self.provision.condition, *conditions) if c)


def conflicts_pairwise(
    timelines: Sequence[Timeline], on: PartialDate
) -> list[Conflict]:
    """List what clashes on a day or later, what is certain first.

    Between two days on which anything takes effect all stay as they are, so that all
    are compared on each of these days; two provisions that clash clash once, until they
    do no more.
    """
    day = on.last
    days = [*sorted({s.day for there in timelines for s in there.steps}), INF + 1]
    found: dict[frozenset[tuple[str, str]], list[tuple[Conflict, Span]]] = {}
    for first, last in pairwise(days):
        held = held_on(timelines, first)
        who = Identities(held_on(timelines, INF))
        for there in held:
            who.follow(there)
        promises = [
            p for there in held for p in _promises(there, who, day, Span(first, last))
        ]
        for one, other in combinations(promises, 2):
            told = _conflict(one, other, day)
            if told is not None:
                key = frozenset((s.agreement, s.provision) for s in told.sides)
                span = _together(one.standing, other.standing)
                found.setdefault(key, []).append((told, span))
    runs = [run for several in found.values() for run in _runs(several)]
    live = [(_told_of(run, day), run[0][1]) for run in runs if run[-1][1].hi > day]
    live.sort(key=lambda one: (_order(one[0]), one[1]))
    return [told for told, _ in live]


def _runs(
    several: Sequence[tuple[Conflict, Span]],
) -> list[list[tuple[Conflict, Span]]]:
    """Divide the days of a clash where it stops."""
    runs: list[list[tuple[Conflict, Span]]] = []
    for one in several:
        if not runs or runs[-1][-1][1].hi < one[1].lo:
            runs.append([])
        runs[-1].append(one)
    return runs


def _told_of(run: Sequence[tuple[Conflict, Span]], day: int) -> Conflict:
    """Tell what clashes as it is where it is certain, and first, of what is to come."""
    live = [told for told, days in run if days.hi > day]
    told = next((told for told in live if told.certain), live[0])
    return replace(told, between=between(Span(run[0][1].lo, run[-1][1].hi)))


def _promises(held: Held, who: Identities, day: int, clip: Span) -> Iterator[_Promise]:
    """Yield the provisions of an agreement that may clash."""
    for provision in held.state.provisions.values():
        clauses = scope_of(provision, held, who)
        if not _is_about_something(provision, held, clauses):
            continue
        now = held.timeline.state(day).provisions.get(provision.id)
        facts = held.timeline.facts
        stand = standing(provision, facts, clip.lo)
        how = Standing("not-yet", (), *stand[2:])
        if now is not None:
            how = standing(now, facts, day)
        (start, starts), (end, ends) = stand.starts, stand.ends
        clipped = how._replace(
            starts=Span(max(start, clip.lo), max(starts, clip.lo)),
            ends=Span(min(end, clip.hi), min(ends, clip.hi)),
        )
        if stand.status != "ended" and clipped.ends.hi > clipped.starts.lo:
            yield _Promise(
                held,
                provision,
                clipped,
                frozenset(who.of(held.agreement, p) for p in provision.holders),
                _bound(provision, held, who),
                clauses,
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


def _conflict(one: _Promise, other: _Promise, day: int) -> Conflict | None:
    """Compare two promises, in either order."""
    for first, second in ((one, other), (other, one)):
        clash, parties = _clash(first, second)
        if clash is None:
            continue
        overlap = _overlap(first, second)
        days = _together(first.standing, second.standing)
        if overlap and days.lo < days.hi:
            return _told(clash, parties, first, second, overlap, day)
    return None


def _clash(
    one: _Promise, other: _Promise
) -> tuple[Literal["exclusivity", "permission"] | None, frozenset[str]]:
    """Tell how two promises may clash, and who could not keep both."""
    if one.held is other.held and one.provision.over == other.provision.id:
        return None, frozenset()
    if one.excludes and (other.excludes or other.provision.kind in _GRANTS):
        bound = one.against & other.against
        # What the parties who are kept out may still do is none of the holder's.
        if bound and other.holders - one.holders - bound:
            return "exclusivity", bound
    permits = other.provision.kind in _PERMITS or reserves(other.provision)
    if permits and (one.excludes or _forbids(one.provision)):
        bound = (one.against & other.holders) - one.holders
        if bound:
            return "permission", bound
    return None, frozenset()


def _forbids(provision: Provision) -> bool:
    """Tell whether a restriction forbids, and does not only set a limit."""
    return provision.kind == "restriction" and provision.terms.amount is None


def _overlap(one: _Promise, other: _Promise) -> list[Box]:
    """List what both scopes hold, a tag on each axis; the widest only."""
    found = []
    for mine, others in product(_included(one.clauses), _included(other.clauses)):
        common = meet(mine, others)
        if common is None:
            continue
        found += [
            box
            for box in one_tag_each(common)
            if coverage(one.clauses, box).possible
            and coverage(other.clauses, box).possible
        ]
    return [
        box
        for box in dict.fromkeys(found)
        if not any(b != box and box_covers(b, box) for b in found)
    ]


def _included(clauses: Sequence[Clause]) -> Iterator[Box]:
    """Yield the boxes that a scope includes; all there is where it has none."""
    if not clauses or not clauses[0].include:
        yield Box()
    for clause in clauses:
        if clause.include:
            yield from clause.boxes


def _together(one: Standing, other: Standing) -> Span:
    """Give the first day on which both may hold, and the first when not."""
    return Span(max(one.starts.lo, other.starts.lo), min(one.ends.hi, other.ends.hi))


def _meet_for_certain(one: _Promise, other: _Promise, day: int) -> bool:
    """Tell whether there is a day to come on which both are in force for certain."""
    first = max(day, one.standing.starts.hi, other.standing.starts.hi)
    last = min(one.standing.ends.lo, other.standing.ends.lo)
    pauses = (pause_of(p.provision, p.held.timeline.facts) for p in (one, other))
    resumed = (pause[1].hi for pause in pauses if pause is not None)
    return any(
        first <= tried < last
        and not any(
            may_pause_on(p.provision, p.held.timeline.facts, tried)
            for p in (one, other)
        )
        for tried in (first, *resumed)
    )


def _told(
    clash: Literal["exclusivity", "permission"],
    parties: frozenset[str],
    one: _Promise,
    other: _Promise,
    overlap: Sequence[Box],
    day: int,
) -> Conflict:
    """Write a clash."""
    days = _together(one.standing, other.standing)
    return Conflict(
        clash=clash,
        parties=tuple(sorted(parties)),
        overlap=scope_text(tuple(as_written(box) for box in overlap)),
        between=between(days),
        certain=_meet_for_certain(one, other, day)
        and not one.words
        and not other.words
        and _says_all(one, other),
        crossing=not _share(one, other),
        sides=(_side(one), _side(other)),
    )


def _share(one: _Promise, other: _Promise) -> bool:
    """Tell whether what both hold lies on an axis that both name, or one is open."""
    return any(
        share_an_axis(mine, others) or Box() in {mine, others}
        for mine, others in product(_included(one.clauses), _included(other.clauses))
        for box in one_tag_each(meet(mine, others) or Box())
        if meet(mine, others) is not None
        and coverage(one.clauses, box).possible
        and coverage(other.clauses, box).possible
    )


def _says_all(one: _Promise, other: _Promise) -> bool:
    """Tell whether the scope of one names every axis that the other names."""
    mine, others = (
        {axis for box in _included(p.clauses) for axis in named(box)}
        for p in (one, other)
    )
    return mine <= others or others <= mine


def _side(promise: _Promise) -> Side:
    """Write one of two provisions that clash."""
    provision = promise.provision
    events = {provision.set_by[0], *(clause.seq for clause in provision.clauses)}
    return Side(
        agreement=promise.held.agreement,
        provision=provision.id,
        kind=provision.kind,
        level=provision.level,
        holders=provision.holders,
        against=provision.against,
        status=promise.standing.status,
        waits_for=promise.standing.waits_for,
        words=promise.words,
        text=provision.text,
        events=tuple(sorted(events)),
    )


def _order(conflict: Conflict) -> tuple[bool, bool, str, str, str, str]:
    """Sort: what is certain first and what only crosses last, then by provisions."""
    one, other = conflict.sides
    return (
        not conflict.certain,
        conflict.crossing,
        *(one.agreement, one.provision, other.agreement, other.provision),
    )
