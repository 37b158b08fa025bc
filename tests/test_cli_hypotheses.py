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
    said = desk(line, columns=100)
    assert said.partition("\n\nDiffers")[2].partition("\n\n")[0] == snapshot("""\
 on 2024-03-01
     WHAT               CHANGE                               BY
  ~  investment-option  status: in force -> ended            (supposed)
                        ends: through 2024-Q1 -> 2024-03-01\
""")
    answer = json.loads(desk.run(f"{line} --json").stdout)
    assert [event["event"] for event in answer["events"]] == [0]


def test_what_a_supposal_leaves_no_room_for_is_told(desk: Desk) -> None:
    given(desk, "microsoft-openai")
    line = "--suppose agi-verified=2020-01-01 --horizon 2026-01-01"
    said = "\n@27 does not apply here: ip-models has ended by 2025-10-28.\n"
    for question in ("state microsoft-openai --on 2026-01-01", "due microsoft-openai"):
        assert said in desk(f"{question} {line}", columns=100)


def test_it_is_said_that_not_every_renewal_is_listed(desk: Desk) -> None:
    (desk.folder / "a.yaml").write_text(
        "whereas: 1\nagreement: a-b\nevents:\n"
        "  - {event: AgreementOpened, effective: 2020-01-01, title: A - B,"
        " parties: [{id: a, name: A}]}\n"
        "  - {event: ObligationAssumed, effective: 2020-01-01, id: supply, holder: a,"
        " ends: renews every 12 months from (through 2026) unless notice 3 months"
        " before}\n"
    )
    desk.do("import a.yaml")
    for question in (
        "what-if a-b --suppose 'notice supply@9000-01-01'",
        "due a-b --to 9000-01-01",
    ):
        said = desk(question, columns=100)
        assert "supply renews more often than is listed." in said


def test_a_measure_that_is_supposed_is_shown_as_such(desk: Desk) -> None:
    given(desk, "hulu")
    line = "--suppose 'measure fair-value-of-hulu=USD 20bn@2025-06-09'"
    state = f"state hulu {line} --on"
    shown = "fair-value-of-hulu          USD 20bn          2025-06-09 (supposed)"
    assert shown in desk(f"{state} 2025-06-09", columns=100)
    assert shown not in desk(f"{state} 2025-06-08", columns=100)
    # A report as of a later day counts for more.
    earlier = line.replace("2025-06-09", "2023-06-09")
    assert "USD 20bn " not in desk(f"state hulu {earlier}", columns=100)
    assert (
        "measure fair-value-of-hulu  value: over USD 27.5bn -> USD 20bn      @27 (supposed)"
        in desk(f"what-if hulu {line}", columns=100)
    )


def test_an_exercise_takes_for_granted_that_the_option_has_opened(desk: Desk) -> None:
    given(desk, "cuad")
    exercise = "what-if cuad --suppose 'exercise escrow@2027-01-01'"
    remark = (
        "exercise escrow@2027-01-01 takes for granted that escrow has opened by then, "
        "which hangs on milestone release-condition."
    )
    assert remark in " ".join(desk(exercise, columns=100).split())
    opened = f"{exercise} --suppose release-condition=2026-12-01"
    assert "takes for granted" not in desk(opened, columns=100)
    perhaps = f"{exercise} --suppose release-condition=2027"
    assert "takes for granted" in desk(perhaps, columns=100)


def test_whoever_exercises_at_the_wrong_time_hears_of_the_day_and_the_event(
    desk: Desk,
) -> None:
    given(desk, "hulu")
    early = "what-if hulu --known @14 --suppose 'exercise put@2023-10-15'"
    assert desk(early) == snapshot("""\
--- stderr
error: put cannot be exercised on 2023-10-15: it opens on 2023-11-01
  in the way: @14 term-changed put (2023-09-06)
  source: The Walt Disney Company, Form 8-K, date of report September 6, 2023 (SEC)
hint: whereas due shows when options open and close
--- exit status 1
""")
    late = "what-if hulu --suppose 'exercise put@2023-12-15'"
    assert desk(late) == snapshot("""\
--- stderr
error: exercise put@2023-12-15 cannot be supposed: put has ended by 2023-12-15
  in the way: @18 option-exercised put (2023-11-01)
  source: The Walt Disney Company to purchase remaining stake in Hulu from Comcast (exhibit 99.1 to a Form 8-K, SEC), paragraph 1
hint: provision-reinstated brings an ended provision back; an earlier effective date may be meant
--- exit status 1
""")


def test_what_may_fall_on_other_days_is_told_with_both_bounds(desk: Desk) -> None:
    given(desk, "microsoft-openai")
    line = "what-if microsoft-openai --horizon 2026-01-01"
    said = desk(f"{line} --suppose 'agi-verified>2028-01-01'", columns=100)
    assert "-  2026-01-01 … 2031-01-01  ends  ip-research" in said
    assert "+  2028-01-02 … 2031-01-01  ends  ip-research" in said


def test_an_event_of_an_imprecise_day_is_refused_by_its_first(desk: Desk) -> None:
    given(desk, "hulu")
    said = desk("what-if hulu --suppose 'exercise call@2024-02-01'", columns=200)
    assert "could not apply: call has ended by 2025-06-09." in said
