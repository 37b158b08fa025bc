"""Grants: every event that brings a provision into being.

The shared fields (id, holder, against, scope, except, starts, ends, amount, basis,
condition, text) are those of :class:`events.base.Grant`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from events.base import (
    Amount,
    Decider,
    Grant,
    Kind,
    MilestoneId,
    Parties,
    Price,
    PriceSchedule,
    ProvisionId,
    Rate,
    Text,
)
from events.when import When


class ExclusivityGranted(Grant, frozen=True, kw_only=True):
    """A holder alone has a right, or alone beside the grantor (sole).

    Effect: a provision of kind priority at level exclusive or sole, of its own beside
        the right it is about.
    Example: {"id": "azure-api", "holder": "alpha", "against": "beta",
        "scope": {"product": ["api"]}, "ends": "milestone agi-verified determined"}
    """

    TYPE = "exclusivity-granted"
    KIND: ClassVar[Kind] = "priority"
    level: Literal["exclusive", "sole"] = "exclusive"
    over: ProvisionId | None = None


class FirstRefusalGranted(Grant, frozen=True, kw_only=True):
    """A holder may match, be offered or negotiate before others.

    Effect: a provision of kind priority at level first-refusal, first-offer or
        first-negotiation.
    Example: {"id": "compute-rofr", "holder": "alpha", "against": "beta",
        "scope": {"activity": ["cloud"]}}
    """

    TYPE = "first-refusal-granted"
    KIND: ClassVar[Kind] = "priority"
    level: Literal["first-refusal", "first-offer", "first-negotiation"] = (
        "first-refusal"
    )


class PreferenceGranted(Grant, frozen=True, kw_only=True):
    """A holder is preferred, primary or the default, and others are not barred.

    Effect: a provision of kind priority at level preferred, primary or default.
    Example: {"id": "model-partner", "holder": "beta", "against": "alpha",
        "level": "primary"}
    """

    TYPE = "preference-granted"
    KIND: ClassVar[Kind] = "priority"
    level: Literal["preferred", "primary", "default"] = "preferred"


class LicenceGranted(Grant, frozen=True, kw_only=True):
    """A holder may use what belongs to another.

    Effect: a provision of kind licence; exclusivity over it is a provision of its own.
    Example: {"id": "ip-models", "holder": "alpha", "against": "beta",
        "scope": {"asset": ["models"]}, "ends": "through 2032"}
    """

    TYPE = "licence-granted"
    KIND: ClassVar[Kind] = "licence"
    REDACTABLE: ClassVar[tuple[str, ...]] = (
        "amount",
        "condition",
        "note",
        "royalty",
        "text",
    )
    royalty: Rate | None = None


class PermissionGranted(Grant, frozen=True, kw_only=True):
    """A holder may do something.

    Effect: a provision of kind permission.
    Example: {"id": "third-party-products", "holder": "beta", "against": "alpha",
        "scope": {"activity": ["joint-products"]}}
    """

    TYPE = "permission-granted"
    KIND: ClassVar[Kind] = "permission"


class RestrictionImposed(Grant, frozen=True, kw_only=True):
    """Somebody must not do something, or only within a limit.

    Effect: a provision of kind restriction on those in ``against``.
    Example: {"id": "compute-threshold", "against": "alpha",
        "scope": {"activity": ["agi-development"]}, "amount": "unknown"}
    """

    TYPE = "restriction-imposed"
    KIND: ClassVar[Kind] = "restriction"
    # Often nobody in particular benefits.
    holder: Parties = ()


class PurchaseCommitted(Grant, frozen=True, kw_only=True):
    """Somebody must buy, in an amount.

    Effect: a provision of kind purchase, held by the seller against the buyer.
    Example: {"id": "azure-purchase", "holder": "alpha", "against": "beta",
        "amount": "USD 250bn"}
    """

    TYPE = "purchase-committed"
    KIND: ClassVar[Kind] = "purchase"
    # A purchase commitment without an amount says nothing; unknown is an amount.
    amount: Amount  # pyright: ignore[reportGeneralTypeIssues]  # all are by keyword


class RevenueShareAgreed(Grant, frozen=True, kw_only=True):
    """Somebody pays a part of revenue.

    Effect: a provision of kind revenue-share; accrual and payment schedule are kept
        apart.
    Example: {"id": "revenue-share", "holder": "alpha", "against": "beta",
        "rate": "unknown", "ends": "milestone agi-verified determined"}
    """

    TYPE = "revenue-share-agreed"
    KIND: ClassVar[Kind] = "revenue-share"
    REDACTABLE: ClassVar[tuple[str, ...]] = (
        "amount",
        "cap",
        "condition",
        "floor",
        "note",
        "rate",
        "schedule",
        "text",
    )
    rate: Rate | None = None
    floor: Amount | None = None
    cap: Amount | None = None
    schedule: Text | None = None


class OptionGranted(Grant, frozen=True, kw_only=True):
    """A holder may call, put, renew, convert, terminate or draw within a window.

    Effect: a provision of kind option; the window is starts and ends, and the state
        shows the price on the day.
    Example: {"id": "put-2024", "holder": "alpha", "against": "beta", "option": "put",
        "price": "at least USD 27.5bn", "opens": "2024-01-01"}
    """

    TYPE = "option-granted"
    KIND: ClassVar[Kind] = "option"
    REDACTABLE: ClassVar[tuple[str, ...]] = (
        "amount",
        "condition",
        "note",
        "price",
        "price_schedule",
        "text",
    )
    ALIASES: ClassVar[dict[str, str]] = {"opens": "starts", "closes": "ends"}
    option: Literal["call", "put", "renewal", "conversion", "termination", "draw"]
    subject: Text | None = None
    price: Price | None = None
    price_schedule: PriceSchedule = ()


class ObligationAssumed(Grant, frozen=True, kw_only=True):
    """Somebody must do something, perhaps by a day.

    Effect: a provision of kind obligation.
    Example: {"id": "audit-report", "holder": "alpha", "against": "beta",
        "due": "30 days after (2026-12-31)"}
    """

    TYPE = "obligation-assumed"
    KIND: ClassVar[Kind] = "obligation"
    due: When | None = None


class ProcedureAgreed(Grant, frozen=True, kw_only=True):
    """Who claims and who determines a milestone, and how.

    Effect: a provision of kind procedure; only its determiner may determine the
        milestone.
    Example: {"id": "agi-panel", "milestone": "agi-verified", "claimant": "beta",
        "determiner": "independent expert panel"}
    """

    TYPE = "procedure-agreed"
    KIND: ClassVar[Kind] = "procedure"
    REDACTABLE: ClassVar[tuple[str, ...]] = (
        "amount",
        "condition",
        "how",
        "note",
        "text",
    )
    # A procedure may bind all and benefit nobody in particular.
    holder: Parties = ()
    milestone: MilestoneId
    claimant: Decider | None = None
    determiner: Decider | None = None
    how: Text | None = None


class ProvisionGranted(Grant, frozen=True, kw_only=True):
    """A provision of a kind that no special grant fits.

    Effect: a provision of the named kind.
    Example: {"id": "liability-cap", "kind": "risk", "holder": "alpha",
        "against": "beta", "amount": "up to USD 5m"}
    """

    TYPE = "provision-granted"
    kind: Kind
