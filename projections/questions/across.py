"""Across agreements: the same party under several ids, and those that came after it.

The same id is the same party in every agreement, and so are two ids that share an
identifier such as an LEI. A successor is followed in the agreement whose event names
it, because a party may hand over one agreement and keep another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from events.dates import INF, NEG_INF, day_text
from events.errors import NotFound, a_few, did_you_mean
from projections.fold.state import State, Succession
from projections.fold.timeline import Timeline


class KnownIn(msgspec.Struct, frozen=True):
    """The moment of knowledge of a whole ledger: the last event that counts."""

    position: int
    recorded_at: str


class Held(NamedTuple):
    """An agreement on a day: what was known, and the state that follows."""

    timeline: Timeline
    state: State

    @property
    def agreement(self) -> str:
        """Give the id of the agreement."""
        return self.timeline.agreement


def held_on(timelines: Iterable[Timeline], day: int) -> list[Held]:
    """Fold agreements on a day; those without any event are left out."""
    return [
        Held(timeline, timeline.state(day))
        for timeline in timelines
        if timeline.record.known
    ]


def skipped_in(held: Iterable[Held]) -> list[dict[str, Any]]:
    """Write the recorded events that could not apply to what was there, and why.

    It happens under a supposal of a day gone by, and where only a part of a batch is
    known.
    """
    return [
        {
            "agreement": there.agreement,
            "event": skipped.seq,
            "reason": str(skipped.error),
        }
        for there in held
        for skipped in there.state.skipped
    ]


def horizon_of(timelines: Iterable[Timeline]) -> str | None:
    """Write the latest horizon of several timelines, null where there is none."""
    horizon = max((there.facts.horizon for there in timelines), default=NEG_INF)
    return None if horizon in {NEG_INF, INF} else day_text(horizon)


class Identities:
    """Who is who on a day.

    Args:
        held: the agreements that are asked.
    """

    def __init__(self, held: Sequence[Held]) -> None:
        self._same: dict[str, str] = {}
        # By agreement, and there by the name that stands for a party.
        self._next: dict[str, dict[str, list[Succession]]] = defaultdict(dict)
        for there in held:
            for party in there.state.parties.values():
                self._join(party.id, party.id)
                for scheme, value in party.identifiers.items():
                    # No id of a party holds a colon, so that neither takes the other.
                    self._join(f"{scheme}:{value}", party.id)
        for there in held:
            self._next[there.agreement] |= self._successions(there)

    def follow(self, there: Held) -> None:
        """Take those who come after the parties of an agreement from its state."""
        self._next[there.agreement] = self._successions(there)

    def _successions(self, there: Held) -> dict[str, list[Succession]]:
        """Read who comes after the parties of an agreement."""
        parties = there.state.parties.values()
        return {self._root(p.id): p.successions for p in parties if p.successions}

    def of(self, agreement: str, party: str) -> str:
        """Name whoever has what a party had, the same name for the same one.

        Args:
            agreement: whose events on successors count.
            party: an id; one that nobody declares stays as it is.
        """
        return self._followed(agreement, party, assigned=True)

    def now(self, agreement: str, party: str) -> str:
        """Name whoever a party is now: one that has assigned what it had is itself."""
        return self._followed(agreement, party, assigned=False)

    def _followed(self, agreement: str, party: str, *, assigned: bool) -> str:
        """Go from successor to successor, past assignments or up to one."""
        name = self._root(party)
        seen = {name}
        there = self._next.get(agreement, {})
        while after := there.get(name):
            # First comes whoever has what it had, last who it is.
            one = after[0 if assigned else -1]
            following = self._root(one.successor)
            if following in seen or (one.change == "assigned" and not assigned):
                break
            seen.add(following)
            name = following
        return name

    def standing_for(self, party: str) -> str:
        """Give the one id that stands for a party, whoever came after it."""
        return self._root(party)

    def _root(self, name: str) -> str:
        """Find the name that stands for all that are the same."""
        while (above := self._same.get(name, name)) != name:
            name = above
        return name

    def _join(self, one: str, other: str) -> None:
        """Note that two names are of the same party."""
        self._same.setdefault(other, other)
        first, second = self._root(one), self._root(other)
        if first != second:
            # The id that was declared first stands for all.
            kept, gone = (second, first) if first == one else (first, second)
            self._same[gone] = kept


def require_party(name: str, timelines: Iterable[Timeline]) -> None:
    """Refuse a party that no agreement declares, ever.

    Raises:
        NotFound: with the nearest id as a hint.
    """
    declared = {party for timeline in timelines for party in timeline.facts.parties}
    if name not in declared:
        raise NotFound(
            f"there is no party {name}",
            hint=did_you_mean(name, declared)
            or f"the parties are {a_few(declared) or 'none'}",
            word=name,
            wanted="party",
        )
