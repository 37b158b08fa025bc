"""Questions to all agreements at once: what is found, and what each question means.

Two can answer: whoever folds every agreement, and whoever looks into tables that were
made of them. What it means to be found is written here, once for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from events.dates import INF, NEG_INF
from events.scope import Box
from projections.fold.facts import Facts
from projections.fold.provision import Closing, Provision
from projections.fold.resolve import open_milestones
from projections.fold.resolving import day_whens
from projections.fold.spans import Span
from projections.fold.state import Party, Stake
from projections.fold.status import Standing
from projections.questions.endings import StartAndEnd
from projections.questions.matching import clauses_over, coverage, words_alone

EVERYTHING = Box()


class Held(NamedTuple):
    """A provision of an agreement, and how it stands on the day.

    ``words`` are those that its being found hangs on and that nobody can evaluate;
    ``later`` is what ends it after the day, where it is told with its events.
    ``told_on`` is the day of which the provision itself is told: of what lapses a day
    on which recorded events have made it what it is when it ends, otherwise None for
    the day that is asked about.
    """

    agreement: str
    provision: Provision
    standing: Standing
    words: tuple[str, ...] = ()
    later: Closing | None = None
    told_on: int | None = None


class Preceded(NamedTuple):
    """A party that another one came after in an agreement, and the event that says so.

    What it held and owed is found under its own id.
    """

    agreement: str
    party: str
    change: str
    event: int


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

        What has not ended on the day, and later does by its term or by an event, with
        all events that are recorded, also those that are effective after the day. It
        is told as it is when it ends, with how it stands on the day.

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

    def preceding(self, party: str) -> list[Preceded]:
        """Find whom a party has come after by the day."""
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

    def tags(self) -> set[tuple[str, str]]:
        """Name the tags that scopes include, whatever the day, each with its axis."""
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

    def preceding(self, party: str) -> list[Preceded]:
        """Find whom a party has come after; see :class:`Agreements`."""
        return [before for part in self._parts for before in part.preceding(party)]

    def parties(self) -> set[str]:
        """Name the parties."""
        return {name for part in self._parts for name in part.parties()}

    def milestones(self) -> set[str]:
        """Name the milestones."""
        return {name for part in self._parts for name in part.milestones()}

    def issuers(self) -> set[str]:
        """Name those of whom stakes were reported."""
        return {name for part in self._parts for name in part.issuers()}

    def tags(self) -> set[tuple[str, str]]:
        """Name the tags that scopes include."""
        return {tag for part in self._parts for tag in part.tags()}

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
        found = coverage(clauses_over(provision, over), asked)
        if not found.possible:
            return None
        told = words_alone(provision, over)
        words += found.conditions if told is None else (told, *found.conditions)
    return tuple(words)


def concerns(provision: Provision, party: str) -> bool:
    """Tell whether a party holds a provision or owes it."""
    return party in provision.holders or party in provision.against


def ahead(window: Span, on: int) -> Span:
    """Give the days after the one asked about in which something may lapse."""
    return Span(max(window.lo, on + 1), max(window.hi, on + 1))


def lapses(ends: Span, window: Span, is_put_off: Callable[[], bool]) -> bool:
    """Tell whether an end lies in a window, or may and not by silence alone.

    Args:
        ends: the possible days of the end.
        window: the first and the last day that are asked about.
        is_put_off: tells whether another silent day would put off the end.
    """
    if not ends.meets(window) or ends.lo >= INF:
        return False
    return ends.hi <= window.hi or not is_put_off()


def is_put_off(ends: Callable[[Facts], Span], facts: Facts) -> bool:
    """Tell whether another silent day would put off the first day of an end.

    Args:
        ends: gives the days of the end by what is known.
        facts: what is known.
    """
    lo, horizon = ends(facts).lo, facts.horizon
    return lo == horizon and ends(facts.at(horizon + 1)).lo > lo


def waits_for(provision: Provision, milestone: str, facts: Facts) -> bool:
    """Tell whether the days of a provision hang on a milestone that is still open.

    Silence settles nothing here.
    """
    certain = facts.at(NEG_INF)
    return any(
        milestone in open_milestones(when, certain, provision)
        for when in day_whens(provision)
    )


def told_on(ends: Span, days: Span) -> int:
    """Give the day of which what lapses is told: its end, or the last of several."""
    return ends.lo if ends.exact else days.hi


class Ending(NamedTuple):
    """What ends, or may end, in a window.

    Attributes:
        agreement: whose it is.
        provision: as it is when it ends.
        told_on: the day on which it is so.
        days: when it starts and ends.
    """

    agreement: str
    provision: Provision
    told_on: int
    days: StartAndEnd

    def held(self, now: Standing | None, on: int) -> Held:
        """Tell how it stands on the day that is asked about.

        Args:
            now: how it stands; None where it is not there yet.
            on: the day.
        """
        status, waits = ("not-yet", ()) if now is None else (now.status, now.waits_for)
        later = (one for one in self.provision.closings if one.span.lo > on)
        return Held(
            self.agreement,
            self.provision,
            Standing(status, waits, *self.days),
            later=next(later, None),
            told_on=self.told_on,
        )


def preceded(
    agreement: str, parties: Iterable[Party], party: str
) -> Iterator[Preceded]:
    """Yield the parties of an agreement that another one came after."""
    for before in parties:
        for after in before.successions:
            if after.successor == party:
                yield Preceded(agreement, before.id, after.change, after.seq)
