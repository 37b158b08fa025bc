"""Remember the last head of a log outside of its ledger, and refuse another past.

Hashes inside a ledger stop the clumsy. What stops a restored backup, a rewritten row
with all its hashes redone, or a log that shows two people two histories, is somebody
who remembers. A ``Memory`` is a small file, kept where the ledger is not::

    {"format": "whereas-memory/1",
     "heads": {"example.com/deals": "<the whole signed checkpoint>"}}

For every origin it holds the last signed checkpoint that was accepted. The next one is
held against it:

- fewer leaves than remembered: ``Rollback``;
- as many leaves under another root, or more leaves without a proof that the remembered
  ones are still there: ``Fork``;
- more leaves with that proof, or the same head again: accepted.

A rollback or a fork leaves evidence, in a folder of its own below ``<file>.evidence``:
both notes and the proof that failed. Two checkpoints of one size that the same key
signed over different roots convict the log before anybody who has its public key.

The witness of a counterparty and the signer of a log use the same memory and the same
rule, and both do it in this order: lock, compare, sign, write to disk, and only then
let the signature out. A crash in between loses a signature that nobody saw.

Source: C2SP tlog-checkpoint, "Signatures"; C2SP tlog-witness, "add-checkpoint".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from events.errors import InputError, Integrity
from ledger.log.checkpoint import Checkpoint
from ledger.log.encoding import encode_base64
from ledger.log.files import locked, replace
from ledger.log.note import Note
from ledger.log.tree import verify_consistency

_FORMAT = "whereas-memory/1"


class Rollback(Integrity):
    """The log has fewer leaves than it had before."""


class Fork(Integrity):
    """The log is not shown to contain the head that is remembered."""


class Memory:
    """The last accepted head of each log, in one file.

    The file is made when the first head is remembered. Losing it loses the protection,
    and so does putting back an older copy: back it up apart from the ledger.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def head(self, origin: str) -> Checkpoint | None:
        """Return the last accepted head of a log, or None if there was none.

        Raises:
            InputError: The memory cannot be read: nothing may be signed before it is.
        """
        note = self._heads().get(origin)
        return None if note is None else Checkpoint.parse(note.text)

    def note(self, origin: str) -> Note | None:
        """Return the last accepted head of a log with its signatures, or None."""
        return self._heads().get(origin)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from accepting a head meanwhile."""
        with locked(self._path.with_name(f"{self._path.name}.lock")):
            yield

    def compare(self, offered: Note, proof: Sequence[bytes]) -> None:
        """Hold a head against the remembered one of the same log.

        Args:
            offered: The note of the checkpoint, signed or about to be.
            proof: The consistency proof from the remembered size to the offered one;
                empty when nothing is remembered.

        Raises:
            Rollback: It has fewer leaves. ``evidence`` is a folder.
            Fork: It is not proven to contain the remembered head. ``evidence`` is a
                folder.
            InputError: The memory cannot be read.
        """
        new = Checkpoint.parse(offered.text)
        note = self._heads().get(new.origin)
        if note is None:
            return
        old = Checkpoint.parse(note.text)
        if new.size < old.size:
            raise Rollback(
                f"{new.origin} had {old.size} leaves and now shows {new.size}",
                position=new.size,
                evidence=str(self._evidence("rollback", note, offered, proof)),
            )
        # At equal size the roots alone decide: no proof could excuse another root.
        path = proof if new.size > old.size else ()
        try:
            verify_consistency(old.size, old.root, new.size, new.root, path)
        except Integrity as wrong:
            raise Fork(
                f"{new.origin} at {new.size} leaves is not shown to contain the head"
                f" of {old.size} leaves that is remembered",
                position=0,
                evidence=str(self._evidence("fork", note, offered, proof)),
            ) from wrong

    def remember(self, accepted: Note) -> None:
        """Make a head the remembered one of its log; on disk when this returns."""
        heads = self._heads()
        heads[Checkpoint.parse(accepted.text).origin] = accepted
        notes = {origin: note.format().decode() for origin, note in heads.items()}
        content = {"format": _FORMAT, "heads": notes}
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        replace(self._path, f"{text}\n".encode())

    def _heads(self) -> dict[str, Note]:
        try:
            content = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as wrong:
            raise self._unreadable() from wrong
        match content:
            case {"format": str(form), "heads": dict(notes)} if form == _FORMAT:
                return {origin: self._note(origin, notes[origin]) for origin in notes}
        raise self._unreadable()

    def _note(self, origin: str, text: object) -> Note:
        try:
            note = Note.parse(str(text).encode())
            if Checkpoint.parse(note.text).origin == origin:
                return note
        except (InputError, UnicodeEncodeError) as wrong:
            raise self._unreadable() from wrong
        raise self._unreadable()

    def _unreadable(self) -> InputError:
        return InputError(
            f"{self._path} is not a {_FORMAT} file",
            hint="restore it from a copy; without it a fork cannot be noticed",
            path=str(self._path),
        )

    def _evidence(
        self, kind: str, remembered: Note, offered: Note, proof: Sequence[bytes]
    ) -> Path:
        """Keep both notes and the proof; the same evidence is kept once."""
        files = {
            "remembered": remembered.format(),
            "offered": offered.format(),
            "proof": "".join(f"{encode_base64(h)}\n" for h in proof).encode(),
        }
        digest = sha256(b"\0".join(files.values())).hexdigest()[:16]
        folder = (
            self._path.with_name(f"{self._path.name}.evidence") / f"{kind}-{digest}"
        )
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            replace(folder / name, data)
        return folder
