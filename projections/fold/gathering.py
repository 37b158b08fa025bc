"""From events to facts: what an agreement knows whatever day is asked about."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import Any

from events.base import Event, Grant, Happening
from events.capital import InvestmentMade
from events.catalogue import TYPES
from events.entry import Entry
from events.frame import (
    AgreementOpened,
    InstrumentSigned,
    InstrumentTookEffect,
    PartyJoined,
)
from events.happenings import (
    ApprovalDecided,
    DisputeOpened,
    MeasureReported,
    MilestoneClaimed,
    MilestoneDetermined,
    NoticeGiven,
)
from projections.fold.facts import Dated, Facts, Instrument, MilestoneFacts, Report
from projections.fold.spans import Span, date_span
from projections.fold.usage import RENEWAL

# Events that may say that it was so on another day.
_Dating = MilestoneClaimed | MilestoneDetermined | MeasureReported

_DETERMINES = frozenset(("verified", "occurred", "waived"))


def declare(facts: Facts, entry: Entry, span: Span | None) -> None:
    """Note the ids that an event makes; the first to make one has it.

    Args:
        facts: what is changed.
        entry: an event that counts.
        span: the possible days of its effective date; None while it is pending.
    """
    declaring = _DECLARES.get(type(entry.event))
    if declaring is not None:
        declaring(facts, entry.event, entry.seq, span)


def happen(facts: Facts, entry: Entry, span: Span) -> None:
    """Note what an event says of milestones, measures and renewals."""
    happening = _HAPPENS.get(type(entry.event))
    if happening is not None:
        happening(facts, entry.event, Dated(span, entry.seq))


def spoken_of(event: Event) -> tuple[str, ...]:
    """Name the milestones and measures that an event decides, and whether a renewal."""
    if type(event) not in _HAPPENS:
        return ()
    named = (getattr(event, "milestone", None), getattr(event, "measure", None))
    names = tuple(name for name in named if name is not None)
    if isinstance(event, NoticeGiven) and event.kind == "non-renewal":
        return (*names, RENEWAL)
    return names


def _opened(facts: Facts, event: AgreementOpened, seq: int, _: object) -> None:
    if not facts.opened:
        facts.opened = seq
        facts.title = event.title
        facts.governing_law = event.governing_law
        facts.part_of = event.part_of
    for party in event.parties:
        facts.parties.setdefault(party.id, seq)


def _joined(facts: Facts, event: PartyJoined, seq: int, _: object) -> None:
    facts.parties.setdefault(event.party.id, seq)


def _granted(facts: Facts, event: Grant | InvestmentMade, seq: int, _: object) -> None:
    facts.granted.setdefault(event.id, seq)


def _signed(facts: Facts, event: InstrumentSigned, seq: int, span: Span | None) -> None:
    signed = date_span(event.signed_on) if event.signed_on else span
    there = facts.instruments.get(event.id)
    # One that was pending is declared again once its day is known.
    if there is None or there.seq == seq:
        day = signed.lo if signed else None
        facts.instruments[event.id] = Instrument(event.binding, day, seq)


def _disputed(facts: Facts, event: DisputeOpened, seq: int, _: object) -> None:
    facts.disputes.setdefault(event.id, seq)


def _milestone(facts: Facts, name: str) -> MilestoneFacts:
    return facts.milestones.setdefault(name, MilestoneFacts())


def _claimed(facts: Facts, event: MilestoneClaimed, at: Dated) -> None:
    _milestone(facts, event.milestone).claims.append(_as_of(event, at))


def _determined(facts: Facts, event: MilestoneDetermined, at: Dated) -> None:
    milestone = _milestone(facts, event.milestone)
    if event.outcome in _DETERMINES:
        milestone.determinations.append(_as_of(event, at))
    elif event.outcome == "lapsed":
        milestone.lapsed = _as_of(event, at)


def _as_of(event: _Dating, at: Dated) -> Dated:
    """Take the day from ``as_of`` where it is given."""
    return at if event.as_of is None else Dated(date_span(event.as_of), at.seq)


def _reaches(facts: Facts, event: Happening | InstrumentTookEffect, at: Dated) -> None:
    """Determine the milestone that a happening names beside what it says."""
    if event.milestone is not None:
        _milestone(facts, event.milestone).determinations.append(at)


def _approved(facts: Facts, event: ApprovalDecided, at: Dated) -> None:
    if event.decision == "approved":
        _reaches(facts, event, at)


def _measured(facts: Facts, event: MeasureReported, at: Dated) -> None:
    span = _as_of(event, at).span
    reports = facts.measures.setdefault(event.measure, [])
    report = Report(span, event.value, at.seq, event.subject)
    insort(reports, report, key=_place)
    _reaches(facts, event, at)


def _place(report: Report) -> tuple[int, int]:
    return report.span.lo, report.seq


def _noticed(facts: Facts, event: NoticeGiven, at: Dated) -> None:
    if event.kind == "non-renewal" and event.provision is not None:
        facts.notices.setdefault(event.provision, []).append(at)
    _reaches(facts, event, at)


_DECLARES: dict[type[Event], Callable[[Facts, Any, int, Span | None], None]] = {
    **{
        cls: _granted
        for cls in TYPES.values()
        if issubclass(cls, Grant | InvestmentMade)
    },
    AgreementOpened: _opened,
    PartyJoined: _joined,
    InstrumentSigned: _signed,
    DisputeOpened: _disputed,
}

_HAPPENS: dict[type[Event], Callable[[Facts, Any, Dated], None]] = {
    **{cls: _reaches for cls in TYPES.values() if issubclass(cls, Happening)},
    InstrumentTookEffect: _reaches,
    MilestoneClaimed: _claimed,
    MilestoneDetermined: _determined,
    ApprovalDecided: _approved,
    MeasureReported: _measured,
    NoticeGiven: _noticed,
}
