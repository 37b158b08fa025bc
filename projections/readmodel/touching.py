"""Which parts of a state a step may have touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import takewhile
from typing import Any

from events.base import Change, Event, Grant
from events.capital import HoldingMoved, InvestmentMade, StakeReported
from events.catalogue import TYPES
from events.changes import ProvisionReaffirmed
from events.frame import (
    AgreementEnded,
    AgreementOpened,
    PartyJoined,
    PartyLeft,
    PartyRestructured,
)
from events.happenings import (
    DisputeDecided,
    DisputeOpened,
    MeasureReported,
    MilestoneClaimed,
    MilestoneDetermined,
    OptionExercised,
)
from projections.fold.state import State
from projections.fold.step import Step
from projections.readmodel.parts import Key


def touched(step: Step, state: State) -> Iterable[Key]:
    """List the parts that a step has made, changed or left as they were.

    Args:
        step: the step, just folded.
        state: the state after it.
    """
    touches = _TOUCHES.get(type(step.event))
    return () if touches is None else touches(step.event, step, state)


def measured(measure: str, subject: str | None) -> Key:
    """Name the latest report of a measure."""
    return Key("measure", measure if subject is None else f"{measure}/{subject}")


def part_in(state: State, key: Key) -> object:
    """Find a part of a state that is not a provision."""
    match key.kind:
        case "party":
            return state.parties[key.name]
        case "stake":
            holder, issuer, basis = key.name.split("/", 2)
            return state.stakes[holder, issuer, basis]
        case "holding":
            return state.movements[-1]
        case "measure":
            measure, _, subject = key.name.partition("/")
            return state.measures[measure, subject if "/" in key.name else None]
        case "dispute":
            return state.disputes[key.name]
        case "ending":
            return state.ended
        case _:
            raise TypeError(f"{key.kind} is no part of a state")


def bearing(step: Step, state: State) -> Iterator[tuple[str, int, int]]:
    """Yield what a step adds to the numbers of the events that made provisions.

    Args:
        step: the step, just folded.
        state: the state after it.

    Yields:
        A provision, the number of an event, and how often it bears on it: the step's
        own, and of a provision that has just come into being every other.
    """
    for name in _candidates(step.event, state):
        provision = state.provisions.get(name)
        if provision is None:
            continue
        numbers = provision.set_by
        if numbers[0] != step.seq:
            numbers = list(takewhile(step.seq.__eq__, reversed(numbers)))
        for seq, times in Counter(numbers).items():
            yield name, seq, times


def _candidates(event: Event, state: State) -> Iterable[str]:
    """List the provisions that an event may bear on, each once."""
    match event:
        case AgreementEnded():
            return state.provisions
        case DisputeDecided(dispute=name):
            return state.disputes[name].provisions
        case MilestoneClaimed(milestone=name) | MilestoneDetermined(milestone=name):
            procedure = state.procedures.get(name)
            return () if procedure is None else (procedure,)
    one, several = _fields(type(event))
    names = {getattr(event, name): None for name in one}
    for name in several:
        names |= dict.fromkeys(getattr(event, name))
    return names


@cache
def _fields(cls: type[Event]) -> tuple[list[str], list[str]]:
    """List the fields of a type that name a provision, and those that name several."""
    there = cls.__struct_fields__
    return (
        [name for name in ("provision", "id") if name in there],
        [name for name in ("provisions", "shared_with") if name in there],
    )


def _provision(name: str) -> Key:
    return Key("provision", name)


def _dispute(
    event: DisputeOpened | DisputeDecided, _: Step, state: State
) -> Iterable[Key]:
    name = event.id if isinstance(event, DisputeOpened) else event.dispute
    return Key("dispute", name), *map(_provision, state.disputes[name].provisions)


_Touches = Callable[[Any, Step, State], Iterable[Key]]

_TOUCHES: dict[type[Event], _Touches] = {
    **{
        cls: lambda event, _, __: (_provision(event.id),)
        for cls in TYPES.values()
        if issubclass(cls, Grant | InvestmentMade)
    },
    **{
        cls: lambda event, _, __: (_provision(event.provision),)
        for cls in {*TYPES.values()} - {ProvisionReaffirmed}
        if issubclass(cls, Change | OptionExercised)
    },
    AgreementOpened: lambda event, _, __: [Key("party", p.id) for p in event.parties],
    AgreementEnded: lambda _, __, state: (
        Key("ending", ""),
        *map(_provision, state.provisions),
    ),
    PartyJoined: lambda event, _, __: (Key("party", event.party.id),),
    PartyLeft: lambda event, _, __: (Key("party", event.party),),
    PartyRestructured: lambda event, _, __: (Key("party", event.party),),
    StakeReported: lambda event, _, __: (
        Key("stake", f"{event.holder}/{event.issuer}/{event.basis}"),
    ),
    HoldingMoved: lambda _, step, __: (Key("holding", str(step.seq)),),
    MeasureReported: lambda event, _, __: (measured(event.measure, event.subject),),
    DisputeOpened: _dispute,
    DisputeDecided: _dispute,
}
