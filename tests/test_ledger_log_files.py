from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.errors import Refused
from ledger.audit.checkpoints import Checkpoints
from ledger.log import files
from ledger.log.checkpoint import Checkpoint
from ledger.log.files import create, locked, replace
from ledger.log.keys import sign
from ledger.log.memory import Memory
from ledger.log.note import Note
from tests.log_parts import LOG, ORIGIN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes are of Unix")


def head(size: int = 3) -> Note:
    text = Checkpoint(ORIGIN, size, bytes(32)).text()
    return Note(text, (sign(text, LOG),))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o002, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_what_is_public_is_read_by_whoever_the_umask_lets_read(
    tmp_path: Path, umask: int
) -> None:
    checkpoints, memory = Checkpoints(tmp_path / "c"), Memory(tmp_path / "m" / "heads")
    checkpoints.add(head())
    checkpoints.stamp(3, b"stamp")
    with memory.locked():
        memory.remember(head())
    public = 0o644 & ~umask
    for name in ("c/3", "c/3.tsr"):
        assert mode(tmp_path / name) == public
    create(tmp_path / "secret", b"key")
    for name in ("secret", "m/heads"):
        assert mode(tmp_path / name) == 0o600


def test_whoever_may_write_in_a_folder_may_hold_its_one_lock(
    tmp_path: Path, umask: int
) -> None:
    del umask  # Whatever it is, the folder says who may.
    (tmp_path / "c").mkdir()
    (tmp_path / "c").chmod(0o2770)
    checkpoints = Checkpoints(tmp_path / "c")
    for size in (3, 4):
        checkpoints.add(head(size))
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == [
        ".lock",
        "3",
        "4",
    ]
    assert mode(tmp_path / "c" / ".lock") == 0o660


def test_what_the_system_does_not_let_us_write_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder" / "x").mkdir(parents=True)
    for attempt in (
        lambda: Checkpoints(tmp_path / "file").add(head()),
        lambda: Memory(tmp_path / "file" / "heads").locked().__enter__(),
        lambda: locked(tmp_path / "folder").__enter__(),
        lambda: replace(tmp_path / "folder", b""),
        lambda: replace(tmp_path / "none" / "file", b""),
    ):
        with pytest.raises(Refused, match=f"^{tmp_path}/.* cannot be written: "):
            attempt()

    def full(_folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "sync_folder", full)
    with pytest.raises(Refused, match=r"heads\.new cannot be written: No space left"):
        replace(tmp_path / "heads", b"")
    assert not (tmp_path / "heads").exists()


def test_what_goes_wrong_under_a_lock_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="another"), locked(tmp_path / "lock"):
        raise OSError(5, "another")
    with locked(tmp_path / "lock"):
        pass
