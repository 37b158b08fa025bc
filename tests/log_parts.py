"""Logs and keys in memory, for the tests of what signs and proves."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from ledger.log import ed25519
from ledger.log.checkpoint import Checkpoint
from ledger.log.keyfile import FileSigner
from ledger.log.keys import sign
from ledger.log.note import KeyType, Note, VerifierKey
from ledger.log.proof import ConsistencyProof
from ledger.log.tiles import MemoryTiles
from ledger.log.tree import Frontier, consistency_proof, leaf_hash, root

ORIGIN = "example.com/deals"


def signer_of(name: str, kind: KeyType = KeyType.ED25519, salt: str = "") -> FileSigner:
    """A signer whose key is derived from its name, the same in every run."""
    seed = sha256(f"{name}{kind}{salt}".encode()).digest()
    return FileSigner(VerifierKey(name, kind, ed25519.public_of(seed)), seed)


def witness_of(name: str) -> FileSigner:
    return signer_of(name, KeyType.COSIGNATURE_V1)


LOG = signer_of(ORIGIN)


def leaves_of(count: int, word: str = "event") -> list[bytes]:
    return [leaf_hash(f"{word} {number}".encode()) for number in range(count)]


def tiles_of(leaves: Sequence[bytes]) -> MemoryTiles:
    kept = MemoryTiles()
    kept.write(Frontier().extend(leaves)[1])
    return kept


def signed_head(leaves: Sequence[bytes], signer: FileSigner = LOG) -> Note:
    head = Frontier().extend(leaves)[0].root()
    text = Checkpoint(signer.vkey.name, len(leaves), head).text()
    return Note(text, (sign(text, signer),))


def growth(leaves: Sequence[bytes], old: int) -> bytes:
    """What a witness that knows ``old`` leaves is sent about all of them."""
    kept = tiles_of(leaves)
    hashes = consistency_proof(old, len(leaves), kept) if old else []
    note = signed_head(leaves)
    assert Checkpoint.parse(note.text).root == root(len(leaves), kept)
    return ConsistencyProof(old, tuple(hashes), note.format()).format()
