"""A program that appends batches one by one, whatever happens.

``python -m tests.faults.appender LEDGER COUNT [once] [normal]`` starts a ledger where
there is none. It says ``done N SIZE ROOT`` of what was acknowledged and ``no N KIND``
of what was refused, and goes on. It opens the ledger for each batch, as whoever calls
the command does, or only ``once``. With ``normal`` nothing waits for the disk: whoever
looks for lost events must find some then.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from events.entry import Draft
from events.errors import WhereasError
from ledger.ledger import Ledger
from ledger.sqlite import connection
from tests.ledgers import create, invested, noise, opened, reopen

TOGETHER = 3


def batch(number: int) -> list[Draft]:
    """The events of a batch; the first opens the agreement."""
    if number == 0:
        return [opened(key="opened")]
    return [
        invested(n, id=f"r-{number}-{n}", key=f"k-{number}-{n}")
        for n in range(TOGETHER)
    ]


def main(path: Path, count: int, *, once: bool) -> None:
    """Append, and go on whatever happens."""
    ledger: Ledger | None = None
    for number in range(count):
        try:
            if not path.exists() or not path.stat().st_size:
                create(path).close()
            ledger = ledger or reopen(path, random=noise(f"{number}"))
            last = ledger.append(batch(number), recorded_by="ann")[-1]
            say(f"done {number} {last.tree_size} {last.root}")
        except WhereasError as error:
            say(f"no {number} {error.kind}")
        if ledger is not None and not once:
            ledger.close()
            ledger = None
    if ledger is not None:
        ledger.close()


def say(words: str) -> None:
    """Tell in one system call, so that a trace shows when it was told."""
    os.write(1, f"{words}\n".encode())


def forgetful(one: sqlite3.Connection, path: Path) -> None:
    """Set a connection as many programs do: a commit does not wait for the disk."""
    del path
    one.execute("PRAGMA journal_mode = WAL")
    one.execute("PRAGMA synchronous = NORMAL")


if __name__ == "__main__":
    with ExitStack() as stack:
        if "normal" in sys.argv:
            stack.enter_context(
                mock.patch.object(connection, "_make_durable", forgetful)
            )
        main(Path(sys.argv[1]), int(sys.argv[2]), once="once" in sys.argv)
