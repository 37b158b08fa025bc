"""Keep a signing key in a file, encrypted under a passphrase.

The file is text of four lines, mode 0600::

    whereas-key/1
    example.com/deals+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
    scrypt 17 8 1 GZ0sJCkOtqo0gN6HFjlxRA==
    7S1vJTQ2m…

They are the format, the public key, how the passphrase becomes 32 bytes (scrypt with
N = 2^17, r = 8, p = 1 and this salt), and the 32-byte Ed25519 seed under
ChaCha20-Poly1305 with those bytes, behind its 12-byte nonce. The lines above are
authenticated with it, so nobody can put another name to a key.

A passphrase is given by a function: one that asks at the terminal, or ``from_file``.

Source: RFC 7914 (scrypt); RFC 8439 (ChaCha20-Poly1305); RFC 8032.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from events.errors import Refused
from ledger.log import ed25519
from ledger.log.encoding import decode_base64, encode_base64, malformed
from ledger.log.files import create, read_private
from ledger.log.note import KeyType, VerifierKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

Passphrase = Callable[[], bytes]

_FORMAT = "whereas-key/1"
_LINES = 5
_MAX_BYTES = 4096
_NONCE_SIZE = 12
_SALT_SIZE = 16
# 128 MiB and about half a second: what a guess costs, too.
_SCRYPT_LOG_N, _SCRYPT_R, _SCRYPT_P = 17, 8, 1
_COSTS = f"scrypt {_SCRYPT_LOG_N} {_SCRYPT_R} {_SCRYPT_P} "
_KEY_SIZE = 32
_SCRYPT_MEMORY = 2 * 128 * _SCRYPT_R << _SCRYPT_LOG_N


@dataclass(frozen=True, slots=True)
class FileSigner:
    """A key that was read from a file and decrypted."""

    vkey: VerifierKey
    _seed: bytes = field(repr=False)

    @classmethod
    def open(cls, path: Path, passphrase: Passphrase) -> FileSigner:
        """Read and decrypt a key file.

        Args:
            path: The file.
            passphrase: Gives the passphrase; called once the file has been read.

        Returns:
            The signer.

        Raises:
            InputError: The file cannot be read or is not a key file.
            Refused: Others can read the file, or the passphrase is not the right one.
        """
        sealed = _read(path)
        seed = sealed.open(passphrase())
        if seed is None:
            raise Refused(
                f"the passphrase does not open {path}, or the file was changed",
                path=str(path),
            )
        return cls(sealed.vkey, seed)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of a message."""
        return ed25519.sign(self._seed, message)


def generate(
    path: Path, name: str, passphrase: Passphrase, kind: KeyType = KeyType.ED25519
) -> VerifierKey:
    """Draw a key and keep it in a new file.

    Args:
        path: Where; nothing may be there yet.
        name: The key's name: for a log, its origin.
        passphrase: Gives the passphrase; not empty.
        kind: ``ED25519`` for a log, ``COSIGNATURE_V1`` for a witness.

    Returns:
        The public key, to be given to whoever verifies.

    Raises:
        InputError: The name is not the name of a key.
        Refused: A file is there, or the passphrase is empty.
    """
    seed = ed25519.new_seed()
    vkey = VerifierKey(name, kind, ed25519.public_of(seed))
    secret = passphrase()
    if not secret:
        raise Refused("an empty passphrase protects nothing")
    salt, nonce = secrets.token_bytes(_SALT_SIZE), secrets.token_bytes(_NONCE_SIZE)
    head = f"{_FORMAT}\n{vkey}\n{_COSTS}{encode_base64(salt)}\n"
    box = _cipher(secret, salt).encrypt(nonce, seed, head.encode())
    create(path, f"{head}{encode_base64(nonce + box)}\n".encode())
    return vkey


def public_key(path: Path) -> VerifierKey:
    """Read the public key of a key file; no passphrase is needed."""
    return _read(path)[0]


def from_file(path: Path) -> Passphrase:
    """Return a function that reads a passphrase from a file of its owner's alone.

    One newline at its end is not part of it.
    """
    return lambda: read_private(path, _MAX_BYTES).removesuffix(b"\n")


class _Sealed(NamedTuple):
    """What stands in a key file; ``head`` is the lines that the seal covers."""

    vkey: VerifierKey
    head: bytes
    salt: bytes
    box: bytes

    def open(self, passphrase: bytes) -> bytes | None:
        """Return the seed, or None when the seal does not open."""
        cipher = _cipher(passphrase, self.salt)
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 # at first use

        nonce, box = self.box[:_NONCE_SIZE], self.box[_NONCE_SIZE:]
        try:
            seed: bytes = cipher.decrypt(nonce, box, self.head)
        except (InvalidTag, ValueError):
            return None
        return seed


def _read(path: Path) -> _Sealed:
    text = read_private(path, _MAX_BYTES).decode("utf-8", "replace")
    lines = text.split("\n")
    if len(lines) != _LINES or lines[0] != _FORMAT or lines[-1]:
        raise malformed(f"{path} is not a {_FORMAT} file", lines[0], 1, "key")
    if not lines[2].startswith(_COSTS):
        raise malformed("here the scrypt line is missing", lines[2], 3, "key")
    return _Sealed(
        VerifierKey.parse(lines[1]),
        "".join(f"{line}\n" for line in lines[:3]).encode(),
        decode_base64(lines[2].removeprefix(_COSTS), "salt", 3),
        decode_base64(lines[3], "sealed key", 4),
    )


def _cipher(passphrase: bytes, salt: bytes) -> ChaCha20Poly1305:
    """Return the cipher under a passphrase."""
    ed25519.require()
    from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 # at first use
        ChaCha20Poly1305,
    )

    key = hashlib.scrypt(
        passphrase,
        salt=salt,
        n=1 << _SCRYPT_LOG_N,
        r=_SCRYPT_R,
        p=_SCRYPT_P,
        maxmem=_SCRYPT_MEMORY,
        dklen=_KEY_SIZE,
    )
    return ChaCha20Poly1305(key)
