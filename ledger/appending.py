"""Append events: keys, numbers, rules, and trying again when somebody was faster.

Everything that takes long is done without the write lock: finding keys, applying rules,
hashing values. Under the lock the store only sees whether the agreements still end
where they did. If one does not, what was concluded about it is worth nothing, and the
append begins again with what is there now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from typing import NamedTuple

import msgspec
from eventsourcing.persistence import EventStore

from events.catalogue import SYSTEM_TYPES
from events.codec import encode, seal
from events.entry import (
    FORMAT,
    Batch,
    Draft,
    Entry,
    Envelope,
    sources_json,
)
from events.errors import Conflict, InputError, Refused
from events.frame import AgreementOpened
from ledger.admission import Rules
from ledger.clock import Clock, Random, instant_text, uuid7
from ledger.placing import units
from ledger.receipts import Receipt
from ledger.repetition import replayed
from ledger.store import LEDGER_STREAM, Erasure, Pending, Store
from ledger.stored import Moved
from ledger.streams import unknown

MOST_TRIES = 100
_SOME_LEAF = "0" * 64


class DraftBatch(NamedTuple):
    """Events to be recorded that stand or fall together, and their name as a batch.

    The name is a UUID by default; a single event has none.
    """

    drafts: Sequence[Draft]
    name: str | None


class Places(NamedTuple):
    """Numbers in their agreements for new events, and a position they come behind.

    The position is behind everything recorded of those agreements, not necessarily
    of others: it only puts the events in order until the store gives them theirs.
    """

    seqs: list[int]
    position: int


class Appending:
    """Appends to one ledger.

    Args:
        events: the library's event store, through which everything is written; None
            where the ledger is only read, and appends are rehearsed.
        store: the same ledger, to read.
        rules: what decides which events follow.
        clock: what time it is.
        random: gives that many random bytes.
    """

    def __init__(
        self,
        events: EventStore[str] | None,
        store: Store,
        rules: Rules,
        clock: Clock,
        random: Random,
    ) -> None:
        self._events = events
        self._store = store
        self._rules = rules
        self._clock = clock
        self._random = random
        # Rules remember what they admitted last, so that threads take turns from
        # there until it is written.
        self._one_thread = Lock()

    def append(  # noqa: PLR0913  # what the author says, and how to take it
        self,
        drafts: Sequence[Draft],
        *,
        recorded_by: str,
        expected: int | None = None,
        batch: str | None = None,
        dry_run: bool = False,
        system: bool = False,
    ) -> list[Receipt]:
        """Record events, all or none of them; see ``Ledger.append``."""
        return self.append_batches(
            [DraftBatch(drafts, batch)],
            recorded_by=recorded_by,
            expected=expected,
            dry_run=dry_run,
            system=system,
        )

    def append_batches(
        self,
        batches: Sequence[DraftBatch],
        *,
        recorded_by: str,
        expected: int | None = None,
        dry_run: bool = False,
        system: bool = False,
    ) -> list[Receipt]:
        """Record batches, all or none of them; see ``Ledger.append_batches``."""
        drafts = [draft for batch in batches for draft in batch.drafts]
        check_drafts(drafts, recorded_by, system=system)
        for batch in batches:
            if batch.name is not None:
                _check_words("batch", batch.name)
        if not drafts:
            return []
        sealed: list[Pending] = []
        for _ in range(MOST_TRIES):
            if receipts := replayed(self._store, drafts):
                return receipts
            places = self._places(drafts, expected, system=system)
            sealed = sealed or [
                pending
                for batch in batches
                for pending in self.seal_all(batch.drafts, recorded_by, batch.name)
            ]
            if dry_run:
                self._rehearse(drafts, sealed, places)
                return []
            with suppress(Moved):
                return self.record(drafts, sealed, places)
        raise Conflict(
            f"{drafts[0].agreement} moved {MOST_TRIES} times while it was appended to;"
            " nothing was recorded",
            hint="try again",
        )

    def record(
        self,
        drafts: Sequence[Draft],
        sealed: Sequence[Pending],
        places: Places,
        erasures: Sequence[Erasure] = (),
        size: int | None = None,
    ) -> list[Receipt]:
        """Ask the rules, and write what they admit.

        Args:
            drafts: the events.
            sealed: the same, ready but for their places.
            places: their numbers.
            erasures: values to erase in the same transaction.
            size: how many events the whole ledger must have; any number by default.

        Raises:
            Moved: an agreement has grown since the events were numbered, or the whole
                ledger where it must not.
        """
        assert self._events is not None  # noqa: S101  # the ledger refuses before
        receipts: list[Receipt] = []
        admitted: list[str] = []
        pendings = _numbered(sealed, places)
        with self._one_thread:
            try:
                self._admit(drafts, pendings, admitted)
                self._events.put(
                    pendings, receipts=receipts, erasures=erasures, size=size
                )
            except BaseException:
                self._forget(admitted)
                raise
        return receipts

    def seal(
        self, draft: Draft, recorded_by: str, place: Batch | None = None
    ) -> Pending:
        """Hash the redactable values of a draft, and give it an id."""
        found = seal(draft.event, self._random)
        envelope = Envelope(
            agreement=draft.agreement,
            batch=place,
            data=msgspec.Raw(found.data),
            effective=draft.effective,
            id=uuid7(self._clock(), self._random),
            instrument=draft.instrument,
            key=draft.key,
            position=0,
            recorded_at="",
            recorded_by=recorded_by,
            seq=0,
            sources=sources_json(draft),
            tv=draft.event.VERSION,
            type=draft.event.TYPE,
            v=FORMAT,
        )
        return Pending(envelope, found.disclosed, found.salts)

    def seal_all(
        self, drafts: Sequence[Draft], recorded_by: str, batch: str | None = None
    ) -> list[Pending]:
        """Make the drafts ready, those of a batch with their places in it."""
        count = len(drafts)
        if count == 1:
            return [self.seal(drafts[0], recorded_by)]
        name = batch or uuid7(self._clock(), self._random)
        return [
            self.seal(draft, recorded_by, Batch(i, name, count))
            for i, draft in enumerate(drafts, 1)
        ]

    def _places(
        self, drafts: Sequence[Draft], expected: int | None, *, system: bool
    ) -> Places:
        """Give the drafts numbers in their agreements, behind what is there now."""
        ends: dict[str, int] = {}
        seqs: list[int] = []
        position = 0
        for draft in drafts:
            agreement = draft.agreement
            if agreement not in ends:
                tail = self._store.tail(agreement)
                ends[agreement] = tail.seq if tail else 0
                position = max(position, tail.position + 1 if tail else 0)
                self._check_expected(agreement, ends[agreement], expected)
            if not system:
                self._check_opening(draft, ends[agreement])
            ends[agreement] += 1
            seqs.append(ends[agreement])
        if expected is not None and len(ends) > 1:
            raise InputError(
                f"these are events of {len(ends)} agreements; one number of events"
                " cannot be expected of all",
                field="expected",
            )
        return Places(seqs, position)

    def _check_expected(self, agreement: str, seq: int, expected: int | None) -> None:
        if expected is not None and seq != expected:
            raise Conflict(
                f"{agreement} has moved: its last event is @{seq}, not @{expected}",
                hint=f"look at it with: whereas history {agreement}",
                agreement=agreement,
                expected=expected,
                found=seq,
            )

    def _check_opening(self, draft: Draft, seq: int) -> None:
        """Check that an agreement is opened first, and once."""
        opens = isinstance(draft.event, AgreementOpened)
        if opens and seq:
            raise Refused(
                f"{draft.agreement} is open already",
                hint=f"to change what @1 says: whereas correct {draft.agreement} @1",
                conflict="@1 agreement-opened",
            )
        if not opens and not seq:
            raise unknown(self._store, draft.agreement, appending=True)

    def _admit(
        self,
        drafts: Sequence[Draft],
        pendings: Sequence[Pending],
        admitted: list[str],
    ) -> None:
        """Ask the rules about each agreement of each batch; note those they admit."""
        new = [
            Entry(pending.envelope, draft.event)
            for draft, pending in zip(drafts, pendings, strict=True)
        ]
        for unit in units(pendings):
            together: dict[str, list[Entry]] = {}
            for entry in new[unit]:
                together.setdefault(entry.envelope.agreement, []).append(entry)
            for agreement, entries in together.items():
                if agreement != LEDGER_STREAM:
                    self._rules.admit(agreement, entries)
                    admitted.append(agreement)

    def _rehearse(
        self, drafts: Sequence[Draft], sealed: Sequence[Pending], places: Places
    ) -> None:
        """Do everything but write."""
        admitted: list[str] = []
        pendings = _numbered(sealed, places)
        with self._one_thread:
            try:
                self._admit(drafts, pendings, admitted)
            finally:
                self._forget(admitted)
        size, now = self._store.head().size, instant_text(self._clock())
        for pending in pendings:
            envelope = msgspec.structs.replace(
                pending.envelope,
                position=size,
                prev=_SOME_LEAF if pending.envelope.seq > 1 else None,
                recorded_at=now,
            )
            encode(envelope)

    def _forget(self, admitted: Sequence[str]) -> None:
        for agreement in admitted:
            self._rules.forget(agreement)


def _numbered(sealed: Sequence[Pending], places: Places) -> list[Pending]:
    """Give pending events their numbers, and positions in their order."""
    replace = msgspec.structs.replace
    return [
        Pending(
            replace(pending.envelope, seq=seq, position=position),
            pending.disclosed,
            pending.salts,
        )
        for position, (pending, seq) in enumerate(
            zip(sealed, places.seqs, strict=True), places.position
        )
    ]


def check_drafts(
    drafts: Sequence[Draft], recorded_by: str, *, system: bool = False
) -> None:
    """Check what can be checked without the ledger.

    Raises:
        InputError: there is an empty name, or a key twice.
        Refused: an event is written by the ledger itself.
    """
    _check_words("recorded_by", recorded_by)
    for draft in drafts:
        if draft.key is not None:
            _check_words("key", draft.key)
        if not system and draft.event.TYPE in SYSTEM_TYPES:
            raise Refused(f"{draft.event.TYPE} is written by the ledger itself")
        if not system and draft.agreement == LEDGER_STREAM:
            raise Refused(f"{LEDGER_STREAM} is kept by the ledger itself")
    if len(drafts) == 1:
        return
    keys = Counter((d.agreement, d.key) for d in drafts if d.key is not None)
    for (agreement, key), times in keys.items():
        if times > 1:
            raise InputError(
                f"{times} events of {agreement} have the key {key}",
                field="key",
                excerpt=key,
            )


def _check_words(name: str, words: str) -> None:
    """Check that words can be stored: there are some, and every character is whole."""
    if not words.strip():
        raise InputError(f"{name} is empty", field=name)
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{name} holds half a character", field=name) from error
