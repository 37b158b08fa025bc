"""Sign the head of one's own log, and never two that contradict each other.

Appending needs no key. From time to time the owner signs where the log stands::

    example.com/deals
    5
    sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

    — example.com/deals hI2DJw…

Before that the head is held against the last one signed, which a ``Memory`` outside of
the ledger knows: a database put back from an old backup shows fewer leaves, one that
was edited does not contain the old root, and neither is signed. Nor is an empty log.

Source: C2SP tlog-checkpoint, "Signatures".
"""

from __future__ import annotations

from collections.abc import Callable

from events.errors import Integrity, Refused
from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import Signer, sign
from ledger.log.memory import Memory
from ledger.log.note import KeyType, Note, VerifierKey
from ledger.log.tree import TileReader, consistency_proof, root


def sign_head(
    standing: Callable[[], Checkpoint],
    reader: TileReader,
    signer: Signer,
    memory: Memory,
) -> Note:
    """Sign a head after holding it against the last one signed.

    The head is read once no other signer can go ahead of it: one that was read before
    could be behind what another has signed meanwhile, as if the log had lost leaves.

    Args:
        standing: Reads where the log stands; its origin is the name of the signer's
            key.
        reader: The tiles of the log.
        signer: The log's key, of type 0x01.
        memory: What was signed before; kept outside of the ledger.

    Returns:
        The signed note; it is remembered on disk.

    Raises:
        Rollback: The log lost leaves since it was signed. ``evidence`` is a folder.
        Fork: The log changed its past. ``evidence`` is a folder.
        Integrity: The head is not the root of the tiles.
        Refused: The log is empty, or the key is not this log's.
    """
    with memory.locked():
        note = _compared(standing(), reader, signer, memory)
        signed = note.signed(sign(note.text, signer))
        memory.remember(signed)
    return signed


def rehearse(
    standing: Callable[[], Checkpoint],
    reader: TileReader,
    signer: Signer,
    memory: Memory,
) -> None:
    """Have a head signed and throw the signature away, to see that it can be done.

    Whatever keeps the key is asked for what it signs anyway: a true head, held against
    the last one. So nothing is signed that could mean anything else, and a signer that
    reads what it signs has no reason to decline.

    Raises:
        WhereasError: as ``sign_head``.
    """
    with memory.locked():
        note = _compared(standing(), reader, signer, memory)
    sign(note.text, signer)


def check_key(key: VerifierKey, origin: str) -> None:
    """Check that a key is one that signs heads of a log.

    Raises:
        Refused: it has another name, or is the key of a witness.
    """
    if (key.name, key.type) != (origin, KeyType.ED25519):
        raise Refused(
            f"the key {key.name} (type 0x{key.type:02x}) is not a key of the log"
            f" {origin}"
        )


def _compared(
    head: Checkpoint, reader: TileReader, signer: Signer, memory: Memory
) -> Note:
    """Hold a head against its tiles and the last one signed; the lock is held."""
    check_key(signer.vkey, head.origin)
    if head.size == 0:
        raise Refused(f"{head.origin} is empty: there is nothing to sign")
    found = root(head.size, reader)
    if found != head.root:
        raise Integrity(
            f"the tiles of {head.size} leaves have another root than the head states",
            position=0,
            expected=head.root.hex(),
            found=found.hex(),
        )
    note = Note(head.text(), ())
    memory.compare(note, _growth(head, reader, memory))
    return note


def _growth(head: Checkpoint, reader: TileReader, memory: Memory) -> list[bytes]:
    """Prove the head from the remembered one, where there is one to grow from."""
    old = memory.head(head.origin)
    if old is None or old.size > head.size:
        return []
    return consistency_proof(old.size, head.size, reader)
