"""Export JSON lines: events as an import file has them, or states.

A line of an event is what :mod:`ledger.importing.json_lines` reads, so that what was
exported can be imported into an empty ledger and leads to the same state. What only the
ledger itself records has no place in an import file and is left out, and so is what
speaks of it. Events that speak of one behind that name it by the number that it has in
the file, which is the one that an import gives it.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from events.catalogue import SYSTEM_TYPES
from events.entry import Entry
from ledger.exporting.choice import Choice
from ledger.importing.mapping import draft_mapping

_encode = msgspec.json.Encoder().encode


def event_lines(choice: Choice) -> Iterator[str]:
    """Yield a line an event."""
    tally = choice.tally
    # By agreement, in order.
    left_out: defaultdict[str, list[int]] = defaultdict(list)
    for batch in choice.batches():
        told = []
        for entry in batch:
            gone = left_out[entry.envelope.agreement]
            if entry.envelope.type in SYSTEM_TYPES or _target(entry) in gone:
                gone.append(entry.seq)
            else:
                told.append(entry)
                yield _line(_numbered(entry, gone))
        tally.left_out += len(batch) - len(told)
        tally.count(told)


def state_lines(choice: Choice) -> Iterator[str]:
    """Yield a line an agreement, the document ``whereas/state/1``."""
    return (_line(answer) for answer, _ in choice.states())


def _numbered(entry: Entry, left_out: Sequence[int]) -> dict[str, Any]:
    """Write an event of a record by the numbers that there are in the file."""
    fields = draft_mapping(entry)
    if (target := _target(entry)) is not None:
        fields["target"] = target - bisect(left_out, target)
    return fields


def _target(entry: Entry) -> int | None:
    """Give the number of the event that an event of the record speaks of."""
    return getattr(entry.event, "target", None) if entry.is_record else None


def _line(document: object) -> str:
    return _encode(document).decode() + "\n"
