from __future__ import annotations

import pytest

from events.dates import PartialDate
from events.errors import NotFound, Refused
from projections.across import KnownIn
from projections.stakes import compare_stakes, stakes_answer
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
