"""What ends provisions later than the day asked about, as far as it is recorded.

On a day a provision is what events have made of it by then. That a later event ends it
is known all the same, and a reader who asks until when it runs wants to hear of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch
from itertools import groupby

from events.changes import ProvisionEnded, RightRelinquished
from events.frame import AgreementEnded
from events.happenings import OptionExercised
from projections.fold.folding import fold
from projections.fold.provision import Closing, Provision
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.timeline import Timeline

_ENDING = (AgreementEnded, OptionExercised, ProvisionEnded, RightRelinquished)


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
