"""The parts of a state as the read model keeps them: each with a name and a body.

A body is the part itself as JSON, so that what is read back is what the fold made. What
grows with every event is not in a body: which events bear on a provision is a part of
its own for each of them.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from events.values import dec_hook, enc_hook
from projections.fold.facts import Dated, MilestoneFacts, Report
from projections.fold.provision import Closing, Provision
from projections.fold.state import Dispute, MeasureNow, Movement, Party, Stake

Kind = Literal[
    "provision",
    "party",
    "stake",
    "measure",
    "holding",
    "dispute",
    "ending",
    "skipped",
    "set-by",
    "title",
    "milestone",
    "mention",
    "report",
    "notice",
    "pending",
]


class Key(NamedTuple):
    """A part of an agreement: what it is, and its name among its like."""

    kind: Kind
    name: str


class Skip(NamedTuple):
    """An event that could not apply, and why."""

    seq: int
    reason: str


class Waiting(NamedTuple):
    """An event that waits for its effective When."""

    seq: int
    type: str
    effective: str


_SHAPES: dict[Kind, Any] = {
    "provision": Provision,
    "party": Party,
    "stake": Stake,
    "measure": MeasureNow,
    "holding": Movement,
    "dispute": Dispute,
    "ending": Closing,
    "skipped": Skip,
    "set-by": int,
    "title": str,
    "milestone": MilestoneFacts,
    "mention": None,
    "report": Report,
    "notice": list[Dated],
    "pending": Waiting,
}
_encoder = msgspec.json.Encoder(enc_hook=enc_hook, order="deterministic")
_decoders = {
    kind: msgspec.json.Decoder(shape, dec_hook=dec_hook)
    for kind, shape in _SHAPES.items()
}


def body_of(part: object) -> str:
    """Write a part as its body."""
    return _encoder.encode(part).decode()


def part_of(kind: Kind, body: str) -> Any:  # noqa: ANN401  # what the kind says
    """Read a part back from its body."""
    return _decoders[kind].decode(body)


def plain(provision: Provision) -> Provision:
    """Copy a provision without what grows with every event that bears on it.

    Nothing that may change is shared, so that a copy stays what was written of it.
    """
    return msgspec.structs.replace(
        provision,
        clauses=list(provision.clauses),
        closings=list(provision.closings),
        terms=msgspec.structs.replace(provision.terms),
        details=dict(provision.details),
        readings=list(provision.readings),
        contested_by=list(provision.contested_by),
        performed=[],
        exercises=[],
        why={},
        set_by=[],
    )
