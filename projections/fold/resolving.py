"""When a provision starts, ends and is suspended, as far as facts tell."""

from __future__ import annotations

from events.when import Never, On, Through, Unknown, Until, When, milestones
from projections.fold.facts import Facts
from projections.fold.provision import Provision
from projections.fold.resolve import resolve_when
from projections.fold.spans import NEVER, Span

# What hangs on nothing.
FIRM = frozenset((Never, On, Through, Unknown, Until))


def starts_when(provision: Provision) -> When:
    """Give the When of the start: that of the grant, unless a term says otherwise."""
    return provision.starts or provision.effective


def start_of(provision: Provision, facts: Facts) -> Span:
    """Resolve the start."""
    return resolve_when(starts_when(provision), facts, provision)


def term_of(provision: Provision, facts: Facts) -> Span:
    """Resolve the agreed end, without events that cut it short.

    An end that is not stated is never reached by itself.
    """
    if provision.ends is None:
        return NEVER
    return resolve_when(provision.ends, facts, provision)


def end_of(provision: Provision, facts: Facts) -> Span:
    """Resolve the end: the agreed one, or the event that ended it before."""
    lo, hi = term_of(provision, facts)
    for closing in provision.closings:
        lo, hi = min(lo, closing.span.lo), min(hi, closing.span.hi)
    return Span(lo, hi)


def pause_of(provision: Provision, facts: Facts) -> tuple[Span, Span] | None:
    """Resolve since when and until when a provision pauses; None where it does not.

    The end is the first day on which the pause is over.
    """
    pause = provision.suspension
    if pause is None:
        return None
    lo, hi = NEVER
    if pause.until is not None:
        lo, hi = resolve_when(pause.until, facts, provision)
    if pause.resumed is not None:
        lo, hi = min(lo, pause.resumed.span.lo), min(hi, pause.resumed.span.hi)
    return pause.since, Span(lo, hi)


def may_pause_on(provision: Provision, facts: Facts, day: int) -> bool:
    """Tell whether a provision pauses on a day, or may do so."""
    pause = pause_of(provision, facts)
    return pause is not None and pause[0].lo <= day < pause[1].hi


def hinges(provision: Provision) -> frozenset[str]:
    """Name the milestones that the days of a provision rest on."""
    whens = [when for when in day_whens(provision) if type(when.expr) not in FIRM]
    return frozenset().union(*(milestones(when.expr) for when in whens))


def day_whens(provision: Provision) -> list[When]:
    """List the Whens that the days rest on."""
    whens = [starts_when(provision)]
    if provision.ends is not None:
        whens.append(provision.ends)
    if provision.suspension is not None and provision.suspension.until is not None:
        whens.append(provision.suspension.until)
    return whens
