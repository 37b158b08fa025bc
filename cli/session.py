"""One run of the command line: what surrounds it, and what it was told.

The clock, randomness and the environment are read here and nowhere below, so that a
test can fix them.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cli.config import Settings
from cli.paths import working_folder

if TYPE_CHECKING:
    from pathlib import Path

    import typer

    from events.dates import PartialDate
    from ledger.indexing import Index
    from ledger.ledger import Ledger

SECOND_US = 1_000_000


def _now_us() -> int:
    """Read the clock of the machine."""
    return time.time_ns() // 1_000


@dataclass
class Session:
    """What a command knows of the world around it.

    Attributes:
        environ: the environment.
        now_us: what time it is, in microseconds since 1970 UTC.
        random: gives that many random bytes.
        argv: the words of the command line, without the name of the program.
        flags: settings given as flags, by key.
        format: json, jsonl or csv where one was asked for.
        debug: show where an unexpected error came from.
        writes: whether the ledger was opened to record something.
        recorded: whether the one thing to record is recorded, whatever fails then.
        read_us: what time it was when somebody last asked by ``clock``.
        untold: the title of the answer, where stdout alone is told of it.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now_us: Callable[[], int] = _now_us
    random: Callable[[int], bytes] = os.urandom
    argv: list[str] = field(default_factory=list)
    flags: dict[str, str] = field(default_factory=dict)
    format: str | None = None
    debug: bool = False
    writes: bool = False
    recorded: bool = False
    read_us: int = 0
    untold: str | None = None

    @cached_property
    def folder(self) -> Path:
        """Find the working folder.

        Raises:
            NotFound: it is no longer there.
        """
        return working_folder()

    @cached_property
    def settings(self) -> Settings:
        """Find the settings; flags are known by the time a command asks."""
        return Settings(self.flags, self.environ, self.folder)

    @property
    def today(self) -> PartialDate:
        """Give today's date, by the clock or as set."""
        from events.dates import PartialDate

        if text := self.settings.today:
            return PartialDate.parse(text)
        # A day has a zone: what people call today is the day where they are.
        now = dt.datetime.fromtimestamp(self.now_us() // SECOND_US, dt.UTC).astimezone()
        return PartialDate.parse(now.date().isoformat())

    def clock(self) -> int:
        """Read the clock, and remember what it showed."""
        self.read_us = self.now_us()
        return self.read_us

    def reading(self) -> Ledger:
        """Open the ledger to read it; it is never made by a read.

        Raises:
            NotFound: there is none.
        """
        return self._open(read_only=True)

    def writing(self, *, dry_run: bool = False) -> Ledger:
        """Open the ledger to append to it, or to read it where that is rehearsed.

        Raises:
            NotFound: there is none.
        """
        ledger = self._open(read_only=dry_run)
        self.writes = not dry_run
        return ledger

    def index(self, ledger: Ledger) -> Index:
        """Give the index of an open ledger, whether there is one or not."""
        from ledger.indexing import Index

        return Index(ledger, self.settings.cache)

    def _open(self, *, read_only: bool) -> Ledger:
        from ledger.ledger import Ledger

        return Ledger.open(
            self.settings.ledger,
            read_only=read_only,
            clock=self.clock,
            random=self.random,
        )


def session_of(context: typer.Context) -> Session:
    """Give the session of a command, made anew where there is none yet."""
    return context.ensure_object(Session)
