"""When a term that renews itself ends.

The ends are E0, E1 = E0 + P, E2 = E0 + 2 P and so on, each counted from E0. A notice
on day n stops the first of them whose deadline, so long before it, is n or later.
Silence is a notice that comes at the horizon or later, or never.

The days of E0 and of the notice may be imprecise. The span then holds every end that
is possible, and at its outer ends may hold days that are none.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from events.dates import INF, LAST_DAY, NEG_INF, day_text
from events.when import Duration, Renews
from projections.fold.facts import Dated, Facts
from projections.fold.moving import (
    END_OF_CALENDAR,
    LEAST_DAYS_IN,
    after,
    before,
    first_from,
)
from projections.fold.provision import Provision
from projections.fold.spans import NEVER, Span


def notices_of(facts: Facts, provision: Provision | None) -> list[Dated]:
    """List the notices of non-renewal that may count for the term of a provision.

    One that was given before the term was agreed is about the term before it.
    """
    if provision is None:
        return []
    given = facts.notices.get(provision.id, ())
    return [notice for notice in given if notice.span.hi >= provision.term_since]


def is_noticed(facts: Facts, provision: Provision | None) -> bool:
    """Tell whether a notice certainly counts for the term of a provision."""
    return provision is not None and any(
        notice.span.lo >= provision.term_since
        for notice in notices_of(facts, provision)
    )


def notice_span(facts: Facts, provision: Provision | None) -> Span:
    """Give the days of the first notice of non-renewal that counts.

    One that may have been given before the term was agreed may count or not.
    """
    spans = [notice.span for notice in notices_of(facts, provision)]
    since = NEG_INF if provision is None else provision.term_since
    first = min((max(span.lo, since) for span in spans), default=facts.horizon)
    if not is_noticed(facts, provision):
        return Span(min(first, facts.horizon), INF)
    return Span(first, min(span.hi for span in spans if span.lo >= since))


def counts_of(expr: Renews) -> range:
    """Give the numbers, from 0, of the ends of terms that can be renewed."""
    if expr.at_most is not None:
        return range(expr.at_most)
    every = expr.every
    # By then every term has left the calendar.
    return range(END_OF_CALENDAR // (every.count * LEAST_DAYS_IN[every.unit]) + 2)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A term that renews itself, with what is known of its first end and of notices.

    Attributes:
        expr: what is written.
        first: the days of the first end.
        notice: the days of the first notice.
    """

    expr: Renews
    first: Span
    notice: Span

    @lru_cache(maxsize=65_536)  # noqa: B019  # renewals are values, and few
    def span(self) -> Span:
        """Give the days of the end; they are remembered, as finding them takes long."""
        expr = self.expr
        if expr.notice is None:
            return NEVER if expr.at_most is None else self._after(expr.at_most)
        earliest, latest = self._outer()
        return Span(earliest.lo, latest.hi)

    def hangs_on_notice(self) -> bool:
        """Tell whether more about the notice may tell more about the end."""
        if self.expr.notice is None:
            return False
        earliest, latest = self._outer()
        return earliest != latest

    def decisive(self, day: int, shifted: Callable[[int], int]) -> str:
        """Name the notice that decides whether the term has ended by a day.

        It is the one in time for the last end up to that day, or for the first end
        that a notice can still stop.

        Args:
            day: an ordinal, or infinite.
            shifted: what is done to an end before it is compared with the day.
        """
        first = self.first.lo
        if not NEG_INF < first <= LAST_DAY:
            return "notice"
        upto = bisect_right(
            counts_of(self.expr), day, key=lambda k: shifted(self._end(first, k))
        )
        stopped = max(upto - 1, self._index(first, self.notice.lo))
        deadline = self._deadline(self._end(first, stopped))
        if not NEG_INF < deadline <= LAST_DAY:
            return "notice"
        word = "before" if self.expr.notice == "unknown" else "by"
        return f"notice {word} {day_text(deadline)}"

    def _outer(self) -> tuple[Span, Span]:
        """Bound the end that the earliest and that the latest notice can stop.

        A notice that may have come too late for an end stops the next.
        """
        late = int(self.expr.notice == "unknown")
        return self._stopped(self.notice.lo), self._stopped(self.notice.hi, late=late)

    def _end(self, first: int, count: int) -> int:
        """Give the end after so many renewals."""
        return after(first, self.expr.every, times=count)

    def _deadline(self, end: int) -> int:
        """Give the last day for a notice; the end where it is not known."""
        notice = self.expr.notice
        return before(end, notice) if isinstance(notice, Duration) else end

    def _index(self, first: int, notice: int) -> int:
        """Count the renewals before a notice stops them. Cost: logarithmic."""
        return bisect_left(
            counts_of(self.expr),
            notice,
            key=lambda k: self._deadline(self._end(first, k)),
        )

    def _after(self, count: int) -> Span:
        """Give the days of the end after so many renewals."""
        return Span(self._end(self.first.lo, count), self._end(self.first.hi, count))

    def _stopped(self, notice: int, *, late: int = 0) -> Span:
        """Bound the ends that a notice on a day can stop.

        The later the first end, the fewer renewals. Where their number is the same for
        all days of the first end, the ends are in the order of these days.

        Args:
            notice: an ordinal, or infinite.
            late: for how many more ends it may come too late.
        """
        lo, hi = self.first
        most, fewest = self._index(lo, notice), self._index(hi, notice)
        at_most = self.expr.at_most
        if most == fewest and (lo > NEG_INF or at_most is not None):
            count = most + late
            return self._after(count if at_most is None else min(count, at_most))
        needed = self._needed(notice)
        earliest = max(lo, needed)
        latest = hi if most == 0 else max(hi, self._next(needed))
        for _ in range(late):
            latest = self._next(min(latest + 1, INF))
        if at_most is None:
            return Span(earliest, latest)
        capped = self._after(at_most)
        return Span(min(earliest, capped.lo), min(latest, capped.hi))

    def _needed(self, notice: int) -> int:
        """Give the first day that an end has which a notice can stop."""
        ahead = self.expr.notice
        return first_from(notice, ahead) if isinstance(ahead, Duration) else notice

    def _next(self, day: int) -> int:
        """Bound the end that follows an end before a day."""
        every = self.expr.every
        latest = after(day - 1, every)
        if latest == INF:
            return INF
        # An end on the last day of a month may have been rounded down, and the next
        # need not be: it lies before what follows the first of the next month.
        return max(latest, min(after(day, every), END_OF_CALENDAR + 1) - 1)
