"""What the ledger asks before it takes events: may this happen?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from events.entry import Entry

# Reads the recorded events of an agreement after a number, in their order.
Fetch = Callable[[str, int], Sequence[Entry]]


class Rules(Protocol):
    """Decides which events follow from those recorded.

    Rules may remember an agreement between calls, so that an append does not read all
    of it again. Events that they admit count as recorded until ``forget`` is called;
    what others have recorded in between they fetch. The position of an admitted event
    is provisional: it may be recorded further behind, but never in another order
    within its agreement.
    """

    def admit(self, agreement: str, entries: Sequence[Entry]) -> None:
        """Take events to an agreement, or refuse them.

        Args:
            agreement: which.
            entries: the events, at least one, with the numbers that they would get.

        Raises:
            WhereasError: an event cannot follow. What is remembered is as before, or
                forgotten.
        """
        ...

    def forget(self, agreement: str) -> None:
        """Forget an agreement: what was admitted last was not recorded."""
        ...


MakeRules = Callable[[Fetch], Rules]
