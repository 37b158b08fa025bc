from __future__ import annotations

from pathlib import Path

import pytest

from cli.flagged import flagged, never_began
from events.dates import INF
from events.entry import provisional
from ledger.importing.files import read_file
from projections.fold.status import flags
from projections.fold.timeline import timeline_of
from tests.agreements import state

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize(
    ("provisions", "sentences"),
    [
        ([], []),
        ([("one", ("end-not-stated", "imprecise-date"))], []),
        (
            [("one", ("contested",)), ("two", ("ambiguous", "contested"))],
            ["Contested: one, two.", "Ambiguous, as the recorder notes: two."],
        ),
        # A provision may be the reason of several parts of an answer.
        (
            [("one", ("ambiguous",)), ("one", ("ambiguous",))],
            ["Ambiguous, as the recorder notes: one."],
        ),
    ],
)
def test_what_is_contested_or_ambiguous_is_named_once(
    provisions: list[tuple[str, tuple[str, ...]]], sentences: list[str]
) -> None:
    assert list(flagged(provisions)) == sentences


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (
            "ends: 2022-01-01",
            ["x never held: it starts 2024-01-01 and ends 2022-01-01."],
        ),
        ("ends: 2024-01-01", []),
        ("ends: 2025-01-01", []),
        ("ends: never", []),
        ("starts: milestone m, ends: through 2022", []),
        ("starts: 2026, ends: through 2025", []),
    ],
)
def test_what_ends_before_it_starts_is_named(terms: str, sentence: list[str]) -> None:
    answer = state(
        f"- {{event: PermissionGranted, effective: 2024-01-01, id: x, holder: a,"
        f" against: b, scope: {{activity: [sale]}}, {terms}}}",
        "2027-01-01",
    )
    assert list(never_began(answer.provisions)) == sentence


def test_what_is_only_inferred_in_the_example_is_ambiguous() -> None:
    batches = read_file(EXAMPLES / "microsoft-openai.yaml")
    drafts = [draft for batch in batches for draft in batch.drafts]
    there = timeline_of([provisional(d, n, n - 1) for n, d in enumerate(drafts, 1)])
    provisions = there.state(INF).provisions.values()
    bars = [provision for provision in provisions if provision.id.startswith("bar-")]
    assert [len(bars), *("ambiguous" in flags(bar) for bar in bars)] == [4, *[True] * 4]
