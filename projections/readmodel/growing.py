"""An agreement as the read model sees it grow: event by event, with all of its days.

After each event there is a version: for each part, the days from which it was so. Most
events come last in every order and touch a part or two of the version before; where one
reaches back, all is folded anew, and what has changed is found by comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from events.dates import NEG_INF
from events.entry import Entry
from events.frame import AgreementOpened
from events.happenings import NoticeGiven
from events.when import On, Through, Until, measures, milestones
from projections.fold import fold
from projections.gathering import spoken_of
from projections.mentions import mentions, whens_of
from projections.readmodel.hanging import days_of
from projections.readmodel.parts import Key, Skip, Waiting, body_of, plain
from projections.readmodel.touching import bearing, part_in, touched
from projections.state import State
from projections.step import Step
from projections.terms import RENEWAL
from projections.timeline import Timeline, appended, timeline_of

Rank = tuple[int, int, int, int]
_FIRST: Rank = (NEG_INF, 0, 0, 0)
_PLAIN = frozenset((On, Through, Until))


class Segment(NamedTuple):
    """What a part is from a day on, until the next segment of the part.

    Attributes:
        on_from: the day, an ordinal.
        rank: the place of the step that made the part, and of the part among those
            that it made: parts are told in this order.
        body: the part.
        days: the days of a provision.
        part: the provision itself, for what is read from it.
    """

    on_from: int
    rank: Rank
    body: str
    days: tuple[int, ...] = ()
    part: object = None


Version = dict[Key, list[Segment]]


class Growing:
    """An agreement, up to the last event that was taken.

    Attributes:
        version: the parts, as they are known now.
    """

    def __init__(self) -> None:
        self.version: Version = {}
        self._entries: list[Entry] = []
        self._timeline: Timeline = timeline_of(())
        self._state = State()
        self._hanging = {RENEWAL}

    def take(self, entry: Entry) -> Iterator[tuple[Key, list[Segment], list[Segment]]]:
        """Take the next event.

        Returns:
            The parts that it changes, with their segments before and after.
        """
        self._entries.append(entry)
        self._hang(entry)
        step = None
        if not self._state.skipped:
            step = appended(self._timeline, entry, self._hanging)
        if step is None:
            return self._anew()
        return self._last(step)

    def _last(self, step: Step) -> Iterator[tuple[Key, list[Segment], list[Segment]]]:
        """Fold a step that comes last."""
        facts = list(_facts_of(self._timeline, step.entry))
        changed = _Changed(self.version)
        for key, segment in facts:
            changed.put(key, segment)
        changed.fold(step, self._timeline, self._state)
        return changed.found()

    def _anew(self) -> Iterator[tuple[Key, list[Segment], list[Segment]]]:
        """Fold everything anew and compare."""
        before = self.version
        self._timeline = timeline = timeline_of(self._entries)
        self._state = State()
        self.version = {}
        changed = _Changed(self.version)
        for key, segment in _all_facts(timeline):
            changed.put(key, segment)
        for step in timeline.steps:
            changed.fold(step, timeline, self._state)
        after = self.version
        for key in before.keys() | after.keys():
            old, new = before.get(key, []), after.get(key, [])
            if old != new:
                yield key, old, new

    def _hang(self, entry: Entry) -> None:
        """Note the names that terms hang on."""
        for when in whens_of(entry):
            if type(when.expr) not in _PLAIN:
                self._hanging |= milestones(when.expr) | measures(when.expr)


class _Changed:
    """A version that is being changed, and what it was before."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._before: dict[Key, list[Segment]] = {}

    def put(self, key: Key, segment: Segment) -> None:
        """Let a part be so from a day on."""
        segments = self._version.setdefault(key, [])
        self._before.setdefault(key, list(segments))
        if segments and segments[-1].on_from == segment.on_from:
            segments.pop()
        if not segments or segments[-1][1:] != segment[1:]:
            segments.append(segment)

    def fold(self, step: Step, timeline: Timeline, state: State) -> None:
        """Fold a step, and put the parts that it touches."""
        skipped = len(state.skipped)
        fold((step,), timeline.facts, state)
        rank = (step.day, step.signed, step.position, 0)
        if len(state.skipped) > skipped:
            skip = Skip(step.seq, str(state.skipped[-1].error))
            key = Key("skipped", str(step.seq))
            self.put(key, Segment(step.day, rank, body_of(skip)))
            return
        for provision, times in bearing(step, state):
            key = Key("set-by", f"{provision}/{step.seq}")
            self.put(key, Segment(step.day, rank, body_of(times)))
        for nth, key in enumerate(touched(step, state)):
            segments = self._version.get(key)
            place = segments[0].rank if segments else (*rank[:3], nth)
            self.put(key, _segment(key, step, place, timeline, state))

    def found(self) -> Iterator[tuple[Key, list[Segment], list[Segment]]]:
        """Yield the parts that were put, with their segments before and after."""
        for key, before in self._before.items():
            yield key, before, self._version[key]


def _segment(
    key: Key, step: Step, rank: Rank, timeline: Timeline, state: State
) -> Segment:
    """Give what a part is after a step."""
    if key.kind != "provision":
        return Segment(step.day, rank, body_of(part_in(state, key)))
    provision = plain(state.provisions[key.name])
    days = days_of(provision, timeline.facts)
    return Segment(step.day, rank, body_of(provision), days, provision)


def _facts_of(timeline: Timeline, entry: Entry) -> Iterator[tuple[Key, Segment]]:
    """Yield the facts that the last event brought."""
    event, facts = entry.event, timeline.facts
    if isinstance(event, AgreementOpened):
        yield _fact(Key("title", ""), timeline.title)
    for name in spoken_of(event):
        if name in facts.milestones:
            yield _fact(Key("milestone", name), facts.milestones[name])
        for report in reversed(facts.measures.get(name, ())):
            if report.seq == entry.seq:
                yield _fact(Key("report", f"{name}/{report.seq}"), report)
                break
    if isinstance(event, NoticeGiven) and event.provision in facts.notices:
        yield _fact(Key("notice", event.provision), facts.notices[event.provision])
    yield from _mentioned((entry,))


def _all_facts(timeline: Timeline) -> Iterator[tuple[Key, Segment]]:
    """Yield everything that is known whatever the day."""
    facts = timeline.facts
    yield _fact(Key("title", ""), timeline.title)
    for name, milestone in facts.milestones.items():
        yield _fact(Key("milestone", name), milestone)
    for name, reports in facts.measures.items():
        for report in reports:
            yield _fact(Key("report", f"{name}/{report.seq}"), report)
    for name, notices in facts.notices.items():
        yield _fact(Key("notice", name), notices)
    for entry, effective in timeline.pending:
        waiting = Waiting(entry.seq, entry.envelope.type, effective.text)
        yield _fact(Key("pending", str(entry.seq)), waiting)
    yield from _mentioned(timeline.record.entries)


def _mentioned(entries: Iterable[Entry]) -> Iterator[tuple[Key, Segment]]:
    """Yield the milestones that somebody may ask about."""
    for name in mentions(entries).milestones:
        yield _fact(Key("mention", name), None)


def _fact(key: Key, fact: object) -> tuple[Key, Segment]:
    return key, Segment(NEG_INF, _FIRST, body_of(fact))
