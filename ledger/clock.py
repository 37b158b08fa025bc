"""The one clock of the ledger, and what is derived from it.

An instant is a count of microseconds since 1970 UTC while it is computed with, and
``YYYY-MM-DDThh:mm:ss.ffffffZ`` in everything that is stored: texts of that form sort as
the instants do.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import lru_cache

Clock = Callable[[], int]
Random = Callable[[int], bytes]

SECOND_US = 1_000_000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_UUID_RANDOM_BYTES = 10


def now_us() -> int:
    """Read the clock of the machine."""
    return time.time_ns() // 1_000


def instant_text(instant_us: int) -> str:
    """Write an instant as it is stored."""
    second, rest = divmod(instant_us, SECOND_US)
    return f"{_second_text(second)}.{rest:06}Z"


def instant_us(text: str) -> int:
    """Read an instant back from its stored form.

    Raises:
        ValueError: it is not an instant.
    """
    since = dt.datetime.fromisoformat(text) - _EPOCH
    return since // dt.timedelta(microseconds=1)


def uuid7(instant_us: int, random: Random) -> str:
    """Make an event id that sorts by the millisecond of its making.

    Args:
        instant_us: when.
        random: gives that many random bytes.

    Source: RFC 9562, section 5.7.
    """
    noise = int.from_bytes(random(_UUID_RANDOM_BYTES))
    high, low = noise >> 68, noise & (1 << 62) - 1
    number = instant_us // 1_000 << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@lru_cache(maxsize=64)
def _second_text(second: int) -> str:
    """Write the whole seconds: the events of a batch share one or two."""
    return (_EPOCH + dt.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
