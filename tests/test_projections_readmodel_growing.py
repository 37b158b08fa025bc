"""An agreement that grew event by event is what it is when it is taken at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from projections.readmodel.growing import Growing, Version
from tests.agreements import entries as written
from tests.histories import RECORD, TYPES, accepted, histories
from tests.readmodels import REPORTED, Listed, late_ledgers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from events.entry import Entry
    from projections.readmodel.growing import Change

_TYPES = [*TYPES, *["performed", "measure-reported", *RECORD] * 8]


# The first report of two turns out to have been the last.
MOVED: list[dict[str, Any]] = [
    {**REPORTED, "effective": "2020-01-01", "value": "USD 1m"},
    {**REPORTED, "effective": "2020-06-01", "value": "USD 2m"},
    {
        "event": "event-corrected",
        "target": 2,
        "replacement": {"effective": "2021-03-03"},
        "reason": "misread",
    },
]


@settings(max_examples=400)
@given(late_ledgers() | histories(types=_TYPES).map(Listed), st.integers(0, 8))
@example(Listed(accepted(MOVED)), 0)
def test_what_grew_is_what_is_there_at_once(ledger: Listed, first: int) -> None:
    growing, told = Growing(), Version()
    take(told, growing.begin(ledger.all[:first]))
    for known in range(first, ledger.size):
        take(told, growing.take(ledger.all[known]))
        expected = at_once(ledger.all[: known + 1])
        assert plain(growing.version) == expected
        # Nor does it tell of its changes otherwise.
        assert plain(told) == expected


def test_a_report_that_comes_to_where_it_cannot_apply_is_skipped() -> None:
    # The rules refuse such a correction; a ledger may have it all the same.
    there = written(
        "- {event: measure-reported, effective: 2020-01-01, measure: x, value: USD 1}\n"
        "- {event: measure-reported, effective: 2021-01-01, measure: y, value: EUR 2}\n"
        "- {event: measure-reported, effective: 2022-01-01, measure: x, value: USD 3}\n"
        "- {event: event-corrected, target: 4, reason: misread,"
        " replacement: {measure: y}}\n"
    )
    growing, told = Growing(), Version()
    for entry in there:
        take(told, growing.take(entry))
    assert plain(told) == at_once(there)


def at_once(entries: Sequence[Entry]) -> Version:
    growing, told = Growing(), Version()
    take(told, growing.begin(entries))
    return plain(told)


def take(told: Version, changes: Iterable[Change]) -> None:
    """Keep what is told of changes, each of which begins where the last one ended."""
    for key, before, after in changes:
        assert told.get(key, []) == before
        told[key] = list(after)


def plain(version: Version) -> Version:
    """Leave out what is gone, and the copies of what is written in bodies."""
    return {
        key: [segment._replace(part=None) for segment in segments]
        for key, segments in version.items()
        if segments
    }
