"""What Whens and measures use and hang on, beyond what the fold looks at.

Units of measures and names of calendars matter only where they are used, so that they
are looked at when an event comes in and not in every fold.
"""

from __future__ import annotations

import msgspec

from events.entry import Entry
from events.errors import Refused
from events.expressions import Expr, Offset, Renews, limbs
from events.when import measures, milestones
from projections.fold.calendars import check_calendar
from projections.fold.mentions import units_of, whens_of
from projections.fold.resolving import FIRM

# What a renewal hangs on, beside the names of milestones and measures.
RENEWAL = "a notice of non-renewal"


class Usage(msgspec.Struct):
    """What the events of an agreement use, gathered one by one.

    Attributes:
        units: the unit of each measure, and the event that was first to use it.
        hanging: the milestones and measures that some When hangs on, and whether one
            renews.
    """

    units: dict[str, tuple[str, int]] = msgspec.field(default_factory=dict)
    hanging: set[str] = msgspec.field(default_factory=set)

    def admit(self, entry: Entry) -> None:
        """Take in what the next event uses.

        Raises:
            InputError: a calendar that nobody keeps.
            Refused: a measure is compared or reported in another unit than elsewhere.
        """
        for measure, unit in units_of(entry):
            self._use(measure, unit, entry)
        for when in whens_of(entry):
            if type(when.expr) not in FIRM:
                self.hanging |= milestones(when.expr) | measures(when.expr)
                self._look_into(when.expr)

    def _look_into(self, expr: Expr) -> None:
        """Take in an expression with all that it is made of."""
        if isinstance(expr, Offset) and expr.calendar is not None:
            check_calendar(expr.calendar)
        elif isinstance(expr, Renews):
            self.hanging.add(RENEWAL)
        for limb in limbs(expr):
            self._look_into(limb)

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
