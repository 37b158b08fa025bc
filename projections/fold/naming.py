"""Names of events in messages: what an event is, what it is about, who says so."""

from __future__ import annotations

from collections.abc import Mapping

from events.base import Event
from events.entry import Entry
from events.errors import WhereasError
from events.when import When


def about(event: Event) -> str | None:
    """Name what an event is about: a provision, an id it makes, or a milestone."""
    for name in ("provision", "id", "milestone", "measure", "dispute", "instrument"):
        if isinstance(named := getattr(event, name, None), str):
            return named
    named = getattr(event, "party", None)
    if named is not None:
        return named if isinstance(named, str) else str(named.id)
    target = getattr(event, "target", None)
    return None if target is None else f"@{target}"


def label(entry: Entry) -> str:
    """Name an event in words: ``@5 right-relinquished azure-cloud (2025-10-28)``."""
    return f"@{entry.seq} {unnumbered(entry.event, entry.envelope.effective)}"


def unnumbered(event: Event, effective: When | None) -> str:
    """Name an event that has no number, because it is not recorded."""
    words = (event.TYPE, about(event), f"({effective})" if effective else None)
    return " ".join(word for word in words if word)


def first_source(entry: Entry) -> str | None:
    """Name the first source of an event, and where in it."""
    for source in entry.sources():
        return ", ".join(filter(None, (source.title or source.source, source.at)))
    return None


def with_conflict(error: WhereasError, known: Mapping[int, Entry]) -> WhereasError:
    """Name the event in the way in words, and its source, where it is known.

    Args:
        error: what carries its number as the fact ``seq``.
        known: the events that have a number.
    """
    entry = known.get(error.number("seq") or 0)
    if entry is not None:
        error.facts |= {"conflict": label(entry), "source": first_source(entry)}
    return error
