"""Export JSON lines: events as an import file has them, or states.

A line of an event is what :mod:`ledger.importing.json_lines` reads, so that what was
exported can be imported into an empty ledger and leads to the same state. What only the
ledger itself records has no place in an import file and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from events.catalogue import SYSTEM_TYPES
from ledger.exporting.choice import Choice
from ledger.importing.mapping import draft_mapping

_encode = msgspec.json.Encoder().encode


def event_lines(choice: Choice) -> Iterator[str]:
    """Yield a line an event."""
    tally = choice.tally
    for batch in choice.batches():
        told = [entry for entry in batch if entry.envelope.type not in SYSTEM_TYPES]
        yield from (_line(draft_mapping(entry)) for entry in told)
        tally.left_out += len(batch) - len(told)
        tally.count(told)


def state_lines(choice: Choice) -> Iterator[str]:
    """Yield a line an agreement, the document ``whereas/state/1``."""
    return (_line(answer) for answer, _ in choice.states())


def _line(document: object) -> str:
    return _encode(document).decode() + "\n"
