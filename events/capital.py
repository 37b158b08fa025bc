"""Capital: investments, reported stakes, holdings that move."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from events.base import (
    Amount,
    Event,
    Family,
    Kind,
    NewProvisionId,
    PartyId,
    Price,
    Share,
    Stake,
    Text,
)
from events.when import When


class InvestmentMade(Event, frozen=True, kw_only=True):
    """An investor commits or hands over money to a recipient.

    Effect: a provision of kind investment, held by the investor against the recipient;
        money paid under it later is Performed.
    Example: {"id": "first-billion", "investor": "alpha", "recipient": "beta",
        "amount": "USD 1bn"}
    """

    TYPE = "investment-made"
    FAMILY: ClassVar[Family] = "capital"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("amount", "form", "note")
    KIND: ClassVar[Kind] = "investment"

    id: NewProvisionId
    investor: PartyId
    recipient: PartyId
    amount: Amount
    basis: Text | None = None
    stage: Literal["committed", "funded"] = "committed"
    form: Text | None = None
    ends: When | None = None


class StakeReported(Event, frozen=True, kw_only=True):
    """A holder's share in an issuer is reported, on a stated basis.

    Effect: the stake of that holder on that basis; shares of one issuer may not pass
        100 % on one basis.
    Example: {"holder": "alpha", "issuer": "beta", "share": "about 27 %",
        "basis": "as-converted diluted, all owners"}
    """

    TYPE = "stake-reported"
    FAMILY: ClassVar[Family] = "capital"
    # Version 1 called the share "percent" and the value "worth".
    VERSION: ClassVar[int] = 2
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "share", "value", "votes")

    holder: PartyId
    issuer: PartyId
    share: Share
    basis: Text
    votes: Share | None = None
    value: Price | None = None


class HoldingMoved(Event, frozen=True, kw_only=True):
    """Shares or a percentage move from one owner to another.

    Effect: the movement is counted in holdings; a reported stake changes only by a new
        report.
    Example: {"issuer": "beta", "quantity": "19900000 shares", "from": "beta",
        "to": "alpha", "reason": "issue"}
    """

    TYPE = "holding-moved"
    FAMILY: ClassVar[Family] = "capital"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "price", "quantity")

    issuer: PartyId
    quantity: Stake
    reason: Literal[
        "issue", "transfer", "convert", "redeem", "dilute", "exercise", "vest"
    ]
    # "from" is a Python keyword.
    from_: PartyId | None = msgspec.field(default=None, name="from")
    to: PartyId | None = None
    basis: Text | None = None
    price: (
        Annotated[Price, msgspec.Meta(description="per share or in total")] | None
    ) = None
