"""Put the bytes of up to 256 events into one file, as C2SP tlog-tiles does.

Each event is preceded by its length in two bytes, the larger one first. Three events of
2, 0 and 3 bytes are ``00 02 .. .. 00 00 00 03 .. .. ..``: this is why an event has at
most 65,535 bytes.

Source: C2SP tlog-tiles, "Log Entries".
"""

from __future__ import annotations

from collections.abc import Iterable

from events.codec import EVENT_BYTES_MAX
from events.errors import Integrity
from ledger.log.tree import TILE_WIDTH

_LENGTH_BYTES = 2
PACK_BYTES_MAX = TILE_WIDTH * (EVENT_BYTES_MAX + _LENGTH_BYTES)


def pack(events: Iterable[bytes]) -> bytes:
    """Put events into one text, each behind its length."""
    return b"".join(
        part
        for event in events
        for part in (len(event).to_bytes(_LENGTH_BYTES, "big"), event)
    )


def unpack(data: bytes, start: int, count: int) -> list[bytes]:
    """Take events apart.

    Args:
        data: the whole file.
        start: the position of its first event.
        count: how many events it must hold.

    Raises:
        Integrity: it holds fewer or more, or ends within one.
    """
    events: list[bytes] = []
    at = 0
    for position in range(start, start + count):
        begin = at + _LENGTH_BYTES
        at = begin + int.from_bytes(data[at:begin], "big")
        if begin > len(data) or at > len(data):
            raise Integrity(f"pos:{position} is cut short", position=position)
        events.append(data[begin:at])
    if at != len(data):
        raise Integrity(
            f"{len(data) - at} bytes follow pos:{start + count - 1} that belong to no"
            " event",
            position=start + count - 1,
        )
    return events
