"""Ledgers to audit, and how they are exported and verified."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.portfolio import portfolio
from events.entry import Draft
from ledger.audit.export import Order, export
from ledger.audit.trust import Trust
from ledger.audit.verify import verify
from ledger.ledger import Ledger
from ledger.log import ed25519
from ledger.log.checkpoint import Checkpoint
from ledger.log.keyfile import FileSigner
from ledger.log.keys import sign
from ledger.log.note import KeyType, Note, VerifierKey

APPENDED_TOGETHER = 2_000
_ORIGIN = "example.com/benchmarks"
_SEED = bytes(32)
_SIGNER = FileSigner(
    VerifierKey(_ORIGIN, KeyType.ED25519, ed25519.public_of(_SEED)), _SEED
)
_TRUST = Trust.in_key(str(_SIGNER.vkey))


def filled(path: Path, events: int) -> Ledger:
    """Make a ledger of a portfolio with so many events."""
    ledger = Ledger.create(path)
    drafts = _drafts(events)
    while together := list(islice(drafts, APPENDED_TOGETHER)):
        ledger.append(together, recorded_by="benchmarks")
    return ledger


def export_all(ledger: Ledger, bundle: Path) -> None:
    """Export everything under a head signed for it."""
    size, root, _ = ledger.head()
    text = Checkpoint(_ORIGIN, size, root).text()
    note = Note(text, (sign(text, _SIGNER),)).format()
    export(ledger.store, bundle, Order(note=note))


def verify_all(bundle: Path) -> None:
    """Verify such a bundle."""
    verify(bundle, _TRUST)


def _drafts(events: int) -> Iterator[Draft]:
    for telling in portfolio(events):
        yield from telling.drafts()
