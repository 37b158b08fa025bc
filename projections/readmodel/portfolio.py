"""Questions to all agreements at once, on a day, as known at a position.

Indexes give the provisions that may answer; whether they do is told by the same code
that tells it of one agreement. Spans in the tables are those of a horizon before all
days and hold those of every other, so that no provision is missed.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

from events.dates import INF
from events.scope import AXES, Box
from events.when import Measure, Milestone, Offset, When
from projections.fold.facts import Facts
from projections.fold.provision import Closing, Provision
from projections.fold.resolve import resolve_when
from projections.fold.resolving import end_of, start_of
from projections.fold.spans import Span
from projections.fold.status import Standing, standing
from projections.questions.bearing import EXCLUSIVE
from projections.questions.endings import StartAndEnd, Stretch, end_within
from projections.questions.portfolio import (
    EVERYTHING,
    Ending,
    Held,
    HeldStake,
    ahead,
    covering,
    is_put_off,
    lapses,
    told_on,
    waits_for,
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
from projections.readmodel.tables import tag_of, tag_text

_KNOWN = "p.known_from <= :known AND p.known_to > :known"
_NOW = f"{_KNOWN} AND p.on_from <= :on AND p.on_to > :on"
# On any of the days ahead.
_AHEAD = f"{_KNOWN} AND p.on_from <= :hi AND p.on_to > :lo"
# Spans of every horizon lie within those in the tables: what has ended by these has
# ended by all.
_LIVE = "p.ends_hi > :on"
_SELECT = (
    "SELECT p.agreement, p.body, p.on_from, p.on_to, "  # noqa: S608  # constants only
    f"{', '.join(f'p.{day}' for day in Days._fields)} FROM provisions AS p WHERE"
)
_MOST_TEXTS = 500
_NONE: frozenset[str] = frozenset()


class _Row(NamedTuple):
    """A provision as it was found."""

    agreement: str
    provision: Provision
    on_from: int
    on_to: int
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
        for row in self._rows(f"{_NOW} AND {levels} AND {_covered(asked)}"):
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
        """Find what ends in a window; see ``Agreements``.

        What a provision is between events, in the window, is a row of its own.
        """
        window = Span(first, last)
        days = ahead(window, self._on)
        self._asked |= {"first": first, "last": last, "lo": days.lo, "hi": days.hi}
        rows = {
            (row.agreement, row.provision.id, row.on_from): row
            for row in self._may_end(window)
        }
        self._learn(row for row in rows.values() if row.days.hangs == Hangs.FACTS)
        found: dict[tuple[str, str], Held] = {}
        for (agreement, name, _), row in sorted(rows.items(), key=lambda one: one[0]):
            if (agreement, name) not in found:
                held = self._held_until(row, days, window)
                if held is not None:
                    found[agreement, name] = held
        return [held for held in found.values() if held.standing.status != "ended"]

    def _held_until(self, row: _Row, days: Span, window: Span) -> Held | None:
        """Tell of a provision that ends while it is as a row says, if it does."""
        there = self._days(row)
        last = min(row.on_to - 1, days.hi)
        if row.on_from < days.lo:
            stretch = Stretch(days.lo, last, there.over_by(days.lo - 1))
        else:
            stretch = Stretch(row.on_from, last, self._had_ended(row))
        ends = end_within(there, stretch, days)
        if ends is None or not lapses(ends, window, partial(self._is_put_off, row)):
            return None
        now = row if row.on_from <= self._on else self._row(row, self._on)
        ending = Ending(
            row.agreement,
            row.provision,
            told_on(ends, days),
            StartAndEnd(there.starts, ends),
        )
        return ending.held(None if now is None else self._standing(now), self._on)

    def _days(self, row: _Row) -> StartAndEnd:
        """Give the days of the start and of the end, as far as is known."""
        if row.days.hangs == Hangs.NOTHING:
            days = row.days
            return StartAndEnd(
                Span(days.starts_lo, days.starts_hi), Span(days.ends_lo, days.ends_hi)
            )
        facts = self._facts_of(row)
        return StartAndEnd(start_of(row.provision, facts), end_of(row.provision, facts))

    def _had_ended(self, row: _Row) -> bool | None:
        """Tell whether a provision had ended before it became as a row says."""
        day = row.on_from - 1
        before = self._row(row, day)
        return None if before is None else self._days(before).over_by(day)

    def _row(self, row: _Row, day: int) -> _Row | None:
        """Read the row of the same provision on another day."""
        there = {"agreement": row.agreement, "name": row.provision.id, "day": day}
        found = self._rows(
            f"{_KNOWN} AND p.agreement = :agreement AND p.name = :name "
            "AND p.on_from <= :day AND p.on_to > :day",
            **there,
        )
        self._learn(one for one in found if one.days.hangs == Hangs.FACTS)
        return next(iter(found), None)

    def _is_put_off(self, row: _Row) -> bool:
        """Tell whether silence puts off an end; what hangs on nothing it does not."""
        if row.days.hangs == Hangs.NOTHING:
            return False
        return is_put_off(partial(end_of, row.provision), self._facts_of(row))

    def waiting(self, milestone: str) -> list[Held]:
        """Find what waits for a milestone; see ``Agreements``."""
        self._asked["milestone"] = milestone
        rows = self._rows(
            f"{_NOW} AND p.hangs > {Hangs.NOTHING:d} AND {_LIVE} AND p.id IN "  # noqa: S608  # constants only
            "(SELECT provision FROM hinges WHERE milestone = :milestone "
            "AND known_to > :known)"
        )
        self._learn(row for row in rows if row.days.hangs == Hangs.FACTS)
        hanging = [
            row
            for row in rows
            if waits_for(row.provision, milestone, self._facts_of(row))
        ]
        return [
            held for held in self._stood(hanging) if held.standing.status != "ended"
        ]

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

    def tags(self) -> set[tuple[str, str]]:
        """Name the tags that scopes include."""
        scopes = self._names("scope FROM provisions AS p WHERE p.scope > ''")
        tags = {tag_of(text) for scope in scopes for text in scope.split()}
        # An axis that is open has a star.
        return {(axis, tag) for axis, tag in tags if tag != "*"}

    def with_events(self, found: Sequence[Held]) -> list[Held]:
        """Read the numbers of the events that made it so, agreement by agreement."""
        wanted: dict[tuple[str, int | None], list[Held]] = defaultdict(list)
        for held in found:
            wanted[held.agreement, held.told_on].append(held)
        later: dict[tuple[str, str], Closing] = {}
        for (agreement, day), several in wanted.items():
            if agreement not in self.aside:
                self._add_events(agreement, day, several, later)
        return [
            held._replace(later=later.get((held.agreement, held.provision.id)))
            if held.agreement not in self.aside and held.told_on is None
            else held
            for held in found
        ]

    def _add_events(
        self,
        agreement: str,
        day: int | None,
        several: Sequence[Held],
        later: dict[tuple[str, str], Closing],
    ) -> None:
        """Read the events of provisions of an agreement, and those that end them."""
        there = self._connection, agreement, self._known
        events = set_by(*there, self._on if day is None else day)
        for held in several:
            held.provision.set_by = events.get(held.provision.id, [])
        if day is None:
            before = {held.provision.id: held.provision for held in several}
            ended = endings_in(*there, self._on, before, horizon=self._horizon)
            for name, closing in ended.items():
                later[agreement, name] = closing

    def _names(self, source: str) -> set[str]:
        """Read names that are known, whatever the day."""
        aside, asked = self.aside, {**self._asked, "forever": FOREVER}
        rows = self._connection.execute(
            f"SELECT DISTINCT p.agreement, p.{source} AND {_KNOWN}",  # constants only
            asked,
        )
        return {name for agreement, name in rows if agreement not in aside}

    def _may_end(self, window: Span) -> Iterator[_Row]:
        """Yield what may end in a window, as it is on any day ahead in it."""
        yield from self._ending_firmly()
        yield from self._ending_in_silence(window)
        yield from self._rows(
            f"{_AHEAD} AND p.hangs = {Hangs.FACTS:d} AND {_LIVE} "
            # The sign keeps to the index in which all else is found as well.
            "AND +p.ends_lo <= :last AND p.ends_hi >= :first "
            "AND (NOT p.drifts OR p.ends_hi <= :last)"
        )
        # What an event ends for a day gone by, or before it began.
        yield from self._rows(
            f"{_KNOWN} AND p.on_from BETWEEN :lo AND :last "
            f"AND (p.hangs > {Hangs.NOTHING:d} "
            "OR p.ends_hi < p.on_from OR p.ends_hi <= p.starts_lo)"
        )

    def _ending_firmly(self) -> Iterator[_Row]:
        """Yield what ends in the window whatever the horizon."""
        firm = f"{_AHEAD} AND p.hangs = {Hangs.NOTHING:d} AND {_LIVE} AND"
        yield from self._rows(f"{firm} p.ends_lo BETWEEN :first AND :last")
        yield from self._rows(
            f"{firm} p.ends_lo < p.ends_hi AND p.ends_lo < :first "
            "AND p.ends_hi >= :first"
        )

    def _ending_in_silence(self, window: Span) -> Iterator[_Row]:
        """Yield what ends in the window because of what is not known."""
        silent = f"p.hangs = {Hangs.SILENCE:d} AND {_LIVE}"
        texts = self._connection.execute(
            f"SELECT DISTINCT p.ends FROM provisions AS p WHERE {silent} AND {_KNOWN} "  # noqa: S608  # constants only
            "AND p.ends IS NOT NULL",
            self._asked,
        )
        ending = [text for (text,) in texts if self._may_lapse(text, window)]
        for at in range(0, len(ending), _MOST_TEXTS):
            some = ending[at : at + _MOST_TEXTS]
            yield from self._rows(
                f"{_AHEAD} AND {silent} AND p.ends IN ({_marks(some)})"
            )

    def _may_lapse(self, text: str, window: Span) -> bool:
        """Tell whether a When of which nothing is known lies in a window."""
        resolved = partial(resolve_when, When.parse(text))
        ends = resolved(self._silence)
        return lapses(ends, window, partial(is_put_off, resolved, self._silence))

    def _found(self, where: str) -> Iterator[Held]:
        """Yield the provisions that meet a condition, with how they stand."""
        return self._stood(self._rows(f"{_NOW} AND {where}"))

    def _rows(self, where: str, **more: object) -> list[_Row]:
        """Read the provisions that meet a condition.

        What may take longer to test than whether a row is so then comes last in it.
        """
        rows = self._connection.execute(f"{_SELECT} {where}", {**self._asked, **more})
        aside = self.aside
        return [
            _Row(agreement, part_of("provision", body), start, end, Days._make(columns))
            for agreement, body, start, end, *columns in rows
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

    def _facts_of(self, row: _Row) -> Facts:
        """Give what is known of what a provision hangs on, that has been learned."""
        if row.days.hangs == Hangs.SILENCE:
            return self._silence
        return self._facts[row.agreement]

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
