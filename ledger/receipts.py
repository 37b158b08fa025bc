"""What whoever appends gets in return."""

from __future__ import annotations

import msgspec


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where an event was recorded, and the tree that holds it.

    Attributes:
        position: its position in the ledger, from 0: the index of its leaf.
        id: the event's own id, a UUID of version 7.
        agreement: its agreement.
        seq: its number in the agreement, from 1.
        leaf_hash: the hash of its bytes, in hex.
        recorded_at: when the ledger learned it.
        tree_size: how many leaves the tree had right after the batch it came in.
        root: the root of that tree, in hex.
        replayed: it was there already; this is the receipt of then.
    """

    position: int
    id: str
    agreement: str
    seq: int
    leaf_hash: str
    recorded_at: str
    tree_size: int
    root: str
    replayed: bool = False
