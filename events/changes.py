"""Changes: every event that alters, pauses or ends a provision that is there."""

from __future__ import annotations

from typing import ClassVar, Literal

from events.base import (
    Amount,
    Change,
    Decider,
    Event,
    Family,
    Level,
    Parties,
    Price,
    PriceSchedule,
    Provisions,
    Rate,
    Scope,
    Text,
)
from events.when import When


class TermExtended(Change, frozen=True, kw_only=True):
    """The end of a provision moves out.

    Effect: a new end; an end that is certainly earlier than today's is refused.
    Example: {"provision": "ip-models", "ends": "through 2032"}
    """

    TYPE = "term-extended"
    ends: When


class TermShortened(Change, frozen=True, kw_only=True):
    """The end of a provision moves in.

    Effect: a new end; an end that is certainly later than today's is refused.
    Example: {"provision": "ip-models", "ends": "through 2027"}
    """

    TYPE = "term-shortened"
    ends: When


class TermChanged(Change, frozen=True, kw_only=True):
    """The start or the end of a provision becomes another, in either direction.

    Effect: a new start, a new end, or both.
    Example: {"provision": "ip-research",
        "ends": "earliest of (milestone agi-verified determined; through 2030)"}
    """

    TYPE = "term-changed"
    REQUIRED_ONE_OF: ClassVar[tuple[str, ...]] = ("starts", "ends")
    starts: When | None = None
    ends: When | None = None


class ScopeWidened(Change, frozen=True, kw_only=True):
    """A provision comes to cover more.

    Effect: the boxes are included, also where an earlier carve-out had taken them away.
    Example: {"provision": "ip-models", "include": {"asset": ["models/post-agi"]},
        "condition": "within safety guidelines"}
    """

    TYPE = "scope-widened"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("condition", "note", "text")
    include: Scope
    condition: Text | None = None
    text: Text | None = None


class ScopeNarrowed(Change, frozen=True, kw_only=True):
    """A provision comes to cover less: a carve-out or an exception.

    Effect: the boxes are excluded, under the condition where one is given.
    Example: {"provision": "ip-models", "exclude": {"asset": ["consumer-hardware"]}}
    """

    TYPE = "scope-narrowed"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("condition", "note", "text")
    exclude: Scope
    condition: Text | None = None
    text: Text | None = None


class LevelChanged(Change, frozen=True, kw_only=True):
    """A priority steps up or down the ladder, for example exclusive to first refusal.

    Effect: a new level, and a new scope where one is given.
    Example: {"provision": "azure-cloud", "level": "first-refusal",
        "scope": {"activity": ["cloud/new-capacity"]}}
    """

    TYPE = "level-changed"
    level: Level
    scope: Scope = ()


class QuantityChanged(Change, frozen=True, kw_only=True):
    """An amount, rate, limit, price or schedule becomes another.

    Effect: the given fields replace those of the provision.
    Example: {"provision": "revenue-share",
        "schedule": "stretched over a longer period, terms not published"}
    """

    TYPE = "quantity-changed"
    REDACTABLE: ClassVar[tuple[str, ...]] = (
        "amount",
        "cap",
        "floor",
        "note",
        "price",
        "price_schedule",
        "rate",
        "schedule",
    )
    REQUIRED_ONE_OF: ClassVar[tuple[str, ...]] = (
        "amount",
        "rate",
        "basis",
        "floor",
        "cap",
        "price",
        "price_schedule",
        "schedule",
    )
    amount: Amount | None = None
    rate: Rate | None = None
    basis: Text | None = None
    floor: Amount | None = None
    cap: Amount | None = None
    price: Price | None = None
    price_schedule: PriceSchedule = ()
    schedule: Text | None = None


class ConditionChanged(Change, frozen=True, kw_only=True):
    """The condition of a provision becomes another.

    Effect: a new condition; evaluated as unknown, its words shown in answers.
    Example: {"provision": "open-weights",
        "condition": "models that meet the capability criteria"}
    """

    TYPE = "condition-changed"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("condition", "note")
    condition: Text


class PartiesChanged(Change, frozen=True, kw_only=True):
    """A provision passes to other holders, or binds others.

    Effect: new holders, new parties bound, or both.
    Example: {"provision": "ip-models", "holder": "gamma"}
    """

    TYPE = "parties-changed"
    REQUIRED_ONE_OF: ClassVar[tuple[str, ...]] = ("holder", "against")
    holder: Parties = ()
    against: Parties = ()


class ProvisionSuspended(Change, frozen=True, kw_only=True):
    """A provision pauses.

    Effect: suspended from the effective date until it is resumed, or ``until``.
    Example: {"provision": "ip-models", "until": "2026-06-30"}
    """

    TYPE = "provision-suspended"
    until: When | None = None


class ProvisionResumed(Change, frozen=True, kw_only=True):
    """A suspended provision goes on.

    Effect: the suspension ends; refused for a provision that is not suspended.
    Example: {"provision": "ip-models"}
    """

    TYPE = "provision-resumed"


class ProvisionReinstated(Change, frozen=True, kw_only=True):
    """A provision that had ended comes back.

    Effect: in force again from the effective date, to ``ends`` or an end not stated.
    Example: {"provision": "ip-models", "ends": "through 2032"}
    """

    TYPE = "provision-reinstated"
    ends: When | None = None


class ProvisionReaffirmed(Event, frozen=True, kw_only=True):
    """The parties say that provisions go on as they are.

    Effect: no term changes; the event stands in the history of each provision.
    Example: {"provisions": ["revenue-share", "model-partner"]}
    """

    TYPE = "provision-reaffirmed"
    FAMILY: ClassVar[Family] = "changes"
    provisions: Provisions


class ProvisionInterpreted(Change, frozen=True, kw_only=True):
    """Somebody reads a provision in a certain way.

    Effect: a reading by parties, court, arbitrator or panel applies; one by the
        recorder only flags the provision as ambiguous.
    Example: {"provision": "compute-threshold",
        "reading": "a floor: smaller models are not allowed", "by": "recorder"}
    """

    TYPE = "provision-interpreted"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "reading")
    reading: Text
    by: Literal["parties", "court", "arbitrator", "panel", "recorder"]
    starts: When | None = None
    ends: When | None = None


class RightRelinquished(Change, frozen=True, kw_only=True):
    """A holder gives up a right.

    Effect: the provision ends on the effective date.
    Example: {"provision": "azure-cloud", "by": "alpha"}
    """

    TYPE = "right-relinquished"
    by: Decider


class ProvisionEnded(Change, frozen=True, kw_only=True):
    """A provision is terminated, released, superseded, fulfilled or ended by order.

    Effect: the provision ends on the effective date.
    Example: {"provision": "old-licence", "basis": "superseded"}
    """

    TYPE = "provision-ended"
    basis: Literal[
        "terminated",
        "released",
        "superseded",
        "lapsed",
        "order",
        "merged",
        "fulfilled",
    ]
    by: Decider | None = None
