"""Prove that an export of chosen agreements leaves none of their events out.

Before an export the ledger records an event, ``heads-snapshotted``, with the root of a
tree over the last event of every agreement. A leaf of that tree is 72 bytes::

    SHA-256(agreement) || seq, 8 bytes, the larger first || leaf hash of that event

The leaves are sorted, and hashed into a tree like that of the log itself. A bundle
carries, for each agreement in it, its leaf and the way to the root::

    whereas-head/1
    agreement alpha-beta
    seq 12
    leaf sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
    snapshot 40
    index 3
    of 17
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
    …

So a reader who is shown events 1 to 12 knows that there was no thirteenth when the
event at position 40 was recorded. Whether that event tells the truth is seen by whoever
has the whole log; for a reader of a part it is a statement that the owner has signed
and cannot take back. The ledger's own stream is not among the agreements.

Source: RFC 6962, section 2.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from events.errors import Integrity
from ledger.audit.source import LEDGER_STREAM
from ledger.log.encoding import decode_hash, decode_number, encode_base64, malformed
from ledger.log.tiles import MemoryTiles
from ledger.log.tree import Frontier, inclusion_proof, leaf_hash, verify_inclusion

HEAD_BYTES_MAX = 8_192
_FORMAT = "whereas-head/1"
_LINES = 7
_SEQ_BYTES = 8


def head_leaf(agreement: str, seq: int, leaf: bytes) -> bytes:
    """Write the leaf of one agreement."""
    name = sha256(agreement.encode()).digest()
    return name + seq.to_bytes(_SEQ_BYTES, "big") + leaf


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of an agreement, proven under a snapshot.

    ``snapshot`` is the position of the event that holds the root, ``index`` and
    ``count`` place the agreement among all.
    """

    agreement: str
    seq: int
    leaf: bytes
    snapshot: int
    index: int
    count: int
    hashes: tuple[bytes, ...]

    @classmethod
    def parse(cls, data: bytes) -> Head:
        """Read the text of a head; it formats back to the same bytes.

        Raises:
            InputError: it is not one; ``line`` says where, counted from 1.
        """
        lines = data.decode("ascii", "replace").split("\n")
        if len(lines) <= _LINES or lines[0] != _FORMAT or lines[-1]:
            raise malformed(f"a head begins with {_FORMAT}", lines[0], 1, "head")
        words = ("agreement", "seq", "leaf", "snapshot", "index", "of")
        found = dict(
            _worded(line, word, number)
            for number, (line, word) in enumerate(
                zip(lines[1:_LINES], words, strict=True), 2
            )
        )
        return cls(
            found["agreement"],
            decode_number(found["seq"], "seq", 3),
            decode_hash(found["leaf"], "leaf", 4),
            decode_number(found["snapshot"], "snapshot", 5),
            decode_number(found["index"], "index", 6),
            decode_number(found["of"], "of", 7),
            tuple(
                decode_hash(line, "hash", number)
                for number, line in enumerate(lines[_LINES:-1], _LINES + 1)
            ),
        )

    def format(self) -> bytes:
        """Write the text of the head."""
        lines = (
            _FORMAT,
            f"agreement {self.agreement}",
            f"seq {self.seq}",
            f"leaf {encode_base64(self.leaf)}",
            f"snapshot {self.snapshot}",
            f"index {self.index}",
            f"of {self.count}",
            *map(encode_base64, self.hashes),
        )
        return "".join(f"{line}\n" for line in lines).encode()

    def verify(self, root: bytes) -> None:
        """Check that the head is under the root of its snapshot.

        Raises:
            Integrity: it is not.
        """
        leaf = leaf_hash(head_leaf(self.agreement, self.seq, self.leaf))
        try:
            verify_inclusion(leaf, self.index, self.count, self.hashes, root)
        except Integrity as wrong:
            raise Integrity(
                f"that {self.agreement} ended at @{self.seq} is not under the snapshot"
                f" at pos:{self.snapshot}",
                position=self.snapshot,
                expected=root.hex(),
                found=wrong.text("found"),
            ) from wrong


class Snapshot:
    """The tree over the last event of every agreement, in memory: 104 bytes each."""

    def __init__(self, tails: Iterable[tuple[str, int, bytes]]) -> None:
        self._leaves = sorted(
            head_leaf(agreement, seq, leaf)
            for agreement, seq, leaf in tails
            if agreement != LEDGER_STREAM
        )
        self._tiles = MemoryTiles()
        self._frontier, runs = Frontier().extend(list(map(leaf_hash, self._leaves)))
        self._tiles.write(runs)

    @property
    def count(self) -> int:
        """Count the agreements."""
        return len(self._leaves)

    @property
    def root(self) -> bytes:
        """Give the root of the tree."""
        return self._frontier.root()

    def head(self, agreement: str, seq: int, leaf: bytes, snapshot: int) -> Head:
        """Prove the last event of an agreement.

        Raises:
            Integrity: it is not its last one in this tree.
        """
        wanted = head_leaf(agreement, seq, leaf)
        try:
            index = self._leaves.index(wanted)
        except ValueError as missing:
            raise Integrity(
                f"{agreement} did not end at @{seq} when the heads were taken"
            ) from missing
        hashes = inclusion_proof(index, self.count, self._tiles)
        return Head(agreement, seq, leaf, snapshot, index, self.count, tuple(hashes))


def _worded(line: str, word: str, number: int) -> tuple[str, str]:
    label, space, value = line.partition(" ")
    if label != word or not space:
        raise malformed(f"a line `{word} …` is missing", line, number, "head")
    return word, value
