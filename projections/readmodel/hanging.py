"""When a provision starts, ends and pauses: as far as it is certain, and otherwise how.

Spans are resolved for a horizon before all days. A later horizon takes days away from a
span and never adds any, so that what is found by these spans is all there is to look
at, and what does not hang on anything is final.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from events.dates import INF, LAST_DAY
from events.when import When, measures, milestones
from projections.fold.facts import Facts
from projections.fold.provision import Provision, Term
from projections.fold.resolve import is_open
from projections.fold.resolving import FIRM, day_whens, end_of, pause_of, start_of
from projections.fold.spans import Span
from projections.fold.status import Standing

# Whether a When is open, by its text and the provision if it has notices.
Openness = dict[tuple[str, Term | None], bool]


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

    It may pause on ``[paused_from, paused_to)``; both are infinite where it does not.
    ``drifts`` is 1 where the earliest end is the horizon itself, up to the latest end.
    """

    starts_lo: int
    starts_hi: int
    ends_lo: int
    ends_hi: int
    paused_from: int
    paused_to: int
    hangs: int
    drifts: int


def days_of(provision: Provision, facts: Facts, openness: Openness) -> Days:
    """Resolve the days of a provision.

    Args:
        provision: the provision.
        facts: what is known, with a horizon before all days.
        openness: what was found of texts under the same facts; added to.
    """
    starts, ends = start_of(provision, facts), end_of(provision, facts)
    pause, hangs = _pause(provision, facts), _hangs(provision, facts, openness)
    drifts = hangs == Hangs.FACTS and _drifts(provision, facts, ends.hi)
    return Days(*starts, *ends, *pause, hangs, int(drifts))


def rests_on(provision: Provision) -> frozenset[str]:
    """Name what the days of a provision may hang on.

    These are milestones, measures, and the provision itself if notice may be given.
    """
    names = {provision.id}
    for when in day_whens(provision):
        names |= milestones(when.expr) | measures(when.expr)
    return frozenset(names)


def certain_standing(days: Days, day: int) -> Standing | None:
    """Tell how a provision stands by days that no horizon changes.

    It is the same test, in the same order, as of a provision itself. None where it is
    contingent, on what is not in the days, and where it may pause.
    """
    starts, ends = (
        Span(days.starts_lo, days.starts_hi),
        Span(days.ends_lo, days.ends_hi),
    )
    if ends.hi <= day or ends.hi <= starts.lo:
        return Standing("ended", (), starts, ends)
    if starts.lo > day:
        return Standing("not-yet", (), starts, ends)
    if days.paused_from <= day < days.paused_to:
        # Whether the pause is certain is not in the days.
        return None
    if starts.hi <= day < ends.lo:
        return Standing("in-force", (), starts, ends)
    return None


def _drifts(provision: Provision, facts: Facts, latest: int) -> bool:
    """Tell whether the earliest end is the horizon itself, up to the latest end.

    An earliest end grows with the horizon, and never faster: where it is so on the
    first of all days and on the last, no date or offset holds it back in between.
    """
    return all(
        end_of(provision, facts.at(day)).lo == min(day, latest) for day in (1, LAST_DAY)
    )


def _pause(provision: Provision, facts: Facts) -> tuple[int, int]:
    pause = pause_of(provision, facts)
    return (INF, INF) if pause is None else (pause[0].lo, pause[1].hi)


def _hangs(provision: Provision, facts: Facts, openness: Openness) -> Hangs:
    """Tell what the days hang on, if any horizon can change them."""
    whens = [when for when in day_whens(provision) if type(when.expr) not in FIRM]
    if not any(_is_open(when, facts, provision, openness) for when in whens):
        return Hangs.NOTHING
    if provision.closings or provision.suspension or _known(provision, whens, facts):
        return Hangs.FACTS
    return Hangs.SILENCE


def _is_open(
    when: When, facts: Facts, provision: Provision, openness: Openness
) -> bool:
    """Tell whether a When is open; finding out takes long, so it is remembered."""
    if not _known(provision, (when,), facts):
        return _open_in_silence(when)
    key = (when.text, provision.term if provision.id in facts.notices else None)
    known = openness.get(key)
    if known is None:
        known = openness[key] = is_open(when, facts, provision)
    return known


@lru_cache(maxsize=65_536)
def _open_in_silence(when: When) -> bool:
    """Tell whether a When is open where nothing is known of what it hangs on."""
    return is_open(when, Facts())


def _known(provision: Provision, whens: Iterable[When], facts: Facts) -> bool:
    """Tell whether anything is known of what Whens hang on."""
    return provision.id in facts.notices or any(
        not milestones(when.expr).isdisjoint(facts.milestones)
        or not measures(when.expr).isdisjoint(facts.measures)
        for when in whens
    )
