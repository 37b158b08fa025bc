"""Put a full bundle back into an empty ledger, with the same root.

The bundle is verified first. Then it is read once more and written in one transaction:
event bytes as they are, with their ids and instants, and the values that are disclosed.
At the end the tree must have the root that was verified, or nothing is kept; so a
bundle that is exchanged between the two readings does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from events.codec import canonical, decode
from events.errors import Integrity, Refused
from ledger.audit import names
from ledger.audit.checkpoints import Checkpoints, check_head
from ledger.audit.disclosed import Line, match, read_packed, shown
from ledger.audit.full import read_pack
from ledger.audit.leaf import Leaf, read_leaves
from ledger.audit.packing import PACK_BYTES_MAX, unpack
from ledger.audit.reading import Bundle, open_bundle
from ledger.audit.trust import Trust
from ledger.audit.verdict import Verdict, counted
from ledger.audit.verify import Progress, verify
from ledger.ledger import Ledger
from ledger.log import timestamp
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import MAX_NOTE_BYTES, Note
from ledger.log.tree import TILE_WIDTH, Frontier, leaf_hash
from ledger.placing import row_of
from ledger.store import Edge, Growth


def restore(
    bundle: Path,
    ledger: Ledger,
    trust: Trust,
    *,
    readable: bool = True,
    progress: Progress = lambda _done, _all: None,
) -> Verdict:
    """Restore a full bundle into an empty ledger.

    Args:
        bundle: the bundle.
        ledger: an empty ledger.
        trust: whom to believe, from outside of the bundle.
        readable: whether to compute the states in it again, which are not restored.
        progress: is told how many events of how many are verified.

    Returns:
        What was verified.

    Raises:
        Integrity: the bundle does not hold; nothing is written.
        InputError: it cannot be read.
        Refused: the ledger is not empty, or the bundle is not full or withholds values.
    """
    verdict = verify(bundle, trust, readable=readable, progress=progress)
    if verdict.profile != "full":
        raise Refused(
            "this bundle holds some agreements only; a ledger is restored from a full"
            " one"
        )
    if verdict.withheld:
        raise Refused(
            f"{counted(verdict.withheld, 'value')} withheld from this bundle would be"
            " lost",
            hint="restore one that withholds nothing",
        )
    with open_bundle(bundle) as files:
        ledger.restore(_growths(files, verdict.size), bytes.fromhex(verdict.root))
    return verdict


class Signed(NamedTuple):
    """A signed head of a bundle, and its time-stamp where it has one."""

    size: int
    note: Note
    stamp: bytes | None


def read_heads(bundle: Path, ledger: Ledger, checkpoints: Checkpoints) -> list[Signed]:
    """Read the signed heads and time-stamps of a bundle that was restored.

    Args:
        bundle: the bundle.
        ledger: the ledger that was restored from it.
        checkpoints: where its heads are to be kept.

    Returns:
        The heads, smallest first.

    Raises:
        Integrity: a head is not of the ledger, or another of its size is kept already.
        InputError: the bundle cannot be read.
    """
    heads = []
    kept = set(checkpoints.sizes())
    with open_bundle(bundle) as files:
        for name in (names.CHECKPOINT, *files.names("checkpoints/")):
            if names.is_stamp(name):
                continue
            note = Note.parse(files.take(name, MAX_NOTE_BYTES))
            head = Checkpoint.parse(note.text)
            check_head(head, ledger.head().size, ledger.store)
            if head.size in kept:
                _check_same(note, checkpoints.read(head.size), head.size)
            stamp = None
            if files.has(names.stamp_name(name)):
                stamp = files.take(names.stamp_name(name), timestamp.MAX_TOKEN_BYTES)
            heads.append(Signed(head.size, note, stamp))
    return sorted(heads, key=lambda head: head.size)


def keep_heads(heads: Sequence[Signed], checkpoints: Checkpoints) -> None:
    """Keep signed heads and time-stamps beside the ledger that they are of.

    Raises:
        Integrity: another head of the same size was kept meanwhile.
    """
    for size, note, stamp in heads:
        checkpoints.add(note)
        if stamp is not None:
            checkpoints.stamp(size, stamp)


def _check_same(note: Note, there: Note, size: int) -> None:
    """Check that a head that is kept already is the same."""
    if there.text != note.text:
        raise Integrity(
            f"another head of {size} events is kept beside the ledger already",
            hint="name another file: --ledger FILE, or take its signed heads away",
            position=0,
            expected=there.text,
            found=note.text,
        )


def _growths(bundle: Bundle, size: int) -> Iterator[Growth]:
    """Yield what to write, 256 events at a time."""
    tree = Frontier()
    for index in range(-(-size // TILE_WIDTH)):
        start = index * TILE_WIDTH
        width = min(TILE_WIDTH, size - start)
        data = bundle.take(names.entries_path(index, width), PACK_BYTES_MAX)
        events = unpack(data, start, width)
        lines = read_packed(read_pack(bundle, index, width), start)
        leaves = read_leaves(events, start)
        hashes = list(map(leaf_hash, events))
        rows = list(map(_row, events, leaves, hashes, lines))
        tree, runs = tree.extend(hashes)
        yield Growth(rows, runs, Edge(tree, leaves[-1].recorded_at), tree.root())


def _row(
    event: bytes, leaf: Leaf, hashed: bytes, lines: Sequence[Line]
) -> tuple[Any, ...]:
    """Write the row of an event as it was."""
    missing = match(leaf, lines).names
    disclosed, salts = shown(lines)
    envelope = decode(event, disclosed, missing).envelope
    gone = canonical(missing).decode() if missing else None
    return row_of(envelope, event, hashed, disclosed, salts, erased=gone)
