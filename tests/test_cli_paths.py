"""What is no bug: folders that are gone or closed, and names that no system takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from cli.config import Settings
from tests.cli_run import OPENED, Desk
from tests.cli_run import told as told_desk

LONG = "x" * 300


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def closed(*_: object, **__: object) -> NoReturn:
    raise PermissionError(13, "Permission denied", "/closed")


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        ("--version", 0, "whereas 0.1.0"),
        ("help when", 0, "How starts and ends"),
        ("list", 1, "error: the working folder cannot be found: no such file"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="a folder in use is not taken away")
def test_a_working_folder_that_is_gone_is_no_bug(
    tmp_path: Path, line: str, status: int, told: str
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import os; os.rmdir({str(gone)!r}); from cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *line.split()],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout + done.stderr).startswith(told)
    assert done.returncode == status


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("list --ledger ~nosuch/x.db", "~nosuch/x.db"),
        ("verify ~bundle.zip", "~bundle.zip"),
    ],
)
def test_a_home_that_nobody_knows_is_named(desk: Desk, line: str, name: str) -> None:
    ran = desk.run(line)
    assert ran.status == 2
    assert ran.stderr.startswith(f"error: nobody knows the home folder that {name} ")
    assert ran.stderr.endswith(f"hint: a file of that name is ./{name}\n")


def test_a_home_that_nobody_knows_is_named_in_settings(desk: Desk) -> None:
    (desk.folder / ".whereas.toml").write_text('ledger = "~nosuch/x.db"\n')
    assert desk.run("list").status == 2


@pytest.mark.parametrize("line", ["list", "init"])
def test_a_name_that_is_too_long_is_refused(desk: Desk, line: str) -> None:
    ran = desk.run(f"{line} --ledger {LONG}")
    told = f"error: /desk/{LONG} cannot be used: file name too long\n"
    assert (ran.stderr, ran.status) == (told, 1)


def test_a_folder_above_that_may_not_be_looked_into_has_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_file", closed)
    assert Settings({}, {}, tmp_path).ledger == tmp_path / "whereas.db"


def test_a_file_that_may_not_be_opened_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.ledger.Ledger.create", closed)
    assert desk("init") == (
        "--- stderr\n"
        "error: /closed cannot be used: permission denied\n"
        "hint: look at the permissions of it and of its folder\n"
        "--- exit status 1\n"
    )


def test_what_may_be_recorded_is_told_where_a_file_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do("init")
    monkeypatch.setattr("cli.recording.answer", closed)
    ran = desk.run(OPENED[1])
    assert ran.stderr == (
        "error: /closed cannot be used: permission denied\n"
        "hint: do not record again: what was recorded stays,"
        " and `whereas history AGREEMENT` shows it\n"
    )
    assert ran.status == 74
    assert desk.run("show a-b").status == 0


def test_a_bug_does_not_say_that_nothing_is_recorded_where_something_may_be(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do("init")
    monkeypatch.setattr("cli.recording.answer", lambda *_: 1 / 0)
    ran = desk.run(OPENED[1])
    assert "hint: what was recorded stays, and `whereas history" in ran.stderr
    assert ran.status == 70


def test_a_receipt_is_given_though_a_bug_keeps_the_proof(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do("init")
    monkeypatch.setattr("cli.proving.Proving.make", lambda *_: 1 / 0)
    monkeypatch.setattr("cli.proving.Proving.check", lambda *_: None)
    ran = desk.run(f"{OPENED[1]} --proof a.tlog-proof")
    assert ran.stdout.startswith("recorded\ta-b\t@1\t")
    assert ran.status == 70


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_a_receipt_names_a_file_whose_name_is_no_text(desk: Desk) -> None:
    desk.do("init")
    name = os.fsdecode(b"bad\xff.jsonl")
    (desk.folder / name).write_text(
        '{"event": "agreement-opened", "agreement": "a-b", "effective": "2020",'
        ' "title": "A", "parties": [{"id": "a", "name": "A"}]}\n'
    )
    ran = desk.run(["import", name, "--json"])
    assert ran.status == 0, str(ran)
    assert '"file": "bad\\\\udcff.jsonl"' in ran.stdout


def test_the_memory_of_a_signer_is_never_kept_in_a_relative_folder(
    tmp_path: Path,
) -> None:
    desk = told_desk(tmp_path)
    (tmp_path / "pass").write_text("secret\n")
    (tmp_path / "pass").chmod(0o600)
    (tmp_path / "keys").mkdir()
    desk.do("key new deals keys/k --passphrase-file pass")
    ran = desk.run(
        "checkpoint --key-file keys/k --passphrase-file pass",
        env={"XDG_CONFIG_HOME": "settings"},
    )
    assert ran.status == 2
    assert "hint: name one: --memory FILE" in ran.stderr
    assert not (tmp_path / "settings").exists()
