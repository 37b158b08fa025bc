"""The answer to "what falls due?": what lapses, renews, opens, closes or is owed.

What falls into the window is found in :mod:`projections.questions.falling`; here it is
put in order and filtered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from events.dates import PartialDate, day_text
from events.errors import InputError, did_you_mean
from projections.fold.spans import Span
from projections.fold.supposals import Supposal
from projections.fold.timeline import Timeline
from projections.questions.across import (
    Identities,
    KnownIn,
    held_on,
    horizon_of,
    require_party,
    skipped_in,
)
from projections.questions.falling import Item, items_of, renew_more
from projections.questions.marks import WHATS

DUE_SCHEMA = "whereas/due/1"


class DueAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What falls into a window.

    ``items`` have a last possible day, in the order of their days; ``waits`` have
    none: they hang on a milestone, a measure, a notice or something that nobody knows.
    ``more`` names provisions that renew too many times to list, and ``skipped`` has
    recorded events that could not apply by the end of the window.
    """

    schema: str
    window: tuple[str, str]
    known: KnownIn
    horizon: str | None
    suppose: list[str]
    agreements: list[str]
    items: list[Item]
    waits: list[Item]
    more: list[str]
    skipped: list[dict[str, Any]]


class Wanted(NamedTuple):
    """Which items are wanted; nothing given wants all.

    Attributes:
        whats: what happens.
        party: who holds, is bound or is in the dispute.
        holder: who holds.
    """

    whats: Collection[str] = ()
    party: str | None = None
    holder: str | None = None


EVERYTHING = Wanted()


def due_answer(  # noqa: PLR0913  # all but the first three can be left out
    timelines: Sequence[Timeline],
    start: PartialDate,
    end: PartialDate,
    *,
    known: KnownIn,
    wanted: Wanted = EVERYTHING,
    supposals: Iterable[Supposal] = (),
) -> DueAnswer:
    """Tell what falls into a window.

    Args:
        timelines: the agreements, with their horizon and supposals.
        start: the window begins on its first day.
        end: the window ends on its last day.
        known: the moment of knowledge, to be told again.
        wanted: which items.
        supposals: those that the timelines were made with, to be told again.

    Raises:
        InputError: a window that ends before it begins, or an unknown kind of item.
        NotFound: a party that no agreement declares.
    """
    _check(start, end, wanted)
    for party in filter(None, (wanted.party, wanted.holder)):
        require_party(party, timelines)
    window = Span(start.first, end.last)
    held = held_on(timelines, window.hi)
    who = Identities(held)
    found = [item for there in held for item in items_of(there.timeline, window)]
    kept = [item for item in found if _is_wanted(item, wanted, who)]
    return DueAnswer(
        schema=DUE_SCHEMA,
        window=(day_text(window.lo), day_text(window.hi)),
        known=known,
        horizon=horizon_of(timelines),
        suppose=[supposal.text for supposal in supposals],
        agreements=[there.agreement for there in held],
        items=sorted((i for i in kept if i.between[1] is not None), key=_order),
        waits=sorted((i for i in kept if i.between[1] is None), key=_order),
        more=[" ".join(names) for names in renew_more(kept)],
        skipped=skipped_in(held),
    )


def _check(start: PartialDate, end: PartialDate, wanted: Wanted) -> None:
    """Refuse a window or a filter that nothing can pass."""
    if end.last < start.first:
        raise InputError(
            f"the window ends on {end} before it begins on {start}",
            hint="give the earlier date first",
        )
    for what in wanted.whats:
        if what not in WHATS:
            raise InputError(
                f"nothing is listed as {what}",
                hint=did_you_mean(what, WHATS) or f"these are: {', '.join(WHATS)}",
                word=what,
            )


def _is_wanted(item: Item, wanted: Wanted, who: Identities) -> bool:
    """Tell whether an item is of a kind and about a party that is wanted."""
    if wanted.whats and item.what not in wanted.whats:
        return False

    def names(parties: Iterable[str]) -> set[str]:
        return {who.of(item.agreement, party) for party in parties}

    for party, parties in (
        (wanted.party, (*item.holders, *item.against, *item.parties)),
        (wanted.holder, item.holders),
    ):
        if party is not None and who.of(item.agreement, party) not in names(parties):
            return False
    return True


def _order(item: Item) -> tuple[str, str, str, str, int]:
    """Sort by the last possible day, then by what it is about; what opens may close."""
    first, last = item.between
    return (
        *(last or "9999-99-99", first or ""),
        *(item.agreement, item.subject, WHATS.index(item.what)),
    )
