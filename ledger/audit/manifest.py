"""State what a bundle is: format, profile, log, head and agreements.

    {"agreements":["alpha-beta"],"format":"whereas-bundle/1","origin":"example.com/deals",
     "profile":"partial","root":"b05a…","size":41}

on one line, with sorted keys and a newline behind it. It adds nothing to what the other
files prove: every member is held against them. ``agreements`` is there in the partial
profile alone.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from events.errors import InputError, Integrity
from ledger.audit.names import FORMAT, MANIFEST
from ledger.log.checkpoint import Checkpoint

MANIFEST_BYTES_MAX = 1 << 24


class Manifest(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The members of a manifest, in the order of their keys."""

    agreements: tuple[str, ...] | None = None
    format: str = ""
    origin: str = ""
    profile: Literal["full", "partial"] | None = None
    root: str = ""
    size: int = -1

    @classmethod
    def of(cls, head: Checkpoint, agreements: tuple[str, ...] | None) -> Manifest:
        """Describe a bundle of a head: of some agreements, or of everything."""
        profile: Literal["full", "partial"] = (
            "full" if agreements is None else "partial"
        )
        return cls(
            agreements=None if agreements is None else tuple(sorted(set(agreements))),
            format=FORMAT,
            origin=head.origin,
            profile=profile,
            root=head.root.hex(),
            size=head.size,
        )

    def encode(self) -> bytes:
        """Write the file."""
        return msgspec.json.encode(self) + b"\n"


def read_manifest(data: bytes) -> Manifest:
    """Read the file.

    Raises:
        InputError: it is not a manifest of this format, or of a newer one.
    """
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, ValueError, RecursionError) as wrong:
        raise InputError(f"{MANIFEST} cannot be read: {wrong}") from wrong
    if manifest.format != FORMAT:
        raise InputError(
            f"this is a bundle of format {manifest.format!r}; this reads {FORMAT}",
            hint="install a newer version of whereas",
        )
    return manifest


def check_manifest(data: bytes, manifest: Manifest, head: Checkpoint) -> None:
    """Hold a manifest against the signed head.

    Raises:
        Integrity: a member says something else, or the file is spelled otherwise.
    """
    agreements = manifest.agreements if manifest.profile == "partial" else None
    if manifest.profile == "partial" and agreements is None:
        agreements = ()
    expected = Manifest.of(head, agreements).encode()
    if data != expected:
        raise Integrity(
            f"{MANIFEST} does not say what the checkpoint says",
            file=MANIFEST,
            expected=expected.decode("utf-8", "replace"),
            found=data.decode("utf-8", "replace"),
        )
