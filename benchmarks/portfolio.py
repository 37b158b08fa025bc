"""Synthetic portfolios: many agreements, whose lives look like those of real ones.

The same seed gives the same events on every machine. An agreement depends on the seed
and its number only, so that a small portfolio is the beginning of a large one, and a
million events need no more memory than the longest agreement.

How many events an agreement has is drawn from a Pareto distribution that is cut off:
at least 3, half of them 5 or fewer, 10 on average, one in a hundred 80 or more, none
more than 1,000. What happens in them is in :mod:`benchmarks.happenings`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

from benchmarks.happenings import happen
from benchmarks.story import Fields, Story
from events.entry import Draft
from events.reader import read_draft

LEAST_EVENTS = 3
MOST_EVENTS = 1_000
TAIL = 1.4


class Telling(NamedTuple):
    """An agreement and its events, in the order in which they are recorded."""

    agreement: str
    events: list[Fields]

    def drafts(self) -> list[Draft]:
        """Read the events as the ledger takes them."""
        return [read_draft(fields, agreement=self.agreement) for fields in self.events]

    def lines(self, batch: str | None = None) -> Iterator[str]:
        """Write the events as JSON lines, of one batch if it has a name."""
        more = {"agreement": self.agreement, **({"batch": batch} if batch else {})}
        for fields in self.events:
            yield json.dumps({**more, **fields})


def portfolio(events: int, seed: int = 1) -> Iterator[Telling]:
    """Tell agreements until there are so many events.

    Args:
        events: how many events in all, at least 1; the last agreement is cut short.
        seed: which portfolio.

    Yields:
        One agreement after the other.
    """
    left, number = events, 0
    while left > 0:
        telling = agreement(number, seed)
        yield Telling(telling.agreement, telling.events[:left])
        left -= len(telling.events)
        number += 1


def agreement(number: int, seed: int = 1, events: int | None = None) -> Telling:
    """Tell one agreement.

    Args:
        number: which, from 0.
        seed: which portfolio.
        events: how many events; drawn where it is not given.
    """
    random = Random(f"{seed}/{number}")
    drawn = min(MOST_EVENTS, int(LEAST_EVENTS * random.paretovariate(TAIL)))
    count = events or drawn
    story = Story(random, number, count)
    story.begin()
    while len(story.events) < count:
        happen(story)
    return Telling(story.agreement, story.events[:count])


def batches(tellings: Iterable[Telling], window: int = 50) -> Iterator[Telling]:
    """Deal the agreements out as a ledger would have seen them: a few side by side.

    The first batch of an agreement is how it begins, later ones are up to five events
    long. Agreements of a window take turns; memory is that of the window.

    Args:
        tellings: the agreements.
        window: how many are going on at a time.
    """
    open_ones: list[Iterator[Telling]] = []
    for telling in tellings:
        open_ones.append(_pieces(telling))
        if len(open_ones) >= window:
            yield from _turn(open_ones)
    while open_ones:
        yield from _turn(open_ones)


def _turn(open_ones: list[Iterator[Telling]]) -> Iterator[Telling]:
    """Give every open agreement one turn, and close those that are told."""
    for pieces in tuple(open_ones):
        piece = next(pieces, None)
        if piece is None:
            open_ones.remove(pieces)
        else:
            yield piece


def _pieces(telling: Telling) -> Iterator[Telling]:
    """Cut an agreement into batches."""
    at, size = 0, 3
    while at < len(telling.events):
        yield telling._replace(events=telling.events[at : at + size])
        at, size = at + size, 1 + (at + size) % 5
