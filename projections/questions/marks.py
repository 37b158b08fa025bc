"""Marks: the dates of a provision on which something lapses, begins, or is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from events.dates import INF, day_text
from events.when import When
from projections.fold.facts import Facts
from projections.fold.provision import Provision
from projections.fold.resolve import resolve_when, waiting
from projections.fold.resolving import end_of, start_of, starts_when
from projections.fold.spans import Span, date_span
from projections.questions.renewing import Term, renewals, terms_between

What = Literal[
    "starts",
    "ends",
    "opens",
    "closes",
    "renews",
    "notice-by",
    "due",
    "resumes",
    "price",
    "takes-effect",
    "awarded",
]
WHATS: tuple[What, ...] = (
    *("starts", "ends", "opens", "closes", "renews", "notice-by", "due"),
    *("resumes", "price", "takes-effect", "awarded"),
)

# Of a term of one day that renews itself for ever, nobody wants to see each.
MAX_TERMS = 400


class Mark(NamedTuple):
    """Something that happens to a provision on one of the days of a span.

    Attributes:
        what: what happens.
        span: the possible days.
        when: how the agreement puts it.
        waits_for: what the day hangs on, in text form.
        part: the part of the provision whose event decides.
        words: more about it: an amount, a price.
        rests_on: the term whose facts decide when it is.
    """

    what: What
    span: Span
    when: str
    waits_for: tuple[str, ...] = ()
    part: str = "grant"
    words: str | None = None
    rests_on: When | None = None


def marks(provision: Provision, facts: Facts, window: Span) -> Iterator[Mark]:
    """Yield what may happen to a provision in a window.

    Args:
        provision: as it stands in the window.
        facts: what is known.
        window: the first and the last day.
    """
    is_option = provision.kind == "option"
    ends = end_of(provision, facts)
    yield _start(provision, facts, window, "opens" if is_option else "starts")
    if ends.lo < INF:
        yield _end(provision, facts, window, "closes" if is_option else "ends")
    if ends.hi <= start_of(provision, facts).lo:
        # A right cancelled before it began owes nothing and never renews.
        return
    for mark in (*_due(provision, facts, window), *_renewing(provision, facts, window)):
        # Nor does what has ended, from then on.
        if mark.span.lo < ends.hi:
            yield mark


def _start(provision: Provision, facts: Facts, window: Span, what: What) -> Mark:
    """Tell when a provision begins."""
    when, span = starts_when(provision), start_of(provision, facts)
    waits = _waits(when, facts, provision, span, window)
    return Mark(what, span, when.text, waits, "starts", rests_on=when)


def _end(provision: Provision, facts: Facts, window: Span, what: What) -> Mark:
    """Tell when a provision ends, by agreement or by an event."""
    span = end_of(provision, facts)
    if provision.closings:
        closing = min(provision.closings, key=lambda one: one.span.hi)
        if closing.span.hi <= span.hi:
            return Mark(what, span, closing.effective.text, (), "ends", closing.basis)
    when = provision.ends
    if when is None:
        return Mark(what, span, "", (), "ends")
    waits = _waits(when, facts, provision, span, window)
    return Mark(what, span, when.text, waits, "ends", rests_on=when)


def _due(provision: Provision, facts: Facts, window: Span) -> Iterator[Mark]:
    """Yield what is to be done, when a pause ends, and when a price changes."""
    if provision.due is not None:
        span = resolve_when(provision.due, facts, provision)
        waits = _waits(provision.due, facts, provision, span, window)
        amount = provision.terms.amount
        words = None if amount is None else amount.text
        yield Mark("due", span, provision.due.text, waits, "grant", words)
    pause = provision.suspension
    if pause is not None and pause.resumed is not None:
        span, when = pause.resumed
        yield Mark("resumes", span, when.text, (), "suspension")
    elif pause is not None and pause.until is not None:
        span = resolve_when(pause.until, facts, provision)
        waits = _waits(pause.until, facts, provision, span, window)
        yield Mark("resumes", span, pause.until.text, waits, "suspension")
    for step in provision.terms.price_steps:
        span, price = date_span(step.start), step.price.text
        yield Mark("price", span, step.start.text, (), "price_schedule", price)


def _renewing(provision: Provision, facts: Facts, window: Span) -> Iterator[Mark]:
    """Yield renewals and the last days for a notice against them."""
    if provision.ends is None:
        return
    for expr in renewals(provision.ends.expr):
        terms = terms_between(expr, facts, provision, window.lo, window.hi, MAX_TERMS)
        for term in terms:
            end = Span(term.end, term.end)
            text = provision.ends.text
            if term.deadline is not None:
                day = Span(term.deadline, term.deadline)
                yield Mark("notice-by", day, text, (), "ends")
            yield Mark("renews", end, text, _hangs_on(term), "ends")


def _hangs_on(term: Term) -> tuple[str, ...]:
    """Name the notice that would end a term."""
    if term.renewed:
        return ()
    return (
        "notice" if term.deadline is None else f"notice by {day_text(term.deadline)}",
    )


def _waits(
    when: When, facts: Facts, provision: Provision, span: Span, window: Span
) -> tuple[str, ...]:
    """List what a When hangs on by the end of the window.

    What renews itself hangs on the first notice that can still end it in the window,
    and not on the last.
    """
    if span.exact:
        return ()
    day = min(window.hi, span.hi - 1)
    if any(renewals(when.expr)):
        day = min(day, max(window.lo, span.lo))
    return waiting(when, facts, day, provision)
