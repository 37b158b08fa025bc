"""Sign the head of a ledger, have it cosigned and stamped, and change its key.

Signing is apart from appending: who appends needs no key. Each of these reads where the
ledger stands, has the head compared with the one remembered outside of the ledger, and
keeps what was signed among its checkpoints::

    note = sign_now(ledger, signer, memory, checkpoints)
    request = growth_since(ledger, note, old)    to a witness, as a file
    checkpoints.cosign(size, lines, witnesses)   what came back

The origin of a log is the name of its key: a domain or a path below one that the owner
controls, such as ``example.com/deals``. It stays when the key changes.
"""

from __future__ import annotations

from events.entry import Draft
from events.errors import Refused
from events.record import KeyRotated
from ledger.audit.checkpoints import Checkpoints, check_head
from ledger.audit.rotation import changes, read_rotation, state_rotation
from ledger.ledger import Ledger
from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import Signer
from ledger.log.memory import Memory
from ledger.log.note import Note, VerifierKey
from ledger.log.proof import ConsistencyProof, InclusionProof
from ledger.log.signing import check_key, rehearse, sign_head
from ledger.log.tree import consistency_proof, inclusion_proof
from ledger.receipts import Receipt
from ledger.store import LEDGER_STREAM


def sign_now(
    ledger: Ledger, signer: Signer, memory: Memory, checkpoints: Checkpoints
) -> Note:
    """Sign the head of a ledger as it stands, and keep it.

    Args:
        ledger: the ledger.
        signer: its key; the key's name is the origin.
        memory: what was signed before; kept outside of the ledger.
        checkpoints: where signed heads are kept.

    Returns:
        The signed head, with the signatures it has had before.

    Raises:
        Rollback: the ledger lost events since it was signed.
        Fork: the ledger changed its past.
        Integrity: the ledger is damaged.
        Refused: the ledger is empty, the key is not the one that signs now, or it
            cannot be reached.
    """
    head = _standing(ledger, signer)
    check_current(ledger, signer.vkey, memory)
    return checkpoints.add(sign_head(head, ledger.store, signer, memory))


def rehearse_now(ledger: Ledger, signer: Signer, memory: Memory) -> None:
    """Make sure that a head can be signed, before more is recorded for it.

    The head as it stands is signed for nobody; a ledger without events has none, so
    that only the key is looked at.

    Raises:
        WhereasError: as ``sign_now``.
    """
    check_current(ledger, signer.vkey, memory)
    head = _standing(ledger, signer)
    if head.size:
        rehearse(head, ledger.store, signer, memory)


def check_current(ledger: Ledger, key: VerifierKey, memory: Memory) -> None:
    """Check that a key is the one that signs the heads of a ledger now.

    That is the key to which the ledger last recorded a change, and before any change
    the one that signed the last head.

    Args:
        ledger: the ledger.
        key: the key; its name is the origin.
        memory: what was signed before.

    Raises:
        Refused: it is another one, which is named.
    """
    origin = key.name
    check_key(key, origin)
    made = [c for c in changes(ledger.store) if c.rotation.new.name == origin]
    if made and made[-1].rotation.new != key:
        position, day, rotation = made[-1]
        raise _not_current(
            key,
            f"the change of keys at pos:{position}, recorded on {day}, to"
            f" {rotation.new}",
            hint="sign with that key: `whereas help keys`",
        )
    last = None if made else memory.note(origin)
    signers = [line.by for line in last.signatures] if last else [key.short]
    if key.short in signers:
        return
    raise _not_current(
        key,
        f"its last head, signed by {' and '.join(signers)}",
        hint="sign with that key, or change it first: `whereas key rotate`",
    )


def _not_current(key: VerifierKey, conflict: str, hint: str) -> Refused:
    return Refused(
        f"{key.short} does not sign for this ledger", conflict=conflict, hint=hint
    )


def _standing(ledger: Ledger, signer: Signer) -> Checkpoint:
    head = ledger.head()
    return Checkpoint(signer.vkey.name, head.size, head.root)


def growth_since(ledger: Ledger, note: Note, old: int) -> bytes:
    """Write what a witness is sent: the signed head, and that the log grew to it.

    Args:
        ledger: the ledger.
        note: its signed head.
        old: the size that the witness remembers; 0 where it knows nothing.

    Raises:
        InputError: the witness cannot remember more events than the head has.
    """
    size = Checkpoint.parse(note.text).size
    hashes = consistency_proof(old, size, ledger.store) if old else []
    return ConsistencyProof(old, tuple(hashes), note.format()).format()


def prove(ledger: Ledger, note: Note, position: int) -> InclusionProof:
    """Prove that the event at a position is under a signed head.

    Raises:
        InputError: the head has no such position.
        Integrity: the head is not of this ledger.
    """
    head = Checkpoint.parse(note.text)
    check_head(head, ledger.size, ledger.store)
    hashes = inclusion_proof(position, head.size, ledger.store)
    return InclusionProof(position, tuple(hashes), note.format())


def rotate(
    ledger: Ledger, old: Signer, new: Signer, memory: Memory, *, recorded_by: str
) -> Receipt:
    """Record that one key gives way to another, signed by both.

    Sign the next head with the new key.

    Args:
        ledger: the ledger.
        old: the key that signs now.
        new: the key that will sign from now on; it has the same name.
        memory: what was signed before.
        recorded_by: who changes the key.

    Raises:
        Refused: the keys are not two keys of one log, or the old one is not the key
            that signs now.
        Integrity: a signer returned something else than a signature.
    """
    check_current(ledger, old.vkey, memory)
    statement = state_rotation(old, new)
    read_rotation(statement.encode())
    event = KeyRotated(old=str(old.vkey), new=str(new.vkey), statement=statement)
    draft = Draft(agreement=LEDGER_STREAM, event=event)
    (receipt,) = ledger.append_system([draft], recorded_by=recorded_by)
    return receipt
