"""What ends provisions after a day is told alike by the fold and by the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from events.dates import PartialDate, day_text
from projections.fold.timeline import timeline_of
from projections.questions.endings import endings_after
from projections.readmodel.opening import reading
from projections.readmodel.reader import timeline_at
from projections.readmodel.writer import rebuild
from tests.agreements import entries as written
from tests.readmodels import Listed

TOLD = """
- {event: licence-granted, effective: 2020-01-01, id: p, holder: a, against: b}
- {event: licence-granted, effective: 2020-01-01, id: q, holder: a, against: b}
- {event: licence-granted, effective: 2023-01-01, id: new, holder: a, against: b}
- {event: provision-ended, effective: 2021-01-01, provision: p, basis: terminated}
- {event: provision-reinstated, effective: 2021-01-01, provision: p}
- {event: provision-ended, effective: 2022-01-01, provision: p, basis: terminated}
- {event: provision-reinstated, effective: 2022-06-01, provision: p}
- {event: agreement-ended, effective: 2024-01-01, basis: expired}
"""


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        # What is taken back on the day itself has ended nothing.
        ("2020-06", {"p": "2022-01-01", "q": "2024-01-01"}),
        ("2022-01", {"p": "2024-01-01", "q": "2024-01-01"}),
        ("2023-06", dict.fromkeys(("p", "q", "new"), "2024-01-01")),
        ("2024", {}),
    ],
)
def test_the_first_later_event_that_ends_a_provision_is_told(
    tmp_path: Path, on: str, expected: dict[str, str]
) -> None:
    entries, day = written(TOLD), PartialDate.parse(on).last
    rebuild(tmp_path / "index.db", Listed(entries))
    with reading(tmp_path / "index.db") as connection:
        tables = timeline_at(connection, "a-b", len(entries))
        assert tables is not None
        for there in (timeline_of(entries), tables):
            found = endings_after(there, day)
            assert {n: one.effective.text for n, one in found.items()} == expected


TERMS = """
- {event: licence-granted, effective: 2020-01-01, id: p, holder: a, ends: through 2028}
- {event: licence-granted, effective: 2020-01-01, id: q, holder: a, ends: milestone m}
- {event: term-shortened, effective: 2022-01-01, provision: p, ends: through 2023}
- {event: term-extended, effective: 2022-01-01, provision: p, ends: through 2024}
- {event: term-changed, effective: 2022-01-01, provision: p, starts: 2020-02-01}
- {event: term-changed, effective: 2022-01-01, provision: q, ends: 2 years after (milestone m)}
- {event: milestone-determined, effective: 2023-05-01, milestone: m, outcome: occurred}
- {event: term-extended, effective: 2024-06-01, provision: p, ends: through 2030}
- {event: provision-ended, effective: 2026-01-01, provision: p, basis: terminated}
- {event: provision-reinstated, effective: 2031-01-01, provision: p, ends: through 2040}
- {event: provision-reaffirmed, effective: 2023-01-01, provisions: [p, q]}
"""  # noqa: E501  # an event is a line


COMES_BACK = """
- {event: licence-granted, effective: 2020-01-01, id: p, holder: a, ends: through 2025}
- {event: licence-granted, effective: 2020-01-01, id: q, holder: a, ends: milestone m}
- {event: milestone-determined, effective: 2023-05-01, milestone: m, outcome: occurred}
- {event: provision-reinstated, effective: 2027-01-01, provision: p, ends: through 2030}
- {event: provision-reinstated, effective: 2027-01-01, provision: q, ends: through 2031}
"""


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        # It ends by its own term before it comes back, so that it does not run on.
        ("2021", {}),
        ("2026", {"p": "2031-01-01", "q": "2032-01-01"}),
    ],
)
def test_what_ends_by_its_term_and_comes_back_does_not_run_on(
    tmp_path: Path, on: str, expected: dict[str, str]
) -> None:
    entries, day = written(COMES_BACK), PartialDate.parse(on).last
    rebuild(tmp_path / "index.db", Listed(entries))
    with reading(tmp_path / "index.db") as connection:
        tables = timeline_at(connection, "a-b", len(entries))
        assert tables is not None
        for there in (timeline_of(entries), tables):
            found = endings_after(there, day)
            assert {n: day_text(one.span.lo) for n, one in found.items()} == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        # The last event that has a say before it ends; what comes after has none.
        (
            "2021",
            {"p": ("2026-01-01", "terminated", 10), "q": ("2025-05-01", "term", 7)},
        ),
        ("2022-06", {"p": ("2026-01-01", "terminated", 10)}),
        ("2025", {"p": ("2026-01-01", "terminated", 10)}),
        # It has ended, and comes back.
        ("2027", {"p": ("2041-01-01", "term", 11)}),
    ],
)
def test_a_term_that_is_set_later_is_told_too(
    tmp_path: Path, on: str, expected: dict[str, tuple[str, str, int]]
) -> None:
    entries, day = written(TERMS), PartialDate.parse(on).last
    rebuild(tmp_path / "index.db", Listed(entries))
    with reading(tmp_path / "index.db") as connection:
        tables = timeline_at(connection, "a-b", len(entries))
        assert tables is not None
        for there in (timeline_of(entries), tables):
            found = endings_after(there, day)
            assert {
                name: (day_text(one.span.lo), one.basis, one.seq)
                for name, one in found.items()
            } == expected
