"""Give events their places: position, link to the previous event, instant, leaf.

This is what every store does between taking its write lock and writing, and it is done
here once. Nothing is read or written: the store says where the ledger and the
agreements end, and gets the rows that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from events.codec import encode
from events.dates import day_text
from events.entry import Envelope
from events.when import On, When
from ledger.clock import Clock, instant_text, instant_us
from ledger.log.tree import Run, joined, leaf_hash
from ledger.receipts import Receipt
from ledger.store import Edge, Growth, Pending, Tail
from ledger.stored import Moved

Tails = Callable[[str], Tail | None]


def place(
    pendings: Sequence[Pending], edge: Edge, tail_of: Tails, clock: Clock
) -> tuple[Growth, list[Receipt]]:
    """Place events behind everything recorded.

    Args:
        pendings: the events, at least one, in the order of their positions.
        edge: where the ledger ends, read under the write lock.
        tail_of: finds the last event of an agreement, under the same lock.
        clock: what time it is. An event that comes too early for the order of the
            ledger is recorded one microsecond after the one before.

    Returns:
        What the store writes, and a receipt an event.

    Raises:
        Moved: an agreement has grown since its events were numbered.
        InputError: an event is too large.
    """
    now, last = clock(), instant_us(edge.recorded_at) if edge.recorded_at else -1
    ends: dict[str, Tail] = {}
    rows: list[tuple[Any, ...]] = []
    leaves: list[bytes] = []
    placed: list[Envelope] = []
    for position, pending in enumerate(pendings, edge.tree.size):
        agreement = pending.envelope.agreement
        end = ends.get(agreement) or _expected(tail_of(agreement), pending.envelope)
        now = last = max(now, last + 1)
        envelope = msgspec.structs.replace(
            pending.envelope,
            position=position,
            prev=end.leaf.hex() if end.seq else None,
            recorded_at=instant_text(now),
        )
        event = encode(envelope)
        leaf = leaf_hash(event)
        ends[agreement] = Tail(envelope.seq, position, leaf)
        leaves.append(leaf)
        placed.append(envelope)
        rows.append(row_of(envelope, event, leaf, pending.disclosed, pending.salts))
    receipts: list[Receipt] = []
    runs: list[Run] = []
    tree, root = edge.tree, b""
    for unit in units(pendings):
        tree, more = tree.extend(leaves[unit])
        root = tree.root()
        runs = joined(runs, more)
        receipts += [
            receipt_of(envelope, leaf, tree.size, root.hex())
            for envelope, leaf in zip(placed[unit], leaves[unit], strict=True)
        ]
    return Growth(rows, runs, Edge(tree, placed[-1].recorded_at), root), receipts


def units(pendings: Sequence[Pending]) -> Iterator[slice]:
    """Yield the slices of events that stand or fall together: batches, single events.

    Each is judged, and has its receipts, as if it were appended alone, whatever is
    written in the same transaction.
    """
    start = 0
    while start < len(pendings):
        batch = pendings[start].envelope.batch
        stop = start + (batch.n if batch else 1)
        yield slice(start, stop)
        start = stop


def row_of(  # noqa: PLR0913  # the parts of a row
    envelope: Envelope,
    event: bytes,
    leaf: bytes,
    disclosed: bytes,
    salts: bytes,
    *,
    erased: str | None = None,
) -> tuple[Any, ...]:
    """List the values of a row in the order of ``ledger.store.ROW``."""
    return (
        envelope.position,
        envelope.agreement,
        envelope.seq,
        envelope.type,
        envelope.id,
        envelope.key,
        envelope.batch.id if envelope.batch else None,
        envelope.recorded_at,
        effective_from(envelope.effective),
        leaf,
        erased,
        salts,
        disclosed,
        event,
    )


def effective_from(effective: When | None) -> str | None:
    """Give the first day from which an event may be in effect, if it names a date."""
    if effective is None or not isinstance(effective.expr, On):
        return None
    return day_text(effective.expr.date.first)


def receipt_of(
    envelope: Envelope, leaf: bytes, size: int, root: str, *, replayed: bool = False
) -> Receipt:
    """Write the receipt of a recorded event.

    Args:
        envelope: the event's envelope as it was stored.
        leaf: its leaf hash.
        size: the size of the tree right after its batch.
        root: the root of that tree, in hex.
        replayed: it was there already.
    """
    return Receipt(
        position=envelope.position,
        id=envelope.id,
        agreement=envelope.agreement,
        seq=envelope.seq,
        leaf_hash=leaf.hex(),
        recorded_at=envelope.recorded_at,
        tree_size=size,
        root=root,
        replayed=replayed,
    )


def _expected(tail: Tail | None, first: Envelope) -> Tail:
    """Check that the first new event of an agreement follows its last one."""
    end = tail or Tail(0, -1, b"")
    if first.seq != end.seq + 1:
        raise Moved(f"{first.agreement} has {end.seq} events, not {first.seq - 1}")
    return end
