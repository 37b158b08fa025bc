"""An append that proves nothing: what leaf, tree and receipt are compared with."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from events.codec import encode
from ledger.clock import Clock, instant_text
from ledger.log.tree import HASH_SIZE, Frontier
from ledger.placing import Tails, row_of
from ledger.receipts import Receipt
from ledger.store import Edge, Growth, Pending

_NO_HASH = bytes(HASH_SIZE)


def place_unproven(
    pendings: Sequence[Pending], edge: Edge, tail_of: Tails, clock: Clock
) -> tuple[Growth, list[Receipt]]:
    """Place events as ``ledger.placing.place`` does, but hash nothing.

    Such a ledger can be appended to, as long as nothing of it is read back.
    """
    rows = []
    size, instant = edge.tree.size, ""
    for pending in pendings:
        tail_of(pending.envelope.agreement)
        instant = instant_text(clock())
        envelope = msgspec.structs.replace(
            pending.envelope, position=size, recorded_at=instant
        )
        event = encode(envelope)
        rows.append(row_of(envelope, event, _NO_HASH, pending.disclosed, pending.salts))
        size += 1
    tree = Frontier(size, (_NO_HASH,) * size.bit_count())
    return Growth(rows, (), Edge(tree, instant), _NO_HASH), []
