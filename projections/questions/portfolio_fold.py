"""Questions to all agreements, answered by folding every one of them.

It takes as long as there are events, and holds one agreement at a time in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from copy import deepcopy
from functools import partial
from itertools import groupby
from typing import NamedTuple

from events.dates import INF
from events.scope import Box
from projections.fold.facts import Facts
from projections.fold.folding import fold
from projections.fold.resolving import end_of
from projections.fold.spans import Span
from projections.fold.state import State
from projections.fold.status import standing
from projections.fold.timeline import Timeline
from projections.questions.bearing import EXCLUSIVE
from projections.questions.endings import endings_after
from projections.questions.falling import ending_in
from projections.questions.portfolio import (
    Ending,
    Held,
    HeldStake,
    Preceded,
    ahead,
    concerns,
    covering,
    is_put_off,
    lapses,
    preceded,
    told_on,
    waits_for,
)
from projections.questions.question import INCLUDING, tags_in

# Gives the agreements of some names, or all.
Timelines = Callable[[Collection[str] | None], Iterable[Timeline]]


class _There(NamedTuple):
    """A provision that may be found, and the agreement around it."""

    held: Held
    state: State
    facts: Facts


class Folded:
    """All agreements, each folded when it is its turn; see ``Agreements``.

    Args:
        timelines: gives the agreements as known at a position, anew whenever asked:
            those of some names, of which it may not know all, or every one.
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
                found.append(there.held._replace(words=words))
        return found

    def of_party(self, party: str) -> list[Held]:
        """Find what a party holds or owes; see ``Agreements``."""
        return [
            there.held for there in self._all() if concerns(there.held.provision, party)
        ]

    def lapsing(self, first: int, last: int) -> list[Held]:
        """Find what ends in a window; see ``Agreements``."""
        window = Span(first, last)
        return [
            held
            for timeline in self._timelines(None)
            for held in self._lapsing(timeline, window)
        ]

    def _lapsing(self, timeline: Timeline, window: Span) -> Iterator[Held]:
        """Yield what ends in a window in one agreement."""
        facts, on, days = timeline.facts, self._on, ahead(window, self._on)
        there = timeline.state(on).provisions
        for ending in _ending(timeline, days):
            put_off = partial(is_put_off, partial(end_of, ending.provision), facts)
            if not lapses(ending.days.ends, window, put_off):
                continue
            before = there.get(ending.provision.id)
            now = None if before is None else standing(before, facts, on)
            if now is None or now.status != "ended":
                yield ending.held(now, on)

    def waiting(self, milestone: str) -> list[Held]:
        """Find what waits for a milestone; see ``Agreements``."""
        return [
            there.held
            for there in self._live()
            if waits_for(there.held.provision, milestone, there.facts)
        ]

    def amounts(self) -> list[Held]:
        """Find what has an amount; see ``Agreements``."""
        return [
            there.held
            for there in self._live()
            if there.held.provision.terms.amount is not None
        ]

    def stakes(self, issuer: str) -> list[HeldStake]:
        """Find the stakes in an issuer; see ``Agreements``."""
        return [
            HeldStake(timeline.agreement, stake)
            for timeline in self._timelines(None)
            for stake in timeline.state(self._on).stakes.values()
            if stake.issuer == issuer
        ]

    def preceding(self, party: str) -> list[Preceded]:
        """Find whom a party has come after; see ``Agreements``."""
        return [
            before
            for there in self._timelines(None)
            for before in preceded(
                there.agreement, there.state(self._on).parties.values(), party
            )
        ]

    def parties(self) -> set[str]:
        """Name the parties."""
        return {
            name for there in self._timelines(None) for name in _last(there).parties
        }

    def milestones(self) -> set[str]:
        """Name the milestones."""
        return {name for there in self._timelines(None) for name in there.milestones()}

    def issuers(self) -> set[str]:
        """Name those of whom stakes were reported."""
        return {
            stake.issuer
            for there in self._timelines(None)
            for stake in _last(there).stakes.values()
        }

    def tags(self) -> set[tuple[str, str]]:
        """Name the tags that scopes include."""
        return tags_in(self._timelines(None), INCLUDING)

    def with_events(self, found: Sequence[Held]) -> list[Held]:
        """Add what ends it later; what was found has the events that made it so."""
        names = {held.agreement for held in found if held.told_on is None}
        later = {
            there.agreement: endings_after(there, self._on)
            for there in self._timelines(names)
        }
        return [
            held._replace(later=later[held.agreement].get(held.provision.id))
            if held.agreement in later and held.told_on is None
            else held
            for held in found
        ]

    def _live(self) -> Iterator[_There]:
        """Yield the provisions that have not ended."""
        return (t for t in self._all() if t.held.standing.status != "ended")

    def _all(self) -> Iterator[_There]:
        """Yield the provisions of every agreement."""
        for timeline in self._timelines(None):
            state, facts = timeline.state(self._on), timeline.facts
            for provision in state.provisions.values():
                how = standing(provision, facts, self._on)
                held = Held(timeline.agreement, provision, how)
                yield _There(held, state, facts)


def _last(timeline: Timeline) -> State:
    """Fold all that is known, whatever the day."""
    return timeline.state(INF)


def _ending(timeline: Timeline, days: Span) -> Iterator[Ending]:
    """Yield what ends in some days, each as it is when it does, in one more pass."""
    endings = ending_in(timeline, days)
    told = {name: told_on(one.ends, days) for name, one in endings.items()}
    state, folded = State(), 0
    for day, names in groupby(sorted(told, key=told.__getitem__), told.__getitem__):
        steps = timeline.upto(day)
        fold(steps[folded:], timeline.facts, state)
        folded = len(steps)
        for name in names:
            # Later events change what they touch in place.
            provision = deepcopy(state.provisions[name])
            yield Ending(timeline.agreement, provision, day, endings[name])
