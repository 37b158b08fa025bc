"""Questions to all agreements at once, on a day, as known at a position.

Indexes give the provisions that may answer; whether they do is told by the same code
that tells it of one agreement. Spans in the tables are those of a horizon before all
days and hold those of every other, so that no provision is missed.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from events.dates import INF
from events.scope import AXES, Box
from events.when import Measure, Milestone, Offset, When
from projections.fold.facts import Facts
from projections.fold.provision import Closing, Provision
from projections.fold.resolve import resolve_when
from projections.fold.spans import Span
from projections.fold.status import Standing, standing
from projections.questions.bearing import EXCLUSIVE
from projections.questions.portfolio import (
    EVERYTHING,
    Held,
    HeldStake,
    covering,
    lapses,
)
from projections.readmodel.hanging import Days, Hangs, certain_standing, rests_on
from projections.readmodel.parts import part_of
from projections.readmodel.reader import (
    endings_in,
    facts_at,
    provision_at,
    set_by,
    timeline_at,
)
from projections.readmodel.rows import FOREVER
from projections.readmodel.tables import tag_text

_KNOWN = "p.known_from <= :known AND p.known_to > :known"
_NOW = f"{_KNOWN} AND p.on_from <= :on AND p.on_to > :on"
# Spans of every horizon lie within those in the tables: what has ended by these has
# ended by all.
_LIVE = "p.ends_hi > :on"
_SELECT = (
    f"SELECT p.agreement, p.body, {', '.join(f'p.{d}' for d in Days._fields)} "  # noqa: S608  # constants only
    "FROM provisions AS p WHERE"
)
_MOST_TEXTS = 500
_NONE: frozenset[str] = frozenset()


class _Row(NamedTuple):
    """A provision as it was found."""

    agreement: str
    provision: Provision
    days: Days


class Portfolio:
    """All agreements as tables tell of them, which answer as ``Agreements`` says.

    Those that only the fold can tell of are left out (see ``aside``).

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
        # What is known in agreements of some names, and which those are.
        self._facts: dict[str, Facts] = {}
        self._about: dict[str, frozenset[str]] = {}
        self._later: dict[tuple[str, str], Closing] = {}

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
        """Find who holds exclusivity; see ``Agreements``."""
        levels = f"p.level IN ({_marks(sorted(EXCLUSIVE))}) AND {_LIVE}"
        rows: list[_Row] = []
        hangs_on: list[tuple[str, ...]] = []
        for row in self._rows(f"{levels} AND {_covered(asked)}"):
            over = self._over(row.agreement, row.provision.over)
            words = covering(row.provision, over, asked)
            if words is not None:
                rows.append(row)
                hangs_on.append(words)
        return [
            held._replace(words=words)
            for held, words in zip(self._stood(rows), hangs_on, strict=True)
            if held.standing.status != "ended"
        ]

    def _over(self, agreement: str, name: str | None) -> Provision | None:
        """Read the provision that an exclusivity is over, if it is over one."""
        if name is None:
            return None
        return provision_at(self._connection, agreement, name, self._known, self._on)

    def of_party(self, party: str) -> list[Held]:
        """Find what a party holds or owes; see ``Agreements``."""
        self._asked["party"] = party
        found = self._found(
            "p.id IN (SELECT provision FROM holders WHERE party = :party AND "
            "known_to > :known)"
        )
        return list(found)

    def lapsing(self, first: int, last: int) -> list[Held]:
        """Find what ends in a window; see ``Agreements``."""
        window = Span(first, last)
        self._asked |= {"first": first, "last": last}
        found = [*self._ending_firmly(), *self._ending_in_silence(window)]
        found += self._found(
            f"p.hangs = {Hangs.FACTS:d} AND {_LIVE} "
            # The sign keeps to the index in which all else is found as well.
            "AND +p.ends_lo <= :last AND p.ends_hi >= :first "
            "AND (NOT p.drifts OR p.ends_hi <= :last)"
        )
        return [
            held
            for held in found
            if held.standing.status != "ended"
            and lapses(held.standing.ends, window, self._horizon)
        ]

    def waiting(self, milestone: str) -> list[Held]:
        """Find what waits for a milestone; see ``Agreements``."""
        self._asked["milestone"] = milestone
        found = self._found(
            f"p.hangs > {Hangs.NOTHING:d} AND {_LIVE} AND p.id IN (SELECT provision "  # noqa: S608  # constants only
            "FROM hinges WHERE milestone = :milestone AND known_to > :known)"
        )
        return [held for held in found if held.standing.status != "ended"]

    def stakes(self, issuer: str) -> list[HeldStake]:
        """Find the stakes in an issuer; see ``Agreements``."""
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

    def amounts(self) -> list[Held]:
        """Find what has an amount; see ``Agreements``."""
        found = self._found(f"p.amount > '' AND {_LIVE}")
        return [held for held in found if held.standing.status != "ended"]

    def parties(self) -> set[str]:
        """Name the parties."""
        return self._names("name FROM parties AS p WHERE p.on_to = :forever")

    def milestones(self) -> set[str]:
        """Name the milestones."""
        return self._names("name FROM parts AS p WHERE p.kind = 'mention'")

    def issuers(self) -> set[str]:
        """Name those of whom stakes were reported."""
        return self._names("issuer FROM stakes AS p WHERE p.on_to = :forever")

    def with_events(self, found: Sequence[Held]) -> list[Held]:
        """Read the numbers of the events that made it so, agreement by agreement."""
        wanted: dict[str, list[Held]] = defaultdict(list)
        for held in found:
            wanted[held.agreement].append(held)
        for agreement, several in wanted.items():
            if agreement not in self.aside:
                self._add_events(agreement, several)
        return [
            held._replace(later=self._later.get((held.agreement, held.provision.id)))
            if held.agreement not in self.aside
            else held
            for held in found
        ]

    def _add_events(self, agreement: str, several: Sequence[Held]) -> None:
        """Read the events of provisions of an agreement, also those that end them."""
        there = self._connection, agreement, self._known, self._on
        events = set_by(*there)
        before = {held.provision.id: held.provision.closings for held in several}
        for name, closing in endings_in(*there, before).items():
            self._later[agreement, name] = closing
        for held in several:
            held.provision.set_by = events.get(held.provision.id, [])

    def _names(self, source: str) -> set[str]:
        """Read names that are known, whatever the day."""
        aside, asked = self.aside, {**self._asked, "forever": FOREVER}
        rows = self._connection.execute(
            f"SELECT DISTINCT p.agreement, p.{source} AND {_KNOWN}",  # constants only
            asked,
        )
        return {name for agreement, name in rows if agreement not in aside}

    def _ending_firmly(self) -> Iterator[Held]:
        """Yield what ends in the window whatever the horizon."""
        firm = f"p.hangs = {Hangs.NOTHING:d} AND {_LIVE} AND"
        yield from self._found(f"{firm} p.ends_lo BETWEEN :first AND :last")
        yield from self._found(
            f"{firm} p.ends_lo < p.ends_hi AND p.ends_lo < :first "
            "AND p.ends_hi >= :first"
        )

    def _ending_in_silence(self, window: Span) -> Iterator[Held]:
        """Yield what ends in the window because of what is not known."""
        silent = f"p.hangs = {Hangs.SILENCE:d} AND {_LIVE}"
        texts = self._connection.execute(
            f"SELECT DISTINCT p.ends FROM provisions AS p WHERE {silent} AND {_KNOWN} "  # noqa: S608  # constants only
            "AND p.ends IS NOT NULL",
            self._asked,
        )
        ending = [
            text
            for (text,) in texts
            if lapses(
                resolve_when(When.parse(text), self._silence), window, self._horizon
            )
        ]
        for at in range(0, len(ending), _MOST_TEXTS):
            some = ending[at : at + _MOST_TEXTS]
            yield from self._found(f"{silent} AND p.ends IN ({_marks(some)})")

    def _found(self, where: str) -> Iterator[Held]:
        """Yield the provisions that meet a condition, with how they stand."""
        return self._stood(self._rows(where))

    def _rows(self, where: str) -> list[_Row]:
        """Read the provisions that meet a condition.

        It comes last, because it may take longer to test than whether a row is so now.
        """
        rows = self._connection.execute(f"{_SELECT} {_NOW} AND {where}", self._asked)
        aside = self.aside
        return [
            _Row(agreement, part_of("provision", body), Days._make(columns))
            for agreement, body, *columns in rows
            if agreement not in aside
        ]

    def _stood(self, rows: Sequence[_Row]) -> Iterator[Held]:
        """Tell how provisions stand; what their agreements know is read at once."""
        self._learn(row for row in rows if row.days.hangs == Hangs.FACTS)
        for row in rows:
            yield Held(row.agreement, row.provision, self._standing(row))

    def _standing(self, row: _Row) -> Standing:
        """Tell how a provision stands; facts are only read where they matter."""
        if row.days.hangs == Hangs.SILENCE:
            return standing(row.provision, self._silence, self._on)
        if row.days.hangs == Hangs.NOTHING:
            there = certain_standing(row.days, self._on)
            if there is not None:
                return there
            self._learn((row,))
        return standing(row.provision, self._facts[row.agreement], self._on)

    def _learn(self, rows: Iterable[_Row]) -> None:
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
                self._connection, wanted, self._known, horizon=self._horizon
            )

    def _timeline(self, agreement: str) -> Any:  # noqa: ANN401  # a timeline or None
        return timeline_at(
            self._connection, agreement, self._known, horizon=self._horizon
        )


def _covered(asked: Box) -> str:
    """Write the condition that a scope covers a question, as far as tags tell."""
    if asked == EVERYTHING:
        return "1"
    # The axes that are asked about come first: they leave few rows.
    axes = sorted(AXES, key=lambda axis: not getattr(asked, axis))
    return " AND ".join(f"({_tagged(axis, getattr(asked, axis))})" for axis in axes)


def _tagged(axis: str, tags: Sequence[str]) -> str:
    """Write the condition that a scope covers one of some tags of an axis, or all."""
    covering = {"*"}
    for tag in tags:
        parts = tag.split("/")
        covering |= {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return " OR ".join(
        f"instr(p.scope, ' {tag_text(axis, tag)} ')" for tag in sorted(covering)
    )


def _marks(texts: Iterable[str]) -> str:
    """Quote texts for a list in a query."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
