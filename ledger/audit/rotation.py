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

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from events.errors import InputError, Integrity, Refused
from ledger.audit.leaf import read_leaf
from ledger.audit.source import LEDGER_STREAM, LogSource
from ledger.log.keys import Signer, sign
from ledger.log.note import KeyType, Note, VerifierKey

STATEMENT_BYTES_MAX = 8_192
_FORMAT = "whereas-key-rotation/1"
_LINES = 3


class Rotation(NamedTuple):
    """A change of keys that both keys have signed."""

    old: VerifierKey
    new: VerifierKey


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


def changes(source: LogSource) -> dict[int, Rotation]:
    """Read the changes of keys that a log has recorded, by position and in order."""
    leaves = (read_leaf(row.event, row.position) for row in source.rows(LEDGER_STREAM))
    return {
        leaf.position: read_rotation(leaf.data["statement"].encode())
        for leaf in leaves
        if leaf.type == "key-rotated"
    }


class Chain(NamedTuple):
    """The keys of a log, one after another.

    Attributes:
        keys: those that were trusted, and those that gave way to them or followed.
        changed: where the last change that counts is; None where no key gave way.
        current: the key that signs since; None where no key gave way.
        strange: where the changes are that count for nothing: by keys that did not
            sign the log then.
    """

    keys: tuple[VerifierKey, ...]
    changed: int | None
    current: VerifierKey | None
    strange: tuple[int, ...]


def chain(
    origin: str, trusted: Sequence[VerifierKey], rotations: Mapping[int, Rotation]
) -> Chain:
    """Follow the changes of the keys of a log, from those that are trusted.

    A change counts where its old key signs until then. Anybody can have a change
    recorded from one key of his own to another, and whoever finds an old key one from
    that key: such a change says nothing of the log.

    Args:
        origin: the name of the log.
        trusted: keys that have signed it; those of other logs do no harm.
        rotations: the changes by their positions, in order.
    """
    of_log = {at: made for at, made in rotations.items() if made.new.name == origin}
    first = _predecessors(trusted, of_log.values())
    keys: list[VerifierKey] = []
    strange, changed = [], None
    for at, (old, new) in of_log.items():
        if (old != keys[-1]) if keys else (old not in first):
            strange.append(at)
            continue
        keys += [new] if keys else [old, new]
        changed = at
    if not set(keys).intersection(trusted):
        return Chain(tuple(trusted), None, None, tuple(of_log))
    known = tuple(dict.fromkeys((*trusted, *keys)))
    return Chain(known, changed, keys[-1], tuple(strange))


def _predecessors(
    trusted: Sequence[VerifierKey], rotations: Collection[Rotation]
) -> set[VerifierKey]:
    """Follow changes of keys backwards, to keys that may have signed earlier heads."""
    known = set(trusted)
    for rotation in reversed(tuple(rotations)):
        if rotation.new in known:
            known.add(rotation.old)
    return known
