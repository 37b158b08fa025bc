"""Questions to all agreements at once: what is found, and what each question means.

Two can answer: whoever folds every agreement, and whoever looks into tables that were
made of them. What it means to be found is written here, once for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from events.dates import INF
from events.scope import Box
from projections.fold.provision import Closing, Provision
from projections.fold.spans import Span
from projections.fold.state import Stake
from projections.fold.status import Standing
from projections.questions.matching import clauses_over, coverage, is_unbounded

EVERYTHING = Box()


class Held(NamedTuple):
    """A provision of an agreement, and how it stands on the day.

    ``words`` are those that its being found hangs on and that nobody can evaluate;
    ``later`` is what ends it after the day, where it is told with its events.
    """

    agreement: str
    provision: Provision
    standing: Standing
    words: tuple[str, ...] = ()
    later: Closing | None = None


class HeldStake(NamedTuple):
    """A stake that an agreement reports."""

    agreement: str
    stake: Stake


class Agreements(Protocol):
    """All agreements on a day, as known at a position."""

    def exclusive(self, asked: Box) -> list[Held]:
        """Find who holds exclusivity over a scope, now or perhaps later.

        Args:
            asked: the scope; all of it has to be covered. Without any axis all
                exclusivity is found.
        """
        ...

    def of_party(self, party: str) -> list[Held]:
        """Find everything that a party holds or owes, also what has ended."""
        ...

    def lapsing(self, first: int, last: int) -> list[Held]:
        """Find what ends, or may end, on one of the days of a window.

        What may end on any day to come, because a milestone may, is only found where
        it has ended for certain by the last day of the window.

        Args:
            first: the first day, an ordinal.
            last: the last day.
        """
        ...

    def waiting(self, milestone: str) -> list[Held]:
        """Find what starts, ends or pauses with a milestone that is still open."""
        ...

    def amounts(self) -> list[Held]:
        """Find what has an amount and has not ended."""
        ...

    def stakes(self, issuer: str) -> list[HeldStake]:
        """Find the stakes in an issuer."""
        ...

    def parties(self) -> set[str]:
        """Name the parties of all agreements, whatever the day."""
        ...

    def milestones(self) -> set[str]:
        """Name the milestones that are mentioned, whatever the day."""
        ...

    def issuers(self) -> set[str]:
        """Name those of whom stakes were reported, whatever the day."""
        ...

    def with_events(self, found: Sequence[Held]) -> list[Held]:
        """Add to what was found the events that made it so and those that end it."""
        ...


class Together:
    """Several that each know some of the agreements, asked as one."""

    def __init__(self, parts: Sequence[Agreements]) -> None:
        self._parts = parts

    def exclusive(self, asked: Box) -> list[Held]:
        """Find who holds exclusivity; see :class:`Agreements`."""
        return self._all(lambda part: part.exclusive(asked))

    def of_party(self, party: str) -> list[Held]:
        """Find what a party holds or owes; see :class:`Agreements`."""
        return self._all(lambda part: part.of_party(party))

    def lapsing(self, first: int, last: int) -> list[Held]:
        """Find what ends in a window; see :class:`Agreements`."""
        return self._all(lambda part: part.lapsing(first, last))

    def waiting(self, milestone: str) -> list[Held]:
        """Find what waits for a milestone; see :class:`Agreements`."""
        return self._all(lambda part: part.waiting(milestone))

    def amounts(self) -> list[Held]:
        """Find what has an amount; see :class:`Agreements`."""
        return self._all(lambda part: part.amounts())

    def stakes(self, issuer: str) -> list[HeldStake]:
        """Find the stakes in an issuer; see :class:`Agreements`."""
        return [held for part in self._parts for held in part.stakes(issuer)]

    def parties(self) -> set[str]:
        """Name the parties."""
        return {name for part in self._parts for name in part.parties()}

    def milestones(self) -> set[str]:
        """Name the milestones."""
        return {name for part in self._parts for name in part.milestones()}

    def issuers(self) -> set[str]:
        """Name those of whom stakes were reported."""
        return {name for part in self._parts for name in part.issuers()}

    def with_events(self, found: Sequence[Held]) -> list[Held]:
        """Add the numbers of events; each adds those that it knows."""
        for part in self._parts:
            found = part.with_events(found)
        return list(found)

    def _all(self, ask: Callable[[Agreements], Iterable[Held]]) -> list[Held]:
        """Ask each, and put together what is found."""
        return [held for part in self._parts for held in ask(part)]


def covering(
    provision: Provision, over: Provision | None, asked: Box
) -> tuple[str, ...] | None:
    """Tell whether exclusivity covers a scope, or may.

    Args:
        provision: the exclusivity.
        over: the provision that it is over, if it is over one.
        asked: the scope.

    Returns:
        The words that it hangs on; None where it does not cover the scope.
    """
    words = [] if provision.condition is None else [provision.condition]
    if asked != EVERYTHING:
        clauses = clauses_over(provision, over)
        found = coverage(clauses, asked)
        if not found.possible:
            return None
        told = provision.text or (over.text if over else None)
        if is_unbounded(clauses) and told is not None:
            words.append(told)
        words += found.conditions
    return tuple(words)


def concerns(provision: Provision, party: str) -> bool:
    """Tell whether a party holds a provision or owes it."""
    return party in provision.holders or party in provision.against


def lapses(ends: Span, window: Span, horizon: int) -> bool:
    """Tell whether an end lies in a window, or may and not by silence alone.

    Args:
        ends: the possible days of the end.
        window: the first and the last day that are asked about.
        horizon: the day up to which silence means that nothing happened, an ordinal.
    """
    if ends.lo > window.hi or ends.hi < window.lo or ends.lo >= INF:
        return False
    return ends.lo != horizon or ends.hi <= window.hi
