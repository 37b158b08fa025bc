"""Resolving: from what the parties wrote to the days that it may mean.

Every rule keeps one promise: a fact that comes in on the horizon or later, and a later
horizon, take days away from a span and never add any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from events.dates import INF
from events.when import (
    Earliest,
    Expr,
    Latest,
    Leaf,
    Measure,
    Milestone,
    Never,
    Offset,
    On,
    Renews,
    Through,
    Unknown,
    Unless,
    Until,
    When,
)
from events.when_writer import write
from projections.fold.calendars import (
    business_days_after,
    business_days_before,
)
from projections.fold.facts import Facts
from projections.fold.measures import measure_span, reached
from projections.fold.milestones import milestone_span, settled
from projections.fold.moving import moved
from projections.fold.provision import Provision
from projections.fold.renewals import Renewal, is_noticed, notice_span
from projections.fold.spans import ALWAYS_UNKNOWN, NEVER, Span, date_span


def resolve_when(when: When, facts: Facts, provision: Provision | None = None) -> Span:
    """Give the days that a When may be, against what is known.

    Args:
        when: what is written.
        facts: what is known; they remember the span.
        provision: whose notices of non-renewal count.

    Raises:
        InputError: the calendar of business days is not there.
    """
    expr = when.expr
    if type(expr) is On:
        return date_span(expr.date)
    # Only a renewal asks whose it is; other terms with the same words share a span.
    whose = provision.term if provision and "renews" in when.text else None
    key = (when.text, whose)
    span = facts.memo.get(key)
    if span is None:
        span = facts.memo[key] = resolve(expr, facts, provision)
    return span


def resolve(  # noqa: C901, PLR0911  # one case a node
    expr: Expr, facts: Facts, provision: Provision | None = None
) -> Span:
    """Give the days that an expression may be; see :func:`resolve_when`."""
    match expr:
        case On(date):
            return date_span(date)
        case Through(date):
            return Span(date.last + 1, date.last + 1)
        case Until(date):
            return date_span(date) if date.exact else Span(date.first, date.last + 1)
        case Never():
            return NEVER
        case Unknown():
            return ALWAYS_UNKNOWN
        case Milestone():
            return milestone_span(expr, facts)
        case Measure():
            return measure_span(expr, facts)
        case Offset():
            return _both(resolve(expr.of, facts, provision), _shift(expr))
        case Earliest(of):
            lows, highs = zip(*(resolve(e, facts, provision) for e in of), strict=True)
            return Span(min(lows), min(highs))
        case Latest(of):
            lows, highs = zip(*(resolve(e, facts, provision) for e in of), strict=True)
            return Span(max(lows), max(highs))
        case Unless():
            return _unless(expr, facts, provision)
        case Renews():
            return _renewal(expr, facts, provision).span()


def waiting(
    when: When, facts: Facts, day: int, provision: Provision | None = None
) -> tuple[str, ...]:
    """List what decides whether a When is reached by a day.

    Returns:
        The texts of the leaves that matter and whose span the day lies in, each once,
        left to right; of a renewal ``notice by`` its day.
    """
    hinges = _hinges(when.expr, facts, provision, _Asked(Span(day, day)))
    return tuple(dict.fromkeys(hinge.text for hinge in hinges))


def is_open(when: When, facts: Facts, provision: Provision | None = None) -> bool:
    """Tell whether a When hangs on a milestone, measure or notice not yet settled.

    What makes no difference any more is not asked about, and an imprecise date stays
    imprecise whatever happens.
    """
    hinges = _hinges(when.expr, facts, provision, _ANY_DAY)
    return any(hinge.is_open for hinge in hinges)


def open_milestones(
    when: When, facts: Facts, provision: Provision | None = None
) -> frozenset[str]:
    """Name the milestones that a When hangs on and that are not yet settled."""
    hinges = _hinges(when.expr, facts, provision, _ANY_DAY)
    return frozenset(h.milestone for h in hinges if h.is_open and h.milestone)


def _both(span: Span, shift: Callable[[int], int]) -> Span:
    """Shift both ends."""
    return Span(shift(span.lo), shift(span.hi))


def _shift(offset: Offset) -> Callable[[int], int]:
    """Give what an offset does to a day; it keeps the order of days."""
    count, unit, calendar = offset.count, offset.unit, offset.calendar
    is_after = offset.direction == "after"
    if unit != "business days":
        signed, rounded = count if is_after else -count, offset.rounded or "down"
        return lambda day: moved(day, signed, unit, rounded=rounded)
    name = calendar or ""
    count_days = business_days_after if is_after else business_days_before
    return lambda day: count_days(name, day, count)


def _unless(expr: Unless, facts: Facts, provision: Provision | None) -> Span:
    """Give the days of what a milestone reached before it prevents."""
    prevented = resolve(expr.then, facts, provision)
    milestone = milestone_span(Milestone(expr.milestone), facts)
    if _undecided(prevented, milestone):
        return Span(prevented.lo, INF)
    return NEVER if milestone.hi < prevented.lo else prevented


def _undecided(prevented: Span, milestone: Span) -> bool:
    """Tell whether a milestone may come before what it prevents, and may not."""
    return milestone.lo < prevented.hi and milestone.hi >= prevented.lo


def _renewal(expr: Renews, facts: Facts, provision: Provision | None) -> Renewal:
    """Gather what is known of a term that renews itself."""
    first = resolve(expr.first, facts, provision)
    return Renewal(expr, first, notice_span(facts, provision))


class _Hinge(NamedTuple):
    """Something that an answer hangs on, and whether a fact may still settle it."""

    text: str
    is_open: bool
    milestone: str | None = None


def _as_it_is(day: int) -> int:
    return day


class _Asked(NamedTuple):
    """The days asked about, as seen from an expression inside others.

    Attributes:
        days: an expression matters that may or may not be reached by one of them.
        shifted: what the expressions around do to a day of this one.
    """

    days: Span
    shifted: Callable[[int], int] = _as_it_is

    def within(self, span: Span) -> _Asked | None:
        """Leave the days by which something may or may not be reached, if any."""
        lo, hi = _both(span, self.shifted)
        lo, hi = max(lo, self.days.lo), min(hi - 1, self.days.hi)
        return _Asked(Span(lo, hi), self.shifted) if lo <= hi else None

    def before(self, shift: Callable[[int], int]) -> _Asked:
        """Ask about what an offset shifts."""
        outer = self.shifted
        return _Asked(self.days, lambda day: outer(shift(day)))


_ANY_DAY = _Asked(ALWAYS_UNKNOWN)


def _hinges(
    expr: Expr, facts: Facts, provision: Provision | None, asked: _Asked
) -> Iterator[_Hinge]:
    """Yield what matters of an expression, from left to right.

    Whichever of several has come or lies ahead for certain does not matter, as the
    whole would then be certain too; so it is enough to look at the whole first.
    """
    left = asked.within(resolve(expr, facts, provision))
    if left is None:
        return
    match expr:
        case Offset():
            yield from _hinges(expr.of, facts, provision, left.before(_shift(expr)))
        case Earliest(of) | Latest(of):
            for limb in of:
                yield from _hinges(limb, facts, provision, left)
        case Unless(then, milestone):
            yield from _hinges(then, facts, provision, left)
            yield from _preventing(expr, Milestone(milestone), facts, provision)
        case Renews() if expr.notice is None:
            shift = _last_end(expr)
            yield from _hinges(expr.first, facts, provision, left.before(shift))
        case Renews():
            yield from _hinges(expr.first, facts, provision, _ANY_DAY)
            renewal = _renewal(expr, facts, provision)
            if renewal.hangs_on_notice():
                text = renewal.decisive(left.days.hi, left.shifted)
                yield _Hinge(text, not is_noticed(facts, provision))
        case _:
            yield _Hinge(
                write(expr), _is_open(expr, facts), getattr(expr, "milestone", None)
            )


def _preventing(
    expr: Unless, milestone: Milestone, facts: Facts, provision: Provision | None
) -> Iterator[_Hinge]:
    """Yield the milestone if it may still prevent something."""
    prevented = resolve(expr.then, facts, provision)
    if _undecided(prevented, milestone_span(milestone, facts)):
        is_open = not settled(milestone, facts)
        yield _Hinge(write(milestone), is_open, milestone.milestone)


def _last_end(expr: Renews) -> Callable[[int], int]:
    """Give what all renewals together do to the first end."""
    every, times = expr.every, expr.at_most or 0
    return lambda day: moved(day, every.count * times, every.unit)


def _is_open(leaf: Leaf, facts: Facts) -> bool:
    """Tell whether a fact may still settle a leaf."""
    match leaf:
        case Milestone():
            return not settled(leaf, facts)
        case Measure():
            return not reached(leaf, facts)
        case _:
            return False
