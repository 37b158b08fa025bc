"""Random histories in which much happens to a few provisions, on few days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.histories import (
    CHANGE,
    ENDS,
    FIELDS,
    MILESTONES,
    PARTIES,
    PROVISIONS,
    RECORD,
    accepted,
    grant,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from events.entry import Entry

_MORE_ENDS = st.sampled_from(
    (
        "2022-05-05",
        "between 2021-03-01 and 2023-02-01",
        "until 2022-Q2",
        "milestone m determined",
        "milestone n claimed",
        "last milestone m determined",
        "last milestone n claimed",
        "measure x = 6000000",
        "measure x < USD 2m",
        "1 year before (milestone n)",
        "18 months after (2021-Q1)",
        "3 weeks after (milestone n claimed)",
        "1 month after (2022-01-31) rounded up",
        "earliest of (milestone m; milestone n; 2024-02-29)",
        "earliest of (never; until 2024; milestone n claimed)",
        "latest of (milestone m determined; milestone n determined)",
        "latest of (through 2022; milestone m)",
        "until 2022 unless milestone m",
        "milestone n determined unless milestone m",
        "through 2022 unless milestone m",
        "renews every 1 year from (2021-02-28) unless notice unknown before",
        (
            "renews every 6 months from (2020-08-31) unless notice 9 days before"
            " at most 5 times"
        ),
        "renews every 1 year from (until 2021) unless notice 3 months before",
        "renews every 1 year from (milestone m) unless notice 60 days before",
        (
            "earliest of (milestone n; renews every 1 year from (through 2021)"
            " unless notice 3 months before)"
        ),
    )
)
_STARTS = st.sampled_from(
    (
        "2020-01-01",
        "2021",
        "milestone m",
        "milestone n determined",
        "earliest of (milestone m; 2022-02-02)",
        "never",
        "unknown",
        "3 months after (milestone n determined)",
    )
)

_MORE: dict[str, dict[str, Any]] = {
    "first-refusal-granted": grant(),
    "revenue-share-agreed": {**grant(), "rate": st.just("USD 2m")},
    "option-granted": {
        **FIELDS["option-granted"],
        "price_schedule": st.sampled_from(
            (
                None,
                [
                    {"from": "2021-01-01", "price": "USD 4m"},
                    {"from": "2023-01-01", "price": "unknown"},
                ],
            )
        ),
    },
    "term-shortened": {**CHANGE, "ends": ENDS | _MORE_ENDS},
    "term-changed": {
        **CHANGE,
        "starts": st.none() | _STARTS,
        "ends": st.none() | ENDS | _MORE_ENDS,
    },
    "provision-interpreted": {
        **FIELDS["provision-interpreted"],
        "starts": st.none() | _STARTS,
    },
    "provision-suspended": {
        **CHANGE,
        "until": st.sampled_from(
            (None, "2022-06-30", "2023", "milestone m", "1 year after (2021-05-05)")
        ),
    },
    "parties-changed": {
        **CHANGE,
        "holder": st.none() | PARTIES,
        "against": st.none() | PARTIES,
    },
    "option-exercised": {
        **FIELDS["option-exercised"],
        "choice": st.sampled_from(("exercised", "declined", "lapsed", "extended")),
        "partial": st.booleans(),
    },
    "milestone-claimed": {
        **FIELDS["milestone-claimed"],
        "as_of": st.sampled_from((None, None, "2021-05", "2022-02-02")),
    },
    "milestone-determined": {
        **FIELDS["milestone-determined"],
        "as_of": st.sampled_from((None, None, "2021-05", "2022-02-02")),
    },
    "measure-reported": {
        "measure": st.just("x"),
        "value": st.sampled_from(
            (
                *("USD 1m", "USD 5m", "USD 6m", "EUR 7m", "unknown", "about USD 6m"),
                *("at least USD 5m", "under USD 2m", "between USD 5m and USD 9m"),
            )
        ),
        "as_of": st.sampled_from((None, None, "2021-06-30", "2020-Q4")),
    },
    "instrument-signed": {
        "id": st.sampled_from("ij"),
        "kind": st.just("amendment"),
        "signed_on": st.sampled_from((None, "2019-03-03", "2021-01-01", "2020")),
        "binding": st.sampled_from((True, True, True, False)),
    },
    "instrument-took-effect": {
        "instrument": st.sampled_from("ij"),
        "milestone": st.none() | MILESTONES,
    },
    "approval-decided": {
        "authority": st.just("court"),
        "subject": st.just("it"),
        "decision": st.sampled_from(("approved", "refused")),
        "milestone": st.none() | MILESTONES,
    },
    "party-joined": {"party": st.just({"id": "d", "name": "D"})},
    "party-restructured": {
        "party": PARTIES,
        "change": st.sampled_from(("merged", "succeeded", "split")),
        "successor": st.none() | PARTIES,
    },
    "event-corrected": {
        "target": st.integers(2, 20),
        "replacement": st.sampled_from(
            (
                {"effective": "2021-02-02"},
                {"effective": "2021"},
                {"effective": "milestone m determined"},
                {"ends": "through 2025"},
                {"starts": "2022"},
                {"ends": None},
                {"holder": "c"},
                {"until": "2024-01-01"},
                {"outcome": "verified"},
                {"as_of": "2023-03-03"},
                {"instrument": "i"},
                {"provision": "q"},
                {"amount": "USD 2m"},
            )
        ),
        "reason": st.just("wrong"),
    },
    "event-retracted": {"target": st.integers(2, 20), "reason": st.just("wrong")},
}
# Few days, so that events meet on them, and dates that are known only later.
_DAYS = st.sampled_from(
    (
        *("2019-02-01", "2020-01-01", "2020-06-30", "2021-01-01", "2021-02-02"),
        *("2021-09-30", "2022-02-02", "2022-10-01", "2023-01-01", "2024-06-01"),
        *("2020", "2021-Q1", "2021-06", "between 2020-06-01 and 2022-06-30"),
        *("unknown", "milestone n determined", "30 days after (milestone m claimed)"),
        *("milestone m", "2022-02-02 unless milestone m"),
        *("latest of (milestone m determined; 2022-02-02)",),
    )
)
_GRANTS = (
    *("licence-granted", "exclusivity-granted", "first-refusal-granted"),
    *("option-granted", "purchase-committed", "revenue-share-agreed"),
    *("investment-made",),
)
CHANGES = (
    *("term-extended", "term-shortened", "term-changed", "term-changed"),
    *("level-changed", "quantity-changed", "parties-changed", "notice-given"),
    *("provision-suspended", "provision-suspended", "provision-resumed") * 2,
    *("provision-ended", "provision-reinstated", "option-exercised") * 3,
    *("provision-interpreted", "right-relinquished", "agreement-ended"),
)
_FACTS = (
    *("milestone-claimed", "milestone-determined", "measure-reported"),
    *("instrument-signed", "instrument-took-effect", "approval-decided"),
    *("performed", "party-restructured", "procedure-agreed"),
)

TYPES = (*CHANGES, *_FACTS, *RECORD, "licence-granted")


_MUST_END = ("term-extended", "term-shortened")


@st.composite
def _offers(
    draw: st.DrawFn, types: Sequence[str], ends: Sequence[str], days: Sequence[str]
) -> dict[str, Any]:
    """Draw an event about one of two provisions."""
    name = draw(st.sampled_from(types))
    fields = {**FIELDS.get(name, {}), **_MORE.get(name, {})}
    if "ends" in fields:
        end = st.sampled_from(ends)
        fields["ends"] = end if name in _MUST_END else st.none() | end
    if name in _GRANTS and "starts" in fields:
        fields["starts"] = st.none() | st.none() | _STARTS
    for key in ("provision", "id", "survives"):
        if fields.get(key) is PROVISIONS:
            fields[key] = st.sampled_from("pq")
    drawn = {key: draw(strategy) for key, strategy in fields.items()}
    drawn = {key: value for key, value in drawn.items() if value is not None}
    if name in RECORD:
        return {"event": name, **drawn}
    if draw(st.integers(0, 4)) == 0:
        drawn["instrument"] = draw(st.sampled_from("ij"))
    return {"event": name, "effective": draw(st.sampled_from(days)), **drawn}


@st.composite
def lively_histories(
    draw: st.DrawFn, max_size: int = 16, types: Sequence[str] = TYPES
) -> list[Entry]:
    """Draw histories in which much happens to a few provisions.

    Each has few types, ends and days, so that they meet.
    """
    theme = draw(st.lists(st.sampled_from(types), min_size=3, max_size=7))
    ends = draw(st.lists(ENDS | _MORE_ENDS, min_size=1, max_size=3))
    days = draw(st.lists(_DAYS, min_size=3, max_size=6))
    granted: st.SearchStrategy[list[Any]] = st.lists(
        _offers(_GRANTS, ends, days), min_size=1, max_size=2
    )
    one = _offers(theme, ends, days)
    several = st.lists(one, min_size=2, max_size=3)
    offered = st.lists(
        st.integers(0, 5).flatmap(lambda n: several if n == 0 else one),
        min_size=max_size // 2,
        max_size=max_size,
    )
    return accepted(draw(granted) + draw(offered))
