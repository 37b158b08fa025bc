from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.dates import INF, PartialDate
from events.quantity import Quantity
from projections.questions.across import KnownIn
from projections.questions.money import Line, MoneyAnswer, money_answer
from projections.questions.provisions import price_on
from projections.questions.sums import add, less
from tests.agreements import ledger_of, timeline

KNOWN = KnownIn(0, "2026-01-01T00:00:00.000000Z")


def quantities(text: str) -> list[Quantity]:
    return [Quantity.parse(part) for part in text.split(" + ")]


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        ("USD 1bn + USD 12bn", "USD 13bn"),
        ("USD 250bn + unknown", "USD 250bn + unknown"),
        ("unknown + USD 250bn", "USD 250bn + unknown"),
        ("USD 1m + EUR 2m", "USD 1m + EUR 2m"),
        ("USD 1m + EUR 2m + USD 3m", "USD 4m + EUR 2m"),
        ("USD 1m per year + USD 2m", "USD 1m per year + USD 2m"),
        ("USD 1m per year + USD 2m per year", "USD 3m per year"),
        ("about USD 1m + USD 2m", "about USD 3m"),
        ("about USD 1m + about USD 2m", "about USD 3m"),
        ("at least USD 1m + USD 2m", "at least USD 3m"),
        ("over USD 1m + USD 2m", "over USD 3m"),
        ("over USD 1m + at least USD 2m", "over USD 3m"),
        ("up to USD 1m + up to USD 2m", "up to USD 3m"),
        ("under USD 1m + up to USD 2m", "under USD 3m"),
        ("up to USD 1m + USD 2m", "between USD 2m and USD 3m"),
        ("up to USD 1m + at least USD 2m", "at least USD 2m"),
        ("between USD 1m and USD 2m + USD 2m", "between USD 3m and USD 4m"),
        (
            "between USD 1m and USD 2m + between USD 1m and USD 3m",
            "between USD 2m and USD 5m",
        ),
        ("between USD 1m and USD 2m + at least USD 3m", "at least USD 4m"),
        # What is only about so much has no bound and stands apart.
        ("about USD 1m + at least USD 2m", "at least USD 2m + about USD 1m"),
        ("unknown", "unknown"),
        ("[***] + USD 1m", "USD 1m + [***]"),
        ("USD 0.1 + USD 0.2", "USD 0.3"),
    ],
)
def test_a_sum_never_says_more_than_its_parts(parts: str, total: str) -> None:
    assert add(quantities(parts)).text == total


@pytest.mark.parametrize(
    ("whole", "part", "left"),
    [
        ("USD 13bn", "USD 11.6bn", "USD 1.4bn"),
        ("USD 13bn", "USD 13bn", "USD 0"),
        ("USD 1bn", "USD 3bn", "-USD 2bn"),
        ("USD 250bn + unknown", "USD 11.6bn", "USD 250bn + unknown - USD 11.6bn"),
        ("USD 5m", "unknown", "USD 5m - unknown"),
        ("USD 5m", "EUR 1m", "USD 5m - EUR 1m"),
        ("about USD 5m", "USD 1m", "about USD 4m"),
        ("about USD 5m", "about USD 5m", "about USD 5m - about USD 5m"),
        ("at least USD 5m", "USD 1m", "at least USD 4m"),
        ("up to USD 5m", "USD 1m", "up to USD 4m"),
        ("up to USD 5m", "USD 6m", "up to USD 5m - USD 6m"),
        ("between USD 5m and USD 7m", "USD 1m", "between USD 4m and USD 6m"),
    ],
)
def test_what_is_left_is_worked_out_where_it_can_be(
    whole: str, part: str, left: str
) -> None:
    assert less(add(quantities(whole)), add(quantities(part))) == left


AMOUNTS = st.tuples(
    st.sampled_from(["", "over ", "at least ", "up to ", "under "]),
    st.integers(0, 10**12),
).map(lambda pair: Quantity.parse(f"{pair[0]}USD {pair[1]}"))


@given(st.lists(AMOUNTS, min_size=1, max_size=6))
def test_the_bounds_of_a_sum_hold_those_of_its_parts(amounts: list[Quantity]) -> None:
    total = add(amounts).single
    assert total is not None
    low, high = total.bounds()
    lows, highs = zip(*(amount.bounds() for amount in amounts), strict=True)
    assert (low or 0) == sum(bound or 0 for bound in lows)
    assert high == (None if None in highs else sum(b for b in highs if b is not None))


def money(ledger: str | Callable[..., object], on: str = "2025-01-01") -> MoneyAnswer:
    written = ledger if isinstance(ledger, str) else ledger_of(ledger)
    return money_answer([timeline(written)], PartialDate.parse(on), known=KNOWN)


def told(line: Line) -> str:
    committed = line.committed.text if line.committed else "-"
    performed = ", ".join(f"{k} {v.text}" for k, v in line.performed.items()) or "-"
    return (
        f"{'+'.join(line.provisions)}: {committed} | {performed} | {line.outstanding}"
    )


def test_commitments_payments_and_what_is_left_with_their_events() -> None:
    """
    - {event: InvestmentMade, effective: 2020-01-01, id: one, investor: a, recipient: b,
       amount: USD 1bn}
    - {event: InvestmentMade, effective: 2021-01-01, id: two, investor: a, recipient: b,
       amount: USD 12bn}
    - {event: InvestmentMade, effective: 2021-01-01, id: back, investor: b,
       recipient: a, amount: USD 7bn}
    - {event: Performed, effective: 2022-01-01, provision: two, kind: funded,
       amount: USD 11bn}
    - {event: Performed, effective: 2023-01-01, provision: two, kind: funded,
       amount: USD 0.6bn}
    """
    answer = money(test_commitments_payments_and_what_is_left_with_their_events)
    assert [told(line) for line in answer.lines] == [
        "one: USD 1bn | - | USD 1bn",
        "two: USD 12bn | funded USD 11.6bn | USD 400m",
        "back: USD 7bn | - | USD 7bn",
    ]
    (total,) = answer.totals
    assert told(total) == "one+two: USD 13bn | funded USD 11.6bn | USD 1.4bn"
    assert total.committed is not None
    assert total.committed.parts == [(2, "USD 1bn"), (3, "USD 12bn")]
    assert total.performed["funded"].parts == [(5, "USD 11bn"), (6, "USD 600m")]


@pytest.mark.parametrize(
    ("events", "line", "why"),
    [
        (
            (
                "- {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, "
                "against: b, amount: unknown}"
            ),
            "x: unknown | - | unknown",
            ["x: @2 gives no amount"],
        ),
        (
            (
                "- {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, "
                "against: b, amount: USD 5m per year}"
            ),
            "x: USD 5m per year | - | None",
            ["x: an amount per year is not added up; no end is stated"],
        ),
        (
            (
                "- {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, "
                "against: b, amount: USD 5m per year, ends: through 2028}"
            ),
            "x: USD 5m per year | - | None",
            ["x: an amount per year is not added up; it ends through 2028"],
        ),
        (
            (
                "- {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, "
                "against: b, amount: USD 5m}\n"
                "- {event: DisputeOpened, effective: 2021-01-01, id: case, "
                "claimant: b, respondent: a, provisions: [x]}"
            ),
            "x: USD 5m | - | USD 5m",
            ["x is contested (case)"],
        ),
        (
            (
                "- {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, "
                "against: b, amount: USD 5m, ends: through 2022}"
            ),
            "x: USD 5m | - | None",
            ["x has ended"],
        ),
        (
            (
                "- {event: InvestmentMade, effective: 2020-01-01, id: x, investor: a, "
                "recipient: b, amount: USD 5m, stage: funded}\n"
                "- {event: Performed, effective: 2021-01-01, provision: x, kind: paid, "
                "amount: USD 2m}"
            ),
            "x: USD 5m | funded USD 5m, paid USD 2m | None",
            ["x was handed over when it was granted"],
        ),
        (
            (
                "- {event: ObligationAssumed, effective: 2020-01-01, id: x, holder: a, "
                "against: b, amount: USD 5m}\n"
                "- {event: Performed, effective: 2021-01-01, provision: x, kind: paid}"
            ),
            "x: USD 5m | paid unknown | USD 5m - unknown",
            ["x: @3 gives no amount"],
        ),
        (
            (
                "- {event: RevenueShareAgreed, effective: 2020-01-01, id: x, "
                "holder: a, against: b, rate: 5 %, basis: net}\n"
                "- {event: Performed, effective: 2021-01-01, provision: x, kind: paid, "
                "amount: USD 1m}"
            ),
            "x: - | paid USD 1m | None",
            [],
        ),
        (
            (
                "- {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, "
                "against: b, amount: USD 5m}\n"
                "- {event: QuantityChanged, effective: 2021-01-01, provision: x, "
                "amount: USD 8m}"
            ),
            "x: USD 8m | - | USD 8m",
            [],
        ),
        (
            (
                "- {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, "
                "against: b, amount: 500 cars}"
            ),
            None,
            [],
        ),
    ],
)
def test_what_one_provision_owes(events: str, line: str | None, why: list[str]) -> None:
    lines = money(events).lines
    assert [told(one) for one in lines] == ([] if line is None else [line])
    assert [reason for one in lines for reason in one.why] == why


def test_an_unknown_amount_stays_in_the_total_by_name() -> None:
    """
    - {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, against: b,
       amount: unknown}
    - {event: PurchaseCommitted, effective: 2020-01-01, id: y, holder: a, against: b,
       amount: USD 250bn}
    - {event: Performed, effective: 2021-01-01, provision: y, kind: paid,
       amount: USD 11.6bn}
    """
    (total,) = money(test_an_unknown_amount_stays_in_the_total_by_name).totals
    assert total.outstanding == "USD 250bn + unknown - USD 11.6bn"
    assert total.why == ["x: @2 gives no amount"]


def test_amounts_on_different_bases_are_not_added() -> None:
    """
    - {event: ObligationAssumed, effective: 2020-01-01, id: x, holder: a, against: b,
       amount: USD 1m, basis: at the floor}
    - {event: ObligationAssumed, effective: 2020-01-01, id: y, holder: a, against: b,
       amount: USD 2m, basis: at fair value}
    """
    assert money(test_amounts_on_different_bases_are_not_added).totals == []


def test_what_was_not_performed_by_the_day_is_not_counted() -> None:
    """
    - {event: InvestmentMade, effective: 2020-01-01, id: x, investor: a, recipient: b,
       amount: USD 5m}
    - {event: Performed, effective: 2022-01-01, provision: x, kind: funded,
       amount: USD 2m}
    """
    whole = test_what_was_not_performed_by_the_day_is_not_counted
    assert told(money(whole, "2021-12-31").lines[0]) == "x: USD 5m | - | USD 5m"
    assert told(money(whole, "2022-01-01").lines[0]) == (
        "x: USD 5m | funded USD 2m | USD 3m"
    )


@pytest.mark.parametrize(
    ("on", "line"),
    [
        ("2023-12-31", "x: USD 5m | - | USD 5m"),
        ("2024-01-01", "x: USD 5m | paid perhaps USD 5m | USD 5m - perhaps USD 5m"),
        ("2024-12-30", "x: USD 5m | paid perhaps USD 5m | USD 5m - perhaps USD 5m"),
        ("2024-12-31", "x: USD 5m | paid USD 5m | USD 0"),
        # A partial date asks about its last day.
        ("2024", "x: USD 5m | paid USD 5m | USD 0"),
    ],
)
def test_a_payment_counts_for_certain_from_its_last_possible_day(
    on: str, line: str
) -> None:
    """
    - {event: ObligationAssumed, effective: 2020-01-01, id: x, holder: a, against: b,
       amount: USD 5m}
    - {event: Performed, effective: 2024, provision: x, kind: paid, amount: USD 5m}
    """
    whole = test_a_payment_counts_for_certain_from_its_last_possible_day
    (found,) = money(whole, on).lines
    assert told(found) == line
    later = ["x: @3 is dated 2024, perhaps after this day"] if "perhaps" in line else []
    assert found.why == later


@pytest.mark.parametrize(
    ("grant", "on", "committed"),
    [
        (
            "effective: between 2021-01-01 and 2023-01-24",
            "2022-01-01",
            "perhaps USD 5m",
        ),
        ("effective: between 2021-01-01 and 2023-01-24", "2023-01-24", "USD 5m"),
        ("effective: unknown", "2022-01-01", "perhaps USD 5m"),
        # What is known to have started was granted by then.
        ("effective: unknown, starts: 2021-01-01", "2022-01-01", "USD 5m"),
        ("effective: 2021-01-01, starts: 2023-01-01", "2022-01-01", "USD 5m"),
    ],
)
def test_an_amount_is_committed_for_certain_once_its_grant_is(
    grant: str, on: str, committed: str
) -> None:
    (found,) = money(
        f"- {{event: PurchaseCommitted, {grant}, id: x, holder: a, against: b,"
        " amount: USD 5m}",
        on,
    ).lines
    assert found.committed is not None
    assert found.committed.text == committed


def test_an_amount_that_may_have_changed_many_times_is_told_event_by_event() -> None:
    changes = "".join(
        "- {event: quantity-changed, effective: 2021, provision: x, "
        f"amount: USD {count}m}}\n"
        for count in range(2, 1500)
    )
    bought = (
        "- {event: purchase-committed, effective: 2020-01-01, id: x, holder: a, "
        "against: b, amount: USD 1m}\n"
    )
    there = timeline(bought + changes)
    (line,) = money_answer([there], PartialDate.parse("2021-06-01"), known=KNOWN).lines
    assert line.committed is not None
    assert line.committed.parts[:2] == [(2, "USD 1m"), (3, "perhaps USD 2m")]
    assert len(line.committed.parts) == 1499
    assert line.why[:1] == ["x: @3 is dated 2021, perhaps after this day"]


def test_what_contradicts_the_amount_before_a_change_is_told() -> None:
    there = timeline("""
- event: purchase-committed
  effective: 2020-01-01
  id: x
  holder: a
  against: b
  amount: USD 5m
  sources: [{source: memo, title: Memo, stance: contradicts}]
- {event: quantity-changed, effective: 2021, provision: x, amount: USD 8m}
""")
    (line,) = money_answer([there], PartialDate.parse("2021-06-01"), known=KNOWN).lines
    assert line.contradicted == [(2, "memo")]


def test_an_amount_that_may_have_changed_by_the_day_is_there_perhaps() -> None:
    """
    - {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, against: b,
       amount: USD 5m}
    - {event: QuantityChanged, effective: 2021, provision: x, amount: USD 8m}
    - {event: Performed, effective: 2021, provision: x, kind: paid, amount: USD 1m,
       basis: net}
    """
    whole = test_an_amount_that_may_have_changed_by_the_day_is_there_perhaps
    (found,) = money(whole, "2021-06-30").lines
    assert told(found) == (
        "x: USD 5m or perhaps USD 8m | paid perhaps USD 1m (net) | "
        "USD 5m or perhaps USD 8m - perhaps USD 1m (net)"
    )
    assert found.committed is not None
    assert found.committed.parts == [(2, "USD 5m"), (3, "perhaps USD 8m")]
    assert found.why == [
        "@4 is on another basis: net",
        "x: @3 is dated 2021, perhaps after this day",
        "x: @4 is dated 2021, perhaps after this day",
    ]


def test_what_was_superseded_is_not_committed_beside_what_took_its_place() -> None:
    """
    - {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, against: b,
       amount: USD 5m}
    - {event: Performed, effective: 2020-06-01, provision: x, kind: paid,
       amount: USD 1m}
    - {event: ProvisionEnded, effective: 2021-01-01, provision: x, basis: superseded}
    - {event: PurchaseCommitted, effective: 2021-01-01, id: y, holder: a, against: b,
       amount: USD 8m}
    """
    whole = test_what_was_superseded_is_not_committed_beside_what_took_its_place
    answer = money(whole, "2022")
    first, _ = answer.lines
    assert (told(first), first.why) == (
        "x: USD 5m | paid USD 1m | None",
        ["x was superseded"],
    )
    (total,) = answer.totals
    assert told(total) == "x+y: USD 8m | paid USD 1m | USD 8m"
    assert total.why == ["x was superseded and is not in the total"]


def test_of_several_changes_that_may_lie_after_the_day_each_is_told() -> None:
    """
    - {event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, against: b,
       amount: USD 5m}
    - {event: QuantityChanged, effective: 2021, provision: x, amount: USD 8m}
    - {event: QuantityChanged, effective: 2021-Q2, provision: x, amount: USD 9m}
    """
    whole = test_of_several_changes_that_may_lie_after_the_day_each_is_told
    texts = {
        on: [line.committed and line.committed.text for line in money(whole, on).lines]
        for on in ("2020-06-30", "2021-01-31", "2021-05-31", "2021-07-01", "2022")
    }
    assert texts == {
        "2020-06-30": ["USD 5m"],
        "2021-01-31": ["USD 5m or perhaps USD 8m"],
        "2021-05-31": ["USD 5m or perhaps USD 8m or perhaps USD 9m"],
        # What was folded last holds, once its own date has gone by.
        "2021-07-01": ["USD 9m"],
        "2022": ["USD 9m"],
    }


def test_what_was_handed_over_cites_the_event_that_says_how_much() -> None:
    """
    - {event: InvestmentMade, effective: 2020-01-01, id: x, investor: a, recipient: b,
       amount: USD 1bn, stage: funded}
    - {event: QuantityChanged, effective: 2022-01-01, provision: x, amount: USD 2bn}
    """
    whole = test_what_was_handed_over_cites_the_event_that_says_how_much
    (found,) = money(whole, "2023").lines
    assert found.performed["funded"].parts == [(3, "USD 2bn")]
    (found,) = money(whole, "2021").lines
    assert found.performed["funded"].parts == [(2, "USD 1bn")]


def test_what_a_source_contradicts_is_said_beside_the_sum() -> None:
    """
    - {event: InvestmentMade, effective: 2020-01-01, id: x, investor: a, recipient: b,
       amount: USD 5m, sources: [{source: filing}, {source: press,
         stance: contradicts}]}
    - {event: Performed, effective: 2021-01-01, provision: x, kind: funded,
       amount: USD 2m}
    - {event: SourceLinked, target: 3, source: letter, stance: contradicts}
    """
    (found,) = money(test_what_a_source_contradicts_is_said_beside_the_sum).lines
    assert found.contradicted == [(2, "press"), (3, "letter")]


@pytest.mark.parametrize(
    ("on", "perhaps"),
    [("2021-12-31", []), ("2022-01-01", [True]), ("2022-12-31", [False])],
)
def test_what_a_decision_awards_is_listed_and_not_added_up(
    on: str, perhaps: list[bool]
) -> None:
    """
    - {event: DisputeOpened, effective: 2021-01-01, id: case, claimant: b,
       respondent: a}
    - {event: DisputeOpened, effective: 2021-01-01, id: other, claimant: b,
       respondent: a}
    - {event: DisputeDecided, effective: 2022, dispute: case, outcome: a pays,
       amount: EUR 180k, interest: 4 %, basis: per year since 2021}
    - {event: DisputeDecided, effective: 2021-06-01, dispute: other, outcome: dismissed}
    """
    answer = money(test_what_a_decision_awards_is_listed_and_not_added_up, on)
    assert answer.lines == []
    assert [award.perhaps for award in answer.awards] == perhaps
    for award in answer.awards:
        assert (award.dispute, award.amount, award.interest, award.event) == (
            *("case", "EUR 180k", "4 %", 4),
        )


def test_what_is_for_several_provisions_is_taken_from_none_alone() -> None:
    """
    - {event: InvestmentMade, effective: 2020-01-01, id: one, investor: a, recipient: b,
       amount: USD 1bn}
    - {event: InvestmentMade, effective: 2021-01-01, id: two, investor: a, recipient: b,
       amount: USD 12bn}
    - {event: Performed, effective: 2022-01-01, provision: two, kind: funded,
       amount: USD 11bn, shared_with: [one]}
    - {event: Performed, effective: 2023-01-01, provision: two, kind: funded,
       amount: USD 0.6bn}
    """
    whole = test_what_is_for_several_provisions_is_taken_from_none_alone
    answer = money(whole)
    assert [told(line) for line in answer.lines] == [
        "one: USD 1bn | funded part of USD 11bn | USD 1bn - part of USD 11bn",
        (
            "two: USD 12bn | funded USD 600m + part of USD 11bn "
            "| USD 12bn - USD 600m - part of USD 11bn"
        ),
    ]
    why = ["how @4 divides between one and two is not known"]
    assert [line.why for line in answer.lines] == [why, why]
    (total,) = answer.totals
    assert told(total) == "one+two: USD 13bn | funded USD 11.6bn | USD 1.4bn"
    assert total.performed["funded"].parts == [(4, "USD 11bn"), (5, "USD 600m")]
    assert total.why == []


def test_what_is_shared_with_an_ended_provision_is_taken_from_neither() -> None:
    """
    - {event: InvestmentMade, effective: 2020-01-01, id: one, investor: a, recipient: b,
       amount: USD 1bn, ends: through 2021}
    - {event: InvestmentMade, effective: 2021-01-01, id: two, investor: a, recipient: b,
       amount: USD 12bn}
    - {event: Performed, effective: 2021-06-01, provision: one, kind: funded,
       amount: USD 11bn, shared_with: [two]}
    """
    whole = test_what_is_shared_with_an_ended_provision_is_taken_from_neither
    (total,) = money(whole).totals
    assert told(total) == (
        "one+two: USD 13bn | funded USD 11bn | USD 12bn - part of USD 11bn"
    )


def test_what_is_shared_with_a_provision_that_is_not_there_is_refused() -> None:
    """
    - {event: InvestmentMade, effective: 2020-01-01, id: one, investor: a, recipient: b,
       amount: USD 1bn}
    - {event: Performed, effective: 2021-06-01, provision: one, kind: funded,
       amount: USD 11bn, shared_with: [two]}
    """
    there = timeline(
        ledger_of(test_what_is_shared_with_a_provision_that_is_not_there_is_refused)
    )
    (skipped,) = there.state(INF).skipped
    assert "two" in str(skipped.error)


@pytest.mark.parametrize(
    ("bases", "line"),
    [
        (("gross", "gross"), "x: USD 5m | paid USD 1m | USD 4m"),
        # What is performed is on the basis of what is owed, unless it says otherwise.
        (("gross", None), "x: USD 5m | paid USD 1m | USD 4m"),
        ((None, None), "x: USD 5m | paid USD 1m | USD 4m"),
        (("gross", "net"), "x: USD 5m | paid USD 1m (net) | USD 5m - USD 1m (net)"),
        ((None, "net"), "x: USD 5m | paid USD 1m (net) | USD 5m - USD 1m (net)"),
    ],
)
def test_what_is_performed_on_another_basis_is_not_taken_away(
    bases: tuple[str | None, str | None], line: str
) -> None:
    owed, paid = (f", basis: {basis}" if basis else "" for basis in bases)
    (found,) = money(f"""
- {{event: PurchaseCommitted, effective: 2020-01-01, id: x, holder: a, against: b,
   amount: USD 5m{owed}}}
- {{event: Performed, effective: 2021-01-01, provision: x, kind: paid,
   amount: USD 1m{paid}}}
""").lines
    assert told(found) == line
    assert found.why == (["@3 is on another basis: net"] if "(net)" in line else [])


@pytest.mark.parametrize(
    ("on", "price"),
    [
        ("1996-12-31", None),
        ("1997-01-01", "USD 40"),
        ("1997-02-15", "USD 40"),
        ("1997-12-31", "USD 40"),
        ("1998-01-01", "USD 45"),
        ("2005-01-01", "USD 45"),
    ],
)
def test_the_price_of_a_call_on_a_day(on: str, price: str | None) -> None:
    schedule = """
- {event: AgreementOpened, effective: 1995-01-01, title: T, parties: [
    {id: a, name: A}, {id: b, name: B}]}
- {event: OptionGranted, effective: 1995-01-01, id: call, holder: a, against: b,
   option: call, opens: 1997-01-01, closes: through 1999, price_schedule: [
     {from: 1998-01-01, price: USD 45}, {from: 1997-01-01, price: USD 40}]}
"""
    day = PartialDate.parse(on).last
    call = timeline(schedule).state(day).provisions["call"]
    found = price_on(call, day)
    assert (found.text if found else None) == price


@pytest.mark.parametrize(
    ("on", "price"),
    [
        ("1997-06-30", "USD 40"),
        # A price that was changed is later than the step before it…
        ("1997-07-01", "USD 42"),
        ("1997-12-31", "USD 42"),
        # …and the next step later than that.
        ("1998-01-01", "USD 45"),
        # The change came on the day of the step; a new schedule comes after both.
        ("1999-01-01", "USD 48"),
        ("1999-06-01", "USD 60"),
        ("1999-08-01", "USD 61"),
    ],
)
def test_of_a_changed_price_and_a_schedule_the_later_counts(
    on: str, price: str
) -> None:
    ledger = """
- {event: AgreementOpened, effective: 1995-01-01, title: T, parties: [
    {id: a, name: A}, {id: b, name: B}]}
- {event: OptionGranted, effective: 1995-01-01, id: call, holder: a, against: b,
   option: call, opens: 1997-01-01, closes: through 1999, price_schedule: [
     {from: 1997-01-01, price: USD 40}, {from: 1998-01-01, price: USD 45},
     {from: 1999-01-01, price: USD 50}]}
- {event: QuantityChanged, effective: 1997-07-01, provision: call, price: USD 42}
- {event: QuantityChanged, effective: 1999-01-01, provision: call, price: USD 48}
- {event: QuantityChanged, effective: 1999-06-01, provision: call, price_schedule: [
     {from: 1997-01-01, price: USD 60}, {from: 1999-07-01, price: USD 61}]}
"""
    day = PartialDate.parse(on).last
    found = price_on(timeline(ledger).state(day).provisions["call"], day)
    assert found is not None
    assert found.text == price
