"""Prove events under signed heads: what ``proof`` prints and ``--proof`` keeps.

A proof leads to a signed head, so that whoever records with ``--proof`` signs one. It
is made sure of first that this can be done: that the key signs and the file is free. An
event that is there already is proven as well; a file that proves it stays as it is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, signing
from cli.output import aside, write
from cli.session import Session, session_of
from events.errors import InputError, Integrity, NotFound, Refused

if TYPE_CHECKING:
    from events.entry import Draft
    from ledger.ledger import Ledger
    from ledger.log.keys import Signer
    from ledger.log.memory import Memory
    from ledger.log.note import Note
    from ledger.receipts import Receipt

STDOUT = "-"

Proof = Annotated[
    str | None,
    typer.Option(
        "--proof",
        metavar="FILE",
        help="Sign the head and keep a proof that the event is under it, for whoever"
        " gave it; - is stdout.",
        rich_help_panel=options.RECORDING,
    ),
]
# What the commands that record take, by name.
_PARAMETERS: tuple[tuple[str, Any, Any], ...] = (
    ("proof", Proof, None),
    ("key_file", signing.KeyFile, None),
    ("passphrase_file", signing.PassphraseFile, None),
    ("agent_key", signing.AgentKey, None),
    ("signer", signing.SignProgram, None),
    ("signer_key", signing.SignerKey, None),
    ("memory", signing.MemoryFile, None),
)


def provable(run: Callable[..., None]) -> Callable[..., None]:
    """Let a command take the options of a proof, and give it what they ask for.

    Args:
        run: the command, which takes a context and ``proving``, a ``Proving`` or None.
    """

    def with_options(context: typer.Context, **given: Any) -> None:
        wanted = {name: given.pop(name) for name, _, _ in _PARAMETERS}
        dry_run = given.get("dry_run") or context.meta.get("dry_run", False)
        proving = Proving.wanted(session_of(context), wanted, dry_run=dry_run)
        run(context=context, proving=proving, **given)

    own = inspect.signature(run, eval_str=True).parameters.values()
    options = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
        )
        for name, annotation, default in _PARAMETERS
    ]
    made: Any = update_wrapper(with_options, run)
    made.__signature__ = inspect.Signature(
        [*(one for one in own if one.name != "proving"), *options]
    )
    made.__annotations__ = {}
    told: Callable[..., None] = made
    return told


def proof_of(ledger: Ledger, note: Note | None, position: int, event: str) -> str:
    """Write the C2SP tlog-proof of an event.

    Args:
        ledger: the ledger.
        note: its last signed head.
        position: where the event is.
        event: what to call it, as in ``a-b @3``.

    Raises:
        NotFound: no signed head covers it.
        Integrity: the head is not of this ledger.
    """
    from ledger.audit.signing import prove
    from ledger.log.checkpoint import Checkpoint

    if note is None or position >= Checkpoint.parse(note.text).size:
        raise NotFound(
            f"no signed head covers {event}",
            hint="sign one: whereas checkpoint --key-file FILE",
        )
    return prove(ledger, note, position).format().decode()


class Proving:
    """The proof that is wanted of the one event which is about to be recorded.

    Args:
        session: the run.
        place: the file, or stdout.
        signer: the key that signs, if one was named.
        memory: the file of what was signed before, if one was named.
    """

    def __init__(
        self, session: Session, place: str, signer: Signer | None, memory: str | None
    ) -> None:
        self.place = place
        self._session = session
        self._signer = signer
        self._memory = memory
        self._path = signing.path_of(session, place)
        self._there = place != STDOUT and self._path.exists()

    @classmethod
    def wanted(
        cls, session: Session, given: Mapping[str, Any], *, dry_run: bool
    ) -> Proving | None:
        """Read what was asked for; None where no proof was.

        Raises:
            InputError: what was asked for excludes each other.
            WhereasError: the key cannot be reached.
        """
        names = [name for name, _, _ in _PARAMETERS[1:]]
        place = given["proof"]
        if place is None:
            named = next((n for n in names if given[n] is not None), None)
            if named is not None:
                raise InputError(
                    f"--{named.replace('_', '-')} is for a proof, and none is wanted",
                    hint="add --proof FILE",
                )
            return None
        if dry_run:
            raise InputError(
                "what is not recorded has no proof", hint="leave out --proof"
            )
        if place == STDOUT and session.format in {"csv", "jsonl"}:
            raise InputError(
                f"stdout takes either the proof or --{session.format}",
                hint="write --proof FILE, or --json, which has both",
            )
        *key, memory = (given[name] for name in names)
        return cls(session, place, signing.signer_of(session, *key), memory)

    def check(self, ledger: Ledger, drafts: Sequence[Draft]) -> None:
        """Check, before anything is recorded, that the proof can be made and kept.

        Args:
            ledger: the ledger.
            drafts: the event, or nothing where it cannot be there already.

        Raises:
            InputError: there are several events, or no key signs, and the event is not
                there yet.
            Refused: a file is in the way.
            NotFound: its folder is not there.
            WhereasError: the head cannot be signed.
        """
        from ledger.audit.signing import rehearse_now
        from ledger.audit.writing import check_free
        from ledger.repetition import replayed

        if len(drafts) > 1:
            raise InputError(
                f"a proof is of one event, and these are {len(drafts)}",
                hint="leave out --proof, and after `whereas checkpoint` prove each:"
                " whereas proof AGREEMENT @N",
            )
        receipts = replayed(ledger.store, drafts)
        if not receipts and self._signer is None:
            raise InputError(
                "a proof leads to a signed head, and no key signs",
                hint="name one: --key-file FILE; `whereas key new` makes one",
            )
        if self._there and not (receipts and self._proves(receipts[0])):
            raise Refused(f"{self.place} is already there", path=self.place)
        if self.place != STDOUT and not self._there:
            check_free(self._path)
        if self._signer is not None and not receipts:
            kept = signing.checkpoints_of(self._session)
            rehearse_now(ledger, self._signer, self._remembered(), kept)

    def make(self, ledger: Ledger, receipt: Receipt) -> str:
        """Sign the head, where a key was named, and write the proof of an event."""
        from ledger.audit.signing import sign_now

        checkpoints = signing.checkpoints_of(self._session)
        if self._signer is None:
            note = checkpoints.latest()
        else:
            note = sign_now(ledger, self._signer, self._remembered(), checkpoints)
        return proof_of(ledger, note, receipt.position, _named(receipt))

    def _proves(self, receipt: Receipt) -> bool:
        """Tell whether the file is a proof of an event under a head that was signed."""
        from ledger.log.checkpoint import Checkpoint
        from ledger.log.note import Note
        from ledger.log.proof import InclusionProof
        from ledger.log.tree import verify_inclusion

        try:
            proof = InclusionProof.parse(self._path.read_bytes())
            note = Note.parse(proof.checkpoint)
            head = Checkpoint.parse(note.text)
            leaf = bytes.fromhex(receipt.leaf_hash)
            verify_inclusion(leaf, proof.index, head.size, proof.hashes, head.root)
            kept = signing.checkpoints_of(self._session).read(head.size)
        except (OSError, InputError, Integrity, NotFound):
            return False
        # Whoever made up a head could make up its signature as well.
        signed = any(
            line in kept.signatures
            for line in note.signatures
            if line.name == head.origin
        )
        return signed and kept.text == note.text and proof.index == receipt.position

    def _remembered(self) -> Memory:
        return signing.memory_of(self._session, self._memory)

    def keep(self, proof: str, receipt: Receipt) -> None:
        """Put the proof of an event where it was wanted."""
        from ledger.audit.writing import writing_file

        if self.place == STDOUT:
            if self._session.format != "json":
                write(proof)
        elif self._there:
            aside(f"{self.place} proves {_named(receipt)} already")
        else:
            with writing_file(self._path) as stream:
                stream.write(proof.encode())
            aside(f"wrote {self.place}, the proof of {_named(receipt)}")


def _named(receipt: Receipt) -> str:
    """Name an event by its receipt."""
    return f"{receipt.agreement} @{receipt.seq}"
