"""Read the public key of a key that is kept elsewhere, to give it a name.

A key in an ssh-agent or behind a program has a public key in one of two forms. As
OpenSSH writes it, where lines of other kinds are passed over (``ssh-add -L``)::

    ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… ann@example.com

and as key management services write it (a SubjectPublicKeyInfo)::

    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEA6XIm5qu4egqRhZMkOEeGQlWx+CHdiymgDWHK5yt71Nk=
    -----END PUBLIC KEY-----

Source: RFC 8709, section 4; RFC 8410, section 4; RFC 7468, section 13.
"""

from __future__ import annotations

from events.errors import InputError
from ledger.log import ed25519

_SSH = b"ssh-ed25519 "
_PEM = b"-----BEGIN PUBLIC KEY-----"


def public_of(text: bytes) -> bytes:
    """Read the one Ed25519 key of a text.

    Returns:
        Its 32 bytes.

    Raises:
        InputError: there is none, more than one, or it is of another kind.
        Refused: ``cryptography`` is not installed.
    """
    ed25519.require()
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 # at first use
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 # at first use
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 # at first use
        Ed25519PublicKey,
    )

    lines = [line for line in text.splitlines() if line.startswith(_SSH)]
    try:
        if _PEM in text:
            key = serialization.load_pem_public_key(text)
            if isinstance(key, Ed25519PublicKey):
                return key.public_bytes_raw()
        elif len(lines) == 1:
            held = serialization.load_ssh_public_key(lines[0])
            if isinstance(held, Ed25519PublicKey):
                return held.public_bytes_raw()
    except (ValueError, UnsupportedAlgorithm) as wrong:
        raise _none("the public key cannot be read") from wrong
    many = f"there are {len(lines)} Ed25519 keys here, and one is adopted"
    raise _none(many if lines else "there is no Ed25519 public key here")


def _none(message: str) -> InputError:
    return InputError(
        message,
        hint="give one line of `ssh-add -L`, or PEM that begins BEGIN PUBLIC KEY",
    )
