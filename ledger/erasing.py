"""Erase values for good, and record that they were.

The event bytes hold salted digests of the values and stay as they are, so that every
hash, receipt and proof keeps holding. The value and its salt go, and without the salt
the digest cannot be tried against a guess. The event that says so and the erasure are
one transaction.

A correction repeats a value or holds the right one, so that what it puts in the place
of an erased field goes too (:mod:`ledger.restating`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from events.codec import SALT_BYTES, canonical
from events.entry import Draft, Entry
from events.errors import Conflict, NotFound, Refused
from events.record import ValuesErased
from ledger.appending import MOST_TRIES, Appending, Places
from ledger.receipts import Receipt
from ledger.restating import REPLACEMENT, corrections_of, restated
from ledger.rows import entry_of
from ledger.store import Erasure, Row, Store
from ledger.stored import Moved
from ledger.streams import unknown


class _Plan(NamedTuple):
    """What to record, and what to erase with it."""

    drafts: list[Draft]
    erasures: list[Erasure]


def erase(
    store: Store,
    appending: Appending,
    draft: Draft,
    recorded_by: str,
) -> list[Receipt]:
    """Erase what a draft of a ``values-erased`` event names, and record it.

    Raises:
        NotFound: there is no such event, or no such value.
        Refused: a value is erased already.
        Conflict: others appended to the agreement again and again.
    """
    for _ in range(MOST_TRIES):
        tail = store.tail(draft.agreement)
        if tail is None:
            raise unknown(store, draft.agreement)
        drafts, erasures = _planned(store, draft)
        sealed = appending.seal_all(drafts, recorded_by)
        seqs = [tail.seq + n for n in range(1, len(drafts) + 1)]
        places = Places(seqs, tail.position + 1)
        with suppress(Moved):
            return appending.record(drafts, sealed, places, erasures)
    raise Conflict(
        f"{draft.agreement} moved {MOST_TRIES} times; nothing was erased",
        hint="try again",
    )


def erasure_draft(
    agreement: str, seq: int, fields: Sequence[str], reason: str
) -> Draft:
    """Draft the event that says that values were erased."""
    named = tuple(sorted(set(fields)))
    return Draft(
        agreement=agreement,
        event=ValuesErased(target=seq, fields=named, reason=reason),
    )


def _planned(store: Store, draft: Draft) -> _Plan:
    """Work out what goes from the event, and what from the corrections of it."""
    assert isinstance(draft.event, ValuesErased)  # noqa: S101  # made by erasure_draft
    wanted = draft.event
    rows = {row.seq: row for row in store.rows(draft.agreement)}
    row = rows.get(wanted.target)
    if row is None:
        raise NotFound(f"{draft.agreement} has no event @{wanted.target}")
    entries = [entry_of(rows[seq]) for seq in sorted(rows)]
    target = entries[wanted.target - 1]
    corrections = corrections_of(entries, target, wanted.fields)
    corrected = {name for _, names in corrections for name in names}
    here = tuple(_held(row, target, wanted.fields, corrected))
    gone = {
        **({target.seq: here} if here else {}),
        **{seq: (REPLACEMENT,) for seq, _ in corrections},
    }
    drafts = [
        erasure_draft(draft.agreement, seq, names, wanted.reason)
        for seq, names in gone.items()
    ]
    rest = restated(entries, target, [seq for seq, _ in corrections], wanted.fields)
    return _Plan(
        [*drafts, *([rest] if rest else [])],
        [_without(rows[seq], names) for seq, names in gone.items()],
    )


def _held(
    row: Row, target: Entry, fields: Sequence[str], corrected: set[str]
) -> Iterator[str]:
    """Yield the fields whose values the event itself has.

    Raises:
        NotFound: neither it nor a correction of it has a value.
        Refused: it is erased already.
    """
    values: dict[str, Any] = msgspec.json.decode(row.disclosed)
    where = f"{row.agreement} {target.label}"
    for name in fields:
        if name in values:
            yield name
        elif name in corrected:
            continue
        elif name in target.redacted:
            raise Refused(f"{name} of {where} is erased already")
        else:
            raise NotFound(
                f"{where} has no value of {name} to erase",
                hint=f"it has {', '.join(values)}" if values else None,
                field=name,
            )


def _without(row: Row, fields: Sequence[str]) -> Erasure:
    """Take values and their salts out of a row."""
    values: dict[str, Any] = msgspec.json.decode(row.disclosed)
    salts = [
        row.salts[at : at + SALT_BYTES] for at in range(0, len(row.salts), SALT_BYTES)
    ]
    kept = {
        name: (value, salt)
        for (name, value), salt in zip(values.items(), salts, strict=True)
        if name not in fields
    }
    return Erasure(
        row.position,
        canonical({name: value for name, (value, _) in kept.items()}),
        b"".join(salt for _, salt in kept.values()),
        canonical(sorted({*entry_of(row).redacted, *fields})).decode(),
    )
