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

from events.entry import Entry
from events.happenings import MeasureReported, Performed
from events.when import On
from projections.fold.facts import Facts
from projections.fold.gathering import happen
from projections.fold.record import Record, record_of
from projections.fold.spans import date_span
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.timeline import Timeline, step_of


class Replacement(NamedTuple):
    """What the next event of an agreement changes among its steps.

    Attributes:
        gone: the step that is no longer there, if any.
        come: the step that is there from now on, if any.
        record: what counts from now on; None where the next event just counts as well.
    """

    gone: Step | None
    come: Step | None
    record: Record | None

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
    record = record_of([*timeline.record.known.values(), entry])
    before = {known.seq: known for known in timeline.record.entries}
    after = {known.seq: known for known in record.entries}
    steps: list[Step | None] = []
    changed = {
        seq for seq in before.keys() | after.keys() if before.get(seq) != after.get(seq)
    }
    if len(changed) > 1:
        return None
    for seq in changed:
        for known in (before.get(seq), after.get(seq)):
            step = None
            if known is not None:
                step = _single(known, timeline.facts, hanging)
                if step is None:
                    return None
            steps.append(step)
    gone, come = steps or (None, None)
    return Replacement(gone, come, record)


def replace(timeline: Timeline, entry: Entry, replaced: Replacement) -> None:
    """Put what the next event replaces into a timeline, where it belongs."""
    if replaced.record is None:
        timeline.record.entries.append(entry)
        timeline.record.known[entry.seq] = entry
    else:
        timeline.record = replaced.record
    if replaced.gone is not None:
        del timeline.steps[_index(timeline.steps, replaced.gone)]
        _forget(timeline.facts, replaced.gone)
    if replaced.come is not None:
        insort(timeline.steps, replaced.come)
        happen(timeline.facts, replaced.come.entry, replaced.come.span)


def take_back(state: State, gone: Step) -> None:
    """Take a payment out of a state into which it was folded."""
    provision = state.provisions[gone.event.provision]  # type: ignore[attr-defined]  # a Performed
    provision.performed = [one for one in provision.performed if one.seq != gone.seq]
    provision.set_by.remove(gone.seq)


def reports_like(timeline: Timeline, one: MeasureReported) -> list[Step]:
    """List the reports of the same measure, in their order."""
    return [
        step
        for step in timeline.steps
        if isinstance(step.event, MeasureReported)
        and (step.event.measure, step.event.subject) == (one.measure, one.subject)
    ]


def _single(entry: Entry, facts: Facts, hanging: Collection[str]) -> Step | None:
    """Give the step of an event that touches nothing else; None for any other."""
    event, effective = entry.event, entry.envelope.effective
    if not isinstance(event, Performed | MeasureReported) or event.milestone:
        return None
    if entry.redacted or entry.envelope.instrument or effective is None:
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
