"""What is supposed, as a reader sees it: what follows, and what it takes for granted."""

# Snapshots are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.cli_run import Desk

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a ledger that is made."""
    desk = Desk(tmp_path)
    desk.environ |= {"NO_COLOR": "1"}
    desk.do("init")
    return desk


def given(desk: Desk, *names: str) -> Desk:
    """Record examples."""
    for name in names:
        desk.do(f"import {EXAMPLES / name}.yaml")
    return desk


def test_what_is_supposed_stands_for_no_recorded_event(desk: Desk) -> None:
    line = (
        "what-if amazon-anthropic --known @4 --horizon 2024-01-01"
        " --suppose 'exercise investment-option@2024-03-01'"
    )
    given(desk, "amazon-anthropic")
    assert desk(line, columns=100) == snapshot("""\
Amazon - Anthropic collaboration as known after @4 (recorded 2026-01-01T00:19:00Z), supposing
  exercise investment-option@2024-03-01

  DATE        WHAT  PROVISION          INSTEAD OF
  2024-03-01  ends  investment-option  2024-04-01

Falls due (+ only so, - only otherwise)
     DATE        WHAT    SUBJECT
  +  2024-03-01  closes  investment-option
  -  2024-04-01  closes  investment-option

Differs on 2024-03-01
     WHAT               CHANGE                               BY
  ~  investment-option  status: in force -> ended            (supposed)
                        ends: through 2024-Q1 -> 2024-03-01

Goes on after 2024-03-01
  PROVISION         STATUS    TO
  investment-first  in force  (no end stated)
""")
    answer = json.loads(desk.run(f"{line} --json").stdout)
    assert [event["event"] for event in answer["events"]] == [0]
