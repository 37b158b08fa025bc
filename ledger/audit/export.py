"""Write a bundle of a signed head: everything, or chosen agreements.

The same log, the same signed head and the same order give the same bytes, whoever
exports, whenever and wherever. Events are read again for each part of the bundle rather
than kept, so that an export takes the same memory whatever the size of the log. Each
event is held against the tree on its way out: what is damaged is not given away.

What is written is named in :mod:`ledger.audit.names`; who checks it is
:mod:`ledger.audit.verify`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import resources
from pathlib import Path

from events.codec import decode
from events.dates import PartialDate
from events.entry import Entry
from events.errors import InputError, Integrity, Refused
from ledger.audit import names
from ledger.audit.disclosed import lines_of, match, read_lines, shown
from ledger.audit.excerpt import Excerpt
from ledger.audit.leaf import read_leaf
from ledger.audit.manifest import Manifest
from ledger.audit.readable import state_bytes
from ledger.audit.reading import CHUNK_BYTES
from ledger.audit.redaction import NOTHING_WITHHELD, Redaction, Rule
from ledger.audit.source import LEDGER_STREAM, LogSource, Row
from ledger.audit.whole import Whole
from ledger.audit.writing import writing
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note, VerifierKey
from ledger.log.proof import ConsistencyProof
from ledger.log.tree import consistency_proof, root

# Files in the order of their names; content is made when its turn comes.
Files = Iterable[tuple[str, Iterable[bytes]]]
# Documents by the names that they have in a bundle.
Documents = Mapping[str, Path]
_ERASES = b'"values-erased"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to put into a bundle.

    Attributes:
        note: the signed head, with the cosignatures it has.
        agreements: the agreements to give; None for everything.
        redaction: which values to withhold.
        earlier: earlier signed heads, from which growth is proven.
        stamps: time-stamps by the size of the head that each is of.
        on: the dates for which to write the state.
        stated: the agreements whose state to write; by default those that are given.
        documents: files that events cite by their SHA-256.
        history: whether to write the table of events.
        vkey: the log's public key, for convenience.
    """

    note: bytes
    agreements: tuple[str, ...] | None = None
    redaction: Redaction = NOTHING_WITHHELD
    earlier: tuple[bytes, ...] = ()
    stamps: Mapping[int, bytes] = field(default_factory=dict)
    on: tuple[PartialDate, ...] = ()
    stated: tuple[str, ...] | None = None
    documents: tuple[Path, ...] = ()
    history: bool = True
    vkey: VerifierKey | None = None

    @property
    def head(self) -> Checkpoint:
        """Read the head out of its note."""
        return Checkpoint.parse(Note.parse(self.note).text)


def export(source: LogSource, path: Path, order: Order) -> dict[Rule, int]:
    """Write a bundle.

    Args:
        source: the log; it may grow meanwhile.
        path: where; a zip when it ends in ``.zip``, else a folder.
        order: what to put into it.

    Returns:
        How many values each rule withheld; one that two rules fit counts for both.

    Raises:
        Refused: something is at ``path``, it cannot be written, a document is cited by
            no event, or values were erased since the head was signed.
        NotFound: there is no such agreement.
        InputError: the head, a date or a document cannot be used.
        Integrity: the log is damaged, or the head is of another one.
    """
    head = order.head
    if head.size == 0:
        raise Refused(f"{head.origin} is empty: there is nothing to export")
    found = root(head.size, source)
    if found != head.root:
        raise Integrity(
            f"the ledger has another root at {head.size} events than the signed head",
            position=0,
            expected=head.root.hex(),
            found=found.hex(),
        )
    documents = named_documents(order.documents)
    body: Whole | Excerpt = (
        Whole(source, head.size, order.redaction)
        if order.agreements is None
        else Excerpt(source, order.note, order.agreements, order.redaction)
    )
    with writing(path) as writer:
        for name, chunks in _in_order(_files(source, order, body, documents)):
            writer.add(name, chunks)
        check_cited(documents, body.cited)
        # At the end, because somebody may erase what is exported meanwhile.
        check_erased(source, head.size, order.agreements)
    return {rule: body.withheld[rule] for rule in order.redaction.rules}


def _files(
    source: LogSource,
    order: Order,
    body: Whole | Excerpt,
    documents: Documents,
) -> Iterator[tuple[str, Files]]:
    """Yield the sections of a bundle: what their names begin with, and their files."""
    head = order.head
    stream = list(source.rows(LEDGER_STREAM, known=head.size - 1))
    plain: dict[str, bytes] = {
        names.MANIFEST: Manifest.of(head, order.agreements).encode(),
        names.CHECKPOINT: order.note,
        names.README: _text("README"),
        names.SCRIPT: _text("verify.sh"),
        **dict(_earlier(source, order)),
        **dict(_stamps(order)),
        **dict(_statements(stream)),
        **dict(_states(source, order, body)),
        **body.plain(),
    }
    if order.vkey is not None:
        plain[names.VKEY] = f"{order.vkey}\n".encode()
    yield from ((name, ((name, (data,)),)) for name, data in plain.items())
    yield from ((name, ((name, _chunks(at)),)) for name, at in documents.items())
    if order.history:
        yield names.HISTORY, ((names.HISTORY, body.history()),)
    yield from body.sections()


def _in_order(
    sections: Iterable[tuple[str, Files]],
) -> Iterator[tuple[str, Iterable[bytes]]]:
    for _, files in sorted(sections, key=lambda section: section[0]):
        yield from files


def _earlier(source: LogSource, order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield earlier heads, and that the log grew from each."""
    head = order.head
    for note in order.earlier:
        old = Checkpoint.parse(Note.parse(note).text)
        if old.origin != head.origin or not 0 < old.size <= head.size:
            raise InputError(
                f"the head of {old.origin} at {old.size} events is not earlier than"
                f" that of {head.origin} at {head.size}",
                field="since",
            )
        if old.size == head.size:
            continue
        if root(old.size, source) != old.root:
            raise Integrity(
                f"the ledger does not continue the head of {old.size} events",
                position=0,
                expected=old.root.hex(),
                found=root(old.size, source).hex(),
            )
        yield names.checkpoint_name(old.size), note
        hashes = tuple(consistency_proof(old.size, head.size, source))
        proof = ConsistencyProof(old.size, hashes, order.note)
        yield names.consistency_name(old.size, head.size), proof.format()


def _stamps(order: Order) -> Iterator[tuple[str, bytes]]:
    heads = [Checkpoint.parse(Note.parse(note).text) for note in order.earlier]
    given = {order.head.size, *(head.size for head in heads)}
    for size, stamp in order.stamps.items():
        if size not in given:
            continue
        of_head = size == order.head.size
        name = names.CHECKPOINT if of_head else names.checkpoint_name(size)
        yield names.stamp_name(name), stamp


def _statements(stream: Iterable[Row]) -> Iterator[tuple[str, bytes]]:
    for row in stream:
        leaf = read_leaf(row.event, row.position)
        if leaf.type == "key-rotated":
            yield names.key_name(row.position), leaf.data["statement"].encode()


def _states(
    source: LogSource, order: Order, body: Whole | Excerpt
) -> Iterator[tuple[str, bytes]]:
    """Yield what held on each date in each agreement."""
    stated = order.agreements if order.stated is None else order.stated
    if not order.on or not stated:
        return
    known = order.head.size - 1
    asked_at = body.asked_at()
    for agreement in sorted(set(stated)):
        rows = source.rows(agreement, known=known)
        entries = [_entry(row, order.redaction) for row in rows]
        if not entries or (order.agreements and agreement not in order.agreements):
            raise InputError(f"{agreement} is not in this bundle", field="stated")
        for on in order.on:
            name = names.check_name(names.state_name(agreement, on.text))
            yield name, state_bytes(entries, on, asked_at)


def _entry(row: Row, redaction: Redaction) -> Entry:
    """Read an event as the reader of the bundle will."""
    leaf = read_leaf(row.event, row.position)
    lines = read_lines(lines_of(row, leaf, redaction), row.position)
    missing = match(leaf, lines)
    return decode(row.event, shown(lines)[0], missing.names)


def named_documents(paths: Sequence[Path]) -> Documents:
    """Name documents by their hashes.

    Raises:
        InputError: one cannot be read.
    """
    return dict(sorted(map(_named_document, paths)))


def _named_document(path: Path) -> tuple[str, Path]:
    digest = sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return names.document_name(digest.hexdigest()), path


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
    except OSError as wrong:
        raise InputError(
            f"{path} cannot be read: {wrong.strerror}", path=str(path)
        ) from wrong


def check_cited(documents: Documents, cited: Collection[str]) -> None:
    """Check that events cite documents.

    Args:
        documents: the documents.
        cited: the hashes that events cite.

    Raises:
        Refused: one is cited by none.
    """
    for name, path in documents.items():
        if names.document_digest(name) not in cited:
            raise Refused(
                f"no event in the bundle cites {path}",
                hint="cite it by its sha256 in a source: whereas append source-linked",
                path=str(path),
            )


def check_erased(
    source: LogSource, size: int, agreements: Collection[str] | None
) -> None:
    """Check that the head to export is of every erasure of what is exported.

    Args:
        source: the log.
        size: how many events are exported.
        agreements: the agreements to give; None for everything.

    Raises:
        Refused: a value is erased, and the event that says so is behind the head.
    """
    for row in source.scan(size):
        if _ERASES not in row.event:
            continue
        leaf = read_leaf(row.event, row.position)
        if leaf.type != "values-erased":
            continue  # These are words of some other event.
        if agreements is not None and leaf.agreement not in agreements:
            continue
        target = leaf.data["target"]
        if source.rows(leaf.agreement, after=target - 1, known=size - 1):
            raise Refused(
                f"values of {leaf.agreement} @{target} were erased behind the signed"
                f" head of {size} events",
                hint="sign the head of now: --key-file FILE",
                agreement=leaf.agreement,
                position=row.position,
            )


def _text(name: str) -> bytes:
    return resources.files("ledger.audit").joinpath("texts", name).read_bytes()
