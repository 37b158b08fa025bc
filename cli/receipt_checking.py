"""Verify the receipt of one event: a C2SP tlog-proof, by itself and offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli import signing
from cli.answer import Answer, Column, Table
from cli.session import Session
from events.errors import InputError

if TYPE_CHECKING:
    from ledger.log.policy import Policy

SCHEMA = "whereas/receipt/1"
COLUMNS = (Column("result", whole=True), Column("what"))
_LEAF_HEX = 64
# An event is smaller; what is larger is none.
_EVENT_BYTES = 1 << 17


def is_proof(path: Path) -> bool:
    """Tell whether a file is the proof of one event and no bundle."""
    from ledger.log.proof import MAGIC

    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC.encode()


def receipt_checked(
    session: Session,
    name: str,
    policy: Policy,
    *,
    event: str | None,
    leaf: str | None,
) -> Answer:
    """Check that an event is in a log, by its receipt.

    Args:
        session: the run.
        name: the file of the proof.
        policy: which logs and witnesses are trusted.
        event: the file of the event's bytes, as a bundle has them.
        leaf: or their hash, as the receipt of the append has it.

    Raises:
        InputError: the proof cannot be read, or it is not said of which event it is.
        Integrity: it does not hold.
    """
    from ledger.log.proof import MAX_PROOF_BYTES, InclusionProof
    from ledger.log.tree import leaf_hash

    proof = InclusionProof.parse(signing.read(session, name, MAX_PROOF_BYTES))
    if event is not None and leaf is None:
        hashed = leaf_hash(signing.read(session, event, _EVENT_BYTES))
    elif leaf is not None and event is None:
        hashed = _leaf(leaf)
    elif event is not None:
        raise InputError(
            "--event and --leaf both say which event the proof is of",
            hint="leave out one of them",
        )
    else:
        raise InputError(
            "a proof is of one event: say which by its bytes or by their hash",
            hint="--event FILE, or --leaf with the leaf hash of the receipt",
        )
    judged = proof.verify(hashed, policy)
    head = judged.checkpoint
    rows = [
        ("checked", f"the event is at pos:{proof.index} among {head.size}"),
        ("checked", f"the head of {head.origin} over them is signed"),
        (
            "not checked",
            "what else is in the log, and that what the event says is true",
        ),
    ]
    return Answer(
        document={
            "schema": SCHEMA,
            "origin": head.origin,
            "position": proof.index,
            "leaf_hash": hashed.hex(),
            "size": head.size,
            "root": head.root.hex(),
        },
        items=[{"result": result, "what": what} for result, what in rows],
        title=f"{name} holds: {head.origin}, pos:{proof.index} of {head.size} events",
        table=Table(COLUMNS, rows),
    )


def _leaf(words: str) -> bytes:
    """Read a leaf hash."""
    try:
        hashed = bytes.fromhex(words)
    except ValueError:
        hashed = b""
    if len(words) != _LEAF_HEX or not hashed:
        raise InputError(
            f"--leaf takes {_LEAF_HEX} hexadecimal digits, not {words}", field="--leaf"
        )
    return hashed
