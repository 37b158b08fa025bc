"""What terms use and hang on, beyond what the fold looks at.

Units of measures and names of calendars matter only where they are used, so that they
are looked at when an event comes in and not in every fold.
"""

from __future__ import annotations

import msgspec

from events.entry import Entry
from events.errors import Refused
from events.expressions import (
    Expr,
    Measure,
    Milestone,
    Never,
    Offset,
    On,
    Renews,
    Through,
    Until,
    limbs,
)
from events.happenings import MeasureReported
from projections.fold.calendars import check_calendar
from projections.fold.mentions import whens_of

_PLAIN = frozenset((On, Through, Until, Never))

# What a renewal hangs on, beside the names of milestones and measures.
RENEWAL = "a notice of non-renewal"


class Terms(msgspec.Struct):
    """What the terms of an agreement use, gathered event by event.

    Attributes:
        units: the unit of each measure, and the event that was first to use it.
        hanging: the milestones and measures that some term hangs on, and whether one
            renews.
    """

    units: dict[str, tuple[str, int]] = msgspec.field(default_factory=dict)
    hanging: set[str] = msgspec.field(default_factory=set)

    def admit(self, entry: Entry) -> None:
        """Take in the terms of the next event.

        Raises:
            InputError: a calendar that nobody keeps.
            Refused: a measure is compared or reported in another unit than elsewhere.
        """
        event = entry.event
        if isinstance(event, MeasureReported) and event.value.unit is not None:
            self._use(event.measure, event.value.unit, entry)
        for when in whens_of(entry):
            if type(when.expr) not in _PLAIN:
                self._admit_expr(when.expr, entry)

    def _admit_expr(self, expr: Expr, entry: Entry) -> None:
        """Take in an expression with all that it is made of."""
        match expr:
            case Offset(calendar=str() as calendar):
                check_calendar(calendar)
            case Renews():
                self.hanging.add(RENEWAL)
            case Milestone():
                self.hanging.add(expr.milestone)
            case Measure():
                self.hanging.add(expr.measure)
                if expr.unit is not None:
                    self._use(expr.measure, expr.unit, entry)
            case _:
                pass
        for limb in limbs(expr):
            self._admit_expr(limb, entry)

    def _use(self, measure: str, unit: str, entry: Entry) -> None:
        """Note the unit of a measure, or refuse another."""
        there, seq = self.units.setdefault(measure, (unit, entry.seq))
        if there != unit:
            raise Refused(
                f"{measure} is in {there} elsewhere, not in {unit}",
                hint="use the same unit, or a measure of its own",
                seq=seq,
                step=entry.seq,
            )
