"""The event-sourcing library's way to a ledger file: its infrastructure factory."""

from __future__ import annotations

from pathlib import Path

from eventsourcing.sqlite import SQLiteFactory
from eventsourcing.utils import Environment, EnvType

from ledger.sqlite.datastore import WRITE_WAIT_SECONDS, LedgerDatastore
from ledger.sqlite.recorder import LedgerRecorder


class LedgerFactory(SQLiteFactory):
    """Makes the recorder of the file that ``SQLITE_DBNAME`` names."""

    WAIT_SECONDS = "LEDGER_WAIT_SECONDS"

    application_recorder_class = LedgerRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self.datastore = LedgerDatastore(
            Path(self.datastore.pool.db_name),
            wait_seconds=float(self.env.get(self.WAIT_SECONDS) or WRITE_WAIT_SECONDS),
        )
        self.datastore.open()
