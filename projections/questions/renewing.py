"""The terms of a provision that renews itself: when each ends, and how to end it.

Only terms whose first end is one day are told one by one; the others end on a day that
their When leaves open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from events.dates import INF, NEG_INF, day_text
from events.when import Duration, Expr, Renews, limbs
from projections.fold.facts import Facts
from projections.fold.moving import after, before
from projections.fold.provision import Provision
from projections.fold.renewals import counts_of
from projections.fold.resolve import resolve
from projections.fold.spans import Span


class Term(NamedTuple):
    """A term that ends, or goes on into the next.

    Attributes:
        end: the day on which it ends unless it is renewed, an ordinal.
        deadline: the last day for a notice that ends it; None where nobody can end it
            so, or where the text does not say how long before.
        renewed: whether the notice window has shut without a notice.
    """

    end: int
    deadline: int | None
    renewed: bool


def renewals(expr: Expr) -> Iterator[Renews]:
    """Yield what renews itself in an expression, from left to right."""
    if isinstance(expr, Renews):
        yield expr
    for limb in limbs(expr):
        yield from renewals(limb)


def terms_between(  # noqa: PLR0913, PLR0917  # what, by what facts, and a window
    expr: Renews, facts: Facts, provision: Provision, lo: int, hi: int, most: int
) -> Iterator[Term]:
    """Yield the terms that renew and end, or whose notice window shuts, in a window.

    A term that certainly ends without being renewed is not among them.

    Args:
        expr: what renews itself.
        facts: what is known.
        provision: whose notices count.
        lo: the first day of the window, an ordinal.
        hi: its last day.
        most: how many terms to yield at most.
    """
    first = resolve(expr.first, facts, provision)
    if not first.exact or first.lo in {NEG_INF, INF}:
        return
    whole = resolve(expr, facts, provision)
    count = bisect_left(
        counts_of(expr), lo, key=lambda k: after(first.lo, expr.every, times=k)
    )
    for k in range(count, min(count + most, len(counts_of(expr)))):
        term = _term(expr, after(first.lo, expr.every, times=k), whole)
        earliest = term.end if term.deadline is None else min(term.deadline, term.end)
        if earliest > hi or term.end >= whole.hi:
            return
        yield term


def _term(expr: Renews, end: int, whole: Span) -> Term:
    """Tell of a term by when a notice ends it."""
    notice = expr.notice
    deadline = before(end, notice) if isinstance(notice, Duration) else None
    return Term(end, deadline, renewed=end < whole.lo)


def notice_told(notice: Span, provision: Provision, facts: Facts) -> str | None:
    """Say which term a notice of non-renewal ends, and which it was too late for.

    Args:
        notice: the days on which it may have been given.
        provision: what it is about.
        facts: what is known.

    Returns:
        Words; None where the days or the agreement leave it open.
    """
    if provision.ends is None or not notice.exact:
        return None
    for expr in renewals(provision.ends.expr):
        first = resolve(expr.first, facts, provision)
        ahead = expr.notice
        if first.exact and NEG_INF < first.lo < INF and isinstance(ahead, Duration):
            return _notice_told(notice.lo, first.lo, expr, ahead)
    return None


def _notice_told(notice: int, first: int, expr: Renews, ahead: Duration) -> str:
    """Compare a notice with the last days on which it ends each term."""

    def end(count: int) -> int:
        return after(first, expr.every, times=count)

    counts = counts_of(expr)
    at = bisect_left(counts, notice, key=lambda count: before(end(count), ahead))
    words = f"in time to end it {day_text(end(at))}"
    if at == len(counts):
        words = "too late to end any term"
    if at and notice < (missed := end(at - 1)):
        return f"too late to end it {day_text(missed)}, {words}"
    return words
