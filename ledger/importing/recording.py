"""Record the batches of a file, each of them whole or not at all.

Batches are written some together, because to wait for the disk takes longer than
everything else. Where one of them cannot be recorded they are written one by one, so
that what is before it stays and it is told which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, NamedTuple, NoReturn

from events.entry import Draft
from events.errors import Refused, WhereasError
from ledger.appending import DraftBatch
from ledger.importing.batches import FileBatch
from ledger.importing.pages import Place
from ledger.ledger import Ledger
from ledger.receipts import Receipt
from ledger.repetition import replayed
from ledger.rules import AGREEMENTS_KEPT

# How many events are written together; no batch is divided.
TOGETHER_MAX = 1_000

Fate = Literal["added", "already there"]


class Outcome(NamedTuple):
    """What became of a batch; there is one receipt an event, none from a dry run."""

    fate: Fate
    batch: FileBatch
    receipts: list[Receipt]


Report = Callable[[Outcome], object]


@dataclass
class ImportResult:
    """How far an import has come.

    Attributes:
        added: how many events were recorded; those of a dry run without an error would
            be.
        already_there: how many events were recorded before.
        batches_added: how many batches the first of these came in.
        batches_already_there: the same of the second.
        error: what ended the import before the end, with ``path`` and ``line``; what
            was added before it stays.
        interrupted: somebody stopped it. The batches that were under way are each
            there as a whole or not at all, and are not counted.
        last: the receipt of the event that was recorded last.
        drafts: the events that would be recorded, of a dry run alone.
    """

    added: int = 0
    already_there: int = 0
    batches_added: int = 0
    batches_already_there: int = 0
    error: WhereasError | None = None
    interrupted: bool = False
    last: Receipt | None = None
    drafts: list[Draft] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        """Count a batch."""
        if outcome.fate == "added":
            self.added += len(outcome.batch.drafts)
            self.batches_added += 1
            self.last = outcome.receipts[-1] if outcome.receipts else None
        else:
            self.already_there += len(outcome.batch.drafts)
            self.batches_already_there += 1


def import_batches(
    ledger: Ledger,
    batches: Iterable[FileBatch],
    *,
    recorded_by: str,
    dry_run: bool = False,
    on_progress: Report | None = None,
) -> ImportResult:
    """Record batches in order, and stop at the first that cannot be.

    Args:
        ledger: where to.
        batches: as :func:`ledger.importing.files.read_file` gives them; some at a time
            are held, all of them in a dry run.
        recorded_by: who records them.
        dry_run: check everything and write nothing.
        on_progress: is called for each batch once it is recorded.

    Returns:
        What was done. A refusal, a mistake in the file and an interruption are in it
        and are not raised, because the batches before them are recorded.
    """
    result = ImportResult()
    run = (
        _Rehearsal(ledger, recorded_by) if dry_run else _Recording(ledger, recorded_by)
    )

    def tell(outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            result.count(outcome)
            if on_progress is not None:
                on_progress(outcome)

    try:
        for batch in _until_wrong(batches, result):
            tell(run.take(batch))
        tell(run.finish())
    except WhereasError as error:
        # It stands before what could not be read, if there is such a thing.
        result.error = error
    except KeyboardInterrupt:
        result.interrupted = True
    result.drafts = run.drafts
    return result


def _until_wrong(
    batches: Iterable[FileBatch], result: ImportResult
) -> Iterator[FileBatch]:
    """Yield batches up to a mistake in the file: what is before it is recorded."""
    try:
        yield from batches
    except WhereasError as error:
        result.error = error


class _Recording:
    """Records batches, some together."""

    def __init__(self, ledger: Ledger, recorded_by: str) -> None:
        self.drafts: list[Draft] = []
        self._ledger = ledger
        self._by = recorded_by
        self._waiting: list[FileBatch] = []
        self._agreements: set[str] = set()
        self._events = 0

    def take(self, batch: FileBatch) -> Iterator[Outcome]:
        """Let a batch wait for others, and record those that do if they are enough."""
        many = len(self._agreements | {batch.agreement}) > AGREEMENTS_KEPT
        if many or self._events + len(batch.drafts) > TOGETHER_MAX:
            yield from self.finish()
        self._waiting.append(batch)
        self._agreements.add(batch.agreement)
        self._events += len(batch.drafts)

    def finish(self) -> Iterator[Outcome]:
        """Record what waits, or find it recorded."""
        waiting, self._waiting = self._waiting, []
        self._agreements.clear()
        self._events = 0
        try:
            receipts = iter(
                self._ledger.append_batches(
                    [DraftBatch(batch.drafts, batch.name) for batch in waiting],
                    recorded_by=self._by,
                )
            )
        except WhereasError:
            yield from map(self._alone, waiting)
            return
        for batch in waiting:
            own = list(islice(receipts, len(batch.drafts)))
            yield Outcome(_fate(own), batch, own)

    def _alone(self, batch: FileBatch) -> Outcome:
        """Record a batch, or find it recorded."""
        try:
            receipts = self._ledger.append(
                batch.drafts, recorded_by=self._by, batch=batch.name
            )
        except WhereasError as error:
            refuse_at(error, batch.drafts, batch.places)
        return Outcome(_fate(receipts), batch, receipts)


class _Rehearsal:
    """Checks batches together: what follows from one may rest on those before it."""

    def __init__(self, ledger: Ledger, recorded_by: str) -> None:
        self.drafts: list[Draft] = []
        self._ledger = ledger
        self._by = recorded_by
        self._places: dict[str, list[Place]] = {}
        self._by_agreement: dict[str, list[Draft]] = {}

    def take(self, batch: FileBatch) -> Iterator[Outcome]:
        """Put a batch aside, or find it recorded."""
        try:
            receipts = replayed(self._ledger.store, batch.drafts)
        except WhereasError as error:
            refuse_at(error, batch.drafts, batch.places)
        if not receipts:
            self.drafts.extend(batch.drafts)
            self._by_agreement.setdefault(batch.agreement, []).extend(batch.drafts)
            self._places.setdefault(batch.agreement, []).extend(batch.places)
        yield Outcome(_fate(receipts), batch, receipts)

    def finish(self) -> Iterator[Outcome]:
        """Check what would be recorded; all is told already."""
        for agreement, drafts in self._by_agreement.items():
            try:
                self._ledger.append(drafts, recorded_by=self._by, dry_run=True)
            except WhereasError as error:
                refuse_at(error, drafts, self._places[agreement])
        return iter(())


def _fate(receipts: list[Receipt]) -> Fate:
    """Tell whether events were recorded before: either all of them or none."""
    return "already there" if receipts and receipts[0].replayed else "added"


def refuse_at(
    error: WhereasError, drafts: Sequence[Draft], places: Sequence[Place]
) -> NoReturn:
    """Refuse what the ledger did, and say where in the file the event stands.

    The ledger names it by its place among those appended, or by its key.

    Args:
        error: what the ledger raised.
        drafts: what it was given.
        places: where each of them begins.
    """
    keys = [draft.key for draft in drafts]
    at = error.number("draft")
    if at is None:
        key = error.text("new") or error.text("key")
        at = keys.index(key) if key in keys else 0
    path, line, column = places[min(at, len(places) - 1)]
    error.facts.update(path=path, line=line, column=column)
    there = error.facts.get("there")
    if isinstance(there, list):
        raise Refused(
            f"{len(there)} of the {len(drafts)} events of this batch are recorded"
            " already and this one is not; nothing of the batch was recorded",
            hint="give what is new a batch of its own, or correct what is recorded",
            **error.facts,
        ) from error
    raise error
