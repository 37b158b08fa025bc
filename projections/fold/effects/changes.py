"""Changes: what becomes of a provision that is there."""

from __future__ import annotations

from functools import lru_cache

from events.changes import (
    ConditionChanged,
    LevelChanged,
    PartiesChanged,
    ProvisionEnded,
    ProvisionInterpreted,
    ProvisionReaffirmed,
    ProvisionReinstated,
    ProvisionResumed,
    ProvisionSuspended,
    QuantityChanged,
    RightRelinquished,
    ScopeNarrowed,
    ScopeWidened,
    TermChanged,
    TermExtended,
    TermShortened,
)
from events.dates import NEG_INF
from events.errors import Refused
from events.when import When
from projections.fold.facts import Facts
from projections.fold.provision import (
    Clause,
    Closing,
    Earlier,
    Provision,
    Reading,
    Resumption,
    Suspension,
)
from projections.fold.refusals import (
    absent,
    by_then,
    changeable,
    require_holder,
    require_parties,
)
from projections.fold.resolve import resolve_when
from projections.fold.resolving import end_of, may_pause_on
from projections.fold.spans import Span
from projections.fold.state import State
from projections.fold.step import Effects, Step

_QUANTITIES = ("amount", "rate", "basis", "floor", "cap", "price", "schedule")
_PERCENTAGES = ("amount", "rate", "floor", "cap", "royalty")
# A reading by these applies; one by the recorder only flags.
BINDING_READERS = frozenset(("parties", "court", "arbitrator", "panel"))


def _extended(state: State, event: TermExtended, step: Step, facts: Facts) -> None:
    """Move the end out."""
    provision = changeable(state, step, facts, event.provision)
    if provision.ends is not None:
        old, new = _certain(provision.ends), _certain(event.ends)
        if new.hi < old.lo:
            raise _wrong_way(provision, event.ends, "earlier", "term-shortened")
    _set_end(provision, event.ends, step)


def _shortened(state: State, event: TermShortened, step: Step, facts: Facts) -> None:
    """Move the end in."""
    provision = changeable(state, step, facts, event.provision)
    if provision.ends is not None:
        old, new = _certain(provision.ends), _certain(event.ends)
        if new.lo > old.hi:
            raise _wrong_way(provision, event.ends, "later", "term-extended")
    _set_end(provision, event.ends, step)


@lru_cache(maxsize=65_536)
def _certain(ends: When) -> Span:
    """Resolve an end as if nothing had been recorded.

    Which of two terms is longer does not come to depend on what happens later.
    """
    return resolve_when(ends, Facts(NEG_INF))


def _wrong_way(provision: Provision, ends: When, way: str, instead: str) -> Refused:
    """Word the refusal of an extension that shortens, or the reverse."""
    return Refused(
        f"{ends} is certainly {way} than the end of {provision.id}, {provision.ends}",
        hint=f"{instead} says so, and term-changed goes either way",
        seq=provision.why["ends"] if "ends" in provision.why else provision.set_by[0],
    )


def _set_end(provision: Provision, ends: When, step: Step) -> None:
    """Set the agreed end."""
    provision.ends, provision.term_since = ends, step.day
    provision.touch(step.seq, "ends")


def _term_changed(state: State, event: TermChanged, step: Step, facts: Facts) -> None:
    """Set the start, the end, or both."""
    provision = changeable(state, step, facts, event.provision)
    parts = []
    if event.starts is not None:
        provision.starts = event.starts
        parts.append("starts")
    if event.ends is not None:
        provision.ends, provision.term_since = event.ends, step.day
        parts.append("ends")
    provision.touch(step.seq, *parts)


def _widened(state: State, event: ScopeWidened, step: Step, facts: Facts) -> None:
    """Include more, also what had been carved out."""
    provision = changeable(state, step, facts, event.provision)
    if not provision.clauses:
        raise Refused(
            f"{provision.id} has no scope that could be widened",
            hint="what has none covers everything, or what its words or the right that "
            "it is over cover; scope-narrowed carves out of it",
            seq=provision.set_by[0],
        )
    clause = Clause(event.include, step.seq, condition=event.condition, text=event.text)
    provision.clauses.append(clause)
    provision.touch(step.seq, "scope")


def _narrowed(state: State, event: ScopeNarrowed, step: Step, facts: Facts) -> None:
    """Carve something out."""
    provision = changeable(state, step, facts, event.provision)
    clause = Clause(
        event.exclude,
        step.seq,
        include=False,
        condition=event.condition,
        text=event.text,
    )
    provision.clauses.append(clause)
    provision.touch(step.seq, "scope")


def _level(state: State, event: LevelChanged, step: Step, facts: Facts) -> None:
    """Step up or down the ladder of priorities."""
    provision = changeable(state, step, facts, event.provision)
    if provision.kind != "priority":
        raise Refused(
            f"{provision.id} is a {provision.kind} and has no level",
            hint="only a priority has one; exclusivity over another provision is a "
            "provision of its own (exclusivity-granted)",
            seq=provision.set_by[0],
        )
    provision.level = event.level
    provision.touch(step.seq, "level")
    if event.scope:
        # What was carved out stays so.
        carved_out = (clause for clause in provision.clauses if not clause.include)
        provision.clauses = [Clause(event.scope, step.seq), *carved_out]
        provision.why["scope"] = step.seq


def _quantity(state: State, event: QuantityChanged, step: Step, facts: Facts) -> None:
    """Replace amounts, rates, limits, prices and schedules."""
    provision = changeable(state, step, facts, event.provision)
    _check_bases(provision, event)
    if event.amount is not None:
        provision.terms.amounts_before = _before(provision, step)
        provision.terms.amount_since = step.span
    parts = []
    for name in _QUANTITIES:
        value = getattr(event, name)
        if value is not None:
            setattr(provision.terms, name, value)
            parts.append(name)
    if event.price is not None:
        provision.terms.price_since = step.span
    if event.price_schedule:
        provision.terms.price_since = None
        provision.terms.price_schedule = event.price_schedule
        parts.append("price_schedule")
    provision.touch(step.seq, *parts)


def _before(provision: Provision, step: Step) -> tuple[Earlier, ...]:
    """List the amounts that may hold still while it is uncertain that one changed."""
    terms = provision.terms
    if step.span.lo >= step.span.hi or terms.amount is None:
        return ()
    seq = provision.why.get("amount", provision.set_by[0])
    earlier = Earlier(terms.amount, seq, terms.amount_since)
    return (*terms.amounts_before, earlier)


def _check_bases(provision: Provision, event: QuantityChanged) -> None:
    """Refuse another basis under percentages that were stated on the one before.

    A provision has one basis, so that what is not stated again would change its
    meaning.
    """
    terms = provision.terms
    if event.basis in {None, terms.basis}:
        return
    for name in _PERCENTAGES:
        kept = getattr(terms, name)
        if kept is not None and kept.kind == "percent" and not getattr(event, name, 0):
            again = f"state the {name} again on the new basis in the same event, or "
            raise Refused(
                f"the {name} of {provision.id}, {kept}, is of {terms.basis!r} and would"
                f" come to be of {event.basis!r}",
                hint=(again if name in _QUANTITIES else "")
                + "grant what has a basis of its own as a provision of its own",
                seq=provision.why.get(name, provision.set_by[0]),
            )


def _condition(state: State, event: ConditionChanged, step: Step, facts: Facts) -> None:
    """Replace the condition."""
    provision = changeable(state, step, facts, event.provision)
    provision.condition = event.condition
    provision.touch(step.seq, "condition")


def _parties(state: State, event: PartiesChanged, step: Step, facts: Facts) -> None:
    """Replace the holders, those bound, or both."""
    provision = changeable(state, step, facts, event.provision)
    require_parties((*event.holder, *event.against), facts)
    parts = []
    if event.holder:
        provision.holders = event.holder
        parts.append("holders")
    if event.against:
        provision.against = event.against
        parts.append("against")
    provision.touch(step.seq, *parts)


def _suspended(
    state: State, event: ProvisionSuspended, step: Step, facts: Facts
) -> None:
    """Pause."""
    provision = changeable(state, step, facts, event.provision)
    pause = provision.suspension
    if pause and not pause.resumed and may_pause_on(provision, facts, step.day):
        raise Refused(
            f"{provision.id} is suspended already",
            hint="for another pause record first provision-resumed; for a longer one:"
            f" whereas correct {step.entry.envelope.agreement} @{pause.seq}"
            " --set until=WHEN --reason TEXT",
            seq=pause.seq,
        )
    provision.suspension = Suspension(step.span, step.effective, event.until, step.seq)
    provision.touch(step.seq, "suspension")


def _resumed(state: State, event: ProvisionResumed, step: Step, facts: Facts) -> None:
    """Go on after a pause."""
    provision = changeable(state, step, facts, event.provision)
    pause = provision.suspension
    if pause is None or pause.resumed or not may_pause_on(provision, facts, step.day):
        raise Refused(
            f"{provision.id} is not suspended on {step.effective}",
            hint="history shows when it was",
            seq=provision.why.get("suspension", provision.set_by[0]),
        )
    resumed = None if step.span.exact else Resumption(step.span, step.effective)
    provision.suspension = pause._replace(resumed=resumed) if resumed else None
    provision.touch(step.seq, "suspension")


def _reinstated(
    state: State, event: ProvisionReinstated, step: Step, facts: Facts
) -> None:
    """Come back after an end."""
    provision = state.provisions.get(event.provision)
    if provision is None:
        raise absent(event.provision, facts)
    gone = any(closing.span.lo <= step.day for closing in provision.closings)
    # An end that is only possible is none: another event may yet show that it was not.
    if not gone and end_of(provision, facts).hi > step.day:
        raise Refused(
            f"{provision.id} has not ended by {by_then(step)}",
            hint="record how it ended first; term-extended moves an end still to come",
            seq=provision.why.get("ends", provision.set_by[0]),
        )
    parts = ["starts", "ends"]
    if provision.suspension is not None:
        parts.append("suspension")
    provision.closings = []
    provision.starts = None
    provision.suspension = None
    provision.effective = step.effective
    provision.ends, provision.term_since = event.ends, step.day
    provision.touch(step.seq, *parts)


def _reaffirmed(
    state: State, event: ProvisionReaffirmed, step: Step, facts: Facts
) -> None:
    """Note that provisions go on as they are."""
    for name in event.provisions:
        changeable(state, step, facts, name).touch(step.seq)


def _interpreted(
    state: State, event: ProvisionInterpreted, step: Step, facts: Facts
) -> None:
    """Keep a reading, and apply it unless it is only the recorder's."""
    provision = state.provisions.get(event.provision)
    if provision is None:
        raise absent(event.provision, facts)
    reading = Reading(event.reading, event.by, event.starts, event.ends, step.seq)
    provision.readings.append(reading)
    parts = ["readings"]
    if event.by in BINDING_READERS:
        if event.starts is not None:
            provision.starts = event.starts
            parts.append("starts")
        if event.ends is not None:
            provision.ends, provision.term_since = event.ends, step.day
            parts.append("ends")
    provision.touch(step.seq, *parts)


def _relinquished(
    state: State, event: RightRelinquished, step: Step, facts: Facts
) -> None:
    """End a right that its holder gives up."""
    provision = changeable(state, step, facts, event.provision)
    require_holder(state, provision, event.by, facts)
    close(provision, step, "relinquished")


def _ended(state: State, event: ProvisionEnded, step: Step, facts: Facts) -> None:
    """End a provision."""
    close(changeable(state, step, facts, event.provision), step, event.basis)


def close(provision: Provision, step: Step, basis: str) -> None:
    """End a provision on the effective date of a step."""
    closing = Closing(step.span, step.effective, step.seq, basis)
    provision.closings.append(closing)
    provision.touch(step.seq, "ends")


EFFECTS: Effects = {
    TermExtended: _extended,
    TermShortened: _shortened,
    TermChanged: _term_changed,
    ScopeWidened: _widened,
    ScopeNarrowed: _narrowed,
    LevelChanged: _level,
    QuantityChanged: _quantity,
    ConditionChanged: _condition,
    PartiesChanged: _parties,
    ProvisionSuspended: _suspended,
    ProvisionResumed: _resumed,
    ProvisionReinstated: _reinstated,
    ProvisionReaffirmed: _reaffirmed,
    ProvisionInterpreted: _interpreted,
    RightRelinquished: _relinquished,
    ProvisionEnded: _ended,
}
