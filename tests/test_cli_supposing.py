"""What cannot be supposed is named, with where it stands and what is in its way."""

# Snapshots are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.cli_run import Desk

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a ledger of two agreements."""
    desk = Desk(tmp_path)
    desk.do("init")
    for name in ("microsoft-openai", "cuad"):
        desk.do(f"import {EXAMPLES / name}.yaml")
    return desk


def test_an_event_of_a_file_that_cannot_be_supposed_is_named_with_its_line(
    desk: Desk,
) -> None:
    (desk.folder / "amendment.yaml").write_text(
        "whereas: 1\nagreement: cuad\nevents:\n"
        "  - {event: TermExtended, effective: 2026-06-01, provision: resale, "
        "ends: through 2035}\n"
        "  - {event: ProvisionEnded, effective: 2026-07-01, provision: resale, "
        "basis: terminated}\n"
        "  - {event: TermExtended, effective: 2026-08-01, provision: resale, "
        "ends: never}\n"
    )
    assert desk("what-if cuad --events amendment.yaml") == snapshot("""\
--- stderr
error: amendment.yaml:6:5: term-extended resale (2026-08-01) cannot be supposed: resale has ended by 2026-08-01
  in the way: provision-ended resale (2026-07-01), supposed too
hint: provision-reinstated brings an ended provision back; an earlier effective date may be meant
--- exit status 1
""")
    # What is in the way may also be recorded.
    (desk.folder / "ended.yaml").write_text(
        "whereas: 1\nagreement: microsoft-openai\nevents:\n"
        "  - {event: TermExtended, effective: 2026-02-01, provision: azure-cloud, "
        "ends: never}\n"
    )
    assert desk("what-if microsoft-openai --events ended.yaml") == snapshot("""\
--- stderr
error: ended.yaml:4:5: term-extended azure-cloud (2026-02-01) cannot be supposed: azure-cloud has ended by 2026-02-01
  in the way: @41 right-relinquished azure-cloud (2025-10-28)
  source: Evolution of the Microsoft-OpenAI Partnership: A New Era, para 7
hint: provision-reinstated brings an ended provision back; an earlier effective date may be meant
--- exit status 1
""")
    assert desk("what-if cuad --events ended.yaml") == snapshot("""\
--- stderr
error: ended.yaml:4:5: this term-extended is of microsoft-openai, not of cuad
hint: suppose events of the agreement that is asked about
--- exit status 2
""")


def test_an_exercise_that_cannot_be_supposed_is_named(desk: Desk) -> None:
    line = "what-if microsoft-openai --suppose 'exercise azure-cloud@2026-03-01'"
    assert desk(line) == snapshot("""\
--- stderr
error: exercise azure-cloud@2026-03-01 cannot be supposed: azure-cloud has ended by 2026-03-01
  in the way: @41 right-relinquished azure-cloud (2025-10-28)
  source: Evolution of the Microsoft-OpenAI Partnership: A New Era, para 7
hint: provision-reinstated brings an ended provision back; an earlier effective date may be meant
--- exit status 1
""")
