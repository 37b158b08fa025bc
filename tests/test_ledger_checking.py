"""Whatever is changed behind the ledger's back is found, and its place is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from events.codec import canonical
from events.entry import Batch
from events.errors import Integrity
from ledger import checking
from ledger.log.tree import Frontier, leaf_hash
from ledger.rows import entry_of
from ledger.sqlite.reading import SQLiteStore
from ledger.store import PUT_BACK
from tests.ledgers import A, B, create, fill, invested, raw, reopen

Damage = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Events of alpha-beta at pos 0 to 4 and 8, of beta-gamma at pos 5 to 7.

    pos 2 to 4 are a batch, pos:8 erases the amount of pos:1.
    """
    path = tmp_path_factory.mktemp("sound") / "l.db"
    with create(path) as ledger:
        fill(ledger, 5, A)
        fill(ledger, 3, B)
        ledger.erase(A, 2, ["amount"], reason="order", recorded_by="ann")
        assert ledger.check() == ledger.head()
    return path


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sound, tmp_path / "l.db"))


def run(statement: str, *values: object) -> Damage:
    return lambda file: file.execute(statement, values)


def rewritten(at: int, /, **members: object) -> Damage:
    """Change members of the bytes, and the hash beside them: a forger's first step."""

    def damage(file: sqlite3.Connection) -> None:
        found = file.execute("SELECT event FROM events WHERE position = ?", (at,))
        event = msgspec.json.decode(found.fetchone()[0])
        event.update(members)
        kept = canonical({k: v for k, v in event.items() if v is not None})
        file.execute(
            "UPDATE events SET event = ?, leaf = ? WHERE position = ?",
            (kept, leaf_hash(kept), at),
        )

    return damage


def retreed(damage: Damage) -> Damage:
    """Compute tiles and head anew: a forger's second step."""

    def damaged(file: sqlite3.Connection) -> None:
        damage(file)
        leaves = file.execute("SELECT leaf FROM events ORDER BY position").fetchall()
        last = file.execute("SELECT max(recorded_at) FROM events").fetchone()[0]
        tree, runs = Frontier().extend([leaf for (leaf,) in leaves])
        file.execute("DELETE FROM tiles")
        for level, start, hashes in runs:
            file.execute(
                "INSERT INTO tiles VALUES (?, ?, ?)", (level, start, b"".join(hashes))
            )
        edge = b"".join(tree.hashes)
        file.execute(
            "UPDATE head SET size = ?, root = ?, edge = ?, recorded_at = ?",
            (tree.size, tree.root(), edge, last),
        )

    return damaged


def swapped(file: sqlite3.Connection) -> None:
    """Swap the contents of two events, hashes and all."""
    names = "id, event, leaf, disclosed, salts, recorded_at"
    kept = f"SELECT {names} FROM events WHERE position = ?"  # noqa: S608  # of this file
    one, two = (file.execute(kept, (p,)).fetchone() for p in (2, 3))
    change = "UPDATE events SET ({}) = (?, ?, ?, ?, ?, ?) WHERE position = ?"
    file.execute(change.format(names), ("x", *one[1:], 3))
    file.execute(change.format(names), (*two, 2))
    file.execute("UPDATE events SET id = ? WHERE position = 3", (one[0],))


UPDATE = "UPDATE events SET {} WHERE position = 3"
LATER = "2099-01-01T00:00:00.000000Z"
# What is done, the first position at which it is found, and a word of what is said.
DAMAGES: list[tuple[str, Damage, int | None, str]] = [
    *(
        (f"{name} column", run(UPDATE.format(f"{name} = {value}")), 3, name)
        for name, value in {
            "type": "'party-left'",
            "id": "'other'",
            "key": "'other'",
            "batch": "NULL",
            "recorded_at": f"'{LATER}'",
            "effective_from": "NULL",
        }.items()
    ),
    ("agreement column", run(UPDATE.format("agreement = 'other'")), 3, "alpha-beta @4"),
    ("seq column", run(UPDATE.format("seq = 40")), 3, "alpha-beta @4"),
    ("leaf column", run(UPDATE.format("leaf = zeroblob(32)")), 3, "hash differs"),
    ("event bytes", run(UPDATE.format("event = x'7b7d'")), 3, "hash differs"),
    ("no event", run(UPDATE.format("event = x''")), 3, "hash differs"),
    (
        "amount",
        run(UPDATE.format("disclosed = CAST(replace(disclosed, '3m', '9m') AS BLOB)")),
        3,
        "",
    ),
    ("disclosed not JSON", run(UPDATE.format("disclosed = x'7b'")), 3, "not an event"),
    ("disclosed a list", run(UPDATE.format("disclosed = CAST('[1]' AS BLOB)")), 3, ""),
    (
        "a value more",
        run(UPDATE.format("salts = CAST(salts || zeroblob(16) AS BLOB)")),
        3,
        "a value of it differs",
    ),
    (
        "other salts",
        run(UPDATE.format("salts = zeroblob(32)")),
        3,
        "a value of it differs",
    ),
    ("no values", run(UPDATE.format("disclosed = CAST('{}' AS BLOB)")), 3, ""),
    (
        "erased unsaid",
        run(UPDATE.format("erased = '[\"tags\"]'")),
        3,
        "",
    ),
    (
        "erased and there",
        run(UPDATE.format("erased = '[\"note\"]'")),
        3,
        "still has what is called erased",
    ),
    (
        "erased not JSON",
        run(UPDATE.format("erased = 'x'")),
        3,
        "pos:3: what was erased cannot be read",
    ),
    ("erased undone", run("UPDATE events SET erased = NULL WHERE position = 1"), 1, ""),
    ("deleted", run("DELETE FROM events WHERE position = 3"), 3, "is missing"),
    ("tail deleted", run("DELETE FROM events WHERE position = 8"), 8, "is missing"),
    ("first deleted", run("DELETE FROM events WHERE position = 0"), 0, "is missing"),
    ("all deleted", run("DELETE FROM events"), 0, "is missing"),
    ("moved", run("UPDATE events SET position = 90 WHERE position = 3"), 3, "missing"),
    ("swapped", swapped, 2, "pos:3"),
    ("bytes and leaf", rewritten(3, recorded_by="eve"), 4, "does not follow"),
    ("bytes of the last", rewritten(7, recorded_by="eve"), 7, "level 0"),
    ("tree too", retreed(rewritten(3, recorded_by="eve")), 4, "does not follow"),
    ("position", retreed(rewritten(3, position=2)), 3, "holds the event of pos:2"),
    ("seq", retreed(rewritten(3, seq=2)), 3, "alpha-beta @2"),
    ("prev", retreed(rewritten(3, prev="0" * 64)), 3, "does not follow"),
    ("no prev", retreed(rewritten(3, prev=None)), 3, "does not follow"),
    ("prev of a first", retreed(rewritten(5, prev="0" * 64)), 5, "does not follow"),
    ("type", retreed(rewritten(3, type="no-such")), 3, "unknown event type no-such"),
    ("version", retreed(rewritten(3, tv=99)), 3, "version"),
    (
        "a hash of tiles",
        run("UPDATE tiles SET hashes = zeroblob(32) WHERE start = 1"),
        1,
        "level 0",
    ),
    ("tiles gone", run("DELETE FROM tiles WHERE start >= 5"), 5, "level 0"),
    ("tiles more", run("INSERT INTO tiles VALUES (0, 9, zeroblob(32))"), 9, "behind"),
    ("head's root", run("UPDATE head SET root = zeroblob(32)"), 8, "the head"),
    ("head's edge", run("UPDATE head SET edge = zeroblob(64)"), 8, "the head"),
    ("head's instant", run("UPDATE head SET recorded_at = ?", LATER), 8, "the head"),
    ("head shorter", run("UPDATE head SET size = 8, edge = zeroblob(32)"), None, ""),
    ("head longer", run("UPDATE head SET size = 10"), 9, "is missing"),
    ("no head", run("DELETE FROM head"), None, "0 rows"),
    ("index gone", run("DROP INDEX events_key"), None, "INDEX events_key"),
]


@pytest.mark.parametrize(
    "change",
    [
        "disclosed = CAST(replace(disclosed, '3m', '9m') AS BLOB)",
        "disclosed = CAST('{}' AS BLOB)",
        "salts = zeroblob(length(salts))",
    ],
)
def test_a_changed_value_is_found_by_whoever_reads_it(path: Path, change: str) -> None:
    with raw(path) as file:
        file.execute(UPDATE.format(change))
    with reopen(path, read_only=True) as ledger, pytest.raises(Integrity) as caught:
        ledger.timeline("alpha-beta")
    assert caught.value.position == 3


@pytest.mark.parametrize(
    ("damage", "position", "words"),
    [case[1:] for case in DAMAGES],
    ids=[case[0] for case in DAMAGES],
)
def test_a_check_finds_what_was_changed_and_where(
    path: Path, damage: Damage, position: int | None, words: str
) -> None:
    with raw(path) as file:
        damage(file)
    with (
        reopen(path, read_only=True) as ledger,
        pytest.raises(Integrity) as caught,
    ):
        ledger.check()
    assert words in str(caught.value)
    if position is not None:
        assert caught.value.position == position, str(caught.value)
    assert caught.value.exit_code == 4
    # Whoever has checked it all is not told to check it, unless by another version.
    told = caught.value.hint
    assert told == PUT_BACK or "newer version" in str(told)


# Places in batches one after the other, and which is the first that breaks one.
BATCHES: list[tuple[str, list[tuple[int, str, int] | None], int | None]] = [
    ("whole", [None, (1, "b", 2), (2, "b", 2), (1, "b", 2), (2, "b", 2), None], None),
    ("one left out", [(1, "b", 3), (3, "b", 3)], 1),
    ("another id", [(1, "b", 2), (2, "c", 2)], 1),
    ("another count", [(1, "b", 2), (2, "b", 3)], 1),
    ("an event between", [(1, "b", 2), None, (2, "b", 2)], 1),
    ("no beginning", [None, (2, "b", 2)], 1),
    ("no end", [(1, "b", 2)], 1),
    ("begun twice", [(1, "b", 2), (1, "b", 2)], 1),
    ("too many", [(1, "b", 2), (2, "b", 2), (3, "b", 2)], 2),
    ("none at all", [(1, "b", 0)], 0),
]


@pytest.mark.parametrize(
    ("places", "position"), [c[1:] for c in BATCHES], ids=[c[0] for c in BATCHES]
)
def test_half_a_batch_is_found(
    path: Path, places: list[tuple[int, str, int] | None], position: int | None
) -> None:
    with reopen(path, read_only=True) as ledger:
        checker = checking._Checker(ledger.store)
    found: int | None = None
    try:
        for at, place in enumerate([*places, None]):
            checker._check_batch(Batch(*place) if place else None, at)
    except Integrity as error:
        found = error.position
    assert found == position


def test_every_flipped_bit_of_an_event_is_found_when_it_is_read(path: Path) -> None:
    with raw(path, guarded=True) as file:
        event = file.execute("SELECT event FROM events WHERE position = 3").fetchone()[
            0
        ]
    with reopen(path, read_only=True) as ledger:
        row = ledger.store.row(A, 4)
        assert row is not None
        for at in range(0, len(event) * 8, 7):
            flipped = bytearray(event)
            flipped[at // 8] ^= 1 << at % 8
            damaged = row._replace(event=bytes(flipped))
            with pytest.raises(Integrity) as caught:
                entry_of(damaged)
            assert caught.value.position == 3


@pytest.mark.parametrize("column", ["event = x'7b7d'", "leaf = zeroblob(32)"])
def test_reading_refuses_a_damaged_row_and_names_it(path: Path, column: str) -> None:
    with raw(path) as file:
        file.execute(UPDATE.format(column))
    with reopen(path, read_only=True) as ledger:
        with pytest.raises(Integrity, match="pos:3 ") as caught:
            ledger.entries(A)
        assert caught.value.position == 3
        with pytest.raises(Integrity, match="pos:3 ") as caught:
            list(ledger.read())
        assert caught.value.position == 3
        assert [entry.seq for entry in ledger.entries(B)] == [1, 2, 3]


def test_reading_refuses_an_agreement_with_a_gap(path: Path) -> None:
    with raw(path) as file:
        file.execute("DELETE FROM events WHERE position = 2")
    with reopen(path, read_only=True) as ledger:
        with pytest.raises(Integrity, match="alpha-beta @3 is missing before pos:3"):
            ledger.entries(A)
        with pytest.raises(Integrity, match="pos:2 is missing"):
            list(ledger.read())


def test_a_dropped_guard_is_found(path: Path) -> None:
    with raw(path, guarded=True) as file:
        file.execute("DROP TRIGGER events_stay")
    with (
        reopen(path, read_only=True) as ledger,
        pytest.raises(Integrity, match="TRIGGER events_stay is not as it was made"),
    ):
        ledger.check()


def test_nothing_is_erased_in_a_file_whose_guards_are_not_ours(path: Path) -> None:
    with raw(path, guarded=True) as file:
        file.execute(
            "CREATE TRIGGER spy AFTER UPDATE ON events"
            " BEGIN SELECT writefile('x', 1); END"
        )
    with reopen(path) as ledger:
        with pytest.raises(Integrity, match="are not ours; nothing was erased"):
            ledger.erase(A, 3, ["amount"], reason="x", recorded_by="ann")
        assert ledger.size == 9


def test_a_check_of_a_ledger_that_grows_meanwhile_is_of_what_was_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = SQLiteStore.scan
    with reopen(path) as ledger, reopen(path, read_only=True) as reader:
        numbers = iter(range(100, 200))

        def growing(
            self: SQLiteStore, start: int = 0, stop: int | None = None
        ) -> object:
            if self is reader.store:
                ledger.append([invested(next(numbers))], recorded_by="ann")
            return scan(self, start, stop)

        monkeypatch.setattr(SQLiteStore, "scan", growing)
        assert reader.check().size == 9
        assert ledger.size == 11


def test_a_check_crosses_tiles_and_chunks(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        fill(ledger, 700)
        fill(ledger, 900, B)
        assert ledger.check().size == 1_600
    with raw(tmp_path / "l.db") as file:
        file.execute(
            "UPDATE tiles SET hashes ="
            " CAST(substr(hashes, 1, 64) || zeroblob(64) AS BLOB)"
            " WHERE level = 1 AND start = 2"
        )
    with reopen(tmp_path / "l.db") as ledger:
        with pytest.raises(Integrity, match="hash 4 on level 1") as caught:
            ledger.check()
        assert caught.value.position == 4 * 256
