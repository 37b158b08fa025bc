"""The answer to "what clashes?": promises that cannot all be kept, side by side.

A promise of exclusivity clashes with what the same party grants to somebody else, and a
ban with what permits the same. Clashes are told with the two events and never resolved:
which promise prevails is not the ledger's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Literal, NamedTuple

import msgspec

from events.dates import PartialDate
from events.scope import Box, box_covers, scope_text
from projections.across import Held, Identities, KnownIn, held_on, horizon_of
from projections.answers import Range, between
from projections.bearing import (
    EXCLUSIVE,
    bound_by,
    is_bounded_by_words,
    scope_of,
)
from projections.counterparty import as_written
from projections.matching import (
    coverage,
    is_unbounded,
    meet,
    named,
    one_tag_each,
    share_an_axis,
)
from projections.provision import Clause, Provision
from projections.spans import Span
from projections.status import Standing, standing
from projections.supposals import Supposal
from projections.timeline import Timeline

CONFLICTS_SCHEMA = "whereas/conflicts/1"

_GRANTS = frozenset(("licence", "permission", "purchase", "obligation", "option"))
_PERMITS = frozenset(("licence", "permission"))


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of two provisions that clash; ``events`` granted it and set its scope."""

    agreement: str
    provision: str
    kind: str
    level: str | None
    holders: tuple[str, ...]
    against: tuple[str, ...]
    status: str
    waits_for: tuple[str, ...]
    words: tuple[str, ...]
    text: str | None
    events: tuple[int, ...]


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two provisions that cannot both be kept.

    ``clash`` is exclusivity (one party promised the same to two) or permission (one
    provision permits what another bars); ``parties`` are those who cannot keep both.
    ``between`` has the first day on which they may meet and the first on which they
    certainly no longer do. ``certain`` says that nothing else is to be known: both are
    in force at once for certain, neither hangs on words, and the scope of one says all
    that the scope of the other says.
    """

    clash: Literal["exclusivity", "permission"]
    parties: tuple[str, ...]
    overlap: str
    between: Range
    certain: bool
    sides: tuple[Side, Side]


class ConflictsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What clashes on a day or later, within agreements and across them."""

    schema: str
    on: str
    known: KnownIn
    horizon: str | None
    suppose: list[str]
    agreements: list[str]
    conflicts: list[Conflict]


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


def conflicts_answer(
    timelines: Sequence[Timeline],
    on: PartialDate,
    *,
    known: KnownIn,
    supposals: Iterable[Supposal] = (),
) -> ConflictsAnswer:
    """Tell what clashes on a day or later.

    Args:
        timelines: the agreements, with their horizon and supposals.
        on: the date asked about; a partial one asks about its last day. What has ended
            by then clashes no more.
        known: the moment of knowledge, to be told again.
        supposals: those that the timelines were made with, to be told again.

    Returns:
        The answer. Cost: each exclusivity and each ban is compared with every
        provision of the parties that it binds.
    """
    held = held_on(timelines, on.last)
    who = Identities(held)
    promises = [p for there in held for p in _promises(there, who, on.last)]
    found = [
        conflict
        for one, other in _pairs(promises)
        if (conflict := _conflict(one, other, on.last)) is not None
    ]
    return ConflictsAnswer(
        schema=CONFLICTS_SCHEMA,
        on=on.text,
        known=known,
        horizon=horizon_of(timelines),
        suppose=[supposal.text for supposal in supposals],
        agreements=[there.agreement for there in held],
        conflicts=sorted(found, key=_order),
    )


def _pairs(promises: Sequence[_Promise]) -> Iterator[tuple[_Promise, _Promise]]:
    """Yield what keeps somebody out with all that may clash with it, each pair once."""
    of_party: dict[str, list[int]] = {}
    for number, promise in enumerate(promises):
        for party in promise.holders | promise.against:
            of_party.setdefault(party, []).append(number)
    seen: set[tuple[int, int]] = set()
    for number, promise in enumerate(promises):
        if not promise.excludes and not _forbids(promise.provision):
            continue
        for party in sorted(promise.against):
            for other in of_party[party]:
                pair = min(number, other), max(number, other)
                if number != other and pair not in seen:
                    seen.add(pair)
                    yield promises[pair[0]], promises[pair[1]]


def _promises(held: Held, who: Identities, day: int) -> Iterator[_Promise]:
    """Yield the provisions of an agreement that may clash."""
    for provision in held.state.provisions.values():
        clauses = scope_of(provision, held, who)
        if not _is_about_something(provision, held, clauses):
            continue
        stand = standing(provision, held.timeline.facts, day)
        if stand.status != "ended":
            yield _Promise(
                held,
                provision,
                stand,
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
    return is_whole and not is_bounded_by_words(provision, held, clauses)


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
        if overlap and days.lo < days.hi and days.hi > day:
            return _told(clash, parties, first, second, overlap)
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
    permits = other.provision.kind in _PERMITS
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
        if common is None or not (
            share_an_axis(mine, others) or Box() in {mine, others}
        ):
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


def _told(
    clash: Literal["exclusivity", "permission"],
    parties: frozenset[str],
    one: _Promise,
    other: _Promise,
    overlap: Sequence[Box],
) -> Conflict:
    """Write a clash."""
    days = _together(one.standing, other.standing)
    certainly = max(one.standing.starts.hi, other.standing.starts.hi) < min(
        one.standing.ends.lo, other.standing.ends.lo
    )
    is_live = {one.standing.status, other.standing.status} == {"in-force"}
    return Conflict(
        clash=clash,
        parties=tuple(sorted(parties)),
        overlap=scope_text(tuple(as_written(box) for box in overlap)),
        between=between(days),
        certain=certainly
        and is_live
        and not one.words
        and not other.words
        and _says_all(one, other),
        sides=(_side(one), _side(other)),
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


def _order(conflict: Conflict) -> tuple[bool, str, str, str, str]:
    """Sort: what is certain first, then by the provisions."""
    one, other = conflict.sides
    return (
        not conflict.certain,
        *(one.agreement, one.provision, other.agreement, other.provision),
    )
