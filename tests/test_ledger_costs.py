"""What a small agreement costs does not depend on what else the ledger holds.

It is counted and not timed: how many instructions SQLite's virtual machine carries out.
A scan of anything that grows shows at once, whatever the machine and its neighbours.
"""

from __future__ import annotations

import shutil
from collections import deque
from typing import TYPE_CHECKING

import pytest

from ledger.ledger import Ledger
from ledger.log.tree import TILE_WIDTH, inclusion_proof
from ledger.sqlite import connection
from tests import ledgers

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

EVENTS = 10
# The tree grows alike in both: they leave the same number of hashes in the last tile.
SMALL, LARGE = 2 * TILE_WIDTH, 20 * TILE_WIDTH


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A small agreement, and behind it others with so many events."""
    folder = tmp_path_factory.mktemp("costs")
    found = {}
    for size in (SMALL, LARGE):
        found[size] = folder / f"{size}.db"
        with ledgers.create(found[size]) as ledger:
            ledgers.fill(ledger, EVENTS)
            for other in range(size // TILE_WIDTH):
                name = f"other-{other}"
                ledgers.fill(ledger, TILE_WIDTH, name)
    return found


def steps(
    path: Path, work: Callable[[Ledger], object], monkeypatch: pytest.MonkeyPatch
) -> int:
    """How many instructions SQLite carries out for a piece of work in a copy."""
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    count = 0
    connect = connection._connect

    def one() -> None:
        nonlocal count
        count += 1

    def counted(path: Path, mode: str) -> sqlite3.Connection:
        made = connect(path, mode)
        made.set_progress_handler(one, 1)
        return made

    with monkeypatch.context() as patched:
        patched.setattr(connection, "_connect", counted)
        with Ledger.open(copy) as ledger:
            work(ledger)
    return count


def append(ledger: Ledger) -> None:
    ledger.append([ledgers.invested(EVENTS)], recorded_by="ann")


def append_a_batch(ledger: Ledger) -> None:
    batch = [ledgers.invested(EVENTS + at, key=f"k{at}") for at in range(3)]
    ledger.append(batch, recorded_by="ann", expected=EVENTS)


def append_twice(ledger: Ledger) -> None:
    draft = ledgers.invested(EVENTS, key="once")
    ledger.append([draft], recorded_by="ann")
    (receipt,) = ledger.append([draft], recorded_by="ann")
    assert receipt.replayed


def open_another(ledger: Ledger) -> None:
    ledger.append([ledgers.opened("new")], recorded_by="ann")


def erase(ledger: Ledger) -> None:
    ledger.erase(ledgers.A, 2, ["note"], reason="as asked", recorded_by="ann")


def fold(ledger: Ledger) -> None:
    state = ledger.timeline(ledgers.A).state(800_000)
    assert len(state.provisions) == EVENTS - 1


def ask_what_was_known(ledger: Ledger) -> None:
    known = ledger.known("@3", ledgers.A)
    assert len(ledger.entries(ledgers.A, known=known.position)) == 3


def ask_now(ledger: Ledger) -> None:
    known = ledger.known("2999-12-31", ledgers.A)
    assert len(ledger.entries(ledgers.A, known=known.position)) == EVENTS


def ask_at_an_instant(ledger: Ledger) -> None:
    third = ledger.entries(ledgers.A)[2].envelope.recorded_at
    known = ledger.known(third, ledgers.A)
    assert len(ledger.entries(ledgers.A, known=known.position)) == 3


def read_everything(ledger: Ledger) -> None:
    deque(ledger.read(), maxlen=0)


def prove(ledger: Ledger) -> None:
    inclusion_proof(3, ledger.size, ledger.store)


@pytest.mark.parametrize(
    "work",
    [append, append_a_batch, open_another, erase],
    ids=lambda work: work.__name__,
)
def test_appending_costs_the_same_in_a_large_ledger(
    work: Callable[[Ledger], object],
    grown: dict[int, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = steps(grown[SMALL], work, monkeypatch)
    assert small > 0
    assert steps(grown[LARGE], work, monkeypatch) == small


@pytest.mark.parametrize(
    "work", [fold, ask_what_was_known, ask_now], ids=lambda work: work.__name__
)
def test_reading_an_agreement_costs_the_same_in_a_large_ledger(
    work: Callable[[Ledger], object],
    grown: dict[int, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = steps(grown[SMALL], work, monkeypatch)
    assert small > 0
    assert steps(grown[LARGE], work, monkeypatch) == small


@pytest.mark.parametrize("work", [prove, append_twice], ids=lambda work: work.__name__)
def test_what_needs_a_root_reads_a_tile_a_level_whatever_the_size(
    work: Callable[[Ledger], object],
    grown: dict[int, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = steps(grown[SMALL], work, monkeypatch)
    # There is one more level for 256 times the events, and ten times are here.
    assert steps(grown[LARGE], work, monkeypatch) <= 1.5 * small


def test_an_instant_is_found_in_a_large_ledger_by_halving(
    grown: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = steps(grown[SMALL], ask_at_an_instant, monkeypatch)
    assert steps(grown[LARGE], ask_at_an_instant, monkeypatch) <= 1.5 * small


def test_what_reads_the_whole_ledger_shows_in_the_count(
    grown: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = steps(grown[SMALL], read_everything, monkeypatch)
    assert steps(grown[LARGE], read_everything, monkeypatch) > 5 * small
