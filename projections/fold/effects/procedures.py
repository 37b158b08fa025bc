"""Procedures: who may speak on a milestone."""

from __future__ import annotations

from events.errors import Refused
from projections.fold.facts import Facts
from projections.fold.provision import Provision
from projections.fold.resolving import end_of
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.successors import now


def procedure_of(
    state: State, milestone: str, step: Step, facts: Facts
) -> Provision | None:
    """Find the procedure that says who speaks on a milestone, unless it has ended."""
    name = state.procedures.get(milestone)
    if name is None:
        return None
    procedure = state.provisions[name]
    return None if end_of(procedure, facts).hi <= step.day else procedure


def check_claimant(state: State, procedure: Provision, milestone: str, by: str) -> None:
    """Refuse a milestone claimed by somebody other than its claimant."""
    if _is(state, procedure.claimant, by):
        return
    raise Refused(
        f"{milestone} is claimed by {procedure.claimant}, not by {by}",
        hint=f"record who may claim it: by {procedure.claimant}",
        seq=procedure.set_by[0],
    )


def check_determiner(
    state: State, milestone: str | None, by: str | None, step: Step, facts: Facts
) -> None:
    """Refuse a milestone determined by somebody other than its determiner.

    Args:
        state: the state before the step.
        milestone: what an event determines, perhaps beside what else it says.
        by: who says so, if anybody is named.
        step: the event.
        facts: what is known.
    """
    if milestone is None:
        return
    procedure = procedure_of(state, milestone, step, facts)
    if procedure is None or _is(state, procedure.determiner, by):
        return
    raise Refused(
        f"{milestone} is determined by {procedure.determiner}, "
        f"not by {by or 'nobody named'}",
        hint=f"record by whom: {procedure.determiner}; what somebody else says is "
        "milestone-claimed",
        seq=procedure.set_by[0],
    )


def _is(state: State, wanted: str | None, by: str | None) -> bool:
    """Tell whether somebody is who is wanted, or came after them, if anybody is."""
    if wanted is None or wanted == by:
        return True
    return by is not None and now(state, wanted) == now(state, by)
