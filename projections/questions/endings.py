"""What ends provisions later than the day asked about, as far as it is recorded.

On a day a provision is what events have made of it by then. That a later event ends it
is known all the same, and a reader who asks until when it runs wants to hear of it.
Whether it ends in a window is asked stretch by stretch, between the events that touch
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch
from itertools import groupby
from typing import NamedTuple

from events.changes import ProvisionEnded, RightRelinquished
from events.dates import INF
from events.frame import AgreementEnded
from events.happenings import OptionExercised
from projections.fold.folding import fold
from projections.fold.provision import Closing, Provision
from projections.fold.spans import Span
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.timeline import Timeline

_ENDING = (AgreementEnded, OptionExercised, ProvisionEnded, RightRelinquished)


class Stretch(NamedTuple):
    """Days on which no event touches a provision.

    Attributes:
        first: the first of them, an ordinal.
        last: the last.
        had_ended: whether it had ended by the day before; None where it was not there.
    """

    first: int
    last: int
    had_ended: bool | None


class StartAndEnd(NamedTuple):
    """The possible days of the start and of the end, in a stretch."""

    starts: Span
    ends: Span

    def over_by(self, day: int) -> bool:
        """Tell whether it has ended by a day, or was cancelled before it began."""
        return self.ends.hi <= day or self.ends.hi <= self.starts.lo


def end_within(days: StartAndEnd, stretch: Stretch, window: Span) -> Span | None:
    """Tell when a provision ends, or may end, in a stretch of a window.

    What may end on one of several days is only told of the last stretch, because
    events in between may still change it.

    Args:
        days: those of the provision, in the stretch.
        stretch: the days that are looked at; the last one ends with the window.
        window: the first and the last day.

    Returns:
        The possible days. Where an event of the first day ended it, perhaps for a day
        gone by, it is that day.
    """
    ends, first = days.ends, stretch.first
    is_over = stretch.had_ended is False and days.over_by(first)
    if is_over and (ends.exact or ends.hi != first):
        return Span(first, first)
    if ends.lo >= INF:
        return None
    if not ends.exact:
        is_open = stretch.last == window.hi and not days.over_by(window.lo - 1)
        return ends if is_open and ends.meets(window) else None
    if not first <= ends.lo <= stretch.last:
        return None
    begins = ends.lo == first
    before = stretch.had_ended if begins else days.over_by(ends.lo - 1)
    return None if before else ends


@singledispatch
def endings_after(timeline: Timeline, day: int) -> dict[str, Closing]:
    """Find the first event that is effective after a day and ends each provision.

    Args:
        timeline: what was known.
        day: the day asked about, an ordinal.

    Returns:
        What ends them, by provision; those that go on, or that such an event brings
        into being, are left out. Cost: one pass over the steps, where any event ends
        something later.
    """
    later = timeline.steps[len(timeline.upto(day)) :]
    if not any(isinstance(step.event, _ENDING) for step in later):
        return {}
    state = timeline.state(day)
    return first_endings(
        {name: list(one.closings) for name, one in state.provisions.items()},
        _ended_in_turn(timeline, later, state),
    )


def first_endings(
    before: Mapping[str, Iterable[Closing]], later: Iterable[Provision]
) -> dict[str, Closing]:
    """Find what ends each provision first, that had not ended it before.

    Args:
        before: what had ended the provisions by the day.
        later: the provisions as they are at the end of each later day on which an event
            may have ended them, day by day.
    """
    seqs = {name: {one.seq for one in closings} for name, closings in before.items()}
    found: dict[str, Closing] = {}
    for provision in later:
        name = provision.id
        if name in seqs and name not in found:
            fresh = (one for one in provision.closings if one.seq not in seqs[name])
            closing = next(fresh, None)
            if closing is not None:
                found[name] = closing
    return found


def _ended_in_turn(
    timeline: Timeline, later: Iterable[Step], state: State
) -> Iterator[Provision]:
    """Fold later steps, and yield what those of a day may have ended after each day."""
    for _, steps in groupby(later, key=lambda step: step.day):
        together = list(steps)
        fold(together, timeline.facts, state)
        for step in together:
            if isinstance(step.event, _ENDING):
                named = getattr(step.event, "provision", None)
                names = state.provisions if named is None else (named,)
                yield from (
                    state.provisions[name] for name in names if name in state.provisions
                )
