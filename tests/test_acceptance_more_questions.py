"""Further questions that the founding example must answer, and what may be supposed.

The numbers are those of the questions in tests/test_acceptance_questions.py.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from events.dates import PartialDate, parse_day
from events.entry import provisional
from events.errors import Refused
from ledger.importing.files import read_file
from projections.questions.across import KnownIn
from projections.questions.answers import KnownAt
from projections.questions.conflicts import conflicts_answer
from projections.questions.due import Wanted, due_answer
from projections.questions.hypotheses import read_hypotheses
from projections.questions.may import may_answer
from projections.questions.money import money_answer
from projections.questions.question import read_question
from projections.questions.search import search_answer
from projections.questions.stakes import compare_stakes, stakes_answer
from projections.questions.what_if import what_if_answer
from tests.agreements import timeline as arranged

if TYPE_CHECKING:
    from events.entry import Entry
    from projections.questions.due import DueAnswer
    from projections.questions.may import MayAnswer

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "microsoft-openai.yaml"
KNOWN = KnownIn(50, "2026-11-25T00:00:00.000000Z")
HORIZON = "2026-11-25"


@pytest.fixture(scope="module")
def example() -> list[Entry]:
    drafts = [draft for batch in read_file(EXAMPLE) for draft in batch.drafts]
    return [provisional(draft, seq, seq - 1) for seq, draft in enumerate(drafts, 1)]


def may(
    example: list[Entry], words: str, on: str = "2025-11-01", *suppose: str
) -> MayAnswer:
    """Ask "PARTY ACTIVITY axis=tag … with PARTY"."""
    question, _, whom = words.partition(" with ")
    party, activity, *scope = question.split()
    return may_answer(
        [arranged(example, *suppose, horizon=HORIZON)],
        read_question(party, activity, scope=scope, counterparty=whom.split()),
        PartialDate.parse(on),
        known=KNOWN,
    )


ANOTHER_CLOUD = "with third-party"
THRESHOLDS = (
    "compute thresholds vastly exceeding those of today's leading training systems"
)


@pytest.mark.parametrize(
    ("question", "on", "suppose", "verdict", "because"),
    [
        # 9: a non-API product on another cloud.
        (
            f"openai cloud/hosting product=non-api {ANOTHER_CLOUD}",
            "2025-11-01",
            (),
            "permitted",
            ["non-api-any-cloud"],
        ),
        # 10: an API product built with a third party, on another cloud.
        (
            f"openai cloud/hosting product=api/joint {ANOTHER_CLOUD}",
            "2025-11-01",
            (),
            "not-permitted",
            ["azure-api"],
        ),
        (
            (
                "openai cloud/hosting product=api/joint customer=us-national-security "
                f"{ANOTHER_CLOUD}"
            ),
            "2025-11-01",
            (),
            "permitted",
            ["national-security"],
        ),
        (
            "openai cloud/hosting product=api/joint with microsoft",
            "2025-11-01",
            (),
            "permitted",
            ["azure-api"],
        ),
        (
            f"openai cloud/hosting product=api {ANOTHER_CLOUD}",
            "2028-01-01",
            (),
            "contingent",
            ["azure-api"],
        ),
        (
            f"openai cloud/hosting product=api {ANOTHER_CLOUD}",
            "2028-01-01",
            ("agi-verified=2027-05-01",),
            # Nothing speaks of it any more but for some customers.
            "contingent",
            [],
        ),
        (
            f"openai cloud/hosting product=api {ANOTHER_CLOUD}",
            "2028-01-01",
            ("agi-verified>2028-01-01",),
            "not-permitted",
            ["azure-api"],
        ),
        # 7 and 8, asked as what may be done.
        (
            f"openai cloud {ANOTHER_CLOUD}",
            "2020-01-01",
            (),
            "not-permitted",
            ["azure-cloud"],
        ),
        (
            f"openai cloud/new-capacity {ANOTHER_CLOUD}",
            "2025-06-01",
            (),
            "contingent",
            ["azure-cloud"],
        ),
        (f"openai cloud/new-capacity {ANOTHER_CLOUD}", "2025-11-01", (), "silent", []),
        # 24: toward AGI with a third party, without and with the IP of OpenAI.
        (
            f"microsoft agi-development {ANOTHER_CLOUD}",
            "2025-11-01",
            (),
            "permitted",
            ["agi-development"],
        ),
        (
            f"microsoft agi-development asset=models {ANOTHER_CLOUD}",
            "2025-11-01",
            (),
            "contingent",
            ["ip-models", "agi-development", "compute-threshold"],
        ),
        (
            f"microsoft agi-development asset=models {ANOTHER_CLOUD}",
            "2028-01-01",
            ("agi-verified.claimed=2027-01-01",),
            "permitted",
            ["ip-models", "agi-development"],
        ),
        # 1, 4 and 6, likewise.
        ("microsoft use asset=research", "2031-03-01", (), "silent", []),
        ("microsoft use asset=models", "2031-03-01", (), "permitted", ["ip-models"]),
        (
            "microsoft use asset=models/post-agi",
            "2031-03-01",
            (),
            "contingent",
            ["ip-models"],
        ),
        ("microsoft use asset=models", "2033-01-01", (), "silent", []),
        ("microsoft use asset=consumer-hardware", "2025-11-01", (), "silent", []),
        # What is new on 2025-10-28.
        (
            "openai joint-products with third-party",
            "2025-10-28",
            (),
            "permitted",
            ["third-party-products"],
        ),
        (
            "openai joint-products with third-party",
            "2025-10-27",
            (),
            "not-permitted",
            ["bar-third-party-products"],
        ),
        (
            "openai release product=open-weights",
            "2025-11-01",
            (),
            "contingent",
            ["open-weights"],
        ),
    ],
)
def test_what_a_party_may_do(
    example: list[Entry],
    question: str,
    on: str,
    suppose: tuple[str, ...],
    verdict: str,
    because: list[str],
) -> None:
    answer = may(example, question, on, *suppose)
    assert answer.verdict == verdict
    assert [reason.provision for reason in answer.because] == because
    assert answer.conflicts == []


def test_10_no_unless_the_customer_is_national_security(example: list[Entry]) -> None:
    answer = may(example, f"openai cloud/hosting product=api/joint {ANOTHER_CLOUD}")
    assert [(p.scope_text, p.verdict) for p in answer.unless] == [
        ("customer us-national-security", "permitted")
    ]
    assert answer.depends_on == ("customer",)
    assert [example[seq - 1].event.TYPE for seq in answer.because[0].events] == [
        "exclusivity-granted",
        "scope-widened",
    ]


def test_24_with_the_ip_of_openai_it_hangs_on_words(example: list[Entry]) -> None:
    answer = may(example, f"microsoft agi-development asset=models {ANOTHER_CLOUD}")
    assert answer.words == (THRESHOLDS, "limit unknown")
    alone = may(example, f"microsoft agi-development {ANOTHER_CLOUD}")
    assert [(p.scope_text, p.verdict, p.words) for p in alone.unless] == [
        (
            "asset models or products or research",
            "contingent",
            (THRESHOLDS, "limit unknown"),
        )
    ]


def due(
    example: list[Entry],
    start: str,
    end: str,
    *suppose: str,
    wanted: Wanted,
) -> DueAnswer:
    return due_answer(
        [arranged(example, *suppose, horizon=HORIZON)],
        PartialDate.parse(start),
        PartialDate.parse(end),
        known=KNOWN,
        wanted=wanted,
    )


def test_20_what_can_end_the_rights_of_microsoft_before_2030(
    example: list[Entry],
) -> None:
    answer = due(
        example, HORIZON, "2029", wanted=Wanted(whats=("ends",), holder="microsoft")
    )
    assert [(i.subject, i.waits_for) for i in (*answer.items, *answer.waits)] == [
        ("ip-research", ("milestone agi-verified determined",)),
        ("azure-purchase", ('unknown "the period is not published"',)),
        ("azure-purchase-earlier", ('unknown "not published"',)),
        ("azure-api", ("milestone agi-verified",)),
        ("ip-exclusivity", ("milestone agi-verified",)),
        ("revenue-share", ("milestone agi-verified determined",)),
    ]


def test_23_what_lapses_in_ten_years_and_what_waits(example: list[Entry]) -> None:
    answer = due(example, HORIZON, "2036-11-24", wanted=Wanted())
    assert [(i.date or i.between, i.what, i.subject) for i in answer.items] == [
        ((HORIZON, "2031-01-01"), "ends", "ip-research"),
        ("2033-01-01", "ends", "ip-models"),
    ]
    assert {i.subject for i in answer.waits if "agi" in i.waits_for[0]} == {
        "azure-api",
        "compute-threshold",
        "ip-exclusivity",
        "revenue-share",
    }
    reached = due(example, HORIZON, "2036", "agi-verified=2027-05-01", wanted=Wanted())
    assert [i.date for i in reached.items] == [*["2027-05-01"] * 5, "2033-01-01"]


def test_13_what_ends_if_agi_is_determined_and_what_goes_on(
    example: list[Entry],
) -> None:
    answer = what_if_answer(
        example,
        read_hypotheses(["agi-verified=2027-05-01"]),
        known=KnownAt(55, 54, KNOWN.recorded_at),
        horizon=parse_day(HORIZON),
    )
    assert {(e.date, e.what, e.provision) for e in answer.effects} == {
        ("2027-05-01", "ends", "azure-api"),
        ("2027-05-01", "ends", "compute-threshold"),
        ("2027-05-01", "ends", "ip-exclusivity"),
        ("2027-05-01", "ends", "ip-research"),
        ("2027-05-01", "ends", "revenue-share"),
    }
    assert {g.provision: g.ends for g in answer.goes_on if g.status == "in-force"} == {
        "ip-models": "through 2032",
        "model-partner": None,
        "investment-2019": None,
        "investment-further": None,
        "agi-panel": None,
        "third-party-products": None,
        "non-api-any-cloud": None,
        "agi-development": None,
        "national-security": None,
        "open-weights": None,
    }


def test_a_claim_alone_ends_the_threshold_and_nothing_else_for_certain(
    example: list[Entry],
) -> None:
    answer = what_if_answer(
        example,
        read_hypotheses(["agi-verified.claimed=2027-01-01"]),
        known=KnownAt(55, 54, KNOWN.recorded_at),
        horizon=parse_day(HORIZON),
    )
    assert [(e.date, e.provision) for e in answer.effects] == [
        ("2027-01-01", "compute-threshold"),
        (None, "azure-api"),
        (None, "ip-exclusivity"),
    ]


def test_14_and_19_committed_funded_and_what_cannot_be_computed(
    example: list[Entry],
) -> None:
    answer = money_answer(
        [arranged(example, horizon=HORIZON)], PartialDate.parse("2026"), known=KNOWN
    )
    invested, bought = answer.totals
    assert invested.committed is not None
    assert invested.committed.text == "USD 13bn"
    assert invested.committed.parts == [(3, "USD 1bn"), (15, "USD 12bn")]
    assert invested.performed["funded"].text == "USD 11.6bn"
    assert invested.outstanding == "USD 1.4bn"
    # How the sum divides between the two is not published.
    assert [line.outstanding for line in answer.lines if line.kind == "investment"] == [
        "USD 1bn - part of USD 11.6bn",
        "USD 12bn - part of USD 11.6bn",
    ]
    assert bought.provisions == ("azure-purchase-earlier", "azure-purchase")
    assert bought.outstanding == "USD 250bn + unknown"
    assert bought.why == ["azure-purchase-earlier: @10 gives no amount"]


def test_15_stakes_on_two_bases_are_not_subtracted(example: list[Entry]) -> None:
    timeline = arranged(example, horizon=HORIZON)
    answer = stakes_answer([timeline], PartialDate.parse("2026"), known=KNOWN)
    assert [len(series.reports) for series in answer.series] == [1, 1]
    with pytest.raises(Refused, match="on two bases, which cannot be compared"):
        compare_stakes(
            timeline,
            "microsoft",
            "openai",
            PartialDate.parse("2025-10-27"),
            PartialDate.parse("2026"),
        )


FROM_OCTOBER_2025 = {
    "ip-exclusivity": [
        "national-security",
        "non-api-any-cloud",
        "open-weights",
        "third-party-products",
    ]
}


@pytest.mark.parametrize(
    ("on", "crossing"),
    [
        ("2020-01-01", {"bar-agi-development": ["ip-models"], **FROM_OCTOBER_2025}),
        ("2025-06-01", {"bar-agi-development": ["ip-models"], **FROM_OCTOBER_2025}),
        ("2025-11-01", FROM_OCTOBER_2025),
    ],
)
def test_the_example_clashes_only_where_one_act_would_be_two(
    example: list[Entry], on: str, crossing: dict[str, list[str]]
) -> None:
    answer = conflicts_answer(
        [arranged(example, horizon=HORIZON)], PartialDate.parse(on), known=KNOWN
    )
    assert all(conflict.crossing for conflict in answer.conflicts)
    found: dict[str, list[str]] = {}
    for conflict in answer.conflicts:
        bars, permits = conflict.sides
        found.setdefault(bars.provision, []).append(permits.provision)
    assert found == crossing


def test_words_of_the_sources_are_found(example: list[Entry]) -> None:
    answer = search_answer([arranged(example)], '"right of first refusal"', known=KNOWN)
    assert [hit.event for hit in answer.hits] == [18, 41]


def test_the_examples_of_the_rules_are_answered_so(example: list[Entry]) -> None:
    page = (ROOT / "docs" / "may.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+ [^`]+)` \| ([^|]+) \|", page, re.MULTILINE)
    assert len(rows) == 7
    for question, said in rows:
        party, activity, *words = shlex.split(question)
        options = list(zip(words[::2], words[1::2], strict=True))
        answer = may_answer(
            [arranged(example, horizon=HORIZON)],
            read_question(
                party,
                activity,
                scope=[word for option, word in options if option == "--scope"],
                counterparty=[word for option, word in options if option == "--with"],
            ),
            PartialDate.parse("2025-11-01"),
            known=KNOWN,
        )
        verdict = answer.verdict.replace("-", " ")
        assert re.match(rf"{verdict}\b", said), question
        assert ("unless" in said) == bool(answer.unless and answer.because), question
        for words_of_it in answer.words[:1]:
            assert words_of_it in said
