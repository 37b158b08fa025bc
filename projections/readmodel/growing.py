"""An agreement as the read model sees it grow: event by event, with all of its days.

After each event there is a version: for each part, the days from which it was so. Most
events come last in every order and touch a part or two of the version before; where one
reaches back, all is folded anew, and what has changed is found by comparison.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from events.dates import NEG_INF
from events.entry import Entry
from events.frame import AgreementOpened
from events.happenings import MeasureReported, NoticeGiven, Performed
from events.when import measures, milestones
from projections.fold.folding import fold
from projections.fold.gathering import spoken_of
from projections.fold.mentions import whens_of
from projections.fold.replacing import (
    Replacement,
    replace,
    replacement,
    reports_like,
    take_back,
)
from projections.fold.resolving import FIRM
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.timeline import Timeline, appended, timeline_of
from projections.fold.usage import RENEWAL
from projections.readmodel.memory import Memory
from projections.readmodel.parts import Key, Skip, Waiting, body_of, part_of
from projections.readmodel.touching import bearing, measured, part_in, touched

Rank = tuple[int, int, int, int]
_FIRST: Rank = (NEG_INF, 0, 0, 0)


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
# A part with its segments before and after an event.
Change = tuple[Key, list[Segment], list[Segment]]


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
        self._memory = Memory()
        self._names: dict[int, frozenset[str]] = {}

    def begin(self, entries: Sequence[Entry]) -> Iterator[Change]:
        """Take the first events, all at once.

        Returns:
            The parts that are there after the last of them. What was between is not
            told. Cost: that of folding them once.
        """
        self._entries.extend(entries)
        for entry in entries:
            self._names[entry.seq] = self._hang(entry)
        return self._anew()

    def take(self, entry: Entry) -> Iterator[Change]:
        """Take the next event.

        Returns:
            The parts that it changes, with their segments before and after.
        """
        self._entries.append(entry)
        self._names[entry.seq] = self._hang(entry)
        step = None
        if not self._state.skipped:
            step = appended(self._timeline, entry, self._hanging)
        if step is not None:
            return self._last(step)
        replaced = None
        if not self._state.skipped:
            replaced = replacement(self._timeline, entry, self._hanging)
        found = None if replaced is None else self._among(entry, replaced)
        return self._anew() if found is None else iter(found)

    def _last(self, step: Step) -> Iterator[Change]:
        """Fold a step that comes last."""
        changed = _Changed(self.version, self._memory)
        for key, segment in _facts_of(self._timeline, step.entry):
            changed.put(key, segment)
        for name in self._names[step.seq]:
            changed.put(*_fact(Key("mention", name), None))
        changed.fold(step, self._timeline, self._state)
        return changed.found()

    def _among(self, entry: Entry, replaced: Replacement) -> list[Change] | None:
        """Replace a step among others; give None where all must be folded anew."""
        come, gone = replaced.come, replaced.gone
        if come is not None and isinstance(come.event, Performed):
            granted = self.version.get(Key("provision", come.event.provision))
            if not granted or granted[0].rank > _rank(come):
                return None
        replace(self._timeline, entry, replaced)
        changed = _Changed(self.version, self._memory)
        found = self._told(replaced)
        if found is None:
            return None
        if gone is not None:
            changed.take_away(_key_of(gone))
            if isinstance(gone.event, Performed):
                take_back(self._state, gone, self._timeline)
        if come is not None:
            self._put(come, changed)
        return [*found, *changed.found()]

    def _put(self, come: Step, changed: _Changed) -> None:
        """Put a step that came among others, where its provision was granted before."""
        if isinstance(come.event, Performed):
            # Behind the grant; what follows is only looked at from the other end.
            self._state.provisions[come.event.provision].set_by.insert(1, come.seq)
            changed.put(_key_of(come), Segment(come.day, _rank(come), body_of(1)))
        for fact in _facts_of(self._timeline, come.entry):
            changed.put(*fact)

    def _told(self, replaced: Replacement) -> list[Change] | None:
        """Tell measures anew; give None where a report of them cannot apply."""
        firsts: dict[Key, tuple[MeasureReported, int]] = {}
        for step in sorted(replaced.steps, key=lambda step: step.day):
            if isinstance(step.event, MeasureReported):
                key = measured(step.event.measure, step.event.subject)
                firsts.setdefault(key, (step.event, step.day))
        told = {key: self._tell(key, *first) for key, first in firsts.items()}
        if any(state.skipped for _, state in told.values()):
            # Nothing has been changed so far, so that all can be compared anew.
            return None
        found: list[Change] = []
        for key, (after, state) in told.items():
            one, _ = firsts[key]
            self._state.measures.pop((one.measure, one.subject), None)
            self._state.measures |= state.measures
            found.append((key, self.version.pop(key, []), after))
            if after:
                self.version[key] = after
        return found

    def _tell(
        self, key: Key, one: MeasureReported, since: int
    ) -> tuple[list[Segment], State]:
        """Fold reports of a measure from a day on; give its segments and a state."""
        before = self.version.get(key, [])
        kept = before[: bisect_left(before, since, key=lambda part: part.on_from)]
        told: Version = {key: kept}
        changed, state = _Changed(told, self._memory), State()
        if kept:
            name = one.measure, one.subject
            state.measures[name] = part_of("measure", kept[-1].body)
        for step in reports_like(self._timeline, one, since):
            changed.fold(step, self._timeline, state)
        return told[key], state

    def _anew(self) -> Iterator[Change]:
        """Fold everything anew and compare."""
        before = self.version
        self._timeline = timeline = timeline_of(self._entries)
        self._state = State()
        self.version = {}
        self._memory.begin(timeline.facts)
        changed = _Changed(self.version, self._memory)
        for key, segment in _all_facts(timeline):
            changed.put(key, segment)
        for name in self._mentioned():
            changed.put(*_fact(Key("mention", name), None))
        for step in timeline.steps:
            changed.fold(step, timeline, self._state)
        after = self.version
        for key in before.keys() | after.keys():
            old, new = before.get(key, []), after.get(key, [])
            if old != new:
                yield key, old, new

    def _mentioned(self) -> set[str]:
        """Collect the milestones that somebody may ask about."""
        record, names = self._timeline.record, set[str]()
        for entry in record.entries:
            seq = entry.envelope.seq
            # A correction may let terms hang on what nothing has hung on before.
            corrected = seq in record.corrections
            names |= self._hang(entry) if corrected else self._names[seq]
        return names

    def _hang(self, entry: Entry) -> frozenset[str]:
        """Note the names that terms hang on; give the milestones mentioned."""
        named = getattr(entry.event, "milestone", None)
        names = set() if named is None else {named}
        for when in whens_of(entry):
            if type(when.expr) not in FIRM:
                found = milestones(when.expr)
                names |= found
                self._hanging |= found | measures(when.expr)
        return frozenset(names)


class _Changed:
    """A version that is being changed, and what it was before."""

    def __init__(self, version: Version, memory: Memory) -> None:
        self._version = version
        self._memory = memory
        self._before: dict[Key, list[Segment]] = {}

    def put(self, key: Key, segment: Segment) -> None:
        """Let a part be so from a day on."""
        segments = self._version.setdefault(key, [])
        if key not in self._before:
            self._before[key] = list(segments)
        if segments and segments[-1].on_from == segment.on_from:
            segments.pop()
        if not segments or segments[-1][1:] != segment[1:]:
            segments.append(segment)

    def take_away(self, key: Key) -> None:
        """Let a part have never been."""
        self._before.setdefault(key, self._version.pop(key, []))

    def fold(self, step: Step, timeline: Timeline, state: State) -> None:
        """Fold a step, and put the parts that it touches."""
        skipped = len(state.skipped)
        fold((step,), timeline.facts, state)
        rank = _rank(step)
        if len(state.skipped) > skipped:
            skip = Skip(step.seq, str(state.skipped[-1].error))
            key = Key("skipped", str(step.seq))
            self.put(key, Segment(step.day, rank, body_of(skip)))
            return
        for nth, (provision, seq, times) in enumerate(bearing(step, state)):
            key = Key("set-by", f"{provision}/{seq}")
            self.put(key, Segment(step.day, (*rank[:3], nth), body_of(times)))
        for nth, key in enumerate(touched(step, state)):
            segments = self._version.get(key)
            place = segments[0].rank if segments else (*rank[:3], nth)
            self.put(key, self._segment(key, step, place, timeline, state))

    def _segment(
        self, key: Key, step: Step, rank: Rank, timeline: Timeline, state: State
    ) -> Segment:
        """Give what a part is after a step."""
        if key.kind != "provision":
            return Segment(step.day, rank, body_of(part_in(state, key)))
        provision = state.provisions[key.name]
        written, days = self._memory.after(
            step, provision, timeline.record, timeline.facts
        )
        return Segment(step.day, rank, written.body, days, written.provision)

    def found(self) -> Iterator[Change]:
        """Yield the parts that were put, with their segments before and after."""
        for key, before in self._before.items():
            yield key, before, self._version.get(key, [])


def _rank(step: Step) -> Rank:
    """Give the place of a step."""
    return *step.place, 0


def _key_of(single: Step) -> Key:
    """Name the part that is of a payment or a report alone."""
    event = single.event
    if isinstance(event, MeasureReported):
        return Key("report", f"{event.measure}/{single.seq}")
    return Key("set-by", f"{event.provision}/{single.seq}")  # type: ignore[attr-defined]  # a Performed


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
    for entry, effective, _ in timeline.pending:
        waiting = Waiting(entry.seq, entry.envelope.type, effective.text)
        yield _fact(Key("pending", str(entry.seq)), waiting)


def _fact(key: Key, fact: object) -> tuple[Key, Segment]:
    return key, Segment(NEG_INF, _FIRST, body_of(fact))
