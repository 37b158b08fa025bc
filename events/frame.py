"""The frame of an agreement: opening, parties, instruments, the end."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from events.base import (
    AgreementId,
    Decider,
    Event,
    InstrumentId,
    MilestoneId,
    NewInstrumentId,
    NewPartyId,
    PartyId,
    Provisions,
    Text,
    kind_of_words,
)
from events.dates import PartialDate
from events.when import When


class Party(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A party as an event declares it; the same id elsewhere is the same party.

    ``identifiers`` maps a scheme to a value, for example ``{"lei":
    "INR2EJN1ERAN0W5ZP974"}``.
    """

    id: NewPartyId
    name: Text
    role: Text | None = None
    kind: Text | None = None
    identifiers: Annotated[dict[str, str], kind_of_words("identifiers")] | None = None


class AgreementOpened(Event, frozen=True, kw_only=True):
    """An agreement begins to be followed.

    Effect: the agreement exists, with a title and its first parties.
    Example: {"title": "Alpha - Beta supply", "parties": [{"id": "alpha",
        "name": "Alpha Ltd"}, {"id": "beta", "name": "Beta SA"}]}
    """

    TYPE = "agreement-opened"
    title: Text
    parties: Annotated[tuple[Party, ...], kind_of_words("new-parties")]
    governing_law: Text | None = None
    part_of: AgreementId | None = None


class PartyJoined(Event, frozen=True, kw_only=True):
    """A party comes into the agreement.

    Effect: the party may be named by events from now on.
    Example: {"party": {"id": "gamma", "name": "Gamma BV", "role": "distributor"}}
    """

    TYPE = "party-joined"
    party: Annotated[Party, kind_of_words("new-party")]


class PartyLeft(Event, frozen=True, kw_only=True):
    """A party leaves the agreement.

    Effect: the party is marked as left; its provisions stay until an event ends them.
    Example: {"party": "beta", "reason": "sold its interest"}
    """

    TYPE = "party-left"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "reason")
    party: PartyId
    reason: Text | None = None


class PartyRestructured(Event, frozen=True, kw_only=True):
    """A party is renamed, converted, merged, split, succeeded, controlled or assigned.

    Effect: the name or the controller changes; rules and queries follow the successor,
        stored holders stay. What was ``assigned`` is the successor's; the party itself
        goes on.
    Example: {"party": "beta", "change": "converted", "name": "Beta Group PBC"}
    """

    TYPE = "party-restructured"
    party: PartyId
    change: Literal[
        "renamed",
        "converted",
        "merged",
        "split",
        "succeeded",
        "control-changed",
        "assigned",
    ]
    name: Text | None = None
    successor: PartyId | None = None
    controller: Decider | None = None


class InstrumentSigned(Event, frozen=True, kw_only=True):
    """A document is signed: memorandum, definitive agreement, amendment, order.

    Effect: the instrument can be named by events; one that does not bind cannot grant,
        change or end anything.
    Example: {"id": "definitive-2025", "kind": "definitive", "signed_on": "2025-10-28"}
    """

    TYPE = "instrument-signed"
    id: NewInstrumentId
    kind: Literal[
        "memorandum",
        "term-sheet",
        "definitive",
        "amendment",
        "restatement",
        "side-letter",
        "waiver",
        "order",
        "statement",
    ]
    title: Text | None = None
    binding: bool = True
    signed_on: PartialDate | None = None
    takes_effect: When | None = None
    supersedes: InstrumentId | None = None


class InstrumentTookEffect(Event, frozen=True, kw_only=True):
    """A signed instrument takes effect, for example at closing.

    Effect: shown on the instrument; determines ``milestone`` where one is given.
    Example: {"instrument": "definitive-2025", "milestone": "closing"}
    """

    TYPE = "instrument-took-effect"
    instrument: InstrumentId
    milestone: MilestoneId | None = None


class AgreementEnded(Event, frozen=True, kw_only=True):
    """The agreement as a whole ends.

    Effect: every provision ends on the effective date but those named in ``survives``.
    Example: {"basis": "terminated", "by": "alpha"}
    """

    TYPE = "agreement-ended"
    basis: Literal["expired", "terminated", "merged", "rescinded", "settled"]
    by: Decider | None = None
    survives: Provisions = ()
