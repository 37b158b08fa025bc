"""Copy a ledger with its signed heads, and hold the copy against each of them.

The copy is made by the database itself, opened again and checked from the first event
to the last, and must still hold what was signed. Only then it gets its name. Its heads
are put beside it as those of any ledger are, so that it can take the ledger's place::

    deals.db      deals.db.checkpoints/12
    copy.db       copy.db.checkpoints/12

Copying the file itself is no backup: the last events may not be in it yet.
"""

from __future__ import annotations

from pathlib import Path

from events.errors import Refused
from ledger.audit.checkpoints import Checkpoints, check_head
from ledger.audit.writing import check_free
from ledger.ledger import Ledger
from ledger.log.checkpoint import Checkpoint
from ledger.store import Head


def backup(ledger: Ledger, path: Path, checkpoints: Checkpoints) -> tuple[Head, int]:
    """Copy a ledger.

    Args:
        ledger: the ledger.
        path: where the copy is to be.
        checkpoints: its signed heads.

    Returns:
        The head of the copy, and the size of its last signed head, or 0.

    Raises:
        Refused: something is there already, or it cannot be written.
        NotFound: the folder that is to hold it does not exist.
        Integrity: the ledger is damaged, or was changed since a head was signed.
    """
    check_free(path)
    beside = Checkpoints.beside(path)
    if beside.sizes():
        raise Refused(
            f"there are signed heads beside {path} already, of another ledger",
            hint="name another file, or take them away",
            path=str(path),
        )
    # What is signed after this may be beyond the copy.
    notes = [checkpoints.read(size) for size in checkpoints.sizes()]
    stamps = checkpoints.stamps()
    heads = [Checkpoint.parse(note.text) for note in notes]

    def examine(copy: Ledger) -> None:
        for head in heads:
            check_head(head, copy.size, copy.store)

    copied = ledger.backup(path, examine=examine)
    for head, note in zip(heads, notes, strict=True):
        beside.add(note)
        if head.size in stamps:
            beside.stamp(head.size, stamps[head.size])
    return copied, heads[-1].size if heads else 0
