"""Ledgers in files, with a clock and randomness that are the same in every run."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from events.entry import Draft, Entry
from events.reader import read_draft
from ledger.admission import Fetch
from ledger.clock import SECOND_US
from ledger.ledger import Ledger
from ledger.sqlite.schema import TRIGGERS

START_US = 1_800_000_000 * SECOND_US
A = "alpha-beta"
B = "beta-gamma"


def ticking(start_us: int = START_US, step_us: int = SECOND_US) -> Callable[[], int]:
    """A clock that goes on by a second whenever somebody looks."""
    return itertools.count(start_us, step_us).__next__


def still(at_us: int = START_US) -> Callable[[], int]:
    """A clock that has stopped."""
    return lambda: at_us


def noise(seed: str = "") -> Callable[[int], bytes]:
    """Bytes that look random, the same for a seed."""
    numbers = itertools.count()

    def random(count: int) -> bytes:
        made = b""
        while len(made) < count:
            made += sha256(f"{seed}{next(numbers)}".encode()).digest()
        return made[:count]

    return random


class NoRules:
    """Admits everything, for tests of what is kept whatever it says."""

    def __init__(self, fetch: Fetch) -> None:
        del fetch

    def admit(self, agreement: str, entries: Sequence[Entry]) -> None:
        """Admit the events."""

    def forget(self, agreement: str) -> None:
        """Forget nothing."""


def create(path: Path, **settings: Any) -> Ledger:  # noqa: ANN401  # as Ledger takes them
    """Make a ledger without rules."""
    given = {"clock": ticking(), "random": noise(), "rules": NoRules, **settings}
    return Ledger.create(path, **given)


def reopen(path: Path, **settings: Any) -> Ledger:  # noqa: ANN401  # as Ledger takes them
    """Open a ledger without rules."""
    given = {"clock": ticking(), "random": noise("again"), "rules": NoRules, **settings}
    return Ledger.open(path, **given)


def opened(agreement: str = A, **fields: object) -> Draft:
    """An opening."""
    parties = [{"id": name, "name": name.upper()} for name in ("alpha", "beta")]
    given = {"title": f"About {agreement}", "parties": parties, **fields}
    return draft("agreement-opened", agreement, **{"effective": "2019", **given})


def invested(number: int, agreement: str = A, **fields: object) -> Draft:
    """An investment with its own id, amount, note and source."""
    given = {
        "id": f"round-{number}",
        "investor": "alpha",
        "recipient": "beta",
        "amount": f"USD {number + 1}m",
        "note": f"round {number}",
        "sources": [{"source": "article", "at": f"para {number}"}],
        **fields,
    }
    return draft("investment-made", agreement, **{"effective": "2020-01-02", **given})


def draft(event: str, agreement: str, **fields: object) -> Draft:
    return read_draft({"event": event, **fields}, agreement=agreement)


def fill(ledger: Ledger, count: int = 5, agreement: str = A) -> None:
    """An opening, one event, and the rest in one batch."""
    ledger.append([opened(agreement)], recorded_by="ann")
    ledger.append([invested(0, agreement)], recorded_by="ann")
    batch = [invested(number, agreement) for number in range(1, count - 1)]
    if batch:
        ledger.append(batch, recorded_by="bob")


@contextmanager
def raw(path: Path, *, guarded: bool = False) -> Iterator[sqlite3.Connection]:
    """The file as whoever owns it may open it, by default without its guards."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if not guarded:
            for statement in TRIGGERS:
                connection.execute(f"DROP TRIGGER {statement.split()[2]}")
        yield connection
        if not guarded:
            for statement in TRIGGERS:
                connection.execute(statement)
