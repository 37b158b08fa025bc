"""Say which provisions and stakes a reader should not rely on as they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from events.dates import PartialDate
from events.when import When

if TYPE_CHECKING:
    from projections.questions.answers import StateAnswer
    from projections.questions.provisions import ProvisionAnswer

_FLAGS = {
    "contested": "Contested",
    "ambiguous": "Ambiguous, as the recorder notes",
}


def flagged(provisions: Iterable[tuple[str, Collection[str]]]) -> Iterator[str]:
    """Yield a sentence for each flag that is more than a remark on dates.

    Args:
        provisions: their ids, each with its flags; one may come twice.
    """
    found = dict(provisions)
    for flag, words in _FLAGS.items():
        names = [name for name, flags in found.items() if flag in flags]
        if names:
            yield f"{words}: {', '.join(names)}."


def never_began(provisions: Iterable[ProvisionAnswer]) -> Iterator[str]:
    """Name provisions that end before they start, so that they hold on no day.

    One that ends on the day on which it starts, as a put does that is used when it
    opens, is not among them.
    """
    for provision in provisions:
        start, end = provision.starts_between[0], provision.ends_between[1]
        if start is not None and end is not None and end < start:
            yield f"{provision.id} never held: it starts {start} and ends {end}."


def perhaps_later(state: StateAnswer) -> Iterator[str]:
    """Say which reports of stakes may lie after the day asked about."""
    from projections.questions.accounts import dated_later

    on = PartialDate.parse(state.on)
    for stake in state.stakes:
        if dated_later(When.parse(stake["as_of"]), on.last):
            yield (
                f"{stake['holder']} in {stake['issuer']}: {stake['share']} is dated "
                f"{stake['as_of']}, perhaps after this day."
            )
