"""Sign and verify with Ed25519, by way of the ``cryptography`` distribution.

It is imported at the first use, so that a ledger without signatures starts without it.

Source: RFC 8032.
"""

from __future__ import annotations

import secrets

from events.errors import Refused

PUBLIC_SIZE = 32
SEED_SIZE = 32
SIGNATURE_SIZE = 64


def require() -> None:
    """Refuse to go on where ``cryptography`` is not installed."""
    try:
        import cryptography  # noqa: F401, PLC0415
    except ImportError as missing:
        raise Refused(
            "signatures need the distribution cryptography, which is not installed",
            hint="pip install 'whereas[audit]'",
        ) from missing


def new_seed() -> bytes:
    """Draw the 32 bytes of a private key from the operating system."""
    return secrets.token_bytes(SEED_SIZE)


def public_of(seed: bytes) -> bytes:
    """Return the 32-byte public key of a private one."""
    require()
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    return private.public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature of a message."""
    require()
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    return ed25519.Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a signature of a message was made with a key.

    Args:
        public: The 32-byte public key.
        signature: What should be its 64-byte signature.
        message: The signed bytes.

    Returns:
        False for a wrong signature and for bytes that are no key or signature at all.

    Raises:
        Refused: ``cryptography`` is not installed.
    """
    require()
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    try:
        key = ed25519.Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
