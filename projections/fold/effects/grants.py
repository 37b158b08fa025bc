"""Grants: how a provision comes into being."""

from __future__ import annotations

from typing import Any

from events.base import Event, Grant
from events.errors import Refused
from events.grants import (
    ExclusivityGranted,
    FirstRefusalGranted,
    LicenceGranted,
    ObligationAssumed,
    OptionGranted,
    PermissionGranted,
    PreferenceGranted,
    ProcedureAgreed,
    ProvisionGranted,
    PurchaseCommitted,
    RestrictionImposed,
    RevenueShareAgreed,
)
from projections.fold.facts import Facts
from projections.fold.provision import Clause, Provision, Terms
from projections.fold.refusals import by_then, require_parties, require_provisions
from projections.fold.state import State
from projections.fold.step import Effect, Effects, Step

# Fields that some grants have beside the shared ones, and where they go.
_TERMS = Terms.__struct_fields__
_PARTS = ("level", "over", "milestone", "claimant", "determiner", "option", "due")
_DETAILS = ("subject", "how")


def found(provision: Provision, state: State, step: Step, facts: Facts) -> None:
    """Add a provision that has just come into being.

    Raises:
        NotFound: a holder or somebody bound is not a party.
        Refused: the id is taken, or the agreement has ended before.
    """
    first = facts.granted.get(provision.id, step.seq)
    if first != step.seq:
        raise Refused(
            f"there is a provision {provision.id} already",
            hint="choose another id, or say what changed with an event such as "
            "term-changed; an id is free again once its grant is retracted",
            seq=first,
        )
    if state.ended is not None and state.ended.span.hi <= step.day:
        raise Refused(
            f"the agreement has ended by {by_then(step)}",
            hint="an earlier effective date, or another agreement, may be meant",
            seq=state.ended.seq,
        )
    require_parties(provision.holders, facts)
    require_parties(provision.against, facts)
    provision.touch(step.seq, "grant")
    end_with_agreement(provision, state)
    state.provisions[provision.id] = provision


def end_with_agreement(provision: Provision, state: State) -> None:
    """End a provision on the days on which its agreement ends, if both do."""
    if state.ended is not None and provision.id not in state.survivors:
        provision.closings.append(state.ended)
        provision.touch(state.ended.seq, "ends")


def _parts_of(cls: type[Event], names: tuple[str, ...]) -> tuple[str, ...]:
    """List those of the names that a type has."""
    return tuple(name for name in names if name in cls.__struct_fields__)


def _grant(cls: type[Grant]) -> Effect:
    """Make the effect of a type of grant, after its fields have been looked at once."""
    terms, parts = _parts_of(cls, _TERMS), _parts_of(cls, _PARTS)
    details = _parts_of(cls, _DETAILS)
    fixed_kind = None if cls is ProvisionGranted else cls.KIND

    def effect(state: State, event: Any, step: Step, facts: Facts) -> None:  # noqa: ANN401  # any grant
        provision = Provision(
            id=event.id,
            kind=fixed_kind or event.kind,
            holders=event.holder,
            against=event.against,
            effective=step.effective,
            starts=event.starts,
            ends=event.ends,
            condition=event.condition,
            text=event.text,
        )
        for name in terms:
            setattr(provision.terms, name, getattr(event, name))
        for name in parts:
            setattr(provision, name, getattr(event, name))
        for name in details:
            if (words := getattr(event, name)) is not None:
                provision.details[name] = words
        if event.scope:
            provision.clauses.append(Clause(event.scope, step.seq))
        if event.except_:
            provision.clauses.append(Clause(event.except_, step.seq, include=False))
        found(provision, state, step, facts)

    return effect


def _exclusivity(
    state: State, event: ExclusivityGranted, step: Step, facts: Facts
) -> None:
    """Add an exclusivity, over a provision that is there."""
    if event.over is not None:
        require_provisions((event.over,), state, facts)
    _grant_exclusivity(state, event, step, facts)


def _procedure(state: State, event: ProcedureAgreed, step: Step, facts: Facts) -> None:
    """Add a procedure, which from now on says who determines its milestone."""
    _grant_procedure(state, event, step, facts)
    state.procedures[event.milestone] = event.id


_grant_exclusivity = _grant(ExclusivityGranted)
_grant_procedure = _grant(ProcedureAgreed)

EFFECTS: Effects = {
    cls: _grant(cls)
    for cls in (
        FirstRefusalGranted,
        LicenceGranted,
        ObligationAssumed,
        OptionGranted,
        PermissionGranted,
        PreferenceGranted,
        ProvisionGranted,
        PurchaseCommitted,
        RestrictionImposed,
        RevenueShareAgreed,
    )
}
EFFECTS[ExclusivityGranted] = _exclusivity
EFFECTS[ProcedureAgreed] = _procedure
