"""Ledgers in memory and read models of them, for laws about what the tables tell."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec
from hypothesis import strategies as st

from events.dates import INF, NEG_INF
from events.entry import Entry
from tests.histories import accepted, histories

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


ASKED = st.one_of(
    st.dates(dt.date(2018, 6, 1), dt.date(2029, 6, 1)).map(str),
    # Days on which something happens in many histories.
    st.sampled_from(("2020-01-01", "2021", "2022-02-02", "2023-06-30", "2024-12-31")),
)
HORIZONS = st.sampled_from((NEG_INF, 737_425, 738_520, 739_000, INF))


class Listed:
    """A ledger in memory: the events in the order of their positions."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.all = [placed(entry, at) for at, entry in enumerate(entries)]

    @property
    def size(self) -> int:
        return len(self.all)

    def names(self) -> list[str]:
        return sorted({entry.envelope.agreement for entry in self.all})

    def entries(self, agreement: str, *, known: int | None = None) -> list[Entry]:
        last = self.size if known is None else known
        return [
            entry
            for entry in self.all
            if entry.envelope.agreement == agreement and entry.position <= last
        ]

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[Entry]:
        return iter(self.all[start : None if limit is None else start + limit])


def placed(entry: Entry, position: int) -> Entry:
    more = {"position": position, "id": f"{entry.envelope.agreement}-{position}"}
    envelope = msgspec.structs.replace(entry.envelope, **more)
    return Entry(envelope, entry.event, entry.redacted)


def renamed(history: Iterable[Entry], name: str) -> list[Entry]:
    return [
        Entry(msgspec.structs.replace(e.envelope, agreement=name), e.event)
        for e in history
    ]


def dealt(several: Sequence[list[Entry]], order: Sequence[int]) -> list[Entry]:
    """Deal agreements out into one ledger, each in its own order."""
    rest = [
        renamed(history, f"agreement-{number}")
        for number, history in enumerate(several)
    ]
    found: list[Entry] = []
    for turn in order:
        found += [pile.pop(0) for pile in (rest[turn % len(rest)],) if pile]
    return found + [entry for pile in rest for entry in pile]


def ledgers() -> st.SearchStrategy[Listed]:
    """Draw ledgers of a few agreements whose events are recorded in turns."""
    return st.builds(
        dealt,
        st.lists(histories(), min_size=1, max_size=3),
        st.lists(st.integers(0, 2), max_size=40),
    ).map(Listed)


GRANT = {
    "event": "licence-granted",
    "effective": "2020-01-01",
    "id": "p",
    "holder": "a",
    "ends": "through 2024",
}
PAID = {"event": "performed", "provision": "p", "kind": "paid"}
REPORTED = {"event": "measure-reported", "measure": "x"}


def late_ledgers() -> st.SearchStrategy[Listed]:
    """Draw ledgers of what is learned late, or otherwise, and changes nothing else."""
    said = st.sampled_from(
        (
            PAID,
            {**REPORTED, "value": "USD 1m"},
            {**REPORTED, "value": "USD 2m", "subject": "s"},
            {**REPORTED, "value": "USD 3m", "as_of": "2021-06-30"},
            {"event": "provision-reaffirmed", "provisions": "p"},
            {"event": "milestone-determined", "milestone": "m", "outcome": "occurred"},
        )
    )
    days = st.dates(dt.date(2019, 6, 1), dt.date(2022, 12, 31)).map(str)
    dated = st.builds(lambda fields, day: {**fields, "effective": day}, said, days)
    again = st.fixed_dictionaries(
        {
            "event": st.just("event-corrected"),
            "target": st.integers(4, 12),
            "replacement": st.sampled_from(
                (
                    {"effective": "2019-12-31"},
                    {"effective": "2021-03-04"},
                    {"effective": "milestone m"},
                    {"amount": "USD 7m"},
                    {"provision": "q"},
                    {"value": "USD 9m"},
                    {"measure": "y"},
                    {"subject": "t"},
                    {"as_of": "2020-06-30"},
                    {"as_of": None},
                    {"note": "read again"},
                )
            ),
            "reason": st.just("wrong"),
        }
    )
    hung = st.fixed_dictionaries(
        {
            "event": st.just("event-corrected"),
            "target": st.integers(2, 3),
            "replacement": st.sampled_from(
                ({"ends": "milestone m"}, {"ends": "measure x >= USD 2m"})
            ),
            "reason": st.just("wrong"),
        }
    )
    back = st.fixed_dictionaries(
        {
            "event": st.just("event-retracted"),
            "target": st.integers(4, 16),
            "reason": st.just("wrong"),
        }
    )
    return st.lists(dated | again | back | hung, max_size=16).map(
        lambda found: Listed(accepted([GRANT, {**GRANT, "id": "q"}, *found]))
    )
