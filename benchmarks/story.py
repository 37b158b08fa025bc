"""The life of one agreement, told so that every event passes the rules.

An agreement is opened and signed, grants a few provisions, and goes on: see
:mod:`benchmarks.happenings`. What happens is drawn; that it may happen is known from
what is kept here of what was told so far.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from benchmarks import words
from benchmarks.provisions import Held, grant

FIRST_YEAR, LAST_YEAR = 2004, 2024
# An agreement lives about as long however much is told of it.
LIFE_DAYS = 3_600
MOST_GRANTS_AT_FIRST = 4

# Written as in an import file: the envelope and the type's fields side by side.
Fields = dict[str, Any]


class Story:
    """One agreement that is being told.

    Args:
        random: decides everything.
        number: which agreement, from 0.
        events: how many events it will have.

    Attributes:
        agreement: its id.
        parties: the ids of its parties.
        day: how far it is told, an ordinal.
        events: the events, as in an import file.
        held: the provisions that were granted.
        milestones: ``open``, ``claimed`` or ``determined``.
        plain: the numbers of events that nothing hangs on.
        dispute: the dispute that is open, if one is.
    """

    def __init__(self, random: Random, number: int, events: int) -> None:
        self.random = random
        self.subject = random.choice(words.SUBJECTS)
        self.agreement = f"{self.subject}-{number:06d}"
        companies = random.sample(range(words.COMPANIES), random.choice((2, 2, 2, 3)))
        self.names = {words.company(n): words.company_name(n) for n in companies}
        self.parties = list(self.names)
        year = random.randint(FIRST_YEAR, LAST_YEAR)
        self.day = dt.date(year, 1, 1).toordinal() + random.randrange(365)
        self.events: list[Fields] = []
        self.held: list[Held] = []
        self.milestones: dict[str, str] = {}
        self.plain: list[int] = []
        self.dispute: str | None = None
        self._steps = max(1, 2 * LIFE_DAYS // max(events, 10))

    def begin(self) -> None:
        """Open the agreement, sign it, and grant what it is about."""
        parties = [{"id": name, "name": self.names[name]} for name in self.parties]
        names = " - ".join(name.split("-")[0].title() for name in self.parties)
        self.tell("AgreementOpened", title=f"{names}: {self.subject}", parties=parties)
        signed = words.day(self.day)
        self.tell(
            "InstrumentSigned", id="definitive", kind="definitive", signed_on=signed
        )
        for _ in range(self.random.randint(1, MOST_GRANTS_AT_FIRST)):
            self.grant()

    def grant(self) -> None:
        """Grant a provision."""
        number = len(self.held) + 1
        event, fields, held = grant(self.random, number, self.parties, self.day)
        if held.milestone is not None:
            stage = self.milestones.setdefault(held.milestone, "open")
            if stage == "determined":
                held.ends = self.day
        self.held.append(held)
        self.tell(event, instrument="definitive", **fields)

    def go_on(self) -> None:
        """Let time go by; something can always be done about some provision."""
        self.day += self.random.randrange(self._steps)
        while not self.live():
            self.grant()

    def tell(self, event: str, effective: int | str = 0, **fields: object) -> None:
        """Tell one event.

        Args:
            event: its type.
            effective: another day than the one it is, a When, or "" for none.
            fields: of the type; those that are empty are left out.
        """
        day = effective or self.day
        written: Fields = {"event": event}
        if effective != "":
            written["effective"] = day if isinstance(day, str) else words.day(day)
        written.update({key: value for key, value in fields.items() if value})
        if self.random.random() < words.SOURCED:
            written["sources"] = [words.source(self.random, self.agreement)]
        self.events.append(written)

    def live(self) -> list[Held]:
        """List the provisions that can still change."""
        return [held for held in self.held if held.ends > self.day]

    def one(self) -> Held:
        """Choose a provision that can still change."""
        return self.random.choice(self.live())

    def late(self, held: Held) -> int:
        """Choose today, or sometimes an earlier day on which a provision was there."""
        if self.random.random() < words.LATE:
            return self.random.randint(held.granted, self.day)
        return self.day
