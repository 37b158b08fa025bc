"""What an audit costs: a proof, an export of everything, and its verification."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from itertools import count
from pathlib import Path

from benchmarks.bundles import export_all, filled, verify_all
from benchmarks.measuring import Bar, Comparison, compare
from benchmarks.scale import Scale
from ledger.ledger import Ledger
from ledger.log import tree


def audit(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare proofs, export and verification with the least there is to do."""
    with filled(folder / "audit.db", scale.audit_events) as ledger:
        yield _proofs(ledger, scale)
        yield _export(folder, ledger, scale)
        yield _verify(folder, ledger, scale)


def _proofs(ledger: Ledger, scale: Scale) -> Comparison:
    """Compare making a proof with checking it."""
    size, root, _ = ledger.head()
    store = ledger.store
    positions = range(0, size, max(1, size // scale.proofs))
    leaves = [next(store.scan(at, at + 1)).leaf for at in positions]
    proofs = list(tree.inclusion_proofs(positions, size, store))

    def ours() -> int:
        for position in positions:
            tree.inclusion_proof(position, size, store)
        return len(positions)

    def theirs() -> int:
        for leaf, position, proof in zip(leaves, positions, proofs, strict=True):
            tree.verify_inclusion(leaf, position, size, proof, root)
        return len(positions)

    return compare(
        f"prove one event among {size:,}",
        ours,
        "checking the proof",
        theirs,
        # A proof in 2 milliseconds.
        bar=Bar(rate=500),
        rounds=scale.rounds,
    )


def _export(folder: Path, ledger: Ledger, scale: Scale) -> Comparison:
    """Compare an export with the least that copies everything: SQLite itself."""
    numbers = count()

    def ours() -> int:
        export_all(ledger, folder / f"{next(numbers)}.zip")
        return ledger.size

    def theirs() -> int:
        copy = folder / f"copy-{next(numbers)}.db"
        with closing(sqlite3.connect(folder / "audit.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        return ledger.size

    return compare(
        f"export {ledger.size:,} events as a bundle",
        ours,
        "VACUUM INTO of sqlite3",
        theirs,
        bar=Bar(rate=30_000),
        rounds=min(scale.rounds, 3),
    )


def _verify(folder: Path, ledger: Ledger, scale: Scale) -> Comparison:
    """Compare verification with hashing and parsing the same bytes."""
    bundle = folder / "bundle.zip"
    export_all(ledger, bundle)
    events = [row.event for row in ledger.store.scan()]

    def ours() -> int:
        verify_all(bundle)
        return len(events)

    def theirs() -> int:
        with zipfile.ZipFile(bundle) as opened:
            for name in opened.namelist():
                sha256(opened.read(name)).digest()
        for event in events:
            json.loads(event)
        return len(events)

    return compare(
        f"verify a bundle of {len(events):,} events",
        ours,
        "sha256 and json.loads of the same",
        theirs,
        bar=Bar(ratio=0.5),
        rounds=min(scale.rounds, 3),
    )
