"""Every category of contract clauses has a place, and docs/cuad.md says which."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from events.dates import INF
from events.entry import provisional
from ledger.importing.files import read_file
from projections.fold.naming import about
from projections.fold.timeline import timeline_of

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"\| ([^|]+) \| `cuad:([^`]+)` \| `([^`]+)` \| `?([^`|]*?)`? \| .+ \|")


class Row(NamedTuple):
    """A category, its tag, and the event that records it in the example."""

    category: str
    tag: str
    event: str
    about: str


def rows() -> list[Row]:
    text = (ROOT / "docs" / "cuad.md").read_text(encoding="utf-8")
    return [Row(*found.groups()) for found in ROW.finditer(text)]


def test_the_table_has_all_41_categories_and_names_their_events() -> None:
    drafts = [
        draft
        for batch in read_file(ROOT / "examples" / "cuad.yaml")
        for draft in batch.drafts
    ]
    tagged = {
        (tag.removeprefix("cuad:"), draft.event.TYPE, about(draft.event) or "")
        for draft in drafts
        for tag in draft.event.tags
    }
    assert {(row.tag, row.event, row.about.strip()) for row in rows()} == tagged
    assert len({row.category for row in rows()}) == len(rows()) == 41


def test_the_example_of_the_categories_loads_whole() -> None:
    drafts = [
        draft
        for batch in read_file(ROOT / "examples" / "cuad.yaml")
        for draft in batch.drafts
    ]
    entries = [provisional(draft, n, n - 1) for n, draft in enumerate(drafts, 1)]
    state = timeline_of(entries).state(INF)
    assert state.skipped == []
    assert len(state.provisions) == 34
