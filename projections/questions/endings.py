"""What ends provisions later than the day asked about, as far as it is recorded.

On a day a provision is what events have made of it by then. That a later event ends it,
or gives it another term, is known all the same, and a reader who asks until when it
runs wants to hear of it.
Whether it ends in a window is asked stretch by stretch, between the events that touch
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch
from itertools import groupby
from typing import NamedTuple

from events.changes import (
    ProvisionEnded,
    ProvisionInterpreted,
    ProvisionReinstated,
    RightRelinquished,
    TermChanged,
    TermExtended,
    TermShortened,
)
from events.dates import INF
from events.frame import AgreementEnded
from events.happenings import OptionExercised
from projections.fold.facts import Facts
from projections.fold.folding import fold
from projections.fold.provision import Closing, Provision
from projections.fold.resolving import end_of
from projections.fold.spans import Span
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.timeline import Timeline

# The basis of an end that is a term of the agreement, and no event's effective date.
TERM = "term"

# The events that may set an end.
SETTING = (
    *(AgreementEnded, OptionExercised, ProvisionEnded, RightRelinquished),
    *(TermChanged, TermExtended, TermShortened),
    *(ProvisionInterpreted, ProvisionReinstated),
)


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


class Later(NamedTuple):
    """A provision at the end of a day, and the last event of the day to set its end."""

    day: int
    seq: int
    provision: Provision


@singledispatch
def endings_after(timeline: Timeline, day: int) -> dict[str, Closing]:
    """Find the event that is effective after a day and says when each provision ends.

    Args:
        timeline: what was known.
        day: the day asked about, an ordinal.

    Returns:
        What ends them, or sets their term, by provision; those that go on as they are,
        or that such an event brings into being, are left out. Cost: one pass over the
        steps, where any event sets an end later.
    """
    later = timeline.steps[len(timeline.upto(day)) :]
    if not any(isinstance(step.event, SETTING) for step in later):
        return {}
    state = timeline.state(day)
    return first_endings(
        state.provisions, _set_in_turn(timeline, later, state), timeline.facts, day
    )


def first_endings(
    before: Mapping[str, Provision], later: Iterable[Later], facts: Facts, on: int
) -> dict[str, Closing]:
    """Find what ends each provision first, that had not ended it before.

    Args:
        before: the provisions as they are on the day.
        later: the provisions as they are at the end of each later day on which an event
            may have set their end, day by day.
        facts: what is known of what terms hang on.
        on: the day, an ordinal.
    """
    terms = {name: one.ends for name, one in before.items()}
    # Of what has ended by the day it is told when it ends once it has come back.
    ends = {name: end_of(one, facts).hi for name, one in before.items()}
    over_by = {name: hi if hi > on else INF for name, hi in ends.items()}
    seqs = {name: {c.seq for c in one.closings} for name, one in before.items()}
    found: dict[str, Closing] = {}
    for day, seq, provision in later:
        name = provision.id
        # What has come to its end by then is not set anew.
        if name not in terms or over_by[name] <= day:
            continue
        fresh = (one for one in provision.closings if one.seq not in seqs[name])
        if (closing := next(fresh, None)) is not None:
            found[name] = closing
            del terms[name]
        elif provision.ends != terms[name]:
            terms[name] = provision.ends
            found.pop(name, None)
            span = end_of(provision, facts)
            over_by[name] = span.hi
            if provision.ends is not None and not provision.closings:
                found[name] = Closing(span, provision.ends, seq, TERM)
    return found


def _set_in_turn(
    timeline: Timeline, later: Iterable[Step], state: State
) -> Iterator[Later]:
    """Fold later steps, and yield what those of a day may have ended after each day."""
    for day, steps in groupby(later, key=lambda step: step.day):
        together = list(steps)
        fold(together, timeline.facts, state)
        last: dict[str, int] = {}
        for step in together:
            if isinstance(step.event, SETTING):
                named = getattr(step.event, "provision", None)
                names = state.provisions if named is None else (named,)
                for name in names:
                    there = state.provisions.get(name)
                    if there is not None and step.seq in there.set_by:
                        last[name] = step.seq
        for name, seq in last.items():
            yield Later(day, seq, state.provisions[name])
