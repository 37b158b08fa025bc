"""Ledgers that were signed and exported, and bundles that somebody changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from events.dates import PartialDate
from ledger.audit.checkpoints import Checkpoints
from ledger.audit.export import Order, export
from ledger.audit.reading import open_bundle
from ledger.audit.signing import sign_now
from ledger.audit.trust import Trust
from ledger.audit.verify import verify
from ledger.audit.writing import writing
from ledger.importing.files import read_file
from ledger.importing.recording import import_batches
from ledger.ledger import Ledger
from ledger.log.checkpoint import Checkpoint
from ledger.log.keyfile import FileSigner
from ledger.log.keys import sign
from ledger.log.memory import Memory
from ledger.log.note import Note
from ledger.log.policy import Policy
from ledger.log.tree import root
from tests import ledgers
from tests.log_parts import LOG, ORIGIN, witness_of

EXAMPLES = Path(__file__).parents[1] / "examples"
ON = (PartialDate.parse("2021-01-01"),)
TRUST = Trust.in_key(str(LOG.vkey))
WITNESS = witness_of("witness.example/w")
WITNESSED = Trust(
    Policy.parse(f"log {LOG.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n".encode())
)

Files = dict[str, bytes]


def head_note(ledger: Ledger, size: int, signer: FileSigner = LOG) -> bytes:
    """A signed head of any size, without asking what was signed before."""
    head = Checkpoint(ORIGIN, size, root(size, ledger.store))
    return Note(head.text(), (sign(head.text(), signer),)).format()


def filled(path: Path, **settings: Any) -> Ledger:  # noqa: ANN401  # as Ledger takes them
    """Three agreements with batches, an erased note, a snapshot: 16 events."""
    ledger = ledgers.create(path, **settings)
    ledgers.fill(ledger, 6, "alpha-beta")
    ledgers.fill(ledger, 6, "beta-gamma")
    ledger.append(
        [ledgers.opened("gamma-delta", title="Größe § 3")], recorded_by='=ann, "x"'
    )
    ledger.append(
        [ledgers.invested(7, "alpha-beta", confidential=["amount"], note="geheim é")],
        recorded_by="bob",
    )
    ledger.erase("alpha-beta", 2, ["note"], reason="order of a court", recorded_by="c")
    ledger.snapshot_heads(recorded_by="dan")
    return ledger


def order_of(ledger: Ledger, **changes: Any) -> Order:  # noqa: ANN401  # as Order takes them
    if "earlier" not in changes:
        changes["earlier"] = (head_note(ledger, 5),)
    given: dict[str, Any] = {
        "note": head_note(ledger, ledger.size),
        "on": ON,
        "stated": ("alpha-beta",),
        "vkey": LOG.vkey,
    }
    return Order(**{**given, **changes})


def founded(path: Path) -> Ledger:
    """The founding example and, for company, another history."""
    ledger = Ledger.create(path, clock=ledgers.ticking(), random=ledgers.noise())
    for name in ("microsoft-openai", "hulu"):
        batches = read_file(EXAMPLES / f"{name}.yaml")
        assert import_batches(ledger, batches, recorded_by="ann").error is None
    ledger.snapshot_heads(recorded_by="dan")
    return ledger


@cache
def small() -> Files:
    """The files of a full bundle of a small ledger."""
    return _exported(filled, None)


@cache
def part() -> Files:
    """The files of a bundle of one agreement of the same ledger."""
    return _exported(filled, ("alpha-beta",))


@cache
def founding() -> Files:
    """The files of a full bundle with the founding example."""
    return _exported(founded, None, stated=("microsoft-openai",))


@cache
def founding_part() -> Files:
    """The files of a bundle of the founding example out of the same ledger."""
    only = ("microsoft-openai",)
    return _exported(founded, only, stated=only)


def _exported(
    made: Callable[[Path], Ledger],
    agreements: tuple[str, ...] | None,
    **changes: Any,  # noqa: ANN401  # as Order takes them
) -> Files:
    folder = Path(mkdtemp())
    try:
        with made(folder / "ledger.db") as ledger:
            note = Note.parse(head_note(ledger, ledger.size))
            note = note.signed(sign(note.text, WITNESS, 1_900_000_000))
            order = order_of(
                ledger, note=note.format(), agreements=agreements, **changes
            )
            export(ledger.store, folder / "bundle", order)
        return files_of(folder / "bundle")
    finally:
        shutil.rmtree(folder)


def files_of(path: Path) -> Files:
    """Every file of a bundle."""
    with open_bundle(path) as bundle:
        return {name: bundle.take(name, 1 << 30) for name in bundle.names()}


def put(files: Mapping[str, bytes], path: Path) -> Path:
    """Write files as a bundle, whatever they hold: a zip where the name says so."""
    if path.exists():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with writing(path) as writer:
        for name, data in sorted(files.items()):
            writer.add(name, (data,))
    return path


def changed(files: Files, name: str, data: bytes | None) -> Files:
    """The same files with another content of one, or without it."""
    rest = {there: content for there, content in files.items() if there != name}
    return rest if data is None else {**rest, name: data}


@contextmanager
def signed(folder: Path) -> Iterator[tuple[Ledger, Memory, Checkpoints]]:
    """A ledger, signed once, with what remembers that."""
    memory = Memory(folder / "memory" / "heads")
    checkpoints = Checkpoints(folder / "checkpoints")
    with filled(folder / "ledger.db") as ledger:
        sign_now(ledger, LOG, memory, checkpoints)
        yield ledger, memory, checkpoints


def verified(files: Mapping[str, bytes], path: Path, trust: Trust = TRUST) -> Any:  # noqa: ANN401  # asked for its members
    return verify(put(files, path), trust)
