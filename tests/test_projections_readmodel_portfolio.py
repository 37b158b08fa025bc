"""Questions to all agreements are answered as if each had been folded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.dates import NEG_INF, PartialDate, day_text, parse_day
from events.quantity import Quantity
from events.scope import Box
from events.when import When
from projections.fold.facts import Facts
from projections.fold.provision import Clause, Provision
from projections.fold.resolve import is_open, waiting
from projections.fold.resolving import end_of, starts_when
from projections.fold.spans import Span
from projections.fold.status import standing
from projections.fold.timeline import Timeline, timeline_of
from projections.questions import portfolio_answers
from projections.questions.across import KnownIn
from projections.questions.bearing import EXCLUSIVE
from projections.questions.falling import Item, items_of
from projections.questions.matching import clauses_over, coverage
from projections.questions.portfolio import EVERYTHING, Agreements, Held, Together
from projections.questions.portfolio_fold import Folded
from projections.questions.sums import add
from projections.readmodel.opening import reading
from projections.readmodel.parts import plain
from projections.readmodel.portfolio import Portfolio
from projections.readmodel.writer import rebuild
from tests.agreements import entries as written
from tests.readmodels import ASKED, HORIZONS, Listed, ledgers


class Asked(NamedTuple):
    """A day, a position as a share of the ledger, and a horizon."""

    on: str
    share: float
    horizon: int


QUESTIONS = st.builds(Asked, ASKED, st.floats(0, 1), HORIZONS)


class Each:
    """Every agreement of a ledger, folded."""

    def __init__(self, ledger: Listed, known: int, day: int, horizon: int) -> None:
        self.day = day
        self.timelines: dict[str, Timeline] = {}
        self.aside: set[str] = set()
        for name in ledger.names():
            entries = ledger.entries(name, known=known)
            if not entries:
                continue
            there = timeline_of(entries, horizon=horizon)
            if there.pending != timeline_of(entries).pending:
                self.aside.add(name)
            else:
                self.timelines[name] = there

    def held(self) -> Iterator[tuple[Held, Facts]]:
        for name, there in self.timelines.items():
            for provision in there.state(self.day).provisions.values():
                how = standing(provision, there.facts, self.day)
                yield Held(name, provision, how), there.facts

    def clauses(self, held: Held) -> Sequence[Clause]:
        there = self.timelines[held.agreement].state(self.day).provisions
        return clauses_over(held.provision, there.get(held.provision.over or ""))


def told(found: list[Held]) -> list[tuple[object, ...]]:
    """Write what was found, so that it compares."""
    return sorted(
        (held.agreement, held.provision.id, held.provision.level, repr(held.standing))
        for held in found
    )


def live(held: Held) -> bool:
    return held.standing.status != "ended"


def hangs_on(provision: Provision, facts: Facts, milestone: str) -> bool:
    """Tell whether it matters to a day when, or whether, a milestone is reached."""
    pause = provision.suspension
    whens = [starts_when(provision), provision.ends, pause.until if pause else None]
    certain = facts.at(NEG_INF)
    return any(
        f"milestone {milestone}" in text
        for when in whens
        if when is not None and is_open(when, certain, provision)
        for day in DAYS
        for text in waiting(when, certain, day, provision)
        if is_open(When.parse(text) if "notice" not in text else when, certain)
    )


# Days that what lies between the dates of a history falls on.
DAYS = range(parse_day("2018-01-01"), parse_day("2042-01-01"), 61)
WINDOWS = [
    ("2020-01-01", "2020-12-31"),
    ("2022-01-01", "2025-01-01"),
    ("2023-06-01", "2023-06-15"),
]
BOXES = [
    Box(asset=("x",)),
    Box(activity=("y", "z")),
    Box(asset=("x/y",), channel=("c",)),
]


def _exclusive(box: Box, there: Agreements) -> list[Held]:
    return there.exclusive(box)


def _lapsing(first: str, last: str, there: Agreements) -> list[Held]:
    return there.lapsing(parse_day(first), parse_day(last))


@settings(max_examples=80)
@given(ledgers(), QUESTIONS)
def test_the_tables_find_what_folding_every_agreement_finds(
    ledger: Listed, asked: Asked
) -> None:
    known, day = (
        round(asked.share * (ledger.size - 1)),
        PartialDate.parse(asked.on).last,
    )
    each = Each(ledger, known, day, asked.horizon)
    everything = list(each.held())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        rebuild(path, ledger)
        with reading(path) as connection:
            there = Portfolio(connection, known=known, on=day, horizon=asked.horizon)
            assert there.aside == each.aside
            for party in "abc":
                assert told(there.of_party(party)) == told(
                    [h for h, _ in everything if _concerns(h.provision, party)]
                )
            for name in "mn":
                assert told(there.waiting(name)) == told(
                    [
                        h
                        for h, facts in everything
                        if live(h) and hangs_on(h.provision, facts, name)
                    ]
                )
            for box in BOXES:
                assert told(there.exclusive(box)) == told(
                    [
                        h
                        for h, _ in everything
                        if live(h)
                        and h.provision.level in EXCLUSIVE
                        and coverage(each.clauses(h), box).possible
                    ]
                )
            assert sorted(map(repr, there.stakes("b"))) == sorted(
                f"HeldStake(agreement={name!r}, stake={stake!r})"
                for name, timeline in each.timelines.items()
                for stake in timeline.state(day).stakes.values()
                if stake.issuer == "b"
            )
            assert told(there.amounts()) == told(
                [
                    h
                    for h, _ in everything
                    if live(h) and h.provision.terms.amount is not None
                ]
            )


QUESTIONS_TO_ALL: dict[str, Callable[[Agreements], list[Held]]] = {
    "party": lambda there: there.of_party("a"),
    "milestone": lambda there: there.waiting("m"),
    "everything": lambda there: there.exclusive(EVERYTHING),
    **{f"box {n}": partial(_exclusive, box) for n, box in enumerate(BOXES)},
    **{f"window {n}": partial(_lapsing, *window) for n, window in enumerate(WINDOWS)},
    "amounts": lambda there: there.amounts(),
}


@settings(max_examples=80)
@given(ledgers(), QUESTIONS)
def test_tables_and_fold_give_the_same_answers_down_to_the_events(
    ledger: Listed, asked: Asked
) -> None:
    known = round(asked.share * (ledger.size - 1))
    day = PartialDate.parse(asked.on).last

    def folded(names: Iterable[str]) -> Folded:
        every = [ledger.entries(name, known=known) for name in names]
        timelines = [timeline_of(e, horizon=asked.horizon) for e in every if e]
        return Folded(lambda _: timelines, day)

    every = folded(ledger.names())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        rebuild(path, ledger)
        with reading(path) as connection:
            tables = Portfolio(connection, known=known, on=day, horizon=asked.horizon)
            there = Together([tables, folded(tables.aside)])
            for ask in QUESTIONS_TO_ALL.values():
                assert answers(there, ask) == answers(every, ask)
            assert sorted(map(repr, there.stakes("b"))) == sorted(
                map(repr, every.stakes("b"))
            )
            assert there.parties() == every.parties()
            assert there.milestones() == every.milestones()
            assert there.issuers() == every.issuers()


def answers(
    there: Agreements, ask: Callable[[Agreements], list[Held]]
) -> list[tuple[object, ...]]:
    """Give all that is told of what is found, so that it compares."""
    return sorted(
        (
            held.agreement,
            held.provision.id,
            held.words,
            held.provision.set_by,
            repr(held.later),
            repr(held.standing),
            repr(plain(held.provision)),
        )
        for held in there.with_events(ask(there))
    )


def _concerns(provision: Provision, party: str) -> bool:
    return party in {*provision.holders, *provision.against}


@settings(max_examples=80)
@given(ledgers(), QUESTIONS)
def test_what_lapses_is_what_due_lists_as_ending(ledger: Listed, asked: Asked) -> None:
    known = round(asked.share * (ledger.size - 1))
    day = PartialDate.parse(asked.on).last
    every = [ledger.entries(name, known=known) for name in ledger.names()]
    timelines = [timeline_of(e, horizon=asked.horizon) for e in every if e]
    folded = Folded(lambda _: timelines, day)
    for first, last in (days(*window) for window in WINDOWS):
        if last <= day:
            continue
        start = max(first, day + 1)
        found = [(h.agreement, h.provision.id) for h in folded.lapsing(first, last)]
        assert len(found) == len(set(found))
        assert set(found) == {
            (there.agreement, item.subject)
            for there in timelines
            for item in items_of(there, Span(start, last))
            if item.what in {"ends", "closes"}
            and not _ended(there, item.subject, day)
            and not _silent(item, there, last, asked.horizon)
        }


def _ended(timeline: Timeline, name: str, day: int) -> bool:
    there = timeline.state(day).provisions.get(name)
    return there is not None and standing(there, timeline.facts, day).status == "ended"


def _silent(item: Item, timeline: Timeline, last: int, horizon: int) -> bool:
    """Tell whether an end is only possible because silence has lasted so long."""
    first, latest = item.between
    if item.certain or (latest is not None and parse_day(latest) <= last):
        return False
    if (NEG_INF if first is None else parse_day(first)) != horizon:
        return False
    longer = msgspec.structs.replace(timeline, facts=timeline.facts.at(horizon + 1))
    provision = longer.state(last).provisions[item.subject]
    return end_of(provision, longer.facts).lo > horizon


PORTFOLIO = """
- {event: exclusivity-granted, effective: 2020-01-01, id: cloud, holder: a, against: b,
   ends: through 2024, scope: {activity: [cloud], territory: [eu]}}
- {event: exclusivity-granted, effective: 2020-01-01, id: all, holder: b, against: a,
   ends: milestone m determined}
- {event: purchase-committed, effective: 2021-01-01, id: buy, holder: a, against: c,
   amount: USD 3m, ends: renews every 12 months from (through 2022) unless notice 3
   months before}
- {event: purchase-committed, effective: 2021-01-01, id: more, holder: a, against: c,
   amount: about EUR 1m, ends: never}
- {event: exclusivity-granted, effective: 2020-01-01, id: done, holder: b, against: a,
   ends: milestone n determined}
- {event: exclusivity-granted, effective: 2020-01-01, id: about, holder: b, against: a,
   ends: until 2025, scope: {activity: [sales]}}
- {event: milestone-determined, effective: 2023-01-01, milestone: n,
   outcome: verified}
"""
LAST = 7


CLOUD_IN_GERMANY = Box(activity=("cloud/new",), territory=("eu/de",))


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (
            lambda p: p.exclusive(Box(activity=("cloud/new",), territory=("eu/de",))),
            ["all", "cloud"],
        ),
        (lambda p: p.exclusive(Box(activity=("cloud",))), ["all"]),
        (lambda p: p.exclusive(Box(activity=("sales",))), ["about", "all"]),
        (lambda p: p.of_party("c"), ["buy", "more"]),
        (lambda p: p.of_party("b"), ["about", "all", "cloud", "done"]),
        (
            lambda p: p.lapsing(*days("2025-01", "2025-01")),
            ["about", "buy", "cloud"],
        ),
        (lambda p: p.lapsing(*days("2024-06", "2024-12")), []),
        (lambda p: p.lapsing(*days("2025-07", "2025-08")), ["about", "buy"]),
        (lambda p: p.waiting("m"), ["all"]),
        (lambda p: p.waiting("other"), []),
    ],
)
def test_a_portfolio_tells(
    tmp_path: Path, ask: Callable[[Agreements], list[Held]], expected: list[str]
) -> None:
    rebuild(tmp_path / "index.db", Listed(written(PORTFOLIO)))
    with reading(tmp_path / "index.db") as connection:
        day = parse_day("2024-06-01")
        there = Portfolio(connection, known=LAST, on=day, horizon=day)
        assert sorted(held.provision.id for held in ask(there)) == expected


LATER = """
- {event: licence-granted, effective: 2020-01-01, id: cut, holder: a, against: b}
- {event: licence-granted, effective: 2020-01-01, id: longer, holder: a, against: b,
   ends: through 2025}
- {event: licence-granted, effective: 2020-01-01, id: shorter, holder: a, against: b,
   ends: through 2040}
- {event: licence-granted, effective: 2020-01-01, id: gone-by, holder: a, against: b,
   ends: through 2040}
- {event: licence-granted, effective: 2020-01-01, id: twice, holder: a, against: b,
   ends: through 2025}
- {event: provision-ended, effective: 2025-10-28, provision: cut, basis: terminated}
- {event: term-extended, effective: 2025-10-28, provision: longer, ends: through 2032}
- {event: term-shortened, effective: 2025-10-29, provision: shorter,
   ends: through 2025}
- {event: term-shortened, effective: 2025-10-30, provision: gone-by,
   ends: through 2024}
- {event: licence-granted, effective: 2026-01-01, id: new, holder: a, against: b,
   ends: through 2026-03}
- {event: provision-reinstated, effective: 2026-02-01, provision: twice, ends: never}
- {event: agreement-ended, effective: 2033-01-01, basis: expired}
"""


@pytest.mark.parametrize(
    ("on", "window", "expected"),
    [
        (
            "2025-06-01",
            ("2025-06-01", "2026-05-31"),
            {
                "cut": "in-force 2025-10-28 @2 @7 later @7",
                "shorter": "in-force 2026-01-01 @4 @9",
                "gone-by": "in-force 2025-10-30 @5 @10",
                "twice": "in-force 2026-01-01 @6",
                "new": "not-yet 2026-04-01 @11",
            },
        ),
        (
            "2025-10-28",
            ("2025-10-28", "2025-12-31"),
            {"gone-by": "in-force 2025-10-30 @5 @10"},
        ),
        (
            "2025-06-01",
            ("2033-01-01", "2033-01-01"),
            {
                "longer": "in-force 2033-01-01 @3 @8",
                "twice": "in-force 2033-01-01 @6 @12 @13 later @13",
            },
        ),
    ],
)
def test_what_lapses_knows_of_events_that_take_effect_later(
    tmp_path: Path, on: str, window: tuple[str, str], expected: dict[str, str]
) -> None:
    entries, day = written(LATER), parse_day(on)
    rebuild(tmp_path / "index.db", Listed(entries))
    folded = Folded(lambda _: [timeline_of(entries, horizon=day)], day)
    with reading(tmp_path / "index.db") as connection:
        tables = Portfolio(connection, known=len(entries), on=day, horizon=day)
        for there in (tables, folded):
            found = there.with_events(there.lapsing(*map(parse_day, window)))
            assert {held.provision.id: _line(held) for held in found} == expected


def _line(held: Held) -> str:
    words = [held.standing.status, day_text(held.standing.ends.hi)]
    words += [f"@{seq}" for seq in held.provision.set_by]
    return " ".join([*words, *([f"later @{held.later.seq}"] if held.later else [])])


STEPS = """
- {event: option-granted, effective: 2020-01-01, id: p, option: call, holder: a,
   against: b, ends: through 2030, price_schedule: [{from: 2020-01-01, price: USD 5m},
   {from: 2025-01-01, price: USD 7m}]}
"""


def test_what_lapses_is_told_with_the_price_at_its_end() -> None:
    day = parse_day("2024-06-01")
    there = Folded(lambda _: [timeline_of(written(STEPS), horizon=day)], day)
    known = KnownIn(0, "2024-06-01T00:00:00.000000Z")
    asked = portfolio_answers.Asked(
        portfolio_answers.Moment("2024-06-01", day, known, None),
        portfolio_answers.Wanted(),
    )
    window = parse_day("2024-06-02"), parse_day("2040-01-01")
    answer = portfolio_answers.lapsing_answer(there, window, "a window", asked)
    (item,) = answer.items
    assert isinstance(item, portfolio_answers.FoundProvision)
    assert item.provision.quantity == "USD 7m"


WAITS = """
- {event: licence-granted, effective: 2020-01-01, id: p, holder: a, against: b,
   starts: milestone signing determined, ends: milestone agi determined}
- {event: milestone-determined, effective: 2021-01-01, milestone: signing,
   outcome: occurred}
"""


@pytest.mark.parametrize(("milestone", "expected"), [("signing", []), ("agi", ["p"])])
def test_what_waits_for_a_milestone_does_not_wait_for_another(
    tmp_path: Path, milestone: str, expected: list[str]
) -> None:
    entries, day = written(WAITS), parse_day("2025-06-01")
    rebuild(tmp_path / "index.db", Listed(entries))
    folded = Folded(lambda _: [timeline_of(entries, horizon=day)], day)
    with reading(tmp_path / "index.db") as connection:
        tables = Portfolio(connection, known=len(entries), on=day, horizon=day)
        for there in (tables, folded):
            assert [h.provision.id for h in there.waiting(milestone)] == expected


@pytest.mark.parametrize("horizon", ["2025-12-31", "2026-01-01", "2026-01-02"])
def test_an_imprecise_end_does_not_hang_on_silence(
    tmp_path: Path, horizon: str
) -> None:
    grant = "{event: licence-granted, effective: 2020, id: p, holder: a, against: b"
    entries = written(f"- {grant}, ends: until 2026}}")
    rebuild(tmp_path / "index.db", Listed(entries))
    day, silent = parse_day("2026-01-01"), parse_day(horizon)
    folded = Folded(lambda _: [timeline_of(entries, horizon=silent)], day)
    with reading(tmp_path / "index.db") as connection:
        tables = Portfolio(connection, known=len(entries), on=day, horizon=silent)
        for there in (tables, folded):
            found = there.lapsing(day, parse_day("2026-06-30"))
            assert [held.provision.id for held in found] == ["p"]


OVER = """
- {event: licence-granted, effective: 2020-01-01, id: models, holder: a, against: b,
   scope: {asset: [models]}, except: {asset: [models/voice]}}
- {event: exclusivity-granted, effective: 2020-01-01, id: only-a, holder: a, against: b,
   over: models}
- {event: exclusivity-granted, effective: 2020-01-01, id: but-toys, holder: a,
   against: b, over: models, except: {asset: [models/toys]}}
- {event: exclusivity-granted, effective: 2020-01-01, id: words, holder: a,
   against: b, text: the vertical of a}
- {event: scope-narrowed, effective: 2022-01-01, provision: models,
   exclude: {asset: [models/old]}}
"""


@pytest.mark.parametrize(
    ("tag", "on", "expected"),
    [
        ("models/new", "2021", ["but-toys", "only-a", "words"]),
        ("models/toys", "2021", ["only-a", "words"]),
        ("models/voice", "2021", ["words"]),
        ("models/old", "2021", ["but-toys", "only-a", "words"]),
        ("models/old", "2023", ["words"]),
        ("chips", "2021", ["words"]),
    ],
)
def test_exclusivity_over_a_provision_has_the_scope_of_that_one(
    tmp_path: Path, tag: str, on: str, expected: list[str]
) -> None:
    entries = written(OVER)
    rebuild(tmp_path / "index.db", Listed(entries))
    day, box = PartialDate.parse(on).last, Box(asset=(tag,))
    folded = Folded(lambda _: [timeline_of(entries, horizon=day)], day)
    with reading(tmp_path / "index.db") as connection:
        tables = Portfolio(connection, known=len(entries), on=day, horizon=day)
        for there in (tables, folded):
            found = {h.provision.id: h.words for h in there.exclusive(box)}
            assert sorted(found) == expected
            assert found["words"] == ("the vertical of a",)


def test_amounts_add_up_by_currency(tmp_path: Path) -> None:
    rebuild(tmp_path / "index.db", Listed(written(PORTFOLIO)))
    with reading(tmp_path / "index.db") as connection:
        day = parse_day("2024-06-01")
        there = Portfolio(connection, known=LAST, on=day, horizon=day)
        amounts = [held.provision.terms.amount for held in there.amounts()]
        assert add(amount for amount in amounts if amount).amounts == (
            Quantity.parse("USD 3m"),
            Quantity.parse("about EUR 1m"),
        )


def days(first: str, last: str) -> tuple[int, int]:
    return PartialDate.parse(first).first, PartialDate.parse(last).last
