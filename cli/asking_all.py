"""Ask several agreements at once, of one moment of knowledge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from cli.asking import Horizon, after_event, day, given_words, on_words
from cli.session import Session
from events.dates import PartialDate
from events.errors import InputError, NotFound, did_you_mean
from projections.fold.mentions import Mentions, mentions
from projections.fold.record import Record, record_of
from projections.fold.supposals import Supposal, parse_supposal
from projections.fold.timeline import Timeline, arrange
from projections.questions.across import KnownIn

if TYPE_CHECKING:
    from events.entry import Entry
    from ledger.known import Known as At
    from ledger.ledger import Ledger


class Asked(NamedTuple):
    """Agreements as they were known at a moment, and the date asked about.

    Attributes:
        timelines: what was known of each, with the horizon and what is supposed.
        on: the date asked about.
        known: the moment of knowledge.
        as_known: the moment in words, the horizon and what is supposed.
        supposals: what is supposed.
    """

    timelines: list[Timeline]
    on: PartialDate
    known: KnownIn
    as_known: str
    supposals: tuple[Supposal, ...]

    @property
    def clocks(self) -> str:
        """Echo both clocks."""
        return f"{on_words(self.on)}, {self.as_known}"


def ask_all(
    session: Session,
    ledger: Ledger,
    agreement: str | None,
    *,
    on: str | None = None,
    known: str | None = None,
    horizon: str | None = None,
    suppose: Sequence[str] | None = None,
) -> Asked:
    """Read agreements as they were known at a moment.

    Args:
        session: the run, for today's date.
        ledger: the ledger.
        agreement: which; every agreement by default.
        on: the date asked about; today by default.
        known: the moment of knowledge; now by default.
        horizon: up to when silence counts; the day of ``known`` by default.
        suppose: facts for this question alone, each for the agreements that mention
            its milestone or measure.

    Raises:
        InputError: a date or a supposal cannot be read.
        NotFound: there is no such agreement, nothing was known by then, or nothing
            mentions what is supposed.
        Refused: what is recorded contradicts a supposal.
    """
    date = session.today if on is None else day(session, on, "--on")
    supposals = tuple(_supposal(text) for text in suppose or ())
    at = moment(ledger, known, agreement)
    silent = Horizon.of(session, horizon, at)
    names = [agreement] if agreement else ledger.names()
    every = ((name, ledger.entries(name, known=at.position)) for name in names)
    records = [_recorded(name, entries) for name, entries in every if entries]
    timelines = [
        arrange(record, horizon=silent.day, supposals=mine)
        for record, mine in _shared_out(records, supposals)
    ]
    return Asked(
        timelines,
        date,
        KnownIn(at.position, at.recorded_at),
        moment_words(at, known, silent, supposals),
        supposals,
    )


def _recorded(name: str, entries: Sequence[Entry]) -> Record:
    """Apply what the record of an agreement says of its events."""
    from projections.fold.record import as_recorded

    with as_recorded(name):
        return record_of(entries)


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


def _supposal(text: str) -> Supposal:
    """Read a supposal, and name the option where it cannot be read."""
    try:
        return parse_supposal(text)
    except InputError as error:
        facts = {"field": "--suppose", "excerpt": text, **error.facts}
        raise InputError(str(error), hint=error.hint, **facts) from error


def _shared_out(
    records: Sequence[Record], supposals: Sequence[Supposal]
) -> list[tuple[Record, list[Supposal]]]:
    """Give each agreement the supposals about what it mentions.

    Raises:
        NotFound: no agreement mentions a milestone or measure.
    """
    if not supposals:
        return [(record, []) for record in records]
    known = [mentions(record.entries) for record in records]
    for supposal in supposals:
        if not any(_about(supposal, there) for there in known):
            names = {n for there in known for n in (*there.milestones, *there.measures)}
            raise NotFound(
                f"nothing mentions {supposal.name}",
                hint=did_you_mean(supposal.name, names)
                or f"these are mentioned: {', '.join(sorted(names)) or 'none'}",
                word=supposal.name,
            )
    return [
        (record, [supposal for supposal in supposals if _about(supposal, there)])
        for record, there in zip(records, known, strict=True)
    ]


def _about(supposal: Supposal, known: Mentions) -> bool:
    """Tell whether an agreement mentions what is supposed."""
    is_measure = supposal.kind == "measured"
    return supposal.name in (known.measures if is_measure else known.milestones)


def moment_words(
    at: At,
    known: str | None,
    horizon: Horizon | None = None,
    supposals: Sequence[Supposal] = (),
) -> str:
    """Echo the moment of knowledge, the horizon and what is supposed."""
    place = f"pos:{at.position}" if at.seq is None else f"@{at.seq}"
    if at.position < 0:
        place = "nothing yet"
    if known in {None, "now"} or at.ahead:
        words = f"as known now ({place})"
    elif str(known).startswith("@"):
        words = after_event(str(known), at.recorded_at)
    else:
        words = f"as known at {known} ({place})"
    return given_words(words, horizon, supposals)
