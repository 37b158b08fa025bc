"""A clock that was once wrong stays in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.clocks import ahead
from ledger.clock import SECOND_US, instant_text
from tests.cli_run import OPENED, Desk

NOW_US = 1_800_000_000 * SECOND_US
KEY = "--passphrase-file keys/passphrase"
REPORTED = (
    "append stake-reported a-b --effective 2020 --holder alpha --issuer beta"
    " --share '27 %' --basis 'all shares' --key k1"
)


@pytest.mark.parametrize(
    ("seconds", "told"), [(-60, False), (0, False), (300, False), (301, True)]
)
def test_more_than_a_slip_is_told(seconds: int, told: bool) -> None:  # noqa: FBT001  # a column
    last = instant_text(NOW_US + seconds * SECOND_US)
    assert bool(ahead(last, NOW_US)) == told


def test_whoever_records_or_signs_is_told_that_the_ledger_is_ahead(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "passphrase").write_text("secret")
    (tmp_path / "keys" / "passphrase").chmod(0o600)
    now = desk.now_us
    desk.now_us += 20 * 365 * 24 * 60 * 60 * SECOND_US
    desk.do(*OPENED)
    desk.now_us = now
    told = desk.run(REPORTED)
    assert told.status == 0
    assert "note: the last event is dated 2045-12-" in told.stderr
    assert "and this clock shows 2026-01-01T00:0" in told.stderr
    assert "note:" not in desk.run(REPORTED).stderr
    desk.do(f"key new example.com/deals keys/deals.key {KEY}")
    sign = f"checkpoint --key-file keys/deals.key {KEY} --memory keys/heads"
    signed = desk.run(sign)
    assert signed.stdout.startswith("example.com/deals")
    assert signed.stderr.startswith("note: the last event is dated 2045-12-")
    given = desk.run(f"export audit b.zip {sign.removeprefix('checkpoint ')}")
    assert given.stderr.startswith("note: the last event is dated 2045-12-")


@pytest.mark.parametrize(
    "line",
    [
        "import more.jsonl",
        "append -",
        "erase a-b @2 share --reason 'asked for'",
        "correct a-b @2 --share '28 %' --reason misread",
        (
            f"key rotate --key-file keys/a {KEY} --new-key-file keys/b"
            " --new-passphrase-file keys/passphrase --memory keys/heads"
        ),
    ],
)
def test_no_command_that_records_leaves_out_to_say_so(
    tmp_path: Path, line: str
) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "passphrase").write_text("secret")
    (tmp_path / "keys" / "passphrase").chmod(0o600)
    for name in "ab":
        desk.do(f"key new example.com/deals keys/{name} {KEY}")
    now = desk.now_us
    desk.now_us += 20 * 365 * 24 * 60 * 60 * SECOND_US
    desk.do(*OPENED, REPORTED)
    desk.do(f"checkpoint --key-file keys/a {KEY} --memory keys/heads")
    desk.now_us = now
    more = (
        '{"event": "party-joined", "agreement": "a-b", "effective": "2021",'
        ' "party": {"id": "gamma", "name": "Gamma"}}'
    )
    (tmp_path / "more.jsonl").write_text(f"{more}\n")
    told = desk.run(line, stdin=more)
    assert (told.status, told.stderr.count("is dated 2045-12-")) == (0, 1), str(told)
    if line.startswith("import"):
        # What was there already is dated by nobody's clock.
        assert "is dated" not in desk.run(line).stderr
