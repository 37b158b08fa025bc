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

from events.entry import Draft, Entry, provisional
from events.errors import Refused, WhereasError
from ledger.appending import DraftBatch, check_drafts
from ledger.importing.batches import FileBatch
from ledger.importing.pages import Place
from ledger.ledger import Ledger
from ledger.receipts import Receipt
from ledger.repetition import Key, keys_of, repeated
from ledger.rows import entry_of
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
        added: how many events were recorded, or would be by a run that is not dry.
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


class _Numbered(NamedTuple):
    """A batch, and how many stand before it."""

    number: int
    batch: FileBatch


class _Wrong(NamedTuple):
    """A batch that would be refused, and why."""

    at: _Numbered
    error: WhereasError


class _Rehearsal:
    """Judges batches one after the other, as if those before them were recorded.

    Nothing is, so that the rules are asked about all batches of an agreement together
    once all are read; no agreement depends on another.
    """

    def __init__(self, ledger: Ledger, recorded_by: str) -> None:
        self.drafts: list[Draft] = []
        self._ledger = ledger
        self._by = recorded_by
        self._outcomes: list[Outcome] = []
        self._new: dict[str, list[_Numbered]] = {}
        self._seqs: dict[str, int] = {}
        # The events that would be there by now, by their keys.
        self._keyed: dict[Key, tuple[Draft, int]] = {}

    def take(self, batch: FileBatch) -> Iterator[Outcome]:
        """Put a batch aside, and see whether it would be there already."""
        try:
            check_drafts(batch.drafts, self._by)
            there = repeated(batch.drafts, self._found(batch.drafts))
        except WhereasError as error:
            # What is wrong before it is told first.
            yield from self.finish()
            refuse_at(error, batch.drafts, batch.places)
        if not there:
            self._add(batch)
        fate: Fate = "already there" if there else "added"
        self._outcomes.append(Outcome(fate, batch, []))

    def finish(self) -> Iterator[Outcome]:
        """Judge what would be recorded, and tell of all before the first mistake."""
        wrong: _Wrong | None = None
        for batches in self._new.values():
            before = [at for at in batches if not wrong or at.number < wrong.at.number]
            wrong = self._wrong(before) or wrong
        yield from self._outcomes[: wrong.at.number if wrong else None]
        if wrong:
            refuse_at(wrong.error, wrong.at.batch.drafts, wrong.at.batch.places)

    def _found(self, drafts: Sequence[Draft]) -> dict[Key, Entry]:
        """Find what would be there under the keys of drafts."""
        store, keys = self._ledger.store, keys_of(drafts)
        rows = store.keyed(keys) if keys else {}
        found = {key: entry_of(row) for key, row in rows.items()}
        for key in keys:
            if key in self._keyed:
                draft, seq = self._keyed[key]
                found[key] = provisional(draft, seq, 0)
        return found

    def _add(self, batch: FileBatch) -> None:
        """Count the events of a batch as recorded."""
        name = batch.agreement
        if name not in self._seqs:
            tail = self._ledger.store.tail(name)
            self._seqs[name] = tail.seq if tail else 0
        for draft in batch.drafts:
            self._seqs[name] += 1
            for key in keys_of([draft]):
                self._keyed[key] = draft, self._seqs[name]
        self.drafts += batch.drafts
        numbered = _Numbered(len(self._outcomes), batch)
        self._new.setdefault(name, []).append(numbered)

    def _wrong(self, batches: Sequence[_Numbered]) -> _Wrong | None:
        """Find the first of some batches of an agreement that would be refused.

        Cost: where there is one, they are judged again for each halving of the search.
        """
        if not batches or (error := self._refusal(batches)) is None:
            return None
        sound, count = 0, len(batches)
        while count - sound > 1:
            middle = (sound + count) // 2
            found = self._refusal(batches[:middle])
            if found is None:
                sound = middle
            else:
                count, error = middle, found
        return _Wrong(batches[count - 1], error)

    def _refusal(self, batches: Sequence[_Numbered]) -> WhereasError | None:
        """Give why some batches would be refused, if they would be."""
        try:
            self._ledger.append_batches(
                [DraftBatch(batch.drafts, batch.name) for _, batch in batches],
                recorded_by=self._by,
                dry_run=True,
            )
        except WhereasError as error:
            return error
        return None


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
