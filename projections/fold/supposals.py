"""Supposals: facts added for the sake of one question.

What is recorded is never overruled: a supposal may tell more exactly what an imprecise
date leaves open, and anything else that contradicts an event is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NoReturn

from msgspec.structs import replace

from events.errors import InputError, NotFound, Refused, did_you_mean
from events.quantity import Quantity
from projections.fold.facts import Dated, Facts, MilestoneFacts, Report
from projections.fold.mentions import Mentions
from projections.fold.spans import Span
from projections.fold.supposal_reader import Supposal, parse_supposal

__all__ = ["Supposal", "parse_supposal", "suppose"]

# The order in which kinds are compared and added: what has a date comes before what
# denies dates.
_ORDER = ("measured", "claimed", "reached", "not-by", "undetermined", "never")


def suppose(facts: Facts, supposals: Iterable[Supposal], known: Mentions) -> Facts:
    """Add what is supposed; the facts given stay as they are.

    Args:
        facts: what is known.
        supposals: what is supposed, in any order.
        known: the names that events mention, and the units of measures.

    Raises:
        InputError: two supposals contradict each other.
        NotFound: nothing mentions the milestone or measure.
        Refused: what is recorded contradicts one, with the event as ``conflict``.
    """
    every = sorted(supposals, key=_order)
    for supposal in every:
        _check_name(supposal, known)
        _check_unit(supposal, known.units)
    for one, other in combinations(every, 2):
        _check_pair(one, other)
    for supposal in every:
        check_recorded(supposal, facts)
    supposed = _copied(facts)
    for supposal in every:
        _add(supposal, supposed)
    return supposed


def _order(supposal: Supposal) -> tuple[int, bool, str]:
    """Give the place of a supposal, so that it is the same however they are given.

    A value with a unit comes before the same number without one, which adds nothing.
    """
    has_no_unit = supposal.value is None or supposal.value.unit is None
    return _ORDER.index(supposal.kind), has_no_unit, supposal.text


def _copied(facts: Facts) -> Facts:
    """Copy what supposals may add to."""
    return replace(
        facts,
        milestones={
            name: replace(
                known,
                claims=[*known.claims],
                determinations=[*known.determinations],
            )
            for name, known in facts.milestones.items()
        },
        measures={name: [*reports] for name, reports in facts.measures.items()},
        memo={},
    )


def _check_name(supposal: Supposal, known: Mentions) -> None:
    """Refuse a name that nothing mentions."""
    is_measure = supposal.kind == "measured"
    noun = "measure" if is_measure else "milestone"
    names: Collection[str] = known.measures if is_measure else known.milestones
    if supposal.name not in names:
        listed = ", ".join(sorted(names))
        raise NotFound(
            f"nothing mentions a {noun} {supposal.name}",
            hint=did_you_mean(supposal.name, names)
            or (f"the {noun}s are {listed}" if listed else f"there are no {noun}s"),
            word=supposal.name,
        )


def _check_unit(supposal: Supposal, units: Mapping[str, tuple[str, int]]) -> None:
    """Refuse a value in another unit than that of the measure."""
    unit = None if supposal.value is None else supposal.value.unit
    there, seq = units.get(supposal.name, (unit, 0))
    if supposal.kind == "measured" and unit is not None and unit != there:
        _refuse(supposal, f"is in {there}, not in {unit}", seq)


def _check_pair(one: Supposal, other: Supposal) -> None:
    """Refuse two supposals that cannot both be so; they stand in their order."""
    if one.name == other.name and _contradict(one, other):
        raise InputError(
            f"{one.text} and {other.text} contradict each other",
            hint="suppose one of them",
            excerpt=other.text,
        )


def _contradict(one: Supposal, other: Supposal) -> bool:
    """Tell whether two supposals of one name, in their order, cannot both be so."""
    match one.kind, other.kind:
        case "measured", "measured":
            return one.span == other.span and not _same(one.value, other.value)
        case ("claimed", "claimed") | ("reached", "reached"):
            return not one.span.meets(other.span)
        case "claimed", "reached":
            return other.span.hi < one.span.lo
        case "claimed" | "reached", "not-by":
            return one.span.hi <= other.span.hi
        case ("claimed" | "reached", "never") | ("reached", "undetermined"):
            return True
        case _:
            return False


def check_recorded(supposal: Supposal, facts: Facts) -> None:
    """Refuse what is recorded otherwise; what is only supposed says nothing.

    Raises:
        Refused: an event says otherwise, with its number as ``seq``.
    """
    if supposal.kind == "measured":
        _check_reported(supposal, facts.measures.get(supposal.name, ()))
        return
    known = facts.milestones.get(supposal.name)
    if known is None:
        return
    known = _recorded(known)
    told = [("is determined", found) for found in known.determinations]
    told += [("is claimed", found) for found in known.claims]
    match supposal.kind:
        case "never":
            for what, found in told:
                _refuse(supposal, f"{what} already", found.seq)
        case "undetermined":
            for found in known.determinations:
                _refuse(supposal, "is determined already", found.seq)
        case "not-by":
            for what, found in told:
                if found.span.hi <= supposal.span.hi:
                    _refuse(supposal, f"{what} by then", found.seq)
        case _:
            _check_dates(supposal, known)


def _recorded(known: MilestoneFacts) -> MilestoneFacts:
    """Leave what events say of a milestone."""
    return replace(
        known,
        claims=[dated for dated in known.claims if dated.seq],
        determinations=[dated for dated in known.determinations if dated.seq],
    )


def _check_dates(supposal: Supposal, known: MilestoneFacts) -> None:
    """Refuse a date of a milestone that is recorded otherwise."""
    if known.lapsed is not None and not known.determinations:
        _refuse(supposal, "has lapsed", known.lapsed.seq)
    if supposal.kind == "reached":
        _check_meets(supposal, "is determined", known.determinations)
        return
    for found in known.determinations:
        if found.span.hi < supposal.span.lo:
            _refuse(supposal, "is determined before", found.seq)
    _check_meets(supposal, "is claimed", known.claims)


def _check_meets(supposal: Supposal, what: str, found: Sequence[Dated]) -> None:
    """Refuse a date that is none of those recorded, where there are any."""
    if found and not any(dated.span.meets(supposal.span) for dated in found):
        _refuse(supposal, f"{what} on another date", found[0].seq)


def _check_reported(supposal: Supposal, reports: Iterable[Report]) -> None:
    """Refuse a value of a measure that is reported otherwise as of that date."""
    same_day = [report for report in reports if report.span == supposal.span]
    if same_day and not any(_same(report.value, supposal.value) for report in same_day):
        report = same_day[0]
        _refuse(supposal, f"is reported as {report.value} for that date", report.seq)


def _refuse(supposal: Supposal, what: str, seq: int) -> NoReturn:
    """Refuse a supposal for what an event says."""
    raise Refused(
        f"{supposal.text} cannot be supposed: {supposal.name} {what}",
        hint="suppose something that is not said already, or ask about what was known "
        "before it was",
        conflict=f"@{seq}",
        seq=seq,
        excerpt=supposal.text,
    )


def _same(one: Quantity | None, other: Quantity | None) -> bool:
    """Tell whether two values are the same; a number without a unit is any."""
    if one is None or other is None or None not in {one.unit, other.unit}:
        return one == other
    return one.bounds() == other.bounds() and one.qualifier == other.qualifier


def _add(supposal: Supposal, facts: Facts) -> None:
    """Add what nothing contradicts."""
    if supposal.kind == "measured":
        _report(supposal, facts)
        return
    known = facts.milestones.setdefault(supposal.name, MilestoneFacts())
    match supposal.kind:
        case "never":
            known.never = True
        case "undetermined":
            known.undetermined = True
        case "not-by":
            day = supposal.span.hi
            known.not_by = day if known.not_by is None else max(day, known.not_by)
            known.claims = _later(known.claims, day)
            known.determinations = _later(known.determinations, day)
        case "claimed":
            known.claims = _narrowed(known.claims, supposal.span)
        case "reached":
            known.determinations = _narrowed(known.determinations, supposal.span)


def _report(supposal: Supposal, facts: Facts) -> None:
    """Add a report in its place, unless there is the same."""
    reports = facts.measures.setdefault(supposal.name, [])
    if supposal.value is None or any(
        report.span == supposal.span and _same(report.value, supposal.value)
        for report in reports
    ):
        return
    reports.append(Report(supposal.span, supposal.value, 0, None))
    reports.sort(key=lambda report: report.span.lo)


def _narrowed(found: Sequence[Dated], span: Span) -> list[Dated]:
    """Leave of recorded dates the days that are supposed; add what is not recorded."""
    if not any(dated.span.meets(span) for dated in found):
        return [*found, Dated(span, 0)]
    return [
        _clipped(dated, span) if dated.span.meets(span) else dated for dated in found
    ]


def _later(found: Sequence[Dated], day: int) -> list[Dated]:
    """Leave of recorded dates the days after one."""
    return [_clipped(dated, Span(day + 1, dated.span.hi)) for dated in found]


def _clipped(dated: Dated, span: Span) -> Dated:
    """Leave the days of a date that lie in a span, which is supposed if it is less."""
    left = Span(max(dated.span.lo, span.lo), min(dated.span.hi, span.hi))
    return dated if left == dated.span else Dated(left, 0)
