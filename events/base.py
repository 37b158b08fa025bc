"""What every event type shares: the base class, field kinds and grants.

A field's Python type says its shape; its *kind* (in ``Meta.extra``) says what
the words in it may be: a slug, the id of a party, of a provision, an amount. Kinds
cost nothing when stored events are decoded; :mod:`events.reader` checks them when
an event comes in, and the command line, the JSON Schema and the rules read them
from here, so that a type is defined once.

Annotations are not postponed here: msgspec would read the text of those that types
share once more for each type, which is a fifth of what a first answer takes.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from events.dates import PartialDate
from events.quantity import Quantity
from events.scope import Box
from events.when import When

SLUG_PATTERN = "^[a-z0-9][a-z0-9-]*$"

Family = Literal["frame", "capital", "grants", "changes", "happenings", "record"]


def kind_of_words(kind: str, **more: object) -> msgspec.Meta:
    """Describe what the words of a field may be (see the module's docstring)."""
    return msgspec.Meta(extra={"kind": kind, **more})


def _slug(kind: str) -> msgspec.Meta:
    """Describe a field that holds an identifier of the given kind."""
    return msgspec.Meta(
        extra={"kind": kind, "slug": True},
        extra_json_schema={"pattern": SLUG_PATTERN},
    )


# Identifiers. "new-*" makes the id, the others must find it in the agreement.
PartyId = Annotated[str, _slug("party")]
NewPartyId = Annotated[str, _slug("new-party-id")]
NewProvisionId = Annotated[str, _slug("new-provision")]
ProvisionId = Annotated[str, _slug("provision")]
InstrumentId = Annotated[str, _slug("instrument")]
NewInstrumentId = Annotated[str, _slug("new-instrument")]
MilestoneId = Annotated[str, _slug("milestone")]
MeasureId = Annotated[str, _slug("measure")]
DisputeId = Annotated[str, _slug("dispute")]
NewDisputeId = Annotated[str, _slug("new-dispute")]
AgreementId = Annotated[str, _slug("agreement")]
Parties = Annotated[tuple[PartyId, ...], kind_of_words("parties")]
Provisions = Annotated[tuple[ProvisionId, ...], kind_of_words("provisions")]

# Who decides: a party id or free text.
Decider = Annotated[str, kind_of_words("decider")]
Text = Annotated[str, kind_of_words("text")]
# Words that other words are matched with: tags, the names of fields.
Names = Annotated[tuple[str, ...], kind_of_words("names")]
Target = Annotated[int, msgspec.Meta(ge=1, extra={"kind": "target"})]

# Quantities. "basis" names the field that a percentage needs beside it.
Amount = Annotated[Quantity, kind_of_words("amount", basis="basis")]
Price = Annotated[Quantity, kind_of_words("amount", only=("money", "unknown"))]
Rate = Annotated[Quantity, kind_of_words("amount", basis="basis")]
Share = Annotated[Quantity, kind_of_words("amount", only=("percent", "unknown"))]
Stake = Annotated[
    Quantity,
    kind_of_words("amount", only=("percent", "count", "unknown"), basis="basis"),
]
Scope = Annotated[tuple[Box, ...], kind_of_words("scope")]

Level = Literal[
    "exclusive",
    "sole",
    "first-refusal",
    "first-offer",
    "first-negotiation",
    "preferred",
    "primary",
    "default",
]
Kind = Literal[
    "priority",
    "licence",
    "permission",
    "restriction",
    "purchase",
    "revenue-share",
    "investment",
    "option",
    "procedure",
    "obligation",
    "ip-ownership",
    "price",
    "risk",
    "administration",
    "status",
    "other",
]


class PriceStep(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}
):
    """A price of an option from a day on, until the next step."""

    start: PartialDate
    price: Price


PriceSchedule = Annotated[tuple[PriceStep, ...], kind_of_words("price-schedule")]


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What happened, without when and who says so (that is the envelope).

    Values cannot form circles, so that the garbage collector need not look at them: a
    long history is read almost twice as fast.

    Class attributes, set by every type:
        TYPE: the frozen name in stored data, kebab-case.
        FAMILY: which of the six families it belongs to.
        VERSION: the schema version of the fields, from 1.
        REDACTABLE: names of fields whose values are kept as salted digests, sorted.
        ALIASES: other names that files may use for a field.
        REQUIRED_ONE_OF: names of fields of which at least one must be given.
    """

    TYPE: ClassVar[str] = ""
    FAMILY: ClassVar[Family] = "frame"
    VERSION: ClassVar[int] = 1
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note",)
    ALIASES: ClassVar[dict[str, str]] = {}
    REQUIRED_ONE_OF: ClassVar[tuple[str, ...]] = ()

    note: Text | None = None
    tags: Names = ()
    confidential: Names = ()


class Grant(Event, frozen=True, kw_only=True):
    """A provision comes into being: who has it, against whom, over what, until when.

    ``starts`` defaults to the event's effective date; an absent ``ends`` means that
    the end was not stated, which is not ``never`` and not ``unknown``.
    """

    FAMILY: ClassVar[Family] = "grants"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("amount", "condition", "note", "text")
    KIND: ClassVar[Kind] = "other"

    id: NewProvisionId
    holder: Parties
    against: Parties = ()
    scope: Scope = ()
    # "except" is a Python keyword: the stored and typed name has no underscore.
    except_: Scope = msgspec.field(default=(), name="except")
    starts: When | None = None
    ends: When | None = None
    amount: Amount | None = None
    basis: Text | None = None
    condition: Text | None = None
    text: Text | None = None


class Change(Event, frozen=True, kw_only=True):
    """A provision that is there changes, pauses or ends."""

    FAMILY: ClassVar[Family] = "changes"
    provision: ProvisionId


class Happening(Event, frozen=True, kw_only=True):
    """Something happened that changes no term by itself.

    ``milestone`` determines that milestone on the effective date of the happening.
    """

    FAMILY: ClassVar[Family] = "happenings"
    milestone: MilestoneId | None = None
