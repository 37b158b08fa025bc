"""Who has come after a party, on the day of a state.

A party that merged, was split or succeeded is its successor from then on. One that
assigned what it had goes on as itself, and others have what was assigned.
"""

from __future__ import annotations

from collections.abc import Iterator

from projections.fold.state import State


def now(state: State, party: str) -> str:
    """Name whoever a party is now; one that has assigned what it had is itself."""
    *_, last = _chain(state, party, assigned=False)
    return last


def having(state: State, party: str) -> str:
    """Name whoever has what a party had."""
    *_, last = _chain(state, party, assigned=True)
    return last


def comes_after(state: State, party: str, other: str) -> bool:
    """Tell whether a party is another one, or has come after it in any way."""
    return any(
        party in _chain(state, other, assigned=assigned) for assigned in (False, True)
    )


def _chain(state: State, party: str, *, assigned: bool) -> Iterator[str]:
    """Go from successor to successor; no circle is ever recorded."""
    yield party
    while (there := state.parties.get(party)) is not None:
        after = (there.assigned if assigned else None) or there.succession
        if after is None:
            return
        party = after.successor
        yield party
