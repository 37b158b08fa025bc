"""Resolving: from what the parties wrote to the days that it may mean."""

from __future__ import annotations

from events.when import Expr, When
from projections.facts import Facts
from projections.spans import Span


def resolve_when(when: When, facts: Facts, provision: str | None = None) -> Span:
    """Give the days that a When may be, against what is known.

    Args:
        when: what is written.
        facts: what is known.
        provision: whose notices of non-renewal count.

    Raises:
        InputError: the calendar of business days is not there.
    """
    raise NotImplementedError


def resolve(expr: Expr, facts: Facts, provision: str | None = None) -> Span:
    """Give the days that an expression may be; see :func:`resolve_when`."""
    raise NotImplementedError


def waiting(
    when: When, facts: Facts, day: int, provision: str | None = None
) -> tuple[str, ...]:
    """List what decides whether a When is reached by a day.

    Returns:
        The texts of the leaves whose span the day lies in, each once, left to right;
        of a renewal ``notice by`` its day.
    """
    raise NotImplementedError


def is_open(when: When, facts: Facts, provision: str | None = None) -> bool:
    """Tell whether a When hangs on a milestone, measure or notice not yet settled."""
    raise NotImplementedError


def check_calendar(name: str) -> None:
    """Refuse a calendar of business days that is not there."""
    raise NotImplementedError
