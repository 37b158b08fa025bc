"""What the read model costs, and what it saves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from random import Random

from benchmarks.measuring import Bar, Comparison, compare
from benchmarks.peers.library import PeerApplication
from benchmarks.portfolio import agreement, portfolio
from benchmarks.scale import Scale
from events.dates import PartialDate
from events.entry import Entry, provisional
from events.scope import Box
from projections.fold.timeline import timeline_of
from projections.questions.answers import KnownAt, state_answer
from projections.readmodel.opening import reading
from projections.readmodel.portfolio import Portfolio
from projections.readmodel.reader import provision_at, timeline_at
from projections.readmodel.writer import rebuild

STATE_EVENTS = 1_000
ON = PartialDate.parse("2024-06-01")
NINETY_DAYS = 90
_KNOWN = KnownAt(0, 0, "")


class Entries:
    """A portfolio as the events of a ledger, held in memory."""

    def __init__(self, events: int) -> None:
        self._by_agreement: dict[str, list[Entry]] = {}
        position = 0
        for telling in portfolio(events):
            drafts = telling.drafts()
            self._by_agreement[telling.agreement] = [
                provisional(draft, seq, position + seq - 1)
                for seq, draft in enumerate(drafts, 1)
            ]
            position += len(drafts)
        self.size = position

    def names(self) -> list[str]:
        """List the agreements."""
        return list(self._by_agreement)

    def entries(self, agreement: str, *, known: int | None = None) -> Sequence[Entry]:
        """Give the events of an agreement, all of which are known."""
        del known
        return self._by_agreement[agreement]

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Give events in the order of their positions."""
        every = (e for entries in self._by_agreement.values() for e in entries)
        stop = self.size if limit is None else start + limit
        return (entry for entry in every if start <= entry.position < stop)


def building(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare making a read model with folding every agreement once, unindexed."""
    source, numbers = Entries(scale.index_events), count()

    def ours() -> int:
        rebuild(folder / f"index-{next(numbers)}.db", source)
        return source.size

    def theirs() -> int:
        for name in source.names():
            timeline_of(source.entries(name)).state(ON.last)
        return source.size

    yield compare(
        f"make a read model of {scale.index_events:,} events",
        ours,
        "fold each agreement once",
        theirs,
        bar=Bar(rate=10_000),
        rounds=min(scale.rounds, 3),
    )


def state_of_one(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare the state of an agreement from tables with a replay and a projection."""
    telling = agreement(0, events=STATE_EVENTS)
    source = Entries(STATE_EVENTS)
    entries = [provisional(d, i, i - 1) for i, d in enumerate(telling.drafts(), 1)]
    vars(source)["_by_agreement"] = {telling.agreement: entries}
    path = folder / "index.db"
    rebuild(path, source)
    with reading(path) as tables, closing(PeerApplication(folder / "peer.db")) as peer:
        there = peer.record(telling.agreement, telling.events)

        def ours() -> int:
            for _ in range(scale.questions):
                found = timeline_at(
                    tables, telling.agreement, STATE_EVENTS, horizon=ON.last
                )
                assert found is not None  # noqa: S101  # nothing is pending in it
                state_answer(found, ON, known=_KNOWN)
            return scale.questions

        def theirs() -> int:
            for _ in range(scale.questions):
                assert peer.get(there).provisions  # noqa: S101  # the projection
            return scale.questions

        yield compare(
            f"state of an agreement of {STATE_EVENTS:,} events on a day",
            ours,
            "repository.get of eventsourcing",
            theirs,
            bar=Bar(ratio=40, rate=200),
            rounds=scale.rounds,
        )


def one_provision(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare looking up a provision of an agreement with folding the agreement."""
    source, path = Entries(scale.index_events), folder / "index.db"
    rebuild(path, source)
    with reading(path) as tables:
        every = tables.execute(
            "SELECT DISTINCT agreement, name FROM provisions_now ORDER BY 1, 2"
        ).fetchall()
        there = Random(0).choices(every, k=scale.lookups)
        known, day = source.size, ON.last

        def ours() -> int:
            for agreement, name in there:
                provision_at(tables, agreement, name, known, day)
            return len(there)

        def theirs() -> int:
            for agreement, name in there[: scale.questions]:
                timeline_of(source.entries(agreement)).state(day).provisions.get(name)
            return scale.questions

        yield compare(
            f"one provision on a day, {source.size:,} events",
            ours,
            "fold its agreement",
            theirs,
            bar=Bar(rate=50_000),
            rounds=scale.rounds,
        )


def portfolio_questions(folder: Path, scale: Scale) -> Iterator[Comparison]:
    """Compare questions to all agreements with folding every one of them."""
    source = Entries(scale.index_events)
    path = folder / "index.db"
    rebuild(path, source)
    day = ON.last
    party = source.entries(source.names()[0])[0].event.parties[0].id  # type: ignore[attr-defined]  # it opens
    box = Box(activity=("cloud",), product=("api",), territory=("eu/de",))

    def folded() -> int:
        for name in source.names():
            timeline_of(source.entries(name), horizon=day).state(day)
        return 1

    with reading(path) as tables:

        def there() -> Portfolio:
            return Portfolio(tables, known=source.size, on=day, horizon=day)

        questions = {
            "who holds exclusivity over a scope": lambda: there().exclusive(box),
            "what lapses in 90 days": lambda: there().lapsing(day, day + NINETY_DAYS),
            "all that a party holds or owes": lambda: there().of_party(party),
        }
        for words, ask in questions.items():

            def ours(ask: object = ask) -> int:
                assert callable(ask)  # noqa: S101  # one of those above
                ask()
                return 1

            yield compare(
                f"{words}, {scale.index_events:,} events",
                ours,
                "fold every agreement",
                folded,
                bar=Bar(rate=20),
                rounds=min(scale.rounds, 3),
            )
