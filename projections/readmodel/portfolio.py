"""Questions to all agreements at once, on a day, as known at a position.

Indexes give the provisions that may answer; whether they do is told by the same code
that tells it of one agreement. Spans in the tables are those of a horizon before all
days and hold those of every other, so that no provision is missed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from events.dates import INF
from events.scope import AXES, Box
from events.when import Measure, Milestone, Offset, When
from projections.facts import Facts
from projections.matching import coverage
from projections.provision import Provision
from projections.readmodel.hanging import Days, Hangs, certain_standing
from projections.readmodel.parts import part_of
from projections.readmodel.reader import timeline_at
from projections.resolve import resolve_when
from projections.spans import Span
from projections.state import Stake
from projections.status import Standing, standing
from projections.sums import Sum, add

EXCLUSIVE = ("exclusive", "sole")
_KNOWN = "p.known_from <= :known AND p.known_to > :known"
_NOW = f"{_KNOWN} AND p.on_from <= :on AND p.on_to > :on"
# Spans of every horizon lie within those in the tables: what has ended by these has
# ended by all.
_LIVE = "p.ends_hi > :on"
_SELECT = (
    f"SELECT p.agreement, p.body, {', '.join(f'p.{d}' for d in Days._fields)} FROM"
)
_MOST_TEXTS = 500


class Held(NamedTuple):
    """A provision of an agreement, and how it stands on the day."""

    agreement: str
    provision: Provision
    standing: Standing


class HeldStake(NamedTuple):
    """A stake that an agreement reports."""

    agreement: str
    stake: Stake


class Portfolio:
    """All agreements, as known at a position.

    Args:
        connection: to the read model.
        known: the last position included.
        on: the day that is asked about, an ordinal.
        horizon: the day up to which silence means that nothing happened, an ordinal.
    """

    def __init__(
        self, connection: sqlite3.Connection, *, known: int, on: int, horizon: int
    ) -> None:
        self._connection = connection
        self._asked: dict[str, Any] = {"known": known, "on": on}
        self._known = known
        self._on = on
        self._horizon = horizon
        self._silence = Facts(horizon=horizon)
        self._facts: dict[str, Facts] = {}

    @cached_property
    def aside(self) -> frozenset[str]:
        """Name the agreements that only the fold can tell of, which are left out.

        Silence up to the horizon settles in them when a pending event took effect.
        """
        waiting = self._connection.execute(
            f"SELECT p.agreement, p.body FROM parts AS p WHERE kind = 'pending' "  # noqa: S608  # constants only
            f"AND {_KNOWN}",
            self._asked,
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
        return self._horizon >= INF or not isinstance(expr, Milestone | Measure)

    def exclusive(self, asked: Box) -> list[Held]:
        """Find who holds exclusivity over a scope, now or perhaps later.

        Args:
            asked: the scope; all of it has to be covered.
        """
        axes = [axis for axis in AXES if getattr(asked, axis)]
        tags = {axis: _above(getattr(asked, axis)) for axis in axes}
        levels = ", ".join(f"'{level}'" for level in EXCLUSIVE)
        where = " AND ".join(
            f"EXISTS (SELECT 1 FROM tags AS t WHERE t.provision = p.id AND "  # noqa: S608  # constants and marks
            f"t.axis = '{axis}' AND t.tag IN ({_marks(tags[axis])}))"
            for axis in axes[1:]
        )
        first = axes[0]
        found = self._found(
            f"tags AS f JOIN provisions AS p ON p.id = f.provision WHERE f.axis = "
            f"'{first}' AND f.tag IN ({_marks(tags[first])}) AND f.known_to > :known "
            f"AND p.level IN ({levels}) AND {_LIVE} AND {where or '1'}",
        )
        unique = {(held.agreement, held.provision.id): held for held in found}
        return [
            held
            for held in unique.values()
            if held.standing.status != "ended"
            and coverage(held.provision.clauses, asked).possible
        ]

    def of_party(self, party: str) -> list[Held]:
        """Find everything that a party holds or owes, also what has ended."""
        self._asked["party"] = party
        found = self._found(
            "(SELECT DISTINCT provision FROM holders WHERE party = :party AND "
            "known_to > :known) AS h JOIN provisions AS p ON p.id = h.provision WHERE 1"
        )
        return list(found)

    def lapsing(self, first: int, last: int) -> list[Held]:
        """Find what ends, or may end, on one of the days of a window.

        What may end on any day to come, because a milestone may, is only found where
        it has ended for certain by the last day of the window.

        Args:
            first: the first day, an ordinal.
            last: the last day.
        """
        window = Span(first, last)
        self._asked |= {"first": first, "last": last}
        found = [*self._ending_firmly(), *self._ending_in_silence(window)]
        found += self._found(
            f"provisions AS p WHERE p.hangs = {Hangs.FACTS:d} AND {_LIVE}"
        )
        return [
            held
            for held in found
            if held.standing.status != "ended"
            and self._lapses(held.standing.ends, window)
        ]

    def waiting(self, milestone: str) -> list[Held]:
        """Find what starts, ends or pauses with a milestone that is still open."""
        self._asked["milestone"] = milestone
        found = self._found(
            "hinges AS h JOIN provisions AS p ON p.id = h.provision WHERE "
            f"h.milestone = :milestone AND h.known_to > :known "
            f"AND p.hangs > {Hangs.NOTHING:d} AND {_LIVE}"
        )
        return [held for held in found if held.standing.status != "ended"]

    def stakes(self, issuer: str) -> list[HeldStake]:
        """Find the stakes in an issuer, by agreement."""
        self._asked["issuer"] = issuer
        aside = self.aside
        rows = self._connection.execute(
            f"SELECT p.agreement, p.body FROM stakes AS p WHERE p.issuer = :issuer "  # noqa: S608  # constants only
            f"AND {_NOW} ORDER BY p.agreement, p.id",
            self._asked,
        )
        return [
            HeldStake(agreement, part_of("stake", body))
            for agreement, body in rows
            if agreement not in aside
        ]

    def totals(self, kind: str) -> Sum:
        """Add up the amounts of provisions of a kind that have not ended."""
        self._asked["kind"] = kind
        found = self._found(f"provisions AS p WHERE p.kind = :kind AND {_LIVE}")
        return add(
            held.provision.terms.amount
            for held in found
            if held.provision.terms.amount is not None
            and held.standing.status != "ended"
        )

    def _ending_firmly(self) -> Iterator[Held]:
        """Yield what ends in the window whatever the horizon."""
        firm = f"provisions AS p WHERE p.hangs = {Hangs.NOTHING:d} AND {_LIVE} AND"
        yield from self._found(f"{firm} p.ends_lo BETWEEN :first AND :last")
        yield from self._found(
            f"{firm} p.ends_lo < p.ends_hi AND p.ends_lo < :first "
            "AND p.ends_hi >= :first"
        )

    def _ending_in_silence(self, window: Span) -> Iterator[Held]:
        """Yield what ends in the window because of what is not known."""
        silent = f"provisions AS p WHERE p.hangs = {Hangs.SILENCE:d} AND {_LIVE} AND"
        texts = self._connection.execute(
            f"SELECT DISTINCT p.ends FROM {silent} {_KNOWN} AND p.ends IS NOT NULL",  # noqa: S608  # constants only
            self._asked,
        )
        ending = [
            text
            for (text,) in texts
            if self._lapses(resolve_when(When.parse(text), self._silence), window)
        ]
        for at in range(0, len(ending), _MOST_TEXTS):
            some = ending[at : at + _MOST_TEXTS]
            yield from self._found(f"{silent} p.ends IN ({_marks(some)})")

    def _lapses(self, ends: Span, window: Span) -> bool:
        """Tell whether an end lies in a window, or may and not by silence alone."""
        if ends.lo > window.hi or ends.hi < window.lo or ends.lo >= INF:
            return False
        return ends.lo != self._horizon or ends.hi <= window.hi

    def _found(self, source: str) -> Iterator[Held]:
        """Yield the provisions that a query finds, with how they stand."""
        rows = self._connection.execute(f"{_SELECT} {source} AND {_NOW}", self._asked)
        aside = self.aside
        for agreement, body, *columns in rows.fetchall():
            if agreement not in aside:
                provision = part_of("provision", body)
                there = self._standing(agreement, provision, Days._make(columns))
                yield Held(agreement, provision, there)

    def _standing(self, agreement: str, provision: Provision, days: Days) -> Standing:
        """Tell how a provision stands; facts are only read where they matter."""
        if days.hangs == Hangs.SILENCE:
            return standing(provision, self._silence, self._on)
        if days.hangs == Hangs.NOTHING:
            there = certain_standing(days, self._on)
            if there is not None:
                return there
        return standing(provision, self._facts_of(agreement), self._on)

    def _facts_of(self, agreement: str) -> Facts:
        facts = self._facts.get(agreement)
        if facts is None:
            there = self._timeline(agreement)
            facts = self._silence if there is None else there.facts
            self._facts[agreement] = facts
        return facts

    def _timeline(self, agreement: str) -> Any:  # noqa: ANN401  # a timeline or None
        return timeline_at(
            self._connection, agreement, self._known, horizon=self._horizon
        )


def _above(tags: Sequence[str]) -> list[str]:
    """List the tags that cover one of some, and the mark of what is unrestricted."""
    found = {"*"}
    for tag in tags:
        parts = tag.split("/")
        found |= {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return sorted(found)


def _marks(texts: Iterable[str]) -> str:
    """Quote texts for a list in a query."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
