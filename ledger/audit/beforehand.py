"""Check what an export is asked for before anything is recorded or signed for it.

An export with a key records a snapshot and signs a head first, so that a name that is
misspelt must be found before: what is refused leaves the log as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from events.errors import InputError, Integrity, NotFound
from ledger.audit.body import cited
from ledger.audit.checkpoints import check_head
from ledger.audit.export import Documents, check_cited, check_erased
from ledger.audit.leaf import read_leaf
from ledger.audit.names import document_digest
from ledger.audit.redaction import Redaction
from ledger.audit.source import LEDGER_STREAM, LogSource, Row
from ledger.audit.trust import signed_by
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note, VerifierKey
from ledger.store import Store
from ledger.streams import unknown


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What is going to be exported.

    Attributes:
        store: the ledger.
        size: how many of its events the bundle may be of.
        agreements: the agreements to give; None for everything.
    """

    store: Store
    size: int
    agreements: tuple[str, ...] | None

    def check(self, redaction: Redaction, documents: Documents) -> None:
        """Check that there is what is named.

        Raises:
            NotFound: there is no such agreement.
            InputError: a rule is about an agreement that is not exported.
            Refused: a document is cited by no event, or values were erased since the
                head that is exported was signed.
        """
        for name in self.agreements or ():
            self._check_there(name)
        for rule in redaction.rules:
            if rule.agreement is not None:
                self._check_rule(rule.agreement)
        check_erased(self.store, self.size, self.agreements)
        if documents:
            check_cited(documents, self._cited(set(map(document_digest, documents))))

    def stated(self) -> tuple[str, ...]:
        """Name the agreements that the bundle will have events of."""
        if self.agreements is not None:
            return self.agreements
        return tuple(filter(self._began, self.store.names()))

    def _began(self, name: str) -> bool:
        return bool(self.store.last_seq(name, self.size - 1))

    def _check_there(self, name: str) -> None:
        if name == LEDGER_STREAM or self.store.tail(name) is None:
            raise unknown(self.store, name)
        if not self._began(name):
            raise NotFound(
                f"{name} began after the signed head of {self.size} events",
                hint="sign the head of now: --key-file FILE",
                agreement=name,
            )

    def _check_rule(self, name: str) -> None:
        self._check_there(name)
        if self.agreements is not None and name not in self.agreements:
            raise InputError(
                f"{name} is not exported, and a rule withholds values of it",
                hint=f"leave out the rule, or export {name} as well",
            )

    def _cited(self, wanted: set[str]) -> set[str]:
        """Find which of some hashes events cite; stop at the last of them."""
        found: set[str] = set()
        for row in self._rows():
            found |= wanted.intersection(cited(read_leaf(row.event, row.position)))
            if found == wanted:
                break
        return found

    def _rows(self) -> Iterator[Row]:
        if self.agreements is None:
            yield from self.store.scan(0, self.size)
            return
        for name in self.agreements:
            yield from self.store.rows(name, known=self.size - 1)


def check_earlier(
    note: bytes, origin: str, size: int, source: LogSource, *, field: str | None = None
) -> Checkpoint:
    """Check that a log grew from a head of it.

    Args:
        note: the head, signed or said to be.
        origin: the log.
        size: how many events are exported.
        source: the log.
        field: where it was named.

    Returns:
        The head.

    Raises:
        InputError: it is not a head, of another log, of no event, or not earlier.
        Integrity: the log does not continue it.
    """
    try:
        head = Checkpoint.parse(Note.parse(note).text)
    except InputError as wrong:
        raise InputError(f"this is not a signed head: {wrong}", field=field) from wrong
    if head.origin != origin:
        raise InputError(
            f"this is a head of {head.origin}, and {origin} is exported", field=field
        )
    if head.size == 0:
        raise InputError("the head of an empty log vouches for nothing", field=field)
    check_head(head, size, source)
    return head


def check_signed(note: bytes, keys: Sequence[VerifierKey], name: str) -> None:
    """Check that a log has signed a head, as far as its keys are known here.

    Args:
        note: the head.
        keys: the keys that have signed the log; none where they are not known.
        name: what to call the head.

    Raises:
        Integrity: no key of the log has signed it, or a signature is wrong.
    """
    parsed = Note.parse(note)
    origin = Checkpoint.parse(parsed.text).origin
    if all(signature.name != origin for signature in parsed.signatures):
        raise Integrity(
            f"{name} is not signed by the log",
            expected=origin,
            found=[signature.name for signature in parsed.signatures],
        )
    if keys:
        signed_by(parsed, keys, name)
