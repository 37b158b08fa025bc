"""When a provision starts, ends and pauses: as far as it is certain, and otherwise how.

Spans are resolved for a horizon before all days. A later horizon takes days away from a
span and never adds any, so that what is found by these spans is all there is to look
at, and what does not hang on anything is final.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from events.dates import INF
from events.when import On, Through, Until, When, measures, milestones
from projections.facts import Facts
from projections.provision import Provision
from projections.resolve import is_open, resolve_when
from projections.resolving import end_of, start_of, starts_when


class Hangs(IntEnum):
    """What a provision's days hang on.

    ``NOTHING``: the spans are those of every horizon. ``SILENCE``: nothing is known of
    what they hang on, so that the texts say everything. ``FACTS``: some is known.
    """

    NOTHING = 0
    SILENCE = 1
    FACTS = 2


class Days(NamedTuple):
    """The days of a provision for a horizon before all days, as ordinals.

    A pause is ``[paused_from, paused_to)``; both are infinite where there is none.
    """

    starts_lo: int
    starts_hi: int
    ends_lo: int
    ends_hi: int
    paused_from: int
    paused_to: int
    hangs: int


def days_of(provision: Provision, facts: Facts) -> Days:
    """Resolve the days of a provision.

    Args:
        provision: the provision.
        facts: what is known, with a horizon before all days.
    """
    starts, ends = start_of(provision, facts), end_of(provision, facts)
    paused_from, paused_to = _pause(provision, facts)
    return Days(*starts, *ends, paused_from, paused_to, _hangs(provision, facts))


def _pause(provision: Provision, facts: Facts) -> tuple[int, int]:
    pause = provision.suspension
    if pause is None:
        return INF, INF
    until = pause.until
    end = INF if until is None else resolve_when(until, facts, provision.id).hi
    return pause.since.lo, end


def _hangs(provision: Provision, facts: Facts) -> Hangs:
    """Tell what the days hang on, if any horizon can change them."""
    whens = [when for when in _whens(provision) if type(when.expr) not in _FIRM]
    if not any(is_open(when, facts, provision.id) for when in whens):
        return Hangs.NOTHING
    if provision.closings or provision.suspension or _known(provision, whens, facts):
        return Hangs.FACTS
    return Hangs.SILENCE


def _known(provision: Provision, whens: list[When], facts: Facts) -> bool:
    """Tell whether anything is known of what Whens hang on."""
    return provision.id in facts.notices or any(
        not milestones(when.expr).isdisjoint(facts.milestones)
        or not measures(when.expr).isdisjoint(facts.measures)
        for when in whens
    )


def _whens(provision: Provision) -> list[When]:
    """List the Whens that the days rest on."""
    whens = [starts_when(provision)]
    if provision.ends is not None:
        whens.append(provision.ends)
    if provision.suspension is not None and provision.suspension.until is not None:
        whens.append(provision.suspension.until)
    return whens


_FIRM = frozenset((On, Through, Until))
