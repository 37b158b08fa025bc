"""The answer to "what holds?": the state of an agreement as data ("whereas/state/1").

Others rely on the names in here. What is added later is added beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from events.dates import LAST_DAY, NEG_INF, PartialDate, day_text
from events.quantity import Quantity
from events.scope import Box
from projections.fold.facts import Facts
from projections.fold.provision import Clause, Closing, Provision
from projections.fold.resolving import starts_when
from projections.fold.spans import Span
from projections.fold.state import Dispute, MeasureNow, Party, Stake, State
from projections.fold.status import Standing, flags, standing
from projections.fold.supposals import Supposal
from projections.fold.timeline import Pending, Timeline
from projections.questions.accounts import amounts_on
from projections.questions.endings import endings_after

STATE_SCHEMA = "whereas/state/1"

Range = tuple[str | None, str | None]
Side = Literal["start", "end"]


class KnownAt(msgspec.Struct, frozen=True):
    """The moment of knowledge: the last event that counts, and when it was recorded."""

    seq: int
    position: int
    recorded_at: str


class ProvisionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A provision on a day.

    ``starts_between`` and ``ends_between`` are the first and the last possible day of
    the start and of the end (the first day on which it is over), null where there is
    no bound. ``quantity`` is the amount, rate or price that applies on the day, or
    perhaps applies: ``quantity_before`` is what it may still be, the first first, where
    what changed it may lie after the day. ``pause_ends`` is until when one that is
    suspended is so, as it was written, null where that is not said.
    ``undecided`` tells whether a contingent one hangs on its start, its end, or both
    (or on neither, but on whether it pauses), and ``later`` is the event that ends it,
    effective only after the day, or that gives it another term from then on (``basis``
    is then ``term``, ``effective`` that term).
    """

    id: str
    kind: str
    holders: tuple[str, ...]
    against: tuple[str, ...]
    level: str | None
    quantity: str | None
    quantity_before: tuple[str, ...]
    basis: str | None
    scope: list[dict[str, Any]]
    starts: str
    ends: str | None
    starts_between: Range
    ends_between: Range
    status: str
    pause_ends: str | None
    waits_for: tuple[str, ...]
    flags: tuple[str, ...]
    condition: str | None
    text: str | None
    terms: dict[str, Any]
    readings: list[dict[str, Any]]
    over: str | None
    set_by: tuple[int, ...]
    undecided: tuple[Side, ...]
    later: dict[str, Any] | None


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
        horizon=_day(facts.horizon),
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


def provision_answer(
    provision: Provision, facts: Facts, day: int, later: Closing | None = None
) -> ProvisionAnswer:
    """Tell how one provision stands on a day."""
    return provision_told(provision, standing(provision, facts, day), day, later)


def provision_told(
    provision: Provision,
    stand: Standing,
    day: int,
    later: Closing | None = None,
    *,
    told_on: int | None = None,
) -> ProvisionAnswer:
    """Tell of a provision, by what is known of how it stands on a day.

    Args:
        provision: as it is on the day.
        stand: how it stands.
        day: the day asked about, an ordinal.
        later: what ends it after that day.
        told_on: the day on which the provision is so, where it is another one.
    """
    return ProvisionAnswer(
        id=provision.id,
        kind=provision.kind,
        holders=provision.holders,
        against=provision.against,
        level=provision.level,
        quantity=_text(main_quantity(provision, day if told_on is None else told_on)),
        quantity_before=tuple(_before(provision, stand, day)),
        basis=provision.terms.basis,
        scope=[_clause(clause) for clause in provision.clauses],
        starts=starts_when(provision).text,
        ends=ends_text(provision),
        starts_between=between(stand.starts),
        ends_between=between(stand.ends),
        status=stand.status,
        pause_ends=_pause_ends(provision) if stand.status == "suspended" else None,
        waits_for=stand.waits_for,
        flags=flags(provision),
        condition=provision.condition,
        text=provision.text,
        terms=dict(_terms(provision)),
        readings=[
            {"reading": reading.text, "by": reading.by, "event": reading.seq}
            for reading in provision.readings
        ],
        over=provision.over,
        set_by=tuple(provision.set_by),
        undecided=tuple(_undecided(stand, day)),
        later=None if later is None else later_told(later),
    )


def ends_text(provision: Provision) -> str | None:
    """Write when a provision ends, by the event that ended it or as agreed."""
    if provision.closings:
        return provision.closings[-1].effective.text
    return provision.ends.text if provision.ends else None


def _pause_ends(provision: Provision) -> str | None:
    """Write until when a provision pauses, null where that is not said."""
    pause = provision.suspension
    return None if pause is None else _text(pause.until)


def later_told(closing: Closing) -> dict[str, Any]:
    """Write what ends a provision after the day asked about."""
    return {
        "basis": closing.basis,
        "effective": closing.effective.text,
        "between": between(closing.span),
        "event": closing.seq,
    }


def _undecided(stand: Standing, day: int) -> Iterator[Side]:
    """Yield which days may lie before the day asked about or after it."""
    if stand.status == "contingent":
        if stand.starts.lo <= day < stand.starts.hi:
            yield "start"
        if stand.ends.lo <= day < stand.ends.hi:
            yield "end"


def main_quantity(provision: Provision, day: int) -> Quantity | None:
    """Give the amount, rate or price that matters most, as it is on a day."""
    terms = provision.terms
    return terms.amount or terms.rate or price_on(provision, day)


def _before(provision: Provision, stand: Standing, day: int) -> Iterator[str]:
    """Yield what the amount may still be, besides what it is."""
    amount = provision.terms.amount
    if amount is not None:
        for one, _ in amounts_on(provision, amount, stand.starts, day)[:-1]:
            yield one.amount.text


def price_on(provision: Provision, day: int) -> Quantity | None:
    """Give the price of an option on a day: the last step that began, or the price."""
    price = provision.terms.price
    for step in provision.terms.price_steps:
        if step.start.first <= day:
            price = step.price
    return price


def between(span: Span) -> Range:
    """Write the bounds of a span as ISO dates, null where there is none."""
    return _day(span.lo), _day(span.hi)


def _day(day: int) -> str | None:
    """Write a day, null where it is infinite."""
    # The day after the last of the calendar, `through 9999`, has no date.
    return day_text(day) if NEG_INF < day <= LAST_DAY else None


def _text(value: object) -> str | None:
    """Write a value, null where there is none."""
    return None if value is None else str(value)


def _terms(provision: Provision) -> Iterator[tuple[str, Any]]:
    """Yield what is agreed beside the main words, by name."""
    terms = provision.terms
    for name in ("amount", "rate", "floor", "cap", "royalty", "price", "schedule"):
        if (value := getattr(terms, name)) is not None:
            yield name, str(value)
    if terms.price_schedule:
        yield (
            "price_schedule",
            [
                {"from": step.start.text, "price": step.price.text}
                for step in terms.price_schedule
            ],
        )
    for name in ("milestone", "claimant", "determiner", "option", "stage", "due"):
        if (value := getattr(provision, name)) is not None:
            yield name, str(value)
    yield from provision.details.items()
    if provision.closings:
        closing = provision.closings[-1]
        yield "ended", {"basis": closing.basis, "event": closing.seq}
        if provision.ends is not None:
            yield "agreed_ends", provision.ends.text


def _clause(clause: Clause) -> dict[str, Any]:
    """Write a clause of a scope."""
    written: dict[str, Any] = {
        "include" if clause.include else "exclude": [_box(box) for box in clause.boxes]
    }
    if clause.condition is not None:
        written["condition"] = clause.condition
    return written


def _box(box: Box) -> dict[str, Any]:
    """Write a box of a scope."""
    written: dict[str, Any] = msgspec.to_builtins(box)
    return written


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
        "votes": _text(stake.votes),
        "value": _text(stake.value),
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
            "price": _text(move.price),
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
