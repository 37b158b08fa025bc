"""Happenings: they are counted, and some end an option; terms stay as they are.

What a happening says of a milestone, a measure or a renewal is among the facts before
the fold begins; here it is only checked that it may be said.
"""

from __future__ import annotations

from events.errors import NotFound, Refused, did_you_mean
from events.happenings import (
    ApprovalDecided,
    DisputeDecided,
    DisputeOpened,
    MeasureReported,
    MilestoneClaimed,
    MilestoneDetermined,
    NoticeGiven,
    OptionExercised,
    Performed,
)
from projections.fold.effects.changes import close
from projections.fold.effects.procedures import (
    check_claimant,
    check_determiner,
    procedure_of,
)
from projections.fold.facts import Facts
from projections.fold.provision import Exercise, Performance, Provision
from projections.fold.refusals import (
    absent,
    changeable,
    require_holder,
    require_provisions,
)
from projections.fold.resolving import start_of, starts_when
from projections.fold.state import Dispute, MeasureNow, State
from projections.fold.step import Effects, Step

# Others may note that an option has lapsed, or agree to extend it.
_BY_HOLDER = frozenset(("exercised", "declined"))


def _claimed(state: State, event: MilestoneClaimed, step: Step, facts: Facts) -> None:
    """Check that the claimant may claim it."""
    procedure = procedure_of(state, event.milestone, step, facts)
    if procedure is not None:
        check_claimant(state, procedure, event.milestone, event.by)
        procedure.touch(step.seq)


def _determined(
    state: State, event: MilestoneDetermined, step: Step, facts: Facts
) -> None:
    """Check that it is determined by its determiner; anybody may waive it."""
    if event.outcome != "waived":
        check_determiner(state, event.milestone, event.by, step, facts)
    procedure = procedure_of(state, event.milestone, step, facts)
    if procedure is not None:
        procedure.touch(step.seq)


def _performed(state: State, event: Performed, step: Step, facts: Facts) -> None:
    """Count what was done under a provision; also after its end."""
    names: tuple[str, ...] = (event.provision,)
    if event.shared_with:
        names = tuple(dict.fromkeys((event.provision, *event.shared_with)))
    for name in names:
        if name not in state.provisions:
            raise absent(name, facts)
    check_determiner(state, event.milestone, None, step, facts)
    for name in names:
        provision = state.provisions[name]
        others = tuple([other for other in names if other != name])
        provision.performed.append(
            Performance(
                event.kind, event.amount, step.span, step.seq, event.basis, others
            )
        )
        provision.touch(step.seq, "performed")


def _measured(state: State, event: MeasureReported, step: Step, facts: Facts) -> None:
    """Keep the latest report of a measure."""
    check_determiner(state, event.milestone, None, step, facts)
    day = step.day if event.as_of is None else event.as_of.first
    key = event.measure, event.subject
    before = state.measures.get(key)
    if before is not None:
        _check_unit(before, event)
    if before is None or before.day <= day:
        state.measures[key] = MeasureNow(
            event.measure,
            event.subject,
            event.value,
            event.basis,
            (event.as_of or step.effective).text,
            day,
            step.seq,
        )


def _check_unit(before: MeasureNow, event: MeasureReported) -> None:
    """Refuse a report in another unit than those before."""
    units = before.value.unit, event.value.unit
    if None not in units and units[0] != units[1]:
        raise Refused(
            f"{event.measure} is reported in {units[0]}, not in {units[1]}",
            hint="report it in the same unit, or as a measure of its own",
            seq=before.seq,
        )


def _noticed(state: State, event: NoticeGiven, step: Step, facts: Facts) -> None:
    """Note a notice with the provision that it is about."""
    check_determiner(state, event.milestone, event.by, step, facts)
    if event.provision is None:
        return
    if event.kind == "non-renewal":
        changeable(state, step, facts, event.provision)
    require_provisions((event.provision,), state, facts)
    state.provisions[event.provision].touch(step.seq, "notices")


def _exercised(state: State, event: OptionExercised, step: Step, facts: Facts) -> None:
    """Keep a choice, which ends an option unless it is partial or extends it."""
    provision = changeable(state, step, facts, event.provision)
    if provision.kind != "option" and not str(provision.level).startswith("first-"):
        raise Refused(
            f"{provision.id} is {_what(provision)}; there is nothing to exercise",
            hint="an option or a first refusal is exercised",
            seq=provision.set_by[0],
        )
    if event.choice in _BY_HOLDER:
        require_holder(state, provision, event.by, facts)
    opens = start_of(provision, facts)
    if opens.lo > step.span.hi:
        raise Refused(
            f"{provision.id} opens only later: {starts_when(provision)}",
            hint="give a later effective date, or record first that it was brought "
            "forward (term-changed)",
            seq=provision.why.get("starts", provision.set_by[0]),
        )
    check_determiner(state, event.milestone, event.by, step, facts)
    provision.exercises.append(
        Exercise(event.choice, event.by, event.partial, step.span, step.seq)
    )
    if provision.kind == "option" and event.choice != "extended" and not event.partial:
        close(provision, step, event.choice)
    else:
        provision.touch(step.seq, "exercises")


def _what(provision: Provision) -> str:
    """Say what a provision is, in a message."""
    level = f" ({provision.level})" if provision.level else ""
    return f"a {provision.kind}{level}"


def _approved(state: State, event: ApprovalDecided, step: Step, facts: Facts) -> None:
    """Check who determines the milestone that an approval reaches."""
    if event.decision == "approved":
        check_determiner(state, event.milestone, event.authority, step, facts)


def _disputed(state: State, event: DisputeOpened, step: Step, facts: Facts) -> None:
    """Mark provisions as contested."""
    first = facts.disputes[event.id]
    if first != step.seq:
        raise Refused(
            f"there is a dispute {event.id} already",
            hint="choose another id",
            seq=first,
        )
    require_provisions(event.provisions, state, facts)
    check_determiner(state, event.milestone, None, step, facts)
    for name in event.provisions:
        provision = state.provisions[name]
        provision.contested_by.append(event.id)
        provision.touch(step.seq, "contested")
    state.disputes[event.id] = Dispute(
        event.id,
        event.claimant,
        event.respondent,
        event.provisions,
        step.seq,
        set_by=[step.seq],
    )


def _decided(state: State, event: DisputeDecided, step: Step, facts: Facts) -> None:
    """Take the mark away; terms change only by events that say so."""
    dispute = state.disputes.get(event.dispute)
    if dispute is None:
        if event.dispute in facts.disputes:
            raise Refused(
                f"the dispute {event.dispute} is not open yet on that date",
                hint="give a later effective date",
                seq=facts.disputes[event.dispute],
            )
        raise NotFound(
            f"there is no dispute {event.dispute} in this agreement",
            hint=did_you_mean(event.dispute, facts.disputes)
            or "dispute-opened opens one",
            word=event.dispute,
        )
    if dispute.outcome is not None:
        raise Refused(
            f"the dispute {dispute.id} has been decided already",
            hint="event-corrected corrects the decision; an appeal is a new dispute",
            seq=dispute.set_by[-1],
        )
    check_determiner(state, event.milestone, None, step, facts)
    dispute.outcome = event.outcome
    dispute.set_by.append(step.seq)
    for name in dispute.provisions:
        provision = state.provisions[name]
        provision.contested_by.remove(dispute.id)
        provision.touch(step.seq, "contested")


EFFECTS: Effects = {
    MilestoneClaimed: _claimed,
    MilestoneDetermined: _determined,
    Performed: _performed,
    MeasureReported: _measured,
    NoticeGiven: _noticed,
    OptionExercised: _exercised,
    ApprovalDecided: _approved,
    DisputeOpened: _disputed,
    DisputeDecided: _decided,
}
