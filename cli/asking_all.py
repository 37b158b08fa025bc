"""Ask several agreements at once, of one moment of knowledge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from cli.asking import Horizon, day, moment, moment_words, on_words, supposals_of
from cli.session import Session
from events.dates import PartialDate
from events.errors import NotFound, did_you_mean
from projections.fold.mentions import Mentions, mentions
from projections.fold.record import Record
from projections.fold.supposals import Supposal
from projections.fold.timeline import Timeline, arrange
from projections.questions.across import KnownIn

if TYPE_CHECKING:
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
    supposals = supposals_of(suppose)
    at = moment(ledger, known, agreement)
    silent = Horizon.of(session, horizon, at)
    names = [agreement] if agreement else ledger.names()
    every = (ledger.record(name, at.position) for name in names)
    records = [record for record in every if record.known]
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
