"""Copy a ledger with its signed heads, and hold the copy against each of them.

The copy is made by the database itself, opened again and checked from the first event
to the last, and must still hold what was signed. Only then it gets its name. Its heads
are put beside it as those of any ledger are, so that it can take the ledger's place::

    deals.db      deals.db.checkpoints/12
    copy.db       copy.db.checkpoints/12

Copying the file itself is no backup: the last events may not be in it yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from events.errors import Integrity, Refused
from ledger.audit.checkpoints import Checkpoints, check_heads
from ledger.audit.writing import check_free
from ledger.ledger import Ledger
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
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
        Refused: something is there already, or it cannot be written, or there are
            signed heads beside it that the copy does not hold.
        NotFound: the folder that is to hold it does not exist.
        Integrity: the ledger is damaged, or was changed since a head was signed.
    """
    check_free(path)
    beside = Checkpoints.beside(path)
    # What is signed after this may be beyond the copy.
    notes = checkpoints.all()
    stamps = checkpoints.stamps()

    def examine(copy: Ledger) -> None:
        check_heads(notes, copy)
        _check_beside(path, notes, copy)

    copied = ledger.backup(path, examine=examine)
    sizes = [Checkpoint.parse(note.text).size for note in notes]
    for size, note in zip(sizes, notes, strict=True):
        beside.add(note)
        if size in stamps:
            beside.stamp(size, stamps[size])
    return copied, max(beside.sizes(), default=0)


def _check_beside(path: Path, notes: Sequence[Note], copy: Ledger) -> None:
    """Check that heads which lie where the copy is to be are of what it holds.

    They are where a ledger was lost and its copy takes its place.
    """
    there = Checkpoints.beside(path).all()
    try:
        heads = check_heads(there, copy)
        texts = {Checkpoint.parse(note.text).size: note.text for note in notes}
        if all(texts.get(h.size, h.text()) == h.text() for h in heads):
            return
        why = "they are of another ledger"
    except Integrity as wrong:
        why = str(wrong)
    raise Refused(
        f"the signed heads beside {path.name} are not of this copy: {why}",
        hint="name another file, or take them away",
    )
