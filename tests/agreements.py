"""Agreements written as tests write them: the docstring of a test is its ledger."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from events.dates import NEG_INF, PartialDate
from events.entry import Entry, provisional
from events.reader import read_draft
from projections.fold.supposals import parse_supposal
from projections.fold.timeline import Timeline, timeline_of
from projections.questions.answers import KnownAt, StateAnswer, state_answer
from projections.questions.provisions import ProvisionAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OPENED = {
    "event": "AgreementOpened",
    "effective": "2000-01-01",
    "title": "A - B",
    "parties": [{"id": party, "name": party.upper()} for party in "abc"],
}


def events(text: str) -> list[dict[str, Any]]:
    """Read events from YAML, one mapping a line; the agreement is opened first."""
    listed: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(text) or []
    opens = bool(listed) and listed[0]["event"] == OPENED["event"]
    return listed if opens else [OPENED, *listed]


def entries(text: str) -> list[Entry]:
    """Stand events among the recorded ones, each at the position before its number."""
    return [
        provisional(read_draft(fields, agreement="a-b"), seq, seq - 1)
        for seq, fields in enumerate(events(text), 1)
    ]


def ledger_of(test: Callable[..., object]) -> list[Entry]:
    """Read the ledger that a test has for a docstring."""
    return entries(inspect.getdoc(test) or "")


def timeline(
    text: str | Sequence[Entry], *suppose: str, horizon: str | None = None
) -> Timeline:
    """Put events in order, under supposals."""
    return timeline_of(
        entries(text) if isinstance(text, str) else text,
        horizon=PartialDate.parse(horizon).last if horizon else NEG_INF,
        supposals=[parse_supposal(one) for one in suppose],
    )


def state(
    text: str | Sequence[Entry] | Timeline,
    on: str,
    *suppose: str,
    horizon: str | None = None,
) -> StateAnswer:
    """Ask what holds on a day."""
    there = (
        text
        if isinstance(text, Timeline)
        else timeline(text, *suppose, horizon=horizon)
    )
    last = next(reversed(there.record.known))
    known = KnownAt(last, last - 1, "2026-01-01T00:00:00.000000Z")
    return state_answer(there, PartialDate.parse(on), known=known)


def provision(answer: StateAnswer, name: str) -> ProvisionAnswer:
    """Find a provision in an answer."""
    return next(found for found in answer.provisions if found.id == name)


def told(answer: StateAnswer, name: str) -> str:
    """Tell the status of a provision and what it waits for in one line."""
    there = [found for found in answer.provisions if found.id == name]
    if not there:
        return "absent"
    return " ".join([there[0].status, *there[0].waits_for])
