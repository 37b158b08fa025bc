"""The questions about one agreement: list, show, state, history, diff, why."""

# Snapshots are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from inline_snapshot import snapshot

from tests.cli_run import Desk, told

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return told(tmp_path)


def shown(desk: Desk, line: str) -> str:
    """Run a command on a terminal without colour."""
    return str(desk.run(line, columns=80, env={"NO_COLOR": "1"}))


def title(desk: Desk, line: str) -> str:
    """Give the line that echoes what was asked."""
    return desk.run(line).stderr.splitlines()[0]


def test_the_agreements(desk: Desk) -> None:
    assert shown(desk, "list") == snapshot("""\
1 agreement, as known now (5 events)

  AGREEMENT  TITLE         EVENTS  LAST RECORDED
  a-b        Alpha - Beta  5       2026-01-01
""")


def test_an_empty_ledger_says_how_to_go_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.do("init")
    assert shown(desk, "list") == snapshot("""\
0 agreements, as known now (0 events)
--- stderr
hint: whereas append agreement-opened -h
""")


def test_an_agreement_as_a_whole(desk: Desk) -> None:
    assert shown(desk, "show a-b") == snapshot("""\
Alpha - Beta on 2026-01-02, as known now (@5)

  PARTY  NAME        ROLE   SET BY
  alpha  Alpha       buyer  @1
  beta   Beta, Inc.         @1

Milestones
  MILESTONE  CLAIMED  DETERMINED
  launch     -        -

Provisions: 1 in force, 1 contingent, 1 ended.
--- stderr
hint: whereas state a-b --on 2026-01-02
""")


def test_the_state_on_a_date_before_a_right_was_given_up(desk: Desk) -> None:
    assert shown(desk, "state a-b --on 2024-06-30") == snapshot("""\
Alpha - Beta on 2024-06-30, as known now (@5)

  PROVISION  HOLDER  WHAT                STATUS
  cloud      alpha   exclusive: cloud    in force until 2025-10-28 (@5)
  models     alpha   licence: models     in force through 2030
  share      alpha   revenue share 20 %  in force until milestone launch
                                         determined
""")


def test_only_provisions_of_a_status(desk: Desk) -> None:
    ran = desk.run("state a-b --status in-force --status ended")
    assert [row.split("\t")[0] for row in ran.stdout.splitlines()] == [
        "models",
        "cloud",
    ]


@pytest.mark.parametrize(
    ("line", "echoed"),
    [
        ("state a-b", "Alpha - Beta on 2026-01-02, as known now (@5)"),
        ("state a-b --on today", "Alpha - Beta on 2026-01-02, as known now (@5)"),
        (
            "state a-b --on 2025-Q3",
            "Alpha - Beta at the end of 2025-Q3 (2025-09-30), as known now (@5)",
        ),
        (
            "state a-b --on 2024 --known @3",
            (
                "Alpha - Beta at the end of 2024 (2024-12-31), as known after @3"
                " (recorded 2026-01-01T00:06:00Z)"
            ),
        ),
        (
            "state a-b --known 2026-01-01T00:04:30Z",
            "Alpha - Beta on 2026-01-02, as known at 2026-01-01T00:04:30Z (@2)",
        ),
        (
            "state a-b --known pos:1",
            "Alpha - Beta on 2026-01-02, as known at pos:1 (@2)",
        ),
        (
            "state a-b --on 2028-01-01 --suppose launch=2027-05-01",
            "Alpha - Beta on 2028-01-01, as known now (@5), supposing launch=2027-05-01",
        ),
        (
            "state a-b --on 2028 --horizon 2026-01-01 --suppose launch=2027-05-01",
            (
                "Alpha - Beta at the end of 2028 (2028-12-31), as known now (@5), silence"
                " counted up to 2026-01-01, supposing launch=2027-05-01"
            ),
        ),
        (
            "may alpha use --scope asset=models --horizon 2025 --suppose launch=2024",
            (
                "alpha, use, asset models: permitted on 2026-01-02, as known now (pos:4),"
                " silence counted up to the end of 2025 (2025-12-31), supposing"
                " launch=2024"
            ),
        ),
        (
            "what-if a-b --horizon today --suppose launch=2027",
            (
                "Alpha - Beta as known now (@5), silence counted up to 2026-01-02,"
                " supposing launch=2027"
            ),
        ),
        (
            "portfolio totals --horizon 2026-01-01",
            (
                "Totals on 2026-01-02, as known now (pos:4), silence counted up to"
                " 2026-01-01"
            ),
        ),
        (
            "diff a-b 2025-10-27..2025-10-28 --horizon 2026-01-01",
            (
                "Alpha - Beta from 2025-10-27 to 2025-10-28, as known now (@5), silence"
                " counted up to 2026-01-01"
            ),
        ),
        ("history a-b", "History of Alpha - Beta, as known now (@5)"),
        (
            "history a-b cloud --on 2020",
            (
                "History of cloud of Alpha - Beta, effective at the end of 2020"
                " (2020-12-31), as known now (@5)"
            ),
        ),
        ("why a-b cloud", "cloud of Alpha - Beta on 2026-01-02, as known now (@5)"),
        ("show a-b", "Alpha - Beta on 2026-01-02, as known now (@5)"),
        ("list", "1 agreement, as known now (5 events)"),
        (
            "state a-b --known 2030-01-01",
            "Alpha - Beta on 2026-01-02, as known now (@5)",
        ),
        ("history a-b --known 2030", "History of Alpha - Beta, as known now (@5)"),
        ("list --known 2030", "1 agreement, as known now (5 events)"),
        (
            "diff a-b 2025-10-27..2025-10-28",
            "Alpha - Beta from 2025-10-27 to 2025-10-28, as known now (@5)",
        ),
        (
            "diff a-b @3..@5 --on 2025-12-01",
            (
                "Alpha - Beta on 2025-12-01, as known after @3 (recorded"
                " 2026-01-01T00:06:00Z), then as known after @5 (recorded"
                " 2026-01-01T00:10:00Z)"
            ),
        ),
    ],
)
def test_both_clocks_and_what_else_was_given_are_echoed(
    desk: Desk, line: str, echoed: str
) -> None:
    assert title(desk, line) == echoed


def test_the_history_with_what_was_corrected_and_retracted(desk: Desk) -> None:
    desk.do(
        "correct a-b @3 --ends 'through 2031' --reason 'misread'",
        "retract a-b @5 --reason 'never signed'",
    )
    assert shown(desk, "history a-b") == snapshot("""\
History of Alpha - Beta, as known now (@7)

  EVENT  EFFECTIVE   WHAT                             SOURCE        RECORDED
  @1     2019-07-22  agreement-opened: title Alpha -                2026-01-01
                     Beta; parties alpha, beta                      by ann
  @2     2020        exclusivity-granted cloud:       deed clause   2026-01-01
                     holder alpha; against beta;      4             by ann
                     scope activity cloud; level
                     exclusive
  @3     2020-03-01  licence-granted models: holder                 2026-01-01
                     alpha; against beta; scope                     by ann
                     asset models; ends through 2031
                     (recorded as through 2030)
                     [corrected by @6]
  @4     2020-03-01  revenue-share-agreed share:                    2026-01-01
                     holder alpha; against beta;                    by ann
                     ends milestone launch
                     determined; basis of revenue;
                     rate 20 %
  @5     2025-10-28  right-relinquished cloud: by     amendment     2026-01-01
                     alpha [retracted by @7]          section 2     by ann
  @6                 event-corrected @3: target 3;                  2026-01-01
                     replacement ends through 2031;                 by ann
                     reason misread
  @7                 event-retracted @5: target 5;                  2026-01-01
                     reason never signed                            by ann
""")


def test_the_history_of_a_provision(desk: Desk) -> None:
    ran = desk.run("history a-b cloud")
    assert [row.split("\t")[0] for row in ran.stdout.splitlines()] == ["@2", "@5"]


def test_what_changed_in_the_world(desk: Desk) -> None:
    assert shown(desk, "diff a-b 2020-02-01..2025-10-28") == snapshot("""\
Alpha - Beta from 2020-02-01 to 2025-10-28, as known now (@5)

     WHAT    CHANGE                                                           BY
  ~  cloud   status: contingent -> ended                                      @5
             waits for: 2020 -> nothing
             ends: not stated -> 2025-10-28
  +  models  licence; held by alpha; over models; from 2020-03-01; ends       @3
             through 2030
  +  share   revenue-share; held by alpha; 20 %; from 2020-03-01; ends        @4
             milestone launch determined
""")


def test_what_changed_in_what_is_known(desk: Desk) -> None:
    desk.do("correct a-b @3 --ends 'through 2031' --reason misread")
    assert shown(desk, "diff a-b @5..") == snapshot("""\
Alpha - Beta on 2026-01-02, as known after @5 (recorded 2026-01-01T00:10:00Z),
  then as known now (@6)

     WHAT    CHANGE                              BY
  ~  models  ends: through 2030 -> through 2031  @6

Recorded in between
  EVENT  WHAT
  @6     event-corrected @3
""")
    by_position = desk.run("diff a-b pos:4..pos:5").stdout
    assert desk.run("diff a-b @5..@6").stdout == by_position
    by_time = "--known 2026-01-01T00:10:30Z..2026-01-01"
    assert desk.run(f"diff a-b {by_time}").stdout == by_position


@pytest.mark.parametrize(
    "line",
    [
        "state a-b --on 2035-01-01",
        "why a-b share --on 2035-01-01",
        "history a-b",
        "may alpha use --scope asset=models --on 2030-06-01",
        "what-if a-b --suppose launch=2035-01-01",
        "due --to 2035-01-01",
        "money --on 2035-01-01",
        "conflicts",
        "stakes",
        "list",
        "portfolio waiting launch --on 2035-01-01",
        "portfolio totals --on 2035-01-01",
        "export jsonl --what state --on 2035-01-01",
    ],
)
def test_what_lies_ahead_is_known_as_it_is_now(desk: Desk, line: str) -> None:
    form = "" if line.startswith("export") else "--json"
    now = desk.run(f"{line} {form}")
    assert now.status == 0, now
    assert desk.run(f"{line} {form} --known 2040-01-01") == now


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("diff a-b 2025-10-27..2025-10-28", 0),
        ("diff a-b 2025-10-27..2025-10-28 --exit-code", 1),
        ("diff a-b 2025-10-28..2025-10-29 --exit-code", 0),
    ],
)
def test_an_exit_status_tells_whether_anything_differs(
    desk: Desk, line: str, status: int
) -> None:
    assert desk.run(line).status == status


def test_why_a_provision_is_as_it_is(desk: Desk) -> None:
    assert shown(desk, "why a-b cloud") == snapshot("""\
cloud of Alpha - Beta on 2026-01-02, as known now (@5)

  WHAT              STATUS            FLAGS
  exclusive: cloud  ended 2025-10-28  imprecise-date

Set by
  PART   VALUE       EVENT
  grant  priority    @2
  ends   2025-10-28  @5

Events and sources
  EVENT  WHAT IT SAYS
  @2     exclusivity-granted (2020): holder alpha; against beta; scope activity
         cloud; level exclusive
         supports: deed, clause 4
  @5     right-relinquished (2025-10-28): by alpha
         supports: amendment, section 2: "no longer"
""")


def test_why_gives_the_text_of_a_provision_in_full(desk: Desk) -> None:
    text = "Whoever is asked by the other tells what it knows, within a fortnight."
    desk.do(
        "append obligation-assumed a-b --effective 2020 --id tell --holder alpha"
        f" --against beta --text '{text}'"
    )
    assert f'In its words: "{text}"' in shown(desk, "why a-b tell").replace("\n  ", " ")
    assert 'obligation: "Whoever is' in shown(desk, "state a-b")


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("term-changed --ends 2027-02-01", "in force until 2027-02-01 (@6)"),
        ("term-extended --ends 'through 2040'", "in force through 2040 (@6)"),
        ("term-extended --ends never", "in force without end (@6)"),
        ("provision-ended --basis terminated", "in force until 2027-01-01 (@6)"),
    ],
)
def test_an_end_that_is_set_later_is_told_with_its_event(
    desk: Desk, event: str, told: str
) -> None:
    name, _, rest = event.partition(" ")
    desk.do(f"append {name} a-b --provision models --effective 2027-01-01 {rest}")
    assert told in shown(desk, "state a-b")
    assert told in shown(desk, "why a-b models")
    assert told not in shown(desk, "state a-b --on 2027-01-15")


def test_an_event_that_waits_is_shown_as_pending(desk: Desk) -> None:
    desk.do(
        "append term-extended a-b --provision models --ends 'through 2040'"
        " --effective 'milestone launch determined'"
    )
    assert "@6     term-extended  milestone launch determined" in shown(
        desk, "state a-b"
    )
    document = json.loads(desk.run("state a-b --json").stdout)
    assert [pending["event"] for pending in document["pending"]] == [6]
    supposed = desk.run("state a-b --on 2028 --suppose launch=2027-05-01 --json").stdout
    assert json.loads(supposed)["pending"] == []


def test_a_partial_date_stays_partial_on_screen(desk: Desk) -> None:
    rows = desk.run("state a-b --on 2020-01").stdout
    assert rows.split("\t")[6] == "2020"


def test_a_moment_of_the_past_is_told_for_ever(desk: Desk) -> None:
    before = desk.run("state a-b --known @5 --json")
    desk.do("retract a-b @5 --reason 'never signed'")
    assert desk.run("state a-b --known @5 --json") == before
    assert desk.run("state a-b --json") != before


def test_the_horizon_decides_whether_silence_counts(desk: Desk) -> None:
    """Until the day of knowledge nothing happened; before it, nobody knows."""
    line = "state a-b --on 2025-06-01 --status contingent"
    assert desk.run(line).stdout == ""
    assert desk.run(f"{line} --horizon 2025-05-31").stdout.startswith("share\t")


@pytest.mark.parametrize(
    "line", ["list", "show a-b", "state a-b", "history a-b", "diff a-b @1..@2"]
)
def test_a_question_leaves_the_folder_as_it_was(desk: Desk, line: str) -> None:
    before = {path: path.read_bytes() for path in desk.folder.iterdir()}
    desk.do(line)
    assert {path: path.read_bytes() for path in desk.folder.iterdir()} == before


@pytest.mark.parametrize("line", ["list", "list --known pos:2", "proof a-b @2"])
def test_what_asks_for_few_events_reads_no_whole_agreement(
    desk: Desk, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.run(line)
    monkeypatch.setattr("ledger.ledger.Ledger.entries", lambda *_, **__: 1 / 0)
    after = desk.run(line)
    assert (after.stdout, after.status) == (before.stdout, before.status)
    assert after.status < 70


def test_a_schema_is_for_one_event_or_for_a_file(desk: Desk) -> None:
    one = json.loads(desk.run("schema investment-made").stdout)
    assert one["title"] == "InvestmentMade"
    assert (
        desk.run("schema InvestmentMade").stdout
        == desk.run("schema investment-made").stdout
    )
    assert "investment-made" in json.loads(desk.run("schema").stdout)["$defs"]


def test_a_topic_is_explained_and_a_command_is_a_topic(desk: Desk) -> None:
    assert "130  interrupted" in desk.run("help exit-codes").stdout
    assert desk.run("help state").stdout == desk.run("state -h").stdout
    listed = desk.run("help").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [
        *("exit-codes", "clocks", "dates", "when", "values", "keys"),
        *("output", "config"),
    ]


def test_show_tells_that_an_agreement_ended_and_what_it_takes_the_place_of(
    desk: Desk,
) -> None:
    signed = "append instrument-signed c-d --kind definitive --effective"
    desk.do(
        "append agreement-opened c-d --effective 2020 --title 'C - D' --part-of a-b"
        " --party id=c,name=C --party id=d,name=D",
        f"{signed} 2020 --id deed",
        f"{signed} 2021 --id restated --supersedes deed",
        "append agreement-ended c-d --effective 2022-03-01 --basis expired",
    )
    asked = "show c-d --on 2023-01-01"
    title = "C - D, ended 2022-03-01, on 2023-01-01, as known now (@4)"
    assert desk.run(asked).stderr.splitlines()[0] == title
    assert "ended" not in desk.run("show c-d --on 2022-02-28").stderr
    told = shown(desk, asked)
    assert "Part of a-b." in told
    assert "definitive  2021    deed" in told
