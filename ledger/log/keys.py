"""Sign notes with a key, wherever the key is kept.

A signer knows its public key and turns bytes into a raw Ed25519 signature. There are
three kinds, and none takes a secret from an argument or the environment:

- ``keyfile.FileSigner``: a file for its owner alone, encrypted under a passphrase;
- ``agent.AgentSigner``: a key in a running ssh-agent, which never leaves it;
- ``program.ProgramSigner``: a program of the user's own, such as the client of a key
  management service.

``sign`` makes the signature line and checks it against the public key before anybody
else sees it: a signer that returns nonsense is found at once and not by a verifier
later. A log signs the text as it is; a witness (key type 0x04) signs the time with it::

    sign(checkpoint.text(), log)                      — example.com/deals Uw2QO…
    sign(checkpoint.text(), witness, time=1679315147) — witness.example/w jWbPP…

Source: C2SP signed-note, "Ed25519 signatures"; C2SP tlog-cosignature.
"""

from __future__ import annotations

from typing import Protocol

from events.errors import Integrity
from ledger.log import ed25519
from ledger.log.note import KeyType, Signature, VerifierKey


class Signer(Protocol):
    """A private key, seen from outside."""

    @property
    def vkey(self) -> VerifierKey:
        """The public key with its name and type."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of a message.

        Raises:
            WhereasError: The key cannot be reached, or does not want to.
        """
        ...


def sign(text: str, signer: Signer, time: int = 0) -> Signature:
    """Sign the text of a note.

    Args:
        text: The text, with its last newline.
        signer: Whose signature it will be.
        time: POSIX seconds; only a cosignature holds them.

    Returns:
        The signature line, checked.

    Raises:
        Integrity: The signer returned something that is not a signature by its key.
        WhereasError: The key cannot be reached, or does not want to.
    """
    key = signer.vkey
    message = key.message(text, time)
    raw = signer.sign(message)
    if not ed25519.verifies(key.public, raw, message):
        raise Integrity(
            f"what the signer of {key.name} returned is not a signature by that key",
            hint="compare the public key that was configured with the signer's own",
            key=str(key),
        )
    stamp = time.to_bytes(8, "big") if key.type is KeyType.COSIGNATURE_V1 else b""
    return Signature(key.name, key.id, stamp + raw)
