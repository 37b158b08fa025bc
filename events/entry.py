"""An event in the ledger: the envelope, what happened, and what was withheld.

A :class:`Draft` is an event that somebody wants to record; an :class:`Entry` is one
that has been recorded: it has a position in the ledger, a number in its agreement
(``seq``, shown as ``@N``) and the instant at which the ledger learned it.

What is read in great numbers has ``gc=False``: it cannot form circles.
"""

from __future__ import annotations

import msgspec

from events.base import Event
from events.catalogue import RECORD_TYPES
from events.source import Source
from events.values import dec_hook, enc_hook
from events.when import When

FORMAT = 1
NO_SOURCES = msgspec.Raw(b"")

_encoder = msgspec.json.Encoder(enc_hook=enc_hook, order="sorted")
_SOURCES = msgspec.json.Decoder(tuple[Source, ...], dec_hook=dec_hook)


class Batch(msgspec.Struct, frozen=True, gc=False):
    """A place in a batch: ``i`` of ``n`` events that stand or fall together."""

    i: int
    id: str
    n: int


class Draft(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event to be recorded, with everything that its author may say."""

    agreement: str
    event: Event
    effective: When | None = None
    instrument: str | None = None
    sources: tuple[Source, ...] = ()
    key: str | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The members of an event's stored bytes; the order is that of their keys.

    ``data`` is the event itself, as bytes that have not been read yet; ``prev`` is
    the leaf hash (hex) of the agreement's previous event; ``tv`` is the schema
    version of ``type``; ``recorded_at`` is ``YYYY-MM-DDThh:mm:ss.ffffffZ``.
    """

    agreement: str
    batch: Batch | None = None
    data: msgspec.Raw
    effective: When | None = None
    id: str
    instrument: str | None = None
    key: str | None = None
    position: int
    prev: str | None = None
    recorded_at: str
    recorded_by: str
    seq: int
    sources: msgspec.Raw = NO_SOURCES
    tv: int
    type: str
    # Written always, also when it is the default: a reader looks at it first.
    v: int


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A recorded event.

    ``redacted`` names the fields whose values were erased or withheld.
    """

    envelope: Envelope
    event: Event
    redacted: tuple[str, ...] = ()

    @property
    def originator_id(self) -> str:
        """Name the stream for the event-sourcing library: the agreement."""
        return self.envelope.agreement

    @property
    def originator_version(self) -> int:
        """Number the event in its stream for the event-sourcing library."""
        return self.envelope.seq

    @property
    def seq(self) -> int:
        """Number the event in its agreement, from 1."""
        return self.envelope.seq

    @property
    def position(self) -> int:
        """Give the position in the whole ledger, from 0."""
        return self.envelope.position

    @property
    def is_record(self) -> bool:
        """Tell whether the event speaks of events and not of the world."""
        return self.envelope.type in RECORD_TYPES

    @property
    def label(self) -> str:
        """Name the event in a message, for example ``@5 right-relinquished``."""
        return f"@{self.envelope.seq} {self.envelope.type}"

    def sources(self) -> tuple[Source, ...]:
        """Read the sources, which most folds never look at."""
        raw = bytes(self.envelope.sources)
        return _SOURCES.decode(raw) if raw else ()


def sources_json(draft: Draft) -> msgspec.Raw:
    """Encode the sources of a draft for its envelope."""
    return encoded_sources(draft.sources)


def encoded_sources(sources: tuple[Source, ...]) -> msgspec.Raw:
    """Encode sources as they stand in an envelope."""
    return msgspec.Raw(_encoder.encode(sources)) if sources else NO_SOURCES


def provisional(draft: Draft, seq: int, position: int) -> Entry:
    """Stand a draft among recorded events, to ask what would follow from it.

    Args:
        draft: the event that somebody wants to record, or supposes.
        seq: the number it would have in its agreement.
        position: the position it would have in the ledger.
    """
    envelope = Envelope(
        agreement=draft.agreement,
        data=msgspec.Raw(b""),
        effective=draft.effective,
        id="",
        instrument=draft.instrument,
        key=draft.key,
        position=position,
        recorded_at="",
        recorded_by="",
        seq=seq,
        sources=sources_json(draft),
        tv=draft.event.VERSION,
        type=draft.event.TYPE,
        v=FORMAT,
    )
    return Entry(envelope, draft.event)
