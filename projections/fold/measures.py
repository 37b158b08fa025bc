"""When a reported measure reaches a value, as far as facts tell."""

from __future__ import annotations

from decimal import Decimal

from events.dates import INF
from events.quantity import Quantity
from events.when import Measure
from projections.fold.facts import Facts, Report
from projections.fold.spans import Span


def measure_span(atom: Measure, facts: Facts) -> Span:
    """Give the days from which a measure may have reached its value.

    Returns:
        The days of the first report that certainly satisfies; before there is one,
        the horizon or later.
    """
    found = _satisfying(atom, facts)
    if not found:
        return Span(facts.horizon, INF)
    return Span(
        min(report.span.lo for report in found), min(report.span.hi for report in found)
    )


def deciding_reports(atom: Measure, facts: Facts) -> list[Report]:
    """List the reports from which a measure has, or may have, reached its value."""
    found = _satisfying(atom, facts)
    if not found:
        return []
    first = min(found, key=lambda report: report.span.lo)
    surest = min(found, key=lambda report: report.span.hi)
    return [first] if first.span == surest.span else [first, surest]


def reached(atom: Measure, facts: Facts) -> bool:
    """Tell whether a report certainly satisfies."""
    return bool(_satisfying(atom, facts))


def _satisfying(atom: Measure, facts: Facts) -> list[Report]:
    """List the reports that certainly satisfy."""
    reports = facts.measures.get(atom.measure, ())
    return [report for report in reports if satisfies(atom, report.value)]


def satisfies(atom: Measure, value: Quantity) -> bool:
    """Tell whether a value certainly compares so.

    A unit is compared where both have one. What is about a number, withheld or not
    known satisfies nothing, and neither does what is for each quarter or each unit: a
    measure is compared with one amount in all.
    """
    is_other = value.unit != atom.unit or value.per is not None
    if is_other and None not in {value.unit, atom.unit}:
        return False
    low, high = value.bounds()
    match atom.op:
        case "=":
            return low == high == atom.value
        case ">=":
            return low is not None and low >= atom.value
        case "<=":
            return high is not None and high <= atom.value
        case ">":
            return _beyond(low, atom.value, 1, is_open=value.qualifier == "over")
        case "<":
            return _beyond(high, atom.value, -1, is_open=value.qualifier == "under")


def _beyond(bound: Decimal | None, than: Decimal, sign: int, *, is_open: bool) -> bool:
    """Tell whether everything up to a bound is beyond a number.

    The bound itself is no possible value where the quantity is open.
    """
    if bound is None:
        return False
    distance = (bound - than) * sign
    return distance > 0 or (is_open and distance == 0)
