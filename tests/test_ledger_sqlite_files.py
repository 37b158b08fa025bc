"""The ledger file: what is none, what cannot be written, and what is left behind."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from events.errors import (
    Conflict,
    InputError,
    Integrity,
    NotFound,
    Refused,
    WhereasError,
)
from ledger.index_file import beside
from ledger.sqlite import connection as connections
from ledger.sqlite.connection import open_reader, open_writer
from ledger.sqlite.datastore import LedgerDatastore
from ledger.sqlite.schema import APPLICATION_ID, FORMAT_VERSION
from tests.ledgers import A, create, fill, invested, noise, raw, reopen

ROOT = Path(__file__).parent.parent


def _readable(path: str) -> bool:
    """Tell whether everybody may go where a file is."""
    return all(folder.stat().st_mode & 1 for folder in Path(path).resolve().parents)


needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or not _readable(os.__file__),
    reason="takes another user, whose place only root can take, and a Python for all",
)


def nothing(path: Path) -> None:
    del path


def text_file(path: Path) -> None:
    path.write_text("whereas: 1\nagreement: alpha-beta\n" * 100)


def half_a_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + b"\x00" * 20)


def other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE events (position INTEGER PRIMARY KEY)")


def empty_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE t (a)")
        other.execute("DROP TABLE t")


def newer_format(path: Path) -> None:
    create(path).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {FORMAT_VERSION + 1}")


def truncated(path: Path) -> None:
    with create(path) as ledger:
        fill(ledger)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def without_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE t (a)")
        other.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        other.execute(f"PRAGMA user_version = {FORMAT_VERSION}")


# What is there, what opening it says, and what starting a ledger there says.
STRANGERS: list[
    tuple[Callable[[Path], object], type[WhereasError], str, type[WhereasError] | None]
] = [
    (nothing, NotFound, "there is no ledger at", None),
    (Path.mkdir, InputError, "is not a file", InputError),
    (os.mkfifo, InputError, "is not a file", InputError),
    (Path.touch, InputError, "is empty", None),
    (text_file, InputError, "is not a ledger, nor any SQLite database", InputError),
    (half_a_header, InputError, "is not a ledger", InputError),
    (other_database, InputError, "is not a ledger", InputError),
    (empty_database, InputError, "is empty", None),
    (newer_format, InputError, "has format 2; this version of whereas reads", Refused),
    (truncated, Integrity, "is damaged", Integrity),
    (without_tables, Integrity, "is damaged", Refused),
]


@pytest.mark.parametrize(("make", "kind", "words", "_init"), STRANGERS)
@pytest.mark.parametrize("read_only", [True, False])
def test_what_is_no_ledger_is_named_and_left_as_it_is(
    tmp_path: Path,
    make: Callable[[Path], object],
    kind: type[WhereasError],
    words: str,
    _init: object,
    read_only: bool,  # noqa: FBT001  # a column of the table
) -> None:
    path = tmp_path / "whereas.db"
    make(path)
    before = {p.name: p.is_file() and p.read_bytes() for p in tmp_path.iterdir()}
    with (
        pytest.raises(kind, match=words) as caught,
        reopen(path, read_only=read_only) as ledger,
    ):
        list(ledger.read())
    assert caught.value.hint
    assert str(path) in str(caught.value)
    if kind is not Integrity:
        after = {p.name: p.is_file() and p.read_bytes() for p in tmp_path.iterdir()}
        assert after == before


@pytest.mark.parametrize(("make", "_kind", "_words", "kind"), STRANGERS)
def test_a_ledger_is_started_where_nothing_is_and_nowhere_else(
    tmp_path: Path,
    make: Callable[[Path], object],
    _kind: object,
    _words: object,
    kind: type[WhereasError] | None,
) -> None:
    path = tmp_path / "whereas.db"
    make(path)
    if kind is None:
        with create(path) as ledger:
            assert ledger.size == 0
        assert [p.name for p in tmp_path.iterdir()] == ["whereas.db"]
    else:
        with pytest.raises(kind):
            create(path)


def test_a_ledger_is_not_started_twice_nor_in_no_folder(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        fill(ledger)
        with pytest.raises(Refused, match=r"there is a ledger at .* already"):
            create(tmp_path / "l.db")
        assert ledger.size == 5
    with pytest.raises(NotFound, match="there is no folder"):
        create(tmp_path / "no" / "l.db")


@pytest.mark.parametrize("name", ["a b.db", "q?mode=memory", "50%.db", "#1.db", "é.db"])
def test_a_name_that_means_something_to_sqlite_is_a_name(
    tmp_path: Path, name: str
) -> None:
    with create(tmp_path / name) as ledger:
        fill(ledger)
    assert [p.name for p in tmp_path.iterdir()] == [name]
    with reopen(tmp_path / name, read_only=True) as ledger:
        assert ledger.size == 5


def test_a_reader_leaves_no_files_and_does_not_touch_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with create(path) as ledger:
        fill(ledger)
    before = path.read_bytes(), path.stat().st_mtime_ns
    with reopen(path, read_only=True) as ledger:
        assert len(list(ledger.read())) == 5
        ledger.check()
    assert [p.name for p in tmp_path.iterdir()] == ["l.db"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        fill(ledger)
    with reopen(tmp_path / "l.db", read_only=True) as ledger:
        with pytest.raises(Refused, match="can only be read"):
            ledger.append([invested(9)], recorded_by="ann")
        with pytest.raises(Refused):
            ledger.erase(A, 2, ["amount"], reason="x", recorded_by="ann")
        assert ledger.size == 5
    with (
        closing(open_reader(tmp_path / "l.db")[0]) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.execute("DELETE FROM events")


def test_a_reader_sees_what_a_writer_commits(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with create(path) as writer, reopen(path, read_only=True) as reader:
        assert reader.size == 0
        fill(writer)
        assert reader.size == 5
        assert reader.check() == writer.head()


def test_every_connection_is_set_to_keep_and_to_distrust(tmp_path: Path) -> None:
    create(tmp_path / "l.db").close()
    settings = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "query_only": 0,
        "secure_delete": 1,
        "application_id": APPLICATION_ID,
        "user_version": FORMAT_VERSION,
    }
    with closing(open_writer(tmp_path / "l.db")) as writer:
        found = {n: writer.execute(f"PRAGMA {n}").fetchone()[0] for n in settings}
    assert found == settings
    with closing(open_reader(tmp_path / "l.db")[0]) as reader:
        for name, value in {"query_only": 1, "trusted_schema": 0}.items():
            assert reader.execute(f"PRAGMA {name}").fetchone()[0] == value


@pytest.mark.parametrize("setting", ["synchronous", "journal_mode"])
def test_a_ledger_that_would_forget_is_not_opened_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    create(tmp_path / "l.db").close()
    asked = connections._pragma

    def forgetful(connection: sqlite3.Connection, words: str) -> object:
        return "memory" if words.startswith(setting) else asked(connection, words)

    monkeypatch.setattr(connections, "_pragma", forgetful)
    with pytest.raises(Refused, match="cannot be kept durably"):
        reopen(tmp_path / "l.db")


def test_an_old_sqlite_is_refused_by_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(Refused, match=r"is too old; 99.0.0 is needed"):
        create(tmp_path / "l.db")


def test_a_lock_that_is_not_given_back_is_a_conflict_in_time(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        fill(ledger)
    with (
        raw(tmp_path / "l.db", guarded=True) as other,
        reopen(tmp_path / "l.db", wait_seconds=0.05) as ledger,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Conflict, match="without a pause") as caught:
            ledger.append([invested(9)], recorded_by="ann")
        assert caught.value.hint == "try again"
        assert ledger.size == 5
        other.execute("ROLLBACK")
        ledger.append([invested(9)], recorded_by="ann")


def test_a_full_disk_refuses_the_append_and_the_ledger_goes_on(tmp_path: Path) -> None:
    with create(tmp_path / "l.db") as ledger:
        fill(ledger)
        before = ledger.head()
        file = ledger.application.recorder.store.file  # type: ignore[attr-defined]  # of our recorder
        assert isinstance(file, LedgerDatastore)
        writer = file._opened()
        pages = writer.execute("PRAGMA page_count").fetchone()[0]
        writer.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(
            Refused, match=r"no room for .* nothing was recorded"
        ) as got:
            ledger.append(
                [invested(n, note="n" * 500) for n in range(99)], recorded_by="a"
            )
        assert got.value.hint
        assert ledger.head() == before
        writer.execute("PRAGMA max_page_count = 1000000")
        ledger.append([invested(99)], recorded_by="ann")
        assert ledger.check().size == 6


LIMITED = """
import resource, sys
from pathlib import Path
from events.errors import Refused
from tests.ledgers import fill, invested, reopen

path = Path(sys.argv[1])
with reopen(path) as ledger:
    size = path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000,) * 2)
    acknowledged = ledger.size
    try:
        for number in range(10_000):
            ledger.append([invested(number, note="n" * 900)], recorded_by="ann")
            acknowledged += 1
    except Refused as error:
        print(acknowledged, error)
    assert ledger.size == acknowledged
"""


def test_a_file_that_may_not_grow_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with create(path) as ledger:
        fill(ledger)
    done = python(LIMITED, str(path))
    acknowledged, words = done.stdout.split(" ", 1)
    assert "the disk failed under" in words
    assert 5 < int(acknowledged) < 10_000, words
    with reopen(path, random=noise("later")) as ledger:
        assert ledger.check().size == int(acknowledged)
        ledger.append([invested(10_001)], recorded_by="ann")


AS_NOBODY = """
import os, sys
from pathlib import Path
from events.errors import WhereasError
from ledger import appending, application, checking, mapper, rules
from ledger.sqlite import factory
from tests.ledgers import invested, reopen

# Nobody may not be able to read the modules, so they are there before.
os.setgid(65534); os.setuid(65534)
path = Path(sys.argv[1])
try:
    with reopen(path, read_only=True) as ledger:
        print(len(list(ledger.read())), ledger.check().size)
except WhereasError as error:
    print(type(error).__name__, error)
try:
    with reopen(path) as ledger:
        ledger.append([invested(9)], recorded_by="nobody")
except WhereasError as error:
    print(type(error).__name__, error)
"""


def opened(path: Path) -> Iterator[Path]:
    """Give a folder and those above it that pytest made for this run."""
    yield path
    for folder in path.parents:
        if folder == Path(tempfile.gettempdir()):
            return
        yield folder


@needs_root
@pytest.mark.parametrize("writing", [False, True])
def test_a_ledger_that_one_may_only_read_is_read_without_a_trace(
    tmp_path: Path,
    writing: bool,  # noqa: FBT001  # whether somebody else has it open
) -> None:
    for folder in opened(tmp_path):
        folder.chmod(0o755)
    path = tmp_path / "l.db"
    with create(path) as ledger:
        fill(ledger)
    holder = reopen(path)
    if writing:
        holder.append([invested(7)], recorded_by="ann")
    else:
        holder.close()
    before = sorted(p.name for p in tmp_path.iterdir())
    lines = python(AS_NOBODY, str(path)).stdout.splitlines()
    assert lines == ["6 6" if writing else "5 5", f"Refused {path} can only be read"]
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    holder.close()


@needs_root
def test_a_ledger_that_one_may_not_read_says_so(tmp_path: Path) -> None:
    for folder in opened(tmp_path):
        folder.chmod(0o755)
    path = tmp_path / "l.db"
    create(path).close()
    path.chmod(0o600)
    lines = python(AS_NOBODY, str(path)).stdout.splitlines()
    assert lines == [
        f"Refused {path} cannot be opened",
        f"Refused {path} can only be read",
    ]


def test_a_file_read_without_locks_is_read_again_when_it_was_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "l.db"
    with create(path) as ledger:
        fill(ledger)
    monkeypatch.setattr(connections, "_may_write", lambda _: False)
    with reopen(path, read_only=True) as reader:
        assert reader.size == 5
        monkeypatch.undo()
        with reopen(path) as writer:
            writer.append([invested(9)], recorded_by="ann")
            monkeypatch.setattr(connections, "_may_write", lambda _: False)
            assert reader.size == 6
        assert reader.size == 6
        assert reader.check().size == 6


def gone(path: Path) -> None:
    path.unlink()


def elsewhere(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replaced(path: Path) -> None:
    other = path.with_name("other.db")
    create(other).close()
    other.replace(path)


@pytest.mark.parametrize("lose", [gone, elsewhere, replaced])
def test_a_file_that_is_no_longer_where_it_was_takes_nothing(
    tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    path = tmp_path / "l.db"
    with create(path) as ledger:
        fill(ledger)
        lose(path)
        for _ in range(2):
            with pytest.raises(Conflict, match=r"replaced .* nothing was recorded"):
                ledger.append([invested(9)], recorded_by="ann")
        assert ledger.size == 5


def test_what_a_moved_ledger_left_beside_its_place_is_neither_lost_nor_mixed(
    tmp_path: Path,
) -> None:
    path, moved = tmp_path / "l.db", tmp_path / "moved.db"
    log = tmp_path / "l.db-wal"
    with create(tmp_path / "other.db") as other, create(path) as ledger:
        fill(ledger)
        elsewhere(path)
        with pytest.raises(Conflict) as told:
            ledger.append([invested(9)], recorded_by="ann")
        assert "l.db-wal belongs to it: move that along" in str(told.value.hint)
        ledger.close()
        for make in (lambda: create(path), lambda: other.backup(path)):
            with pytest.raises(Refused, match=r"l\.db-wal has the last events of"):
                make()
    assert not path.exists()
    log.rename(tmp_path / "moved.db-wal")
    with reopen(moved) as ledger:
        assert ledger.check().size == 5
    create(path).close()


def test_a_file_that_goes_while_it_is_written_gives_no_receipt(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with create(path) as ledger:
        fill(ledger)
        file = ledger.application.recorder.store.file  # type: ignore[attr-defined]  # of our recorder
        with (
            pytest.raises(Conflict, match="is with the one that was there"),
            file.transaction(commit=True),
        ):
            path.rename(tmp_path / "moved.db")
        (tmp_path / "moved.db").rename(path)
        ledger.append([invested(9)], recorded_by="ann")
        assert ledger.size == 6


def linked(tmp_path: Path) -> tuple[Path, Path]:
    """Make a filled ledger, and a link to it in another folder."""
    file, link = tmp_path / "real" / "l.db", tmp_path / "link" / "l.db"
    for path in (file, link):
        path.parent.mkdir()
    link.symlink_to(file)
    with create(link) as ledger:
        fill(ledger)
    return file, link


def test_a_link_to_a_ledger_is_read_with_what_lies_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, link = linked(tmp_path)
    with reopen(file) as writer:
        writer.append([invested(9)], recorded_by="ann")
        monkeypatch.setattr(connections, "_may_write", lambda _: False)
        with reopen(link, read_only=True) as reader:
            assert reader.size == 6
            assert reader.path == file
    assert [path.name for path in link.parent.iterdir()] == ["l.db"]


def test_what_is_erased_by_a_link_is_not_left_in_the_index(tmp_path: Path) -> None:
    file, link = linked(tmp_path)
    beside(file).write_text("words that are to be erased")
    with reopen(link) as ledger:
        ledger.erase(A, 2, ["note"], reason="order", recorded_by="ann")
    assert not beside(file).exists()


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
