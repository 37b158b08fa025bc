"""What a bundle is, and what is no bundle at all."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.errors import InputError, Integrity, NotFound, Refused, WhereasError
from ledger.audit import zipform
from ledger.audit.export import export
from ledger.audit.names import CONVENIENCE, check_name
from ledger.audit.reading import open_bundle
from ledger.audit.verify import verify
from ledger.audit.writing import writing
from tests.audit_parts import (
    TRUST,
    WITNESSED,
    changed,
    files_of,
    filled,
    order_of,
    part,
    put,
    small,
)

NAMES = st.from_regex(r"[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,2}", fullmatch=True)


def test_the_same_ledger_and_order_give_the_same_bytes(tmp_path: Path) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        for name in ("one.zip", "two.zip"):
            export(ledger.store, tmp_path / name, order_of(ledger))
        export(ledger.store, tmp_path / "folder", order_of(ledger))
    one = (tmp_path / "one.zip").read_bytes()
    assert one == (tmp_path / "two.zip").read_bytes()
    assert files_of(tmp_path / "one.zip") == files_of(tmp_path / "folder")


def test_every_unzip_reads_what_we_write(tmp_path: Path) -> None:
    path = put(small(), tmp_path / "b.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {i.filename: archive.read(i) for i in archive.infolist()} == small()
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-q", path, "-d", tmp_path / "out"], check=True)
        assert files_of(tmp_path / "out") == small()


def test_a_zip_beyond_four_gigabytes_has_the_records_for_it() -> None:
    member = zipform.Member(b"a", 5, 7, 1 << 33)
    record = zipform.central_record(member)
    assert zipform.read_central(record + b"more") == (member, len(record))
    end = zipform.end_records(1 << 17, 9, 1 << 33)
    assert zipform.read_end(end) == (1 << 17, 9, 1 << 33)
    assert zipform.read_end(zipform.end_records(3, 9, 5)) == (3, 9, 5)


def test_sixty_six_thousand_members_are_read_by_us_and_by_others(
    tmp_path: Path,
) -> None:
    path = tmp_path / "b.zip"
    with writing(path) as writer:
        for number in range(66_000):
            writer.add(f"n/{number:06}", ())
    with zipfile.ZipFile(path) as archive:
        assert len(archive.infolist()) == 66_000
    with open_bundle(path) as bundle:
        assert sum(1 for _ in bundle.names()) == 66_000
        assert bundle.has("n/065999")


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=6))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("z")
    path = put(files, folder / "b.zip")
    assert files_of(path) == files


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../up", "a/../b", "a//b", ".hidden", "a/.b", "", "a\\b", "a b",
     "C:x", "a\x00", "é", "a" * 401, "a/"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        check_name(name)


# --- writing --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["b.zip", "b"])
def test_nothing_is_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(Refused, match="already there"), writing(tmp_path / name):
        raise AssertionError
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["b.zip", "b"])
def test_a_failure_leaves_nothing(tmp_path: Path, name: str) -> None:
    def failing() -> Iterator[bytes]:
        yield b"x"
        raise KeyError

    with pytest.raises(KeyError), writing(tmp_path / name) as writer:
        writer.add("a", failing())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["b.zip", "b"])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(Refused, match="No space left"), writing(tmp_path / name) as to:
        to.add("a", (b"x",))
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_needs_a_folder_to_be_in(tmp_path: Path) -> None:
    with pytest.raises(NotFound), writing(tmp_path / "none" / "b.zip"):
        raise AssertionError


def test_a_damaged_ledger_is_not_given_away(tmp_path: Path) -> None:
    """The row at position 3 was edited by somebody who dropped the triggers."""
    from tests.ledgers import raw  # noqa: PLC0415  # the only test that edits a file

    with filled(tmp_path / "ledger.db") as ledger:
        with raw(tmp_path / "ledger.db") as connection:
            connection.execute(
                "UPDATE events SET event = CAST(replace(event, 'bob', 'eve') AS BLOB)"
                " WHERE position = 3"
            )
        with pytest.raises(Integrity) as found:
            export(ledger.store, tmp_path / "b.zip", order_of(ledger))
    assert found.value.position == 3
    assert not (tmp_path / "b.zip").exists()


# --- reading --------------------------------------------------------------------------


def _link(path: Path) -> None:
    (path / "README").unlink()
    (path / "README").symlink_to("/etc/passwd")


def _linked_folder(path: Path) -> None:
    shutil.move(path / "state", path.parent / "elsewhere")
    (path / "state").symlink_to(path.parent / "elsewhere")


def _pipe(path: Path) -> None:
    os.mkfifo(path / "pipe")


def _empty_folder(path: Path) -> None:
    (path / "documents").mkdir()


def _hidden(path: Path) -> None:
    (path / ".note").write_text("x")


@pytest.mark.parametrize("harm", [_link, _linked_folder, _pipe, _empty_folder, _hidden])
def test_a_folder_with_anything_but_files_is_no_bundle(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    path = put(part(), tmp_path / "b")
    harm(path)
    with pytest.raises(InputError):
        verify(path, TRUST)


@pytest.mark.parametrize(
    ("name", "error"),
    [("extra", Integrity), ("state/x@2020.json", Integrity), ("tile/9/000", Integrity),
     ("documents/00", Integrity), ("keys/3", InputError), ("entries/x", InputError),
     ("heads/other", Integrity), ("checkpoints/7.tsr", Integrity),
     ("consistency/1-2", Integrity), ("disclosures/99", Integrity),
     ("entries/999.json", Integrity), ("proofs/9.tlog-proof", Integrity)],
)  # fmt: skip
@pytest.mark.parametrize("form", ["b", "b.zip"])
def test_a_file_that_no_check_covers_is_refused(
    tmp_path: Path, name: str, error: type[WhereasError], form: str
) -> None:
    for files in (small(), part()):
        with pytest.raises((error, Integrity)):
            verify(put({**files, name: b"{}"}, tmp_path / form), TRUST)


@pytest.mark.parametrize("made", [small, part], ids=["full", "part"])
def test_every_file_but_the_convenient_ones_is_needed(
    tmp_path: Path, made: Callable[[], dict[str, bytes]]
) -> None:
    files = made()
    for name in files:
        # Without one of these less is said, and nothing wrong.
        optional = name == "history.csv" or name.startswith("state/")
        if name in CONVENIENCE or optional:
            verify(put(changed(files, name, None), tmp_path / "b"), TRUST)
        else:
            with pytest.raises(WhereasError):
                verify(put(changed(files, name, None), tmp_path / "b"), TRUST)


@pytest.mark.parametrize("made", [small, part], ids=["full", "part"])
def test_the_file_or_the_event_that_was_emptied_is_named(
    tmp_path: Path, made: Callable[[], dict[str, bytes]]
) -> None:
    files = made()
    for name in sorted({name for name in files if files[name]} - {*CONVENIENCE}):
        with pytest.raises(WhereasError) as found:
            verify(put(changed(files, name, b""), tmp_path / "b"), TRUST)
        wrong = found.value
        assert name in f"{wrong} {wrong.facts}" or wrong.number("position") is not None


def _zip(files: dict[str, bytes], path: Path, **settings: int) -> Path:
    with zipfile.ZipFile(path, "w", **settings) as archive:  # type: ignore[call-overload]  # of settings that a zip may have
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, settings.get("compression"))
    return path


def test_a_compressed_zip_is_no_bundle_so_that_no_bomb_is(tmp_path: Path) -> None:
    bomb = {"MANIFEST.json": bytes(1 << 20)}
    path = _zip(bomb, tmp_path / "b.zip", compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1 << 12
    with pytest.raises(InputError, match="directory is not of the one form"):
        verify(path, TRUST)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "names", [["a", "a"], ["b", "a"], ["../a", "b"], ["/a", "b"]], ids=str
)
def test_a_zip_with_names_twice_or_out_of_order_is_no_bundle(
    tmp_path: Path, names: list[str]
) -> None:
    data, records, at = b"", b"", 0
    for name in names:
        member = zipform.Member(name.encode(), 0, 0, at)
        data += zipform.local_header(member)
        records += zipform.central_record(member)
        at = len(data)
    whole = data + records + zipform.end_records(len(names), len(records), len(data))
    (tmp_path / "b.zip").write_bytes(whole)
    with pytest.raises(InputError):
        verify(tmp_path / "b.zip", TRUST)


def test_a_zip_cut_at_any_length_is_no_bundle(tmp_path: Path) -> None:
    whole = put(part(), tmp_path / "b.zip").read_bytes()
    for length in {0, 1, 21, 22, 100, *range(len(whole) - 200, len(whole), 7)}:
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        with pytest.raises(InputError):
            verify(tmp_path / "cut.zip", TRUST)


def test_a_zip_with_bytes_before_between_or_behind_is_no_bundle(tmp_path: Path) -> None:
    whole = put(part(), tmp_path / "b.zip").read_bytes()
    for at in (0, 30, len(whole) // 2, len(whole)):
        (tmp_path / "more.zip").write_bytes(whole[:at] + b"\0" + whole[at:])
        with pytest.raises(WhereasError):
            verify(tmp_path / "more.zip", TRUST)


def test_a_content_that_is_not_what_the_zip_says_is_found(tmp_path: Path) -> None:
    path = put(part(), tmp_path / "b.zip")
    whole = bytearray(path.read_bytes())
    at = whole.index(part()["README"])
    whole[at] ^= 1
    path.write_bytes(whole)
    with pytest.raises(Integrity) as found:
        verify(path, TRUST)
    assert found.value.facts["file"] == "README"
    assert found.value.facts["expected"] == f"crc32 {zlib.crc32(part()['README']):08x}"


def test_what_is_no_file_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none", Path(os.devnull)):
        with pytest.raises(InputError):
            verify(path, TRUST)


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_zip_ends_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("f")
    whole = bytearray(put(part(), folder / "b.zip").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    (folder / "c.zip").write_bytes(whole)
    try:
        verify(folder / "c.zip", WITNESSED)
    except (InputError, Integrity):
        return
    assert files_of(folder / "c.zip") == part()


def test_a_bundle_is_there_for_everybody_to_read(tmp_path: Path) -> None:
    for name, mode in (("b.zip", 0o644), ("b", 0o755)):
        found = put(part(), tmp_path / name).stat().st_mode
        assert stat.S_IMODE(found) == mode
