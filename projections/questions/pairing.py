"""Pairing: which promises are worth comparing.

Of many promises few can clash: those that bind or serve the same party, over scopes
that meet, on days that meet. All others are left out without being looked at, so that
the work grows with what may clash and not with all pairs.

A set of promises is a number here, with a bit for each, because sets that are joined
and cut for every promise have to be cheap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from events.scope import AXES, Box
from projections.questions.promises import Promise, Reach


def pairs(promises: Sequence[Promise]) -> Iterator[tuple[Promise, Promise]]:
    """Yield what keeps somebody out with all that may clash with it, each pair once.

    Args:
        promises: what may clash; each has its place as its number.

    Yields:
        Two promises in the order of their numbers. Some of them do not clash; all that
        do are among them.
    """
    # In the order in which they begin, each is paired with those that still hold then.
    sorted_promises = sorted(promises, key=lambda p: (p.standing.starts.lo, p.number))
    roles, scopes = _Roles(sorted_promises), _Scopes(sorted_promises)
    holding = 0
    ends: list[tuple[int, int]] = []
    for bit, promise in enumerate(sorted_promises):
        while ends and ends[0][0] <= promise.standing.starts.lo:
            holding &= ~(1 << heappop(ends)[1])
        found = holding and holding & roles.facing(promise)
        if found:
            found &= scopes.meeting(promise.reach)
        for other_bit in _bits(found):
            other = sorted_promises[other_bit]
            first = other.number < promise.number
            yield (other, promise) if first else (promise, other)
        holding |= 1 << bit
        heappush(ends, (promise.standing.ends.hi, bit))


def _bits(members: int) -> Iterator[int]:
    """Yield the places of the bits that are set."""
    while members:
        lowest = members & -members
        yield lowest.bit_length() - 1
        members ^= lowest


class _Roles:
    """Whom promises bind and serve.

    Args:
        promises: in the order of their bits.
    """

    def __init__(self, promises: Sequence[Promise]) -> None:
        self._offered: dict[str, int] = defaultdict(int)
        self._excluded: dict[str, int] = defaultdict(int)
        self._kept_out: dict[str, int] = defaultdict(int)
        self._permitted: dict[str, int] = defaultdict(int)
        self._held: dict[frozenset[str], int] = defaultdict(int)
        for bit, promise in enumerate(promises):
            member = 1 << bit
            self._held[promise.holders] |= member
            for party in promise.against:
                if promise.excludes or promise.grants:
                    self._offered[party] |= member
                if promise.excludes:
                    self._excluded[party] |= member
                if promise.excludes or promise.forbids:
                    self._kept_out[party] |= member
            if promise.permits:
                for party in promise.holders:
                    self._permitted[party] |= member

    def facing(self, promise: Promise) -> int:
        """Give those that may clash with a promise if scopes and days meet."""
        promised = permitted = 0
        for party in promise.against:
            if promise.excludes:
                promised |= self._offered[party]
            elif promise.grants:
                promised |= self._excluded[party]
            if promise.excludes or promise.forbids:
                permitted |= self._permitted[party]
        if promise.permits:
            for party in promise.holders:
                permitted |= self._kept_out[party]
        # What is promised twice to the same holders is kept for both.
        return promised & ~self._held[promise.holders] | permitted


class _Scopes:
    """What promises are about, by the tags on each axis.

    A promise with several boxes is taken as a whole, so that a few are found whose
    boxes do not meet.

    Args:
        promises: in the order of their bits.
    """

    def __init__(self, promises: Sequence[Promise]) -> None:
        self._open: dict[str, int] = defaultdict(int)
        # By axis and tag: those that name it, and those that name it or one below it.
        self._exactly: dict[tuple[str, str], int] = defaultdict(int)
        self._within: dict[tuple[str, str], int] = defaultdict(int)
        self._known: dict[int, int] = {}
        self._all = (1 << len(promises)) - 1
        for bit, promise in enumerate(promises):
            for box in promise.reach.included:
                self._add(box, 1 << bit)

    def _add(self, box: Box, member: int) -> None:
        """Note a box of a promise."""
        for axis in AXES:
            tags = getattr(box, axis)
            if not tags:
                self._open[axis] |= member
            for tag in tags:
                self._exactly[axis, tag] |= member
                for above in (tag, *_above(tag)):
                    self._within[axis, above] |= member

    def meeting(self, reach: Reach) -> int:
        """Give those whose scope may meet another."""
        found = self._known.get(reach.number)
        if found is None:
            found = 0
            for box in reach.included:
                found |= self._box(box)
            self._known[reach.number] = found
        return found

    def _box(self, box: Box) -> int:
        """Give those that may meet a box."""
        meets = self._all
        for axis in AXES:
            tags = getattr(box, axis)
            if not tags:
                continue
            touching = 0
            for tag in tags:
                touching |= self._within[axis, tag]
                for above in _above(tag):
                    touching |= self._exactly[axis, above]
            meets &= touching | self._open[axis]
        return meets


def _above(tag: str) -> Iterator[str]:
    """Yield the tags that lie above one."""
    end = tag.rfind("/")
    while end > 0:
        yield tag[:end]
        end = tag.rfind("/", 0, end)
