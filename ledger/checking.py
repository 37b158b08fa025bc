"""Check a whole ledger against itself: bytes, places, links, batches, tiles, head.

One pass in the order of positions, a thousand rows at a time, so that a ledger of any
size is checked in the same memory. What this cannot see is a ledger that was rewritten
as a whole, tree and all: for that, compare with a checkpoint kept elsewhere. Nor can it
tell a value that was never stated from one that was taken away without an event: the
decoys that hide which it is hide it from us too.
"""

from __future__ import annotations

from collections.abc import Sequence

from events.entry import Batch, Entry, Envelope
from events.errors import Integrity
from events.record import ValuesErased
from ledger.log.tree import HASH_SIZE, TILE_HEIGHT, TILE_WIDTH, Frontier, Run
from ledger.placing import effective_from
from ledger.rows import entry_of
from ledger.store import PUT_BACK, Columns, Edge, Head, Row, Store, Tail

CHUNK_ROWS = 1_000


def check(store: Store) -> Head:
    """Check a ledger; see ``Ledger.check``."""
    try:
        store.examine()
        head, edge = _end(store)
        checker = _Checker(store)
        for start in range(0, head.size, CHUNK_ROWS):
            checker.take(start, min(start + CHUNK_ROWS, head.size))
        checker.finish(head, edge)
    except Integrity as wrong:
        # Whoever reads a damaged row is told to verify, and that is done now.
        if wrong.hint is None or wrong.hint.startswith("whereas verify"):
            wrong.hint = PUT_BACK
        raise
    return head


class _Checker:
    """What is carried from one event to the next.

    Args:
        store: the ledger.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tree = Frontier()
        self._widths: dict[int, int] = {}
        self._recorded_at = ""
        self._batch: Batch | None = None
        # By agreement and number: names said to be erased, and the position of the row.
        self._erased: dict[tuple[str, int], tuple[set[str], int]] = {}

    def take(self, start: int, stop: int) -> None:
        """Check the events from one position up to another."""
        columns = self._store.columns(start, stop)
        before = self._store.before(start, stop)
        leaves: list[bytes] = []
        for position, row in enumerate(self._store.scan(start, stop), start):
            if row.position != position:
                raise _wrong(position, "is missing")
            entry = entry_of(row)
            envelope = entry.envelope
            _check_columns(envelope, columns[position - start])
            _check_link(envelope, before.get(position))
            self._check_order(envelope)
            self._check_batch(envelope.batch, position)
            self._check_values(row, entry)
            leaves.append(row.leaf)
        if len(leaves) != stop - start:
            raise _wrong(start + len(leaves), "is missing")
        self._tree, runs = self._tree.extend(leaves)
        for run in runs:
            self._check_run(run)

    def finish(self, head: Head, edge: Edge) -> None:
        """Check what stands at the end of a ledger."""
        last = head.size - 1
        self._check_batch(None, head.size)
        for names, position in self._erased.values():
            if names:
                raise _wrong(
                    position, f"lost {', '.join(sorted(names))}, and no event says so"
                )
        if (edge, head) != (
            Edge(self._tree, self._recorded_at),
            Head(self._tree.size, self._tree.root(), self._recorded_at),
        ):
            raise Integrity(
                "the head of the tree is not that of the events",
                position=max(last, 0),
                expected=self._tree.root().hex(),
                found=head.root.hex(),
            )
        widths = self._store.tile_widths()
        beyond = next(iter(self._store.scan(head.size, head.size + 1)), None)
        # Others may have appended meanwhile; then what is beyond is theirs.
        if self._store.head() == head and (beyond or widths != self._widths):
            raise _wrong(head.size, "is there in part, behind the head of the tree")

    def _check_order(self, envelope: Envelope) -> None:
        """Check that the event was recorded after the one before."""
        if envelope.recorded_at <= self._recorded_at:
            raise _wrong(envelope.position, "was recorded before the event before it")
        self._recorded_at = envelope.recorded_at

    def _check_batch(self, place: Batch | None, position: int) -> None:
        """Check that the batch that is open goes on here, or ended."""
        last = self._batch
        if last is not None and last.i < last.n:
            follows = place == Batch(last.i + 1, last.id, last.n)
        else:
            follows = place is None or place.i == 1 <= place.n
        if not follows:
            raise _wrong(
                position, "does not continue the batch before it, or breaks it"
            )
        self._batch = place

    def _check_values(self, row: Row, entry: Entry) -> None:
        """Check that what is erased was erased by an event."""
        if entry.redacted:
            place = row.agreement, row.seq
            self._erased[place] = set(entry.redacted), row.position
        if isinstance(entry.event, ValuesErased):
            target = row.agreement, entry.event.target
            names, _ = self._erased.get(target, (set(), 0))
            for name in entry.event.fields:
                if name not in names:
                    raise _wrong(
                        row.position, f"says that {name} is erased, and it is not"
                    )
            names -= set(entry.event.fields)

    def _check_run(self, run: Run) -> None:
        """Check the tiles that hold new hashes."""
        end = run.start + len(run.hashes)
        self._widths[run.level] = end
        for index in range(run.start // TILE_WIDTH, -(-end // TILE_WIDTH)):
            first = max(run.start, index * TILE_WIDTH)
            last = min(end, (index + 1) * TILE_WIDTH)
            found = self._store.read(run.level, index, last - index * TILE_WIDTH)
            _check_tile(
                run.level,
                first,
                run.hashes[first - run.start : last - run.start],
                found[(first - index * TILE_WIDTH) * HASH_SIZE :],
            )


def _end(store: Store) -> tuple[Head, Edge]:
    """Read the head and the edge of the same moment."""
    while True:
        head, edge = store.head(), store.edge()
        if head == store.head():
            return head, edge


def _check_columns(envelope: Envelope, columns: Columns) -> None:
    """Check that what can be searched for is what the bytes say."""
    batch = envelope.batch
    said = Columns(
        envelope.position,
        envelope.agreement,
        envelope.seq,
        envelope.type,
        envelope.id,
        envelope.key,
        batch.id if batch else None,
        envelope.recorded_at,
        effective_from(envelope.effective),
    )
    if columns != said:
        name = next(
            name
            for name, a, b in zip(Columns._fields, columns, said, strict=True)
            if a != b
        )
        raise _wrong(envelope.position, f"has another {name} beside its bytes")


def _check_link(envelope: Envelope, before: Tail | None) -> None:
    """Check the number in the agreement and the hash of the event before it there."""
    if envelope.seq > 1 and before is None:
        raise _wrong(
            envelope.position,
            f"is {envelope.agreement} @{envelope.seq}, and there is no event before it",
        )
    prev = before.leaf.hex() if before else None
    follows = before is None or before.position < envelope.position
    if envelope.prev != prev or not follows:
        raise _wrong(
            envelope.position, f"does not follow {envelope.agreement}'s event before it"
        )


def _check_tile(level: int, start: int, hashes: Sequence[bytes], found: bytes) -> None:
    """Check stored hashes of a level from a place on."""
    for at, expected in enumerate(hashes):
        if found[at * HASH_SIZE : (at + 1) * HASH_SIZE] != expected:
            raise Integrity(
                f"hash {start + at} on level {level} of the tiles is not that of the"
                " events",
                position=(start + at) << TILE_HEIGHT * level,
            )


def _wrong(position: int, what: str) -> Integrity:
    """Name the first position at which something is wrong."""
    return Integrity(f"pos:{position} {what}", position=position)
