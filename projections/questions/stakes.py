"""The answer to "how much of whom?": reported stakes over time, each on its basis.

A share on one basis says nothing on a share on another: two are compared only where
somebody reported both on the same one. A report that is dated on one of several days
counts for certain from the last of them, as the status of a provision does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from events.capital import HoldingMoved, StakeReported
from events.dates import PartialDate
from events.errors import NotFound, Refused
from events.quantity import Quantity, plain
from projections.fold.refusals import require_parties
from projections.fold.step import Step
from projections.fold.timeline import Timeline
from projections.questions.accounts import may_lie_after
from projections.questions.across import Held, KnownIn, held_on, horizon_of
from projections.questions.contradictions import contradicting

STAKES_SCHEMA = "whereas/stakes/1"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A stake as it was reported.

    ``perhaps`` tells that it may lie after the day asked about. ``change`` is the
    difference to the report before it on the same basis, null for the first, and where
    one of the two is not a number or is there perhaps. ``contradicted`` are the sources
    that contradict it.
    """

    as_of: str
    share: str
    votes: str | None
    value: str | None
    change: str | None
    perhaps: bool
    event: int
    contradicted: tuple[str, ...]

    @property
    def told(self) -> str:
        """Write the share, and that it may have been reported only after the day."""
        return f"perhaps {self.share}" if self.perhaps else self.share


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """Shares or a percentage that the holder gave or took after a report.

    A movement changes no report; only the next report does.
    """

    as_of: str
    quantity: str
    reason: str
    giver: str | None
    taker: str | None
    event: int


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The reports of one stake on one basis, in the order of their days.

    ``possible`` are the numbers of those of which one holds on the day: more than one,
    or one that is there perhaps, where that is not certain. ``moved_since`` is what
    moved after the last of all.
    """

    agreement: str
    holder: str
    issuer: str
    basis: str
    reports: list[Report]
    possible: list[int]
    moved_since: list[Moved]


class StakesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was reported of stakes by a day."""

    schema: str
    on: str
    known: KnownIn
    horizon: str | None
    agreements: list[str]
    series: list[Series]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two reports of one stake on one basis, and what lies between them.

    ``change`` is null where one of the two is not a number, and where it is not certain
    which report holds on one of the dates: ``before_any`` and ``after_any`` are those
    of which one does. ``moved_since`` is what moved after ``after``.
    """

    holder: str
    issuer: str
    basis: str
    before: Report
    after: Report
    before_any: list[Report]
    after_any: list[Report]
    change: str | None
    moved_since: list[Moved]


class _Reported(NamedTuple):
    """A report of a stake at its place in effective order, and what contradicts it."""

    step: Step
    event: StakeReported
    contradicted: tuple[str, ...]

    @property
    def label(self) -> str:
        """Name the share, its basis and its event."""
        return f"{self.event.share} ({self.event.basis}, @{self.step.seq})"


def stakes_answer(
    timelines: Sequence[Timeline],
    on: PartialDate,
    *,
    known: KnownIn,
    holder: str | None = None,
    issuer: str | None = None,
) -> StakesAnswer:
    """Tell what was reported of stakes.

    Args:
        timelines: the agreements, with their horizon.
        on: the date asked about; a partial one asks about its last day.
        known: the moment of knowledge, to be told again.
        holder: only stakes of this party.
        issuer: only stakes in this party.
    """
    held = held_on(timelines, on.last)
    found = [
        series
        for there in held
        for series in _series(there, on.last)
        if holder in {None, series.holder} and issuer in {None, series.issuer}
    ]
    return StakesAnswer(
        schema=STAKES_SCHEMA,
        on=on.text,
        known=known,
        horizon=horizon_of(timelines),
        agreements=[there.agreement for there in held],
        series=found,
    )


def compare_stakes(
    timeline: Timeline,
    holder: str,
    issuer: str,
    start: PartialDate,
    end: PartialDate,
) -> Comparison:
    """Compare a stake on two dates.

    Args:
        timeline: the agreement.
        holder: who holds it.
        issuer: in whom.
        start: the earlier date; the last report by its end counts.
        end: the later date, likewise.

    Raises:
        NotFound: no such stake was reported by one of the dates.
        Refused: the two reports are on different bases; both are named.
    """
    after = _last(timeline, holder, issuer, end)
    basis = after.event.basis
    reports = _of(timeline, holder, issuer, start)
    other = _last(timeline, holder, issuer, start)
    alike = [one for one in reports if one.event.basis == basis]
    if not alike:
        raise Refused(
            f"the stake of {holder} in {issuer} was reported on two bases, which "
            f"cannot be compared: {other.label} and {after.label}",
            hint="compare what is reported on one basis; nothing here turns a share "
            "on one basis into one on another",
            seq=other.step.seq,
            conflict=f"@{other.step.seq} {other.event.TYPE}",
        )
    later = [
        one for one in _of(timeline, holder, issuer, end) if one.event.basis == basis
    ]
    before_any = [_written(one, start.last) for one in _possible(alike, start.last)]
    after_any = [_written(one, end.last) for one in _possible(later, end.last)]
    sure = _is_sure(before_any) and _is_sure(after_any)
    return Comparison(
        holder=holder,
        issuer=issuer,
        basis=basis,
        before=_written(alike[-1], start.last),
        after=_written(after, end.last),
        before_any=before_any,
        after_any=after_any,
        change=_change(alike[-1].event.share, after.event.share) if sure else None,
        moved_since=list(_moved_since(timeline, after, end.last)),
    )


def _possible(reports: Sequence[_Reported], day: int) -> list[_Reported]:
    """List the reports of which one holds on a day: the last certain one and others."""
    perhaps = [one for one in reports if may_lie_after(day, one.step.span)]
    certain = [one for one in reports if not may_lie_after(day, one.step.span)]
    return [*certain[-1:], *perhaps]


def _is_sure(possible: Sequence[Report]) -> bool:
    """Tell whether it is certain which report holds."""
    return len(possible) == 1 and not possible[0].perhaps


def _moved_since(timeline: Timeline, last: _Reported, day: int) -> Iterator[Moved]:
    """Yield what the holder gave or took after a report; who is not named may be it."""
    skipped = {skipped.seq for skipped in timeline.state(day).skipped}
    holder, issuer = last.event.holder, last.event.issuer
    for step in timeline.upto(day):
        event = step.event
        if not isinstance(event, HoldingMoved):
            continue
        sides = {event.from_, event.to}
        if (
            event.issuer == issuer
            and (holder in sides or sides == {None})
            # A report on the same day is made of what moved on it.
            and step > last.step
            and step.span != last.step.span
            and step.seq not in skipped
        ):
            yield Moved(
                as_of=step.effective.text,
                quantity=event.quantity.text,
                reason=event.reason,
                giver=event.from_,
                taker=event.to,
                event=step.seq,
            )


def _last(timeline: Timeline, holder: str, issuer: str, date: PartialDate) -> _Reported:
    """Find the last report of a stake by the end of a date."""
    require_parties((holder, issuer), timeline.facts)
    found = _of(timeline, holder, issuer, date)
    if not found:
        raise NotFound(
            f"no stake of {holder} in {issuer} was reported by {date}",
            hint="a report counts from its effective date; try a later one",
        )
    return found[-1]


def _of(
    timeline: Timeline, holder: str, issuer: str, date: PartialDate
) -> list[_Reported]:
    """List the reports of a stake by the end of a date, in effective order."""
    return [
        reported
        for reported in _reports(timeline, date.last)
        if (reported.event.holder, reported.event.issuer) == (holder, issuer)
    ]


def _reports(timeline: Timeline, day: int) -> Iterator[_Reported]:
    """Yield the reports of stakes by a day, but those that could not apply."""
    skipped = {skipped.seq for skipped in timeline.state(day).skipped}
    for step in timeline.upto(day):
        if isinstance(step.event, StakeReported) and step.seq not in skipped:
            against = contradicting(step.entry, timeline.record)
            yield _Reported(step, step.event, against)


def _series(held: Held, day: int) -> Iterator[Series]:
    """Yield the stakes of an agreement, each on its basis."""
    found: dict[tuple[str, str, str], list[_Reported]] = {}
    for reported in _reports(held.timeline, day):
        event = reported.event
        found.setdefault((event.holder, event.issuer, event.basis), []).append(reported)
    for (holder, issuer, basis), reports in found.items():
        yield Series(
            agreement=held.agreement,
            holder=holder,
            issuer=issuer,
            basis=basis,
            reports=list(_one_by_one(reports, day)),
            possible=[one.step.seq for one in _possible(reports, day)],
            moved_since=list(_moved_since(held.timeline, reports[-1], day)),
        )


def _one_by_one(reports: Iterable[_Reported], day: int) -> Iterator[Report]:
    """Write reports on one basis, each with its difference to the one before."""
    before: Report | None = None
    share: Quantity | None = None
    for reported in reports:
        written = _written(reported, day)
        if before is not None and share is not None:
            sure = not (before.perhaps or written.perhaps)
            change = _change(share, reported.event.share) if sure else None
            written = msgspec.structs.replace(written, change=change)
        yield written
        before, share = written, reported.event.share


def _written(reported: _Reported, day: int) -> Report:
    """Write a report as it stands on a day."""
    event = reported.event
    return Report(
        as_of=reported.step.effective.text,
        share=event.share.text,
        votes=None if event.votes is None else event.votes.text,
        value=None if event.value is None else event.value.text,
        change=None,
        perhaps=may_lie_after(day, reported.step.span),
        event=reported.step.seq,
        contradicted=reported.contradicted,
    )


def _change(before: Quantity, after: Quantity) -> str | None:
    """Give the difference of two shares in percentage points, if both are numbers."""
    exact = before.qualifier == after.qualifier == "exact"
    if not exact or before.low is None or after.low is None:
        return None
    number = after.low - before.low
    sign = "+" if number > 0 else "-" if number < 0 else ""
    return f"{sign}{plain(abs(number))} points"
