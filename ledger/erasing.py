"""Erase values for good, and record that they were.

The event bytes hold salted digests of the values and stay as they are, so that every
hash, receipt and proof keeps holding. The value and its salt go, and without the salt
the digest cannot be tried against a guess. The event that says so and the erasure are
one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec

from events.codec import SALT_BYTES, canonical
from events.entry import Draft
from events.errors import Conflict, NotFound, Refused
from events.record import ValuesErased
from ledger.appending import MOST_TRIES, Appending, Places
from ledger.receipts import Receipt
from ledger.rows import entry_of
from ledger.store import Erasure, Row, Store
from ledger.stored import Moved
from ledger.streams import unknown


def erase(
    store: Store,
    appending: Appending,
    draft: Draft,
    recorded_by: str,
) -> Receipt:
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
        erasure = _erasure(store, draft)
        sealed = appending.seal(draft, recorded_by)
        places = Places([tail.seq + 1], tail.position + 1)
        with suppress(Moved):
            (receipt,) = appending.record([draft], [sealed], places, erasure)
            store.scrub()
            return receipt
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


def _erasure(store: Store, draft: Draft) -> Erasure:
    """Work out what is left of a row without the values."""
    assert isinstance(draft.event, ValuesErased)  # noqa: S101  # made by erasure_draft
    event = draft.event
    row = store.row(draft.agreement, event.target)
    if row is None:
        raise NotFound(f"{draft.agreement} has no event @{event.target}")
    entry = entry_of(row)
    values: dict[str, Any] = msgspec.json.decode(row.disclosed)
    for name in event.fields:
        if name in entry.redacted:
            raise Refused(
                f"{name} of {draft.agreement} {entry.label} is erased already"
            )
        if name not in values:
            raise NotFound(
                f"{draft.agreement} {entry.label} has no value of {name} to erase",
                hint=f"it has {', '.join(values)}" if values else None,
                field=name,
            )
    return _without(row, values, entry.redacted, event.fields)


def _without(
    row: Row, values: dict[str, Any], erased: Sequence[str], fields: Sequence[str]
) -> Erasure:
    """Take values and their salts out of a row."""
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
        canonical(sorted({*erased, *fields})).decode(),
    )
