"""The frame: parties, instruments, the end of the agreement."""

from __future__ import annotations

from events.errors import Refused
from events.frame import (
    AgreementEnded,
    AgreementOpened,
    InstrumentSigned,
    InstrumentTookEffect,
    PartyJoined,
    PartyLeft,
    PartyRestructured,
)
from events.frame import Party as Declared
from projections.fold.effects.grants import end_with_agreement
from projections.fold.effects.procedures import check_determiner
from projections.fold.facts import Facts
from projections.fold.provision import Closing
from projections.fold.refusals import absent, require_instrument, require_parties
from projections.fold.resolving import end_of
from projections.fold.state import Party, State, Succession
from projections.fold.step import Effects, Step
from projections.fold.successors import comes_after


def _opened(state: State, event: AgreementOpened, step: Step, facts: Facts) -> None:
    """Declare the first parties."""
    if facts.opened != step.seq:
        raise Refused(
            "this agreement has been opened already",
            hint="event-corrected changes how it was opened",
            seq=facts.opened,
        )
    for party in event.parties:
        _declare(state, step, party, first=True)


def _joined(state: State, event: PartyJoined, step: Step, facts: Facts) -> None:
    """Declare another party."""
    first = facts.parties[event.party.id]
    there = state.parties.get(event.party.id)
    if first != step.seq and not (there and there.left):
        raise Refused(
            f"{event.party.id} is a party already",
            hint="party-restructured tells a new name",
            seq=first,
        )
    _declare(state, step, event.party, first=first == step.seq)


def _declare(state: State, step: Step, declared: Declared, *, first: bool) -> None:
    """Add a party under the name it is declared with, or take it in again.

    What happened to it before its declaration is effective, or before it came back,
    goes on to be so.
    """
    party = state.parties.setdefault(declared.id, _unnamed(declared.id))
    if not first:
        _rename(party, declared.name)
    elif party.former_names:
        _, after, *_ = (*party.former_names, party.name)
        party.former_names[:1] = [] if after == declared.name else [declared.name]
    else:
        party.name = declared.name
    party.role = declared.role or party.role
    party.kind = declared.kind or party.kind
    party.identifiers |= declared.identifiers or {}
    party.left = False
    party.set_by.append(step.seq)


def _party(state: State, facts: Facts, name: str) -> Party:
    """Find a party, also one whose declaration is effective only later."""
    require_parties((name,), facts)
    return state.parties.setdefault(name, _unnamed(name))


def _unnamed(name: str) -> Party:
    """Make a party of which no more than the id is known."""
    return Party(id=name, name=name)


def _rename(party: Party, name: str) -> None:
    """Give a party another name, if it is another."""
    if name != party.name:
        party.former_names.append(party.name)
        party.name = name


def _left(state: State, event: PartyLeft, step: Step, facts: Facts) -> None:
    """Mark a party as gone."""
    party = _party(state, facts, event.party)
    if party.left:
        raise Refused(f"{party.id} has left already", seq=party.set_by[-1])
    party.left = True
    party.set_by.append(step.seq)


def _restructured(
    state: State, event: PartyRestructured, step: Step, facts: Facts
) -> None:
    """Rename a party, or note who comes after it or controls it."""
    party = _party(state, facts, event.party)
    if event.successor is not None:
        require_parties((event.successor,), facts)
        _refuse_circle(state, event.party, event.successor)
        after = Succession(event.successor, event.change, step.seq)
        if event.change != "assigned":
            _refuse_second(party)
            party.succession = after
        elif party.succession is None:
            party.assigned = after
    if event.name is not None:
        _rename(party, event.name)
    if event.controller is not None:
        party.controller = event.controller
    party.set_by.append(step.seq)


def _refuse_second(party: Party) -> None:
    """Refuse that somebody else comes after a party that has gone."""
    if party.succession is not None:
        raise Refused(
            f"{party.succession.successor} has come after {party.id} already",
            hint="parties-changed says which provisions somebody else has from then on",
            seq=party.succession.seq,
        )


def _refuse_circle(state: State, party: str, successor: str) -> None:
    """Refuse a successor that the party itself comes after."""
    if comes_after(state, party, successor):
        raise Refused(
            f"{party} and {successor} cannot come after each other",
            hint="name as successor a party that goes on",
        )


def _signed(state: State, event: InstrumentSigned, step: Step, facts: Facts) -> None:
    """Let an instrument be named; all about it is among the facts."""
    first = facts.instruments[event.id].seq
    if first != step.seq:
        raise Refused(
            f"there is an instrument {event.id} already",
            hint="choose another id",
            seq=first,
        )
    if event.supersedes is not None:
        require_instrument(event.supersedes, facts)


def _took_effect(
    state: State, event: InstrumentTookEffect, step: Step, facts: Facts
) -> None:
    """Check that the instrument is there, and who determines the milestone."""
    require_instrument(event.instrument, facts)
    check_determiner(state, event.milestone, None, step, facts)


def _ended(state: State, event: AgreementEnded, step: Step, facts: Facts) -> None:
    """End every provision that does not survive.

    One that comes into being on the days on which the agreement may end is ended as it
    does (see :func:`projections.fold.effects.grants.found`).
    """
    if state.ended is not None:
        raise Refused("the agreement has ended already", seq=state.ended.seq)
    for name in event.survives:
        if name not in facts.granted:
            raise absent(name, facts)
    state.ended = Closing(step.span, step.effective, step.seq, event.basis)
    state.survivors = frozenset(event.survives)
    for provision in state.provisions.values():
        if end_of(provision, facts).hi > step.day:
            end_with_agreement(provision, state)


EFFECTS: Effects = {
    AgreementOpened: _opened,
    PartyJoined: _joined,
    PartyLeft: _left,
    PartyRestructured: _restructured,
    InstrumentSigned: _signed,
    InstrumentTookEffect: _took_effect,
    AgreementEnded: _ended,
}
