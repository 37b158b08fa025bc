"""Replace a step among others: what was learned late, corrected, or taken back.

A payment or a report that takes effect among other events changes nothing of what they
did, nor does it if it turns out to have been another one, or none. Most of what is
learned late or said of earlier events is about such, and to fold all of a long
agreement anew for each would take longer than everything else.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Sequence
from typing import NamedTuple

from events.dates import NEG_INF
from events.entry import Entry
from events.happenings import MeasureReported, Performed
from events.when import On
from projections.fold.facts import Facts
from projections.fold.folding import fold
from projections.fold.gathering import happen
from projections.fold.record import Heard, hear, heard
from projections.fold.spans import date_span
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.timeline import Timeline, step_of


class Replacement(NamedTuple):
    """What the next event of an agreement changes among its steps.

    Attributes:
        gone: the step that is no longer there, if any.
        come: the step that is there from now on, if any.
        heard: what the next event says; None where it just counts as well.
    """

    gone: Step | None
    come: Step | None
    heard: Heard | None

    @property
    def steps(self) -> list[Step]:
        """List the steps that it is about."""
        return [step for step in (self.gone, self.come) if step is not None]


def replacement(
    timeline: Timeline, entry: Entry, hanging: Collection[str]
) -> Replacement | None:
    """Tell what the next event replaces; None where it may touch more than one step.

    Args:
        timeline: the agreement up to the event before.
        entry: the next event.
        hanging: the names of what terms hang on.
    """
    if not entry.is_record:
        come = _single(entry, timeline.facts, hanging)
        return None if come is None else Replacement(None, come, None)
    found = heard(timeline.record, entry)
    if found.before == found.after:
        return Replacement(None, None, found)
    steps: list[Step | None] = []
    for known in (found.before, found.after):
        step = None if known is None else _single(known, timeline.facts, hanging)
        if known is not None and step is None:
            return None
        steps.append(step)
    gone, come = steps
    return Replacement(gone, come, found)


def replace(timeline: Timeline, entry: Entry, replaced: Replacement) -> None:
    """Put what the next event replaces into a timeline, where it belongs."""
    if replaced.heard is None:
        timeline.record.entries.append(entry)
        timeline.record.known[entry.seq] = entry
    else:
        hear(timeline.record, entry, replaced.heard)
    if replaced.gone is not None:
        del timeline.steps[_index(timeline.steps, replaced.gone)]
        _forget(timeline.facts, replaced.gone)
    if replaced.come is not None:
        insort(timeline.steps, replaced.come)
        happen(timeline.facts, replaced.come.entry, replaced.come.span)


def take_back(state: State, gone: Step, timeline: Timeline) -> None:
    """Take a payment or a report out of a state into which it was folded.

    Args:
        state: what is changed.
        gone: the step that is no longer there.
        timeline: without it.
    """
    event = gone.event
    if isinstance(event, Performed):
        provision = state.provisions[event.provision]
        others = [one for one in provision.performed if one.seq != gone.seq]
        provision.performed = others
        provision.set_by.remove(gone.seq)
    elif isinstance(event, MeasureReported):
        name = event.measure, event.subject
        if state.measures[name].seq == gone.seq:
            del state.measures[name]
            fold(reports_like(timeline, event), timeline.facts, state)


def reports_like(
    timeline: Timeline, one: MeasureReported, since: int = NEG_INF
) -> list[Step]:
    """List the reports of a measure that take effect from a day on."""
    start = bisect_left(timeline.steps, since, key=lambda step: step.day)
    return [
        step
        for step in timeline.steps[start:]
        if isinstance(step.event, MeasureReported)
        and (step.event.measure, step.event.subject) == (one.measure, one.subject)
    ]


def _single(entry: Entry, facts: Facts, hanging: Collection[str]) -> Step | None:
    """Give the step of an event that touches nothing else; None for any other."""
    event, effective = entry.event, entry.envelope.effective
    if not isinstance(event, Performed | MeasureReported) or event.milestone:
        return None
    if entry.envelope.instrument or effective is None:
        return None
    if isinstance(event, Performed) and event.shared_with:
        return None
    if isinstance(event, MeasureReported) and event.measure in hanging:
        return None
    if type(effective.expr) is not On:
        return None
    return step_of(entry, date_span(effective.expr.date), facts)


def _index(steps: Sequence[Step], step: Step) -> int:
    """Find a step among others."""
    return bisect_left(steps, step.place, key=lambda other: other.place)


def _forget(facts: Facts, gone: Step) -> None:
    """Forget the report of a measure, if it is one."""
    event = gone.event
    if isinstance(event, MeasureReported):
        reports = facts.measures[event.measure]
        reports[:] = [report for report in reports if report.seq != gone.seq]
        if not reports:
            del facts.measures[event.measure]
