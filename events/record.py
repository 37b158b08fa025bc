"""The record: events that speak of other events, and of the ledger itself.

They change what the ledger says of the world and not the world, so they need no
effective date and are applied in the order in which they were recorded.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from events.base import Event, Family, Names, Target, Text, kind_of_words
from events.source import Digest, Published, Source, SourceId, Stance

Replacement = Annotated[dict[str, Any], kind_of_words("replacement")]


class EventCorrected(Event, frozen=True, kw_only=True):
    """An event was recorded wrongly; the world was never so.

    Effect: the fields of ``replacement`` take the place of the target's, the effective
        date too.
    Example: {"target": 3, "replacement": {"amount": "USD 12bn"},
        "reason": "typing error"}
    """

    TYPE = "event-corrected"
    FAMILY: ClassVar[Family] = "record"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "reason", "replacement")
    target: Target
    replacement: Replacement
    reason: Text


class EventRetracted(Event, frozen=True, kw_only=True):
    """An event should never have been recorded.

    Effect: the target counts no longer; retracting a correction or a retraction undoes
        it.
    Example: {"target": 3, "reason": "recorded for the wrong agreement"}
    """

    TYPE = "event-retracted"
    FAMILY: ClassVar[Family] = "record"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "reason")
    target: Target
    reason: Text


class SourceLinked(Event, frozen=True, kw_only=True):
    """A source is found for an event that is recorded already.

    Effect: the source stands beside those of the target; no term changes.
    Example: {"target": 1, "source": "filing", "at": "note 17", "stance": "supports"}
    """

    TYPE = "source-linked"
    FAMILY: ClassVar[Family] = "record"
    REDACTABLE: ClassVar[tuple[str, ...]] = ("note", "quote")
    target: Target
    source: SourceId
    stance: Stance
    at: Text | None = None
    quote: Text | None = None
    title: Text | None = None
    uri: Text | None = None
    published: Published | None = None
    sha256: Digest | None = None

    def cited(self) -> Source:
        """Give the source that is linked, as an event's own sources are."""
        return Source(
            **{name: getattr(self, name) for name in Source.__struct_fields__}
        )


class ValuesErased(Event, frozen=True, kw_only=True):
    """Values of an event are erased for good; every receipt and proof still holds.

    Effect: the named fields of the target read as redacted, never as nothing.
    Example: {"target": 3, "fields": ["amount"], "reason": "order of the court"}
    """

    TYPE = "values-erased"
    FAMILY: ClassVar[Family] = "record"
    target: Target
    fields: Names
    reason: Text


class HeadsSnapshotted(Event, frozen=True, kw_only=True):
    """The last event of every agreement is fixed under one root.

    Effect: none on agreements; a partial export proves with it that it is complete.
    Example: {"agreements": 2,
        "root": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
    """

    TYPE = "heads-snapshotted"
    FAMILY: ClassVar[Family] = "record"
    REDACTABLE: ClassVar[tuple[str, ...]] = ()
    agreements: int
    root: Digest


class KeyRotated(Event, frozen=True, kw_only=True):
    """The key that signs checkpoints becomes another; both keys have signed this.

    Effect: none on agreements; a verifier who trusts the old key can follow to the new
        one.
    Example: {"old": "ledger.example+00000000+AQ", "new": "ledger.example+11111111+AQ",
        "statement": "…", "kind": "rotation"}
    """

    TYPE = "key-rotated"
    FAMILY: ClassVar[Family] = "record"
    REDACTABLE: ClassVar[tuple[str, ...]] = ()
    old: Text
    new: Text
    statement: Text
    kind: Literal["rotation"] = "rotation"
