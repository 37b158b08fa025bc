"""The state: what an agreement has become on a day, before anything is asked of it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from events.errors import WhereasError
from events.quantity import Quantity
from projections.fold.provision import Closing, Provision


class Succession(NamedTuple):
    """Who comes after a party, how, and the number of the event that says so."""

    successor: str
    change: str
    seq: int


class Party(msgspec.Struct):
    """A party, under the name it has now.

    Whoever comes after it is for rules and queries to follow, as is who controls it:
    stored holders stay.

    Attributes:
        succession: who it is from then on.
        assigned: who has what it had, where it assigned that and went on as itself.
    """

    id: str
    name: str
    role: str | None = None
    kind: str | None = None
    identifiers: dict[str, str] = msgspec.field(default_factory=dict)
    former_names: list[str] = msgspec.field(default_factory=list)
    succession: Succession | None = None
    assigned: Succession | None = None
    controller: str | None = None
    left: bool = False
    set_by: list[int] = msgspec.field(default_factory=list)

    @property
    def successions(self) -> list[Succession]:
        """List who comes after it, first whoever has what it had."""
        return [one for one in (self.assigned, self.succession) if one is not None]


class Stake(NamedTuple):
    """A reported share of a holder in an issuer, on one basis."""

    holder: str
    issuer: str
    share: Quantity
    basis: str
    votes: Quantity | None
    value: Quantity | None
    as_of: str
    seq: int


class Movement(NamedTuple):
    """Shares, or a percentage, that went from one owner to another."""

    issuer: str
    quantity: Quantity
    reason: str
    giver: str | None
    taker: str | None
    price: Quantity | None
    as_of: str
    seq: int


class MeasureNow(NamedTuple):
    """The latest report of a measure."""

    measure: str
    subject: str | None
    value: Quantity
    basis: str | None
    as_of: str
    day: int
    seq: int


class Dispute(msgspec.Struct):
    """A dispute, and what came of it."""

    id: str
    claimant: str
    respondent: str
    provisions: tuple[str, ...]
    seq: int
    outcome: str | None = None
    set_by: list[int] = msgspec.field(default_factory=list)


class Skipped(NamedTuple):
    """An event that could not apply to what was there, and why.

    It happens where only a part of a batch is known, and under supposals.
    """

    seq: int
    error: WhereasError


class State(msgspec.Struct):
    """What is so once the steps up to a day are folded.

    Attributes:
        stakes: by holder, issuer and basis; the latest report of each.
        measures: by measure and subject; the latest report of each.
        procedures: the provision that says who determines a milestone.
        ended: the end of the agreement as a whole.
        survivors: the provisions that do not end with it.
    """

    parties: dict[str, Party] = msgspec.field(default_factory=dict)
    provisions: dict[str, Provision] = msgspec.field(default_factory=dict)
    stakes: dict[tuple[str, str, str], Stake] = msgspec.field(default_factory=dict)
    movements: list[Movement] = msgspec.field(default_factory=list)
    measures: dict[tuple[str, str | None], MeasureNow] = msgspec.field(
        default_factory=dict
    )
    disputes: dict[str, Dispute] = msgspec.field(default_factory=dict)
    procedures: dict[str, str] = msgspec.field(default_factory=dict)
    ended: Closing | None = None
    survivors: frozenset[str] = frozenset()
    skipped: list[Skipped] = msgspec.field(default_factory=list)
