"""The ledger: what the command line and the importers talk to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from events.entry import Draft, Entry
from ledger.admission import MakeRules
from ledger.clock import Clock, Random, now_us
from ledger.paths import check_alone, followed
from ledger.reading import Reading
from ledger.receipts import Receipt
from ledger.sqlite.connection import create
from ledger.sqlite.failures import read_only
from ledger.sqlite.reading import SQLiteStore
from ledger.sqlite.readonly import ReadOnlyFile
from ledger.store import Growth, Head, Store
from ledger.streams import entries_of

if TYPE_CHECKING:
    from eventsourcing.persistence import EventStore

    from ledger.appending import Appending, DraftBatch
    from ledger.application import LedgerApplication


class Writing(NamedTuple):
    """What writes a ledger: the application over its file, and what appends by it."""

    application: LedgerApplication
    appending: Appending


class Ledger(Reading):
    """One ledger, open. Use it as a context manager, or close it.

    Args:
        path: its file.
        store: what is read of it.
        close: closes the file.
        rehearsing: gives what tells whether events would be recorded.
        writing: what writes it, None to read only.
        clock: what time it is.
    """

    def __init__(  # noqa: PLR0913  # open knows them all
        self,
        path: Path,
        store: Store,
        close: Callable[[], None],
        *,
        rehearsing: Callable[[], Appending],
        writing: Writing | None = None,
        clock: Clock = now_us,
    ) -> None:
        super().__init__(store, clock)
        self._path = path
        self._close = close
        self._rehearsing = rehearsing
        self._given = writing

    @property
    def path(self) -> Path:
        """Give the path of the file."""
        return self._path

    @property
    def _writing(self) -> Writing:
        """Give what writes the file.

        Raises:
            Refused: the ledger was opened to be read.
        """
        if self._given is None:
            raise read_only(self._path)
        return self._given

    @property
    def application(self) -> LedgerApplication:
        """Give the event-sourcing application that writes the file.

        Raises:
            Refused: the ledger was opened to be read.
        """
        return self._writing.application

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        rules: MakeRules | None = None,
        clock: Clock = now_us,
        random: Random = os.urandom,
    ) -> Self:
        """Make an empty ledger and open it.

        Raises:
            Refused: there is a ledger already, or none can be kept there.
            InputError: there is something else.
            NotFound: the folder does not exist.
        """
        path = followed(path)
        create(path)
        return cls.open(path, rules=rules, clock=clock, random=random)

    @classmethod
    def open(  # noqa: PLR0913  # all but the path can be left out
        cls,
        path: Path,
        *,
        read_only: bool = False,
        wait_seconds: float | None = None,
        rules: MakeRules | None = None,
        clock: Clock = now_us,
        random: Random = os.urandom,
    ) -> Self:
        """Open a ledger that is there.

        Args:
            path: the ledger file.
            read_only: open it without the means to write.
            wait_seconds: how long to wait for other writers, 10 by default.
            rules: makes what decides which events follow; the fold by default.
            clock: what time it is.
            random: gives that many random bytes.

        Raises:
            NotFound: there is no file.
            InputError: it is not a ledger, or one of a newer format.
            Refused: it cannot be read, or not be written.
        """
        path = followed(path)
        judging = partial(_appending, rules=rules, clock=clock, random=random)
        if read_only:
            file = ReadOnlyFile(path)
            read = SQLiteStore(file)
            rehearsing = partial(judging, None, read)
            return cls(path, read, file.close, rehearsing=rehearsing, clock=clock)
        # The event-sourcing library takes longer to load than most answers to find.
        from ledger.application import LedgerApplication

        application = LedgerApplication(path, wait_seconds=wait_seconds, clock=clock)
        store = application.store
        appending = judging(application.events, store)
        return cls(
            path,
            store,
            application.close,
            rehearsing=lambda: appending,
            writing=Writing(application, appending),
            clock=clock,
        )

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        recorded_by: str,
        expected: int | None = None,
        batch: str | None = None,
        dry_run: bool = False,
    ) -> list[Receipt]:
        """Record events, all or none of them.

        Each draft with a key has one of three outcomes: it is recorded; it is there
        already and its receipt is the one of then, marked replayed; or the key was
        used for something else. Of a batch, either all keys are there or none is.

        Args:
            drafts: the events, of one or more agreements, in order.
            recorded_by: who records them.
            expected: how many events the agreement has; refuse if it has moved.
            batch: a name for the events as a batch; a UUID by default.
            dry_run: check everything and write nothing, which a ledger that is opened
                to be read does as well.

        Returns:
            A receipt a draft, in order; from a dry run only those already there.

        Raises:
            Conflict: the agreement has moved, a key is used for something else, a
                batch is there in part, or other writers leave no room.
            Refused: an event does not follow from those recorded.
            NotFound: an agreement is not there.
            InputError: a draft cannot be recorded by itself.
        """
        appending = self._rehearsing() if dry_run else self._writing.appending
        return appending.append(
            drafts,
            recorded_by=recorded_by,
            expected=expected,
            batch=batch,
            dry_run=dry_run,
        )

    def append_batches(
        self,
        batches: Sequence[DraftBatch],
        *,
        recorded_by: str,
        dry_run: bool = False,
    ) -> list[Receipt]:
        """Record batches in one transaction, all or none of them.

        Each is judged after those before it and has the receipts that it would have
        alone; only the wait for the disk is shared. Where one is refused it is not
        told which: append them one by one then.

        Args:
            batches: the batches, of at most ``AGREEMENTS_KEPT`` agreements.
            recorded_by: who records them.
            dry_run: check everything and write nothing, as :meth:`append` does.

        Returns:
            A receipt a draft, in order; from a dry run only those already there.

        Raises:
            Conflict: as :meth:`append`; also where some are there already.
            Refused: an event does not follow from those recorded.
            NotFound: an agreement is not there.
            InputError: a draft cannot be recorded by itself, or a key is there twice.
        """
        appending = self._rehearsing() if dry_run else self._writing.appending
        return appending.append_batches(
            batches, recorded_by=recorded_by, dry_run=dry_run
        )

    def append_system(
        self, drafts: Sequence[Draft], *, recorded_by: str
    ) -> list[Receipt]:
        """Record events that only the ledger itself writes; see ``append``.

        Events on the ledger as a whole are in the stream ``LEDGER_STREAM``.
        """
        return self._writing.appending.append(
            drafts, recorded_by=recorded_by, system=True
        )

    def erase(  # noqa: PLR0913  # whose values, by whom, why, and whom to tell
        self,
        agreement: str,
        seq: int,
        fields: Sequence[str],
        *,
        reason: str,
        recorded_by: str,
        on_kept: Callable[[], object] = lambda: None,
    ) -> list[Receipt]:
        """Erase values of an event for good, and record that they were.

        What corrections of the event put in their place goes as well, and so does the
        index beside the file, because it has the values too.

        Args:
            agreement: the agreement.
            seq: the number of the event in it.
            fields: names of redactable fields that have a value.
            reason: why, which is kept.
            recorded_by: who does.
            on_kept: is called where somebody else reads the file as it was before, so
                that the values stay in it until everybody else has closed it.

        Returns:
            The receipts of the events that say so, of that event first.

        Raises:
            NotFound: there is no such event, or no such value.
            Refused: the values are erased already.
        """
        from ledger.erasing import erase, erasure_draft
        from ledger.index_file import beside, forget

        draft = erasure_draft(agreement, seq, fields, reason)
        receipts = erase(self.store, self._writing.appending, draft, recorded_by)
        forget(beside(self._path))
        if not self.store.scrub():
            on_kept()
        return receipts

    def snapshot_heads(self, *, recorded_by: str) -> Receipt:
        """Record the last event of every agreement under one root.

        Cost: reads the last event of each agreement, and holds 104 bytes of each.

        Raises:
            Refused: there is no agreement.
            Conflict: others appended all the time.
        """
        from ledger.snapshotting import snapshot_heads

        return snapshot_heads(self.store, self._writing.appending, recorded_by)

    def restore(self, growths: Iterable[Growth], root: bytes) -> Head:
        """Write what was exported into this empty ledger, or nothing.

        An index that lies beside the file goes, because it may be of the same events
        with values that were erased or withheld since.

        Args:
            growths: rows, tiles and edges, verified, each behind the one before.
            root: the root to which they lead.

        Raises:
            Refused: there are events in the ledger.
            Integrity: they lead to another root.
        """
        from ledger.index_file import beside, forget

        self.application.ledger_recorder.restore(growths, root)
        forget(beside(self._path))
        return self.store.head()

    def check(self) -> Head:
        """Check every event, link, tile and disclosed value, in flat memory.

        Returns:
            The head, which everything led to.

        Raises:
            Integrity: with the first position at which something is wrong.
        """
        from ledger.checking import check

        return check(self.store)

    def backup(
        self, path: Path, *, examine: Callable[[Ledger], object] | None = None
    ) -> Head:
        """Copy the ledger into a new file, open the copy and check it.

        The copy gets its name when it is found sound; until then nothing is there.

        Args:
            path: where to.
            examine: looks at the copy as well, and raises what speaks against it.

        Returns:
            The head of the copy. Others may append meanwhile.

        Raises:
            Refused: the file is there already, or the log of one that was lost, or it
                cannot be written.
            NotFound: the folder does not exist.
            Integrity: the copy is not sound, which is because the ledger is not.
        """
        from ledger.audit.writing import placing

        check_alone(path)
        with placing(path) as fresh:
            self.store.backup(fresh)
            with type(self).open(fresh, read_only=True) as copy:
                head = copy.check()
                if examine is not None:
                    examine(copy)
        return head

    def close(self) -> None:
        """Close the file."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _recorded(store: Store, agreement: str, after: int) -> list[Entry]:
    """Read what is recorded of an agreement after a number, for the rules."""
    return entries_of(store, agreement, after=after)


def _appending(
    events: EventStore[str] | None,
    store: Store,
    *,
    rules: MakeRules | None,
    clock: Clock,
    random: Random,
) -> Appending:
    """Make what appends to a ledger, or only rehearses it where nothing writes."""
    from ledger.appending import Appending
    from ledger.rules import FoldRules

    decide = (rules or FoldRules)(partial(_recorded, store))
    return Appending(events, store, decide, clock, random)
