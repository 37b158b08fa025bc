"""What ends provisions later than the day asked about, as far as it is recorded.

On a day a provision is what events have made of it by then. That a later event ends it
is known all the same, and a reader who asks until when it runs wants to hear of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from events.changes import ProvisionEnded, RightRelinquished
from events.frame import AgreementEnded
from events.happenings import OptionExercised
from projections.fold import fold
from projections.provision import Closing
from projections.state import State
from projections.step import Step
from projections.timeline import Timeline

_ENDING = (AgreementEnded, OptionExercised, ProvisionEnded, RightRelinquished)


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
    there = set(state.provisions)
    found: dict[str, Closing] = {}
    for steps in _up_to_endings(later):
        fold(steps, timeline.facts, state)
        for name in _ended_by(steps[-1], state):
            if name in there:
                found.setdefault(name, state.provisions[name].closings[-1])
    return found


def _up_to_endings(steps: Iterable[Step]) -> Iterator[Sequence[Step]]:
    """Yield stretches of steps, each up to one that may end something."""
    stretch: list[Step] = []
    for step in steps:
        stretch.append(step)
        if isinstance(step.event, _ENDING):
            yield stretch
            stretch = []


def _ended_by(step: Step, state: State) -> Iterable[str]:
    """Name the provisions that a step ended."""
    named = getattr(step.event, "provision", None)
    names = state.provisions if named is None else (named,)
    return [
        name
        for name in names
        if name in state.provisions
        and any(
            closing.seq == step.seq for closing in state.provisions[name].closings[-1:]
        )
    ]
