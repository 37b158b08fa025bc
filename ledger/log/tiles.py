"""Name tiles as C2SP tlog-tiles does, and keep those of a small tree in memory.

A full tile is 256 hashes of 32 bytes. The last tile of a level is usually partial and
says its width. In a tree of 70,000 leaves, level 0 ends with ``tile/0/273.p/112``,
level 1 with ``tile/1/001.p/17``; level 2 is ``tile/2/000.p/1`` alone. Tile 1234067
of level 0 would be ``tile/0/x001/x234/067``.

Source: C2SP tlog-tiles, "Merkle Tree" and "Partial Tiles".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from events.errors import Integrity
from ledger.log.tree import HASH_SIZE, TILE_HEIGHT, TILE_WIDTH, Run


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile below the prefix of a log.

    Args:
        level: 0 for leaves, to 7.
        index: Which tile of that level, counted from 0.
        width: How many hashes it holds, 1 to 256.

    Returns:
        A relative path with ``/`` between its parts.
    """
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield the (level, index, width) of every tile of a tree, lowest level first.

    Args:
        size: How many leaves the tree has.
    """
    level = 0
    while hashes := size >> TILE_HEIGHT * level:
        for index in range(-(-hashes // TILE_WIDTH)):
            yield level, index, min(TILE_WIDTH, hashes - index * TILE_WIDTH)
        level += 1


class MemoryTiles:
    """Tiles of a tree small enough to hold: 32 bytes a leaf.

    It stands for a store in tests, and holds the tree over the heads of agreements
    while an export is written.
    """

    def __init__(self) -> None:
        self._levels: list[bytearray] = []

    def write(self, runs: Iterable[Run]) -> None:
        """Keep the hashes that a frontier reported.

        Args:
            runs: In the order in which ``Frontier.extend`` returned them.

        Raises:
            Integrity: A run does not continue its level.
        """
        for run in runs:
            while run.level >= len(self._levels):
                self._levels.append(bytearray())
            level = self._levels[run.level]
            if len(level) != run.start * HASH_SIZE:
                raise Integrity(
                    f"level {run.level} holds {len(level) // HASH_SIZE} hashes;"
                    f" number {run.start} does not continue it",
                    position=run.start,
                )
            level += b"".join(run.hashes)

    def read(self, level: int, index: int, width: int) -> bytes:
        """Read the first hashes of one tile; see ``TileReader``."""
        start = index * TILE_WIDTH * HASH_SIZE
        return bytes(self._levels[level][start : start + width * HASH_SIZE])
