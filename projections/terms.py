"""What the terms of a new event must agree with, beyond what the fold looks at.

Units of measures and names of calendars matter only where they are used, which is
seldom, so that they are looked up when such an event comes in and not in every fold.
"""

from __future__ import annotations

from collections.abc import Iterator

from events.entry import Entry
from events.errors import Refused
from events.expressions import Expr, Measure, Offset, atoms, limbs
from events.happenings import MeasureReported
from projections.mentions import whens_of
from projections.resolve import check_calendar

# The unit of each measure, and the event that was first to use it.
Units = dict[str, tuple[str, int]]


def check_terms(entry: Entry, units: Units) -> None:
    """Refuse terms that could never be evaluated, and note the units of the others.

    Args:
        entry: the next event.
        units: what the events before it use; changed.

    Raises:
        InputError: a calendar that nobody keeps.
        Refused: a measure is compared or reported in another unit than elsewhere.
    """
    for when in whens_of(entry):
        for calendar in _calendars(when.expr):
            check_calendar(calendar)
    for measure, unit in _units(entry):
        there, seq = units.setdefault(measure, (unit, entry.seq))
        if there != unit:
            raise Refused(
                f"{measure} is in {there} elsewhere, not in {unit}",
                hint="use the same unit, or a measure of its own",
                seq=seq,
                step=entry.seq,
            )


def _units(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the measures of an event with their units."""
    event = entry.event
    if isinstance(event, MeasureReported) and event.value.unit is not None:
        yield event.measure, event.value.unit
    for when in whens_of(entry):
        for atom in atoms(when.expr):
            if isinstance(atom, Measure) and atom.unit is not None:
                yield atom.measure, atom.unit


def _calendars(expr: Expr) -> Iterator[str]:
    """Yield the calendars that an expression counts business days in."""
    if isinstance(expr, Offset) and expr.calendar is not None:
        yield expr.calendar
    for limb in limbs(expr):
        yield from _calendars(limb)
