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
