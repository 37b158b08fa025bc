"""Notes on what an import adds that is possible, and perhaps a slip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cli.notes import notes_among, notes_before

if TYPE_CHECKING:
    from cli.notes import Note
    from events.entry import Draft
    from ledger.importing.pages import Place
    from ledger.importing.recording import Outcome
    from ledger.ledger import Ledger

# How many events are looked at: of a large import the first.
LOOKED_AT_MAX = 10_000
TOLD_MAX = 5


class Slips:
    """Looks at what is added once all of it is there: what comes later may tell why."""

    def __init__(self) -> None:
        self._batches: dict[str, list[Outcome]] = {}
        self._events = 0

    def add(self, outcome: Outcome) -> None:
        """Remember a batch, of a large import only if it is among the first."""
        if outcome.fate == "added" and self._events < LOOKED_AT_MAX:
            self._batches.setdefault(outcome.batch.agreement, []).append(outcome)
            self._events += len(outcome.batch.drafts)

    def notes(self, ledger: Ledger, drafts: Iterable[Draft]) -> Iterator[str]:
        """Yield what is perhaps a slip, each once and with its line, up to a few.

        Args:
            ledger: where the events are, or would be.
            drafts: all that would be recorded, of a dry run.
        """
        whole: dict[str, list[Draft]] = {}
        for draft in drafts:
            whole.setdefault(draft.agreement, []).append(draft)
        found: list[str] = []
        for agreement, outcomes in self._batches.items():
            places = _places(ledger, agreement, outcomes)
            notes = (
                notes_before(ledger, whole[agreement])
                if agreement in whole
                else notes_among(ledger, _drafts(outcomes), places)
            )
            found += _told(notes, places)
        yield from found[:TOLD_MAX]
        if len(found) > TOLD_MAX:
            yield f"and {len(found) - TOLD_MAX} more"


def _drafts(outcomes: Iterable[Outcome]) -> Iterator[Draft]:
    """Yield the events of batches."""
    for outcome in outcomes:
        yield from outcome.batch.drafts


def _places(
    ledger: Ledger, agreement: str, outcomes: Iterable[Outcome]
) -> dict[int, Place]:
    """Say where the events of an agreement stand, by the numbers they have or would."""
    tail = ledger.store.tail(agreement)
    after = tail.seq if tail else 0
    found: dict[int, Place] = {}
    for outcome in outcomes:
        places = outcome.batch.places
        start = outcome.receipts[0].seq if outcome.receipts else after + len(found) + 1
        found.update(enumerate(places, start))
    return found


def _told(notes: Iterable[Note], places: dict[int, Place]) -> Iterator[str]:
    """Yield what is said of an agreement, where it is said first."""
    said: set[str] = set()
    for note in notes:
        if note.seq in places and note.slip and note.words not in said:
            said.add(note.words)
            place = places[note.seq]
            yield f"{place.path}:{place.line}: {note.words}"
