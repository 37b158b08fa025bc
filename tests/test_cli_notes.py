"""Notes on stderr beside what was recorded or asked, and is perhaps a slip."""

from __future__ import annotations

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
