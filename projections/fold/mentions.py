"""Which milestones and measures events mention, in their fields and in their terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from events.base import Event
from events.catalogue import fields_of
from events.entry import Entry
from events.happenings import MeasureReported
from events.when import Measure, When, atoms, measures, milestones
from projections.fold.resolving import FIRM


class Mentions(NamedTuple):
    """The names that somebody may ask about or suppose.

    Attributes:
        milestones: all that events mention.
        measures: all that events mention.
        units: the unit of a measure, and the number of the event first to use it.
    """

    milestones: frozenset[str]
    measures: frozenset[str]
    units: Mapping[str, tuple[str, int]] = MappingProxyType({})


def mentions(entries: Iterable[Entry]) -> Mentions:
    """Collect the names of all milestones and measures that events mention."""
    named: set[str] = set()
    measured: set[str] = set()
    units: dict[str, tuple[str, int]] = {}
    for entry in entries:
        event = entry.event
        if (milestone := getattr(event, "milestone", None)) is not None:
            named.add(milestone)
        if (measure := getattr(event, "measure", None)) is not None:
            measured.add(measure)
        for when in whens_of(entry):
            named |= milestones(when.expr)
            measured |= measures(when.expr)
        for measure, unit in units_of(entry):
            units.setdefault(measure, (unit, entry.seq))
    return Mentions(frozenset(named), frozenset(measured), units)


def units_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the measures that an event reports or compares in a unit."""
    event = entry.event
    if isinstance(event, MeasureReported) and event.value.unit is not None:
        yield event.measure, event.value.unit
    for when in whens_of(entry):
        if type(when.expr) not in FIRM:
            for atom in atoms(when.expr):
                if isinstance(atom, Measure) and atom.unit is not None:
                    yield atom.measure, atom.unit


def whens_of(entry: Entry) -> Iterator[When]:
    """Yield every When of an event, its effective one first."""
    if entry.envelope.effective is not None:
        yield entry.envelope.effective
    for name in _terms(type(entry.event)):
        value = getattr(entry.event, name)
        if value is not None:
            yield value


@cache
def _terms(cls: type[Event]) -> tuple[str, ...]:
    """List the fields of an event type that are Whens."""
    return tuple(field.name for field in fields_of(cls) if field.type is When)
