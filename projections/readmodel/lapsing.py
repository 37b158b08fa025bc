"""What lapses in a window: provisions by the rows of every day in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from events.when import When
from projections.fold.resolve import resolve_when
from projections.fold.resolving import end_of, start_of
from projections.fold.spans import Span
from projections.questions.endings import StartAndEnd, Stretch, end_within
from projections.questions.portfolio import (
    Ending,
    Held,
    ahead,
    is_put_off,
    lapses,
    told_on,
)
from projections.readmodel.hanging import Hangs
from projections.readmodel.provisions import KNOWN, LIVE, Provisions, Row, quoted

# On any of the days ahead.
_AHEAD = f"{KNOWN} AND p.on_from <= :hi AND p.on_to > :lo"
_MOST_TEXTS = 500


class Lapsing:
    """What ends in a window, among the provisions of all agreements.

    Args:
        there: the provisions.
        window: its first and its last day, ordinals.
    """

    def __init__(self, there: Provisions, window: Span) -> None:
        self._there = there
        self._window = window
        self._days = days = ahead(window, there.on)
        there.asked |= {
            "first": window.lo,
            "last": window.hi,
            "lo": days.lo,
            "hi": days.hi,
        }

    def found(self) -> list[Held]:
        """Find what ends in the window; see ``Agreements``."""
        rows = {
            (row.agreement, row.provision.id, row.on_from): row
            for row in self._may_end()
        }
        self._there.learn(row for row in rows.values() if row.days.hangs == Hangs.FACTS)
        found: dict[tuple[str, str], Held] = {}
        for (agreement, name, _), row in sorted(rows.items(), key=lambda one: one[0]):
            if (agreement, name) not in found:
                held = self._held_until(row)
                if held is not None:
                    found[agreement, name] = held
        return [held for held in found.values() if held.standing.status != "ended"]

    def _held_until(self, row: Row) -> Held | None:
        """Tell of a provision that ends while it is as a row says, if it does."""
        days, window = self._days, self._window
        there = self._start_and_end(row)
        last = min(row.on_to - 1, days.hi)
        if row.on_from < days.lo:
            stretch = Stretch(days.lo, last, there.over_by(days.lo - 1))
        else:
            stretch = Stretch(row.on_from, last, self._had_ended(row))
        ends = end_within(there, stretch, days)
        if ends is None or not lapses(ends, window, partial(self._is_put_off, row)):
            return None
        now = row if row.on_from <= self._there.on else self._row(row, self._there.on)
        ending = Ending(
            row.agreement,
            row.provision,
            told_on(ends, days),
            StartAndEnd(there.starts, ends),
        )
        return ending.held(
            None if now is None else self._there.standing(now), self._there.on
        )

    def _start_and_end(self, row: Row) -> StartAndEnd:
        """Give the days of the start and of the end, as far as is known."""
        if row.days.hangs == Hangs.NOTHING:
            days = row.days
            return StartAndEnd(
                Span(days.starts_lo, days.starts_hi), Span(days.ends_lo, days.ends_hi)
            )
        facts = self._there.facts_of(row)
        return StartAndEnd(start_of(row.provision, facts), end_of(row.provision, facts))

    def _had_ended(self, row: Row) -> bool | None:
        """Tell whether a provision had ended before it became as a row says."""
        day = row.on_from - 1
        before = self._row(row, day)
        return None if before is None else self._start_and_end(before).over_by(day)

    def _row(self, row: Row, day: int) -> Row | None:
        """Read the row of the same provision on another day."""
        there = {"agreement": row.agreement, "name": row.provision.id, "day": day}
        found = self._there.rows(
            f"{KNOWN} AND p.agreement = :agreement AND p.name = :name "
            "AND p.on_from <= :day AND p.on_to > :day",
            **there,
        )
        self._there.learn(one for one in found if one.days.hangs == Hangs.FACTS)
        return next(iter(found), None)

    def _is_put_off(self, row: Row) -> bool:
        """Tell whether silence puts off an end; what hangs on nothing it does not."""
        if row.days.hangs == Hangs.NOTHING:
            return False
        return is_put_off(partial(end_of, row.provision), self._there.facts_of(row))

    def _may_end(self) -> Iterator[Row]:
        """Yield what may end in the window, as it is on any day ahead in it."""
        yield from self._ending_firmly()
        yield from self._ending_in_silence()
        yield from self._there.rows(
            f"{_AHEAD} AND p.hangs = {Hangs.FACTS:d} AND {LIVE} "
            # The sign keeps to the index in which all else is found as well.
            "AND +p.ends_lo <= :last AND p.ends_hi >= :first "
            "AND (NOT p.drifts OR p.ends_hi <= :last)"
        )
        # What an event ends for a day gone by, or before it began.
        yield from self._there.rows(
            f"{KNOWN} AND p.on_from BETWEEN :lo AND :last "
            f"AND (p.hangs > {Hangs.NOTHING:d} "
            "OR p.ends_hi < p.on_from OR p.ends_hi <= p.starts_lo)"
        )

    def _ending_firmly(self) -> Iterator[Row]:
        """Yield what ends in the window whatever the horizon."""
        firm = f"{_AHEAD} AND p.hangs = {Hangs.NOTHING:d} AND {LIVE} AND"
        yield from self._there.rows(f"{firm} p.ends_lo BETWEEN :first AND :last")
        yield from self._there.rows(
            f"{firm} p.ends_lo < p.ends_hi AND p.ends_lo < :first "
            "AND p.ends_hi >= :first"
        )

    def _ending_in_silence(self) -> Iterator[Row]:
        """Yield what ends in the window because of what is not known."""
        silent = f"p.hangs = {Hangs.SILENCE:d} AND {LIVE}"
        texts = self._there.connection.execute(
            f"SELECT DISTINCT p.ends FROM provisions AS p WHERE {silent} AND {KNOWN} "  # noqa: S608  # constants only
            "AND p.ends IS NOT NULL",
            self._there.asked,
        )
        ending = [text for (text,) in texts if self._may_lapse(text)]
        for at in range(0, len(ending), _MOST_TEXTS):
            some = ending[at : at + _MOST_TEXTS]
            yield from self._there.rows(
                f"{_AHEAD} AND {silent} AND p.ends IN ({quoted(some)})"
            )

    def _may_lapse(self, text: str) -> bool:
        """Tell whether a When of which nothing is known lies in the window."""
        resolved = partial(resolve_when, When.parse(text))
        ends = resolved(self._there.silence)
        return lapses(
            ends, self._window, partial(is_put_off, resolved, self._there.silence)
        )
