"""The answer to "what holds?": the state of an agreement as data ("whereas/state/1").

Others rely on the names in here. What is added later is added beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from events.dates import PartialDate
from projections.fold.state import Dispute, MeasureNow, Party, Stake, State
from projections.fold.supposals import Supposal
from projections.fold.timeline import Pending, Timeline
from projections.questions.endings import endings_after
from projections.questions.provisions import (
    ProvisionAnswer,
    between,
    day_or_none,
    provision_answer,
    text_or_none,
)

STATE_SCHEMA = "whereas/state/1"


class KnownAt(msgspec.Struct, frozen=True):
    """The moment of knowledge: the last event that counts, and when it was recorded."""

    seq: int
    position: int
    recorded_at: str


class StateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What holds in an agreement on a day, as known at a moment."""

    schema: str
    agreement: str
    title: str
    on: str
    known: KnownAt
    horizon: str | None
    suppose: list[str]
    parties: list[dict[str, Any]]
    stakes: list[dict[str, Any]]
    holdings: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    milestones: list[dict[str, Any]]
    disputes: list[dict[str, Any]]
    provisions: list[ProvisionAnswer]
    pending: list[dict[str, Any]]
    skipped: list[dict[str, Any]]
    ended: dict[str, Any] | None


def state_answer(
    timeline: Timeline,
    on: PartialDate,
    *,
    known: KnownAt,
    supposals: tuple[Supposal, ...] = (),
) -> StateAnswer:
    """Tell what holds on a day.

    Args:
        timeline: what was known, with its horizon and supposals.
        on: the date asked about; a partial one asks about its last day.
        known: the moment of knowledge, to be told again.
        supposals: those that the timeline was made with, to be told again.

    Returns:
        The answer; provisions in the order in which they were granted.
    """
    day, facts = on.last, timeline.facts
    state = timeline.state(day)
    later = endings_after(timeline, day)
    return StateAnswer(
        schema=STATE_SCHEMA,
        agreement=timeline.agreement,
        title=timeline.title,
        on=on.text,
        known=known,
        horizon=day_or_none(facts.horizon),
        suppose=[supposal.text for supposal in supposals],
        parties=[_party(party) for party in state.parties.values()],
        stakes=[_stake(stake) for stake in state.stakes.values()],
        holdings=list(_holdings(state)),
        measures=[
            _measure(measure)
            for measure in _with_supposed(state.measures, supposals, day).values()
        ],
        milestones=list(_milestones(timeline)),
        disputes=[_dispute(dispute) for dispute in state.disputes.values()],
        provisions=[
            provision_answer(provision, facts, day, later.get(provision.id))
            for provision in state.provisions.values()
        ],
        pending=[_pending(one) for one in timeline.pending if one.by > day],
        skipped=[
            {"event": skipped.seq, "reason": str(skipped.error)}
            for skipped in state.skipped
        ],
        ended=_ended(state),
    )


def _party(party: Party) -> dict[str, Any]:
    """Write a party, without what is not known of it."""
    fields: dict[str, Any] = {"id": party.id, "name": party.name}
    for name in ("role", "kind", "identifiers", "former_names"):
        if value := getattr(party, name):
            fields[name] = value
    for name, after in (
        ("successor", party.succession),
        ("assigned_to", party.assigned),
    ):
        if after is not None:
            fields[name] = after.successor
    if party.controller is not None:
        fields["controller"] = party.controller
    if party.left:
        fields["left"] = True
    return {**fields, "set_by": party.set_by}


def _stake(stake: Stake) -> dict[str, Any]:
    """Write a stake."""
    return {
        "holder": stake.holder,
        "issuer": stake.issuer,
        "share": stake.share.text,
        "basis": stake.basis,
        "votes": text_or_none(stake.votes),
        "value": text_or_none(stake.value),
        "as_of": stake.as_of,
        "set_by": [stake.seq],
    }


def _holdings(state: State) -> Iterator[dict[str, Any]]:
    """Write the movements of shares."""
    for move in state.movements:
        yield {
            "issuer": move.issuer,
            "quantity": move.quantity.text,
            "reason": move.reason,
            "from": move.giver,
            "to": move.taker,
            "price": text_or_none(move.price),
            "as_of": move.as_of,
            "set_by": [move.seq],
        }


def _with_supposed(
    reported: Mapping[tuple[str, str | None], MeasureNow],
    supposals: Iterable[Supposal],
    day: int,
) -> dict[tuple[str, str | None], MeasureNow]:
    """Add the reports that are supposed by a day, which are of no subject."""
    measures = dict(reported)
    for supposal in sorted(supposals, key=lambda supposal: supposal.span):
        if supposal.value is None or supposal.date is None or supposal.span.lo > day:
            continue
        key = supposal.name, None
        before = measures.get(key)
        if before is None or before.day < supposal.span.lo:
            measures[key] = MeasureNow(
                supposal.name,
                None,
                supposal.value,
                None,
                supposal.date.text,
                supposal.span.lo,
                0,
            )
    return measures


def _measure(measure: MeasureNow) -> dict[str, Any]:
    """Write the latest report of a measure."""
    return {
        "measure": measure.measure,
        "subject": measure.subject,
        "value": measure.value.text,
        "as_of": measure.as_of,
        "basis": measure.basis,
        "set_by": [measure.seq],
    }


def _milestones(timeline: Timeline) -> Iterator[dict[str, Any]]:
    """Write what is known of each milestone, whatever the day asked about."""
    for name in sorted(timeline.milestones()):
        facts = timeline.facts.milestones.get(name)
        claims = sorted({c.span for c in facts.claims}) if facts else []
        determined = sorted({d.span for d in facts.determinations}) if facts else []
        lapsed = facts.lapsed.span if facts and facts.lapsed else None
        yield {
            "milestone": name,
            "claimed": [between(span) for span in claims],
            "determined": [between(span) for span in determined],
            "lapsed": None if lapsed is None else between(lapsed),
        }


def _dispute(dispute: Dispute) -> dict[str, Any]:
    """Write a dispute."""
    return {
        "id": dispute.id,
        "claimant": dispute.claimant,
        "respondent": dispute.respondent,
        "provisions": dispute.provisions,
        "outcome": dispute.outcome,
        "set_by": dispute.set_by,
    }


def _pending(pending: Pending) -> dict[str, Any]:
    """Write an event that waits for its effective When."""
    return {
        "event": pending.entry.seq,
        "type": pending.entry.envelope.type,
        "effective": pending.effective.text,
    }


def _ended(state: State) -> dict[str, Any] | None:
    """Write how the agreement ended, if it has."""
    if state.ended is None:
        return None
    return {
        "basis": state.ended.basis,
        "effective": state.ended.effective.text,
        "event": state.ended.seq,
    }
