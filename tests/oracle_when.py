"""The table of the definitions that says which days a When may mean.

Nothing of `projections` is used here. A span is a pair of days, the first and the last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from events import expressions as ex
from events.dates import INF, NEG_INF, add_months
from events.expressions import MONTHS_IN, Expr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from events.quantity import Quantity

Span = tuple[int, int]
# What events are sorted by: first day, day of signing, position.
Order = tuple[int, int, int]

NEVER: Span = (INF, INF)
# More days than the longest term that is drawn.
LOOKED_AT = 1_100
DAYS_IN = {"days": 1, "weeks": 7}


@dataclass
class Known:
    """What is known, whatever day is meant."""

    horizon: int
    claims: dict[str, list[Span]] = field(default_factory=dict)
    determinations: dict[str, list[Span]] = field(default_factory=dict)
    lapsed: set[str] = field(default_factory=set)
    reports: dict[str, list[tuple[Span, Quantity]]] = field(default_factory=dict)
    notices: dict[str, list[tuple[Span, Order]]] = field(default_factory=dict)
    signed: dict[str, int] = field(default_factory=dict)


def is_open(atom: ex.Leaf, known: Known) -> bool:
    """Tell whether an atom waits for something that nobody has recorded."""
    if isinstance(atom, ex.Measure):
        return not satisfying(atom, known)
    if not isinstance(atom, ex.Milestone) or atom.milestone in known.lapsed:
        return False
    claimed = atom.stage == "claimed" and known.claims.get(atom.milestone)
    return not claimed and not known.determinations.get(atom.milestone)


def earliest(spans: Sequence[Span]) -> Span:
    """Give the span of whichever comes first."""
    return min(lo for lo, _ in spans), min(hi for _, hi in spans)


def latest(spans: Sequence[Span]) -> Span:
    """Give the span of whichever comes last."""
    return max(lo for lo, _ in spans), max(hi for _, hi in spans)


def span_of(  # noqa: C901, PLR0911, PLR0912  # one case a node
    expr: Expr, known: Known, notices: Sequence[Span] = ()
) -> Span:
    """Resolve a When against what is known: the table of the definitions."""
    match expr:
        case ex.On(date):
            return date.first, date.last
        case ex.Through(date):
            return date.last + 1, date.last + 1
        case ex.Until(date):
            return (
                (date.first, date.first) if date.exact else (date.first, date.last + 1)
            )
        case ex.Never():
            return NEVER
        case ex.Unknown():
            return NEG_INF, INF
        case ex.Milestone():
            return milestone_span(expr, known)
        case ex.Measure():
            return measure_span(expr, known)
        case ex.Offset():
            sign = 1 if expr.direction == "after" else -1
            lo, hi = span_of(expr.of, known, notices)
            step = sign * expr.count
            up = expr.rounded == "up"
            return shifted(lo, step, expr.unit, up=up), shifted(
                hi, step, expr.unit, up=up
            )
        case ex.Earliest():
            return earliest([span_of(limb, known, notices) for limb in expr.of])
        case ex.Latest():
            return latest([span_of(limb, known, notices) for limb in expr.of])
        case ex.Unless():
            then = span_of(expr.then, known, notices)
            lo, hi = milestone_span(ex.Milestone(expr.milestone), known)
            if hi < then[0]:
                return NEVER
            return (then[0], INF) if lo < then[1] else then
        case ex.Renews():
            return renewed(expr, known, notices)


def milestone_span(expr: ex.Milestone, known: Known) -> Span:
    """Resolve a milestone: the first time it was reached, or the last."""
    pick = latest if expr.last else earliest
    lapsed = expr.milestone in known.lapsed
    open_span = NEVER if lapsed else (known.horizon, INF)
    determinations = known.determinations.get(expr.milestone, [])
    determined = pick(determinations) if determinations else open_span
    claims = claims_of(expr, known)
    claimed = pick(claims) if claims else open_span
    if determinations and not expr.last:
        # What is determined has been claimed by then.
        claimed = claimed[0], min(claimed[1], determined[1])
    if expr.stage == "claimed":
        return claimed
    if expr.stage == "determined" or (lapsed and not determinations):
        return determined
    if not determinations:
        return claimed[0], INF
    return min(claimed[0], determined[0]) if expr.last else claimed[0], max(
        claimed[1], determined[1]
    )


def claims_of(expr: ex.Milestone, known: Known) -> list[Span]:
    """List the claims of a milestone, with determinations that no claim came before."""
    claims = known.claims.get(expr.milestone, [])
    determinations = sorted(known.determinations.get(expr.milestone, []))
    alone, before = [], NEG_INF
    for on in determinations:
        if not any(before <= lo <= on[1] for lo, _ in claims):
            alone.append(on)
        before = on[1] + 1
    return [*claims, *alone]


def measure_span(expr: ex.Measure, known: Known) -> Span:
    """Resolve a measure: from the first report that satisfies it."""
    reports = satisfying(expr, known)
    return earliest(reports) if reports else (known.horizon, INF)


def satisfying(expr: ex.Measure, known: Known) -> list[Span]:
    """List the days of the reports of a measure that satisfy it."""
    return [
        span
        for span, reported in known.reports.get(expr.measure, [])
        if expr.unit is None or (expr.unit == reported.unit and reported.per is None)
        if compares(reported, expr.op, expr.value)
    ]


def compares(reported: Quantity, op: str, value: Decimal) -> bool:
    """Tell whether a reported value certainly compares so with a number."""
    low, high = reported.bounds()
    if op == "=":
        return low == high == value
    if op in (">", ">="):
        enough = op == ">=" or reported.qualifier == "over"
        return low is not None and (low > value or (low == value and enough))
    enough = op == "<=" or reported.qualifier == "under"
    return high is not None and (high < value or (high == value and enough))


def shifted(day: int, number: int, unit: str, *, up: bool = False) -> int:
    """Move a day by days, weeks, months or years; what has no day has none after."""
    if day in (NEG_INF, INF):
        return day
    if unit in DAYS_IN:
        return day + number * DAYS_IN[unit]
    months = number * MONTHS_IN[unit]
    return add_months(day, months, rounded="up" if up else "down")


def renewed(expr: ex.Renews, known: Known, notices: Sequence[Span]) -> Span:
    """Resolve what renews: the end of the term that is the last one, or may be."""
    lo, hi = span_of(expr.first, known, notices)
    asked = min([known.horizon] if not notices else [on[0] for on in notices])
    if lo == INF or (lo == NEG_INF and (asked == NEG_INF or expr.at_most)):
        return lo, hi
    # Whoever ends a day later may have missed a notice, so every day is looked at.
    begin = lo if lo != NEG_INF else asked - LOOKED_AT
    found = [
        last_term(expr, first, notice, known.horizon)
        for first in range(begin, min(hi, begin + LOOKED_AT) + 1)
        for notice in ends_of(notices)
    ]
    last = INF if hi == INF else max(last for _, last in found)
    return min(first for first, _ in found), last


def ends_of(notices: Sequence[Span]) -> list[list[int]]:
    """List the first and the last days on which notices may have been given."""
    return [[lo for lo, _ in notices], [hi for _, hi in notices]]


def last_term(expr: ex.Renews, first: int, notices: list[int], horizon: int) -> Span:
    """Tell when the last term may end, where the first one ends on a day."""
    every, at_most = expr.every, expr.at_most
    if expr.notice is None:
        if at_most is None:
            return NEVER
        end = shifted(first, at_most * every.count, every.unit)
        return end, end
    for number in count():
        end = shifted(first, number * every.count, every.unit)
        following = shifted(first, (number + 1) * every.count, every.unit)
        final = shifted(first, (at_most or 0) * every.count, every.unit)
        if number == at_most:
            return end, end
        # Where the text does not say how long before, it was perhaps on the last day.
        window = end
        if isinstance(expr.notice, ex.Duration):
            window = shifted(end, -expr.notice.count, expr.notice.unit)
        if any(day <= window for day in notices):
            # Perhaps it was too late for this term, and stops the next one.
            return end, following if expr.notice == "unknown" else end
        if not notices and window >= horizon:
            return end, final if at_most else INF
    raise AssertionError("a term is the last one")
