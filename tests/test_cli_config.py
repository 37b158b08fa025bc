"""Where settings come from: a flag, the environment, a file, what is built in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli_run import Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk in a folder below two others, with no settings in the environment."""
    folder = tmp_path / "deals" / "here"
    folder.mkdir(parents=True)
    return Desk(folder, environ={"TZ": "UTC"})


def made(desk: Desk, flags: str = "", env: dict[str, str] | None = None) -> Path:
    """Make a ledger and tell where it went."""
    root = desk.folder.parent.parent
    before = set(root.rglob("*.db"))
    ran = desk.run(f"init {flags}", env=env)
    assert ran.status == 0, str(ran)
    [path] = set(root.rglob("*.db")) - before
    return path.relative_to(root)


def user_settings(desk: Desk) -> Path:
    """Give the user's own file of settings."""
    path = desk.folder / "settings" / "whereas" / "config.toml"
    path.parent.mkdir(parents=True)
    desk.environ["XDG_CONFIG_HOME"] = str(desk.folder / "settings")
    return path


def test_without_settings_the_ledger_is_here(desk: Desk) -> None:
    assert str(made(desk)) == "deals/here/whereas.db"


def test_a_file_above_counts_from_its_own_folder(desk: Desk) -> None:
    (desk.folder.parent / ".whereas.toml").write_text('ledger = "ours.db"\n')
    assert str(made(desk)) == "deals/ours.db"


def test_the_nearest_file_wins_and_others_are_not_read(desk: Desk) -> None:
    (desk.folder.parent / ".whereas.toml").write_text("this is no toml\n")
    (desk.folder / ".whereas.toml").write_text('ledger = "near.db"\n')
    assert str(made(desk)) == "deals/here/near.db"


def test_the_settings_of_the_user_come_last(desk: Desk) -> None:
    user_settings(desk).write_text('ledger = "mine.db"\nrecorded_by = "user"\n')
    assert str(made(desk)) == "deals/here/settings/whereas/mine.db"
    (desk.folder / ".whereas.toml").write_text('ledger = "near.db"\n')
    assert str(made(desk)) == "deals/here/near.db"


def test_the_environment_wins_over_files_and_a_flag_over_both(desk: Desk) -> None:
    (desk.folder / ".whereas.toml").write_text('ledger = "file.db"\n')
    env = {"WHEREAS_LEDGER": "env.db"}
    assert str(made(desk, env=env)) == "deals/here/env.db"
    assert str(made(desk, "--ledger flag.db", env)) == "deals/here/flag.db"


def test_a_variable_without_words_sets_nothing(desk: Desk) -> None:
    assert str(made(desk, env={"WHEREAS_LEDGER": ""})) == "deals/here/whereas.db"


@pytest.mark.parametrize(
    ("file", "env", "flag", "recorded_by"),
    [
        ("file", "env", "flag", "flag"),
        ("file", "env", None, "env"),
        ("file", None, None, "file"),
        (None, None, None, "login"),
    ],
)
def test_who_records(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    file: str | None,
    env: str | None,
    flag: str | None,
    recorded_by: str,
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "login")
    if file:
        path = desk.folder / ".whereas.toml"
        path.write_text(f'recorded_by = "{file}"\n')
    if env:
        desk.environ["WHEREAS_RECORDED_BY"] = env
    desk.do(
        "init",
        "append agreement-opened a-b --effective 2019 --title T --party id=a,name=A"
        + (f" --recorded-by {flag}" if flag else ""),
    )
    assert desk.run("history a-b").stdout.split("\t")[6] == recorded_by


def test_today_is_the_clock_of_the_machine_where_nothing_is_set(desk: Desk) -> None:
    desk.do(
        "init",
        "append agreement-opened a-b --effective 2019 --title T --party id=a,name=A",
    )
    assert "T on 2026-01-01, " in desk.run("state a-b").stderr
    desk.environ["TZ"] = "UTC"
    desk.environ["WHEREAS_TODAY"] = "2030-02-03"
    assert "T on 2030-02-03, " in desk.run("state a-b").stderr


def test_a_setting_that_is_no_words_is_refused(desk: Desk) -> None:
    (desk.folder / ".whereas.toml").write_text("color = true\n")
    assert desk("list") == (
        "--- stderr\n"
        "error: /desk/.whereas.toml:1:1: color takes words in quotes\n"
        "  | color = true\n"
        "  | ^\n"
        "--- exit status 2\n"
    )
