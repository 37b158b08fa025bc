"""Ask about an agreement: the two clocks, the horizon and what is supposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from cli.session import Session
from events.dates import PartialDate
from events.errors import InputError
from projections.fold.supposals import Supposal, parse_supposal
from projections.fold.timeline import Timeline
from projections.questions.answers import KnownAt, StateAnswer, state_answer

if TYPE_CHECKING:
    import sqlite3

    from ledger.known import Known as At
    from ledger.ledger import Ledger


# From so many events on an index is faster than the fold, if there is one.
LONG_EVENTS = 1_000


class Horizon(NamedTuple):
    """The day up to which silence means that nothing happened.

    Attributes:
        day: an ordinal.
        words: the day as it was asked for, None where nobody did.
    """

    day: int
    words: str | None

    @classmethod
    def of(cls, session: Session, given: str | None, known: At) -> Horizon:
        """Read the horizon of a question; the day of what was known by default.

        Raises:
            InputError: it is no date.
        """
        if given is None:
            return cls(dt.date.fromisoformat(known.at[:10]).toordinal(), None)
        date = day(session, given, "--horizon")
        return cls(date.last, _last_day(date))


@dataclass(frozen=True)
class Clocks:
    """Both clocks of a question to one agreement, and what is supposed.

    Attributes:
        on: the date asked about.
        known: the moment of knowledge.
        known_words: the moment as it was asked for, None for now and what is ahead.
        horizon: the day up to which silence counts.
        supposals: what is supposed.
    """

    on: PartialDate
    known: KnownAt
    known_words: str | None
    horizon: Horizon
    supposals: tuple[Supposal, ...]

    @property
    def clocks(self) -> str:
        """Echo both clocks."""
        return f"{on_words(self.on)}, {self.as_known}"

    @property
    def as_known(self) -> str:
        """Echo the moment of knowledge, the horizon and what is supposed."""
        known = known_words(self.known, self.known_words)
        return given_words(known, self.horizon, self.supposals)


@dataclass(frozen=True)
class Question(Clocks):
    """An agreement as it was known at a moment, and what is asked of it.

    Attributes:
        timeline: what was known, with its horizon and what is supposed.
    """

    timeline: Timeline


class Given(TypedDict, total=False):
    """What is said of a question, in the words of the command line.

    Attributes:
        on: the date asked about; today by default.
        known: the moment of knowledge; now by default.
        horizon: up to when silence counts; the day of ``known`` by default.
        suppose: facts for this question alone.
        place: what to call the date asked about in an error.
    """

    on: str | None
    known: str | None
    horizon: str | None
    suppose: Sequence[str] | None
    place: str


def ask(
    session: Session, ledger: Ledger, agreement: str, **given: Unpack[Given]
) -> Question:
    """Read an agreement as it was known at a moment.

    Args:
        session: the run, for today's date.
        ledger: the ledger.
        agreement: which.
        **given: both clocks and what is supposed.

    Raises:
        InputError: a date or a supposal cannot be read.
        NotFound: there is no such agreement, or nothing was known by then.
        Refused: what is recorded contradicts a supposal.
    """
    asked = clocks_of(session, ledger, agreement, **given)
    return Question(**vars(asked), timeline=folded(ledger, agreement, asked))


def folded(ledger: Ledger, agreement: str, asked: Clocks) -> Timeline:
    """Read the events of an agreement that were known, in effective order."""
    return ledger.timeline(
        agreement,
        asked.known.position,
        horizon=asked.horizon.day,
        supposals=asked.supposals,
    )


def state_on(
    session: Session, ledger: Ledger, agreement: str, asked: Clocks
) -> StateAnswer:
    """Tell what holds in an agreement.

    A long one is looked up in the index where that knows every event; the answer is
    the same.
    """

    def told(timeline: Timeline) -> StateAnswer:
        return state_answer(
            timeline, asked.on, known=asked.known, supposals=asked.supposals
        )

    def indexed(connection: sqlite3.Connection) -> StateAnswer | None:
        from projections.readmodel.reader import timeline_at

        there = timeline_at(
            connection, agreement, asked.known.position, horizon=asked.horizon.day
        )
        return None if there is None else told(there)

    found = None
    if asked.known.seq >= LONG_EVENTS and not asked.supposals:
        index = session.index(ledger)
        found = index.ask(indexed, lambda _note: None, following=False)
    return told(folded(ledger, agreement, asked)) if found is None else found


def clocks_of(
    session: Session, ledger: Ledger, agreement: str, **given: Unpack[Given]
) -> Clocks:
    """Read both clocks of a question to one agreement; see :func:`ask`."""
    on, known = given.get("on"), given.get("known")
    place = given.get("place", "--on")
    date = session.today if on is None else day(session, on, place)
    supposals = supposals_of(given.get("suppose"))
    at = moment(ledger, known, agreement)
    horizon = Horizon.of(session, given.get("horizon"), at)
    known_at = KnownAt(at.seq or 0, at.position, at.recorded_at)
    words = None if at.ahead else known
    return Clocks(date, known_at, words, horizon, supposals)


def day(session: Session, text: str, option: str) -> PartialDate:
    """Read a date, which may be partial, or ``today``.

    Raises:
        InputError: it is neither.
    """
    if text == "today":
        return session.today
    try:
        return PartialDate.parse(text)
    except InputError as error:
        facts = {**error.facts, "field": option, "word": text}
        raise InputError(str(error), hint=error.hint, **facts) from error


def on_words(on: PartialDate) -> str:
    """Echo the date asked about; a partial one stays partial."""
    return f"on {on}" if on.exact else f"at {_last_day(on)}"


def _last_day(date: PartialDate) -> str:
    """Name the day that a date means as a question; a partial one stays partial."""
    if date.exact:
        return str(date)
    last = dt.date.fromordinal(date.last).isoformat()
    return f"the end of {date} ({last})"


def given_words(
    known: str, horizon: Horizon | None, supposals: Sequence[Supposal]
) -> str:
    """Echo under what an answer is given.

    Args:
        known: the moment of knowledge, in words.
        horizon: the day up to which silence counts; told where somebody set it.
        supposals: what is supposed.
    """
    words = [known]
    if horizon is not None and horizon.words is not None:
        words.append(f"silence counted up to {horizon.words}")
    if supposals:
        words.append(f"supposing {'; '.join(one.text for one in supposals)}")
    return ", ".join(words)


def known_words(known: At | KnownAt, words: str | None) -> str:
    """Echo the moment of knowledge.

    Args:
        known: the last event that counts, of an agreement or of the whole ledger.
        words: the moment as it was asked for, None for now and what is ahead.
    """
    if str(words).startswith("@"):
        second = known.recorded_at.partition(".")[0]
        return f"as known after {words} (recorded {second}Z)"
    place = f"pos:{known.position}" if known.seq is None else f"@{known.seq}"
    when = "now" if words in {None, "now"} else f"at {words}"
    return f"as known {when} ({place if known.position >= 0 else 'nothing yet'})"


def moment_words(
    at: At,
    known: str | None,
    horizon: Horizon | None = None,
    supposals: Sequence[Supposal] = (),
) -> str:
    """Echo the moment of knowledge, the horizon and what is supposed."""
    return given_words(known_words(at, None if at.ahead else known), horizon, supposals)


def moment(ledger: Ledger, known: str | None, agreement: str | None) -> At:
    """Find the moment of knowledge, and name the option that cannot be read.

    Raises:
        InputError: it cannot be read.
        NotFound: there is no such agreement, or nothing was known by then.
    """
    try:
        return ledger.known(known, agreement)
    except InputError as error:
        facts = {**error.facts, "field": "--known", "word": known}
        raise InputError(str(error), hint=error.hint, **facts) from error


def supposals_of(texts: Sequence[str] | None) -> tuple[Supposal, ...]:
    """Read what is supposed, and name the option that cannot be read.

    Raises:
        InputError: a supposal cannot be read.
    """
    return tuple(map(_supposal, texts or ()))


def _supposal(text: str) -> Supposal:
    """Read a supposal."""
    try:
        return parse_supposal(text)
    except InputError as error:
        facts = {"field": "--suppose", "excerpt": text, **error.facts}
        raise InputError(str(error), hint=error.hint, **facts) from error
