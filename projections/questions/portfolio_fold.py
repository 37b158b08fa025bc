"""Questions to all agreements, answered by folding every one of them.

It takes as long as there are events, and hold one agreement at a time in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from events.dates import INF, NEG_INF
from events.scope import Box
from projections.fold.facts import Facts
from projections.fold.provision import Provision
from projections.fold.resolve import is_open
from projections.fold.resolving import day_whens, hinges
from projections.fold.spans import Span
from projections.fold.state import State
from projections.fold.status import standing
from projections.fold.timeline import Timeline
from projections.questions.bearing import EXCLUSIVE
from projections.questions.endings import endings_after
from projections.questions.portfolio import (
    Held,
    HeldStake,
    concerns,
    covering,
    lapses,
)

Timelines = Callable[[], Iterable[Timeline]]


class _There(NamedTuple):
    """A provision that may be found, and the agreement around it."""

    held: Held
    state: State
    facts: Facts
    timeline: Timeline
    day: int

    def found(self, words: tuple[str, ...] = ()) -> Held:
        """Give the provision with what ends it later."""
        later = endings_after(self.timeline, self.day).get(self.held.provision.id)
        return self.held._replace(words=words, later=later)


class Folded:
    """All agreements, each folded when it is its turn; see ``Agreements``.

    Args:
        timelines: gives the agreements as known at a position, anew whenever asked.
        on: the day that is asked about, an ordinal.
    """

    def __init__(self, timelines: Timelines, on: int) -> None:
        self._timelines = timelines
        self._on = on

    def exclusive(self, asked: Box) -> list[Held]:
        """Find who holds exclusivity; see ``Agreements``."""
        found = []
        for there in self._live():
            provision = there.held.provision
            if provision.level not in EXCLUSIVE:
                continue
            over = there.state.provisions.get(provision.over or "")
            words = covering(provision, over, asked)
            if words is not None:
                found.append(there.found(words))
        return found

    def of_party(self, party: str) -> list[Held]:
        """Find what a party holds or owes; see ``Agreements``."""
        return [
            there.found()
            for there in self._all()
            if concerns(there.held.provision, party)
        ]

    def lapsing(self, first: int, last: int) -> list[Held]:
        """Find what ends in a window; see ``Agreements``."""
        window = Span(first, last)
        return [
            there.found()
            for there in self._live()
            if lapses(there.held.standing.ends, window, there.facts.horizon)
        ]

    def waiting(self, milestone: str) -> list[Held]:
        """Find what waits for a milestone; see ``Agreements``."""
        return [
            there.found()
            for there in self._live()
            if milestone in hinges(there.held.provision)
            and _is_open(there.held.provision, there.facts.at(NEG_INF))
        ]

    def amounts(self) -> list[Held]:
        """Find what has an amount; see ``Agreements``."""
        return [
            there.found()
            for there in self._live()
            if there.held.provision.terms.amount is not None
        ]

    def stakes(self, issuer: str) -> list[HeldStake]:
        """Find the stakes in an issuer; see ``Agreements``."""
        return [
            HeldStake(timeline.agreement, stake)
            for timeline in self._timelines()
            for stake in timeline.state(self._on).stakes.values()
            if stake.issuer == issuer
        ]

    def parties(self) -> set[str]:
        """Name the parties."""
        return {name for there in self._timelines() for name in _last(there).parties}

    def milestones(self) -> set[str]:
        """Name the milestones."""
        return {name for there in self._timelines() for name in there.milestones()}

    def issuers(self) -> set[str]:
        """Name those of whom stakes were reported."""
        return {
            stake.issuer
            for there in self._timelines()
            for stake in _last(there).stakes.values()
        }

    def with_events(self, found: Sequence[Held]) -> list[Held]:
        """Leave what was found as it is: it has its events."""
        return list(found)

    def _live(self) -> Iterator[_There]:
        """Yield the provisions that have not ended."""
        return (t for t in self._all() if t.held.standing.status != "ended")

    def _all(self) -> Iterator[_There]:
        """Yield the provisions of every agreement."""
        for timeline in self._timelines():
            state, facts = timeline.state(self._on), timeline.facts
            for provision in state.provisions.values():
                how = standing(provision, facts, self._on)
                held = Held(timeline.agreement, provision, how)
                yield _There(held, state, facts, timeline, self._on)


def _last(timeline: Timeline) -> State:
    """Fold all that is known, whatever the day."""
    return timeline.state(INF)


def _is_open(provision: Provision, facts: Facts) -> bool:
    """Tell whether anything that the days of a provision rest on is open."""
    return any(is_open(when, facts, provision.id) for when in day_whens(provision))
