"""Put a proof and the checkpoint it leads to into one text that travels alone.

That an event is in a log is a ``.tlog-proof``: the index, the hashes from the leaf's
sibling upwards, an empty line, and the signed checkpoint as it is::

    c2sp.org/tlog-proof@v1
    index 2
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
    B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
    EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=

    example.com/deals
    5
    sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

    — example.com/deals hI2DJw…

A line ``extra <base64>`` may follow the first; it is not covered by any hash or
signature, and nothing here believes it.

That a log only grew is what a witness is sent: ``old 3``, the hashes of the consistency
proof, an empty line, and the newer signed checkpoint.

Source: C2SP tlog-proof; C2SP tlog-witness, "add-checkpoint".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from events.errors import InputError
from ledger.log.checkpoint import Checkpoint
from ledger.log.encoding import (
    decode_base64,
    decode_hash,
    decode_number,
    encode_base64,
    malformed,
)
from ledger.log.note import MAX_NOTE_BYTES
from ledger.log.policy import Judged, Policy
from ledger.log.tree import verify_consistency, verify_inclusion

MAX_HASHES = 63
MAX_PROOF_BYTES = 2 * MAX_NOTE_BYTES
MAGIC = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An event's place in a log; ``checkpoint`` is the signed note, untouched."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @classmethod
    def parse(cls, data: bytes) -> InclusionProof:
        """Read the text of a proof.

        Args:
            data: The whole text, at most 2,000,000 bytes.

        Returns:
            The proof; it formats back to the same bytes. Its checkpoint is not read.

        Raises:
            InputError: It is not a proof; ``line`` says where, counted from 1.
        """
        lines, checkpoint = _parts(data)
        at, extra = 1, None
        if lines[0] != MAGIC:
            raise malformed(f"a proof begins with {MAGIC}", lines[0], 1, "proof")
        if lines[at:] and lines[at].startswith("extra "):
            extra = decode_base64(lines[at].removeprefix("extra "), "extra data", 2)
            at += 1
        index = _numbered(lines, at, "index")
        return cls(index, _hashes(lines, at + 1), checkpoint, extra)

    def format(self) -> bytes:
        """Write the text of the proof."""
        lines = [MAGIC]
        if self.extra is not None:
            lines.append(f"extra {encode_base64(self.extra)}")
        lines.append(f"index {self.index}")
        return _joined(lines, self.hashes, self.checkpoint)

    def verify(self, leaf: bytes, policy: Policy) -> Judged:
        """Check that a leaf is in a log that a policy trusts.

        Args:
            leaf: The leaf hash, 32 bytes, computed from the event by the caller.
            policy: Which logs and witnesses are trusted.

        Returns:
            The checkpoint that covers it, with the signatures believed.

        Raises:
            InputError: The checkpoint is not one.
            Integrity: The policy refuses the checkpoint, or the leaf is not proven.
        """
        judged = policy.judge(self.checkpoint)
        head = judged.checkpoint
        verify_inclusion(leaf, self.index, head.size, self.hashes, head.root)
        return judged


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """A log's growth since ``old`` leaves; ``checkpoint`` is the newer signed note."""

    old: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    @classmethod
    def parse(cls, data: bytes) -> ConsistencyProof:
        """Read the text of a proof; see ``InclusionProof.parse``."""
        lines, checkpoint = _parts(data)
        return cls(_numbered(lines, 0, "old"), _hashes(lines, 1), checkpoint)

    def format(self) -> bytes:
        """Write the text of the proof."""
        return _joined([f"old {self.old}"], self.hashes, self.checkpoint)

    def verify(self, base: Checkpoint, policy: Policy) -> Judged:
        """Check that a trusted checkpoint is the beginning of a newer one.

        Args:
            base: The checkpoint that the caller trusts already, of 1 leaf or more.
            policy: Which logs and witnesses are trusted for the newer one.

        Returns:
            The newer checkpoint, with the signatures believed.

        Raises:
            InputError: The newer checkpoint is not one, or the proof starts at another
                size than the trusted one.
            Integrity: The policy refuses the newer checkpoint, it is of another log,
                or growth is not proven.
        """
        judged = policy.judge(self.checkpoint)
        head = judged.checkpoint
        if (self.old, head.origin) != (base.size, base.origin):
            raise InputError(
                f"this proof is of {head.origin!r} since {self.old} leaves, not of"
                f" {base.origin!r} since {base.size}",
                field="old",
            )
        verify_consistency(base.size, base.root, head.size, head.root, self.hashes)
        return judged


def _parts(data: bytes) -> tuple[list[str], bytes]:
    """Split a text at its first empty line; lines above, the checkpoint below."""
    if len(data) > MAX_PROOF_BYTES:
        raise InputError(
            f"this proof has {len(data)} bytes; {MAX_PROOF_BYTES} are the most",
            field="proof",
        )
    head, gap, checkpoint = data.partition(b"\n\n")
    # Every character above the empty line is ASCII; the replacement is none of them.
    lines = head.decode("ascii", "replace").split("\n")
    if not gap or not checkpoint:
        raise malformed(
            "a proof is followed by an empty line and a checkpoint",
            lines[-1],
            len(lines),
            "proof",
        )
    return lines, checkpoint


def _numbered(lines: Sequence[str], at: int, word: str) -> int:
    line = lines[at] if at < len(lines) else ""
    label, _, number = line.partition(" ")
    if label != word:
        raise malformed(f"a line `{word} <number>` is missing", line, at + 1, word)
    return decode_number(number, word, at + 1)


def _hashes(lines: Sequence[str], at: int) -> tuple[bytes, ...]:
    if len(lines) - at > MAX_HASHES:
        raise malformed(f"a proof has at most {MAX_HASHES} hashes", "", at + 1, "proof")
    return tuple(
        decode_hash(line, "hash", number)
        for number, line in enumerate(lines[at:], start=at + 1)
    )


def _joined(lines: list[str], hashes: Sequence[bytes], checkpoint: bytes) -> bytes:
    whole = [*lines, *map(encode_base64, hashes)]
    return "".join(f"{line}\n" for line in whole).encode() + b"\n" + checkpoint
