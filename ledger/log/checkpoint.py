"""Write down the head of a tree, and read it back.

A checkpoint is the text of a signed note::

    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

Its lines are the origin (which log this is), the size (how many leaves), and the root
of the tree over them. More lines may follow; they are kept as they are and nothing is
concluded from them. No line is empty. The root of a log of size 0 is that of the empty
tree.

The log signs it with a key named like the origin. Witnesses add cosignatures, and a
``Policy`` says which of them suffice.

Source: C2SP tlog-checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass

from events.errors import InputError
from ledger.log.encoding import (
    decode_hash,
    decode_number,
    encode_base64,
    malformed,
)
from ledger.log.tree import EMPTY_ROOT, HASH_SIZE, MAX_SIZE

_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: ``size`` leaves under ``root``, as ``origin`` states it."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_line(self.origin, "origin")
        for line in self.extensions:
            _check_line(line, "extension")
        if len(self.root) != HASH_SIZE or not 0 <= self.size <= MAX_SIZE:
            raise InputError(
                f"a root of {len(self.root)} bytes over {self.size} leaves is no head",
                field="root",
            )
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise InputError("an empty log has the root of nothing", field="root")

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a checkpoint.

        Args:
            text: The text of the note, with its last newline.

        Returns:
            The checkpoint; it formats back to the same text.

        Raises:
            InputError: It is not a checkpoint; ``line`` says where, counted from 1.
        """
        *lines, behind = text.split("\n")
        if behind or len(lines) < _LINES:
            raise malformed(
                "a checkpoint is an origin, a size and a root, on lines of their own",
                text,
                len(lines) + 1,
                "checkpoint",
            )
        origin, size, root, *extensions = lines
        return cls(
            origin,
            decode_number(size, "size", 2),
            decode_hash(root, "root", 3),
            tuple(extensions),
        )

    def text(self) -> str:
        """Write the text that is signed."""
        lines = (self.origin, self.size, encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def _check_line(line: str, field: str) -> None:
    if not line or min(line) < " ":
        raise malformed(
            f"the {field} of a checkpoint is a line of text", line, None, field
        )
