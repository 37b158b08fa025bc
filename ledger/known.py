"""Up to which event the ledger is asked: ``--known``.

``@N`` is right after the agreement's N-th event, ``pos:N`` right after that position, a
date the end of that day in UTC, an instant that instant, and nothing now. What lies
ahead is now: nobody knows what will be recorded until then.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from events.dates import day_text, parse_date
from events.errors import InputError, NotFound
from ledger.clock import Clock, instant_text, now_us
from ledger.store import Store

_EVENT = re.compile(r"@([0-9]{1,18})")
_POSITION = re.compile(r"pos:([0-9]{1,18})")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:.*")
_FORMS = "write 2025-10-28, 2025-10-28T12:00:00Z, @5 or pos:41"


class Known(NamedTuple):
    """A point in the order of recording.

    Attributes:
        position: the last position included, -1 where the ledger was empty.
        seq: the number of the agreement's last event included; None without an
            agreement.
        recorded_at: when the last event included was recorded, "" where there is none.
        at: the instant that was asked about, at most now. Its day is up to when
            silence counts as "has not happened".
        ahead: whether a later instant was asked about. What will be recorded until
            then is not known, so that the answer is the one for now.
    """

    position: int
    seq: int | None
    recorded_at: str
    at: str
    ahead: bool = False


def known(
    store: Store, text: str | None, agreement: str | None, clock: Clock = now_us
) -> Known:
    """Find the last event that was known at a point.

    Args:
        store: the ledger.
        text: the point; None or ``now`` for now.
        agreement: the agreement that is asked about, if one is.
        clock: what time it is.

    Raises:
        InputError: the text is none of the forms, or ``@N`` without an agreement.
        NotFound: nothing was recorded by then, or there is no such event.
    """
    words = "now" if text is None else text.strip()
    if found := _EVENT.fullmatch(words):
        return _at_event(store, int(found[1]), agreement)
    if found := _POSITION.fullmatch(words):
        return _at_position(store, int(found[1]), agreement)
    asked = None if words == "now" else _instant(words)
    # The clock comes before the head, so that what is recorded in between is known.
    return _at_instant(store, asked, instant_text(clock()), agreement, words)


def _at_event(store: Store, seq: int, agreement: str | None) -> Known:
    if agreement is None:
        raise InputError(
            f"@{seq} is an event of an agreement, and none is named",
            hint="write pos:N for a position in the whole ledger",
            excerpt=f"@{seq}",
        )
    row = store.row(agreement, seq)
    if row is None:
        tail = store.tail(agreement)
        raise NotFound(
            f"{agreement} has no event @{seq}",
            hint=f"its last one is @{tail.seq}" if tail else None,
        )
    recorded_at = store.recorded_at(row.position)
    return Known(row.position, seq, recorded_at, recorded_at)


def _at_position(store: Store, position: int, agreement: str | None) -> Known:
    size = store.head().size
    if position >= size:
        raise NotFound(
            f"there is no pos:{position}",
            hint=f"the last one is pos:{size - 1}" if size else "the ledger is empty",
        )
    recorded_at = store.recorded_at(position)
    return _included(
        store, position, agreement, at=recorded_at, words=f"pos:{position}"
    )


def _at_instant(
    store: Store, asked: str | None, clock: str, agreement: str | None, words: str
) -> Known:
    head = store.head()
    # A clock that was set back makes nothing unknown that is recorded.
    now = max(clock, head.recorded_at)
    instant = now if asked is None else min(asked, now)
    if head.recorded_at <= instant:
        position = head.size - 1
    else:
        position = store.last_recorded(instant)
    if position < 0 and (head.size or agreement is not None):
        first = store.recorded_at(0) if head.size else None
        raise NotFound(
            f"nothing was recorded by {words}",
            hint=f"the first event was recorded at {first}" if first else None,
        )
    found = _included(store, position, agreement, at=instant, words=words)
    return found._replace(ahead=asked is not None and asked > now)


def _included(
    store: Store, position: int, agreement: str | None, *, at: str, words: str
) -> Known:
    """Name the last event included, of the ledger and of the agreement."""
    recorded_at = store.recorded_at(position) if position >= 0 else ""
    if agreement is None:
        return Known(position, None, recorded_at, at)
    seq = store.last_seq(agreement, position)
    first = None if seq else store.row(agreement, 1)
    if first is not None:
        raise NotFound(
            f"nothing was recorded of {agreement} by {words}",
            hint=f"its first event was recorded at {store.recorded_at(first.position)}",
        )
    return Known(position, seq, recorded_at, at)


def _instant(words: str) -> str:
    """Read an instant, or take the end of a date."""
    if not _INSTANT.fullmatch(words):
        return f"{day_text(_last_day(words))}T23:59:59.999999Z"
    try:
        read = dt.datetime.fromisoformat(words)
    except ValueError as error:
        raise InputError(
            f"{words} is not an instant", hint=_FORMS, excerpt=words
        ) from error
    if read.tzinfo is None:
        raise InputError(
            f"{words} does not say in which time zone",
            hint=f"write {words}Z for UTC, or add an offset such as +02:00",
            excerpt=words,
        )
    try:
        return f"{read.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
    except OverflowError as error:
        raise InputError(f"{words} is not an instant", excerpt=words) from error


def _last_day(words: str) -> int:
    """Take the last day of a date."""
    try:
        return parse_date(words).last
    except InputError as error:
        meant = error.hint if (error.hint or "").startswith("did you mean") else _FORMS
        raise InputError(str(error), hint=meant, excerpt=words) from error
