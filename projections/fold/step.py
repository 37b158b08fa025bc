"""A step of the fold: an event at its place in effective order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from events.base import Event
from events.entry import Entry
from events.when import When
from projections.fold.facts import Facts
from projections.fold.spans import Span
from projections.fold.state import State


class Step(msgspec.Struct, frozen=True, order=True, gc=False):
    """An event, ready to be folded.

    Steps sort by the day from which they are folded, then by the day on which their
    instrument was signed, then by their position in the ledger, which is unique.

    Attributes:
        day: the first possible day of ``effective``, an ordinal.
        signed: the day of signature, an ordinal.
        position: the place in the ledger.
        seq: the number in the agreement.
        span: the possible days of ``effective``.
        event: what happened, with its corrections.
        effective: when, with corrections.
        entry: the rest of the envelope.
    """

    day: int
    signed: int
    position: int
    seq: int
    span: Span
    event: Event
    effective: When
    entry: Entry

    @property
    def place(self) -> tuple[int, int, int]:
        """Give the place among other steps, which no other has."""
        return self.day, self.signed, self.position


# The event is that of the step: an effect names the type that it is for.
Effect = Callable[[State, Any, Step, Facts], None]
Effects = dict[type[Event], Effect]
