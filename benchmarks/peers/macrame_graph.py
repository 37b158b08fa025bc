"""Macrame: a graph whose edges have both times."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.product import ACTIVITY, Moment, Piece, Product, needed
from benchmarks.peers.told import Told, Version

_BEGINNING = "1990-01-01T00:00:00Z"
_BYTES = 1 << 26


class Macrame(Product):
    """Agreements, provisions and events as concepts, what holds as edges.

    An edge from a kind and activity leads to its provisions, so that the portfolio
    can be asked. An event is several writes, each a transaction of its own.
    """

    name = "macrame"
    how = "concepts and dated edges; several commits an event, not synced one by one"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._macrame = needed("macrame", "macrame-db")
        self._db: Any = self._macrame.Database.open(folder / "graph.db")
        self._concepts: set[str] = set()
        self._open: dict[str, Version] = {}
        self._loaded: set[tuple[str, ...]] = set()

    def load(self, pieces: Iterable[Piece]) -> None:
        """Write concepts and edges in bulk."""
        concepts: list[Any] = []
        edges: dict[tuple[str, ...], Any] = {}
        for piece in pieces:
            for told in piece:
                concepts += self._new(told)
                # Of two edges from the same day the later one stands.
                edges |= {_key(edge): edge for edge in self._edges(told)}
        self._db.write_concepts(concepts)
        # What is there and ends earlier now has to do so before what follows comes.
        self._db.bulk_import([edges.pop(key) for key in self._loaded & edges.keys()])
        self._db.bulk_import(list(edges.values()))
        self._loaded |= edges.keys()

    def mark(self) -> dt.datetime:
        """Give the time."""
        return dt.datetime.now(dt.UTC)

    def append(self, told: Told) -> None:
        """Write concepts and edges, one after the other."""
        for concept in self._new(told):
            self._db.upsert_concept(concept)
        for edge in self._edges(told):
            self._db.assert_edge(edge)

    def state(self, agreement: str, on: dt.date, known: Moment) -> int:
        """Load the neighbourhood of an agreement at both times."""
        found = self._db.load_subgraph(
            agreement,
            1,
            _BYTES,
            edge_types=["GRANTS"],
            as_of_valid=_instant(on),
            as_of_recorded=known,
        )
        return len(found.out_edges(agreement))

    def history(self, agreement: str) -> int:
        """Load the neighbourhood of an agreement, with the texts of events."""
        found = self._db.load_subgraph(
            agreement, 1, _BYTES, edge_types=["RECORDS"], content=True
        )
        return len(found.out_edges(agreement))

    def exclusive(self, on: dt.date) -> int:
        """Follow the edges from a kind and activity."""
        return len(self._of(_group("exclusivity", ACTIVITY), on))

    def lapsing(self, first: dt.date, last: dt.date) -> int:
        """Follow the edges to every provision; the end is no index."""
        return sum(
            edge.valid_to is not None and edge.valid_to.date() <= last
            for edge in self._of("held", first)
        )

    def export(self, path: Path) -> None:
        """Write what it reconstructs of the present; it has no export of its own."""
        now = self._db.reconstruct(dt.datetime.now(dt.UTC))
        with path.open("w", encoding="utf-8") as file:
            for name, concept in now.concepts.items():
                file.write(json.dumps([name, concept.title, concept.content]) + "\n")
            for edge in now.edges:
                file.write(json.dumps(edge, default=str) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _of(self, group: str, on: dt.date) -> list[Any]:
        if group not in self._concepts:
            return []
        found = self._db.load_subgraph(group, 1, _BYTES, as_of_valid=_instant(on))
        edges: list[Any] = found.out_edges(group)
        return edges

    def _new(self, told: Told) -> Iterator[Any]:
        """Make the concepts that an event needs and that are not there."""
        yield self._concept(_event_id(told), told.event, content=told.text)
        names = [told.agreement]
        for version in told.versions:
            names += [
                *("held", _provision_id(told, version), version.holder),
                *([_group(version.kind, version.activity)] if version.activity else []),
            ]
        for name in names:
            if name not in self._concepts:
                self._concepts.add(name)
                yield self._concept(name, name)

    def _concept(self, name: str, title: str, content: str = "") -> Any:  # noqa: ANN401  # Macrame's
        make = self._macrame.ConceptUpsert
        return make(name, title, valid_from=_BEGINNING, content=content)

    def _edges(self, told: Told) -> Iterator[Any]:
        """Make the edges of an event; what is shortened comes first."""
        edge = self._macrame.EdgeAssertion
        yield edge(told.agreement, _event_id(told), "RECORDS", valid_from=_BEGINNING)
        for version in told.versions:
            name = _provision_id(told, version)
            before = self._open.get(name)
            self._open[name] = version
            if before is not None and before.start < version.start:
                last = min(version.start, before.end or version.start)
                yield self._edge(told.agreement, name, before, last)
            yield self._edge(told.agreement, name, version, version.end)
            yield self._edge("held", name, _whole(version), version.end)
            for activity in {version.activity, before.activity if before else ""}:
                if activity:
                    same = activity == version.activity
                    end = version.end if same else version.start
                    group = _group(version.kind, activity)
                    yield self._edge(group, name, _whole(version), end)

    def _edge(
        self, source: str, name: str, version: Version, end: dt.date | None
    ) -> Any:  # noqa: ANN401  # Macrame's
        start = _instant(version.start)
        # What ends where it starts lasts the shortest time there is.
        until = (
            _instant(end) if end and end > version.start else f"{start[:-1]}.000001Z"
        )
        said = {"amount": version.amount, "status": version.status}
        return self._macrame.EdgeAssertion(
            source,
            name,
            "GRANTS",
            valid_from=start,
            valid_to=until if end else None,
            properties=json.dumps(said),
        )


def _whole(version: Version) -> Version:
    """Let a version speak of the time since the grant."""
    return version._replace(start=version.granted)


def _group(kind: str, activity: str) -> str:
    return f"{kind} of {activity}"


def _event_id(told: Told) -> str:
    return f"{told.agreement}/{told.seq}"


def _provision_id(told: Told, version: Version) -> str:
    return f"{told.agreement}/{version.provision}"


def _instant(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _key(edge: Any) -> tuple[str, ...]:  # noqa: ANN401  # Macrame's
    return (edge.source, edge.target, edge.edge_type, str(edge.valid_from))
