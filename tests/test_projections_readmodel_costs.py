"""What the read model costs for a small agreement does not depend on all the others.

It is counted and not timed, as for the ledger: how many instructions SQLite's virtual
machine carries out.
"""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from ledger.ledger import Ledger
from projections.readmodel.opening import reading
from projections.readmodel.reader import timeline_at
from projections.readmodel.writer import catch_up
from tests import ledgers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVENTS = 10
SMALL, LARGE = 5, 50
DAY = 800_000


class Kept:
    """A ledger with some other agreements, and its read model."""

    def __init__(self, folder: Path, others: int) -> None:
        self.ledger_path = folder / f"{others}.db"
        self.path = folder / f"{others}.tables"
        with ledgers.create(self.ledger_path) as ledger:
            ledgers.fill(ledger, EVENTS)
            for other in range(others):
                ledgers.fill(ledger, EVENTS, f"other-{other}")
            catch_up(self.path, ledger)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Kept]:
    folder = tmp_path_factory.mktemp("costs")
    return {size: Kept(folder, size) for size in (SMALL, LARGE)}


def steps(
    one: Kept,
    work: Callable[[Path, Ledger], object],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> int:
    """How many instructions SQLite carries out for a piece of work in copies."""
    copy, tables = folder / "copy.db", folder / "copy.tables"
    shutil.copy(one.ledger_path, copy)
    shutil.copy(one.path, tables)
    count = 0
    connect = sqlite3.connect

    def instruction() -> None:
        nonlocal count
        count += 1

    def counted(path: str, **more: Any) -> sqlite3.Connection:  # noqa: ANN401  # whatever the function takes
        made: sqlite3.Connection = connect(path, **more)
        made.set_progress_handler(instruction, 1)
        return made

    with Ledger.open(copy) as ledger:
        ledger.append([ledgers.invested(EVENTS)], recorded_by="ann")
        with monkeypatch.context() as patched:
            patched.setattr(sqlite3, "connect", counted)
            work(tables, ledger)
    return count


def take_one_event(tables: Path, ledger: Ledger) -> None:
    assert catch_up(tables, ledger).position == ledger.size


def tell_the_state(tables: Path, ledger: Ledger) -> None:
    with reading(tables) as connection:
        timeline = timeline_at(connection, ledgers.A, ledger.size)
        assert timeline is not None
        assert len(timeline.state(DAY).provisions) == EVENTS - 1


def read_everything(tables: Path, ledger: Ledger) -> None:
    del ledger
    with reading(tables) as connection:
        assert connection.execute("SELECT * FROM provisions").fetchall()


@pytest.mark.parametrize(
    "work", [take_one_event, tell_the_state], ids=lambda work: work.__name__
)
def test_a_small_agreement_costs_the_same_beside_many(
    work: Callable[[Path, Ledger], object],
    kept: dict[int, Kept],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = steps(kept[SMALL], work, tmp_path, monkeypatch)
    assert small > 0
    assert steps(kept[LARGE], work, tmp_path, monkeypatch) == small


def test_what_reads_every_agreement_shows_in_the_count(
    kept: dict[int, Kept], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = steps(kept[SMALL], read_everything, tmp_path, monkeypatch)
    assert steps(kept[LARGE], read_everything, tmp_path, monkeypatch) > 4 * small
