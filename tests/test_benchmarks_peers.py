"""Other products are told what whereas tells, and answer the same."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from benchmarks.measuring import duration
from benchmarks.peers.command import main, plot
from benchmarks.peers.questions import PRODUCTS, QUESTIONS
from benchmarks.peers.report import WORKS, report
from benchmarks.peers.running import SMOKE, Run, every_product, run
from benchmarks.peers.told import Told, tell
from benchmarks.portfolio import batches, portfolio
from benchmarks.writing import write_section
from events.entry import provisional
from events.reader import read_draft
from projections.fold.status import standing
from projections.fold.timeline import timeline_of

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = 2_000
ONE_TIME = "SQLAlchemy-Continuum"
HELD = {"in-force", "suspended", "contingent"}


@pytest.fixture(scope="module")
def told() -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = {}
    for piece in tell(batches(portfolio(EVENTS))):
        found.setdefault(piece[0].agreement, []).extend(piece)
    return found


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("peers")
    return run(folder, SMOKE, every_product(), lambda _: None)


@pytest.mark.parametrize("year", [2010, 2016, 2022])
def test_products_are_told_what_the_fold_tells(
    told: dict[str, list[Told]], year: int
) -> None:
    day = dt.date(year, 6, 1)
    for agreement, events in told.items():
        now = {
            version.provision: version
            for event in events
            for version in event.versions
            if version.start <= day
        }
        held = {name for name, version in now.items() if version.held(day)}
        assert held == _held_by_fold(agreement, events, day), agreement


def _held_by_fold(agreement: str, events: list[Told], day: dt.date) -> set[str]:
    entries = [
        provisional(read_draft(one.fields, agreement=agreement), one.seq, one.seq - 1)
        for one in events
    ]
    timeline = timeline_of(entries, horizon=day.toordinal())
    return {
        provision.id
        for provision in timeline.state(day.toordinal()).provisions.values()
        if standing(provision, timeline.facts, day.toordinal()).status in HELD
    }


def test_every_product_that_is_here_answers_as_whereas_does(smoke: Run) -> None:
    ours, *others = smoke.measured
    assert ours.name == "whereas"
    for other in others:
        for work in ("append", "state", "history", "exclusive", "lapsing"):
            if (other.name, work) != (ONE_TIME, "state"):
                assert other.answers[work] == ours.answers[work], (other.name, work)


def test_every_product_was_asked_everything_or_is_said_to_be_absent(smoke: Run) -> None:
    assert len(smoke.measured) + len(smoke.absent) == len(every_product())
    for one in smoke.measured:
        assert {work for work, took in one.seconds.items() if took} == set(WORKS)
        assert one.times(one, "append") == 1


def test_a_product_that_crashes_is_left_out_and_why_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no-git").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "no-git"))
    (tmp_path / "run").mkdir()
    said: list[str] = []
    found = run(tmp_path / "run", SMOKE, ["whereas", "git", "nothing"], said.append)
    assert [one.name for one in found.measured] == ["whereas"]
    assert found.absent == {
        "git": "there is no git on the path",
        "nothing": "its process ended with 1",
    }
    assert said[:2] == [
        f"{name} is left out: {why}" for name, why in found.absent.items()
    ]


def test_a_report_has_a_row_for_every_product(smoke: Run) -> None:
    text = report(smoke)
    for one in smoke.measured:
        assert text.count(f"\n| {one.name} |") == 2
    for name in smoke.absent:
        assert f"Not measured: {name}" in text


def test_every_question_has_an_answer_for_every_product() -> None:
    assert {len(answers) for answers in QUESTIONS.values()} == {len(PRODUCTS)}
    assert len(PRODUCTS) == len(every_product())


def test_a_run_of_one_product_prints_its_tables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--smoke", "eventsourcing"]) == 0
    printed = capsys.readouterr().out
    assert "\n| eventsourcing |" in printed
    assert "\n| git + YAML |" not in printed


def test_a_plot_names_every_product(smoke: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="comes with the extra bench")
    plot(smoke, tmp_path / "peers.svg")
    drawn = (tmp_path / "peers.svg").read_text(encoding="utf-8")
    for one in smoke.measured:
        assert drawn.count(f">{one.name}<") == len(WORKS)


def test_a_section_is_put_between_its_marks_alone(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("a\n<!-- peers -->\nold\n<!-- end of peers -->\nz\n")
    write_section(tmp_path, "peers", "new \\1")
    expected = "a\n<!-- peers -->\n\nnew \\1\n\n<!-- end of peers -->\nz\n"
    assert page.read_text() == expected


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "performance.md").write_text("a\n")
    with pytest.raises(ValueError, match="there have to be"):
        write_section(tmp_path, "peers", "new")


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0.0000042, "4.2 µs"),
        (0.00123, "1.2 ms"),
        (12.3, "12 s"),
        (0.999999, "1,000 ms"),
    ],
)
def test_a_duration_has_two_digits_that_count(seconds: float, written: str) -> None:
    assert duration(seconds) == written
