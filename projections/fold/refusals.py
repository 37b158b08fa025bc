"""Why an event cannot apply to what is there, and what to do instead.

A refusal carries the number of the event in its way as the fact ``seq``; whoever knows
the entries adds the words and the source (see :mod:`projections.fold.naming`).
"""

from __future__ import annotations

from collections.abc import Collection

from events.dates import LAST_DAY, NEG_INF, day_text
from events.errors import NotFound, Refused, a_few, did_you_mean
from projections.fold.facts import Facts, Instrument
from projections.fold.provision import Provision
from projections.fold.resolving import end_of
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.successors import having, now


def require_parties(names: Collection[str], facts: Facts) -> None:
    """Refuse parties that the agreement does not know.

    Raises:
        NotFound: one is not declared by any event of the agreement.
    """
    for name in names:
        if name not in facts.parties:
            raise NotFound(
                f"there is no party {name} in this agreement",
                hint=did_you_mean(name, facts.parties)
                or f"the parties are {a_few(facts.parties) or 'none'}; "
                "party-joined adds one",
                word=name,
                wanted="party",
            )


def require_provisions(names: Collection[str], state: State, facts: Facts) -> None:
    """Refuse provisions that are not there on that day."""
    for name in names:
        if name not in state.provisions:
            raise absent(name, facts)


def require_instrument(name: str, facts: Facts) -> Instrument:
    """Find an instrument.

    Raises:
        NotFound: no event of the agreement signs one of that name.
    """
    instrument = facts.instruments.get(name)
    if instrument is None:
        raise NotFound(
            f"there is no instrument {name} in this agreement",
            hint=did_you_mean(name, facts.instruments) or "instrument-signed makes one",
            word=name,
        )
    return instrument


def absent(name: str, facts: Facts) -> NotFound | Refused:
    """Word the refusal of a provision that is not there on that day."""
    granted = facts.granted.get(name)
    if granted is not None:
        return Refused(
            f"{name} is not there yet on that date",
            hint="give a later effective date, or correct the grant",
            seq=granted,
        )
    return NotFound(
        f"there is no provision {name} in this agreement",
        hint=did_you_mean(name, facts.granted)
        or f"the provisions are {', '.join(sorted(facts.granted)) or 'none'}; "
        "a grant brings one into being",
        word=name,
    )


def changeable(state: State, step: Step, facts: Facts, name: str) -> Provision:
    """Find a provision that can still change on the day of a step.

    Raises:
        NotFound: the agreement has no such provision.
        Refused: it is not there yet on that day, or has certainly ended.
    """
    provision = state.provisions.get(name)
    if provision is None:
        raise absent(name, facts)
    end = end_of(provision, facts)
    if end.hi <= step.day:
        raise Refused(
            f"{name} has ended by {by_then(step)}",
            hint="provision-reinstated brings an ended provision back; "
            "an earlier effective date may be meant",
            seq=ending_event(provision),
        )
    return provision


def require_holder(state: State, provision: Provision, by: str, facts: Facts) -> None:
    """Refuse a party that neither holds a provision nor has come after its holder.

    Raises:
        Refused: with the event that says who holds it. Words that name no party are
            taken as they are.
    """
    if by not in facts.parties:
        return
    owners = list(dict.fromkeys(having(state, name) for name in provision.holders))
    if by in owners or now(state, by) in owners:
        return
    raise Refused(
        f"{by} does not hold {provision.id}, {' and '.join(owners) or 'nobody'} does",
        hint=f"record who does: by {' or '.join(owners) or 'nobody'}; provision-ended "
        "says that a provision was released or terminated",
        seq=provision.why.get("holders", provision.set_by[0]),
    )


def by_then(step: Step) -> str:
    """Write the day from which a step is folded; of an imprecise date the first."""
    in_calendar = NEG_INF < step.day <= LAST_DAY
    return day_text(step.day) if in_calendar else step.effective.text


def ending_event(provision: Provision) -> int:
    """Give the number of the event that a provision's end rests on."""
    if provision.closings:
        return provision.closings[-1].seq
    return provision.why.get("ends", provision.set_by[0])
