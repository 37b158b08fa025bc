"""What falls due as a calendar file, which any calendar can read.

The same answer makes the same file. An entry keeps its UID when its day changes, so
that a calendar that reads the file again moves the entry and makes no second one; only
what comes again and again (renewals, prices) has its day in the UID.

Source: RFC 5545, sections 3.6.1 and 3.8.4.7.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from events.dates import parse_day
from events.errors import InputError
from events.quantity import readable
from projections.questions.due import DueAnswer
from projections.questions.falling import Item

if TYPE_CHECKING:
    from icalendar import Event

_REPEATED = frozenset(("renews", "notice-by", "price"))
_SAID = {
    "starts": "{} begins",
    "ends": "{} has ended",
    "opens": "{} opens",
    "closes": "{} has closed",
    "renews": "{} renews",
    "notice-by": "Last day for notice against the renewal of {}",
    "due": "{} is due",
    "resumes": "{} goes on",
    "price": "{} has another price",
    "takes-effect": "{words} takes effect",
    "awarded": "An amount is awarded in {}",
}


def calendar_file(answer: DueAnswer) -> str:
    """Write the items that have a day, or a last possible one, as a calendar file.

    Args:
        answer: what falls due; its moment of knowledge stamps the entries.

    Returns:
        An iCalendar file with an entry of a whole day for each item, in their order;
        lines end as the format has it.

    Raises:
        InputError: the library that writes calendar files is not installed.
    """
    try:
        from icalendar import Calendar, Event  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise InputError(
            "a calendar file needs the library icalendar",
            hint="install whereas[ics]",
        ) from error
    calendar = Calendar()
    calendar.add("prodid", "-//whereas//whereas due//EN")
    calendar.add("version", "2.0")
    stamp = _stamp(answer)
    seen: dict[str, int] = {}
    for item in answer.items:
        event = Event()
        _fill(event, item, stamp)
        uid = _uid(item)
        seen[uid] = seen.get(uid, 0) + 1
        again = "" if seen[uid] == 1 else f"-{seen[uid]}"
        event.add("uid", f"{uid}{again}@whereas")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def _stamp(answer: DueAnswer) -> dt.datetime:
    """Give the moment of knowledge, or the first of the window of an empty ledger."""
    if answer.known.recorded_at:
        return dt.datetime.fromisoformat(answer.known.recorded_at).astimezone(dt.UTC)
    day = dt.date.fromisoformat(answer.window[0])
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _uid(item: Item) -> str:
    """Name an entry, the same whenever it is written again."""
    parts = [item.agreement, item.subject, item.what]
    if item.what in _REPEATED:
        parts.append(item.date or item.when)
    return "/".join(part.replace(" ", "-") for part in parts)


def _fill(event: Event, item: Item, stamp: dt.datetime) -> None:
    """Give an entry its day and its words."""
    first, last = item.between
    summary = _SAID[item.what].format(item.subject, words=item.words)
    if item.date is None:
        summary += ", at the latest"
    event.add("dtstamp", stamp)
    event.add("dtstart", dt.date.fromordinal(parse_day(last or "")))
    event.add("summary", f"{summary} ({item.agreement})")
    event.add("description", "\n".join(_lines(item, first)))
    event.add("transp", "TRANSPARENT")


def _lines(item: Item, first: str | None) -> list[str]:
    """Say more about an item, a line each."""
    lines = [f"In the agreement: {item.when}"] if item.when else []
    if item.date is None:
        lines.append(f"Possible from: {first or 'a day that is not known'}")
    if item.waits_for:
        lines.append(f"Hangs on: {'; '.join(item.waits_for)}")
    if item.words and item.what != "takes-effect":
        lines.append(readable(item.words))
    if item.holders:
        lines.append(f"Held by: {', '.join(item.holders)}")
    if item.against:
        lines.append(f"Against: {', '.join(item.against)}")
    if item.parties:
        lines.append(f"Between: {', '.join(item.parties)}")
    lines.append(f"Event: {', '.join(f'@{number}' for number in item.events)}")
    return lines
