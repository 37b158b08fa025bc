"""Notes on stderr beside what was recorded or asked, and is perhaps a slip."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli_run import Desk, told

if TYPE_CHECKING:
    from pathlib import Path

RENEWS = (
    "append licence-granted a-b --effective 2020-01-01 --id rolling --holder alpha"
    " --ends 'renews every 12 months from (through 2020) unless notice 3 months before'"
)
NOTICE = "notice-given a-b --kind non-renewal --by alpha"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return told(tmp_path)


@pytest.mark.parametrize(
    ("event", "notes"),
    [
        (
            (
                "milestone-determined a-b --effective 2025 --milestone lanch"
                " --outcome occurred"
            ),
            ["nothing hangs on lanch; did you mean launch?"],
        ),
        (
            "milestone-claimed a-b --effective 2025 --milestone closing --by alpha",
            ["nothing hangs on closing"],
        ),
        (
            "milestone-claimed a-b --effective 2025 --milestone launch --by alpha",
            [],
        ),
        (
            "milestone-claimed a-b --effective 2025 --milestone launch --by alhpa",
            ["alhpa is no party of a-b; did you mean alpha?"],
        ),
        # Others than parties claim and decide.
        (
            "milestone-claimed a-b --effective 2025 --milestone launch --by panel",
            [],
        ),
        # A measure may be reported for its own sake.
        ("measure-reported a-b --effective 2025 --measure staff --value '5 units'", []),
        (
            f"{NOTICE} --effective 2026-01-01 --provision models --to nobody",
            [
                "nobody is no party of a-b",
                "models does not renew, so that no notice ends it",
            ],
        ),
        (
            f"{NOTICE} --effective 2026-12-01 --provision rolling --to beta",
            [
                (
                    "the notice on rolling comes too late to end it 2027-01-01,"
                    " in time to end it 2028-01-01"
                ),
            ],
        ),
        (
            (
                "licence-granted a-b --effective 2022-01-01 --id short --holder alpha"
                " --ends 2021-12-31"
            ),
            ["short never held: it starts 2022-01-01 and ends 2021-12-31"],
        ),
        (
            (
                "licence-granted a-b --effective 2022-01-01 --id fine --holder alpha"
                " --ends 'milestone launch'"
            ),
            [],
        ),
    ],
)
def test_what_is_recorded_and_perhaps_a_slip_is_noted(
    desk: Desk, event: str, notes: list[str]
) -> None:
    desk.do(RENEWS)
    for line in (f"append -n {event}", f"append {event}"):
        ran = desk.run(line)
        assert ran.status == 0, ran
        assert _notes(ran.stderr) == notes


IMPORTED = """\
whereas: 1
agreement: imported
events:
  - event: AgreementOpened
    effective: 2024-01-01
    title: Imported
    parties: [{id: alpha, name: Alpha}, {id: beta, name: Beta}]
  - {event: MilestoneClaimed, effective: 2025-01-01, milestone: lanch, by: beta}
  - {event: MilestoneClaimed, effective: 2025-01-02, milestone: lanch, by: beta}
  - {event: MilestoneClaimed, effective: 2025-01-01, milestone: closing, by: alhpa}
  - event: LicenceGranted
    effective: 2024-01-01
    id: short
    holder: alpha
    ends: 2023-01-01
  - event: LicenceGranted
    effective: 2024-01-01
    id: rolling
    holder: alpha
    ends: renews every 12 months from (through 2024) unless notice 3 months before
  - event: LicenceGranted
    effective: 2024-01-01
    id: steady
    holder: alpha
    ends: renews every 12 months from (through 2024) unless notice 3 months before
  - event: NoticeGiven
    effective: 2024-06-01
    kind: non-renewal
    by: alpha
    provision: steady
  - event: NoticeGiven
    effective: 2026-12-01
    kind: non-renewal
    by: alpha
    provision: rolling
"""
LATER = """\
whereas: 1
agreement: imported
events:
  - event: LicenceGranted
    effective: 2024-01-01
    id: fine
    holder: alpha
    ends: earliest of (milestone closing; milestone launch)
"""


@pytest.mark.parametrize("how", ["-n ", ""])
def test_what_is_imported_and_perhaps_a_slip_is_noted_with_its_line(
    desk: Desk, how: str
) -> None:
    (desk.folder / "first.yaml").write_text(IMPORTED)
    (desk.folder / "later.yaml").write_text(LATER)
    ran = desk.run(f"import {how}first.yaml later.yaml")
    assert ran.status == 0, ran
    assert _notes(ran.stderr) == [
        "first.yaml:8: nothing hangs on lanch; did you mean launch?",
        "first.yaml:10: alhpa is no party of imported; did you mean alpha?",
        "first.yaml:11: short never held: it starts 2024-01-01 and ends 2023-01-01",
        (
            "first.yaml:31: the notice on rolling comes too late to end it 2027-01-01,"
            " in time to end it 2028-01-01"
        ),
    ]
    if not how:
        assert not _notes(desk.run("import first.yaml later.yaml").stderr)


@pytest.mark.parametrize("how", ["-n ", ""])
def test_of_many_slips_in_an_import_a_few_are_told(desk: Desk, how: str) -> None:
    claim = {"agreement": "a-b", "event": "MilestoneClaimed", "by": "beta"}
    lines = (
        json.dumps({**claim, "effective": "2025", "milestone": f"m{at}"})
        for at in range(9)
    )
    (desk.folder / "many.jsonl").write_text("\n".join(lines))
    notes = _notes(desk.run(f"import {how}many.jsonl").stderr)
    assert notes[0] == "many.jsonl:1: nothing hangs on m0"
    assert notes[4:] == ["many.jsonl:5: nothing hangs on m4", "and 4 more"]


def test_a_measure_that_is_called_almost_like_another_is_noted(desk: Desk) -> None:
    desk.do(
        "append licence-granted a-b --effective 2020-01-01 --id m --holder alpha"
        " --ends 'measure loans = 0 units'"
    )
    line = (
        "append measure-reported a-b --effective 2025 --measure loan --value '5 units'"
    )
    noted = ["nothing hangs on loan; did you mean loans?"]
    assert _notes(desk.run(line).stderr) == noted


def test_tags_that_no_provision_names_are_noted(desk: Desk) -> None:
    asked = desk.run("may alpha use --scope asset=modles")
    assert _notes(asked.stderr) == [
        "no provision names asset=modles; did you mean asset=models?"
    ]
    assert not _notes(desk.run("may alpha use --scope asset=models/x").stderr)


@pytest.mark.parametrize("how", ["", " --fold"])
def test_tags_that_no_scope_includes_are_noted_where_nothing_is_found(
    desk: Desk, how: str
) -> None:
    desk.do("index rebuild")
    asked = "portfolio exclusive --scope"
    assert _notes(desk.run(f"{asked} activity=cluod{how}").stderr) == [
        "no provision names activity=cluod; did you mean activity=cloud?"
    ]
    assert _notes(desk.run(f"{asked} asset=paint{how}").stderr) == [
        "no provision names asset=paint"
    ]
    for tag in ("activity=cloud/hosting", "asset=models", "activity=painting"):
        assert not _notes(desk.run(f"{asked} {tag}{how}").stderr)


def _notes(stderr: str) -> list[str]:
    """List the notes among what is on stderr."""
    lines = stderr.splitlines()
    return [line[6:] for line in lines if line.startswith("note: ")]
