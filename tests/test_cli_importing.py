"""Importing files from the command line, and the walk through the founding example."""

# What a command says is kept as it is.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from cli.commands.demo import example
from ledger.ledger import Ledger
from tests.cli_run import Desk

FILE = """\
whereas: 1
agreement: a-b
sources:
  deed: {title: The Deed}
events:
  - event: AgreementOpened
    effective: 2019
    title: Alpha - Beta
    parties:
      - {id: alpha, name: Alpha}
      - {id: beta, name: Beta}
  - batch: the deed
    effective: 2020-01-01
    events:
      - event: LicenceGranted
        id: models
        holder: alpha
        against: beta
        ends: through 2030
        sources: [{source: deed, at: clause 4}]
      - {event: RightRelinquished, provision: models, by: alpha, effective: 2025-10-28}
"""
LATER = """\
whereas: 1
agreement: a-b
events:
  - {event: PartyJoined, effective: 2026, party: {id: gamma, name: Gamma}}
  - batch: too late
    effective: 2025-12-01
    events:
      - {event: PartyJoined, party: {id: delta, name: Delta}}
      - {event: TermExtended, provision: models, ends: never}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "deal.yaml").write_text(FILE)
    (tmp_path / "later.yaml").write_text(LATER)
    desk = Desk(tmp_path)
    desk.do("init")
    return desk


def shown(desk: Desk, line: str, columns: int) -> str:
    return str(desk.run(line, columns=columns, env={"NO_COLOR": "1"}))


def test_importing_a_file_twice_adds_nothing_and_says_so(desk: Desk) -> None:
    assert shown(desk, "import deal.yaml", 60) == snapshot("""\
3 events added, 0 already there; the ledger holds 3

  FILE       ADDED  ALREADY THERE
  deal.yaml  3      0
""")
    assert shown(desk, "import deal.yaml", 60) == snapshot("""\
0 events added, 3 already there; the ledger holds 3

  FILE       ADDED  ALREADY THERE
  deal.yaml  0      3
""")


@pytest.mark.parametrize("looks", range(1, 4))
def test_an_interrupted_import_says_so_and_goes_on_when_done_again(
    desk: Desk, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop after some looks at the clock: before, between and within files."""
    (desk.folder / "more.yaml").write_text(FILE.replace("a-b", "c-d"))
    clock, left = desk._clock, iter(range(looks))

    def look() -> int:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return clock()

    with monkeypatch.context() as patched:
        patched.setattr(desk, "_clock", look)
        ran = desk.run("import deal.yaml more.yaml")
    assert ran.status == 130
    said = ran.stderr.splitlines()
    with Ledger.open(desk.folder / "whereas.db") as ledger:
        size = ledger.size
    count = "1 event" if size == 1 else f"{size} events"
    whole = "a batch that was under way is there whole or not at all"
    again = "whereas import deal.yaml more.yaml"
    assert said[-2:] == [
        f"interrupted: {count} added; {whole}",
        f"hint: importing again adds what is missing: {again}",
    ]
    assert desk.run("import deal.yaml more.yaml").stderr == (
        f"{6 - size} events added, {size} already there; the ledger holds 6\n"
    )


def test_an_interrupted_dry_run_says_that_nothing_was_to_be_recorded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ledger.ledger.Ledger.append_batches", stopped)
    ran = desk.run("import --dry-run deal.yaml")
    assert ran.status == 130
    assert ran.stderr.splitlines()[-1] == "interrupted: nothing was to be recorded"


def test_a_refused_event_takes_its_batch_along_and_leaves_those_before(
    desk: Desk,
) -> None:
    desk.do("import deal.yaml")
    assert desk("import later.yaml") == snapshot("""\
later.yaml	1	0
--- stderr
1 event added, 0 already there; the ledger holds 4
error: later.yaml:9:9: models has ended by 2025-12-01
  in the way: @3 right-relinquished models (2025-10-28)
hint: provision-reinstated brings an ended provision back; an earlier effective date may be meant
--- exit status 1
""")
    assert desk("list --csv") == snapshot("""\
agreement,title,events,last_recorded
a-b,Alpha - Beta,4,2026-01-01T00:09:00.000000Z
--- stderr
1 agreement, as known now (4 events)
""")


def test_a_mistake_in_a_file_is_shown_where_it_is_and_changes_nothing(
    desk: Desk,
) -> None:
    path = desk.folder / "deal.yaml"
    path.write_text(FILE.replace("holder: alpha", "holdre: alpha"))
    assert desk("import deal.yaml") == snapshot("""\
--- stderr
error: deal.yaml:17:9: licence-granted has no field holdre
  |         holdre: alpha
  |         ^
hint: did you mean holder?
--- exit status 2
""")
    assert desk("list") == snapshot("""\
--- stderr
0 agreements, as known now (0 events)
""")


def test_a_dry_run_shows_the_difference_in_state_and_writes_nothing(
    desk: Desk,
) -> None:
    assert shown(desk, "import -n deal.yaml", 80) == snapshot("""\
would record @1 agreement-opened, @2 licence-granted, @3 right-relinquished in
  a-b; nothing is recorded; on 2026-01-02, this would change:

     WHAT         CHANGE                                                   BY
  +  models       licence; held by alpha; from 2020-01-01; ends            @2 @3
                  2025-10-28
  +  party alpha  name Alpha                                               @1
  +  party beta   name Beta                                                @1
""")
    assert desk("list") == snapshot("""\
--- stderr
0 agreements, as known now (0 events)
""")


def test_later_files_may_rest_on_earlier_ones_also_in_a_dry_run(desk: Desk) -> None:
    (desk.folder / "more.yaml").write_text(
        "whereas: 1\nagreement: a-b\nevents:\n"
        "  - {event: PartyLeft, effective: 2026, party: beta}\n"
    )
    assert desk.run("import -n deal.yaml more.yaml").status == 0


def test_events_come_from_another_program_too(desk: Desk) -> None:
    line = (
        '{"event": "AgreementOpened", "agreement": "c-d", "effective": 2019,'
        ' "title": "C - D", "parties": [{"id": "c", "name": "C"}]}\n'
    )
    assert str(desk.run("import - --format jsonl --jsonl", stdin=line)) == snapshot("""\
{"file":"stdin","added":1,"already_there":0,"batches_added":1,"batches_already_there":0}
--- stderr
1 event added, 0 already there; the ledger holds 1
""")


def test_a_format_that_there_is_not_is_refused_with_the_nearest(desk: Desk) -> None:
    assert desk("import deal.yaml --format yml2") == snapshot("""\
--- stderr
error: there is no format yml2
hint: did you mean yaml?
--- exit status 2
""")


def test_a_file_that_there_is_not_is_no_traceback(desk: Desk) -> None:
    assert desk("import nowhere.yaml") == snapshot("""\
--- stderr
error: nowhere.yaml cannot be read: no such file or directory
--- exit status 2
""")


def test_the_demo_shows_three_dates_a_difference_and_a_reason(desk: Desk) -> None:
    (desk.folder / "whereas.db").unlink()
    ran = desk.run("demo")
    commands = [line for line in ran.stdout.splitlines() if line.startswith("$ ")]
    assert commands == snapshot(
        [
            "$ whereas import examples/microsoft-openai.yaml",
            "$ whereas state microsoft-openai --on 2020-01-01",
            "$ whereas state microsoft-openai --on 2025-06-01",
            "$ whereas state microsoft-openai --on 2026-01-01",
            "$ whereas diff microsoft-openai 2025-10-27..2025-10-28",
            "$ whereas why microsoft-openai azure-cloud --on 2026-01-01",
        ]
    )
    assert ran.status == 0
    assert "55 events added" in ran.stdout
    assert '"exclusive cloud provider"' in ran.stdout
    assert sorted(path.name for path in desk.folder.iterdir()) == [
        "deal.yaml",
        "later.yaml",
    ]


def test_the_demo_keeps_the_ledger_where_it_is_asked_to(desk: Desk) -> None:
    ran = desk.run("demo --ledger demo.db")
    assert "The ledger is kept: whereas list --ledger demo.db" in ran.stdout
    assert desk("list --csv --ledger demo.db").startswith("agreement,")
    assert desk.run("demo --ledger demo.db").status == 1


def test_the_example_is_found_in_a_checkout() -> None:
    assert example().name == "microsoft-openai.yaml"
    assert example().is_file()


def test_a_dry_run_of_agreements_on_several_days_names_each(desk: Desk) -> None:
    for agreement, effective in (("a-b", "2026-03-01"), ("c-d", "2025")):
        text = (
            f"whereas: 1\nagreement: {agreement}\nevents:\n"
            f"  - event: agreement-opened\n    effective: {effective}\n    title: T\n"
            "    parties: [{id: a, name: A}, {id: b, name: B}]\n"
        )
        (desk.folder / f"{agreement}.yaml").write_text(text)
    told = desk.run("import -n a-b.yaml c-d.yaml").stderr
    assert "; on 2026-03-01 and on 2026-01-02, this would change:" in told
