"""Tell what became of events: recorded, where, or already there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.answer import Answer, Column, Table

if TYPE_CHECKING:
    from ledger.receipts import Receipt

RECEIPTS_SCHEMA = "whereas/receipts/1"

_COLUMNS = (
    Column("outcome", whole=True),
    Column("agreement", whole=True),
    Column("event", whole=True),
    Column("type", whole=True),
    Column("position", whole=True),
    Column("leaf_hash"),
    Column("tree_size", whole=True),
    Column("root"),
)

_SHOWN = tuple(map(Column, ("event", "position", "leaf_hash", "tree_size", "root")))


def answer(
    receipts: Sequence[Receipt], types: Sequence[str], proof: str | None = None
) -> Answer:
    """Tell where events were recorded.

    Args:
        receipts: one an event.
        types: the types of the events, in the same order.
        proof: the text of a proof of the event, where one was wanted.
    """
    proven = {} if proof is None else {"proof": proof}
    rows = [
        (
            outcome(receipt),
            receipt.agreement,
            f"@{receipt.seq}",
            kind,
            f"pos:{receipt.position}",
            receipt.leaf_hash,
            str(receipt.tree_size),
            receipt.root,
        )
        for receipt, kind in zip(receipts, types, strict=True)
    ]
    return Answer(
        document={"schema": RECEIPTS_SCHEMA, "receipts": receipts, **proven},
        items=receipts,
        title=title(receipts, types),
        table=Table(_COLUMNS, rows),
        shown=Table(_SHOWN, [_shown(row) for row in rows], as_list=True),
    )


def _shown(row: Sequence[str]) -> tuple[str, ...]:
    """Write a receipt for a reader, who has read in which agreement."""
    told, agreement, event, kind, *receipt = row
    there = f" ({told})" if told != "recorded" else ""
    return (f"{agreement} {event} {kind}{there}", *receipt)


def outcome(receipt: Receipt) -> str:
    """Say in a word what became of an event."""
    return "already there" if receipt.replayed else "recorded"


def title(receipts: Sequence[Receipt], types: Sequence[str]) -> str:
    """Say in a sentence what became of events."""
    if len(receipts) == 1:
        [receipt] = receipts
        event = f"@{receipt.seq} {types[0]} in {receipt.agreement}"
        if receipt.replayed:
            return f"already there: {event}, recorded {receipt.recorded_at}"
        return f"recorded {event}, known from {receipt.recorded_at}"
    new = sum(not receipt.replayed for receipt in receipts)
    there = len(receipts) - new
    parts = [f"recorded {new} events"] if new or not there else []
    return ", ".join([*parts, *([f"{there} already there"] if there else [])])
