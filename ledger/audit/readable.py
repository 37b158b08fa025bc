"""Write the part of a bundle that people read, and that anybody can compute again.

``history.csv`` has a line an event. ``state/<agreement>@<date>.json`` is the answer
``whereas/state/1`` on that date, as known at the head; silence counts as "has not
happened" up to the day on which the bundle's last snapshot was recorded.

Whoever verifies computes both again from the events and compares every byte.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from events.dates import PartialDate, parse_day
from events.entry import Entry
from ledger.audit.leaf import Leaf
from projections.fold.timeline import timeline_of
from projections.questions.answers import KnownAt, state_answer

HISTORY_HEADER = (
    "position,recorded_at,agreement,seq,event,effective,instrument,recorded_by,leaf\r\n"
)
# A spreadsheet would take such a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_QUOTED = frozenset(',"\r\n')
_DAY_LENGTH = len("2025-10-28")


def history_line(leaf: Leaf, hashed: bytes) -> str:
    """Write the line of one event.

    Names and instruments are plain words in every ledger of this product, and anything
    in a bundle that somebody else has made and signed.
    """
    effective, instrument = leaf.effective or "", leaf.instrument or ""
    return (
        f"{leaf.position},{leaf.recorded_at},{_cell(leaf.agreement)},{leaf.seq},"
        f"{leaf.type},{_cell(effective)},{_cell(instrument)},{_cell(leaf.recorded_by)},"
        f"{hashed.hex()}\r\n"
    )


def state_bytes(entries: Sequence[Entry], on: PartialDate, asked_at: str) -> bytes:
    """Write what holds in an agreement on a date.

    Args:
        entries: its events, all that are known, in order; at least one.
        on: the date.
        asked_at: the instant up to whose day silence means that nothing happened.
    """
    last = entries[-1].envelope
    horizon = parse_day(asked_at[:_DAY_LENGTH])
    answer = state_answer(
        timeline_of(entries, horizon=horizon),
        on,
        known=KnownAt(last.seq, last.position, last.recorded_at),
    )
    return msgspec.json.format(msgspec.json.encode(answer), indent=2) + b"\n"


def cell(text: str) -> str:
    """Write a cell so that no spreadsheet runs it."""
    if text.startswith(_FORMULA):
        text = f"'{text}"
    if _QUOTED.isdisjoint(text):
        return text
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow((text,))
    return stream.getvalue()


# Many events share who recorded them, and a date.
_cell = lru_cache(maxsize=4_096)(cell)
