"""Spans: the days on one of which something happens."""

from __future__ import annotations

from typing import NamedTuple

from events.dates import INF, NEG_INF, PartialDate


class Span(NamedTuple):
    """The possible days of an instant, both ends included.

    Days are ordinals; ``NEG_INF`` and ``INF`` stand for no bound.
    """

    lo: int
    hi: int

    @property
    def exact(self) -> bool:
        """Tell whether there is one possible day only."""
        return self.lo == self.hi

    def meets(self, other: Span) -> bool:
        """Tell whether both may be the same day."""
        return self.lo <= other.hi and other.lo <= self.hi


ALWAYS_UNKNOWN = Span(NEG_INF, INF)
NEVER = Span(INF, INF)


def date_span(date: PartialDate) -> Span:
    """Give the days of a date."""
    return Span(date.first, date.last)
