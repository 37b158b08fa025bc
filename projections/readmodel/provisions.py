"""Provisions as the tables have them, each with how it stands on the day asked about.

What a provision is between two events is a row. Spans in the tables are those of a
horizon before all days and hold those of every other, so that no row is missed; what
hangs on facts is told by the same code that tells it of one agreement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from events.dates import INF
from events.when import Measure, Milestone, Offset, When
from projections.fold.facts import Facts
from projections.fold.provision import Provision
from projections.fold.status import Standing, standing
from projections.questions.portfolio import Held
from projections.readmodel.hanging import Days, Hangs, certain_standing, rests_on
from projections.readmodel.parts import part_of
from projections.readmodel.reader import facts_at, timeline_at

KNOWN = "p.known_from <= :known AND p.known_to > :known"
NOW = f"{KNOWN} AND p.on_from <= :on AND p.on_to > :on"
# Spans of every horizon lie within those in the tables: what has ended by these has
# ended by all.
LIVE = "p.ends_hi > :on"
_SELECT = (
    "SELECT p.agreement, p.body, p.on_from, p.on_to, "  # noqa: S608  # constants only
    f"{', '.join(f'p.{day}' for day in Days._fields)} FROM provisions AS p WHERE"
)
_NONE: frozenset[str] = frozenset()


class Row(NamedTuple):
    """A provision as it was found."""

    agreement: str
    provision: Provision
    on_from: int
    on_to: int
    days: Days


class Provisions:
    """The provisions of all agreements, on a day, as known at a position.

    Agreements that only the fold can tell of are left out (see ``aside``).

    Args:
        connection: to the read model.
        known: the last position included.
        on: the day that is asked about, an ordinal.
        horizon: the day up to which silence means that nothing happened, an ordinal.
    """

    def __init__(
        self, connection: sqlite3.Connection, *, known: int, on: int, horizon: int
    ) -> None:
        self.connection = connection
        self.asked: dict[str, Any] = {"known": known, "on": on}
        self.known = known
        self.on = on
        self.horizon = horizon
        self.silence = Facts(horizon=horizon)
        # What is known in agreements of some names, and which those are.
        self._facts: dict[str, Facts] = {}
        self._about: dict[str, frozenset[str]] = {}

    @cached_property
    def aside(self) -> frozenset[str]:
        """Name the agreements that only the fold can tell of, which are left out.

        Silence up to the horizon settles in them when a pending event took effect.
        """
        waiting = self.connection.execute(
            f"SELECT p.agreement, p.body FROM parts AS p WHERE kind = 'pending' "  # noqa: S608  # constants only
            f"AND {KNOWN}",
            self.asked,
        )
        doubtful = {
            agreement for agreement, body in waiting if self._may_be_settled(body)
        }
        return frozenset(name for name in doubtful if self._timeline(name) is None)

    def _may_be_settled(self, body: str) -> bool:
        """Tell whether silence may settle when a pending event took effect.

        A milestone or a measure by itself stays open, whatever comes of it.
        """
        expr = When.parse(part_of("pending", body).effective).expr
        while isinstance(expr, Offset):
            expr = expr.of
        return self.horizon >= INF or not isinstance(expr, Milestone | Measure)

    def found(self, where: str) -> Iterator[Held]:
        """Yield the provisions that meet a condition, with how they stand."""
        return self.stood(self.rows(f"{NOW} AND {where}"))

    def rows(self, where: str, **more: object) -> list[Row]:
        """Read the provisions that meet a condition.

        What may take longer to test than whether a row is so then comes last in it.
        """
        rows = self.connection.execute(f"{_SELECT} {where}", {**self.asked, **more})
        aside = self.aside
        return [
            Row(agreement, part_of("provision", body), start, end, Days._make(columns))
            for agreement, body, start, end, *columns in rows
            if agreement not in aside
        ]

    def stood(self, rows: Sequence[Row]) -> Iterator[Held]:
        """Tell how provisions stand; what their agreements know is read at once."""
        self.learn(row for row in rows if row.days.hangs == Hangs.FACTS)
        for row in rows:
            yield Held(row.agreement, row.provision, self.standing(row))

    def standing(self, row: Row) -> Standing:
        """Tell how a provision stands; facts are only read where they matter."""
        if row.days.hangs == Hangs.SILENCE:
            return standing(row.provision, self.silence, self.on)
        if row.days.hangs == Hangs.NOTHING:
            there = certain_standing(row.days, self.on)
            if there is not None:
                return there
            self.learn((row,))
        return standing(row.provision, self._facts[row.agreement], self.on)

    def learn(self, rows: Iterable[Row]) -> None:
        """Read what is known of what provisions hang on, all at once."""
        wanted: dict[str, frozenset[str]] = {}
        for row in rows:
            there = wanted.get(row.agreement) or self._about.get(row.agreement, _NONE)
            names = rests_on(row.provision)
            if not names <= there:
                wanted[row.agreement] = there | names
        if wanted:
            self._about |= wanted
            self._facts |= facts_at(
                self.connection, wanted, self.known, horizon=self.horizon
            )

    def facts_of(self, row: Row) -> Facts:
        """Give what is known of what a provision hangs on, that has been learned."""
        if row.days.hangs == Hangs.SILENCE:
            return self.silence
        return self._facts[row.agreement]

    def _timeline(self, agreement: str) -> Any:  # noqa: ANN401  # a timeline or None
        return timeline_at(self.connection, agreement, self.known, horizon=self.horizon)


def quoted(texts: Iterable[str]) -> str:
    """Quote texts for a list in a query."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
