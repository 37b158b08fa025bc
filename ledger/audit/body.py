"""Check the events of a bundle one after the other, in order of position.

Everything that is asked of an event alone, and of an event after those before it, is
asked here, the same for both profiles. What is kept is small: an entry an agreement, a
value that was erased, and the events of agreements whose state is in the bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from events.base import Event
from events.catalogue import SYSTEM_TYPES
from events.codec import decode
from events.errors import Integrity
from events.record import HeadsSnapshotted, KeyRotated, ValuesErased
from ledger.audit import names
from ledger.audit.chain import Chain
from ledger.audit.disclosed import (
    NOTHING_MISSING,
    Line,
    Missing,
    match,
    shown,
)
from ledger.audit.leaf import Leaf
from ledger.audit.readable import HISTORY_HEADER, history_line
from ledger.audit.reading import Bundle
from ledger.audit.rotation import read_rotation
from ledger.audit.trust import Heads
from ledger.audit.verdict import Findings

# What is asked of each event.
EACH = "spelling, position, link, batch, instant, disclosures"
HISTORY_BYTES_MAX = 1 << 50


class Kept(NamedTuple):
    """An event that is needed again when the state is computed."""

    event: bytes
    disclosed: bytes
    missing: tuple[str, ...]


class History:
    """Holds ``history.csv`` against the events, as far as they have been read."""

    def __init__(self, bundle: Bundle) -> None:
        self._there = bundle.has(names.HISTORY)
        self._chunks = (
            bundle.stream(names.HISTORY, HISTORY_BYTES_MAX) if self._there else iter(())
        )
        self._ahead = b""
        self.compare(HISTORY_HEADER, 0)

    def __bool__(self) -> bool:
        return self._there

    def compare(self, text: str, position: int) -> None:
        """Hold the next lines against what they must be."""
        if not self._there:
            return
        expected = text.encode()
        while len(self._ahead) < len(expected):
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._ahead += chunk
        found, self._ahead = (
            self._ahead[: len(expected)],
            self._ahead[len(expected) :],
        )
        if found != expected:
            self._differs(expected, found, position)

    def finish(self, position: int) -> None:
        """Check that nothing follows."""
        more = self._ahead + next(self._chunks, b"")
        if more:
            self._differs(b"", more, position)

    def _differs(self, expected: bytes, found: bytes, position: int) -> None:
        wanted, there = expected.splitlines(), found.splitlines()
        at = 0
        while at < min(len(wanted), len(there)) and wanted[at] == there[at]:
            at += 1
        raise Integrity(
            f"{names.HISTORY} does not say of pos:{position + at} what the event says",
            file=names.HISTORY,
            position=position + at,
            expected=b"".join(wanted[at : at + 1]).decode("utf-8", "replace"),
            found=b"".join(there[at : at + 1])[:1000].decode("utf-8", "replace"),
        )


@dataclass(frozen=True, slots=True)
class Work:
    """What is held against each other while the events of a bundle are read.

    Attributes:
        bundle: the files.
        heads: the signed heads, judged.
        body: the events as far as they have been read.
        history: the table of events, as far as it has been compared.
        findings: where to tell what was checked.
        progress: is told how many events of how many are done.
    """

    bundle: Bundle
    heads: Heads
    body: Body
    history: History
    findings: Findings
    progress: Callable[[int, int], None]


class Body:
    """The events of a bundle, as far as they have been read.

    Args:
        chain: what follows what.
        rotations: the statements that changes of keys must hold, by position.
        documents: the documents in the bundle that some event must cite.
        stated: the agreements whose state is in the bundle.
    """

    def __init__(
        self,
        chain: Chain,
        rotations: dict[int, bytes],
        documents: Collection[str] = (),
        stated: Collection[str] = (),
    ) -> None:
        self.chain = chain
        self.kept: dict[str, list[Kept]] = {agreement: [] for agreement in stated}
        self.withheld = self.erased = 0
        self.snapshots: list[tuple[Leaf, HeadsSnapshotted]] = []
        self._rotations = dict(rotations)
        self._documents = set(documents)
        # Values that the bundle calls erased: (agreement, seq, name).
        self._claimed: set[tuple[str, int, str]] = set()
        self._proven: set[tuple[str, int, str]] = set()

    def take(
        self, event: bytes, leaf: Leaf, hashed: bytes, lines: Sequence[Line]
    ) -> None:
        """Check the next event.

        Args:
            event: its bytes.
            leaf: its members.
            hashed: its leaf hash.
            lines: what it discloses.

        Raises:
            Integrity: with the position.
        """
        self.chain.follow(leaf, hashed)
        missing = match(leaf, lines)
        if missing is not NOTHING_MISSING:
            self._miss(leaf, missing)
        if leaf.type in SYSTEM_TYPES:
            self._system(leaf, decode(event, shown(lines)[0], missing.names).event)
        if self._documents:
            self._documents.difference_update(cited(leaf))
        if leaf.agreement in self.kept:
            kept = Kept(event, shown(lines)[0], missing.names)
            self.kept[leaf.agreement].append(kept)

    def finish(self) -> None:
        """Check that nothing waits for an event that did not come."""
        unproven = sorted(self._claimed - self._proven)
        if unproven:
            agreement, seq, name = unproven[0]
            raise Integrity(
                f"{name} of {agreement} @{seq} is called erased, and no event erased it"
            )
        if self._rotations:
            position = min(self._rotations)
            raise Integrity(
                f"there is no change of keys at pos:{position}",
                file=names.key_name(position),
                position=position,
            )
        if self._documents:
            name = names.document_name(min(self._documents))
            raise Integrity(f"no event cites {name}", file=name)

    def _miss(self, leaf: Leaf, missing: Missing) -> None:
        self.withheld += len(missing.redacted)
        self.erased += len(missing.erased)
        self._claimed.update(
            (leaf.agreement, leaf.seq, name) for name in missing.erased
        )

    def _system(self, leaf: Leaf, event: Event) -> None:
        match event:
            case HeadsSnapshotted():
                self.snapshots.append((leaf, event))
                del self.snapshots[:-1]
            case ValuesErased():
                self._erase(leaf, event)
            case KeyRotated():
                self._rotate(leaf, event)

    def _rotate(self, leaf: Leaf, event: KeyRotated) -> None:
        expected = self._rotations.pop(leaf.position, b"")
        if event.statement.encode() != expected:
            raise Integrity(
                f"pos:{leaf.position} changes the key by another statement than"
                f" {names.key_name(leaf.position)}",
                position=leaf.position,
                expected=expected.decode("utf-8", "replace"),
                found=event.statement,
            )
        stated = tuple(map(str, read_rotation(expected)))
        if (event.old, event.new) != stated:
            raise Integrity(
                f"pos:{leaf.position} names other keys than its own statement",
                position=leaf.position,
                expected=stated,
                found=(event.old, event.new),
            )

    def _erase(self, leaf: Leaf, event: ValuesErased) -> None:
        for name in event.fields:
            value = (leaf.agreement, event.target, name)
            if value not in self._claimed:
                raise Integrity(
                    f"pos:{leaf.position} erases {name} of @{event.target}, which the"
                    " bundle still has or never had",
                    position=leaf.position,
                )
            self._proven.add(value)


def cited(leaf: Leaf) -> Iterator[str]:
    """Yield the hashes of the documents that an event cites."""
    for source in leaf.sources or ():
        if source.sha256 is not None:
            yield source.sha256
    if isinstance(digest := leaf.data.get("sha256"), str):
        yield digest


def history_of(leaves: Sequence[Leaf], hashes: Sequence[bytes]) -> str:
    """Write the lines of some events."""
    return "".join(map(history_line, leaves, hashes))
