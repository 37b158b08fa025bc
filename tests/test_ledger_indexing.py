"""The index of a ledger: where it lives, when it answers, and what is wrong with it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from events.errors import Conflict, NotFound, Refused
from ledger import indexing
from ledger.index_file import beside, cached, forget
from ledger.indexing import Index
from ledger.ledger import Ledger
from projections.readmodel import catching, writer
from projections.readmodel.opening import reading
from projections.readmodel.portfolio import Portfolio
from projections.readmodel.writer import rebuild
from tests.ledgers import A, B, create, fill, invested, noise, opened
from tests.test_projections_readmodel import rows

DAY = 740_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with create(tmp_path / "deals.db") as made:
        fill(made, 6)
        fill(made, 4, B)
        yield made


@pytest.fixture
def path(ledger: Ledger) -> Path:
    return beside(ledger.path)


class Asking:
    """Asks an index what a party holds, and keeps what is noted."""

    def __init__(self, ledger: Ledger, cache: Path | None = None) -> None:
        self.ledger = ledger
        self.index = Index(ledger, cache)
        self.notes: list[str] = []

    def found(self) -> int | None:
        self.notes.clear()
        return self.index.ask(self._found, self.notes.append)

    def _found(self, connection: sqlite3.Connection) -> int:
        known = self.ledger.size - 1
        there = Portfolio(connection, known=known, on=DAY, horizon=DAY)
        return len(there.of_party("alpha"))


# -- where it lives --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("whereas.db", "whereas.index.db"),
        ("deals", "deals.index.db"),
        ("a.sqlite", "a.sqlite.index.db"),
    ],
)
def test_an_index_lies_beside_its_ledger(name: str, expected: str) -> None:
    assert beside(Path("/somewhere") / name) == Path("/somewhere") / expected


def test_ledgers_of_one_name_have_different_places_in_the_cache(tmp_path: Path) -> None:
    one, other = tmp_path / "one" / "a.db", tmp_path / "other" / "a.db"
    places = {cached(path, tmp_path / "cache") for path in (one, other)}
    assert len(places) == 2
    assert all(place.name.endswith("-a.index.db") for place in places)


def test_asking_makes_no_file(ledger: Ledger, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    asking = Asking(ledger, tmp_path / "cache")
    assert asking.found() is None
    assert asking.notes == []
    assert asking.index.place().lag == (0, 10, "missing")
    assert sorted(tmp_path.iterdir()) == before


def test_where_nobody_may_write_beside_the_ledger_the_index_is_in_the_cache(
    ledger: Ledger, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed_to_writers(monkeypatch, path.parent)
    asking = Asking(ledger, tmp_path / "cache" / "whereas")
    place = asking.index.rebuild()
    assert place.path == cached(ledger.path, tmp_path / "cache" / "whereas")
    assert not path.exists()
    assert asking.found() == 8
    assert stat_of(place.path.parent) == 0o700


def test_without_any_place_to_write_making_an_index_is_refused(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed_to_writers(monkeypatch, path.parent)
    with pytest.raises(Refused, match="cannot be written"):
        Index(ledger).rebuild()


def test_an_index_is_as_private_as_its_ledger(ledger: Ledger, path: Path) -> None:
    ledger.path.chmod(0o600)
    Index(ledger).rebuild()
    assert stat_of(path) == 0o600
    ledger.path.chmod(0o640)
    Index(ledger).rebuild()
    assert stat_of(path) == 0o640


# -- when it answers -------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_the_index_of_a_ledger_that_nobody_may_write_can_be_written(
    ledger: Ledger, path: Path
) -> None:
    ledger.path.chmod(0o444)
    Index(ledger, None).rebuild()
    assert path.stat().st_mode & 0o777 == 0o644


def test_an_index_that_is_level_answers(ledger: Ledger) -> None:
    asking = Asking(ledger)
    place = asking.index.rebuild()
    assert place.lag == (10, 10, None)
    assert asking.found() == 8
    assert asking.notes == []


def test_what_was_recorded_since_is_taken_before_answering(
    ledger: Ledger, path: Path
) -> None:
    asking = Asking(ledger)
    asking.index.rebuild()
    ledger.append([invested(99)], recorded_by="ann")
    assert asking.index.place().lag.behind == 1
    assert asking.found() == 9
    assert asking.index.place().lag == (11, 11, None)
    assert sorted(p.name for p in path.parent.glob("*.index.db*")) == [path.name]


def test_an_index_far_behind_is_left_to_whoever_updates_it(ledger: Ledger) -> None:
    asking = Asking(ledger)
    asking.index.rebuild()
    ledger.append([invested(n) for n in range(100, 201)], recorded_by="ann")
    assert asking.found() is None
    assert [note.rpartition(" is ")[2] for note in asking.notes] == [
        "101 events behind"
    ]
    assert asking.index.update().lag == (111, 111, None)
    assert asking.found() == 109


def test_an_index_is_not_brought_up_to_date_where_folding_takes_less(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_LITTLE_WORK", 0)
    asking = Asking(ledger)
    asking.index.rebuild()
    ledger.append([invested(98, B)], recorded_by="ann")
    assert asking.found() == 9
    ledger.append([invested(99)], recorded_by="ann")
    assert asking.found() is None
    assert asking.notes[0].endswith(" is 1 event behind")


def test_what_is_recorded_of_the_ledger_itself_counts_as_taken(ledger: Ledger) -> None:
    asking = Asking(ledger)
    asking.index.rebuild()
    ledger.snapshot_heads(recorded_by="ann")
    assert asking.found() == 8
    assert asking.index.place().lag == (11, 11, None)


def test_what_is_not_found_is_not_taken_for_a_broken_index(ledger: Ledger) -> None:
    Index(ledger).rebuild()

    def refuse(connection: sqlite3.Connection) -> None:
        del connection
        raise NotFound("there is no party x")

    with pytest.raises(NotFound, match="no party x"):
        Index(ledger).ask(refuse, print)


# -- what is wrong with it -------------------------------------------------------------


def garbage(path: Path) -> None:
    path.write_text("this is no database, whatever its name says " * 200)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def holes(path: Path) -> None:
    """Lose all but the first pages, as a disk may after a power cut."""
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:8_192] + bytes(size - 8_192))


def other_database(path: Path) -> None:
    path.unlink()
    run_on(path, "CREATE TABLE tracking (position TEXT)")


def no_table(path: Path) -> None:
    run_on(path, "DROP TABLE provisions")


def nonsense(path: Path) -> None:
    run_on(path, "UPDATE provisions SET body = '{\"id\": 7'")


def untyped(path: Path) -> None:
    run_on(path, "UPDATE tracking SET position = 'far'")


def newer(path: Path) -> None:
    run_on(path, 'UPDATE tracking SET "schema" = 99')


def older(path: Path) -> None:
    run_on(path, "UPDATE tracking SET fold = 0")


def ahead(path: Path) -> None:
    run_on(path, "UPDATE tracking SET position = 11")


def foreign(path: Path) -> None:
    with create(path.with_name("other.db"), random=noise("other")) as other:
        fill(other, 9)
        rebuild(path, other)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "note"),
    [
        (garbage, "cannot be read"),
        (nothing, "cannot be read"),
        (half, "cannot be read"),
        (holes, "cannot be read"),
        (other_database, "cannot be read"),
        (no_table, "cannot be read"),
        (nonsense, "cannot be read"),
        (untyped, "cannot be read"),
        (newer, "was made by a newer version"),
        (older, "was made by an older version"),
        (ahead, "was made of another ledger"),
        (foreign, "was made of another ledger"),
        (folder, "cannot be read"),
    ],
)
def test_a_bad_index_is_passed_over_with_a_note_and_can_be_made_anew(
    ledger: Ledger, path: Path, spoil: Callable[[Path], None], note: str
) -> None:
    before = ledger.path.read_bytes()
    asking = Asking(ledger)
    asking.index.rebuild()
    spoil(path)
    assert asking.found() is None
    assert len(asking.notes) == 1
    assert note in asking.notes[0]
    if path.is_dir():
        with pytest.raises(Refused, match="cannot be written"):
            asking.index.rebuild()
        path.rmdir()
    asking.index.rebuild()
    assert asking.found() == 8
    assert ledger.path.read_bytes() == before


@pytest.mark.parametrize("spoil", [garbage, newer, foreign, other_database])
def test_updating_makes_an_index_anew_that_is_not_usable(
    ledger: Ledger, path: Path, spoil: Callable[[Path], None]
) -> None:
    asking = Asking(ledger)
    asking.index.rebuild()
    spoil(path)
    assert asking.index.update().lag == (10, 10, None)
    assert asking.found() == 8


def test_an_index_that_somebody_writes_to_is_passed_over(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(writer, "WAIT_SECONDS", 0.01)
    asking = Asking(ledger)
    asking.index.rebuild()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert asking.found() is None
        assert "somebody else is writing" in asking.notes[0]
        with pytest.raises(Conflict, match="somebody else is writing"):
            asking.index.rebuild()
    assert asking.found() == 8
    assert [p.name for p in path.parent.glob("*.new")] == []


def test_while_somebody_catches_up_a_question_is_folded(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PATIENCE_SECONDS", 0.01)
    asking = Asking(ledger)
    asking.index.rebuild()
    ledger.append([invested(99)], recorded_by="ann")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert asking.found() is None
        assert "somebody else is writing" in asking.notes[0]
    assert asking.found() == 9


def test_an_index_that_is_behind_and_cannot_be_written_is_passed_over(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = Asking(ledger)
    asking.index.rebuild()
    closed_to_writers(monkeypatch, path.parent)
    assert asking.found() == 8
    ledger.append([invested(99)], recorded_by="ann")
    before = path.read_bytes()
    assert asking.found() is None
    assert "1 event behind" in asking.notes[0]
    assert path.read_bytes() == before


def test_the_cache_answers_where_the_index_beside_the_ledger_is_stale(
    ledger: Ledger, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = Asking(ledger, tmp_path / "cache")
    asking.index.rebuild()
    ledger.append([invested(99)], recorded_by="ann")
    closed_to_writers(monkeypatch, path.parent)
    assert asking.index.update().path == cached(ledger.path, tmp_path / "cache")
    assert asking.found() == 9
    assert asking.notes == []


def test_a_process_killed_while_it_catches_up_leaves_an_index_that_still_serves(
    ledger: Ledger, path: Path
) -> None:
    Index(ledger).rebuild()
    ledger.append([invested(n) for n in range(99, 150)], recorded_by="ann")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, ledger.path, path], check=False
    )
    assert killed.returncode == 9
    assert path.with_name(path.name + "-journal").stat().st_size
    asking = Asking(ledger)
    assert asking.found() == 59
    assert asking.notes == []


KILLED = """
import os, sys
from pathlib import Path
from ledger.ledger import Ledger
from projections.readmodel import catching
class Killed(catching.CatchingUp):
    def _track(self, entries):
        # Pages are in the file already, and the journal that takes them back beside it.
        self._connection.execute("PRAGMA cache_size = 1")
        self._connection.execute("UPDATE provisions SET body = body || ' '")
        self._connection.execute("UPDATE events SET words = words || 'x'")
        os._exit(9)
catching.CatchingUp = Killed
with Ledger.open(Path(sys.argv[1]), read_only=True) as ledger:
    catching.follow(Path(sys.argv[2]), ledger)
"""


def test_the_journal_of_a_killed_writer_is_not_played_into_a_new_index(
    ledger: Ledger, path: Path
) -> None:
    test_a_process_killed_while_it_catches_up_leaves_an_index_that_still_serves(
        ledger, path
    )
    ledger.append([invested(n) for n in range(150, 160)], recorded_by="ann")
    subprocess.run([sys.executable, "-c", KILLED, ledger.path, path], check=False)
    garbage(path)
    asking = Asking(ledger)
    asking.index.rebuild()
    assert asking.found() == 69
    assert not path.with_name(path.name + "-journal").exists()


def test_what_others_began_and_gave_up_is_taken_away(
    ledger: Ledger, path: Path
) -> None:
    old, fresh = (path.with_name(f"{path.name}.{pid}.new") for pid in (1, 2))
    old.write_text("half")
    fresh.write_text("half")
    os.utime(old, (1_000_000_000, 1_000_000_000))
    Index(ledger).rebuild()
    assert not old.exists()
    assert fresh.exists()


def test_a_full_disk_spoils_neither_the_old_index_nor_the_ledger(
    ledger: Ledger, path: Path
) -> None:
    Index(ledger).rebuild()
    index = path.read_bytes()
    ledger.append([invested(99)], recorded_by="ann")
    ran = subprocess.run(
        [sys.executable, "-c", FULL, ledger.path],
        check=True,
        capture_output=True,
        text=True,
    )
    told = ran.stdout.splitlines()
    assert told[0] == "None"
    assert told[1].startswith(("there is no room for the index", "the index"))
    assert told[2].startswith("Refused: the index")
    assert path.read_bytes() == index
    assert ledger.check().size == 11
    assert [p.name for p in path.parent.glob("*.new")] == []
    assert Asking(ledger).found() == 9


# No file may grow beyond what a ledger needs to be read.
FULL = """
import resource, signal, sys
from pathlib import Path
from events.errors import Refused
from ledger.indexing import Index
from ledger.ledger import Ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Ledger.open(Path(sys.argv[1]), read_only=True) as ledger:
    ledger.head()
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
    notes = []
    print(Index(ledger).ask(lambda connection: 1, notes.append))
    print(*notes)
    try:
        Index(ledger).rebuild()
    except Refused as error:
        print(f"Refused: {error}")
"""


# -- erasure ---------------------------------------------------------------------------

SAID = "confidentially"


def erased(ledger: Ledger) -> None:
    ledger.append([invested(7, note=f"said {SAID}")], recorded_by="ann")
    seq = len(ledger.entries(A))
    Index(ledger).rebuild()
    kept = beside(ledger.path).with_name("kept.db")
    shutil.copy(beside(ledger.path), kept)
    ledger.erase(A, seq, ["note", "amount"], reason="asked for", recorded_by="ann")


def test_erasing_values_takes_the_index_away_that_has_them_too(
    ledger: Ledger, path: Path
) -> None:
    erased(ledger)
    assert not path.exists()
    assert not forget(path)


def test_an_index_kept_elsewhere_loses_erased_values_once_it_catches_up(
    ledger: Ledger, path: Path
) -> None:
    erased(ledger)
    kept = path.with_name("kept.db")
    assert SAID.encode() in kept.read_bytes()
    catching.follow(kept, ledger)
    assert SAID.encode() not in kept.read_bytes()
    fresh = path.with_name("fresh.db")
    rebuild(fresh, ledger)
    assert rows(kept) == rows(fresh)
    with reading(kept) as connection:
        found = connection.execute(
            "SELECT count(*) FROM events_fts WHERE events_fts MATCH ?", (SAID,)
        ).fetchone()
    assert found == (0,)


def test_an_erasure_rewrites_its_agreement_and_no_other(
    ledger: Ledger, path: Path
) -> None:
    erased(ledger)
    kept = path.with_name("kept.db")
    with reading(kept) as connection:
        query = "SELECT id, body FROM provisions WHERE agreement = ? ORDER BY id"
        before = connection.execute(query, (B,)).fetchall()
    catching.follow(kept, ledger)
    ledger.append([invested(8), opened("c-d")], recorded_by="ann")
    catching.follow(kept, ledger)
    fresh = path.with_name("fresh.db")
    rebuild(fresh, ledger)
    assert rows(kept) == rows(fresh)
    with reading(kept) as connection:
        assert connection.execute(query, (B,)).fetchall() == before


def run_on(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def stat_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def closed_to_writers(monkeypatch: pytest.MonkeyPatch, closed: Path) -> None:
    """Let nobody write in a folder; root may write everywhere."""
    access = os.access

    def allowed(path: str | os.PathLike[str], mode: int) -> bool:
        inside = closed in (Path(path), Path(path).parent)
        return access(path, mode) and not (mode == os.W_OK and inside)

    monkeypatch.setattr(os, "access", allowed)
