"""Read the events of one agreement, and say so when there are none."""

from __future__ import annotations

from collections.abc import Iterator

from events.entry import Entry
from events.errors import Integrity, NotFound, did_you_mean
from ledger.rows import entry_of
from ledger.store import Row, Store


def entries_of(
    store: Store,
    agreement: str,
    *,
    after: int = 0,
    known: int | None = None,
) -> list[Entry]:
    """Read the events of an agreement in order; see ``Ledger.entries``.

    An agreement that is not there has none.

    Raises:
        Integrity: a row is damaged, or one is missing.
    """
    rows = store.rows(agreement, after=after, known=known)
    return _whole(agreement, list(map(entry_of, rows)), after)


def stored_of(
    store: Store, agreement: str, *, known: int | None = None
) -> list[tuple[Row, Entry]]:
    """Read the events of an agreement, each with its row; see ``entries_of``."""
    rows = store.rows(agreement, known=known)
    entries = _whole(agreement, list(map(entry_of, rows)))
    return list(zip(rows, entries, strict=True))


def _whole(agreement: str, entries: list[Entry], after: int = 0) -> list[Entry]:
    """Give events as they are, unless one of them is missing."""
    if entries and entries[-1].seq - after != len(entries):
        for seq, entry in enumerate(entries, after + 1):
            if entry.seq != seq:
                raise Integrity(
                    f"{agreement} @{seq} is missing before pos:{entry.position}",
                    hint="whereas verify",
                    position=entry.position,
                )
    return entries


def entries_between(store: Store, start: int, stop: int | None) -> Iterator[Entry]:
    """Read the events from one position up to another; see ``Ledger.read``.

    Raises:
        Integrity: a row is damaged, or one is missing.
    """
    return (entry for _, entry in stored_between(store, start, stop))


def stored_between(
    store: Store, start: int, stop: int | None
) -> Iterator[tuple[Row, Entry]]:
    """Read events, each with its row; see ``entries_between``."""
    for position, row in enumerate(store.scan(start, stop), start):
        if row.position != position:
            raise Integrity(
                f"pos:{position} is missing", hint="whereas verify", position=position
            )
        yield row, entry_of(row)


def unknown(store: Store, agreement: str, *, appending: bool = False) -> NotFound:
    """Say that there is no such agreement, with the nearest name there is.

    Args:
        store: the ledger.
        agreement: what was asked for.
        appending: whether it may be meant to begin.
    """
    otherwise = "whereas list shows the agreements"
    if appending:
        otherwise = f"whereas append agreement-opened {agreement} -h tells how to begin"
    return NotFound(
        f"there is no agreement {agreement}",
        hint=did_you_mean(agreement, store.names()) or otherwise,
        agreement=agreement,
    )
