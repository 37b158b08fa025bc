"""Which milestones and measures events mention, in their fields and in their terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from events.entry import Entry
from events.when import When, measures, milestones


class Mentions(NamedTuple):
    """The names that somebody may ask about or suppose."""

    milestones: frozenset[str]
    measures: frozenset[str]


def mentions(entries: Iterable[Entry]) -> Mentions:
    """Collect the names of all milestones and measures that events mention."""
    named: set[str] = set()
    measured: set[str] = set()
    for entry in entries:
        event = entry.event
        if (milestone := getattr(event, "milestone", None)) is not None:
            named.add(milestone)
        if (measure := getattr(event, "measure", None)) is not None:
            measured.add(measure)
        for when in whens_of(entry):
            named |= milestones(when.expr)
            measured |= measures(when.expr)
    return Mentions(frozenset(named), frozenset(measured))


def whens_of(entry: Entry) -> Iterator[When]:
    """Yield every When of an event, its effective one first."""
    if entry.envelope.effective is not None:
        yield entry.envelope.effective
    for name in entry.event.__struct_fields__:
        value = getattr(entry.event, name)
        if isinstance(value, When):
            yield value
