r"""Hash events into a Merkle tree, grow it, prove from it and check its proofs.

The tree is the one of RFC 6962, section 2.1, over SHA-256::

    leaf   SHA-256(0x00 || event bytes)
    node   SHA-256(0x01 || left || right)
    empty  SHA-256("")

A tree of ``n`` leaves splits at the largest power of two below ``n``, so the nodes that
are complete never change again. Here are five leaves; ``r`` is their root, ``q`` is a
complete node of height 2, and leaf ``e`` still stands alone::

              r
            /   \
          q       \
        /   \      \
       m     n      \
      / \   / \      \
     a   b c   d      e

Growing needs only the complete nodes on the right edge, one for each bit set in the
size: ``Frontier(5, (q, e))``. A sixth leaf ``f`` pairs with ``e`` and leaves
``Frontier(6, (q, H(e, f)))``; nothing to its left is read.

What a store keeps is what C2SP tlog-tiles calls tiles: every eighth height, 256 hashes
to a tile. Level 0 holds the leaves, and hash ``i`` of level ``l + 1`` is the root of
the full tile ``i`` of level ``l``. ``Frontier.extend`` names the hashes that came
into being, level by level, as ``Run`` values. They are only ever appended (one more
hash in 256 leaves), and any proof is computed from them through a ``TileReader``.

An inclusion proof of ``c`` in the tree above is its siblings from the leaf upwards,
``[d, m, e]``: ``H(H(m, H(c, d)), e)`` must be ``r``. The consistency proof from the
tree of 3 leaves (root ``s = H(m, c)``) to this one is ``[c, d, m, e]``: it starts at
the largest complete node that ends where the old tree ended, and the same walk gives
``H(m, c) = s`` from its left siblings alone and ``r`` from all of them.

An empty tree is the prefix of every tree, so a head of size 0 vouches for nothing and
is refused as a base. A hash that is not 32 bytes is refused wherever it comes from.

Source: RFC 6962, sections 2.1 to 2.1.2; RFC 9162, sections 2.1.3.2 and 2.1.4.2; C2SP
tlog-tiles, "Merkle Tree".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Protocol

from events.errors import InputError, Integrity

HASH_SIZE = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
# Sizes are signed 64-bit integers in every store and in every other implementation.
MAX_SIZE = (1 << 63) - 1
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash one entry into a leaf.

    Args:
        data: The exact bytes of the entry.

    Returns:
        32 bytes.

    Source: RFC 6962, section 2.1.
    """
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbouring nodes into their parent.

    Args:
        left: The 32 bytes of the node nearer to leaf 0.
        right: The 32 bytes of its right neighbour.

    Returns:
        32 bytes.

    Source: RFC 6962, section 2.1.
    """
    return sha256(b"\x01" + left + right).digest()


class Run(NamedTuple):
    """Hashes that came into being side by side on one level of tiles.

    Hash ``start + i`` of ``level`` is ``hashes[i]``. Level 0 is the leaves.
    """

    level: int
    start: int
    hashes: Sequence[bytes]


class TileReader(Protocol):
    """What a proof needs from a store."""

    def read(self, level: int, index: int, width: int) -> bytes:
        """Read the first hashes of one tile.

        Args:
            level: 0 for leaves, one more for every eight heights.
            index: Which tile of that level, counted from 0.
            width: How many hashes, 1 to 256; never more than the tree has there.

        Returns:
            ``32 * width`` bytes, hashes ``256 * index`` and following.
        """
        ...


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that is needed to grow it and to name its root.

    ``hashes`` holds the complete nodes of which the tree consists, largest first: one
    for each bit set in ``size``. A frontier is a value; growing returns another, so a
    transaction that fails leaves the old one as it was.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        _check_size(self.size)
        _check_hashes(self.hashes)
        if len(self.hashes) != self.size.bit_count():
            raise Integrity(
                f"a frontier of {self.size} leaves has {self.size.bit_count()} hashes,"
                f" not {len(self.hashes)}"
            )

    def root(self) -> bytes:
        """Return the root of the tree, at the cost of one hash for each node held."""
        if not self.hashes:
            return EMPTY_ROOT
        *larger, root = self.hashes
        for node in reversed(larger):
            root = node_hash(node, root)
        return root

    def extend(self, leaves: Sequence[bytes]) -> tuple[Frontier, list[Run]]:
        """Add leaf hashes on the right.

        Args:
            leaves: Leaf hashes in order, 32 bytes each.

        Returns:
            The grown frontier, and the hashes a store has to keep: the leaves
            themselves first, then the roots of the tiles they filled, lowest level
            first; empty when there were no leaves. About one node hash a leaf.

        Raises:
            Integrity: A leaf is not 32 bytes, or the tree would pass 2^63 - 1 leaves.
        """
        _check_hashes(leaves)
        size = _check_size(self.size + len(leaves))
        edge = _by_height(self)
        runs: list[Run] = []
        height, fresh = 0, list(leaves)
        while fresh:
            start = self.size >> height
            if height % TILE_HEIGHT == 0:
                runs.append(Run(height // TILE_HEIGHT, start, fresh))
            # An odd start means that the first new node completes a waiting one.
            row = [edge.pop(height), *fresh] if start & 1 else fresh
            if len(row) & 1:
                edge[height] = row[-1]
            # The expression is node_hash() in place: a call for each node costs a third
            # of the whole.
            pairs = iter(row)
            fresh = [
                sha256(b"\x01" + left + right).digest()
                for left, right in zip(pairs, pairs, strict=False)
            ]
            height += 1
        hashes = tuple(edge[height] for height in sorted(edge, reverse=True))
        return Frontier(size, hashes), runs


def joined(runs: Sequence[Run], more: Sequence[Run]) -> list[Run]:
    """Join the hashes of two extensions, the second of what the first has made."""
    by_level = {run.level: run for run in runs}
    for level, start, hashes in more:
        before = by_level.get(level, Run(level, start, ()))
        by_level[level] = Run(level, before.start, [*before.hashes, *hashes])
    return list(by_level.values())


def frontier(size: int, reader: TileReader) -> Frontier:
    """Read the frontier of the first ``size`` leaves back from tiles.

    Args:
        size: How many leaves, 0 or more.
        reader: Where the tiles are.

    Returns:
        The frontier, at the cost of at most one tile a level.

    Raises:
        InputError: ``size`` is negative or above 2^63 - 1.
        Integrity: The reader gave too few or too many bytes.
    """
    nodes = _Nodes(_wanted(size, "size", MAX_SIZE), reader)
    heights = [h for h in reversed(range(size.bit_length())) if size >> h & 1]
    return Frontier(size, tuple(nodes.complete(h, (size >> h) - 1) for h in heights))


def root(size: int, reader: TileReader) -> bytes:
    """Compute the root of the first ``size`` leaves from tiles; see ``frontier``."""
    return frontier(size, reader).root()


def inclusion_proof(index: int, size: int, reader: TileReader) -> list[bytes]:
    """Prove that a leaf is in the tree of the first ``size`` leaves.

    Args:
        index: The position of the leaf, 0 to ``size - 1``.
        size: How many leaves the proven tree has.
        reader: Where the tiles are.

    Returns:
        The sibling hashes from the leaf upwards, at most 63.

    Raises:
        InputError: ``index`` or ``size`` is out of range.
        Integrity: The reader gave too few or too many bytes.

    Source: RFC 6962, section 2.1.1.
    """
    return next(inclusion_proofs((index,), size, reader))


def inclusion_proofs(
    indexes: Iterable[int], size: int, reader: TileReader
) -> Iterator[list[bytes]]:
    """Prove many leaves of one tree, reading each tile once where order allows.

    Args:
        indexes: Positions, each 0 to ``size - 1``; ascending ones share most reads.
        size: How many leaves the proven tree has.
        reader: Where the tiles are.

    Yields:
        One proof a position, in the order given; see ``inclusion_proof``.

    Raises:
        InputError: An index or ``size`` is out of range.
        Integrity: The reader gave too few or too many bytes.
    """
    nodes = _Nodes(_wanted(size, "size", MAX_SIZE), reader)
    for index in indexes:
        _wanted(index, "index", size - 1)
        yield [nodes.partial(h, sibling) for h, sibling in _siblings(index, 0, size)]


def consistency_proof(old: int, new: int, reader: TileReader) -> list[bytes]:
    """Prove that the tree of ``old`` leaves is a prefix of the tree of ``new`` leaves.

    Args:
        old: The smaller size, 1 to ``new``.
        new: The larger size.
        reader: Where the tiles are; those of ``new`` leaves suffice.

    Returns:
        At most 64 hashes; none when the sizes are equal.

    Raises:
        InputError: A size is out of range. Size 0 is: an empty tree proves nothing.
        Integrity: The reader gave too few or too many bytes.

    Source: RFC 6962, section 2.1.2.
    """
    _wanted(new, "new", MAX_SIZE)
    _wanted(old, "old", new, lowest=1)
    if old == new:
        return []
    nodes = _Nodes(new, reader)
    height, index = _last_complete(old)
    path = [nodes.partial(h, s) for h, s in _siblings(index, height, new)]
    # At index 0 the complete node is the whole old tree: whoever checks has it.
    return [nodes.complete(height, index), *path] if index else path


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf is at ``index`` in the tree of ``size`` leaves under ``root``.

    Args:
        leaf: The leaf hash, 32 bytes.
        index: The position claimed for it.
        size: How many leaves the tree has.
        proof: The sibling hashes from the leaf upwards.
        root: The trusted root of that tree, 32 bytes.

    Raises:
        Integrity: It is not proven. ``position`` is the index; ``expected`` and
            ``found`` are the trusted root and the one the proof leads to, in hex,
            when it led to one.
    """
    if not 0 <= index < _check_size(size):
        raise Integrity(f"a tree of {size} leaves has no leaf {index}", position=index)
    _check_hashes((leaf, root, *proof))
    path = list(_siblings(index, 0, size))
    _check_length(proof, len(path), f"inclusion of leaf {index} in {size}", index)
    found = leaf
    for sibling, (height, place) in zip(proof, path, strict=True):
        left = place < index >> height
        found = node_hash(sibling, found) if left else node_hash(found, sibling)
    _check_root(root, found, f"leaf {index} is not in the tree of {size} leaves", index)


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of ``new`` leaves begins with the tree of ``old`` leaves.

    Args:
        old: The size of the trusted tree, 1 or more.
        old_root: Its root, 32 bytes.
        new: The size of the larger tree.
        new_root: The root claimed for it, 32 bytes.
        proof: The hashes of the consistency proof.

    Raises:
        Integrity: It is not proven, or the trusted tree is empty and so proves
            nothing. ``position`` is the last leaf on which both were known to agree,
            plus one; ``expected`` and ``found`` are roots in hex, when there are any.
    """
    if not 0 < _check_size(old) <= _check_size(new):
        raise Integrity(
            f"a tree of {old} leaves cannot vouch for one of {new}", position=0
        )
    _check_hashes((old_root, new_root, *proof))
    what = f"the tree of {new} leaves does not begin with the one of {old}"
    if old == new:
        _check_length(proof, 0, f"equal size {new}", 0)
        return _check_root(old_root, new_root, what, 0)
    height, index = _last_complete(old)
    path = list(_siblings(index, height, new))
    _check_length(proof, len(path) + bool(index), f"growth from {old} to {new}", 0)
    first, *rest = proof if index else (old_root, *proof)
    found_old = found_new = first
    for sibling, (above, place) in zip(rest, path, strict=True):
        # A sibling on the right lies wholly behind the old tree.
        if place < index >> above - height:
            found_old = node_hash(sibling, found_old)
            found_new = node_hash(sibling, found_new)
        else:
            found_new = node_hash(found_new, sibling)
    _check_root(old_root, found_old, what, 0)
    return _check_root(new_root, found_new, what, 0)


class _Nodes:
    """The nodes of one tree, computed from its tiles; the last tiles are kept."""

    _KEPT_TILES = 64

    def __init__(self, size: int, reader: TileReader) -> None:
        self._size = size
        self._reader = reader
        self._tiles: dict[tuple[int, int], list[list[bytes]]] = {}

    def complete(self, height: int, index: int) -> bytes:
        """Return the node over leaves ``index << height`` and following, all there."""
        level, inner = divmod(height, TILE_HEIGHT)
        tile, offset = divmod(index << inner, TILE_WIDTH)
        return self._tile(level, tile)[inner][offset >> inner]

    def partial(self, height: int, index: int) -> bytes:
        """Return the same node where the tree may end inside of it."""
        end = min(index + 1 << height, self._size)
        # Below a node on the edge, the complete nodes are the bits of what is left.
        width, place = end - (index << height), end
        found = b""
        while width:
            step = (width & -width).bit_length() - 1
            width -= 1 << step
            place -= 1 << step
            node = self.complete(step, place >> step)
            found = node_hash(node, found) if found else node
        return found

    def _tile(self, level: int, index: int) -> list[list[bytes]]:
        """Return the rows of one tile, from the hashes stored up to its root."""
        rows = self._tiles.get((level, index))
        if rows is None:
            rows = self._read(level, index)
            while len(self._tiles) >= self._KEPT_TILES:
                del self._tiles[next(iter(self._tiles))]
            self._tiles[level, index] = rows
        return rows

    def _read(self, level: int, index: int) -> list[list[bytes]]:
        there = self._size >> TILE_HEIGHT * level
        width = min(TILE_WIDTH, there - index * TILE_WIDTH)
        data = self._reader.read(level, index, width)
        if len(data) != HASH_SIZE * width:
            raise Integrity(
                f"tile {index} of level {level} has {len(data)} bytes,"
                f" not {HASH_SIZE * width}",
                position=index * TILE_WIDTH << TILE_HEIGHT * level,
            )
        row = [data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE)]
        rows = [row]
        while len(row) > 1:
            pairs = iter(row)
            row = [node_hash(a, b) for a, b in zip(pairs, pairs, strict=False)]
            rows.append(row)
        return rows


def _siblings(index: int, height: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield (height, index) of each sibling on the way from a node to the root.

    A node on the right edge without a right neighbour goes up alone: no sibling.
    """
    top = (size - 1).bit_length()
    for above in range(height, top):
        sibling = index >> above - height ^ 1
        if sibling << above < size:
            yield above, sibling


def _last_complete(size: int) -> tuple[int, int]:
    """Return (height, index) of the largest complete node that ends a tree."""
    height = (size & -size).bit_length() - 1
    return height, (size >> height) - 1


def _by_height(edge: Frontier) -> dict[int, bytes]:
    """Return the nodes of a frontier by their height."""
    heights = (h for h in reversed(range(edge.size.bit_length())) if edge.size >> h & 1)
    return dict(zip(heights, edge.hashes, strict=True))


def _check_size(size: int) -> int:
    if not 0 <= size <= MAX_SIZE:
        raise Integrity(f"{size} is not the size of a tree", position=0)
    return size


def _check_hashes(hashes: Iterable[bytes]) -> None:
    for number, value in enumerate(hashes):
        if len(value) != HASH_SIZE:
            raise Integrity(
                f"a hash has 32 bytes; number {number} here has {len(value)}",
                position=number,
            )


def _check_length(
    proof: Sequence[bytes], wanted: int, what: str, position: int
) -> None:
    if len(proof) != wanted:
        raise Integrity(
            f"a proof of {what} has {wanted} hashes, not {len(proof)}",
            position=position,
        )


def _check_root(expected: bytes, found: bytes, what: str, position: int) -> None:
    if expected != found:
        raise Integrity(
            f"{what}: the proof leads to the root {found.hex()}, not {expected.hex()}",
            position=position,
            expected=expected.hex(),
            found=found.hex(),
        )


def _wanted(value: int, field: str, highest: int, lowest: int = 0) -> int:
    if not lowest <= value <= highest:
        raise InputError(
            f"{field} is {value}; it can be {lowest} to {highest}", field=field
        )
    return value
