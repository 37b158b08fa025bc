"""Questions to all agreements at once, on a day, as known at a position.

Indexes give the provisions that may answer; whether they do is told by the same code
that tells it of one agreement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from events.scope import AXES, Box
from projections.fold.provision import Closing, Provision
from projections.fold.spans import Span
from projections.questions.bearing import EXCLUSIVE
from projections.questions.portfolio import (
    EVERYTHING,
    Held,
    HeldStake,
    Preceded,
    covering,
    preceded,
    waits_for,
)
from projections.readmodel.hanging import Hangs
from projections.readmodel.lapsing import Lapsing
from projections.readmodel.parts import part_of
from projections.readmodel.provisions import (
    KNOWN,
    LIVE,
    NOW,
    Provisions,
    Row,
    quoted,
)
from projections.readmodel.reader import endings_in, provision_at, set_by
from projections.readmodel.rows import FOREVER
from projections.readmodel.tables import tag_of, tag_text


class Portfolio(Provisions):
    """All agreements as tables tell of them, which answer as ``Agreements`` says."""

    def exclusive(self, asked: Box) -> list[Held]:
        """Find who holds exclusivity; see ``Agreements``."""
        levels = f"p.level IN ({quoted(sorted(EXCLUSIVE))}) AND {LIVE}"
        rows: list[Row] = []
        hangs_on: list[tuple[str, ...]] = []
        for row in self.rows(f"{NOW} AND {levels} AND {_covered(asked)}"):
            over = self._over(row.agreement, row.provision.over)
            words = covering(row.provision, over, asked)
            if words is not None:
                rows.append(row)
                hangs_on.append(words)
        return [
            held._replace(words=words)
            for held, words in zip(self.stood(rows), hangs_on, strict=True)
            if held.standing.status != "ended"
        ]

    def _over(self, agreement: str, name: str | None) -> Provision | None:
        """Read the provision that an exclusivity is over, if it is over one."""
        if name is None:
            return None
        return provision_at(self.connection, agreement, name, self.known, self.on)

    def of_party(self, party: str) -> list[Held]:
        """Find what a party holds or owes; see ``Agreements``."""
        self.asked["party"] = party
        found = self.found(
            "p.id IN (SELECT provision FROM holders WHERE party = :party AND "
            "known_to > :known)"
        )
        return list(found)

    def lapsing(self, first: int, last: int) -> list[Held]:
        """Find what ends in a window; see ``Agreements``."""
        return Lapsing(self, Span(first, last)).found()

    def waiting(self, milestone: str) -> list[Held]:
        """Find what waits for a milestone; see ``Agreements``."""
        self.asked["milestone"] = milestone
        rows = self.rows(
            f"{NOW} AND p.hangs > {Hangs.NOTHING:d} AND {LIVE} AND p.id IN "  # noqa: S608  # constants only
            "(SELECT provision FROM hinges WHERE milestone = :milestone "
            "AND known_to > :known)"
        )
        self.learn(row for row in rows if row.days.hangs == Hangs.FACTS)
        hanging = [
            row
            for row in rows
            if waits_for(row.provision, milestone, self.facts_of(row))
        ]
        return [held for held in self.stood(hanging) if held.standing.status != "ended"]

    def stakes(self, issuer: str) -> list[HeldStake]:
        """Find the stakes in an issuer; see ``Agreements``."""
        self.asked["issuer"] = issuer
        aside = self.aside
        rows = self.connection.execute(
            f"SELECT p.agreement, p.body FROM stakes AS p WHERE p.issuer = :issuer "  # noqa: S608  # constants only
            f"AND {NOW} ORDER BY p.agreement, p.id",
            self.asked,
        )
        return [
            HeldStake(agreement, part_of("stake", body))
            for agreement, body in rows
            if agreement not in aside
        ]

    def amounts(self) -> list[Held]:
        """Find what has an amount; see ``Agreements``."""
        found = self.found(f"p.amount > '' AND {LIVE}")
        return [held for held in found if held.standing.status != "ended"]

    def preceding(self, party: str) -> list[Preceded]:
        """Find whom a party has come after; see ``Agreements``."""
        aside, asked = self.aside, {**self.asked, "party": party}
        rows = self.connection.execute(
            f"SELECT p.agreement, p.body FROM parties AS p WHERE {NOW} "  # noqa: S608  # constants only
            "AND p.name <> :party AND instr(p.body, :party) ORDER BY p.agreement, p.id",
            asked,
        )
        return [
            before
            for agreement, body in rows
            if agreement not in aside
            for before in preceded(agreement, [part_of("party", body)], party)
        ]

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
        there = self.connection, agreement, self.known
        events = set_by(*there, self.on if day is None else day)
        for held in several:
            held.provision.set_by = events.get(held.provision.id, [])
        if day is None:
            before = {held.provision.id: held.provision for held in several}
            ended = endings_in(*there, self.on, before, horizon=self.horizon)
            for name, closing in ended.items():
                later[agreement, name] = closing

    def _names(self, source: str) -> set[str]:
        """Read names that are known, whatever the day."""
        aside, asked = self.aside, {**self.asked, "forever": FOREVER}
        rows = self.connection.execute(
            f"SELECT DISTINCT p.agreement, p.{source} AND {KNOWN}",  # constants only
            asked,
        )
        return {name for agreement, name in rows if agreement not in aside}


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
