"""Sign the head of a ledger, have it cosigned and stamped, and change its key.

Signing is apart from appending: who appends needs no key. Each of these reads where the
ledger stands, has the head compared with the one remembered outside of the ledger, and
keeps what was signed among its checkpoints::

    note = sign_now(ledger, signer, memory, checkpoints)
    request = growth_since(ledger, note, old)    to a witness, as a file
    checkpoints.cosign(lines, witnesses)         what came back

The origin of a log is the name of its key: a domain or a path below one that the owner
controls, such as ``example.com/deals``. It stays when the key changes.
"""

from __future__ import annotations

from functools import partial

from events.entry import Draft
from events.errors import Refused
from events.record import KeyRotated
from ledger.audit.checkpoints import Checkpoints, check_head
from ledger.audit.leaf import read_leaf
from ledger.audit.rotation import Chain, chain, changes, read_rotation, state_rotation
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

_DAY_LENGTH = len("2025-10-28")


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
    check_current(ledger, signer.vkey, memory, checkpoints)
    standing = partial(_standing, ledger, signer.vkey.name)
    return checkpoints.add(sign_head(standing, ledger.store, signer, memory))


def rehearse_now(
    ledger: Ledger, signer: Signer, memory: Memory, checkpoints: Checkpoints
) -> None:
    """Make sure that a head can be signed, before more is recorded for it.

    The head as it stands is signed for nobody; a ledger without events has none, so
    that only the key is looked at.

    Raises:
        WhereasError: as ``sign_now``.
    """
    check_current(ledger, signer.vkey, memory, checkpoints)
    if ledger.size:
        standing = partial(_standing, ledger, signer.vkey.name)
        rehearse(standing, ledger.store, signer, memory)


def check_current(
    ledger: Ledger, key: VerifierKey, memory: Memory, checkpoints: Checkpoints
) -> None:
    """Check that a key is the one that signs the heads of a ledger now.

    That is the key that signed the last head, as far as it is known, and after changes
    of keys the one that they lead to from there. Where no head is known it is any.

    Args:
        ledger: the ledger.
        key: the key; its name is the origin.
        memory: what was signed before.
        checkpoints: the signed heads of the ledger.

    Raises:
        Refused: it is another one, which is named.
    """
    origin = key.name
    check_key(key, origin)
    head = _known_head(origin, memory, checkpoints)
    if head is None:
        return
    followed = chain_of(ledger, origin, memory, checkpoints, key)
    if followed.changed is not None and followed.current != key:
        (row,) = ledger.store.scan(followed.changed, followed.changed + 1)
        day = read_leaf(row.event, row.position).recorded_at[:_DAY_LENGTH]
        raise _not_current(
            key,
            f"the change of keys at pos:{followed.changed}, recorded on {day}, to"
            f" {followed.current}",
            hint="sign with that key: `whereas help keys`",
        )
    if key not in followed.keys:
        size = Checkpoint.parse(head.text).size
        signers = " and ".join(line.by for line in head.signatures)
        hint = "sign with that key, or change it first: `whereas key rotate`"
        if memory.note(origin) is None:
            hint += "; if nobody knows it, take that head away"
        raise _not_current(
            key, f"its head of {size} events, signed by {signers}", hint=hint
        )


def chain_of(
    ledger: Ledger,
    origin: str,
    memory: Memory,
    checkpoints: Checkpoints,
    key: VerifierKey | None = None,
) -> Chain:
    """Follow the changes of the keys of a ledger, from the key of a known head.

    A head names its key by a number that another key can be made to have, so that keys
    are tried on it: those of the changes, and one that is at hand.

    Args:
        ledger: the ledger.
        origin: its name.
        memory: what was signed before.
        checkpoints: its signed heads.
        key: a key of that name; believed where no head is known.
    """
    made = changes(ledger.store)
    tried = [key] if key is not None else []
    head = _known_head(origin, memory, checkpoints)
    if head is None:
        return chain(origin, tried, made)
    tried += [one for rotation in made.values() for one in rotation]
    return chain(origin, [one for one in tried if head.holds((one,))], made)


def _known_head(origin: str, memory: Memory, checkpoints: Checkpoints) -> Note | None:
    """Find the head that is remembered, or the first of those that are kept."""
    remembered = memory.note(origin)
    if remembered is not None:
        return remembered
    kept = map(checkpoints.read, checkpoints.sizes())
    return next((n for n in kept if Checkpoint.parse(n.text).origin == origin), None)


def _not_current(key: VerifierKey, conflict: str, hint: str) -> Refused:
    return Refused(
        f"{key.short} does not sign for this ledger", conflict=conflict, hint=hint
    )


def _standing(ledger: Ledger, origin: str) -> Checkpoint:
    head = ledger.head()
    return Checkpoint(origin, head.size, head.root)


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


def rotate(  # noqa: PLR0913  # two keys, and what is known of the first
    ledger: Ledger,
    old: Signer,
    new: Signer,
    memory: Memory,
    checkpoints: Checkpoints,
    *,
    recorded_by: str,
) -> Receipt:
    """Record that one key gives way to another, signed by both.

    Sign the next head with the new key.

    Args:
        ledger: the ledger.
        old: the key that signs now.
        new: the key that will sign from now on; it has the same name.
        memory: what was signed before.
        checkpoints: the signed heads of the ledger.
        recorded_by: who changes the key.

    Raises:
        Refused: the keys are not two keys of one log, or the old one is not the key
            that signs now, as far as anybody can tell.
        Integrity: a signer returned something else than a signature.
    """
    check_key(old.vkey, old.vkey.name)
    if _known_head(old.vkey.name, memory, checkpoints) is None:
        raise Refused(
            f"{old.vkey.short} has signed no head of this ledger that is known here",
            hint="whereas checkpoint --key-file FILE signs one with it, before it gives"
            " way",
        )
    check_current(ledger, old.vkey, memory, checkpoints)
    statement = state_rotation(old, new)
    read_rotation(statement.encode())
    event = KeyRotated(old=str(old.vkey), new=str(new.vkey), statement=statement)
    draft = Draft(agreement=LEDGER_STREAM, event=event)
    (receipt,) = ledger.append_system([draft], recorded_by=recorded_by)
    return receipt
