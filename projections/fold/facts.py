"""Facts: what is known of an agreement, whatever day is asked about.

Milestones, measures and notices decide when terms start and end; parties, instruments,
provisions and disputes are what events may name.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from events.dates import NEG_INF
from events.quantity import Quantity
from projections.fold.provision import Term
from projections.fold.spans import Span


class Dated(NamedTuple):
    """Something that happened on one of the days of a span.

    ``seq`` is the number of the event that says so, 0 where it is only supposed.
    """

    span: Span
    seq: int


class Report(NamedTuple):
    """A reported value of a measure."""

    span: Span
    value: Quantity
    seq: int
    subject: str | None


class Instrument(NamedTuple):
    """A signed document: whether it binds, and the day of signature where known."""

    binding: bool
    signed: int | None
    seq: int


class MilestoneFacts(msgspec.Struct):
    """What is known of a milestone.

    Attributes:
        claims: when it was claimed.
        determinations: when it was verified, occurred or was waived.
        lapsed: when it became certain that it will never be reached.
        not_by: supposed: a day by which it is not reached, an ordinal.
        undetermined: supposed: it is never determined, whoever claims it.
        never: supposed: it is never reached.
    """

    claims: list[Dated] = msgspec.field(default_factory=list)
    determinations: list[Dated] = msgspec.field(default_factory=list)
    lapsed: Dated | None = None
    not_by: int | None = None
    undetermined: bool = False
    never: bool = False


class Facts(msgspec.Struct):
    """What is known at one moment.

    Attributes:
        horizon: the day up to which silence means that nothing happened, an ordinal.
        milestones: by id; one of which nothing is known may be missing.
        measures: the reports by measure, in the order of their days.
        notices: the notices of non-renewal, by provision.
        opened: the number of the event that opened the agreement, 0 for none.
        parties: the event that declared each party.
        instruments: by id.
        granted: the event that granted each provision.
        disputes: the event that opened each dispute.
        memo: spans of Whens that hang on facts, by text and by whose term it is.
    """

    horizon: int = NEG_INF
    milestones: dict[str, MilestoneFacts] = msgspec.field(default_factory=dict)
    measures: dict[str, list[Report]] = msgspec.field(default_factory=dict)
    notices: dict[str, list[Dated]] = msgspec.field(default_factory=dict)
    opened: int = 0
    title: str | None = None
    governing_law: str | None = None
    part_of: str | None = None
    parties: dict[str, int] = msgspec.field(default_factory=dict)
    instruments: dict[str, Instrument] = msgspec.field(default_factory=dict)
    granted: dict[str, int] = msgspec.field(default_factory=dict)
    disputes: dict[str, int] = msgspec.field(default_factory=dict)
    memo: dict[tuple[str, Term | None], Span] = msgspec.field(default_factory=dict)

    def at(self, horizon: int) -> Facts:
        """Give the same facts with another horizon."""
        return msgspec.structs.replace(self, horizon=horizon, memo={})

    def changed(self) -> None:
        """Forget what was resolved; to be called after facts were added."""
        self.memo.clear()
