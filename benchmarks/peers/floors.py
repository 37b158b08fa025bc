"""Floors: the least that has to be done to an event, with nothing above it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec

from benchmarks.measuring import per_second
from benchmarks.peers.bare import BareTable

_COMMIT = "bare sqlite3 commit, WAL and FULL"


class Floor(NamedTuple):
    """What is done, and how many microseconds it takes an event."""

    work: str
    us: float


def floors(folder: Path, texts: Sequence[bytes], rounds: int) -> Iterator[Floor]:
    """Do each of them to the same bytes, turn by turn.

    Args:
        folder: where files go.
        texts: the events, as JSON.
        rounds: how often each is done.
    """
    with closing(BareTable(folder / "bare.db")) as bare:
        works: dict[str, Callable[[], int]] = {
            _COMMIT: lambda: _commits(bare, texts[: len(texts) // 10]),
            "sqlite3 executemany, one commit": lambda: _together(folder, texts),
            "json.loads": lambda: len([json.loads(text) for text in texts]),
            "msgspec.json.decode": lambda: _decoded(texts),
            "sha256": lambda: len([sha256(text).digest() for text in texts]),
        }
        rates: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(rounds):
            for name, work in works.items():
                rates[name].append(per_second(work))
    for name, found in rates.items():
        yield Floor(name, 1_000_000 / median(found))


def _commits(bare: BareTable, texts: Sequence[bytes]) -> int:
    for text in texts:
        bare.append(text, b"")
    return len(texts)


def _together(folder: Path, texts: Sequence[bytes]) -> int:
    path = folder / "together.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE events (event BLOB)")
        rows = ((text,) for text in texts)
        connection.executemany("INSERT INTO events VALUES (?)", rows)
        connection.commit()
    return len(texts)


def _decoded(texts: Sequence[bytes]) -> int:
    decode = msgspec.json.Decoder().decode
    return len([decode(text) for text in texts])
