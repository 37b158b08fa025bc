"""SQLAlchemy-Continuum: rows of an ORM, and every version they had."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.peers.product import ACTIVITY, Moment, Piece, Product, needed
from benchmarks.peers.told import Told, Version


class Continuum(Product):
    """Provisions as rows that change; their versions are kept by transaction.

    There is one time: that of transactions. From when until when a provision runs are
    columns like others, so that of the past is known what the row said, but not what
    held on another day if an amount changed.
    """

    name = "SQLAlchemy-Continuum"
    how = "a row a provision, versioned at every commit, in SQLite with WAL and FULL"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._orm = needed("sqlalchemy.orm", "sqlalchemy-continuum")
        self._sql = needed("sqlalchemy", "sqlalchemy-continuum")
        self._continuum = needed("sqlalchemy_continuum", "sqlalchemy-continuum")
        self._engine = self._sql.create_engine(f"sqlite:///{folder / 'rows.db'}")
        self._sql.event.listen(self._engine, "connect", _durable)
        self._event, self._provision = self._models()
        self._session: Any = self._orm.Session(self._engine)

    def load(self, pieces: Iterable[Piece]) -> None:
        """Commit batch by batch: the library slows down in long transactions."""
        for piece in pieces:
            for told in piece:
                self._tell(told)
            self._session.commit()
            self._session.expunge_all()

    def mark(self) -> int:
        """Give the last transaction."""
        transaction = self._continuum.transaction_class(self._provision)
        query = self._sql.select(self._sql.func.max(transaction.id))
        return int(self._session.scalar(query) or 0)

    def append(self, told: Told) -> None:
        """Add an event, change the row, and commit."""
        self._tell(told)
        self._session.commit()

    def state(self, agreement: str, on: dt.date, known: Moment) -> int:
        """Select the versions as of a transaction."""
        version = self._continuum.version_class(self._provision)
        query = self._sql.select(version).where(
            version.agreement == agreement,
            version.transaction_id <= known,
            self._sql.or_(
                version.end_transaction_id.is_(None),
                version.end_transaction_id > known,
            ),
            *self._held(version, on),
        )
        return self._count(query)

    def history(self, agreement: str) -> int:
        """Select the events."""
        event = self._event
        query = self._sql.select(event).where(event.agreement == agreement)
        return self._count(query.order_by(event.seq))

    def exclusive(self, on: dt.date) -> int:
        """Select the rows."""
        row = self._provision
        query = self._sql.select(row).where(
            row.kind == "exclusivity", row.activity == ACTIVITY, *self._held(row, on)
        )
        return self._count(query)

    def lapsing(self, first: dt.date, last: dt.date) -> int:
        """Select the rows."""
        row = self._provision
        held = self._held(row, first)
        return self._count(self._sql.select(row).where(row.ends <= last, *held))

    def export(self, path: Path) -> None:
        """Write the events as JSON lines; it has no export of its own."""
        event = self._event
        columns = (event.agreement, event.seq, event.event, event.body)
        with path.open("w", encoding="utf-8") as file:
            for row in self._session.execute(self._sql.select(*columns)):
                file.write(json.dumps(tuple(row)) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._session.close()
        self._engine.dispose()

    def _tell(self, told: Told) -> None:
        event = self._event(
            agreement=told.agreement, seq=told.seq, event=told.event, body=told.text
        )
        self._session.add(event)
        for version in told.versions:
            key = (told.agreement, version.provision)
            row = self._session.get(self._provision, key)
            if row is None:
                row = self._provision(agreement=key[0], provision=key[1])
                self._session.add(row)
            for name, value in _columns(version).items():
                setattr(row, name, value)

    def _held(self, row: Any, on: dt.date) -> tuple[Any, Any]:  # noqa: ANN401  # either model
        return row.granted <= on, self._sql.or_(row.ends.is_(None), row.ends > on)

    def _count(self, query: Any) -> int:  # noqa: ANN401  # SQLAlchemy's
        return len(self._session.scalars(query).all())

    def _models(self) -> tuple[Any, Any]:
        """Declare the tables; the classes are made here, where the library is."""
        self._continuum.make_versioned(user_cls=None)
        column, text, day = self._sql.Column, self._sql.Text, self._sql.Date
        base = self._orm.declarative_base()
        event = {
            "__tablename__": "events",
            "agreement": column(text, primary_key=True),
            "seq": column(self._sql.Integer, primary_key=True),
            "event": column(text),
            "body": column(text),
        }
        provision = {
            "__tablename__": "provisions",
            "__versioned__": {},
            "agreement": column(text, primary_key=True),
            "provision": column(text, primary_key=True),
            "granted": column(day),
            "ends": column(day, index=True),
            **{name: column(text) for name in ("holder", "amount", "status")},
            **{name: column(text, index=True) for name in ("kind", "activity")},
        }
        made = type("Event", (base,), event), type("Provision", (base,), provision)
        self._orm.configure_mappers()
        base.metadata.create_all(self._engine)
        return made


def _columns(version: Version) -> dict[str, object]:
    """Name the columns that an event may change."""
    return {
        "granted": version.granted,
        "ends": version.end,
        "kind": version.kind,
        "holder": version.holder,
        "activity": version.activity,
        "amount": version.amount,
        "status": version.status,
    }


def _durable(connection: sqlite3.Connection, _: object) -> None:
    """Let a commit be as durable as a ledger's."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
