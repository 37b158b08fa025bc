"""What an import costs: from JSON lines to durable, validated, proven events."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.measuring import Bar, Comparison, Work, compare
from benchmarks.peers.library import BATCH_EVENTS, PeerApplication
from benchmarks.portfolio import agreement
from benchmarks.scale import Scale
from ledger.importing.files import read_file
from ledger.importing.recording import import_batches
from ledger.ledger import Ledger

BY = "benchmarks"


def json_lines(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare the import of a file with what the library does with the same lines."""
    path = folder / "events.jsonl"
    _write(path, scale.import_events)
    numbers = count()

    def ours() -> int:
        with Ledger.create(folder / f"import-{next(numbers)}.db") as ledger:
            result = import_batches(ledger, read_file(path), recorded_by=BY)
            assert result.error is None  # noqa: S101  # an import in part is none
            return result.added

    def theirs() -> int:
        with closing(PeerApplication(folder / f"peer-{next(numbers)}.db")) as peer:
            for name, told in _read(path):
                peer.record(name, told)
        return scale.import_events

    yield compare(
        f"import {scale.import_events:,} events of JSON lines",
        ours,
        f"eventsourcing, {BATCH_EVENTS:,} events a batch",
        theirs,
        bar=Bar(ratio=1),
        rounds=min(scale.rounds, 3),
    )
    yield compare(
        "the floor of it: lines decoded, bytes hashed, rows committed",
        _floor(folder, path),
        f"eventsourcing, {BATCH_EVENTS:,} events a batch",
        theirs,
        bar=Bar(),
        rounds=min(scale.rounds, 3),
    )


def _floor(folder: Path, path: Path) -> Work:
    """Do what no import can leave out, in compiled code: nothing is checked or sealed.

    The rows are known beforehand and go into a ledger's own table.
    """
    with Ledger.create(folder / "floor.db") as ledger:
        import_batches(ledger, read_file(path), recorded_by=BY)
    with closing(sqlite3.connect(folder / "floor.db")) as file:
        rows = file.execute("SELECT * FROM events ORDER BY position").fetchall()
    insert = f"INSERT INTO events VALUES ({', '.join('?' * len(rows[0]))})"  # noqa: S608  # question marks alone
    decode = msgspec.json.Decoder().decode
    numbers = count()

    def work() -> int:
        made = folder / f"floor-{next(numbers)}.db"
        Ledger.create(made).close()
        with closing(sqlite3.connect(made)) as file, path.open("rb") as lines:
            for start in range(0, len(rows), BATCH_EVENTS):
                some = rows[start : start + BATCH_EVENTS]
                for row, line in zip(some, lines, strict=False):
                    decode(line)
                    sha256(row[-1]).digest()
                file.executemany(insert, some)
                file.commit()
        return len(rows)

    return work


def _write(path: Path, events: int) -> None:
    """Write agreements as long as the library's batches."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(events // BATCH_EVENTS):
            telling = agreement(number, events=BATCH_EVENTS)
            for line in telling.lines(batch=telling.agreement):
                file.write(f"{line}\n")


def _read(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the agreements of a file with their events."""
    with path.open(encoding="utf-8") as file:
        read = map(json.loads, file)
        for name, told in groupby(read, key=itemgetter("agreement")):
            yield name, list(told)
