"""What an import costs: from JSON lines to durable, validated, proven events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from benchmarks.measuring import Bar, Comparison, compare
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
