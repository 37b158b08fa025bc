"""When a milestone is reached, as far as facts tell.

Until a milestone is recorded it lies at the horizon or later: silence up to the
horizon means that it was not reached before.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from events.dates import INF
from events.when import Milestone
from projections.fold.facts import Dated, Facts, MilestoneFacts
from projections.fold.spans import NEVER, Span

# Never changed, and not stored anywhere.
_NOTHING = MilestoneFacts()


def milestone_span(atom: Milestone, facts: Facts) -> Span:
    """Give the days on which a milestone may be reached, in the sense of the text."""
    known = facts.milestones.get(atom.milestone, _NOTHING)
    if atom.stage == "determined":
        return _determined(known, facts.horizon, last=atom.last)
    if atom.stage == "claimed":
        return _claimed(known, facts.horizon, last=atom.last)
    return _either(known, facts.horizon, last=atom.last)


def settled(atom: Milestone, facts: Facts) -> bool:
    """Tell whether it is recorded when a milestone is reached, or that it never is."""
    known = facts.milestones.get(atom.milestone, _NOTHING)
    if known.determinations or _gone(known):
        return True
    if known.undetermined:
        return atom.stage == "determined" or bool(known.claims)
    return atom.stage == "claimed" and bool(known.claims)


def _gone(known: MilestoneFacts) -> bool:
    """Tell whether a milestone can no longer be reached."""
    return known.never or known.lapsed is not None


def _ahead(known: MilestoneFacts, horizon: int) -> Span:
    """Give the days that are left to a milestone of which nothing is recorded."""
    if _gone(known):
        return NEVER
    if known.not_by is None:
        return Span(horizon, INF)
    return Span(max(horizon, known.not_by + 1), INF)


def _determined(known: MilestoneFacts, horizon: int, *, last: bool) -> Span:
    """Give the days of the first or the last determination."""
    if known.determinations:
        return _of(known.determinations, last=last)
    return NEVER if known.undetermined else _ahead(known, horizon)


def _claimed(known: MilestoneFacts, horizon: int, *, last: bool) -> Span:
    """Give the days of the first or the last claim.

    Whoever determines what nobody claimed claims it too. Where an imprecise date
    leaves it open which came first, the claim did.
    """
    if not known.claims:
        if known.determinations:
            return _of(known.determinations, last=last)
        return _ahead(known, horizon)
    if last:
        return _of([*known.claims, *_unclaimed(known)], last=True)
    claimed = _of(known.claims, last=False)
    if not known.determinations:
        return claimed
    determined = _of(known.determinations, last=False)
    if determined.hi < claimed.lo:
        return determined
    return Span(claimed.lo, min(claimed.hi, determined.hi))


def _either(known: MilestoneFacts, horizon: int, *, last: bool) -> Span:
    """Give the days from the claim to the determination.

    The text does not say which of the two is meant. A milestone that has lapsed is not
    reached, whatever was claimed; one that is claimed and never determined is reached
    if the claim is meant.
    """
    if not known.determinations and _gone(known):
        return NEVER
    determined = _determined(known, horizon, last=last)
    claimed = _claimed(known, horizon, last=last)
    # What was determined may be claimed again.
    lo = claimed.lo if claimed.lo <= determined.hi else determined.lo
    return Span(lo, max(claimed.hi, determined.hi))


def _of(found: Iterable[Dated], *, last: bool) -> Span:
    """Give the days of the first or the last of several, whose days may overlap."""
    pick = max if last else min
    spans = [dated.span for dated in found]
    return Span(pick(span.lo for span in spans), pick(span.hi for span in spans))


def _unclaimed(known: MilestoneFacts) -> list[Dated]:
    """List the determinations that no claim of their own comes before."""
    told = [(claim.span.lo, 0, claim) for claim in known.claims]
    # Where an imprecise date leaves it open which came first, the claim did.
    told += [(found.span.hi, 1, found) for found in known.determinations]
    told.sort(key=itemgetter(0, 1))
    unclaimed: list[Dated] = []
    claimed = False
    for _, determines, dated in told:
        if determines and not claimed:
            unclaimed.append(dated)
        claimed = not determines
    return unclaimed
