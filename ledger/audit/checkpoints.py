"""Keep the signed heads of a log, with their cosignatures and time-stamps, as files.

In a folder of their own, by default beside the ledger: ``<ledger>.checkpoints/``. They
are public, and of use to whoever holds a copy elsewhere; losing them costs the exports
the proofs of growth from them, and nothing else. The memory that keeps the log from
forking (:mod:`ledger.log.memory`) is another file, in another place.

::

    12            the signed head of 12 events, a C2SP checkpoint
    12.tsr        the answer of a time-stamping authority about it

A head that is there already is only ever given more signatures.

Source: C2SP tlog-checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from events.errors import InputError, Integrity, NotFound
from ledger.log import timestamp
from ledger.log.checkpoint import Checkpoint
from ledger.log.files import PUBLIC, locked, replace
from ledger.log.note import MAX_NOTE_BYTES, Note, Signature, VerifierKey
from ledger.log.tree import TileReader, root

if TYPE_CHECKING:
    from ledger.ledger import Ledger

_STAMP = ".tsr"
_LOCK = ".lock"


def check_head(head: Checkpoint, size: int, reader: TileReader) -> None:
    """Check that a ledger still holds what was once signed.

    Args:
        head: the head that was signed.
        size: how many events the ledger has.
        reader: its tiles.

    Raises:
        Integrity: events are missing, or the past was changed.
    """
    hint = "look at a backup: whereas verify --ledger FILE --since CHECKPOINT"
    if head.size > size:
        raise Integrity(
            f"{head.origin} had {head.size} events and now has {size}",
            hint=hint,
            position=size,
        )
    found = root(head.size, reader)
    if found != head.root:
        raise Integrity(
            f"the ledger does not continue the head of {head.size} events",
            hint=hint,
            position=0,
            expected=head.root.hex(),
            found=found.hex(),
        )


def check_heads(notes: Iterable[Note], ledger: Ledger) -> list[Checkpoint]:
    """Check that a ledger still holds all that was once signed of it.

    Args:
        notes: the heads that were signed.
        ledger: the ledger.

    Returns:
        The heads.

    Raises:
        Integrity: events are missing, or the past was changed.
    """
    heads = [Checkpoint.parse(note.text) for note in notes]
    for head in heads:
        check_head(head, ledger.size, ledger.store)
    return heads


class Checkpoints:
    """The signed heads of one log in a folder, made at the first one.

    Args:
        folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def beside(cls, ledger: Path) -> Checkpoints:
        """Give those of a ledger file."""
        return cls(ledger.with_name(f"{ledger.name}.checkpoints"))

    def sizes(self) -> list[int]:
        """List the sizes of the heads, smallest first."""
        if not self._folder.is_dir():
            return []
        return sorted(
            int(path.name)
            for path in self._folder.iterdir()
            if path.name.isascii() and path.name.isdecimal()
        )

    def read(self, size: int) -> Note:
        """Read the signed head of a size.

        Raises:
            NotFound: there is none.
            InputError: the file is not a checkpoint of that size.
        """
        try:
            data = self._path(size).read_bytes()
        except FileNotFoundError as missing:
            raise NotFound(
                f"there is no signed head of {size} events",
                hint="sign one: whereas checkpoint",
            ) from missing
        except OSError as wrong:
            raise self._unreadable(size, str(wrong.strerror)) from wrong
        try:
            note = Note.parse(data[: MAX_NOTE_BYTES + 1])
            found = Checkpoint.parse(note.text).size
        except InputError as wrong:
            raise self._unreadable(size, str(wrong)) from wrong
        if found != size:
            raise self._unreadable(size, "it is of another size")
        return note

    def latest(self) -> Note | None:
        """Read the signed head of the largest size, or None where there is none."""
        sizes = self.sizes()
        return self.read(sizes[-1]) if sizes else None

    def all(self) -> list[Note]:
        """Read every head, smallest first."""
        return [self.read(size) for size in self.sizes()]

    def add(self, note: Note) -> Note:
        """Keep a signed head, or more signatures on one that is there.

        Returns:
            The head as it is kept.

        Raises:
            Integrity: another head of the same size is there.
            Refused: it cannot be written.
        """
        size = Checkpoint.parse(note.text).size
        with locked(self._folder / _LOCK):
            if self._path(size).exists():
                there = self.read(size)
                if there.text != note.text:
                    raise Integrity(
                        f"another head of {size} events was signed before",
                        position=0,
                        expected=there.text,
                        found=note.text,
                    )
                note = there.signed(*note.signatures)
            replace(self._path(size), note.format(), mode=PUBLIC)
        return note

    def cosign(
        self, lines: tuple[Signature, ...], witnesses: tuple[VerifierKey, ...]
    ) -> Note:
        """Add cosignatures that came back from witnesses, once they are checked.

        More may have been signed meanwhile, so that the head is looked for.

        Args:
            lines: the signature lines, all of one head.
            witnesses: the keys of the witnesses that are known.

        Returns:
            The head that they are of, as it is kept.

        Raises:
            Integrity: a line is not by a known witness, or of no head that is here.
        """
        known = {(key.name, key.id) for key in witnesses}
        if not all((line.name, line.id) in known for line in lines):
            raise Integrity(
                "a signature is by a witness that is not known",
                expected=[str(key) for key in witnesses],
                found=[line.name for line in lines],
            )
        for size in reversed(self.sizes()):
            offered = Note(self.read(size).text, lines)
            if offered.holds(witnesses):
                return self.add(offered)
        names = ", ".join(line.name for line in lines)
        raise Integrity(
            f"the signature of {names} is of none of the signed heads",
            hint="whereas witness ask has a head cosigned as it is here",
        )

    def stamps(self) -> dict[int, bytes]:
        """Read the time-stamps, by the size of the head that each is of."""
        found: dict[int, bytes] = {}
        for size in self.sizes():
            path = self._stamp(size)
            if path.is_file():
                found[size] = path.read_bytes()[: timestamp.MAX_TOKEN_BYTES + 1]
        return found

    def stamp(self, size: int, answer: bytes) -> None:
        """Keep the answer of a time-stamping authority; the caller has checked it."""
        with locked(self._folder / _LOCK):
            self.read(size)
            replace(self._stamp(size), answer, mode=PUBLIC)

    def _path(self, size: int) -> Path:
        return self._folder / str(size)

    def _stamp(self, size: int) -> Path:
        return self._folder / f"{size}{_STAMP}"

    def _unreadable(self, size: int, why: str) -> InputError:
        path = self._path(size)
        return InputError(f"{path} is not a signed head: {why}", path=str(path))
