"""Verify the ledger itself, and hold it against a head that somebody kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cli import signing
from cli.answer import Answer, Table
from cli.receipt_checking import COLUMNS
from cli.session import Session
from events.errors import InputError, Integrity

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.log.checkpoint import Checkpoint
    from ledger.log.policy import Policy

SCHEMA = "whereas/check/1"


class Kept(NamedTuple):
    """A head that was signed before: the file, its bytes and what it says."""

    name: str
    data: bytes
    head: Checkpoint


def kept_head(session: Session, name: str) -> Kept:
    """Read a head that somebody kept.

    Raises:
        InputError: it cannot be read, or it is of no event.
    """
    data, head = signing.head_in(session, name)
    if head.size == 0:
        raise InputError("an empty log vouches for nothing", path=name)
    return Kept(name, data, head)


def ledger_checked(
    session: Session, kept: Kept | None, policy: Policy | None
) -> Answer:
    """Check every event of the ledger, and that it continues a head.

    Args:
        session: the run.
        kept: a head that was signed before, if one was kept.
        policy: whose signature it must have; None where nobody was named.

    Raises:
        Integrity: something is not as it was recorded, or not as it was signed.
    """
    from ledger.audit.checkpoints import check_heads
    from ledger.audit.verdict import counted

    with session.reading() as ledger:
        now = ledger.check()
        beside = check_heads(signing.checkpoints_of(session).all(), ledger)
        checked = [
            f"{now.size} events, their links, batches and values",
            f"the tree over them: root {now.root.hex()}",
        ]
        if beside:
            checked.append(
                f"growth from {counted(len(beside), 'signed head')} beside it, the last"
                f" one of {counted(beside[-1].size, 'event')}"
            )
        if kept is not None:
            checked += _continued(ledger, kept, policy)
    rows = [("checked", what) for what in checked]
    if kept is None:
        rows.append(("not checked", "that nothing was rewritten as a whole (--since)"))
    elif policy is None:
        rows.append(("not checked", f"who signed {kept.name} (--key or --policy)"))
    return Answer(
        document={
            "schema": SCHEMA,
            "size": now.size,
            "root": now.root.hex(),
            "checked": checked,
            "not_checked": [what for result, what in rows if result != "checked"],
        },
        items=[{"result": result, "what": what} for result, what in rows],
        title=f"{session.settings.ledger_words} holds: {now.size} events",
        table=Table(COLUMNS, rows),
    )


def _continued(ledger: Ledger, kept: Kept, policy: Policy | None) -> list[str]:
    """Hold the ledger against a head: first whose it is, then that it still holds."""
    from ledger.audit.checkpoints import check_head

    told = []
    if policy is not None:
        _judge(ledger, kept, policy)
        told.append(f"the signature of {kept.head.origin} on the head in {kept.name}")
    check_head(kept.head, ledger.size, ledger.store)
    return [*told, f"growth from the head of {kept.head.size} events in {kept.name}"]


def _judge(ledger: Ledger, kept: Kept, policy: Policy) -> None:
    """Check the signatures on a head, by trusted keys and those that they gave way to.

    Raises:
        Integrity: nobody who is trusted signed it, or a signature is wrong.
    """
    from dataclasses import replace

    from ledger.audit.rotation import chain, changes

    keys = chain(kept.head.origin, policy.logs, changes(ledger.store)).keys
    try:
        replace(policy, logs=keys).judge(kept.data)
    except Integrity as wrong:
        trusted = [str(key) for key in (*keys, *policy.witnesses.values())]
        facts = {
            "expected": f"a signature by {', '.join(trusted)}",
            "found": wrong.text("signature") or _signers(kept),
        }
        raise Integrity(
            f"{kept.name}: {wrong}",
            hint="this says nothing of the ledger: look for a head or a key that you"
            " can rely on",
            **{**wrong.facts, "file": kept.name, **facts},
        ) from wrong


def _signers(kept: Kept) -> str:
    """Name whoever a head says has signed it."""
    from ledger.log.note import Note

    return ", ".join(line.by for line in Note.parse(kept.data).signatures)
