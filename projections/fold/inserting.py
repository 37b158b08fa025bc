"""Events that were learned late and still touch one part only.

A payment or a report that takes effect among earlier events changes nothing of what
they did. Most of what is learned late is such, and to fold all of a long agreement anew
for each would take longer than everything else.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection

from events.entry import Entry
from events.happenings import MeasureReported, Performed
from events.when import On
from projections.fold.facts import Facts
from projections.fold.folding import fold
from projections.fold.gathering import happen
from projections.fold.spans import date_span
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.timeline import Timeline, step_of


def late_step(entry: Entry, facts: Facts, hanging: Collection[str]) -> Step | None:
    """Give the step of an event that can be put among others; None for any other.

    Args:
        entry: the event.
        facts: what is known.
        hanging: the names of what terms hang on.
    """
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


def insert(timeline: Timeline, step: Step) -> None:
    """Put a step among those of a timeline, where it belongs."""
    insort(timeline.steps, step)
    timeline.record.entries.append(step.entry)
    timeline.record.known[step.seq] = step.entry
    happen(timeline.facts, step.entry, step.span)


def reports_with(timeline: Timeline, late: Step) -> list[Step] | None:
    """List the reports of a measure with a late one among them.

    Returns:
        The steps in their order; None where one of them could not apply.
    """
    event = late.event
    reports = [
        step
        for step in timeline.steps
        if isinstance(event, MeasureReported)
        and isinstance(step.event, MeasureReported)
        and (step.event.measure, step.event.subject) == (event.measure, event.subject)
    ]
    insort(reports, late)
    return None if fold(reports, timeline.facts, State()).skipped else reports
