"""Capital: investments become provisions, stakes and holdings are kept as reported."""

from __future__ import annotations

from decimal import Decimal

from events.capital import HoldingMoved, InvestmentMade, StakeReported
from events.errors import Refused
from projections.fold.effects.grants import found
from projections.fold.facts import Facts
from projections.fold.provision import Provision
from projections.fold.refusals import require_parties
from projections.fold.state import Movement, Stake, State
from projections.fold.step import Effects, Step
from projections.fold.successors import now

_WHOLE = Decimal(100)


def _invested(state: State, event: InvestmentMade, step: Step, facts: Facts) -> None:
    """Add a provision of kind investment."""
    provision = Provision(
        id=event.id,
        kind=event.KIND,
        holders=(event.investor,),
        against=(event.recipient,),
        effective=step.effective,
        ends=event.ends,
        stage=event.stage,
    )
    provision.terms.amount = event.amount
    provision.terms.basis = event.basis
    if event.form is not None:
        provision.details["form"] = event.form
    found(provision, state, step, facts)


def _reported(state: State, event: StakeReported, step: Step, facts: Facts) -> None:
    """Keep the latest report of a stake on its basis."""
    require_parties((event.holder, event.issuer), facts)
    stake = Stake(
        event.holder,
        event.issuer,
        event.share,
        event.basis,
        event.votes,
        event.value,
        step.effective.text,
        step.seq,
    )
    _refuse_more_than_all(state, stake)
    state.stakes[event.holder, event.issuer, event.basis] = stake


def _refuse_more_than_all(state: State, stake: Stake) -> None:
    """Refuse stakes in one issuer that certainly pass 100 % on one basis."""
    others = [
        other
        for other in state.stakes.values()
        if other.issuer == stake.issuer
        and other.basis == stake.basis
        and now(state, other.holder) != now(state, stake.holder)
    ]
    total = sum((_at_least(one) for one in (stake, *others)), Decimal(0))
    if total > _WHOLE:
        largest = max(others, key=_at_least, default=None)
        raise Refused(
            f"the stakes in {stake.issuer} would pass 100 % on the basis "
            f"{stake.basis!r}: {total.normalize():f} %",
            hint="name the basis on which the share was stated, "
            "or report the other stake anew first",
            seq=None if largest is None else largest.seq,
        )


def _at_least(stake: Stake) -> Decimal:
    """Give the share that a stake certainly reaches."""
    return stake.share.bounds()[0] or Decimal(0)


def _moved(state: State, event: HoldingMoved, step: Step, facts: Facts) -> None:
    """Count a movement of shares."""
    named = (event.issuer, event.from_, event.to)
    require_parties([name for name in named if name is not None], facts)
    state.movements.append(
        Movement(
            event.issuer,
            event.quantity,
            event.reason,
            event.from_,
            event.to,
            event.price,
            step.effective.text,
            step.seq,
        )
    )


EFFECTS: Effects = {
    InvestmentMade: _invested,
    StakeReported: _reported,
    HoldingMoved: _moved,
}
