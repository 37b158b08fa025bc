"""Check that events follow one another: links, numbers, batches, instants.

Each agreement is a chain: its events are numbered from 1 without a gap, and each names
the hash of the one before. A batch is there as a whole. Every event was recorded later
than every event before it, and not later than somebody outside saw a head over it.

What is carried from one event to the next is small, and an entry an agreement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from events.entry import Batch
from events.errors import Integrity
from ledger.audit.leaf import Leaf

# How far an agreement has come: the number and the leaf hash of its last event.
Last = tuple[int, bytes]

NOTHING: Last = (0, b"")


class Bound(NamedTuple):
    """Events below ``size`` were recorded at ``instant`` or before, says ``by``."""

    size: int
    instant: str
    by: str


class Chain:
    """What is known of the events seen so far.

    Args:
        bounds: what others saw, in any order.
        loose: streams of which only single events are seen.
    """

    def __init__(
        self, bounds: Sequence[Bound] = (), *, loose: frozenset[str] = frozenset()
    ) -> None:
        self.last: dict[str, Last] = {}
        self.recorded_at = ""
        self.events = 0
        self._loose = loose
        self._batch: Batch | None = None
        self._next = 0
        self._bounds = _tightened(bounds)

    def follow(self, leaf: Leaf, hashed: bytes) -> None:
        """Check that an event follows those before it, in order of position.

        Raises:
            Integrity: it does not.
        """
        agreement, seq = leaf.agreement, leaf.seq
        last_seq, last_leaf = self.last.get(agreement, NOTHING)
        expected = last_leaf.hex() if last_seq else None
        if seq != last_seq + 1 or leaf.prev != expected:
            self._check_link(leaf, last_seq, expected)
        self.last[agreement] = (seq, hashed)
        instant = leaf.recorded_at
        if instant <= self.recorded_at:
            raise Integrity(
                f"pos:{leaf.position} was recorded at {instant}, not after the event"
                f" before it ({self.recorded_at})",
                position=leaf.position,
                expected=f"after {self.recorded_at}",
                found=instant,
            )
        self.recorded_at = instant
        if self._bounds:
            self._check_bounds(leaf)
        if leaf.batch is not None or self._batch is not None:
            self._check_batch(leaf)
        self._next = leaf.position + 1
        self.events += 1

    def finish(self, size: int) -> None:
        """Check that nothing is left open at the end of a log of that size."""
        if self._next == size:
            self._close_batch(size)

    def _check_link(self, leaf: Leaf, last_seq: int, expected: str | None) -> None:
        """Say what is wrong with a link, unless the stream is seen in part."""
        if leaf.agreement in self._loose:
            return
        if leaf.seq != last_seq + 1:
            raise Integrity(
                f"pos:{leaf.position} is {leaf.agreement} @{leaf.seq}; the next event"
                f" of it is @{last_seq + 1}",
                position=leaf.position,
                expected=last_seq + 1,
                found=leaf.seq,
            )
        raise Integrity(
            f"pos:{leaf.position} does not name the event before it in"
            f" {leaf.agreement}",
            position=leaf.position,
            expected=expected,
            found=leaf.prev,
        )

    def _check_bounds(self, leaf: Leaf) -> None:
        while self._bounds and self._bounds[-1].size <= leaf.position:
            self._bounds.pop()
        if self._bounds and leaf.recorded_at > self._bounds[-1].instant:
            bound = self._bounds[-1]
            raise Integrity(
                f"pos:{leaf.position} says that it was recorded at"
                f" {leaf.recorded_at}, but {bound.by} saw a head of {bound.size}"
                f" events by {bound.instant}",
                position=leaf.position,
                expected=f"{bound.instant} or before",
                found=leaf.recorded_at,
            )

    def _check_batch(self, leaf: Leaf) -> None:
        now, before = leaf.batch, self._batch
        self._batch = now
        if now is not None and not 1 <= now.i <= now.n:
            raise Integrity(
                f"pos:{leaf.position} is event {now.i} of a batch of {now.n}",
                position=leaf.position,
            )
        if leaf.position != self._next:
            # Events between are not here, so the batches around them stay unjudged.
            return
        if before is not None and before.i < before.n:
            if now != Batch(before.i + 1, before.id, before.n):
                self._batch = before
                self._close_batch(leaf.position)
        elif now is not None and now.i != 1:
            raise Integrity(
                f"pos:{leaf.position} is event {now.i} of the batch {now.id}, which"
                " does not begin before it",
                position=leaf.position,
                expected=1,
                found=now.i,
            )

    def _close_batch(self, position: int) -> None:
        batch = self._batch
        if batch is not None and batch.i < batch.n:
            raise Integrity(
                f"the batch {batch.id} of {batch.n} events ends after {batch.i}",
                position=position,
                expected=batch.n,
                found=batch.i,
            )


def _tightened(bounds: Sequence[Bound]) -> list[Bound]:
    """Sort bounds, the smallest head last, each with the earliest instant that binds.

    Whoever saw a large head early saw every smaller one as early.
    """
    tight: list[Bound] = []
    for bound in sorted(bounds, key=lambda bound: bound.size, reverse=True):
        earlier = not tight or bound.instant < tight[-1].instant
        tight.append(bound if earlier else tight[-1]._replace(size=bound.size))
    return tight
