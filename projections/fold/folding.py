"""The fold: from the events of an agreement to its state, one step after another.

There is one fold. Whoever asks "what holds?" folds the steps up to a day and reads the
state; whoever asks "may this happen?" folds strictly, and what cannot apply raises.
"""

from __future__ import annotations

from collections.abc import Iterable

from events.base import Event
from events.capital import StakeReported
from events.changes import ProvisionInterpreted, ProvisionReaffirmed
from events.dates import NEG_INF
from events.errors import NotFound, Refused
from events.frame import AgreementEnded
from events.happenings import OptionExercised
from projections.fold.effects import capital, changes, frame, grants, happenings
from projections.fold.facts import Facts
from projections.fold.refusals import require_instrument
from projections.fold.state import Skipped, State
from projections.fold.step import Effects, Step

# Raised when the same events give another state, so that no cache outlives a change.
FOLD_VERSION = 7

EFFECTS: Effects = {
    **frame.EFFECTS,
    **capital.EFFECTS,
    **grants.EFFECTS,
    **changes.EFFECTS,
    **happenings.EFFECTS,
}

# What only a binding instrument can do: to grant, to change and to end.
_REPORTS = (ProvisionReaffirmed, StakeReported)
_NEEDS_BINDING = frozenset[type[Event]](
    {
        *capital.EFFECTS,
        *grants.EFFECTS,
        *changes.EFFECTS,
        AgreementEnded,
        OptionExercised,
    }
).difference(_REPORTS)


def fold(
    steps: Iterable[Step], facts: Facts, state: State, *, strict: bool = False
) -> State:
    """Fold steps into a state, which is changed and given back.

    Args:
        steps: in their order; those folded before must not come after any of these.
        facts: what is known at the time of asking.
        state: the state after earlier steps, or a new one.
        strict: raise what cannot apply, where otherwise it is skipped and noted.

    Raises:
        Refused: with ``seq``, the event in the way, and ``step``, the one refused.
        NotFound: something is named that the agreement does not have; with ``step``.
    """
    effects = EFFECTS
    # What may be done to a provision is decided by what is recorded (or supposed) and
    # never by silence, so that what was accepted once applies under every horizon.
    certain = facts if facts.horizon == NEG_INF else facts.at(NEG_INF)
    for step in steps:
        try:
            if step.entry.envelope.instrument is not None:
                _check_instrument(step, certain)
            effects[type(step.event)](state, step.event, step, certain)
        except (Refused, NotFound) as error:
            error.facts.setdefault("step", step.seq)
            if strict:
                raise
            state.skipped.append(Skipped(step.seq, error))
    return state


def _check_instrument(step: Step, facts: Facts) -> None:
    """Refuse what rests on no instrument, or on one that binds nobody."""
    name = step.entry.envelope.instrument or ""
    instrument = require_instrument(name, facts)
    if not instrument.binding and _changes_terms(step.event):
        raise Refused(
            f"{name} does not bind, so that {step.entry.envelope.type} cannot rest "
            "on it",
            hint="a claim, a report or a note can; a grant, change or end needs a "
            "binding instrument",
            seq=instrument.seq,
        )


def _changes_terms(event: Event) -> bool:
    """Tell whether only a binding instrument can carry an event."""
    if isinstance(event, ProvisionInterpreted):
        return event.by in changes.BINDING_READERS
    return type(event) in _NEEDS_BINDING
