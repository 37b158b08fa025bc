"""Batches of drafts as files give them, each draft with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from events import words
from events.entry import Draft
from ledger.importing.pages import Place


class FileBatch(NamedTuple):
    """Events of one agreement that stand or fall together.

    Attributes:
        agreement: whose events they are.
        name: what the file calls the batch; None for an event that stands alone.
        drafts: the events, at least one, in the order of the file.
        places: where each of them begins.
    """

    agreement: str
    name: str | None
    drafts: list[Draft]
    places: list[Place]


class Record(NamedTuple):
    """One event of a file in which every event says what it belongs to."""

    batch: str | None
    draft: Draft
    place: Place


def batched(records: Iterable[Record]) -> Iterator[FileBatch]:
    """Join the events that follow each other and name the same batch."""
    batch: FileBatch | None = None
    for name, draft, place in records:
        if batch and name is not None and (draft.agreement, name) == batch[:2]:
            batch.drafts.append(draft)
            batch.places.append(place)
            continue
        if batch:
            yield batch
        batch = FileBatch(draft.agreement, name, [draft], [place])
    if batch:
        yield batch


def batch_name(value: object) -> str | None:
    """Read the name of a batch.

    Raises:
        InputError: it is not words.
    """
    return None if value is None else words.identifier(value, "batch")
