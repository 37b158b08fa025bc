"""The index of a ledger: where its read model lives, and when it may answer.

The index is disposable. It lies beside the ledger, or in a cache folder where nobody
may write beside it; it is only made by whoever asks for it. Whatever is wrong with it,
the ledger is folded instead, and the ledger itself is never touched from here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from events.errors import InputError, Integrity, Refused
from ledger.index_file import beside, cached, forget
from ledger.store import LEDGER_STREAM
from projections.readmodel.opening import may_write, reading
from projections.readmodel.tracking import Fault, Lag, lag, lag_of

if TYPE_CHECKING:
    from ledger.ledger import Ledger

Answer = TypeVar("Answer")

# How long a question waits for whoever writes the index before the fold answers it.
PATIENCE_SECONDS = 0.5
# A question brings the index up to date where it is a little behind, and where that
# costs no more than folding every agreement or so many events would.
_MOST_BEHIND = 100
_LITTLE_WORK = 5_000
# What it costs to begin with an agreement, as often as it is read.
_READ_AND_FOLDED = 2
# Who may run a file does not matter, as nobody does.
_READ_AND_WRITE = 0o666
# The index of a ledger that nobody may write is kept up all the same.
_OWNER_WRITES = 0o600
_FOR_OWNER = 0o700
# What a file that is not sound may raise while it is read.
_UNSOUND = (
    sqlite3.Error,
    msgspec.MsgspecError,
    OSError,
    LookupError,
    InputError,
    Integrity,
)
_WORDS: dict[Fault, str] = {
    "missing": "is not there",
    "unreadable": "cannot be read",
    "other version": "was made by an older version of whereas",
    "newer version": "was made by a newer version of whereas",
    "other ledger": "was made of another ledger",
}


class Place(NamedTuple):
    """An index that is there, and how far it goes."""

    path: Path
    lag: Lag


class Index:
    """The index of an open ledger.

    Args:
        ledger: the ledger.
        cache: a folder for indexes of ledgers beside which nobody may write, if any.
    """

    def __init__(self, ledger: Ledger, cache: Path | None = None) -> None:
        self._ledger = ledger
        self.paths = [beside(ledger.path)]
        if cache is not None:
            self.paths.append(cached(ledger.path, cache))

    def place(self) -> Place:
        """Find the index that is there, the one beside the ledger first."""
        places = [Place(path, lag(path, self._ledger)) for path in self.paths]
        there = [place for place in places if place.lag.fault != "missing"]
        usable = [place for place in there if place.lag.usable]
        return (usable or there or places)[0]

    def rebuild(self, advance: Callable[[int], object] | None = None) -> Place:
        """Make the index anew beside the old one, and swap them.

        Args:
            advance: told how many events were taken, again and again.

        Raises:
            Refused: it cannot be written.
            Conflict: somebody else is writing to it.
        """
        from projections.readmodel.writer import rebuild

        path = self._target()
        mode = self._ledger.path.stat().st_mode & _READ_AND_WRITE | _OWNER_WRITES
        with _writing(path):
            path.parent.mkdir(mode=_FOR_OWNER, parents=True, exist_ok=True)
            return Place(path, rebuild(path, self._ledger, mode=mode, advance=advance))

    def update(self, advance: Callable[[int], object] | None = None) -> Place:
        """Bring the index up to date; make it anew where it is not usable.

        Raises:
            Refused: it cannot be written.
            Conflict: somebody else is writing to it.
        """
        from projections.readmodel.catching import follow

        place = self.place()
        if not place.lag.usable or not may_write(place.path):
            return self.rebuild(advance)
        with _writing(place.path):
            return Place(place.path, follow(place.path, self._ledger))

    def forget(self) -> None:
        """Take the index away, wherever it is.

        Raises:
            Refused: it cannot be taken away.
        """
        for path in self.paths:
            forget(path)

    def ask(
        self,
        question: Callable[[sqlite3.Connection], Answer | None],
        note: Callable[[str], object],
        *,
        following: bool = True,
    ) -> Answer | None:
        """Put a question to the index if it knows every event.

        Args:
            question: reads the answer; it may be asked twice.
            note: told in a sentence why an index that is there did not answer.
            following: whether an index that is a few events behind is brought up to
                date first.

        Returns:
            The answer; None where only the fold can answer.
        """
        complaints: list[str] = []
        for path in self.paths:
            if not path.exists():
                continue
            try:
                found, complaint = self._asked(path, question, following=following)
            except _UNSOUND as error:
                complaints.append(_complaint(path, error))
            else:
                if complaint is None:
                    return found
                complaints.append(complaint)
        if complaints:
            note(complaints[0])
        return None

    def _asked(
        self,
        path: Path,
        question: Callable[[sqlite3.Connection], Answer | None],
        *,
        following: bool,
    ) -> tuple[Answer | None, str | None]:
        """Ask one index; give what is in the way where it does not know."""
        size = self._ledger.size
        with reading(path, wait_seconds=PATIENCE_SECONDS) as connection:
            there = lag_of(connection, self._ledger, size)
            if there.usable and not there.behind:
                return question(connection), None
        if there.fault is not None:
            return None, f"the index {path} {_WORDS[there.fault]}"
        events = "event" if there.behind == 1 else "events"
        behind = f"the index {path} is {there.behind} {events} behind"
        if not (following and may_write(path) and self._is_little(there)):
            return None, behind
        from projections.readmodel.catching import follow

        follow(path, self._ledger, wait_seconds=PATIENCE_SECONDS)
        with reading(path, wait_seconds=PATIENCE_SECONDS) as connection:
            if lag_of(connection, self._ledger, size).position < size:
                return None, behind
            return question(connection), None

    def _is_little(self, there: Lag) -> bool:
        """Tell whether catching up takes less than the fold of every agreement.

        An event may touch all of its agreement, so that what counts is how long the
        agreements are that have new events.
        """
        if there.behind > max(_MOST_BEHIND, there.size // _MOST_BEHIND):
            return False
        begun, work = set[str](), 0
        for entry in self._ledger.read(there.position):
            agreement = entry.envelope.agreement
            if agreement != LEDGER_STREAM:
                work += entry.seq * (1 if agreement in begun else _READ_AND_FOLDED)
                begun.add(agreement)
        return work <= max(_LITTLE_WORK, there.size)

    def _target(self) -> Path:
        """Choose where to write.

        Raises:
            Refused: nowhere can be written.
        """
        first, *others = self.paths
        if os.access(self._ledger.path.parent, os.W_OK):
            return first
        if others:
            return others[0]
        raise Refused(
            f"the index {first} cannot be written",
            hint="look at the permissions of the folder",
            path=str(first),
        )


def _complaint(path: Path, error: Exception) -> str:
    """Say in a sentence what is wrong with an index."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"somebody else is writing to the index {path}"
    if name.startswith("SQLITE_FULL"):
        return f"there is no room for the index {path} to grow"
    return f"the index {path} cannot be read: {error}"


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say in our words why an index cannot be written."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Refused(
            f"the index {path} cannot be written: {why}",
            hint="nothing is lost: the ledger is as it was, and answers without it",
            path=str(path),
        ) from error
