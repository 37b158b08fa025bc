"""Say so where the ledger is dated ahead of the clock.

A clock that was once wrong stays in the ledger, whose instants only increase. All that
is recorded from then on is dated by it, until the clock has caught up.
"""

from __future__ import annotations

from ledger.clock import SECOND_US, instant_text, instant_us

# As much as a verifier allows between two honest clocks.
_SKEW_US = 5 * 60 * SECOND_US


def ahead(recorded_at: str, now_us: int) -> list[str]:
    """Say how far the last event is ahead of the clock, if that is more than a slip.

    Args:
        recorded_at: when it was recorded.
        now_us: what the clock shows.
    """
    if instant_us(recorded_at) <= now_us + _SKEW_US:
        return []
    words = (
        f"the last event is dated {recorded_at} and this clock shows"
        f" {instant_text(now_us)}: one of the two is wrong. What is recorded now is"
        " dated after it, and no bundle verifies under a cosignature or stamp of before"
    )
    return [f"note: {words}"]
