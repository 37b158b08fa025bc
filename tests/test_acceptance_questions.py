"""The questions that the founding example must answer, with their answers.

They are asked of the example as it is imported; the answers are those that a reader
of the article and of the companies' statements would give.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from events.dates import PartialDate
from events.entry import provisional
from ledger.importing.files import read_file
from projections.questions.answers import KnownAt
from projections.questions.diff import diff_answer
from projections.questions.history import history_answer
from projections.questions.why import why_answer
from tests.agreements import provision, state, told
from tests.agreements import timeline as arranged

if TYPE_CHECKING:
    from events.entry import Entry
    from projections.questions.answers import StateAnswer

EXAMPLE = Path(__file__).parent.parent / "examples" / "microsoft-openai.yaml"
KNOWN = KnownAt(1, 0, "2026-01-01T00:00:00.000000Z")
HORIZON = "2026-11-25"


@pytest.fixture(scope="module")
def example() -> list[Entry]:
    drafts = [draft for batch in read_file(EXAMPLE) for draft in batch.drafts]
    return [provisional(draft, seq, seq - 1) for seq, draft in enumerate(drafts, 1)]


def asked(example: list[Entry], on: str, *suppose: str) -> StateAnswer:
    return state(arranged(example, *suppose, horizon=HORIZON), on)


@pytest.mark.parametrize(
    ("question", "on", "suppose", "name", "answer"),
    [
        (1, "2031-03-01", (), "ip-research", "ended"),
        (1, "2031-03-01", ("agi-verified=never",), "ip-research", "ended"),
        (1, "2031-03-01", ("agi-verified=2027-05-01",), "ip-research", "ended"),
        (1, "2030-12-31", ("agi-verified=never",), "ip-research", "in-force"),
        (1, "2031-01-01", ("agi-verified=never",), "ip-research", "ended"),
        (2, "2030-06-01", ("agi-verified=never",), "ip-research", "in-force"),
        (
            3,
            "2028-06-01",
            (),
            "ip-research",
            "contingent milestone agi-verified determined",
        ),
        (3, "2028-06-01", ("agi-verified>2028-06-01",), "ip-research", "in-force"),
        (3, "2028-06-01", ("agi-verified=2027-05-01",), "ip-research", "ended"),
        (4, "2031-03-01", (), "ip-models", "in-force"),
        (4, "2031-03-01", ("agi-verified=2027-05-01",), "ip-models", "in-force"),
        (5, "2031-03-01", (), "ip-exclusivity", "contingent milestone agi-verified"),
        (5, "2031-03-01", ("agi-verified=2027-05-01",), "ip-exclusivity", "ended"),
        (6, "2032-12-31", (), "ip-models", "in-force"),
        (6, "2033-01-01", (), "ip-models", "ended"),
        (7, "2020-01-01", (), "azure-cloud", "in-force"),
        (7, "2025-06-01", (), "azure-cloud", "in-force"),
        (7, "2025-11-01", (), "azure-cloud", "ended"),
        (
            18,
            "2028-01-01",
            (),
            "revenue-share",
            "contingent milestone agi-verified determined",
        ),
        (
            18,
            "2028-01-01",
            ("agi-verified.claimed=2027-01-01",),
            "revenue-share",
            "contingent milestone agi-verified determined",
        ),
        (18, "2028-01-01", ("agi-verified=2027-05-01",), "revenue-share", "ended"),
    ],
)
def test_a_provision_stands_as_the_texts_say(
    example: list[Entry],
    question: int,
    on: str,
    suppose: tuple[str, ...],
    name: str,
    answer: str,
) -> None:
    assert question
    assert told(asked(example, on, *suppose), name) == answer


def test_2_under_the_word_of_the_article_the_end_lies_somewhere_in_2030(
    example: list[Entry],
) -> None:
    readings = provision(asked(example, "2030-06-01"), "ip-research").readings
    assert [(r["by"], r["reading"][:18]) for r in readings] == [
        ("recorder", "The article's word")
    ]
    flags = provision(asked(example, "2030-06-01"), "ip-research").flags
    assert "ambiguous" in flags


def test_4_the_condition_that_nobody_can_evaluate_is_shown_in_its_words(
    example: list[Entry],
) -> None:
    models = provision(asked(example, "2031-03-01"), "ip-models")
    assert "text-condition" in models.flags
    assert [c["condition"] for c in models.scope if "condition" in c] == [
        "within safety guidelines"
    ]


@pytest.mark.parametrize(
    ("on", "level"), [("2020-01-01", "exclusive"), ("2025-06-01", "first-refusal")]
)
def test_7_azure_was_exclusive_and_then_had_a_first_refusal(
    example: list[Entry], on: str, level: str
) -> None:
    assert provision(asked(example, on), "azure-cloud").level == level


def test_8_the_first_refusal_was_lost_on_a_day_and_had_been_exclusivity(
    example: list[Entry],
) -> None:
    there = arranged(example)
    found = history_answer(there, known=KNOWN, provision="azure-cloud").events
    assert [(event.type, event.effective) for event in found] == [
        ("exclusivity-granted", "2019-07-22"),
        ("level-changed", "2025-01-21"),
        ("right-relinquished", "2025-10-28"),
    ]


def test_11_openai_claims_and_the_panel_determines(example: list[Entry]) -> None:
    terms = provision(asked(example, "2026-01-01"), "agi-panel").terms
    assert (terms["claimant"], terms["determiner"]) == (
        "openai",
        "independent expert panel",
    )


def test_12_what_hangs_on_agi_and_on_which_word(example: list[Entry]) -> None:
    answer = asked(example, "2027-01-01")
    assert {p.id: p.waits_for for p in answer.provisions if p.waits_for} == {
        "ip-exclusivity": ("milestone agi-verified",),
        "azure-api": ("milestone agi-verified",),
        "revenue-share": ("milestone agi-verified determined",),
        "azure-purchase-earlier": ('unknown "not published"',),
        "ip-research": ("milestone agi-verified determined",),
        "compute-threshold": ("milestone agi-verified claimed",),
        "azure-purchase": ('unknown "the period is not published"',),
    }


def test_13_what_ends_on_the_day_agi_is_determined_and_what_goes_on(
    example: list[Entry],
) -> None:
    def ended(on: str) -> set[str]:
        answer = asked(example, on, "agi-verified=2027-05-01")
        return {p.id for p in answer.provisions if p.status == "ended"}

    assert ended("2027-05-01") - ended("2027-04-30") == {
        "ip-exclusivity",
        "azure-api",
        "revenue-share",
        "ip-research",
        "compute-threshold",
    }
    after = asked(example, "2027-05-01", "agi-verified=2027-05-01")
    assert {p.id for p in after.provisions if p.status == "in-force"} >= {
        "ip-models",
        "model-partner",
        "agi-panel",
        "non-api-any-cloud",
    }


def test_14_microsoft_committed_thirteen_billion_by_two_events(
    example: list[Entry],
) -> None:
    answer = asked(example, "2026-01-01")
    assert [
        (p.quantity, p.terms["stage"], p.set_by[0])
        for p in answer.provisions
        if p.kind == "investment"
    ] == [("USD 1bn", "committed", 3), ("USD 12bn", "committed", 15)]


def test_15_the_stakes_stand_on_two_bases(example: list[Entry]) -> None:
    assert [(s["share"], s["basis"]) for s in asked(example, "2026").stakes] == [
        ("32.5 %", "as-converted, excluding recent funding rounds, in the for-profit"),
        ("about 27 %", "as-converted diluted, all owners"),
    ]


def test_16_every_event_has_a_source_with_a_stance_and_a_place(
    example: list[Entry],
) -> None:
    answer = why_answer(
        arranged(example), "azure-cloud", PartialDate.parse("2026"), known=KNOWN
    )
    assert [
        (event.type, [(s["source"], s["stance"], s.get("at")) for s in event.sources])
        for event in answer.events
    ] == [
        (
            "exclusivity-granted",
            [
                ("article", "supports", "para 1"),
                ("announcement-2019", "supports", None),
            ],
        ),
        (
            "level-changed",
            [
                ("statement-january-2025", "supports", None),
                ("article", "supports", "para 7"),
            ],
        ),
        (
            "right-relinquished",
            [
                ("article", "supports", "para 7"),
                ("quarterly-report", "supports", "note 17"),
                ("article", "mentions", "para 7"),
            ],
        ),
    ]
    assert all(entry.sources() for entry in example)


def test_17_what_was_said_before_and_what_is_said_now(example: list[Entry]) -> None:
    before = state(arranged(example[:20], horizon=HORIZON), "2026-01-01")
    after = asked(example, "2026-01-01")
    change = next(
        change
        for change in diff_answer(before, after).changes
        if (change.subject, change.field) == ("azure-cloud", "status")
    )
    assert (change.before, change.after) == ("in-force", "ended")


def test_19_what_is_still_to_be_bought_cannot_be_computed(
    example: list[Entry],
) -> None:
    answer = asked(example, "2026-01-01")
    bought = [p.quantity for p in answer.provisions if p.kind == "purchase"]
    assert bought == ["unknown", "USD 250bn"]


def test_21_which_provisions_rest_on_text_that_we_do_not_have(
    example: list[Entry],
) -> None:
    answer = asked(example, "2026-01-01")
    flagged = {p.id for p in answer.provisions if "text-condition" in p.flags}
    assert flagged == {"ip-models", "compute-threshold", "open-weights"}


def test_22_what_changed_from_one_day_to_the_next(example: list[Entry]) -> None:
    changes = diff_answer(
        asked(example, "2025-10-27"), asked(example, "2025-10-28")
    ).changes
    assert {c.subject for c in changes if c.sign == "+" and c.kind == "provision"} == {
        "agi-panel",
        "ip-research",
        "third-party-products",
        "non-api-any-cloud",
        "agi-development",
        "compute-threshold",
        "azure-purchase",
        "national-security",
        "open-weights",
    }
    ended = {c.subject for c in changes if (c.field, c.after) == ("status", "ended")}
    assert ended == {
        "azure-cloud",
        "bar-third-party-products",
        "bar-agi-development",
        "bar-national-security",
        "bar-open-weights",
    }
