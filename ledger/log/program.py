"""Sign by way of a program of the user's own, such as a key management client.

The program gets the bytes to sign on its standard input and writes the 64-byte Ed25519
signature as one line of base64 to its standard output. A program that keeps its key in
a PEM file could be::

    #!/bin/sh
    message=$(mktemp) && cat > "$message" &&
    openssl pkeyutl -sign -inkey key.pem -rawin -in "$message" | base64 -w 0

On the command line it is named with its public key, ``--signer`` and ``--signer-key``.
What it returned is checked against the public key by ``keys.sign``. Whether it runs,
and signs by that key, is tried before anything is recorded: see ``signing.rehearse``.

Source: RFC 8032; RFC 4648, section 4.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from events.errors import InputError, Refused
from ledger.log.encoding import decode_base64
from ledger.log.note import VerifierKey

_PATIENCE_SECONDS = 120
# How much of what a program says of its failure is told.
_TOLD = 300


@dataclass(frozen=True, slots=True)
class ProgramSigner:
    """A key that ``command`` reaches: the program and its arguments, no shell."""

    vkey: VerifierKey
    command: Sequence[str]

    def sign(self, message: bytes) -> bytes:
        """Have the program sign a message.

        Raises:
            Refused: It cannot be started, failed, took over two minutes, or wrote
                something other than one line of base64; ``stderr`` is what it said.
        """
        try:
            done = subprocess.run(  # noqa: S603 # the user's own command
                list(self.command),
                input=message,
                capture_output=True,
                timeout=_PATIENCE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as wrong:
            raise Refused(f"the signing program did not run: {wrong}") from wrong
        said = done.stderr.decode(errors="replace").strip()
        if done.returncode != 0:
            told = f": {said[:_TOLD]}" if said else ""
            raise Refused(
                f"the signing program failed with exit code {done.returncode}{told}",
                stderr=said,
            )
        try:
            return decode_base64(done.stdout.decode("ascii", "replace").strip(), "it")
        except InputError as wrong:
            raise Refused(
                "the signing program did not write one line of base64", stderr=said
            ) from wrong
