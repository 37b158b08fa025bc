"""Happenings: milestones, performance, measures, notices, options, disputes."""

from __future__ import annotations

from typing import ClassVar, Literal

from events.base import (
    Amount,
    Decider,
    DisputeId,
    Event,
    Family,
    Happening,
    MeasureId,
    MilestoneId,
    NewDisputeId,
    ProvisionId,
    Provisions,
    Rate,
    Text,
)
from events.dates import PartialDate
from events.when import When


class MilestoneClaimed(Event, frozen=True, kw_only=True):
    """Somebody says that a milestone has been reached.

    Effect: the milestone is claimed from ``as_of`` or the effective date; a claim
        determines nothing.
    Example: {"milestone": "agi-verified", "by": "beta"}
    """

    TYPE = "milestone-claimed"
    FAMILY: ClassVar[Family] = "happenings"
    milestone: MilestoneId
    by: Decider
    as_of: PartialDate | None = None


class MilestoneDetermined(Event, frozen=True, kw_only=True):
    """It is decided whether a milestone has been reached.

    Effect: verified, occurred and waived determine it from ``as_of`` or the effective
        date; rejected leaves it open; lapsed makes it never.
    Example: {"milestone": "agi-verified", "outcome": "verified",
        "by": "independent expert panel"}
    """

    TYPE = "milestone-determined"
    FAMILY: ClassVar[Family] = "happenings"
    milestone: MilestoneId
    outcome: Literal["verified", "occurred", "rejected", "waived", "lapsed"]
    by: Decider | None = None
    as_of: PartialDate | None = None


class Performed(Happening, frozen=True, kw_only=True):
    """Something owed under a provision is paid, funded, delivered or published.

    Effect: counted against the provision, or against it and ``shared_with`` together
        where nobody says how the amount divides; no term changes.
    Example: {"provision": "azure-purchase", "kind": "paid", "amount": "USD 1bn"}
    """

    TYPE = "performed"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("amount", "note")
    provision: ProvisionId
    kind: Literal["paid", "funded", "delivered", "published"]
    amount: Amount | None = None
    basis: Text | None = None
    shared_with: Provisions = ()


class MeasureReported(Happening, frozen=True, kw_only=True):
    """A figure that terms may hang on is reported.

    Effect: the measure has this value from ``as_of`` or the effective date.
    Example: {"measure": "loans-outstanding", "value": "USD 0"}
    """

    TYPE = "measure-reported"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "value")
    measure: MeasureId
    value: Amount
    subject: Text | None = None
    as_of: PartialDate | None = None
    basis: Text | None = None


class NoticeGiven(Happening, frozen=True, kw_only=True):
    """A notice is given.

    Effect: a non-renewal notice stops a renewal; every other notice changes no term by
        itself.
    Example: {"kind": "non-renewal", "by": "alpha", "to": "beta", "provision": "supply"}
    """

    TYPE = "notice-given"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("amount", "note")
    kind: Literal[
        "non-renewal", "termination", "breach", "offer", "exercise", "consent-request"
    ]
    by: Decider
    to: Decider | None = None
    provision: ProvisionId | None = None
    amount: Amount | None = None
    basis: Text | None = None
    takes_effect: When | None = None


class OptionExercised(Happening, frozen=True, kw_only=True):
    """An option or a first refusal is exercised, declined, lapsed or extended.

    Effect: ends an option unless ``partial`` or extended. A first refusal goes on: what
        is declined, or lapses, is one offer, and the next is to be made again.
    Example: {"provision": "put-2024", "by": "alpha", "choice": "exercised"}
    """

    TYPE = "option-exercised"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "terms")
    provision: ProvisionId
    by: Decider
    choice: Literal["exercised", "declined", "lapsed", "extended"]
    partial: bool = False
    terms: Text | None = None


class ApprovalDecided(Happening, frozen=True, kw_only=True):
    """An authority approves, refuses or approves under conditions.

    Effect: none by itself; determines ``milestone`` where one is given and approved.
    Example: {"authority": "European Commission", "subject": "merger",
        "decision": "approved", "milestone": "clearance"}
    """

    TYPE = "approval-decided"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("conditions", "note")
    authority: Decider
    subject: Text
    decision: Literal["approved", "refused", "conditional"]
    conditions: Text | None = None


class DisputeOpened(Happening, frozen=True, kw_only=True):
    """A dispute begins.

    Effect: its provisions are contested until it is decided.
    Example: {"id": "arbitration-2011", "claimant": "beta", "respondent": "alpha",
        "provisions": ["framework"]}
    """

    TYPE = "dispute-opened"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "sought")
    id: NewDisputeId
    claimant: Decider
    respondent: Decider
    provisions: Provisions = ()
    forum: Decider | None = None
    sought: Text | None = None


class DisputeDecided(Happening, frozen=True, kw_only=True):
    """A dispute is decided or settled.

    Effect: its provisions are no longer contested; terms change only through events
        that say so.
    Example: {"dispute": "arbitration-2011",
        "outcome": "termination valid, shares to be returned"}
    """

    TYPE = "dispute-decided"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("amount", "interest", "note", "outcome")
    dispute: DisputeId
    outcome: Text
    amount: Amount | None = None
    interest: Rate | None = None
    basis: Text | None = None
