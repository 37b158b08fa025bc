"""Ask all agreements at once, by the index where it is level, else by the fold."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from cli.asking import Horizon, day, moment, moment_words, on_words
from cli.output import aside
from cli.progress import Progress
from cli.session import Session
from events.dates import INF, NEG_INF, day_text
from projections.questions.across import KnownIn
from projections.questions.portfolio import Together
from projections.questions.portfolio_answers import Asked, Moment

if TYPE_CHECKING:
    import sqlite3

    from events.dates import PartialDate
    from ledger.ledger import Ledger
    from projections.fold.timeline import Timeline
    from projections.questions.portfolio import Agreements
    from projections.questions.portfolio_answers import PortfolioAnswer, Wanted
    from projections.questions.portfolio_fold import Folded

Question = Callable[["Agreements", Asked], "PortfolioAnswer"]


class Clocks(NamedTuple):
    """What is set of the clocks, in the words of the command line.

    Attributes:
        on: the date asked about; today by default.
        known: the moment of knowledge; now by default.
        horizon: up to when silence counts; the day of ``known`` by default.
    """

    on: str | None = None
    known: str | None = None
    horizon: str | None = None


class Told(NamedTuple):
    """An answer, and both clocks in words."""

    answer: PortfolioAnswer
    clocks: str


def ask_portfolio(
    session: Session,
    clocks: Clocks,
    question: Question,
    wanted: Wanted,
    *,
    fold: bool = False,
) -> Told:
    """Ask all agreements.

    Args:
        session: the run, for the ledger, its index and today's date.
        clocks: the day, the moment of knowledge and the horizon.
        question: makes the answer of whoever knows the agreements.
        wanted: which of what is found; agreements named in it have to be there.
        fold: leave the index alone.

    Raises:
        InputError: a date cannot be read.
        NotFound: nothing was known by then, or nothing is called so.
    """
    on = date_of(session, clocks)
    with session.reading() as ledger:
        for name in wanted.agreements:
            moment(ledger, clocks.known, name)
        at = moment(ledger, clocks.known, None)
        horizon = Horizon.of(session, clocks.horizon, at)
        known = KnownIn(at.position, at.recorded_at)
        when = Moment(on.text, on.last, known, _horizon_text(horizon.day))
        asked = Asked(when, wanted)
        reading = _Reading(ledger, when, horizon.day)

        def note(sentence: str) -> None:
            _note(sentence.replace(f"{session.folder}{os.sep}", ""))

        def indexed(connection: sqlite3.Connection) -> PortfolioAnswer:
            return question(reading.tables(connection), asked)

        found = None if fold else session.index(ledger).ask(indexed, note)
        if found is None:
            found = question(reading.folded(ledger.names()), asked)
    return Told(found, f"{on_words(on)}, {moment_words(at, clocks.known, horizon)}")


def date_of(session: Session, clocks: Clocks) -> PartialDate:
    """Give the date that is asked about.

    Raises:
        InputError: it cannot be read.
    """
    return session.today if clocks.on is None else day(session, clocks.on, "--on")


class _Reading:
    """A ledger as it was known at a moment.

    Args:
        ledger: the ledger.
        asked: the day and the moment.
        horizon: the day up to which silence counts, an ordinal.
    """

    def __init__(self, ledger: Ledger, asked: Moment, horizon: int) -> None:
        self._ledger = ledger
        self._asked = asked
        self._horizon = horizon

    def tables(self, connection: sqlite3.Connection) -> Agreements:
        """Give the agreements as the index knows them, and as the fold the others."""
        from projections.readmodel.portfolio import Portfolio

        asked = self._asked
        there = Portfolio(
            connection, known=asked.known.position, on=asked.day, horizon=self._horizon
        )
        return Together([there, self.folded(sorted(there.aside))])

    def folded(self, names: Iterable[str]) -> Folded:
        """Give agreements as the fold knows them."""
        from projections.questions.portfolio_fold import Folded

        listed = list(names)

        def timelines(some: Collection[str] | None) -> Iterable[Timeline]:
            return self._timelines(n for n in listed if some is None or n in some)

        return Folded(timelines, self._asked.day)

    def _timelines(self, names: Iterable[str]) -> Iterator[Timeline]:
        """Yield agreements one after the other."""
        position = self._asked.known.position
        with Progress("folding") as progress:
            for name in names:
                timeline = self._ledger.timeline(name, position, horizon=self._horizon)
                progress.advance(len(timeline.record.known))
                if timeline.record.known:
                    yield timeline


def _note(sentence: str) -> None:
    """Say why the index did not answer."""
    aside(
        f"note: {sentence}; every agreement is folded instead",
        "hint: whereas index update",
    )


def _horizon_text(horizon: int) -> str | None:
    """Write a horizon, null where it is infinite."""
    return None if horizon in {NEG_INF, INF} else day_text(horizon)
