"""Stretches: the days on which no event touches a provision, one after the other.

Between two events that touch it a provision is the same, so that whatever is asked of
every day of a window is asked once for each stretch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice

from events.base import Event
from events.frame import AgreementEnded
from projections.fold.folding import fold
from projections.fold.provision import Provision
from projections.fold.spans import Span
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.timeline import Timeline


def stretches(
    timeline: Timeline,
    state: State,
    window: Span,
    *,
    touch_all: tuple[type[Event], ...] = (AgreementEnded,),
) -> Iterator[tuple[Provision, Span]]:
    """Yield what each provision is in a window, between the events that touch it.

    Args:
        timeline: the agreement.
        state: that of the day before the window; the events of the window are folded
            into it on the way.
        window: the first and the last day.
        touch_all: the events that touch every provision.

    Yields:
        A provision and the days on which it is so, for each provision in order. It is
        to be read at once, because later events change it in place. The days are none
        where the first stretch would begin on the day of an event. Cost: one pass over
        the events of the window.
    """
    walk = _Walk(state, window.lo, touch_all)
    steps = timeline.upto(window.hi)[len(timeline.upto(window.lo - 1)) :]
    for day, together in groupby(steps, key=lambda step: step.day):
        chunk = list(together)
        for name in walk.touched(chunk):
            yield state.provisions[name], Span(walk.since[name], day - 1)
            walk.since[name] = day
        fold(chunk, timeline.facts, state)
        walk.grow(day)
    for provision in state.provisions.values():
        yield provision, Span(walk.since[provision.id], window.hi)


class _Walk:
    """How far a walk has come.

    Attributes:
        since: the first day of the stretch that each provision is in.
    """

    def __init__(
        self, state: State, first: int, touch_all: tuple[type[Event], ...]
    ) -> None:
        self.since: dict[str, int] = {}
        self._provisions = state.provisions
        self._touch_all = touch_all
        # The provisions that are over another and have its scope.
        self._over: dict[str, list[str]] = defaultdict(list)
        self.grow(first)

    def grow(self, day: int) -> None:
        """Begin a stretch of the provisions that have come into being."""
        count = len(self._provisions) - len(self.since)
        for name in islice(reversed(self._provisions), count):
            self.since[name] = day
            over = self._provisions[name].over
            if over is not None:
                self._over[over].append(name)

    def touched(self, steps: Sequence[Step]) -> Iterable[str]:
        """Collect the provisions that events may change, of those that are there."""
        if any(isinstance(step.event, self._touch_all) for step in steps):
            return [*self.since]
        names: dict[str, None] = {}
        for step in steps:
            named = getattr(step.event, "provision", None)
            for name in (named, *getattr(step.event, "provisions", ())):
                if name in self.since:
                    names |= dict.fromkeys((name, *self._over.get(name, ())))
        return names
