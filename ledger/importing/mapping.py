"""Write a recorded event as an import file has it, so that it can be read back."""

from __future__ import annotations

from typing import Any

import msgspec

from events.entry import Entry
from events.values import enc_hook

# What a correction leaves as it was recorded.
_FIXED = frozenset(("event", "agreement", "key", "batch"))

_encode = msgspec.json.Encoder(enc_hook=enc_hook).encode


def draft_mapping(entry: Entry) -> dict[str, Any]:
    """Write an event as the mapping that :func:`events.reader.read_draft` reads.

    As a line of JSON it is what :mod:`ledger.importing.json_lines` reads: ``batch`` is
    there for an event of a batch. A value that was withheld reads ``[***]``, which no
    reader takes: what it was is not known.

    Args:
        entry: the event.

    Returns:
        Plain values: the type and the envelope first, the key and the batch last.
    """
    envelope = entry.envelope
    fields: dict[str, Any] = msgspec.json.decode(_encode(entry.event))
    raw = bytes(envelope.sources)
    written = {
        "event": envelope.type,
        "agreement": envelope.agreement,
        "effective": envelope.effective.text if envelope.effective else None,
        "instrument": envelope.instrument,
        **fields,
        "sources": msgspec.json.decode(raw) if raw else None,
        "key": envelope.key,
        "batch": envelope.batch.id if envelope.batch else None,
    }
    return {name: value for name, value in written.items() if value is not None}


def correctable(entry: Entry) -> dict[str, Any]:
    """Write what a correction of an event may put right, as it would name it."""
    return {k: v for k, v in draft_mapping(entry).items() if k not in _FIXED}
