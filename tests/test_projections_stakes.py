from __future__ import annotations

import pytest

from events.dates import PartialDate
from events.errors import NotFound, Refused
from projections.questions.across import KnownIn
from projections.questions.stakes import compare_stakes, stakes_answer
from tests.agreements import timeline

KNOWN = KnownIn(0, "2026-01-01T00:00:00.000000Z")
REPORTS = """
- {event: StakeReported, effective: 2020-01-01, holder: a, issuer: b, share: 19.9 %,
   basis: issued shares}
- {event: StakeReported, effective: 2021-01-01, holder: a, issuer: b, share: 25 %,
   basis: issued shares, votes: 20 %, value: USD 5m}
- {event: StakeReported, effective: 2022-01-01, holder: a, issuer: b, share: about 27 %,
   basis: issued shares}
- {event: StakeReported, effective: 2023-01-01, holder: a, issuer: b, share: 30 %,
   basis: diluted}
- {event: StakeReported, effective: 2023-06-01, holder: c, issuer: b, share: 1 %,
   basis: diluted}
"""


def date(text: str) -> PartialDate:
    return PartialDate.parse(text)


def test_a_stake_is_followed_over_time_on_each_of_its_bases() -> None:
    answer = stakes_answer([timeline(REPORTS)], date("2026"), known=KNOWN)
    assert [
        (s.holder, s.basis, [(r.as_of, r.share, r.change, r.event) for r in s.reports])
        for s in answer.series
    ] == [
        (
            "a",
            "issued shares",
            [
                ("2020-01-01", "19.9 %", None, 2),
                ("2021-01-01", "25 %", "+5.1 points", 3),
                ("2022-01-01", "about 27 %", None, 4),
            ],
        ),
        ("a", "diluted", [("2023-01-01", "30 %", None, 5)]),
        ("c", "diluted", [("2023-06-01", "1 %", None, 6)]),
    ]
    second = answer.series[0].reports[1]
    assert (second.votes, second.value) == ("20 %", "USD 5m")


@pytest.mark.parametrize(
    ("holder", "on", "found"),
    [
        (None, "2020-06-01", [("a", 1)]),
        ("c", "2026", [("c", 1)]),
        ("c", "2023-05-31", []),
        ("b", "2026", []),
    ],
)
def test_reports_are_filtered_by_holder_and_day(
    holder: str | None, on: str, found: list[tuple[str, int]]
) -> None:
    answer = stakes_answer(
        [timeline(REPORTS)], date(on), known=KNOWN, holder=holder, issuer="b"
    )
    assert [(s.holder, len(s.reports)) for s in answer.series] == found


@pytest.mark.parametrize(
    ("start", "end", "change"),
    [
        ("2020", "2021", "+5.1 points"),
        ("2021", "2021", "0 points"),
        ("2020", "2022", None),
    ],
)
def test_a_stake_is_compared_on_one_basis(
    start: str, end: str, change: str | None
) -> None:
    found = compare_stakes(timeline(REPORTS), "a", "b", date(start), date(end))
    assert found.change == change


def test_stakes_on_two_bases_are_not_subtracted() -> None:
    with pytest.raises(Refused) as refused:
        compare_stakes(timeline(REPORTS), "a", "b", date("2022"), date("2023"))
    assert str(refused.value) == (
        "the stake of a in b was reported on two bases, which cannot be compared: "
        "about 27 % (issued shares, @4) and 30 % (diluted, @5)"
    )
    assert refused.value.facts["seq"] == 4


@pytest.mark.parametrize(
    ("holder", "message"),
    [
        ("d", "there is no party d in this agreement"),
        ("c", "no stake of c in b was reported by 2022"),
    ],
)
def test_a_stake_that_nobody_reported_is_not_found(holder: str, message: str) -> None:
    with pytest.raises(NotFound) as missing:
        compare_stakes(timeline(REPORTS), holder, "b", date("2021"), date("2022"))
    assert str(missing.value) == message


IMPRECISE = """
- {event: StakeReported, effective: 2019-05-14, holder: a, issuer: b, share: 33 %,
   basis: issued shares}
- {event: HoldingMoved, effective: 2025-06, issuer: b, quantity: 33 %,
   basis: issued shares, from: a, to: c, reason: exercise}
- {event: StakeReported, effective: 2025-06, holder: a, issuer: b, share: 0 %,
   basis: issued shares}
- {event: StakeReported, effective: 2025-06, holder: c, issuer: b, share: 33 %,
   basis: issued shares}
"""


@pytest.mark.parametrize(
    ("on", "reports", "possible"),
    [
        ("2025-05-31", [("33 %", None)], [2]),
        ("2025-06-01", [("33 %", None), ("perhaps 0 %", None)], [2, 4]),
        ("2025-06-29", [("33 %", None), ("perhaps 0 %", None)], [2, 4]),
        ("2025-06-30", [("33 %", None), ("0 %", "-33 points")], [4]),
        ("2025-06", [("33 %", None), ("0 %", "-33 points")], [4]),
    ],
)
def test_a_report_counts_for_certain_from_its_last_possible_day(
    on: str, reports: list[tuple[str, str | None]], possible: list[int]
) -> None:
    (series,) = stakes_answer(
        [timeline(IMPRECISE)], date(on), known=KNOWN, holder="a"
    ).series
    assert [(one.told, one.change) for one in series.reports] == reports
    assert (series.possible, series.moved_since) == (possible, [])


def test_a_stake_may_not_be_reported_yet() -> None:
    (series,) = stakes_answer(
        [timeline(IMPRECISE)], date("2025-06-15"), known=KNOWN, holder="c"
    ).series
    assert (series.possible, series.reports[0].perhaps) == ([5], True)


@pytest.mark.parametrize(
    ("start", "end", "before", "after", "change"),
    [
        ("2020", "2025-05-31", [2], [2], "0 points"),
        ("2020", "2025-06-01", [2], [2, 4], None),
        ("2025-06-01", "2025-06-02", [2, 4], [2, 4], None),
        ("2025-06-01", "2025-06-30", [2, 4], [4], None),
        ("2020", "2025-06-30", [2], [4], "-33 points"),
    ],
)
def test_no_difference_is_given_while_it_is_not_certain_which_report_holds(
    start: str, end: str, before: list[int], after: list[int], change: str | None
) -> None:
    found = compare_stakes(timeline(IMPRECISE), "a", "b", date(start), date(end))
    assert [one.event for one in found.before_any] == before
    assert [one.event for one in found.after_any] == after
    assert found.change == change


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        ("effective: 2021-01-01, from: a", [3]),
        ("effective: 2021-01-01, to: a", [3]),
        # Nobody is named: it may be the holder.
        ("effective: 2021-01-01", [3]),
        ("effective: 2021-01-01, from: c", []),
        ("effective: 2019-12-31, from: a", []),
        # A report is made of what moves on its day.
        ("effective: 2020-01-01, from: a", []),
        ("effective: 2027-01-01, from: a", []),
    ],
)
def test_what_moved_after_the_last_report_is_told_beside_it(
    moved: str, told: list[int]
) -> None:
    there = timeline(f"""
- {{event: StakeReported, effective: 2020-01-01, holder: a, issuer: b, share: 10 %,
   basis: issued shares}}
- {{event: HoldingMoved, {moved}, issuer: b, quantity: unknown, reason: transfer}}
- {{event: HoldingMoved, effective: 2021-01-01, from: a, issuer: c, quantity: unknown,
   reason: transfer}}
""")
    (series,) = stakes_answer([there], date("2026"), known=KNOWN).series
    compared = compare_stakes(there, "a", "b", date("2026"), date("2026"))
    assert [one.event for one in series.moved_since] == told
    assert compared.moved_since == series.moved_since


def test_a_report_names_the_sources_that_contradict_it_also_those_found_later() -> None:
    ledger = """
- {event: StakeReported, effective: 2020-01-01, holder: a, issuer: b, share: 20 %,
   basis: x, sources: [{source: s}, {source: t, stance: contradicts}]}
- {event: SourceLinked, target: 2, source: u, stance: contradicts}
- {event: SourceLinked, target: 2, source: v, stance: mentions}
"""
    there = timeline(ledger)
    (series,) = stakes_answer([there], date("2021"), known=KNOWN).series
    assert series.reports[0].contradicted == ("t", "u")
    compared = compare_stakes(there, "a", "b", date("2020"), date("2021"))
    assert compared.after.contradicted == ("t", "u")
