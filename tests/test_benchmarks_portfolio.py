"""Synthetic portfolios pass the rules, are the same every time, and look real."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

import pytest

from benchmarks.portfolio import LEAST_EVENTS, agreement, batches, portfolio
from benchmarks.run import BENCHMARKS, main, run
from benchmarks.scale import SMOKE
from ledger.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path


def test_a_portfolio_has_as_many_events_as_were_asked_for() -> None:
    assert sum(len(telling.events) for telling in portfolio(1_000)) == 1_000


def test_the_same_seed_tells_the_same_and_another_seed_something_else() -> None:
    assert agreement(7, seed=3) == agreement(7, seed=3)
    assert agreement(7, seed=3) != agreement(7, seed=4)


def test_a_small_portfolio_is_the_beginning_of_a_large_one() -> None:
    small, large = list(portfolio(200)), list(portfolio(400))
    assert small[:-1] == large[: len(small) - 1]


def test_most_agreements_are_small_and_a_few_are_very_long() -> None:
    lengths = [len(telling.events) for telling in portfolio(20_000)]
    assert min(lengths[:-1]) >= LEAST_EVENTS
    assert median(lengths) <= 6
    assert max(lengths) > 100


def test_a_portfolio_holds_events_of_many_types() -> None:
    types = Counter(
        fields["event"] for telling in portfolio(20_000) for fields in telling.events
    )
    assert len(types) >= 28


@pytest.mark.parametrize("seed", range(3))
def test_every_event_passes_the_rules(tmp_path: Path, seed: int) -> None:
    with Ledger.create(tmp_path / "whereas.db") as ledger:
        for piece in batches(portfolio(1_000, seed), window=10):
            ledger.append(piece.drafts(), recorded_by="benchmarks")
        assert ledger.size == 1_000


def test_batches_deal_out_every_event_once_and_in_its_order() -> None:
    whole = {telling.agreement: telling.events for telling in portfolio(500)}
    dealt: dict[str, list[object]] = {name: [] for name in whole}
    for piece in batches(portfolio(500), window=10):
        dealt[piece.agreement] += piece.events
    assert dealt == whole


def test_batches_of_different_agreements_take_turns() -> None:
    names = [piece.agreement for piece in islice(batches(portfolio(500)), 60)]
    assert len(set(names)) > 40


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_still_runs(name: str) -> None:
    for comparison in run([name], SMOKE):
        assert comparison.ours > 0
        assert comparison.theirs > 0


def test_a_run_prints_one_row_a_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--smoke", "fold"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 3
    assert told[1].count("|") == 5
