"""What clashes is found among few comparisons, and it is all that clashes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from events.dates import INF, NEG_INF, PartialDate
from events.entry import Entry, provisional
from events.reader import read_draft
from projections.fold.timeline import Timeline, timeline_of
from projections.questions import conflicts
from projections.questions.across import KnownIn
from projections.questions.conflicts import Found, Overlaps, conflicts_answer
from projections.questions.promises import Promise
from tests.histories import PARTIES, offers
from tests.histories import accepted as recorded
from tests.pairwise import conflicts_pairwise
from tests.readmodels import renamed

KNOWN = KnownIn(0, "2026-01-01T00:00:00.000000Z")

# -- every conflict is found ----------------------------------------------------------

TAGS = {
    "activity": ("y", "y/1", "y/1/a", "yy", "z"),
    "territory": ("eu", "eu/de", "us"),
    "counterparty": ("a", "b", "third-party", "d"),
}


@st.composite
def _boxes(draw: st.DrawFn) -> dict[str, list[str]]:
    axes = draw(st.sets(st.sampled_from(sorted(TAGS)), min_size=1))
    some = {
        axis: st.lists(st.sampled_from(TAGS[axis]), min_size=1, max_size=2, unique=True)
        for axis in sorted(axes)
    }
    return draw(st.fixed_dictionaries(some))


def _several(of: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[Any]:
    return st.lists(of, min_size=least, max_size=2, unique=True)


_KINDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "exclusivity-granted": {"level": st.sampled_from(("exclusive", "sole"))},
    "licence-granted": {},
    "permission-granted": {},
    "restriction-imposed": {"amount": st.none() | st.just("up to 5 cars")},
    "purchase-committed": {"amount": st.just("USD 9m")},
    "obligation-assumed": {},
    "preference-granted": {"level": st.just("preferred")},
}


@st.composite
def _grants(draw: st.DrawFn, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(("exclusivity-granted", *_KINDS)))
    holds = _several(PARTIES, 0 if kind == "restriction-imposed" else 1)
    bound = draw(st.just(["a"]) | _several(PARTIES, 0))
    end = ("never", "until 2023", "milestone m", "through 2026")
    fields = {
        "holder": draw(holds),
        "against": bound,
        "scope": draw(st.none() | st.lists(_boxes(), min_size=1, max_size=2)),
        "starts": draw(st.none() | st.sampled_from(("2022", "2025-01-01", "2027"))),
        "ends": draw(st.none() | st.sampled_from(end)),
        "condition": draw(st.none() | st.just("in words")),
        **{key: draw(values) for key, values in _KINDS[kind].items()},
    }
    fields = {key: value for key, value in fields.items() if value}
    return {"event": kind, "effective": "2020-01-01", "id": name, **fields}


_MORE = (
    *("scope-narrowed", "scope-widened", "provision-ended", "parties-changed"),
    *("level-changed", "provision-reinstated", "provision-suspended"),
    *("party-restructured", "agreement-ended", "term-extended"),
)


@st.composite
def _offered(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw what is offered to an agreement, which is short to print."""
    granted = [draw(_grants(one)) for one in "pqrs"]
    carved = {"event": "scope-narrowed", "effective": "2021-01-01"}
    carvings = [
        {**carved, "provision": one, "exclude": draw(_boxes())}
        for one in draw(st.sets(st.sampled_from("pqrs"), max_size=2))
    ]
    return [*granted, *carvings, *draw(st.lists(offers(_MORE), max_size=3))]


def _agreement(name: str, offered: list[dict[str, Any]]) -> Timeline:
    return timeline_of(renamed(recorded(offered), name), horizon=NEG_INF)


@settings(deadline=None)  # the definition compares all with all
@given(
    st.lists(_offered(), min_size=3, max_size=3),
    st.sampled_from(("2019", "2022-06-01", "2025-05-05", "2028")).map(
        PartialDate.parse
    ),
    st.integers(0, 5),
)
def test_what_clashes_is_what_clashes_when_all_are_compared_with_all(
    offered: list[list[dict[str, Any]]], on: PartialDate, limit: int
) -> None:
    timelines = list(map(_agreement, ("one", "three", "two"), offered))
    expected = conflicts_pairwise(timelines, on)
    answer = conflicts_answer(timelines, on, known=KNOWN)
    assert answer.conflicts == expected
    event("something clashes" if expected else "nothing clashes")
    some = conflicts_answer(timelines, on, known=KNOWN, limit=limit)
    assert some.conflicts == expected[:limit]
    assert some.more == len(expected) - len(some.conflicts)


# -- few are compared -----------------------------------------------------------------

Grants = Callable[[int], list[dict[str, Any]]]


def _right(kind: str, name: str, **fields: object) -> dict[str, Any]:
    return {"event": kind, "effective": "2020-01-01", "id": name, **fields}


def _about(scope: dict[str, Any], **more: object) -> list[dict[str, Any]]:
    fields = {"against": "acme", "scope": scope, **more}
    return [
        _right("ExclusivityGranted", "e", **fields),
        _right("LicenceGranted", "l", **fields),
    ]


def _each_its_activity(n: int) -> list[dict[str, Any]]:
    return _about({"activity": [f"act{n}"], "territory": ["eu"]}, holder=f"p{n}")


def _each_its_branch(n: int) -> list[dict[str, Any]]:
    return _about({"activity": [f"sale/in-shop/n{n}"]}, holder=f"p{n}")


def _each_its_years(n: int) -> list[dict[str, Any]]:
    years = {"starts": f"{2100 + n}-01-01", "ends": f"through {2100 + n}"}
    return _about({"activity": ["sale"]}, holder=f"p{n}", **years)


def _all_to_one_holder(n: int) -> list[dict[str, Any]]:
    return _about({"activity": ["sale"]}, holder="bolt", against=["acme", f"p{n}"])


def _each_its_grantor(n: int) -> list[dict[str, Any]]:
    return _about({"activity": ["sale"]}, holder="bolt", against=f"p{n}")


def _bans_on_one_and_rights_of_others(n: int) -> list[dict[str, Any]]:
    scope = {"activity": ["sale"]}
    return [
        _right("RestrictionImposed", "r", against="acme", scope=scope),
        _right("PermissionGranted", "p", holder=f"p{n}", scope=scope),
    ]


def _ledger(grants: Grants, count: int) -> list[Timeline]:
    def opened(n: int) -> dict[str, Any]:
        parties = [{"id": one, "name": one} for one in ("acme", "bolt", f"p{n}")]
        event = {"event": "AgreementOpened", "effective": "2020-01-01", "title": "T"}
        return {**event, "parties": parties}

    def entries(n: int) -> list[Entry]:
        drafts = [
            read_draft(fields, agreement=f"agreement-{n}")
            for fields in (opened(n), *grants(n))
        ]
        return [provisional(draft, seq, seq - 1) for seq, draft in enumerate(drafts, 1)]

    return [timeline_of(entries(n)) for n in range(count)]


def _compared(
    timelines: list[Timeline], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """Count the comparisons and the conflicts that they find."""
    calls = 0
    compare = conflicts.compare

    def counted(one: Promise, other: Promise, overlaps: Overlaps) -> Found | None:
        nonlocal calls
        calls += 1
        return compare(one, other, overlaps)

    monkeypatch.setattr(conflicts, "compare", counted)
    answer = conflicts_answer(timelines, PartialDate.parse("2026"), known=KNOWN)
    assert all(there.state(INF).provisions for there in timelines)
    return calls, len(answer.conflicts)


@pytest.mark.parametrize(
    "grants",
    [
        _each_its_activity,
        _each_its_branch,
        _each_its_years,
        _all_to_one_holder,
        _each_its_grantor,
        _bans_on_one_and_rights_of_others,
    ],
)
def test_what_cannot_clash_is_not_compared_though_one_party_is_in_all(
    grants: Grants, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 40
    compared, found = _compared(_ledger(grants, count), monkeypatch)
    assert found == 0
    assert compared <= count


def test_no_more_is_compared_than_clashes_where_all_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def grants(n: int) -> list[dict[str, Any]]:
        return _about({"activity": ["sale"]}, holder=f"p{n}")

    count = 20
    compared, found = _compared(_ledger(grants, count), monkeypatch)
    # Each exclusivity with those of the others, and with their licences.
    assert found == count * (count - 1) * 3 // 2
    assert compared == found


def test_two_scopes_are_compared_once_whoever_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def grants(n: int) -> list[dict[str, Any]]:
        return _about({"activity": ["sale"]}, holder=f"p{n}")

    product, products = itertools.product, []

    def counted(*boxes: Any) -> Any:  # noqa: ANN401  # as product has it
        products.append(boxes)
        return product(*boxes)

    monkeypatch.setattr(conflicts, "product", counted)
    _compared(_ledger(grants, 20), monkeypatch)
    assert len(products) == 1
