"""Say which of several provisions a reader should not rely on as they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projections.questions.answers import ProvisionAnswer

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
