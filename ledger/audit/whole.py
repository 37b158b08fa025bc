"""Write the events of a full bundle: the whole log, 256 events to a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from events.errors import Integrity
from ledger.audit import names
from ledger.audit.body import cited, history_of
from ledger.audit.disclosed import BETWEEN, lines_of
from ledger.audit.leaf import Leaf, read_leaf, read_leaves
from ledger.audit.packing import pack
from ledger.audit.readable import HISTORY_HEADER
from ledger.audit.redaction import Redaction, Rule
from ledger.audit.source import LEDGER_STREAM, LogSource, Row
from ledger.log.tiles import tile_path, tiles
from ledger.log.tree import HASH_SIZE, TILE_WIDTH, leaf_hash

Files = Iterable[tuple[str, Iterable[bytes]]]


class Whole:
    """The events of a log up to a size.

    Attributes:
        cited: the hashes of the documents that events cite, once they were written.
        withheld: how many values each rule withheld, once they were written.
    """

    def __init__(self, source: LogSource, size: int, redaction: Redaction) -> None:
        self._source = source
        self._size = size
        self._redaction = redaction
        self.cited: set[str] = set()
        self.withheld: Counter[Rule] = Counter()

    def plain(self) -> dict[str, bytes]:
        """Give the small files that only this profile has: none."""
        return {}

    def sections(self) -> Iterator[tuple[str, Files]]:
        """Yield the large parts."""
        yield "disclosures/", self._disclosures()
        levels = (self._size - 1).bit_length() // 8 + 1
        for level in range(levels):
            yield f"tile/{level}/", self._tiles(level)
        yield "tile/entries/", self._entries()

    def history(self) -> Iterator[bytes]:
        """Yield the table of events."""
        yield HISTORY_HEADER.encode()
        for _, _, rows in self._packs():
            yield history_of(_leaves(rows), [leaf_hash(r.event) for r in rows]).encode()

    def asked_at(self) -> str:
        """Give the instant of the last snapshot, or of the last event."""
        last = next(iter(self._source.scan(self._size - 1, self._size)))
        for row in reversed(self._source.rows(LEDGER_STREAM, known=self._size - 1)):
            leaf = _leaf(row)
            if leaf.type == "heads-snapshotted":
                return leaf.recorded_at
        return _leaf(last).recorded_at

    def _packs(self) -> Iterator[tuple[int, int, list[Row]]]:
        """Yield index, width and events of each file of events, in order."""
        rows = self._source.scan(0, self._size)
        for index in range(-(-self._size // TILE_WIDTH)):
            start = index * TILE_WIDTH
            width = min(TILE_WIDTH, self._size - start)
            found = list(islice(rows, width))
            if [row.position for row in found] != list(range(start, start + width)):
                raise Integrity(
                    f"an event is missing at pos:{start} or behind", position=start
                )
            yield index, width, found

    def _disclosures(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        for index, width, rows in self._packs():
            text = "".join(
                BETWEEN.join(lines_of(row, leaf, self._redaction, self.withheld)) + "\n"
                for row, leaf in zip(rows, _leaves(rows), strict=True)
            )
            yield names.disclosures_path(index, width), (text.encode(),)

    def _entries(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        for index, width, rows in self._packs():
            self._check(index, width, rows)
            for leaf in _leaves(rows):
                self.cited.update(cited(leaf))
            data = pack(row.event for row in rows)
            yield names.entries_path(index, width), (data,)

    def _check(self, index: int, width: int, rows: Iterable[Row]) -> None:
        """Hold events against the tree."""
        tile = self._source.read(0, index, width)
        for at, row in enumerate(rows):
            expected = tile[at * HASH_SIZE : (at + 1) * HASH_SIZE]
            found = leaf_hash(row.event)
            if found != expected:
                raise Integrity(
                    f"pos:{row.position} is not what was recorded",
                    position=row.position,
                    expected=expected.hex(),
                    found=found.hex(),
                )

    def _tiles(self, wanted: int) -> Iterator[tuple[str, Iterable[bytes]]]:
        for level, index, width in tiles(self._size):
            if level == wanted:
                data = self._source.read(level, index, width)
                yield tile_path(level, index, width), (data,)


def _leaf(row: Row) -> Leaf:
    return read_leaf(row.event, row.position)


def _leaves(rows: Sequence[Row]) -> Sequence[Leaf]:
    """Read the leaves of one file together, which costs a third of one by one."""
    return read_leaves([row.event for row in rows], rows[0].position)
