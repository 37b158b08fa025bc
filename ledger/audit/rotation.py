"""Let one signing key give way to another, so that a verifier can follow.

Both keys sign a statement, and the ledger records it as ``key-rotated``::

    whereas-key-rotation/1
    example.com/deals+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
    example.com/deals+8a1c6d0e+AbkA2fO5n7i2s7H1cFfM9m2mJm7hG0wz4wq4mJz0m2hK

    — example.com/deals Uw2QO…
    — example.com/deals ihxtD…

The first line is the format, then the old key and the new one; both have the name of
the log. No checkpoint looks like it: where a checkpoint has its size, here is a key.

Whoever trusts the old key trusts the new one from then on. Whoever trusts the new one
may believe what the old one signed before. A key that gave way signs no more: no head
over the change, and no other change. A stolen old key can fork the log before the
change: that is found by a checkpoint kept since, as every fork is.

Source: C2SP signed-note.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from events.errors import InputError, Integrity, Refused
from ledger.audit.leaf import read_leaf
from ledger.audit.source import LEDGER_STREAM, LogSource
from ledger.log.keys import Signer, sign
from ledger.log.note import KeyType, Note, VerifierKey

STATEMENT_BYTES_MAX = 8_192
_FORMAT = "whereas-key-rotation/1"
_LINES = 3
_DAY_LENGTH = len("2025-10-28")


class Rotation(NamedTuple):
    """A change of keys that both keys have signed."""

    old: VerifierKey
    new: VerifierKey


class Change(NamedTuple):
    """A change of keys as a log has recorded it: where, on which day, and what."""

    position: int
    day: str
    rotation: Rotation


def state_rotation(old: Signer, new: Signer) -> str:
    """Write the statement that one key gives way to another, signed by both.

    Raises:
        Refused: they are not two different keys of one log.
    """
    names = {old.vkey.name, new.vkey.name}
    types = {old.vkey.type, new.vkey.type}
    if len(names) > 1 or types != {KeyType.ED25519} or old.vkey == new.vkey:
        raise Refused("a key gives way to another key of the same log")
    text = f"{_FORMAT}\n{old.vkey}\n{new.vkey}\n"
    return Note(text, (sign(text, old), sign(text, new))).format().decode()


def read_rotation(statement: bytes) -> Rotation:
    """Read a statement and check both signatures on it.

    Raises:
        InputError: it is not of the format.
        Integrity: a signature is missing or wrong.
    """
    note = Note.parse(statement)
    lines = note.text.split("\n")
    if len(lines) != _LINES + 1 or lines[0] != _FORMAT:
        raise InputError(
            f"a change of keys begins with {_FORMAT}", line=1, excerpt=lines[0]
        )
    old, new = VerifierKey.parse(lines[1]), VerifierKey.parse(lines[2])
    verified = [found.key for found in note.verified((old, new))]
    if verified != [old, new] or len(note.signatures) != len(verified):
        raise Integrity(
            "a change of keys is signed by the old key and the new one, and no other",
            expected=[str(old), str(new)],
            found=[str(key) for key in verified],
        )
    if old.name != new.name or {old.type, new.type} != {KeyType.ED25519}:
        raise Integrity("a change of keys is between two keys of one log")
    return Rotation(old, new)


def changes(source: LogSource) -> list[Change]:
    """Read the changes of keys that a log has recorded, in their order."""
    leaves = (read_leaf(row.event, row.position) for row in source.rows(LEDGER_STREAM))
    return [
        Change(
            leaf.position,
            leaf.recorded_at[:_DAY_LENGTH],
            read_rotation(leaf.data["statement"].encode()),
        )
        for leaf in leaves
        if leaf.type == "key-rotated"
    ]


def follow(
    trusted: Sequence[VerifierKey], rotations: Sequence[Rotation]
) -> tuple[VerifierKey, ...]:
    """Follow changes of keys forwards.

    Args:
        trusted: the keys that the verifier trusts.
        rotations: the changes in the order in which they were recorded.

    Returns:
        The keys trusted, and those that followed them.
    """
    known = list(trusted)
    for rotation in rotations:
        if rotation.old in known and rotation.new not in known:
            known.append(rotation.new)
    return tuple(known)


def predecessors(
    trusted: Sequence[VerifierKey], rotations: Sequence[Rotation]
) -> tuple[VerifierKey, ...]:
    """Follow changes of keys backwards, to keys that may have signed earlier heads."""
    known = list(trusted)
    for rotation in reversed(rotations):
        if rotation.new in known and rotation.old not in known:
            known.append(rotation.old)
    return tuple(known)
