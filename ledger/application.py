"""The ledger as an application of the event-sourcing library.

An agreement is a stream: its id is the originator's, the number of an event its
version. Positions are the ids of the notification log, from 0 and without gaps.
"""

from __future__ import annotations

from pathlib import Path

from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.utils import Environment, EnvType

from ledger.clock import Clock, now_us
from ledger.sqlite.recorder import LedgerRecorder
from ledger.store import Store


class LedgerApplication(Application[str]):
    """Event store, notification log and recorder of one ledger.

    Args:
        path: the ledger file.
        wait_seconds: how long to wait for other writers; by default as the store does.
        clock: what time it is.
    """

    name = "whereas"
    # Topics are looked up by the library when it makes its parts.
    env = {  # noqa: RUF012  # the library declares it
        "PERSISTENCE_MODULE": "ledger.sqlite.factory:LedgerFactory",
        "MAPPER_TOPIC": "ledger.mapper:EntryMapper",
        "ORIGINATOR_ID_TYPE": "text",
        "CREATE_TABLE": "no",
    }
    log_section_size = 1_000

    def __init__(
        self,
        path: Path,
        *,
        wait_seconds: float | None = None,
        clock: Clock = now_us,
    ) -> None:
        self._clock = clock
        super().__init__(
            {
                "SQLITE_DBNAME": str(path),
                "LEDGER_WAIT_SECONDS": ""
                if wait_seconds is None
                else str(wait_seconds),
            }
        )

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Configure from what is passed in: the machine's environment has no say."""
        return Environment(name, {**type(self).env, **(env or {})})

    def construct_recorder(self) -> ApplicationRecorder:
        """Make the recorder and give it the clock."""
        recorder = super().construct_recorder()
        if isinstance(recorder, LedgerRecorder):
            recorder.clock = self._clock
        return recorder

    @property
    def store(self) -> Store:
        """Give what the ledger reads from."""
        return self.ledger_recorder.store

    @property
    def ledger_recorder(self) -> LedgerRecorder:
        """Give what the ledger is written with."""
        assert isinstance(self.recorder, LedgerRecorder)  # noqa: S101  # no other is made
        return self.recorder
