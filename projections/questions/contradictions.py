"""What speaks against an event: the sources that contradict it."""

from __future__ import annotations

from collections.abc import Iterable

from events.entry import Entry
from events.record import SourceLinked
from projections.fold.record import Record


def contradicting(entry: Entry, record: Record) -> tuple[str, ...]:
    """Name the sources that contradict an event, also those found later.

    Args:
        entry: the event, as it counts.
        record: what was said of it.
    """
    links: Iterable[object] = (
        record.known[number].event for number in record.links.get(entry.seq, ())
    )
    found = (link.cited() for link in links if isinstance(link, SourceLinked))
    cited = (*entry.sources(), *found)
    return tuple(one.source for one in cited if one.stance == "contradicts")
