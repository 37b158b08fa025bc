"""Read from a read model what the fold would tell of an agreement."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from events.base import Event
from events.dates import NEG_INF
from events.entry import FORMAT, Entry, Envelope
from events.errors import Refused
from events.when import When
from projections.fold.facts import Facts
from projections.fold.provision import Closing, Provision
from projections.fold.record import Record
from projections.fold.resolve import is_open, resolve_when
from projections.fold.state import Skipped, State
from projections.fold.timeline import Pending, Timeline
from projections.questions.endings import (
    SETTING,
    Later,
    endings_after,
    first_endings,
)
from projections.readmodel.hanging import rests_on
from projections.readmodel.parts import Kind, part_of

_COLUMNS = "name, body, rank_day, rank_signed, rank_position, rank_nth"
_KNOWN = "agreement = ? AND known_from <= ? AND known_to > ?"
_ON = "on_from <= ? AND on_to > ?"
_TABLES: dict[str, Kind] = {
    "provisions": "provision",
    "stakes": "stake",
    "measures": "measure",
    "parties": "party",
}
_FACTS = ("title", "milestone", "mention", "report", "notice", "pending")


class StoredTimeline(Timeline):
    """What was known of an agreement at a position, as the tables tell it.

    It answers like the timeline that it was made from, but folds nothing.
    """

    connection: sqlite3.Connection | None = None
    name: str = ""
    position: int = 0
    mentioned: frozenset[str] = frozenset()

    @property
    def agreement(self) -> str:
        """Give the id of the agreement."""
        return self.name

    def milestones(self) -> frozenset[str]:
        """Name the milestones that events mention."""
        return self.mentioned

    def state(self, day: int) -> State:
        """Read the state on a day. Cost: that of what is so on the day."""
        assert self.connection is not None  # noqa: S101  # it is made with one
        return _state(self.connection, self.name, self.position, day)


def timeline_at(
    connection: sqlite3.Connection,
    agreement: str,
    position: int,
    *,
    horizon: int = NEG_INF,
) -> StoredTimeline | None:
    """Read what was known of an agreement.

    Args:
        connection: to the read model.
        agreement: which.
        position: the last position included.
        horizon: the day up to which silence means that nothing happened, an ordinal.

    Returns:
        The timeline; None where silence up to the horizon settles when a pending event
        took effect, which is rare: then only the fold can tell.
    """
    facts, mentioned, waiting = Facts(horizon=horizon), set(), []
    known = (agreement, position, position)
    rows = connection.execute(
        f"SELECT kind, name, body FROM parts WHERE {_KNOWN} AND kind IN "  # noqa: S608  # constants only
        "('title', 'milestone', 'mention', 'report', 'notice', 'pending')",
        known,
    )
    for kind, name, body in rows:
        if kind == "mention":
            mentioned.add(name)
        elif kind == "pending":
            waiting.append(part_of(kind, body))
        else:
            _learn(facts, kind, name, part_of(kind, body))
    _sort(facts)
    pending = [_pending(agreement, one, facts) for one in waiting]
    if not all(is_open(one.effective, facts) for one in pending):
        return None
    pending.sort(key=lambda one: one.entry.seq)
    return StoredTimeline(
        Record(),
        facts,
        pending=pending,
        connection=connection,
        name=agreement,
        position=position,
        mentioned=frozenset(mentioned),
    )


@endings_after.register
def _(timeline: StoredTimeline, day: int) -> dict[str, Closing]:
    """Find what ends provisions after a day, by their rows of later days."""
    assert timeline.connection is not None  # noqa: S101  # it is made with one
    before = timeline.state(day).provisions
    return endings_in(
        timeline.connection,
        timeline.name,
        timeline.position,
        day,
        before,
        horizon=timeline.facts.horizon,
    )


def endings_in(  # noqa: PLR0913  # whose, as known and on the day
    connection: sqlite3.Connection,
    agreement: str,
    position: int,
    day: int,
    before: Mapping[str, Provision],
    *,
    horizon: int,
) -> dict[str, Closing]:
    """Find what ends provisions of an agreement after a day, or sets their term.

    Args:
        connection: to the read model.
        agreement: which.
        position: the last position included.
        day: the day, an ordinal.
        before: which provisions, as they are on the day.
        horizon: the day up to which silence means that nothing happened, an ordinal.
    """
    last = _last_setting(connection, agreement, position, day)
    if not last:
        return {}
    rows = connection.execute(
        f"SELECT on_from, name, body FROM provisions WHERE {_KNOWN} AND on_from > ? "  # noqa: S608  # constants only
        "ORDER BY on_from",
        (agreement, position, position, day),
    )
    later = [
        Later(on_from, last[on_from, name], part_of("provision", body))
        for on_from, name, body in rows
        if (on_from, name) in last
    ]
    provisions = (*before.values(), *(one.provision for one in later))
    names = frozenset(name for one in provisions for name in rests_on(one))
    facts = facts_at(connection, {agreement: names}, position, horizon=horizon)
    return first_endings(before, later, facts[agreement], day)


def _last_setting(
    connection: sqlite3.Connection, agreement: str, position: int, day: int
) -> dict[tuple[int, str], int]:
    """Find the last event of each later day that may have set the end of a provision.

    Returns:
        Its number, by the day and the provision.
    """
    types = msgspec.json.encode([cls.TYPE for cls in SETTING]).decode()
    setting = {
        seq
        for (seq,) in connection.execute(
            "SELECT seq FROM events WHERE agreement = ? AND position <= ? "
            "AND type IN (SELECT value FROM json_each(?))",
            (agreement, position, types),
        )
    }
    if not setting:
        return {}
    rows = connection.execute(
        f"SELECT name, on_from, rank_day, rank_signed, rank_position, rank_nth "  # noqa: S608  # constants only
        f"FROM parts WHERE {_KNOWN} AND on_from > ? AND kind = 'set-by'",
        (agreement, position, position, day),
    ).fetchall()
    last: dict[tuple[int, str], int] = {}
    for name, on_from in _in_order(rows):
        provision, _, seq = name.rpartition("/")
        if int(seq) in setting:
            last[on_from, provision] = int(seq)
    return last


def facts_at(
    connection: sqlite3.Connection,
    wanted: Mapping[str, frozenset[str]],
    position: int,
    *,
    horizon: int,
) -> dict[str, Facts]:
    """Read what was known in several agreements of what days may hang on.

    Args:
        connection: to the read model.
        wanted: which agreements, and of each the names of milestones, measures, and
            provisions of which notice may be given. Each agreement is in the answer,
            also where nothing is known of them.
        position: the last position included.
        horizon: the day up to which silence means that nothing happened, an ordinal.
    """
    found = {agreement: Facts(horizon=horizon) for agreement in wanted}
    rows = connection.execute(
        "SELECT agreement, kind, name, body FROM parts WHERE agreement IN "
        "(SELECT value FROM json_each(?)) AND known_to > ? AND known_from <= ? "
        "AND kind IN ('milestone', 'report', 'notice')",
        (msgspec.json.encode(list(found)).decode(), position, position),
    )
    for agreement, kind, name, body in rows:
        # A report is named after its measure and its number.
        if name.partition("/")[0] in wanted[agreement]:
            _learn(found[agreement], kind, name, part_of(kind, body))
    for facts in found.values():
        _sort(facts)
    return found


def provision_at(
    connection: sqlite3.Connection, agreement: str, name: str, position: int, day: int
) -> Provision | None:
    """Read one provision as it is on a day, or None where it is not there.

    Args:
        connection: to the read model.
        agreement: whose it is.
        name: its id.
        position: the last position included.
        day: the day, an ordinal.

    Returns:
        The provision, without the events that made it so. Cost: one index look-up.
    """
    found = connection.execute(
        f"SELECT body FROM provisions WHERE {_KNOWN} AND {_ON} AND name = ?",  # noqa: S608  # constants only
        (agreement, position, position, day, day, name),
    ).fetchone()
    return None if found is None else part_of("provision", found[0])


def set_by(
    connection: sqlite3.Connection, agreement: str, position: int, day: int
) -> dict[str, list[int]]:
    """Read which events made each provision of an agreement what it is on a day."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM parts WHERE {_KNOWN} AND {_ON} AND kind = 'set-by'",  # noqa: S608  # constants only
        (agreement, position, position, day, day),
    ).fetchall()
    found: dict[str, list[int]] = defaultdict(list)
    for name, body in _in_order(rows):
        provision, _, seq = name.rpartition("/")
        found[provision] += [int(seq)] * int(body)
    return found


def _sort(facts: Facts) -> None:
    """Put the reports of each measure in the order of their days."""
    for reports in facts.measures.values():
        reports.sort(key=lambda report: (report.span.lo, report.seq))


def _learn(facts: Facts, kind: str, name: str, part: Any) -> None:  # noqa: ANN401  # what the kind says
    """Add a fact."""
    match kind:
        case "title":
            facts.title = part
        case "milestone":
            facts.milestones[name] = part
        case "report":
            facts.measures.setdefault(name.partition("/")[0], []).append(part)
        case _:
            facts.notices[name] = part


def _pending(agreement: str, waiting: Any, facts: Facts) -> Pending:  # noqa: ANN401  # read from the tables
    """Stand for an event that waits, as far as answers tell of it."""
    envelope = Envelope(
        agreement=agreement,
        data=msgspec.Raw(b""),
        id="",
        position=0,
        recorded_at="",
        recorded_by="",
        seq=waiting.seq,
        tv=1,
        type=waiting.type,
        v=FORMAT,
    )
    effective = When.parse(waiting.effective)
    by = resolve_when(effective, facts).hi
    return Pending(Entry(envelope, Event()), effective, by)


def _state(
    connection: sqlite3.Connection, agreement: str, position: int, day: int
) -> State:
    """Read a state."""
    asked = (agreement, position, position, day, day)
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for table, kind in _TABLES.items():
        found[kind] += connection.execute(
            f"SELECT {_COLUMNS} FROM {table} WHERE {_KNOWN} AND {_ON}",  # noqa: S608  # constants only
            asked,
        )
    for kind, *row in connection.execute(
        f"SELECT kind, {_COLUMNS} FROM parts WHERE {_KNOWN} AND {_ON}",  # noqa: S608  # constants only
        asked,
    ):
        if kind not in _FACTS:
            found[kind].append(tuple(row))
    return _made({kind: _in_order(rows) for kind, rows in found.items()})


def _in_order(rows: list[tuple[Any, ...]]) -> list[tuple[str, Any]]:
    """Put parts in the order in which they came about."""
    rows.sort(key=lambda row: row[2:])
    return [(name, body) for name, body, *_ in rows]


def _made(found: dict[str, list[tuple[str, str]]]) -> State:
    """Make a state of its parts."""
    state = State()

    def parts(kind: Kind) -> Iterator[Any]:
        return (part_of(kind, body) for _, body in found.get(kind, ()))

    state.parties = {party.id: party for party in parts("party")}
    state.provisions = {one.id: one for one in parts("provision")}
    state.stakes = {(one.holder, one.issuer, one.basis): one for one in parts("stake")}
    state.measures = {(one.measure, one.subject): one for one in parts("measure")}
    state.movements = list(parts("holding"))
    state.disputes = {one.id: one for one in parts("dispute")}
    state.ended = next(parts("ending"), None)
    state.skipped = [Skipped(s.seq, Refused(s.reason)) for s in parts("skipped")]
    for name, body in found.get("set-by", ()):
        provision, _, seq = name.rpartition("/")
        if provision in state.provisions:
            state.provisions[provision].set_by += [int(seq)] * int(body)
    return state
