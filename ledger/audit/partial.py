"""Check the events of a partial bundle: each one's place, and that none is missing.

Every event comes with an inclusion proof under the bundle's checkpoint. That none of an
agreement's events was left out is shown by its head: see :mod:`ledger.audit.heads`.
Beside the chosen agreements there are single events of the ledger's own stream, which
prove them: the snapshot of heads, and changes of keys.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from events.codec import EVENT_BYTES_MAX
from events.errors import Integrity
from events.record import HeadsSnapshotted
from ledger.audit import names
from ledger.audit.body import EACH, Body, Work, history_of
from ledger.audit.disclosed import DISCLOSURE_BYTES_MAX, Line, read_lines
from ledger.audit.heads import HEAD_BYTES_MAX, Head
from ledger.audit.leaf import Leaf, read_leaf
from ledger.audit.reading import Bundle, in_file
from ledger.audit.source import LEDGER_STREAM
from ledger.audit.trust import Heads, numbers
from ledger.audit.verdict import Shown, counted
from ledger.log.proof import MAX_PROOF_BYTES, InclusionProof
from ledger.log.tree import leaf_hash, verify_inclusion

_EVERY = 256


def check_partial(work: Work, agreements: Sequence[str]) -> tuple[Shown, ...]:
    """Check the events of chosen agreements.

    Returns:
        The agreements, with how far each is known to be complete.

    Raises:
        Integrity: with the first position at which something is wrong.
        InputError: a file is too large, or not of its format.
    """
    bundle, heads, body, history = work.bundle, work.heads, work.body, work.history
    findings = work.findings
    wanted = _Wanted(bundle, agreements)
    positions = array("Q", sorted(numbers(bundle, "entries/", ".json")))
    for done, position in enumerate(positions, 1):
        event = bundle.take(names.entry_name(position), EVENT_BYTES_MAX)
        _check_place(bundle, heads, position, event)
        leaf, hashed = read_leaf(event, position), leaf_hash(event)
        body.take(event, leaf, hashed, _lines(bundle, leaf))
        wanted.see(leaf, hashed)
        if leaf.agreement == LEDGER_STREAM:
            wanted.see_system(leaf, body)
        history.compare(history_of((leaf,), (hashed,)), position)
        if done % _EVERY == 0 or done == len(positions):
            work.progress(done, len(positions))
    body.chain.finish(heads.head.size)
    history.finish(heads.head.size)
    shown = wanted.finish()
    count, size = len(positions), heads.head.size
    findings.checked += [
        f"{counted(count, 'event')}: {EACH}",
        f"{counted(count, 'inclusion proof')} under the head of {size} events",
        *(
            f"that {one.agreement} is complete to pos:{one.complete_to}"
            for one in shown
        ),
    ]
    findings.not_checked.append(
        f"what is not in this bundle ({counted(size - count, 'event')}), and that the"
        " snapshot of heads is true: whoever has the full log sees it"
    )
    if history:
        findings.checked.append(f"{names.HISTORY}, written again")
    return shown


class _Wanted:
    """The chosen agreements: their heads, and how many of their events were seen."""

    def __init__(self, bundle: Bundle, agreements: Sequence[str]) -> None:
        self._heads = {name: _read_head(bundle, name) for name in agreements if name}
        self._snapshots: dict[int, HeadsSnapshotted] = {}
        self._needed = {head.snapshot for head in self._heads.values()}
        self._events = dict.fromkeys(self._heads, 0)
        self._met: set[str] = set()

    def see(self, leaf: Leaf, hashed: bytes) -> None:
        """Take note of an event."""
        if leaf.agreement == LEDGER_STREAM:
            return
        head = self._heads.get(leaf.agreement)
        if head is None:
            raise Integrity(
                f"pos:{leaf.position} is of {leaf.agreement}, which is not among the"
                " agreements of this bundle",
                position=leaf.position,
            )
        self._events[leaf.agreement] += 1
        if leaf.seq == head.seq:
            if hashed != head.leaf:
                raise Integrity(
                    f"pos:{leaf.position} is not the last event of {leaf.agreement}"
                    " that its head names",
                    position=leaf.position,
                    expected=head.leaf.hex(),
                    found=hashed.hex(),
                )
            self._met.add(leaf.agreement)
        if (leaf.seq <= head.seq) != (leaf.position < head.snapshot):
            raise Integrity(
                f"pos:{leaf.position} is {leaf.agreement} @{leaf.seq}; the snapshot at"
                f" pos:{head.snapshot} says that it ended at @{head.seq}",
                position=leaf.position,
                expected=head.seq,
                found=leaf.seq,
            )

    def see_system(self, leaf: Leaf, body: Body) -> None:
        """Take note of an event of the ledger's own stream."""
        if leaf.type == "heads-snapshotted" and leaf.position in self._needed:
            self._snapshots[leaf.position] = body.snapshots[-1][1]
        elif leaf.type != "key-rotated":
            raise Integrity(
                f"pos:{leaf.position} is {leaf.type}, which no proof here needs",
                position=leaf.position,
            )

    def finish(self) -> tuple[Shown, ...]:
        """Check that every agreement is there to its end."""
        return tuple(self._finish(name, head) for name, head in self._heads.items())

    def _finish(self, name: str, head: Head) -> Shown:
        snapshot = self._snapshots.get(head.snapshot)
        if snapshot is None:
            raise Integrity(
                f"the snapshot of heads at pos:{head.snapshot} is not in the bundle",
                position=head.snapshot,
            )
        if snapshot.agreements != head.count:
            raise Integrity(
                f"{names.head_name(name)} is of another snapshot",
                position=head.snapshot,
                expected=snapshot.agreements,
                found=head.count,
            )
        head.verify(_root(snapshot, head.snapshot))
        if name not in self._met:
            raise Integrity(
                f"{name} ended at @{head.seq} when the heads were taken; the bundle"
                f" ends at @{self._events[name]}",
                position=head.snapshot,
                expected=head.seq,
                found=self._events[name],
            )
        return Shown(
            agreement=name, events=self._events[name], complete_to=head.snapshot
        )


def _root(snapshot: HeadsSnapshotted, position: int) -> bytes:
    try:
        return bytes.fromhex(snapshot.root)
    except ValueError as wrong:
        raise Integrity(
            f"the snapshot at pos:{position} has no root", position=position
        ) from wrong


def _read_head(bundle: Bundle, agreement: str) -> Head:
    name = names.head_name(names.check_name(agreement))
    data = bundle.take(name, HEAD_BYTES_MAX)
    with in_file(name):
        head = Head.parse(data)
    if head.agreement != agreement or head.format() != data:
        raise Integrity(f"{name} is the head of {head.agreement!r}", file=name)
    return head


def _check_place(bundle: Bundle, heads: Heads, position: int, event: bytes) -> None:
    """Check that an event is in the log at its position."""
    name = names.proof_name(position)
    text = bundle.take(name, MAX_PROOF_BYTES)
    with in_file(name):
        proof = InclusionProof.parse(text)
    same = proof.checkpoint == heads.note and proof.extra is None
    if proof.index != position or not same:
        raise Integrity(
            f"{name} is a proof of something else",
            file=name,
            position=position,
            expected=position,
            found=proof.index,
        )
    head = heads.head
    verify_inclusion(leaf_hash(event), position, head.size, proof.hashes, head.root)


def _lines(bundle: Bundle, leaf: Leaf) -> list[Line]:
    """Read what an event discloses; a file is there if anything could be."""
    position = leaf.position
    name = names.disclosure_name(position)
    if not leaf.digests:
        return []
    *lines, behind = (
        bundle.take(name, DISCLOSURE_BYTES_MAX).decode("ascii", "replace").split("\n")
    )
    if behind:
        raise Integrity(f"{name} is cut short", file=name, position=position)
    return read_lines(lines, position)
