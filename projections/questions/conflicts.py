"""The answer to "what clashes?": promises that cannot all be kept, side by side.

A promise of exclusivity clashes with what the same party grants to somebody else, and a
ban with what permits the same. Clashes are told with the two events and never resolved:
which promise prevails is not the ledger's to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import product
from typing import Literal, NamedTuple

import msgspec

from events.dates import PartialDate
from events.scope import Box, box_covers, scope_text
from projections.fold.spans import Span
from projections.fold.supposals import Supposal
from projections.fold.timeline import Timeline
from projections.questions.across import KnownIn, held_on, horizon_of
from projections.questions.counterparty import as_written
from projections.questions.matching import coverage, meet, one_tag_each, share_an_axis
from projections.questions.pairing import pairs
from projections.questions.promises import Promise, Reach, promises_of
from projections.questions.provisions import Range, between

CONFLICTS_SCHEMA = "whereas/conflicts/1"

Clash = Literal["exclusivity", "permission"]


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
    certainly no longer do, as far as recorded events tell, also those that take effect
    later: two that clash, stop and clash again clash twice. ``certain`` says that
    nothing else is to be known: both are in force at once for certain, on the date or
    later, neither hangs on words, and the scope of one says all that the scope of the
    other says. ``crossing`` says that they name no axis in
    common, so that they clash only where one act is what both speak of.
    """

    clash: Clash
    parties: tuple[str, ...]
    overlap: str
    between: Range
    certain: bool
    crossing: bool
    sides: tuple[Side, Side]


class ConflictsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What clashes on a day or later, within agreements and across them.

    ``more`` counts the conflicts that were found and are left out of ``conflicts``,
    because no more were wanted.
    """

    schema: str
    on: str
    known: KnownIn
    horizon: str | None
    suppose: list[str]
    agreements: list[str]
    conflicts: list[Conflict]
    more: int = 0


class Overlap(NamedTuple):
    """What two scopes have in common, and whether they name an axis in common."""

    text: str
    crossing: bool


class Found(NamedTuple):
    """Two promises that clash, before anybody writes it; see :class:`Conflict`."""

    clash: Clash
    parties: frozenset[str]
    overlap: Overlap
    days: Span
    certain: bool
    one: Promise
    other: Promise


def conflicts_answer(
    timelines: Sequence[Timeline],
    on: PartialDate,
    *,
    known: KnownIn,
    supposals: Iterable[Supposal] = (),
    limit: int | None = None,
) -> ConflictsAnswer:
    """Tell what clashes on a day or later.

    Args:
        timelines: the agreements, with their horizon and supposals.
        on: the date asked about; a partial one asks about its last day. What has ended
            by then clashes no more.
        known: the moment of knowledge, to be told again.
        supposals: those that the timelines were made with, to be told again.
        limit: how many to tell, the first in their order; all by default.

    Returns:
        The answer. Cost: what keeps others out is compared with what may be in its
        way; see :mod:`projections.questions.pairing`.
    """
    held = held_on(timelines, on.last)
    overlaps = Overlaps()
    by_pair: dict[_Pair, list[Found]] = defaultdict(list)
    for one, other in pairs(promises_of(held, on.last)):
        conflict = compare(one, other, overlaps)
        if conflict is not None:
            by_pair[_pair(conflict)].append(conflict)
    found = [one for several in by_pair.values() for one in _runs(several, on.last)]
    told = found if limit is None else nsmallest(limit, found, key=_order)
    writing = _Writing()
    return ConflictsAnswer(
        schema=CONFLICTS_SCHEMA,
        on=on.text,
        known=known,
        horizon=horizon_of(timelines),
        suppose=[supposal.text for supposal in supposals],
        agreements=[there.agreement for there in held],
        conflicts=[writing.conflict(one) for one in sorted(told, key=_order)],
        more=len(found) - len(told),
    )


class Overlaps:
    """What scopes have in common; two are compared once, whoever has them."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Overlap | None] = {}

    def of(self, one: Reach, other: Reach) -> Overlap | None:
        """Tell what both scopes hold; None where it is nothing."""
        key = one.number, other.number
        if key not in self._known:
            self._known[key] = _overlap(one, other)
        return self._known[key]


def compare(one: Promise, other: Promise, overlaps: Overlaps) -> Found | None:
    """Compare two promises, in either order."""
    days = _together(one, other)
    if days.lo >= days.hi:
        return None
    for first, second in ((one, other), (other, one)):
        clash, parties = _clash(first, second)
        if clash is None:
            continue
        overlap = overlaps.of(first.reach, second.reach)
        if overlap is not None:
            is_certain = _is_certain(first, second)
            return Found(clash, parties, overlap, days, is_certain, first, second)
    return None


# The agreement and the provision of each of two that clash.
_Pair = frozenset[tuple[str, str]]


def _pair(found: Found) -> _Pair:
    """Name the provisions that clash, in whatever order."""
    both = (found.one, found.other)
    return frozenset((one.held.agreement, one.provision.id) for one in both)


def _runs(several: Iterable[Found], day: int) -> Iterator[Found]:
    """Join what two provisions promise before and after an event: they clash once.

    They clash anew after days on which they do not. What clashes is told as it is
    where it is certain, and first, of what has not ended by a day.
    """
    runs: list[list[Found]] = []
    for found in sorted(several, key=lambda found: found.days):
        if runs and runs[-1][-1].days.hi >= found.days.lo:
            runs[-1].append(found)
        else:
            runs.append([found])
    for run in runs:
        days = Span(run[0].days.lo, run[-1].days.hi)
        live = (found for found in run if found.days.hi > day)
        told = min(live, key=lambda found: not found.certain, default=None)
        if told is not None:
            yield told._replace(days=days)


def _clash(one: Promise, other: Promise) -> tuple[Clash | None, frozenset[str]]:
    """Tell how two promises may clash, and who could not keep both."""
    if one.held is other.held and one.provision.over == other.provision.id:
        return None, frozenset()
    if one.excludes and (other.excludes or other.grants):
        bound = one.against & other.against
        # What the parties who are kept out may still do is none of the holder's.
        if bound and other.holders - one.holders - bound:
            return "exclusivity", bound
    if other.permits and (one.excludes or one.forbids):
        bound = (one.against & other.holders) - one.holders
        if bound:
            return "permission", bound
    return None, frozenset()


def _overlap(one: Reach, other: Reach) -> Overlap | None:
    """Write what both scopes hold, a tag on each axis; the widest only."""
    found: dict[Box, bool] = {}
    for mine, others in product(one.included, other.included):
        common = meet(mine, others)
        if common is None:
            continue
        crossing = not (share_an_axis(mine, others) or Box() in {mine, others})
        for box in one_tag_each(common):
            if (
                coverage(one.clauses, box).possible
                and coverage(other.clauses, box).possible
            ):
                found[box] = found.get(box, True) and crossing
    widest = [
        box for box in found if not any(b != box and box_covers(b, box) for b in found)
    ]
    if not widest:
        return None
    text = scope_text(tuple(as_written(box) for box in widest))
    return Overlap(text, all(found.values()))


def _together(one: Promise, other: Promise) -> Span:
    """Give the first day on which both may hold, and the first when not."""
    mine, others = one.standing, other.standing
    return Span(
        max(mine.starts.lo, others.starts.lo), min(mine.ends.hi, others.ends.hi)
    )


def _is_certain(one: Promise, other: Promise) -> bool:
    """Tell whether nothing else is to be known for two promises to clash."""
    return (
        not one.words
        and not other.words
        and any(
            max(mine.lo, others.lo) < min(mine.hi, others.hi)
            for mine in one.sure
            for others in other.sure
        )
        # The scope of one names every axis that the other names.
        and (one.reach.axes <= other.reach.axes or other.reach.axes <= one.reach.axes)
    )


class _Writing:
    """Conflicts as they are told; what they have in common is written once."""

    def __init__(self) -> None:
        self._sides: dict[int, Side] = {}
        self._days: dict[Span, Range] = {}

    def conflict(self, found: Found) -> Conflict:
        """Write a clash."""
        days = found.days
        if days not in self._days:
            self._days[days] = between(days)
        return Conflict(
            clash=found.clash,
            parties=tuple(sorted(found.parties)),
            overlap=found.overlap.text,
            between=self._days[days],
            certain=found.certain,
            crossing=found.overlap.crossing,
            sides=(self._side(found.one), self._side(found.other)),
        )

    def _side(self, promise: Promise) -> Side:
        """Write one of two provisions that clash."""
        if promise.number not in self._sides:
            self._sides[promise.number] = _side(promise)
        return self._sides[promise.number]


def _side(promise: Promise) -> Side:
    """Write a provision that clashes."""
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


def _order(found: Found) -> tuple[bool, bool, str, str, str, str, Span]:
    """Sort: what is certain first and what only crosses last, then by provisions."""
    one, other = found.one, found.other
    return (
        not found.certain,
        found.overlap.crossing,
        *(one.held.agreement, one.provision.id),
        *(other.held.agreement, other.provision.id),
        found.days,
    )
