"""Write the events of a partial bundle: some agreements, each event with a proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from events.codec import decode
from events.errors import Integrity, NotFound, Refused
from events.record import HeadsSnapshotted
from ledger.audit import names
from ledger.audit.body import cited, history_of
from ledger.audit.disclosed import lines_of
from ledger.audit.heads import Snapshot
from ledger.audit.leaf import Leaf, read_leaf
from ledger.audit.readable import HISTORY_HEADER
from ledger.audit.redaction import Redaction, Rule
from ledger.audit.source import LEDGER_STREAM, LogSource, Row
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from ledger.log.proof import InclusionProof
from ledger.log.tree import inclusion_proofs, leaf_hash, verify_inclusion

Files = Iterable[tuple[str, Iterable[bytes]]]


class Excerpt:
    """The events of some agreements, and those of the ledger's own that prove them.

    Attributes:
        cited: the hashes of the documents that events cite.
        withheld: how many values each rule withheld, once they were written.
    """

    def __init__(
        self,
        source: LogSource,
        note: bytes,
        agreements: Sequence[str],
        redaction: Redaction,
    ) -> None:
        self._source = source
        self._note = note
        self._head = Checkpoint.parse(Note.parse(note).text)
        self._redaction = redaction
        known = self._head.size - 1
        rows: dict[int, Row] = {}
        for agreement in agreements:
            found = source.rows(agreement, known=known)
            if not found or agreement == LEDGER_STREAM:
                raise NotFound(
                    f"there is no agreement {agreement} in {self._head.origin} at"
                    f" {self._head.size} events",
                    agreement=agreement,
                )
            rows.update((row.position, row) for row in found)
        self.withheld: Counter[Rule] = Counter()
        self._snapshot, own = _system(source.rows(LEDGER_STREAM, known=known))
        rows.update((row.position, row) for row in own)
        self._rows = dict(sorted(rows.items()))
        self._leaves = {
            position: read_leaf(row.event, position)
            for position, row in self._rows.items()
        }
        self.cited = {hash_ for leaf in self._leaves.values() for hash_ in cited(leaf)}

    def plain(self) -> dict[str, bytes]:
        """Give the head of each agreement, proven under the snapshot."""
        position = self._snapshot.position
        ends = dict(tails_at(self._source, position - 1))
        tree = Snapshot((name, *end) for name, end in ends.items())
        event = decode(self._snapshot.event, b"{}").event
        stated = isinstance(event, HeadsSnapshotted) and (event.agreements, event.root)
        if stated != (tree.count, tree.root.hex()):
            raise Integrity(
                f"the snapshot at pos:{position} is not of the last event of every"
                " agreement",
                position=position,
                expected=(tree.count, tree.root.hex()),
                found=stated,
            )
        chosen = {leaf.agreement for leaf in self._leaves.values()} - {LEDGER_STREAM}
        missing = chosen - set(ends)
        if missing:
            raise Refused(f"{min(missing)} began after the snapshot at pos:{position}")
        return {
            names.head_name(name): tree.head(name, *ends[name], position).format()
            for name in chosen
        }

    def sections(self) -> Iterator[tuple[str, Files]]:
        """Yield the large parts."""
        yield "disclosures/", self._disclosures()
        yield "entries/", self._entries()
        yield "proofs/", self._proofs()

    def history(self) -> Iterator[bytes]:
        """Yield the table of events."""
        yield HISTORY_HEADER.encode()
        for position, leaf in self._leaves.items():
            hashed = leaf_hash(self._rows[position].event)
            yield history_of((leaf,), (hashed,)).encode()

    def asked_at(self) -> str:
        """Give the instant of the snapshot."""
        return self._leaves[self._snapshot.position].recorded_at

    def _named(self, name: Callable[[int], str]) -> list[tuple[str, int]]:
        """List names and positions in the order of the names."""
        return sorted((name(position), position) for position in self._rows)

    def _disclosures(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        for name, position in self._named(names.disclosure_name):
            leaf = self._leaves[position]
            if leaf.digests:
                row = self._rows[position]
                lines = lines_of(row, leaf, self._redaction, self.withheld)
                yield name, ("".join(f"{line}\n" for line in lines).encode(),)

    def _entries(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        for name, position in self._named(names.entry_name):
            yield name, (self._rows[position].event,)

    def _proofs(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        named = self._named(names.proof_name)
        positions = [position for _, position in named]
        size, root = self._head.size, self._head.root
        proofs = inclusion_proofs(positions, size, self._source)
        for (name, position), hashes in zip(named, proofs, strict=True):
            leaf = leaf_hash(self._rows[position].event)
            verify_inclusion(leaf, position, size, hashes, root)
            proof = InclusionProof(position, tuple(hashes), self._note)
            yield name, (proof.format(),)


def tails_at(
    source: LogSource, position: int
) -> Iterator[tuple[str, tuple[int, bytes]]]:
    """Yield every agreement with number and leaf of its last event up to a position.

    Cost: a look-up an agreement, and a read of each that has grown since.
    """
    for agreement, tail in source.tails():
        if agreement == LEDGER_STREAM:
            continue
        if tail.position <= position:
            yield agreement, (tail.seq, tail.leaf)
            continue
        rows = source.rows(agreement, known=position)
        if rows:
            yield agreement, (len(rows), leaf_hash(rows[-1].event))


def _system(rows: Sequence[Row]) -> tuple[Row, list[Row]]:
    """Find the last snapshot, and list it with every change of keys."""
    snapshot: Row | None = None
    changes: list[Row] = []
    for row in rows:
        leaf: Leaf = read_leaf(row.event, row.position)
        if leaf.type == "heads-snapshotted":
            snapshot = row
        elif leaf.type == "key-rotated":
            changes.append(row)
    if snapshot is None:
        raise Refused(
            "the ledger has no snapshot of its heads before this signed head, so that"
            " nobody could see whether an export of some agreements is complete"
        )
    return snapshot, [*changes, snapshot]
