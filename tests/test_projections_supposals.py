"""What is supposed adds to what is recorded, and never overrules it."""

from __future__ import annotations

from copy import deepcopy
from itertools import permutations
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events.dates import INF, parse_day
from events.errors import InputError, NotFound, Refused, WhereasError
from events.when import When
from projections.fold.facts import Facts
from projections.fold.mentions import Mentions
from projections.fold.resolve import resolve_when
from projections.fold.status import standing
from projections.fold.supposals import Supposal, parse_supposal, suppose
from tests.agreements import entries, ledger_of, state, timeline
from tests.facts_text import facts, rows, span_text

KNOWN = Mentions(
    frozenset(("m", "agi-verified", "film-released")),
    frozenset(("loans", "loans-outstanding")),
)

# What is written -> what is read: the kind, and the canonical text.
READ = """
m=2027-05-01 -> reached m=2027-05-01
m = 2027-Q2 -> reached m=2027-Q2
m=between 2027-05-01 and 2027-06-01 -> reached m=between 2027-05-01 and 2027-06-01
agi-verified.claimed=2027-05 -> claimed agi-verified.claimed=2027-05
m=never -> never m=never
agi-verified.determined=never -> undetermined agi-verified.determined=never
m>2030 -> not-by m>2030
m > 2030-06-30 -> not-by m>2030-06-30
measure loans=USD 0@2027-05-01 -> measured measure loans=USD 0@2027-05-01
measure loans = about USD 3.50m @ 2027 -> measured measure loans=about USD 3.5m@2027
measure loans=0@2027 -> measured measure loans=0@2027
measure loans=1.50@2027 -> measured measure loans=1.5@2027
measure loans=unknown@2027 -> measured measure loans=unknown@2027
measure=2027 -> reached measure=2027
"""


@pytest.mark.parametrize(("text", "expected"), rows(READ))
def test_a_supposal_is_read_and_written_back(text: str, expected: str) -> None:
    supposal = parse_supposal(text)
    assert f"{supposal.kind} {supposal.text}" == expected
    assert parse_supposal(supposal.text) == supposal


FORMS = (
    "write agi=2027-05-01, agi.claimed=2027-05-01, agi=never, "
    "agi.determined=never, agi>2027-05-01 or measure loans=USD 0@2027-05-01"
)

NEVER_HINT = "write agi=never, or agi.determined=never of the determination alone"


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("", 1, "'' is not a supposal", FORMS),
        ("agi", 1, "'agi' is not a supposal", FORMS),
        ("=2027", 1, "'=2027' is not a supposal", FORMS),
        ("agi 2027", 1, "'agi 2027' is not a supposal", FORMS),
        (
            "AGI=2027",
            1,
            "'AGI' is not an id",
            "an id has small letters, digits and hyphens: agi-verified",
        ),
        (
            "agi.verified=2027",
            5,
            "a supposal has no stage verified",
            "agi=DATE claims and determines, agi.claimed=DATE claims alone",
        ),
        ("agi<2027", 4, "< is not expected here", FORMS),
        ("agi>=2027", 4, ">= is not expected here", FORMS),
        ("agi.claimed>2027", 12, "> is not expected here", FORMS),
        (
            "agi.determined=2027",
            5,
            "a supposal has no determined but agi.determined=never",
            "agi=DATE claims and determines, agi.claimed=DATE claims alone",
        ),
        ("agi.claimed=never", 13, "never is not a date", NEVER_HINT),
        ("agi>never", 5, "never is not a date", NEVER_HINT),
        ("agi=2027/05/01", 5, "'2027/05/01' is not a date", "did you mean 2027-05-01?"),
        (
            "measure loans USD 0@2027",
            15,
            "expected =",
            "write measure loans=VALUE@DATE",
        ),
        (
            "measure loans=USD 0",
            20,
            "expected @",
            "write measure loans=VALUE@DATE",
        ),
        (
            "measure loans=USD 0@1 May 2027",
            21,
            "'1 May 2027' is not a date",
            "did you mean 2027-05-01?",
        ),
        (
            "measure Loans=USD 0@2027",
            9,
            "'Loans' is not an id",
            "an id has small letters, digits and hyphens: agi-verified",
        ),
    ],
)
def test_what_is_no_supposal_is_refused_with_its_place(
    text: str, column: int, message: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        parse_supposal(text)
    assert str(caught.value) == message
    assert caught.value.hint == hint
    assert caught.value.column == column
    assert caught.value.excerpt == f"{text}\n{' ' * (column - 1)}^"


def test_a_value_that_is_none_is_refused_with_its_place() -> None:
    with pytest.raises(InputError) as caught:
        parse_supposal("measure loans=$5@2027")
    assert caught.value.column == 15


# A When | what is recorded | what is supposed -> the days that it may mean.
SUPPOSED = """
milestone m determined | | m=2027-05-01 -> 2027-05-01
milestone m claimed | | m=2027-05-01 -> 2027-05-01
milestone m | | m=2027-05-01 -> 2027-05-01
milestone m | | m=2027 -> 2027-01-01..2027-12-31
milestone m | | m=2019-01-01 -> 2019-01-01
milestone m determined | | m.claimed=2027-05-01 -> 2025-01-01..
milestone m claimed | | m.claimed=2027-05-01 -> 2027-05-01
milestone m | | m.claimed=2027-05-01 -> 2027-05-01..
milestone m | | m.claimed=2027-05-01, m=2028-01-01 -> 2027-05-01..2028-01-01
milestone m | m claimed 2024-06-01 | m=2028-01-01 -> 2024-06-01..2028-01-01
milestone m determined | | m=never -> never
milestone m | | m=never -> never
milestone m | m lapsed 2024-06-01 | m=never -> never
# Claimed and never determined: what hangs on the determination never comes, and what
# names neither hangs on the reading.
milestone m determined | | m.determined=never -> never
milestone m claimed | | m.determined=never -> 2025-01-01..
milestone m | | m.determined=never -> 2025-01-01..
milestone m determined | m claimed 2024-06-01 | m.determined=never -> never
milestone m claimed | m claimed 2024-06-01 | m.determined=never -> 2024-06-01
milestone m | m claimed 2024-06-01 | m.determined=never -> 2024-06-01..
milestone m determined | | m.claimed=2027-05-01, m.determined=never -> never
milestone m | | m.claimed=2027-05-01, m.determined=never -> 2027-05-01..
milestone m claimed | | m.determined=never, m>2030 -> 2031-01-01..
milestone m claimed | | m.determined=never, m=never -> never
milestone m | m lapsed 2024-06-01 | m.determined=never -> never
earliest of (milestone m determined; through 2030) | | m.determined=never -> 2031-01-01
milestone m determined | | m>2030 -> 2031-01-01..
milestone m determined | | m>2030, m>2028-01-01 -> 2031-01-01..
milestone m determined | | m>2030, m>2030-06-30 -> 2031-01-01..
milestone m determined | | m>2020 -> 2025-01-01..
milestone m | | m>2030, m=2032-01-01 -> 2032-01-01
milestone m | m lapsed 2024-06-01 | m>2030 -> never
# A supposal tells more exactly what a record leaves open.
milestone m | m determined 2024 | m=2024-06-01 -> 2024-06-01
milestone m | m determined 2024-06-01 | m=2024 -> 2024-06-01
milestone m | m determined 2024 | m>2024-06-30 -> 2024-07-01..2024-12-31
milestone m claimed | m claimed 2024 | m.claimed=2024-06-01 -> 2024-06-01
# What is determined counts as claimed on that day, until a claim is supposed.
milestone m claimed | m determined 2024-06-01 | m.claimed=2023-05-01 -> 2023-05-01
milestone m | m determined 2024-06-01 | m.claimed=2023-05-01 -> 2023-05-01..2024-06-01
milestone m determined | m determined 2024-06-01 | m.claimed=2023-05-01 -> 2024-06-01
milestone m claimed | m claimed 2024 | m>2024-06-30 -> 2024-07-01..2024-12-31
milestone m | m determined 2024-06-01 | m>2024-05-31 -> 2024-06-01
measure loans = 0 | | measure loans=USD 0@2027-05-01 -> 2027-05-01
measure loans = USD 0 | | measure loans=0@2027-05-01 -> 2027-05-01
measure loans = EUR 0 | | measure loans=0@2027, measure loans=USD 0@2027 -> 2025-01-01..
measure loans = USD 0 | | measure loans=EUR 0@2027-05-01 -> 2025-01-01..
measure loans = 0 | | measure loans=about USD 0@2027-05-01 -> 2025-01-01..
measure loans = 0 | loans = USD 0 @ 2024-06-01 | measure loans=0@2024-06-01
    -> 2024-06-01
measure loans = 0 | loans = USD 5 @ 2024-06-01 | measure loans=0@2026-01-01
    -> 2026-01-01
"""


@pytest.mark.parametrize(
    ("text", "recorded", "supposed", "expected"), rows(SUPPOSED, "", "")
)
def test_what_is_supposed_counts_as_if_recorded(
    text: str, recorded: str, supposed: str, expected: str
) -> None:
    known = facts(recorded)
    unchanged = deepcopy(known)
    found = suppose(known, _parsed(supposed), KNOWN)
    assert span_text(resolve_when(When.parse(text), found)) == expected
    assert known == unchanged


def test_a_supposed_report_stands_among_the_recorded_ones_by_its_day() -> None:
    known = facts("loans = USD 2 @ 2024; loans = USD 0 @ 2026")
    found = suppose(known, [parse_supposal("measure loans=USD 1@2025")], KNOWN)
    values = [(report.value.text, report.seq) for report in found.measures["loans"]]
    assert values == [("USD 2", 1), ("USD 1", 0), ("USD 0", 2)]


# What is supposed | what is recorded -> the event in the way, and what it says.
REFUSED = """
m=2027-05-01 | m determined 2024-06-01 -> @1 m is determined on another date
m=2027-05-01 | m claimed 2024-01-01; m lapsed 2024-06-01 -> @2 m has lapsed
m.claimed=2027 | m lapsed 2024-06-01 -> @1 m has lapsed
m.claimed=2027 | m claimed 2024-06-01 -> @1 m is claimed on another date
m.claimed=2027 | m determined 2024-06-01 -> @1 m is determined before
m=never | m determined 2024-06-01 -> @1 m is determined already
m=never | m claimed 2024-06-01 -> @1 m is claimed already
m.determined=never | m claimed 2024; m determined 2024-06-01
    -> @2 m is determined already
m>2024-06-01 | m determined 2024-06-01 -> @1 m is determined by then
m>2024 | m claimed 2024-12-31 -> @1 m is claimed by then
measure loans=USD 1@2024-06 | loans = USD 0 @ 2024-06
    -> @1 loans is reported as USD 0 for that date
measure loans=1@2024-06 | loans = about USD 1 @ 2024-06
    -> @1 loans is reported as about USD 1 for that date
"""


@pytest.mark.parametrize(("text", "recorded", "expected"), rows(REFUSED, ""))
def test_supposing_what_is_recorded_otherwise_is_refused_and_names_the_event(
    text: str, recorded: str, expected: str
) -> None:
    with pytest.raises(Refused) as caught:
        suppose(facts(recorded), [parse_supposal(text)], KNOWN)
    conflict, _, why = expected.partition(" ")
    assert caught.value.conflict == conflict
    assert caught.value.number("seq") == int(conflict[1:])
    assert str(caught.value) == f"{text} cannot be supposed: {why}"


@pytest.mark.parametrize(
    "pair",
    [
        ("m=2027", "m=2028"),
        ("m=2027", "m=never"),
        ("m=2027", "m.determined=never"),
        ("m.claimed=2027", "m=never"),
        ("m=2027-06-01", "m>2027-06-01"),
        ("m.claimed=2027", "m>2028"),
        ("m.claimed=2028", "m=2027"),
        ("m.claimed=2028", "m.claimed=2027"),
        ("measure loans=0@2027", "measure loans=1@2027"),
        ("measure loans=USD 0@2027", "measure loans=EUR 0@2027"),
    ],
)
def test_supposals_that_contradict_each_other_are_refused_in_any_order(
    pair: tuple[str, str],
) -> None:
    for texts in permutations(pair):
        with pytest.raises(InputError, match="contradict each other") as caught:
            suppose(facts(), map(parse_supposal, texts), KNOWN)
        assert caught.value.hint == "suppose one of them"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "agi-verifid=2027",
            "nothing mentions a milestone agi-verifid",
            "did you mean agi-verified?",
        ),
        (
            "zzz=never",
            "nothing mentions a milestone zzz",
            "the milestones are agi-verified, film-released, m",
        ),
        (
            "measure loan=0@2027",
            "nothing mentions a measure loan",
            "did you mean loans?",
        ),
        # A milestone is not a measure.
        (
            "loans-outstanding=2027",
            "nothing mentions a milestone loans-outstanding",
            "the milestones are agi-verified, film-released, m",
        ),
    ],
)
def test_a_name_that_nothing_mentions_is_not_found(
    text: str, message: str, hint: str
) -> None:
    with pytest.raises(NotFound) as caught:
        suppose(facts(), [parse_supposal(text)], KNOWN)
    assert str(caught.value) == message
    assert caught.value.hint == hint


def test_where_nothing_is_mentioned_the_hint_says_so() -> None:
    with pytest.raises(NotFound) as caught:
        suppose(facts(), [parse_supposal("m=2027")], Mentions(frozenset(), frozenset()))
    assert caught.value.hint == "there are no milestones"


_SOME = st.sampled_from(
    [
        *(
            "m=2027",
            "m=2027-05-01",
            "m=2028-01-01",
            "m=never",
            "m>2026",
            "m>2027-03-01",
        ),
        *("m.claimed=2026", "m.claimed=2027-02", "m.claimed=2027-05-01"),
        "m.determined=never",
        *("measure loans=0@2027", "measure loans=USD 0@2027", "measure loans=1@2028"),
    ]
).map(parse_supposal)
_RECORDED = st.lists(
    st.sampled_from(
        [
            *("m claimed 2026", "m claimed 2027-02-01", "m determined 2027"),
            *("m determined 2027-05", "m lapsed 2028-01-01"),
            *("loans = USD 0 @ 2027", "loans = USD 1 @ 2028"),
        ]
    ),
    max_size=3,
).map("; ".join)

# What hangs on a fact, and whether on when a milestone was claimed.
_HANGING = [
    ("milestone m", True),
    ("milestone m claimed", True),
    ("milestone m determined", False),
    ("last milestone m", True),
    ("last milestone m claimed", True),
    ("last milestone m determined", False),
    ("measure loans = 0", False),
    ("measure loans = USD 0", False),
]


@given(st.lists(_SOME, max_size=3), _RECORDED, st.randoms())
@settings(deadline=None)
def test_supposals_have_no_order(
    supposals: list[Supposal], recorded: str, random: Random
) -> None:
    shuffled = [*supposals]
    random.shuffle(shuffled)
    one, other = _outcome(supposals, recorded), _outcome(shuffled, recorded)
    assert one == other


@given(st.lists(_SOME, max_size=3), _RECORDED)
@settings(deadline=None)
@example([parse_supposal("m.claimed=2026")], "m determined 2027")
@example([parse_supposal("m=2027")], "m claimed 2027-02-01")
def test_what_can_be_supposed_makes_answers_firmer_and_changes_no_record(
    supposals: list[Supposal], recorded: str
) -> None:
    # What is determined counts as claimed on that day only where nothing says when it
    # was claimed: a claim that is supposed may then come earlier, and never later.
    adds_a_claim = (
        any(supposal.kind == "claimed" for supposal in supposals)
        and "determined" in recorded
        and "claimed" not in recorded
    )
    # Seen early enough, silence contradicts nothing that is supposed.
    known = facts(recorded, "2026-01-01")
    unchanged = deepcopy(known)
    try:
        found = suppose(known, supposals, KNOWN)
    except WhereasError:
        found = known
    assert known == unchanged
    for text, hangs_on_claims in _HANGING:
        before = resolve_when(When.parse(text), known)
        after = resolve_when(When.parse(text), found)
        assert after.lo <= after.hi <= before.hi
        assert before.lo <= after.lo or (adds_a_claim and hangs_on_claims)


def _parsed(texts: str) -> list[Supposal]:
    return [parse_supposal(text.strip()) for text in texts.split(",")]


def _outcome(supposals: list[Supposal], recorded: str) -> Facts | type[WhereasError]:
    try:
        return suppose(facts(recorded), supposals, KNOWN)
    except WhereasError as error:
        return type(error)


def test_what_an_event_makes_of_another_supposal_is_not_contradicted() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a,
       ends: milestone mb}
    - {event: MilestoneDetermined, effective: milestone mb, milestone: ma,
       outcome: occurred}
    - {event: MilestoneDetermined, effective: milestone ma, milestone: mb,
       outcome: occurred}
    """
    ledger = test_what_an_event_makes_of_another_supposal_is_not_contradicted
    for texts in (
        ("ma=2027-01-01", "mb=2027-01-05"),
        ("ma=2027-01-01", "mb>2027-01-05"),
        ("ma=2027-01-01", "mb=never"),
    ):
        with pytest.raises(Refused, match=r"supposed: (ma|mb) is determined") as caught:
            timeline(ledger_of(ledger), *texts)
        assert caught.value.conflict in {
            "@3 milestone-determined ma (milestone mb)",
            "@4 milestone-determined mb (milestone ma)",
        }
    for several in (["ma=2027-01-01"], ["ma=2027-01-01", "mb=2027-01-01"]):
        there = timeline(ledger_of(ledger), *several)
        ended = there.state(INF).provisions["x"]
        assert standing(ended, there.facts, parse_day("2027-01-01")).status == "ended"
        # Both say of ma that it is determined on that day, which is told once.
        assert [one["determined"] for one in state(there, "2027").milestones] == [
            [("2027-01-01", "2027-01-01")]
        ] * 2


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("measure loans=USD 0@2026-08-01", "loans is in EUR, not in USD"),
        ("measure output=5 bolts@2026-08-01", "output is in tons, not in bolts"),
        ("measure loans=EUR 0@2026-08-01", None),
        ("measure loans=0@2026-08-01", None),
        ("measure plain=USD 0@2026-08-01", None),
    ],
)
def test_a_measure_is_supposed_in_its_own_unit(text: str, refused: str | None) -> None:
    ledger = entries("""
- {event: PermissionGranted, effective: 2020-01-01, id: x, holder: a,
   ends: earliest of (measure loans = EUR 0; measure plain = 0)}
- {event: MeasureReported, effective: 2020-01-01, measure: output, value: 3 tons}
""")
    if refused is None:
        assert timeline(ledger, text).facts.measures
        return
    with pytest.raises(Refused, match=refused) as caught:
        timeline(ledger, text)
    assert caught.value.conflict
