"""What is remembered of provisions from one version of an agreement to the next.

What a provision has become depends on the events that made it so, in their order, and
on nothing else. Where the same events come in the same order again, it need not be
written again; where the facts are the same again, its days need not be resolved again.
"""

from __future__ import annotations

from typing import NamedTuple

from projections.fold.facts import Facts
from projections.fold.provision import Closing, Provision
from projections.fold.record import Record
from projections.fold.step import Step
from projections.readmodel.hanging import Days, Openness, days_of
from projections.readmodel.parts import body_of, plain

_Facts = tuple[object, object, object]
# A provision after an event: its name, what it was before, the event, its corrections,
# and what has ended it: which provisions an agreement takes with it hangs on facts.
_Event = tuple[str, int, int, tuple[int, ...], tuple[Closing, ...]]


class Written(NamedTuple):
    """A provision as it was written."""

    provision: Provision
    body: str


class Memory:
    """Provisions that were written, by the events that made them."""

    def __init__(self) -> None:
        self._numbers: dict[_Event, int] = {}
        self._written: dict[int, Written] = {}
        self._days: dict[int, Days] = {}
        self._openness: Openness = {}
        self._facts: Facts = Facts()
        self._there: dict[str, int] = {}

    def begin(self, facts: Facts) -> None:
        """Begin a version; forget days if the facts are others."""
        before = self._facts
        if _said(before) == _said(facts):
            facts.memo.update(before.memo)
        else:
            self.learn()
        self._facts = facts
        self._there = {}

    def learn(self) -> None:
        """Forget days, because there are more facts."""
        self._days = {}
        self._openness = {}

    def after(
        self, step: Step, provision: Provision, record: Record, facts: Facts
    ) -> tuple[Written, Days]:
        """Give a provision as it is after a step that may have touched it."""
        number = self._number(step, provision, record)
        written = self._written.get(number)
        if written is None:
            copy = plain(provision)
            written = self._written[number] = Written(copy, body_of(copy))
        days = self._days.get(number)
        if days is None:
            days = days_of(written.provision, facts, self._openness)
            self._days[number] = days
        return written, days

    def _number(self, step: Step, provision: Provision, record: Record) -> int:
        """Give the number of what a provision has become: that of the same events."""
        name = provision.id
        corrections = tuple(record.corrections.get(step.seq, ()))
        closings = tuple(provision.closings)
        before = self._there.get(name, 0)
        event = (name, before, step.seq, corrections, closings)
        number = self._numbers.setdefault(event, len(self._written) + 1)
        self._there[name] = number
        return number


def _said(facts: Facts) -> _Facts:
    """Give what days hang on."""
    return facts.milestones, facts.measures, facts.notices
