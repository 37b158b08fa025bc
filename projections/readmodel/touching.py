"""Which parts of a state a step may have touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from events.base import Change, Event, Grant
from events.capital import HoldingMoved, InvestmentMade, StakeReported
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
    Performed,
)
from projections.fold.state import State
from projections.fold.step import Step
from projections.readmodel.parts import Key


def touched(  # noqa: C901, PLR0912  # one case a type
    step: Step, state: State
) -> Iterator[Key]:
    """Yield the parts that a step has made, changed or left as they were.

    Args:
        step: the step, just folded.
        state: the state after it.
    """
    match step.event:
        case AgreementOpened(parties=parties):
            yield from (Key("party", party.id) for party in parties)
        case PartyJoined(party=party):
            yield Key("party", party.id)
        case PartyLeft(party=name) | PartyRestructured(party=name):
            yield Key("party", name)
        case StakeReported(holder=holder, issuer=issuer, basis=basis):
            yield Key("stake", f"{holder}/{issuer}/{basis}")
        case HoldingMoved():
            yield Key("holding", str(step.seq))
        case MeasureReported(measure=measure, subject=subject):
            yield measured(measure, subject)
        case DisputeOpened(id=name) | DisputeDecided(dispute=name):
            yield Key("dispute", name)
            yield from map(_provision, state.disputes[name].provisions)
        case AgreementEnded():
            yield Key("ending", "")
            yield from map(_provision, state.provisions)
        case ProvisionReaffirmed():
            pass
        case Grant(id=name) | InvestmentMade(id=name) | Change(provision=name):
            yield _provision(name)
        case OptionExercised(provision=name):
            yield _provision(name)
        case Performed(provision=name, shared_with=others) if step.entry.redacted:
            yield from map(_provision, dict.fromkeys((name, *others)))
        case _:
            pass


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


def bearing(step: Step, state: State) -> Iterator[tuple[str, int]]:
    """Yield the provisions that a step bears on, and how often each time it says so.

    Args:
        step: the step, just folded.
        state: the state after it.
    """
    for name in dict.fromkeys(_candidates(step.event, state)):
        provision = state.provisions.get(name)
        times = 0
        if provision is not None:
            for seq in reversed(provision.set_by):
                if seq != step.seq:
                    break
                times += 1
        if times:
            yield name, times


def _candidates(event: Event, state: State) -> Iterable[str]:
    """List the provisions that an event may bear on."""
    match event:
        case AgreementEnded():
            return state.provisions
        case DisputeDecided(dispute=name):
            return state.disputes[name].provisions
        case MilestoneClaimed(milestone=name) | MilestoneDetermined(milestone=name):
            procedure = state.procedures.get(name)
            return () if procedure is None else (procedure,)
        case _:
            named = (getattr(event, "provision", None), getattr(event, "id", None))
            several = getattr(event, "provisions", ())
            sharing = getattr(event, "shared_with", ())
            return (*(name for name in named if name), *several, *sharing)


def _provision(name: str) -> Key:
    return Key("provision", name)
