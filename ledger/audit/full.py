"""Check the events of a full bundle: rebuild the whole tree from them.

Files of 256 events are read in order. Their leaf hashes grow a tree, and every hash
that comes into being is compared with the tiles in the bundle, so that whoever reads
tiles alone reads the same log. Where an earlier head is known, the tree is looked at
when it has that size.
"""

from __future__ import annotations

from collections.abc import Sequence

from events.errors import Integrity
from ledger.audit import names
from ledger.audit.body import EACH, Body, Work, history_of
from ledger.audit.disclosed import (
    BETWEEN,
    DISCLOSURE_BYTES_MAX,
    LINES_MAX,
    read_packed,
)
from ledger.audit.heads import Snapshot
from ledger.audit.leaf import read_leaves
from ledger.audit.packing import PACK_BYTES_MAX, unpack
from ledger.audit.reading import Bundle
from ledger.audit.trust import Heads
from ledger.audit.verdict import Findings, counted
from ledger.log.tiles import tile_path
from ledger.log.tree import (
    HASH_SIZE,
    TILE_HEIGHT,
    TILE_WIDTH,
    Frontier,
    Run,
    leaf_hash,
)


def check_full(work: Work) -> None:
    """Check every event of the log, and the tree over them.

    Raises:
        Integrity: with the first position at which something is wrong.
        InputError: a file is too large.
    """
    bundle, body, history = work.bundle, work.body, work.history
    size = work.heads.head.size
    tree = _Tree(bundle, work.heads)
    for index in range(-(-size // TILE_WIDTH)):
        start = index * TILE_WIDTH
        width = min(TILE_WIDTH, size - start)
        name = names.entries_path(index, width)
        events = unpack(bundle.take(name, PACK_BYTES_MAX), start, width)
        leaves = read_leaves(events, start)
        hashes = list(map(leaf_hash, events))
        lines = read_packed(read_pack(bundle, index, width), start)
        for event in zip(events, leaves, hashes, lines, strict=True):
            body.take(*event)
        tree.grow(start, hashes)
        if history:
            history.compare(history_of(leaves, hashes), start)
        work.progress(start + width, size)
    body.chain.finish(size)
    tree.finish()
    history.finish(size)
    work.findings.checked += [
        f"{counted(size, 'event')}, which is all: {EACH}",
        f"the tree over them, rebuilt, and {counted(tree.tiles, 'tile')} of it",
    ]
    _check_snapshot(body, size, work.findings)
    if history:
        work.findings.checked.append(f"{names.HISTORY}, written again")


def read_pack(bundle: Bundle, index: int, width: int) -> list[list[str]]:
    """Read what up to 256 events disclose: a line an event, its parts apart.

    Raises:
        Integrity: there are fewer or more lines than events, or one is too long.
    """
    name = names.disclosures_path(index, width)
    data = bundle.take(name, TILE_WIDTH * DISCLOSURE_BYTES_MAX)
    start, count = index * TILE_WIDTH, data.count(b"\n")
    # Counted before it is taken apart: 51 MB of separators would become gigabytes.
    if count != width or not data.endswith(b"\n"):
        raise Integrity(
            f"{name} does not have a line for each of {width} events",
            file=name,
            position=start + min(count, width - 1),
            expected=width,
            found=count,
        )
    *lines, _ = data.decode("ascii", "replace").split("\n")
    for position, line in enumerate(lines, start):
        if line.count(BETWEEN) >= LINES_MAX:
            raise Integrity(
                f"pos:{position} discloses more values than an event can have",
                file=name,
                position=position,
            )
    return [line.split(BETWEEN) if line else [] for line in lines]


class _Tree:
    """Grows the tree, and compares it with tiles and with roots known before."""

    def __init__(self, bundle: Bundle, heads: Heads) -> None:
        self._bundle = bundle
        self._head = heads.head
        self._roots = heads.roots
        self._marks = sorted(heads.roots)
        self._frontier = Frontier()
        # Hashes of each level that fill no tile yet, and how many tiles were full.
        self._open: list[list[bytes]] = []
        self._filled: list[int] = []
        self.tiles = 0

    def grow(self, start: int, leaves: Sequence[bytes]) -> None:
        """Add the leaf hashes of the events at ``start`` and following."""
        at = 0
        while self._marks and self._marks[0] <= start + len(leaves):
            mark = self._marks.pop(0)
            self._extend(leaves[at : mark - start])
            at = mark - start
            root, where = self._roots[mark]
            self._compare(mark, root, where)
        self._extend(leaves[at:])

    def finish(self) -> None:
        """Compare what fills no tile, and the root."""
        for level, hashes in enumerate(self._open):
            if hashes:
                self._check_tile(level, self._filled[level], hashes)
        self._compare(self._head.size, self._head.root, names.CHECKPOINT)

    def _extend(self, leaves: Sequence[bytes]) -> None:
        self._frontier, runs = self._frontier.extend(leaves)
        for run in runs:
            self._keep(run)

    def _keep(self, run: Run) -> None:
        while run.level >= len(self._open):
            self._open.append([])
            self._filled.append(0)
        hashes = self._open[run.level]
        hashes += run.hashes
        while len(hashes) >= TILE_WIDTH:
            self._check_tile(run.level, self._filled[run.level], hashes[:TILE_WIDTH])
            self._filled[run.level] += 1
            del hashes[:TILE_WIDTH]

    def _check_tile(self, level: int, index: int, hashes: Sequence[bytes]) -> None:
        name = tile_path(level, index, len(hashes))
        expected = b"".join(hashes)
        found = self._bundle.take(name, TILE_WIDTH * HASH_SIZE)
        self.tiles += 1
        if found == expected:
            return
        wrong = next(
            (
                number
                for number, value in enumerate(hashes)
                if found[number * HASH_SIZE : (number + 1) * HASH_SIZE] != value
            ),
            len(hashes),
        )
        here = slice(wrong * HASH_SIZE, (wrong + 1) * HASH_SIZE)
        raise Integrity(
            f"{name} does not hold the hashes of the events",
            file=name,
            position=index * TILE_WIDTH + wrong << TILE_HEIGHT * level,
            expected=expected[here].hex(),
            found=found[here].hex(),
        )

    def _compare(self, size: int, root: bytes, where: str) -> None:
        found = self._frontier.root()
        if (self._frontier.size, found) != (size, root):
            raise Integrity(
                f"the events lead to another root at {size} than {where} states",
                position=0,
                expected=root.hex(),
                found=found.hex(),
            )


def _check_snapshot(body: Body, size: int, findings: Findings) -> None:
    """Hold the last snapshot against the heads, where nothing came after it."""
    if not body.snapshots:
        return
    leaf, event = body.snapshots[-1]
    position = leaf.position
    if position != size - 1:
        findings.not_checked.append(
            f"what the snapshots of heads up to pos:{position} say"
        )
        return
    # The snapshot is in the ledger's own stream, which is not among the heads.
    last = body.chain.last.items()
    snapshot = Snapshot((name, seq, leaf) for name, (seq, leaf) in last)
    said = (event.agreements, event.root)
    found = (snapshot.count, snapshot.root.hex())
    if said != found:
        raise Integrity(
            f"the snapshot at pos:{position} is not of the last event of every"
            " agreement",
            position=position,
            expected=found,
            found=said,
        )
    findings.checked.append(f"the snapshot of heads at pos:{position}")
