"""Whereas itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.bundles import export_all
from benchmarks.peers.product import ACTIVITY, Moment, Piece, Product
from benchmarks.peers.told import Told
from events.dates import PartialDate
from events.reader import read_draft
from events.scope import Box
from ledger.known import Known
from ledger.ledger import Ledger
from projections.questions.answers import KnownAt, state_answer
from projections.questions.history import history_answer
from projections.readmodel.opening import reading
from projections.readmodel.portfolio import Portfolio
from projections.readmodel.writer import catch_up

BY = "benchmarks"
_TOGETHER = 500
HELD = ("in-force", "suspended", "contingent")
_NOW = KnownAt(0, 0, "")


class Whereas(Product):
    """A ledger and its read model."""

    name = "whereas"
    how = "rules, Merkle leaf and receipt at every append; terms interpreted by itself"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._ledger = Ledger.create(folder / "whereas.db")
        self._tables = folder / "tables.db"

    def load(self, pieces: Iterable[Piece]) -> None:
        """Append some hundred batches at a time, and let the read model catch up."""
        every = iter(pieces)
        while some := list(islice(every, _TOGETHER)):
            drafts = [
                read_draft(told.fields, agreement=told.agreement)
                for piece in some
                for told in piece
            ]
            self._ledger.append(drafts, recorded_by=BY)
        catch_up(self._tables, self._ledger)

    def mark(self) -> Known:
        """Give the last position."""
        return self._ledger.known()

    def append(self, told: Told) -> None:
        """Validate, check and append one event."""
        draft = read_draft(told.fields, agreement=told.agreement)
        self._ledger.append([draft], recorded_by=BY)

    def state(self, agreement: str, on: dt.date, known: Moment) -> int:
        """Fold what was known, and tell how every provision stands."""
        timeline = self._ledger.timeline(agreement, known.position)
        moment = KnownAt(0, known.position, known.recorded_at)
        day = PartialDate.parse(on.isoformat())
        answer = state_answer(timeline, day, known=moment)
        return sum(one.status in HELD for one in answer.provisions)

    def history(self, agreement: str) -> int:
        """Tell every event."""
        timeline = self._ledger.timeline(agreement)
        return len(history_answer(timeline, known=_NOW).events)

    def exclusive(self, on: dt.date) -> int:
        """Ask the read model, once it has caught up."""
        box = Box(activity=(ACTIVITY,))
        return self._ask(on, lambda tables: tables.exclusive(box))

    def lapsing(self, first: dt.date, last: dt.date) -> int:
        """Ask the read model, once it has caught up."""
        days = first.toordinal(), last.toordinal()
        return self._ask(first, lambda tables: tables.lapsing(*days))

    def export(self, path: Path) -> None:
        """Write a bundle with every leaf, signed."""
        bundle = path.with_suffix(".zip")
        export_all(self._ledger, bundle)
        bundle.rename(path)

    def close(self) -> None:
        """Close the ledger."""
        self._ledger.close()

    def _ask(self, on: dt.date, question: Callable[[Portfolio], Iterable[Any]]) -> int:
        catch_up(self._tables, self._ledger)
        day = on.toordinal()
        with reading(self._tables) as tables:
            known = self._ledger.size
            found = question(Portfolio(tables, known=known, on=day, horizon=day))
            return sum(held.standing.status in HELD for held in found)
