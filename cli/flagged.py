"""Say which of several provisions a reader should not rely on as they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

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
