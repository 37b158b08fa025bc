"""Sign and verify with Ed25519, by way of the ``cryptography`` distribution.

It is imported at the first use, so that a ledger without signatures starts without it.

A public key is a point of the curve, written as its y coordinate. Eight points have an
order of at most 8, and under those anybody can forge: with the identity as the key,
R = identity and S = 0 is a signature of every message. ``is_sound`` tells them apart.
Their y are 0, 1, -1 and, doubled into a point with y = 0, those of order 8: the curve
-x^2 + y^2 = 1 + d x^2 y^2 with x^2 = -y^2 leaves d y^4 + 2 y^2 = 1.

Source: RFC 8032, sections 5.1 and 5.1.3.
"""

from __future__ import annotations

import secrets

from events.errors import Refused

PUBLIC_SIZE = 32
SEED_SIZE = 32
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P)


def require() -> None:
    """Refuse to go on where ``cryptography`` is not installed."""
    try:
        import cryptography  # noqa: F401, PLC0415 # at first use
    except ImportError as missing:
        raise Refused(
            "signatures need the distribution cryptography, which is not installed",
            hint="pip install 'whereas[audit]'",
        ) from missing


def is_sound(public: bytes) -> bool:
    """Say whether 32 bytes may be trusted as a public key.

    Args:
        public: The 32 bytes.

    Returns:
        False for a y that is not below 2^255 - 19, and for a point of small order. A y
        that no point has is not looked for: nothing verifies under it.
    """
    y = int.from_bytes(public, "little") % 2**255
    order_8 = (_D * y**4 + 2 * y**2 - 1) % _P == 0
    return y < _P and y not in {0, 1, _P - 1} and not order_8


def new_seed() -> bytes:
    """Draw the 32 bytes of a private key from the operating system."""
    return secrets.token_bytes(SEED_SIZE)


def public_of(seed: bytes) -> bytes:
    """Return the 32-byte public key of a private one."""
    require()
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 # at first use

    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    return private.public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature of a message."""
    require()
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 # at first use

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
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 # at first use
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 # at first use

    try:
        key = ed25519.Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
