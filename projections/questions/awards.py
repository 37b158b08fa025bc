"""Awards: the amounts that decisions of disputes name.

Who owes one to whom, and by which day, is said by the words of the decision alone: a
claimant may be ordered to pay as well. Terms change only through events that say so, so
that what is to be paid by a day is an obligation of its own, and payments count there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from events.happenings import DisputeDecided
from events.quantity import Quantity
from projections.fold.state import Dispute, State
from projections.fold.step import Step
from projections.fold.timeline import Timeline


class Awarded(NamedTuple):
    """A decision that names an amount, and the dispute that it decides."""

    step: Step
    event: DisputeDecided
    amount: Quantity
    dispute: Dispute

    @property
    def text(self) -> str:
        """Write what is awarded, and in which words."""
        unknown = self.amount.kind == "unknown"
        amount = "unknown amount" if unknown else self.amount.text
        interest = f", interest {self.interest}" if self.interest else ""
        return f"{amount}{interest}: {self.event.outcome}"

    @property
    def interest(self) -> str:
        """Write the interest and its basis, empty where there is none."""
        if self.event.interest is None:
            return ""
        basis = f" ({self.event.basis})" if self.event.basis else ""
        return f"{self.event.interest}{basis}"


def awards_of(timeline: Timeline, state: State, day: int) -> Iterator[Awarded]:
    """Yield the awards of an agreement; one that could not apply decides nothing.

    Args:
        timeline: the agreement.
        state: its state on the day.
        day: the last day on which a decision may have been made, an ordinal.
    """
    skipped = {skipped.seq for skipped in state.skipped}
    for step in timeline.upto(day):
        event = step.event
        if not isinstance(event, DisputeDecided) or event.amount is None:
            continue
        if step.seq not in skipped:
            yield Awarded(step, event, event.amount, state.disputes[event.dispute])
