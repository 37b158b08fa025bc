"""What is in the file: rows, tiles, head, and the guards over them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.codec import decode
from ledger.ledger import Ledger
from ledger.log.tiles import MemoryTiles, tiles
from ledger.log.tree import (
    EMPTY_ROOT,
    TILE_WIDTH,
    Frontier,
    inclusion_proof,
    leaf_hash,
    root,
    verify_inclusion,
)
from ledger.store import ROW
from tests.ledgers import A, B, create, fill, invested, opened, raw


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two agreements with five and three events; amount of alpha-beta @2 is erased."""
    with create(tmp_path / "l.db") as ledger:
        fill(ledger, 5, A)
        fill(ledger, 3, B)
        ledger.erase(A, 2, ["amount"], reason="order", recorded_by="ann")
    return tmp_path / "l.db"


def test_the_columns_beside_the_bytes_repeat_them(path: Path) -> None:
    with raw(path, guarded=True) as file:
        rows = file.execute("SELECT * FROM events ORDER BY position")
        for number, values in enumerate(rows.fetchall()):
            row = dict(zip(ROW, values, strict=True))
            said = msgspec.json.decode(row["event"])
            assert row["position"] == number
            for name in ("position", "agreement", "seq", "type", "id", "recorded_at"):
                assert row[name] == said[name]
            assert row["key"] == said.get("key")
            assert row["batch"] == said.get("batch", {}).get("id")
            assert row["leaf"] == leaf_hash(row["event"])
            assert (
                decode(row["event"], row["disclosed"], ())
                if not row["erased"]
                else True
            )


@pytest.mark.parametrize(
    ("effective", "first"),
    [
        ("2020-01-02", "2020-01-02"),
        ("2020", "2020-01-01"),
        ("between 2020-03 and 2021", "2020-03-01"),
        ("unknown", None),
        ("milestone closing", None),
    ],
)
def test_the_first_day_an_event_may_be_effective_from_can_be_searched(
    tmp_path: Path, effective: str, first: str | None
) -> None:
    with create(tmp_path / "l.db") as ledger:
        ledger.append([opened()], recorded_by="ann")
        ledger.append([invested(1, effective=effective)], recorded_by="ann")
        assert [row.effective_from for row in ledger.store.columns(1, 2)] == [first]


FORBIDDEN = [
    "DELETE FROM events",
    "DELETE FROM events WHERE position = 8",
    "DELETE FROM tiles",
    "DELETE FROM head",
    *(
        f"UPDATE events SET {name} = NULL WHERE position = 3"  # noqa: S608  # of this file
        for name in ("key", "batch")
    ),
    *(
        f"UPDATE events SET {name} = {name} || 'x' WHERE position = 3"  # noqa: S608  # as above
        for name in ("agreement", "type", "id", "effective_from", "event", "disclosed")
    ),
    "UPDATE events SET recorded_at = '2000-01-01T00:00:00.000000Z' WHERE position = 3",
    "UPDATE events SET position = 100 WHERE position = 8",
    "UPDATE events SET seq = seq + 100 WHERE position = 8",
    "UPDATE events SET leaf = zeroblob(32) WHERE position = 3",
    "UPDATE events SET salts = zeroblob(32) WHERE position = 3",
    "UPDATE events SET salts = x'' WHERE position = 3",
    "UPDATE events SET disclosed = CAST('{}' AS BLOB), salts = x'' WHERE position = 3",
    # Values that no event says are erased, and one erased too little or too much.
    """UPDATE events SET disclosed = CAST('{"note":"round 1"}' AS BLOB),
       salts = substr(salts, 17), erased = '["amount"]' WHERE position = 2""",
    """UPDATE events SET disclosed = CAST('{"amount":"USD 9m"}' AS BLOB),
       erased = '["note"]' WHERE position = 1""",
    """UPDATE events SET disclosed = CAST('{}' AS BLOB), salts = x'',
       erased = '["amount","note"]' WHERE position = 1""",
    """UPDATE events SET disclosed = CAST('{"note":"other"}' AS BLOB)
       WHERE position = 1""",
    """UPDATE events
       SET disclosed = CAST('{"amount":"USD 1m","note":"round 0"}' AS BLOB),
       salts = zeroblob(32), erased = '[]' WHERE position = 1""",
    "UPDATE events SET erased = NULL WHERE position = 1",
    "UPDATE events SET erased = '[]' WHERE position = 1",
    "UPDATE events SET erased = 'amount' WHERE position = 1",
    "UPDATE tiles SET hashes = zeroblob(length(hashes))",
    "UPDATE head SET size = size - 1",
    "UPDATE head SET root = zeroblob(32)",
    "INSERT INTO head VALUES (1, 0, zeroblob(32), x'', '')",
    "INSERT OR REPLACE INTO head VALUES (1, 0, zeroblob(32), x'', '')",
    "INSERT INTO tiles VALUES (0, 100, zeroblob(32))",
    "INSERT OR REPLACE INTO tiles VALUES (0, 0, zeroblob(32))",
    "INSERT OR REPLACE INTO tiles VALUES (0, 8, zeroblob(32))",
]
COPY = "INSERT OR REPLACE INTO events SELECT {} FROM events WHERE position = 8"
COPIES = [
    {"position": "8"},
    {"position": "100"},
    {"position": "9", "id": "'new'"},
    {"position": "9", "id": "'new'", "seq": "9"},
    {"position": "9", "seq": "seq + 1"},
    {"position": "9", "seq": "1", "agreement": "'new'"},
    {"position": "NULL", "seq": "seq + 1"},
]


@pytest.mark.parametrize(
    "statement",
    [
        *FORBIDDEN,
        *(COPY.format(", ".join(c.get(name, name) for name in ROW)) for c in COPIES),
    ],
)
def test_a_careless_hand_changes_nothing(path: Path, statement: str) -> None:
    with raw(path, guarded=True) as file:
        before = list(file.iterdump())
        with pytest.raises((sqlite3.IntegrityError, sqlite3.OperationalError)):
            file.execute(statement)
        assert list(file.iterdump()) == before


def test_a_careless_hand_may_add_what_follows(path: Path) -> None:
    """The guards stop nobody who makes a whole row: what finds that is the tree."""
    values = {"position": "9", "seq": "seq + 1", "id": "'new'"}
    with raw(path, guarded=True) as file:
        file.execute(COPY.format(", ".join(values.get(name, name) for name in ROW)))
        assert file.execute("SELECT count(*) FROM events").fetchone() == (10,)


def test_a_key_is_replaced_by_no_insertion(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        ledger.append([opened(key="k")], recorded_by="ann")
    values = {"position": "1", "seq": "2", "id": "'new'"}
    statement = COPY.format(", ".join(values.get(name, name) for name in ROW))
    with (
        raw(tmp_path / "l.db", guarded=True) as file,
        pytest.raises(sqlite3.IntegrityError, match="behind the last one"),
    ):
        file.execute(statement.replace("position = 8", "position = 0"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger that grows from one example of a law to the next."""
    with create(tmp_path_factory.mktemp("store") / "l.db") as made:
        yield made


def test_an_empty_ledger_has_the_root_of_nothing(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        assert ledger.head() == (0, EMPTY_ROOT, "")
        assert ledger.store.edge() == (Frontier(), "")
        assert list(ledger.store.scan()) == []
        assert list(ledger.store.tails()) == []
        assert ledger.check() == ledger.head()


@given(sizes=st.lists(st.integers(1, 150), max_size=6))
@settings(max_examples=25)
def test_tiles_and_head_are_those_of_a_tree_in_memory(
    shared: Ledger, sizes: list[int]
) -> None:
    for size in sizes:
        start = shared.size
        drafts = [opened(f"a-{start + n}") for n in range(size)]
        (*_, last) = shared.append(drafts, recorded_by="ann")
        assert last.tree_size == shared.size == start + size
    leaves = [row.leaf for row in shared.store.scan()]
    oracle = MemoryTiles()
    tree, runs = Frontier().extend(leaves)
    oracle.write(runs)
    assert shared.head()[:2] == (tree.size, tree.root())
    assert shared.store.edge().tree == tree
    for level, index, width in tiles(tree.size):
        found = shared.store.read(level, index, width)
        assert found == oracle.read(level, index, width)
    for size in {1, len(leaves) // 2, len(leaves)} - {0}:
        if leaves:
            position = size - 1
            proof = inclusion_proof(position, size, shared.store)
            verify_inclusion(
                leaves[position], position, size, proof, root(size, oracle)
            )


def test_a_tile_is_read_from_single_events_and_from_batches(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        count = 2 * TILE_WIDTH + 10
        ledger.append([opened()], recorded_by="ann")
        for number in range(3):
            ledger.append([invested(number)], recorded_by="ann")
        batch = [invested(number) for number in range(3, count)]
        ledger.append(batch, recorded_by="ann")
        leaves = b"".join(row.leaf for row in ledger.store.scan())
        assert ledger.store.read(0, 1, TILE_WIDTH) == leaves[256 * 32 : 512 * 32]
        assert ledger.store.read(0, 0, 3) == leaves[: 3 * 32]
        assert ledger.store.tile_widths() == {0: count + 1, 1: 2}


def test_a_scan_is_in_order_and_bounded(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        ledger.append([opened(f"a-{n:05}") for n in range(2_500)], recorded_by="ann")
        positions: list[Any] = [row.position for row in ledger.store.scan()]
        assert positions == list(range(2_500))
        some = [row.position for row in ledger.store.scan(900, 2_100)]
        assert some == list(range(900, 2_100))
        scan = ledger.store.scan(2_490)
        next(scan)
        ledger.append([opened("late")], recorded_by="ann")
        assert [row.position for row in scan] == list(range(2_491, 2_500))
        names = [f"a-{n:05}" for n in range(2_500)]
        assert [name for name, _ in ledger.store.tails()] == [*names, "late"]
        assert ledger.store.names() == [*names, "late"]
