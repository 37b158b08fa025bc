from __future__ import annotations

from pathlib import Path

import pytest

from events.dates import PartialDate, parse_day
from events.entry import provisional
from events.happenings import MeasureReported
from events.when import When
from ledger.importing.files import read_file
from projections.fold.resolve import resolve_when
from projections.fold.timeline import Timeline, timeline_of
from projections.questions.across import KnownIn
from projections.questions.may import may_answer
from projections.questions.question import read_question
from projections.questions.stakes import stakes_answer

EXAMPLES = Path(__file__).parent.parent / "examples"
KNOWN = KnownIn(0, "2026-01-01T00:00:00.000000Z")


@pytest.fixture(scope="module")
def example() -> Timeline:
    """The distribution agreement that never was."""
    batches = read_file(EXAMPLES / "distribution.yaml")
    drafts = [draft for batch in batches for draft in batch.drafts]
    return timeline_of([provisional(d, n, n - 1) for n, d in enumerate(drafts, 1)])


def test_the_framework_took_effect_when_its_own_words_say(example: Timeline) -> None:
    takes_effect = When.parse("7 days after (milestone clearance determined)")
    day = parse_day("2018-11-05")
    assert resolve_when(takes_effect, example.facts) == (day, day)
    (took_effect,) = (
        step for step in example.steps if step.event.TYPE == "instrument-took-effect"
    )
    assert took_effect.day == day


@pytest.mark.parametrize(
    ("product", "territory", "verdict"),
    [
        ("instruments", "de", "permitted"),
        ("instruments/military", "de", "silent"),
        ("instruments/military", "ch", "silent"),
        ("instruments", "at", "permitted"),
        ("instruments/military", "at", "silent"),
    ],
)
def test_military_instruments_are_carved_out_of_the_mark_too(
    product: str, territory: str, verdict: str, example: Timeline
) -> None:
    scope = (f"product={product}", f"territory={territory}")
    question = read_question("birk", "sale", scope=scope)
    on = PartialDate.parse("2019-06-01")
    answer = may_answer([example], question, on, known=KNOWN)
    assert answer.verdict == verdict
    assert not [part for part in answer.unless if part.verdict == "permitted"]


def test_the_record_corrects_a_report_and_takes_back_a_copy_of_another(
    example: Timeline,
) -> None:
    answer = stakes_answer([example], PartialDate.parse("2026"), known=KNOWN)
    assert [report.votes for report in answer.series[0].reports] == ["10 %"]
    paid_off = [
        entry.seq
        for entry in example.record.entries
        if isinstance(entry.event, MeasureReported) and entry.event.value.low == 0
    ]
    assert paid_off == [70]
