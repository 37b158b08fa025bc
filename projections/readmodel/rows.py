"""From what an event changes to rows: those that it closes and those that it opens.

A row says what a part is on the days ``[on_from, on_to)``, as known at the positions
``[known_from, known_to)``. Rows are opened and closed and otherwise never change, so
that an answer as known earlier stays what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from events.dates import INF
from events.entry import Entry
from events.errors import InputError
from projections.fold.record import as_recorded, damage
from projections.readmodel.growing import Growing, Segment
from projections.readmodel.parts import Key

# Behind every position: a row that is known so until something else is learned.
OPEN = 2**53
# Behind every day, also the infinite one.
FOREVER = INF + 1


class Row:
    """One row, open until it is closed.

    Attributes:
        key: the part.
        segment: what it is.
        on_to: the day before which it is so, an ordinal.
        known_from: the position of the event that says so.
        known_to: the position of the event from which on it is known otherwise.
        number: its id in the table, 0 while it is in none.
    """

    __slots__ = ("key", "known_from", "known_to", "number", "on_to", "segment")

    def __init__(self, key: Key, segment: Segment, on_to: int, known_from: int) -> None:
        self.key = key
        self.segment = segment
        self.on_to = on_to
        self.known_from = known_from
        self.known_to = OPEN
        self.number = 0


class Changes(NamedTuple):
    """What an event does to the rows of its agreement."""

    closed: list[Row]
    opened: list[Row]


class Rows:
    """The open rows of an agreement, and the agreement as it grows.

    Attributes:
        open: the open rows, by part and first day.
    """

    def __init__(self) -> None:
        self.open: dict[tuple[Key, int], Row] = {}
        self._growing = Growing()

    def begin(self, entries: Sequence[Entry]) -> None:
        """Take the first events, whose rows are in the tables already.

        Raises:
            Integrity: there is a correction among them that cannot be applied.
        """
        with as_recorded(entries[0].envelope.agreement):
            for key, _, after in self._growing.begin(entries):
                for (_, on_to), segment in _ranges(after).items():
                    # Since when it is known so is in the tables, and nobody asks it.
                    self.open[key, segment.on_from] = Row(key, segment, on_to, 0)

    def take(self, entry: Entry) -> Changes:
        """Take the next event of the agreement.

        Raises:
            Integrity: it is a correction that cannot be applied.
        """
        changes = Changes([], [])
        try:
            for key, before, after in self._growing.take(entry):
                self._compare(key, before, after, entry.position, changes)
        except InputError as error:
            raise damage(entry.envelope.agreement, error) from error
        return changes

    def _compare(
        self,
        key: Key,
        before: Sequence[Segment],
        after: Sequence[Segment],
        position: int,
        changes: Changes,
    ) -> None:
        """Close the rows of segments that are gone, and open those of new ones."""
        # Most segments stay what they were, though the last of those may end elsewhere.
        same = max(_in_common(before, after) - 1, 0)
        old, new = _ranges(before[same:]), _ranges(after[same:])
        for range_, segment in old.items():
            if new.get(range_) != segment:
                row = self.open.pop((key, segment.on_from))
                row.known_to = position
                changes.closed.append(row)
        for range_, segment in new.items():
            if old.get(range_) != segment:
                row = Row(key, segment, range_[1], position)
                self.open[key, segment.on_from] = row
                changes.opened.append(row)


def _in_common(before: Sequence[Segment], after: Sequence[Segment]) -> int:
    """Count the segments that two lists begin with."""
    for at, (old, new) in enumerate(zip(before, after, strict=False)):
        if old is not new and old != new:
            return at
    return min(len(before), len(after))


def _ranges(segments: Sequence[Segment]) -> dict[tuple[int, int], Segment]:
    """Map the days on which segments are so to the segments."""
    ends = [segment.on_from for segment in segments[1:]]
    ends.append(FOREVER)
    return {(s.on_from, end): s for s, end in zip(segments, ends, strict=False)}
