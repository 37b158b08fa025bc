"""What work costs in ever larger ledgers can still be measured and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.curves import COSTS, SMOKE_UP_TO, curves, main, plot, report
from benchmarks.growing import SHAPES, Point
from benchmarks.run import LONG

if TYPE_CHECKING:
    from pathlib import Path

POINTS = [
    Point(shape, events, 70.0 * nth, 40.0, 500.0, 900.0, 2_000.0, 190.0)
    for nth, shape in enumerate(SHAPES, 1)
    for events in (100, 1_000)
]


def test_every_cost_is_measured_in_both_shapes() -> None:
    found = list(curves(SMOKE_UP_TO, SMOKE_UP_TO))
    assert [(one.shape, one.events) for one in found] == [(s, 100) for s in SHAPES]
    for one in found:
        assert all(getattr(one, cost) > 0 for cost in COSTS if cost.endswith("_us"))


def test_a_long_agreement_can_stop_before_a_large_ledger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr("benchmarks.curves._measured", lambda *one: asked.append(one))
    list(curves(1_000, 100))
    all_of_it, one = SHAPES
    assert asked == [(all_of_it, 100), (all_of_it, 1_000), (one, 100)]


def test_a_report_has_a_row_for_every_point() -> None:
    *_, first, second, third, fourth = report(POINTS).splitlines()
    assert first == "| 100 in all | 70 µs | 500 µs | 900 µs | 2 ms | 190 µs | 40 MB |"
    assert second.startswith("| 1,000 in all | 70 µs |")
    assert third.startswith("| 100 in one agreement | 140 µs |")
    assert fourth.startswith("| 1,000 in one agreement |")


def test_a_plot_has_an_axis_for_every_cost(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="comes with the extra bench")
    plot(POINTS, tmp_path / "curves.svg")
    drawn = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    for title, unit in COSTS.values():
        assert f">{title}, {unit}<" in drawn
    for shape in SHAPES:
        assert f">{shape}<" in drawn


@pytest.mark.parametrize("name", LONG)
def test_a_long_run_says_how_it_is_used(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        LONG[name](["--help"])
    assert f"python -m benchmarks {name}" in capsys.readouterr().out


def test_a_run_prints_its_points(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.curves.curves", lambda *_: iter(POINTS))
    assert main(["--smoke"]) == 0
    assert capsys.readouterr().out.count("100 in all") == 2
