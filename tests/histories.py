"""Random histories that the rules accept, for laws about the fold and what uses it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from events.entry import Entry, provisional
from events.errors import WhereasError
from events.reader import read_draft
from ledger.rules import FoldRules
from tests.agreements import OPENED

PROVISIONS = st.sampled_from("pqrs")
PARTIES = st.sampled_from("abc")
MILESTONES = st.sampled_from("mn")
ENDS = st.sampled_from(
    (
        "never",
        "through 2024",
        "until 2023",
        'unknown "not published"',
        "milestone m",
        "milestone m claimed",
        "milestone n determined",
        "last milestone n",
        "earliest of (milestone m determined; through 2026)",
        "latest of (milestone n; 2022-06-30)",
        "6 months after (milestone m determined) rounded down",
        "2023-06-30 unless milestone n",
        "measure x >= USD 5m",
        "renews every 12 months from (through 2021) unless notice 3 months before",
        "renews every 2 years from (2022-01-01) at most 3 times",
    )
)


def _days() -> st.SearchStrategy[str]:
    """Draw effective dates, a few of them imprecise, unknown or pending."""
    day = st.dates(dt.date(2019, 1, 1), dt.date(2027, 12, 31)).map(str)
    others = st.sampled_from(
        (
            "2019",
            "2020-07",
            "2021-Q3",
            "between 2020-01-01 and 2022-12-31",
            "unknown",
            "milestone n determined",
            "30 days after (milestone m claimed)",
            "earliest of (milestone n determined; 2022-02-02)",
        )
    )
    return st.integers(0, 9).flatmap(lambda n: others if n == 0 else day)


def grant() -> dict[str, Any]:
    return {
        "id": PROVISIONS,
        "holder": PARTIES,
        "against": PARTIES,
        "ends": st.none() | ENDS,
        "starts": st.none() | st.sampled_from(("2020-01-01", "2021", "milestone m")),
        "scope": st.sampled_from((None, {"asset": ["x"]}, {"activity": ["y", "z"]})),
    }


CHANGE: dict[str, Any] = {"provision": PROVISIONS}
FIELDS: dict[str, dict[str, Any]] = {
    "licence-granted": grant(),
    "exclusivity-granted": {
        **grant(),
        "over": st.none() | PROVISIONS,
        "except": st.sampled_from((None, None, {"asset": ["x/y"]})),
    },
    "option-granted": {
        **grant(),
        "option": st.just("call"),
        "price": st.just("USD 3m"),
    },
    "purchase-committed": {**grant(), "amount": st.just("USD 9m")},
    "investment-made": {
        "id": PROVISIONS,
        "investor": PARTIES,
        "recipient": PARTIES,
        "amount": st.just("about EUR 7m"),
    },
    "procedure-agreed": {
        "id": PROVISIONS,
        "holder": PARTIES,
        "milestone": MILESTONES,
        "determiner": st.sampled_from(("a", "panel")),
    },
    "term-extended": {**CHANGE, "ends": ENDS},
    "term-changed": {**CHANGE, "ends": ENDS},
    "scope-widened": {**CHANGE, "include": st.just({"asset": ["w"]})},
    "scope-narrowed": {
        **CHANGE,
        "exclude": st.just({"asset": ["v"]}),
        "condition": st.none() | st.just("in words"),
    },
    "level-changed": {**CHANGE, "level": st.sampled_from(("sole", "first-refusal"))},
    "quantity-changed": {**CHANGE, "amount": st.sampled_from(("USD 1m", "unknown"))},
    "parties-changed": {**CHANGE, "holder": PARTIES},
    "provision-suspended": {
        **CHANGE,
        "until": st.sampled_from((None, "2023", "milestone m")),
    },
    "provision-resumed": CHANGE,
    "provision-reinstated": {**CHANGE, "ends": st.none() | ENDS},
    "provision-reaffirmed": {"provisions": PROVISIONS},
    "provision-interpreted": {
        **CHANGE,
        "reading": st.just("so"),
        "by": st.sampled_from(("recorder", "court")),
        "ends": st.none() | ENDS,
    },
    "right-relinquished": {**CHANGE, "by": PARTIES},
    "provision-ended": {**CHANGE, "basis": st.just("terminated")},
    "milestone-claimed": {"milestone": MILESTONES, "by": PARTIES},
    "milestone-determined": {
        "milestone": MILESTONES,
        "outcome": st.sampled_from(("verified", "rejected", "waived", "lapsed")),
        "by": st.sampled_from(("a", "panel")),
        "as_of": st.none() | st.just("2022-02-02"),
    },
    "performed": {
        **CHANGE,
        "kind": st.just("paid"),
        "amount": st.just("USD 1m"),
        "basis": st.none() | st.just("net"),
        "shared_with": st.none() | PROVISIONS,
        "milestone": st.none() | MILESTONES,
    },
    "measure-reported": {
        "measure": st.just("x"),
        "value": st.sampled_from(("USD 1m", "USD 6m")),
        "as_of": st.sampled_from((None, None, "2021-06-30")),
    },
    "notice-given": {**CHANGE, "kind": st.just("non-renewal"), "by": PARTIES},
    "option-exercised": {
        **CHANGE,
        "by": PARTIES,
        "choice": st.sampled_from(("exercised", "declined", "extended")),
    },
    "dispute-opened": {
        "id": st.sampled_from("de"),
        "claimant": PARTIES,
        "respondent": PARTIES,
        "provisions": PROVISIONS,
    },
    "dispute-decided": {
        "dispute": st.sampled_from("de"),
        "outcome": st.just("settled"),
    },
    "stake-reported": {
        "holder": PARTIES,
        "issuer": PARTIES,
        "share": st.sampled_from(("10 %", "about 60 %")),
        "basis": st.sampled_from(("all owners", "votes")),
    },
    "holding-moved": {
        "issuer": PARTIES,
        "quantity": st.just("100 shares"),
        "reason": st.just("issue"),
        "to": PARTIES,
    },
    "party-restructured": {
        "party": PARTIES,
        "change": st.sampled_from(("renamed", "merged", "assigned")),
        "name": st.sampled_from((None, "New A", "New B")),
        "successor": st.none() | PARTIES,
    },
    "agreement-ended": {
        "basis": st.just("expired"),
        "survives": st.none() | PROVISIONS,
    },
    "event-corrected": {
        "target": st.integers(2, 12),
        "replacement": st.sampled_from(
            (
                {"effective": "2020-05-05"},
                {"ends": "through 2025"},
                {"ends": "milestone m"},
                {"note": "read again"},
                {"amount": "USD 2m"},
                {"provision": "q"},
                {"value": "USD 9m", "subject": "s"},
                {"measure": "y"},
            )
        ),
        "reason": st.just("wrong"),
    },
    "event-retracted": {"target": st.integers(2, 12), "reason": st.just("wrong")},
}
RECORD = ("event-corrected", "event-retracted")
_ENDINGS = frozenset(("agreement-ended",))
TYPES = [
    # Grants come often, so that there is something to change.
    *(name for name in FIELDS if name not in _ENDINGS),
    *(["licence-granted", "exclusivity-granted", "option-granted"] * 3),
    *_ENDINGS,
]
HAPPENINGS = [name for name in TYPES if name not in RECORD]


@st.composite
def offers(draw: st.DrawFn, types: Sequence[str] = TYPES) -> dict[str, Any]:
    """Draw an event as it stands in a file; the rules may refuse it."""
    name = draw(st.sampled_from(types))
    fields = {key: draw(strategy) for key, strategy in FIELDS[name].items()}
    fields = {key: value for key, value in fields.items() if value is not None}
    if name in RECORD:
        return {"event": name, **fields}
    return {"event": name, "effective": draw(_days()), **fields}


def accepted(
    offered: Sequence[dict[str, Any] | list[dict[str, Any]]], agreement: str = "a-b"
) -> list[Entry]:
    """Record what the rules accept of what is offered, one after the other.

    A list among the events is a batch: all of it is accepted, or nothing.
    """
    recorded: list[Entry] = []
    rules = FoldRules(lambda _, after: [e for e in recorded if e.seq > after])
    for fields in [OPENED, *offered]:
        batch = fields if isinstance(fields, list) else [fields]
        try:
            entries = [
                provisional(read_draft(one, agreement=agreement), seq, seq - 1)
                for seq, one in enumerate(batch, len(recorded) + 1)
            ]
            rules.admit(agreement, entries)
        except WhereasError:
            continue
        recorded.extend(entries)
    return recorded


def histories(
    max_size: int = 16, types: Sequence[str] = TYPES
) -> st.SearchStrategy[list[Entry]]:
    """Draw histories of one agreement that the rules accept."""
    return st.lists(offers(types), max_size=max_size).map(accepted)
