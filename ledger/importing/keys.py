"""Keys for events that have none: the same event of a file has the same key again.

A key is made of what the event says and, of events that say the same, of how many went
before. So importing a file twice adds nothing, an event that was put in between is the
only one added, and one that was edited is a new one: what is recorded stays.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from types import TracebackType
from typing import Self

import msgspec

from events.entry import Draft
from events.values import enc_hook

KEPT_IN_MEMORY_MAX = 100_000

_DIGEST_BYTES = 16
_encoder = msgspec.json.Encoder(enc_hook=enc_hook, order="sorted")


class Keys:
    """Gives keys to the events of one file, in order; use it as a context manager.

    Args:
        kept_in_memory: how many digests to keep before the rest goes to a temporary
            file, so that memory stays flat.
    """

    def __init__(self, kept_in_memory: int = KEPT_IN_MEMORY_MAX) -> None:
        self._kept = kept_in_memory
        self._seen: dict[bytes, int] = {}
        self._spilt: sqlite3.Connection | None = None

    def keyed(self, draft: Draft) -> Draft:
        """Give a draft a key if it has none."""
        if draft.key is not None:
            return draft
        digest = sha256(_content(draft)).digest()[:_DIGEST_BYTES]
        before = self._count(digest)
        if before:
            digest = sha256(digest + b"%d" % before).digest()[:_DIGEST_BYTES]
        return Draft(
            agreement=draft.agreement,
            event=draft.event,
            effective=draft.effective,
            instrument=draft.instrument,
            sources=draft.sources,
            key=f"import:{digest.hex()}",
        )

    def _count(self, digest: bytes) -> int:
        """Tell how often a digest has been seen before, and remember it."""
        seen = self._seen
        if digest in seen or len(seen) < self._kept:
            before = seen.get(digest, 0)
            seen[digest] = before + 1
            return before
        if self._spilt is None:
            # A database without a name is a temporary file that SQLite takes away.
            self._spilt = sqlite3.connect("", isolation_level=None)
            self._spilt.execute("PRAGMA journal_mode = OFF")
            self._spilt.execute(
                "CREATE TABLE seen (digest BLOB PRIMARY KEY, n INTEGER) WITHOUT ROWID"
            )
        ((count,),) = self._spilt.execute(
            "INSERT INTO seen VALUES (?, 1)"
            " ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n",
            (digest,),
        )
        return int(count) - 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._spilt is not None:
            with closing(self._spilt):
                self._spilt = None


def _content(draft: Draft) -> bytes:
    """Write what a draft says as bytes."""
    event = draft.event
    return _encoder.encode(
        (
            draft.agreement,
            event.TYPE,
            event,
            draft.effective,
            draft.instrument,
            draft.sources,
        )
    )
