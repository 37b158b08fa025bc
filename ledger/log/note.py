"""Read signed notes and check the signatures on them.

A note is text that ends in a newline, an empty line, and signature lines::

    This is an example message.

    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZ…

A signature line is an em dash, the name of the key, and base64 of a 4-byte key ID and
the signature. The text may have empty lines of its own: the last one splits. What is
signed is the text with its last newline, without the empty line. Bytes that are not
UTF-8, and control characters other than newline, are in no note.

The key that checks it is configured from outside, as one string: name, ID and base64 of
one byte for the type and the public key, joined with ``+``::

    example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k

The ID is the first 4 bytes of SHA-256(name, newline, type, public key); it says which
key to try and proves nothing. Two types are read here:

- ``0x01``: an Ed25519 signature of the text.
- ``0x04``: the cosignature of a witness: 8 bytes of POSIX time and an Ed25519 signature
  of ``cosignature/v1``, ``time <seconds>`` and the text, on lines of their own.

Signatures by unknown keys are kept and not believed. One wrong signature by a known key
condemns the note. A note that no known key signed is refused.

Source: C2SP signed-note; C2SP tlog-cosignature, "Ed25519 signed message".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple

from events.errors import InputError, Integrity
from ledger.log import ed25519
from ledger.log.encoding import decode_base64, encode_base64, malformed
from ledger.log.tree import MAX_SIZE

MAX_SIGNATURES = 100
# Sixteen post-quantum signatures of 5 kB are to be accepted; this leaves ample room.
MAX_NOTE_BYTES = 1_000_000
_ID_SIZE = 4
_TIME_SIZE = 8
_DASH = "— "


class KeyType(IntEnum):
    """What a key signs, and how."""

    ED25519 = 0x01
    COSIGNATURE_V1 = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under; its text form is a "vkey"."""

    name: str
    type: KeyType
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name, None)
        if len(self.public) != ed25519.PUBLIC_SIZE:
            raise InputError(
                f"an Ed25519 public key has {ed25519.PUBLIC_SIZE} bytes,"
                f" not {len(self.public)}",
                field="key",
            )
        if not ed25519.is_sound(self.public):
            raise InputError(
                "anybody can forge signatures under this public key", field="key"
            )

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a key from its text form.

        Args:
            text: ``name+id+base64``, nothing around it.

        Returns:
            The key.

        Raises:
            InputError: It is not of that form, its ID is not the one its name and
                public key give, or its type is not one of ``KeyType``.
        """
        name, _, rest = text.partition("+")
        key_id, plus, material = rest.partition("+")
        if not plus:
            raise malformed("a key is name+id+base64", text, None, "key")
        raw = decode_base64(material, "key")
        if raw[0] not in set(KeyType):
            raise malformed(
                f"keys of type 0x{raw[0]:02x} are not read here", text, None, "key"
            )
        key = cls(name, KeyType(raw[0]), raw[1:])
        if key.id.hex() != key_id:
            raise malformed(f"the ID of this key is {key.id.hex()}", text, None, "key")
        return key

    def __str__(self) -> str:
        material = encode_base64(bytes([self.type]) + self.public)
        return f"{self.short}+{material}"

    @property
    def short(self) -> str:
        """How the key begins where it is written in full: its name and ID."""
        return _named(self.name, self.id)

    @property
    def id(self) -> bytes:
        """The 4 bytes that mark signatures by this key."""
        named = f"{self.name}\n".encode()
        return sha256(named + bytes([self.type]) + self.public).digest()[:_ID_SIZE]

    def message(self, text: str, time: int | None = None) -> bytes:
        """Return the bytes that this key signs for a note.

        Args:
            text: The text of the note, with its last newline.
            time: POSIX seconds of a cosignature; None for a plain signature.

        Returns:
            The text itself, or the text behind the two header lines.
        """
        if self.type is KeyType.ED25519:
            return text.encode()
        return f"cosignature/v1\ntime {time}\n{text}".encode()


class Signature(NamedTuple):
    """One signature line: a key's name and ID, and what the key made."""

    name: str
    id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {encode_base64(self.id + self.data)}\n"

    @property
    def by(self) -> str:
        """How the key that it names begins where it is written in full."""
        return _named(self.name, self.id)


class Verified(NamedTuple):
    """A signature that a known key made; ``time`` is POSIX seconds, if it tells."""

    key: VerifierKey
    time: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signature lines below it, none of them believed yet."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a note.

        Args:
            data: The whole note, at most 1,000,000 bytes and 100 signatures.

        Returns:
            The note; it formats back to the same bytes.

        Raises:
            InputError: It is not a note; ``line`` says where, counted from 1.
        """
        whole = _decoded(data)
        text, gap, block = whole.rpartition("\n\n")
        if not gap or not block.endswith("\n"):
            raise malformed(
                "a note ends in an empty line and signature lines",
                (whole.splitlines() or [""])[-1],
                whole.count("\n"),
                "signature",
            )
        return cls(text + "\n", _signatures(block, text.count("\n") + 3))

    def format(self) -> bytes:
        """Write the note."""
        return f"{self.text}\n{''.join(map(str, self.signatures))}".encode()

    def signed(self, *more: Signature) -> Note:
        """Return this note with signatures added, once each, below those there."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))

    def verified(self, keys: Iterable[VerifierKey]) -> tuple[Verified, ...]:
        """Check the signatures by known keys.

        Args:
            keys: The known keys, from outside the note.

        Returns:
            The signatures by known keys, as they stand in the note.

        Raises:
            Integrity: A known key's signature is wrong, or no known key signed.
            InputError: Two different known keys have the same name and ID.
        """
        known = _by_name(keys)
        found: list[Verified] = []
        for signature in self.signatures:
            key = known.get((signature.name, signature.id))
            if key is not None:
                found.append(_check(self.text, key, signature))
        if not found:
            raise Integrity(
                "no known key signed this note",
                hint="compare the name and ID of the key with the signature lines",
                expected=f"a signature by {_listed(known)}",
                found=_listed((s.name, s.id) for s in self.signatures),
            )
        return tuple(found)

    def holds(self, keys: Iterable[VerifierKey]) -> bool:
        """Tell whether a key has signed this note, and no signature by one is wrong."""
        try:
            return bool(self.verified(keys))
        except Integrity:
            return False


def _named(name: str, key_id: bytes) -> str:
    return f"{name}+{key_id.hex()}"


def _listed(keys: Iterable[tuple[str, bytes]]) -> str:
    """Name keys as they begin where they are written in full."""
    named = sorted({_named(name, id_) for name, id_ in keys})
    return ", ".join(named) or "none"


def parse_signatures(data: bytes) -> tuple[Signature, ...]:
    """Read signature lines that stand alone, as a witness returns them.

    Args:
        data: One line or more, each with its newline.

    Returns:
        The signatures in order.

    Raises:
        InputError: A line is not a signature line.
    """
    block = _decoded(data)
    if not block.endswith("\n"):
        raise malformed("a signature line ends in a newline", block, None, "signature")
    return _signatures(block, 1)


def _check(text: str, key: VerifierKey, signature: Signature) -> Verified:
    time, raw = None, signature.data
    if key.type is KeyType.COSIGNATURE_V1:
        time = int.from_bytes(raw[:_TIME_SIZE], "big")
        raw = raw[_TIME_SIZE:]
    message = key.message(text, time)
    in_range = time is None or time <= MAX_SIZE
    if not in_range or not ed25519.verifies(key.public, raw, message):
        raise Integrity(
            f"the signature by {key.name} is not a signature of this text",
            key=str(key),
            signature=str(signature).strip(),
            text=text,
        )
    return Verified(key, time)


def _decoded(data: bytes) -> str:
    if len(data) > MAX_NOTE_BYTES:
        raise InputError(
            f"this note has {len(data)} bytes; {MAX_NOTE_BYTES} are the most",
            field="note",
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise InputError("a note is UTF-8", line=line, field="note") from wrong
    for number, line_text in enumerate(text.split("\n"), start=1):
        if any(character < " " for character in line_text):
            raise malformed(
                "a note has no control characters", line_text, number, "note"
            )
    return text


def _signatures(block: str, first: int) -> tuple[Signature, ...]:
    """Read signature lines, the first of which is line ``first`` of the note."""
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise InputError(
            f"there are {len(lines)} signatures here; {MAX_SIGNATURES} are the most",
            field="signature",
        )
    return tuple(_signature(line, number) for number, line in enumerate(lines, first))


def _signature(line: str, number: int) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise malformed(
            "a signature line is an em dash, a name and base64",
            line,
            number,
            "signature",
        )
    _check_name(name, number)
    raw = decode_base64(encoded, "signature", number)
    if len(raw) <= _ID_SIZE:
        raise malformed("this signature is empty", line, number, "signature")
    return Signature(name, raw[:_ID_SIZE], raw[_ID_SIZE:])


def _check_name(name: str, line: int | None) -> None:
    # A lone surrogate is what Python makes of an argument that is not UTF-8.
    odd = any(c.isspace() or c == "+" or "\ud800" <= c <= "\udfff" for c in name)
    if not name or odd or min(name) < " ":
        raise malformed(
            "the name of a key is not empty and has no space and no plus",
            name,
            line,
            "name",
        )


def _by_name(keys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.id), key) != key:
            raise InputError(f"two keys are called {key.short}", field="key")
    return known
