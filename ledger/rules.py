"""The rules on append: the fold, run strictly over the whole effective timeline.

An event that comes last in effective order is folded onto the state that is there. So
is a payment or a report that was learned late, and one that is corrected or retracted:
nothing that came after depends on it. Any other, and one that decides something that
terms hang on, has the whole history folded anew, so that a retroactive event that makes
a later one impossible is refused and names it. Rules look only at what is certain from
recorded events and never at the clock: what was accepted once is accepted for ever.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from events.base import Grant
from events.capital import InvestmentMade
from events.dates import INF
from events.entry import Entry
from events.errors import WhereasError
from events.happenings import MeasureReported, Performed
from events.record import EventRetracted
from projections.fold.folding import fold
from projections.fold.naming import first_source, label
from projections.fold.record import check_record, hear, heard, record_of
from projections.fold.replacing import replace, replacement, take_back
from projections.fold.state import State
from projections.fold.step import Step
from projections.fold.timeline import (
    Timeline,
    appended,
    arrange,
    pending_steps,
    timeline_of,
)
from projections.fold.usage import Usage

# Reads the entries of an agreement after a number, in their order.
Fetch = Callable[[str, int], Sequence[Entry]]

# How many agreements are remembered; events of more are not admitted together.
AGREEMENTS_KEPT = 64


@dataclass(slots=True)
class _Checked:
    """An agreement whose events are known to fit together.

    Attributes:
        settles: silence gives a day to an event that waits, so that what comes next has
            to be judged on it as well.
    """

    entries: list[Entry] = field(default_factory=list)
    timeline: Timeline = field(default_factory=lambda: timeline_of([]))
    state: State = field(default_factory=State)
    usage: Usage = field(default_factory=Usage)
    settles: bool = False
    granted: dict[str, Step] = field(default_factory=dict)

    @property
    def seq(self) -> int:
        """Give the number of the last event."""
        return self.entries[-1].seq if self.entries else 0


class FoldRules:
    """Decides what may be appended, and remembers what it folded for the next time.

    Args:
        fetch: reads what is recorded.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._checked: OrderedDict[str, _Checked] = OrderedDict()

    def admit(self, agreement: str, entries: Sequence[Entry]) -> None:
        """Check events that are about to be appended together.

        Afterwards they count as appended: :meth:`forget` the agreement where the
        write failed.

        Args:
            agreement: whose events they are.
            entries: the events, numbered on from those that are recorded.

        Raises:
            Refused: with ``conflict`` and ``source`` of the event in the way, and
                ``draft``, the place in ``entries`` of the event refused, from 0.
            NotFound: something is named that the agreement does not have.
        """
        checked = self._caught_up(agreement, entries[0].seq)
        try:
            _extend(checked, entries, strict=True)
        except WhereasError as error:
            self.forget(agreement)
            raise _told(error, checked, entries) from error
        except BaseException:
            self.forget(agreement)
            raise

    def forget(self, agreement: str) -> None:
        """Drop what is remembered of an agreement."""
        self._checked.pop(agreement, None)

    def _caught_up(self, agreement: str, seq: int) -> _Checked:
        """Give what is remembered of an agreement up to the event before ``seq``."""
        checked = self._checked.pop(agreement, None)
        if checked is None or checked.seq >= seq:
            checked = _Checked()
        if checked.seq < seq - 1:
            missing = self._fetch(agreement, checked.seq)
            _extend(
                checked, [entry for entry in missing if entry.seq < seq], strict=False
            )
        if checked.seq != seq - 1:
            raise AssertionError(f"{agreement} @{seq - 1} is neither kept nor recorded")
        self._checked[agreement] = checked
        while len(self._checked) > AGREEMENTS_KEPT:
            self._checked.popitem(last=False)
        return checked


def _extend(checked: _Checked, entries: Sequence[Entry], *, strict: bool) -> None:
    """Add events to what is remembered, anew where they are not the last.

    Events that are appended together are judged together: what comes behind one may
    make possible what it could not do alone.
    """
    for at, entry in enumerate(entries):
        rest = entries[at:]
        try:
            taken = _taken(checked, entry, strict=strict)
        except WhereasError:
            if len(rest) == 1:
                raise
            taken = False
        if not taken:
            _anew(checked, rest, strict=strict)
            return


def _taken(checked: _Checked, entry: Entry, *, strict: bool) -> bool:
    """Add an event that comes last, or replaces a step; tell whether it is one."""
    if checked.settles:
        return False
    checked.usage.admit(entry)
    step = appended(checked.timeline, entry, checked.usage.hanging)
    steps = _among(checked, entry, strict=strict) if step is None else [step]
    if steps is None:
        return False
    for step in steps:
        _grant(checked, step)
    fold(steps, checked.timeline.facts, checked.state, strict=strict)
    checked.entries.append(entry)
    return True


def _among(checked: _Checked, entry: Entry, *, strict: bool) -> list[Step] | None:
    """Replace a step among others; give what is there to be folded.

    None where the event may touch more, so that all has to be folded anew.
    """
    if strict and entry.is_record:
        check_record(entry, checked.timeline.record)
    replaced = replacement(checked.timeline, entry, checked.usage.hanging)
    if replaced is None or checked.state.skipped:
        return None
    come, gone = replaced.come, replaced.gone
    if entry.is_record and not _keeps_units(checked.usage, gone, come):
        return None
    if come is not None and isinstance(come.event, Performed):
        granted = checked.granted.get(come.event.provision)
        if granted is None or come < granted:
            return None
    replace(checked.timeline, entry, replaced)
    if gone is not None:
        take_back(checked.state, gone, checked.timeline)
    return [] if come is None else [come]


def _keeps_units(usage: Usage, gone: Step | None, come: Step | None) -> bool:
    """Tell whether measures keep their units without one step and with another.

    Each measure has its unit from the event that was first to use it.
    """
    if gone is not None and come is not None and _use(gone) == _use(come):
        return True
    for step in (gone, come):
        if step is None or (use := _use(step))[1] is None:
            continue
        unit, first = usage.units.get(use[0], (None, 0))
        if unit != use[1] or first >= step.seq:
            return False
    return True


def _use(step: Step) -> tuple[str, str | None]:
    """Give the measure that a step reports, and its unit."""
    event = step.event
    if isinstance(event, MeasureReported):
        return event.measure, event.value.unit
    return "", None


def _grant(checked: _Checked, step: Step) -> None:
    """Note from where on a provision is there."""
    if isinstance(step.event, Grant | InvestmentMade):
        checked.granted.setdefault(step.event.id, step)


def _anew(checked: _Checked, entries: Sequence[Entry], *, strict: bool) -> None:
    """Put the whole history in order again and fold it from the start."""
    if strict:
        _check_record(checked, entries)
    checked.entries.extend(entries)
    checked.timeline = timeline_of(checked.entries)
    timeline = checked.timeline
    checked.state = fold(timeline.steps, timeline.facts, State(), strict=strict)
    _check_silence(checked, strict=strict)
    checked.granted = {}
    for step in timeline.steps:
        _grant(checked, step)
    checked.usage = Usage()
    for entry in timeline.record.entries:
        checked.usage.admit(entry)
    new = {entry.seq for entry in entries}
    waiting = [step for step in pending_steps(timeline) if step.seq in new]
    if strict and waiting:
        scratch = fold(timeline.steps, timeline.facts, State())
        fold(waiting, timeline.facts, scratch, strict=True)


def _check_silence(checked: _Checked, *, strict: bool) -> None:
    """Fold also as if nothing more happened, where that gives events their days.

    What waits for something not to happen must have room on the day on which it takes
    effect if nothing does.
    """
    checked.settles = False
    if checked.timeline.pending:
        silent = arrange(checked.timeline.record, horizon=INF)
        checked.settles = len(silent.steps) > len(checked.timeline.steps)
        if strict and checked.settles:
            fold(silent.steps, silent.facts, State(), strict=True)


def _check_record(checked: _Checked, entries: Sequence[Entry]) -> None:
    """Check what record events speak of, each after those before it.

    What cannot be read is refused even where an event behind it sets it right: there
    would be no telling what was known in between.
    """
    record = record_of(checked.entries)
    for entry in entries:
        check_record(entry, record)
        counts: Entry | None = entry
        if entry.is_record:
            found = heard(record, entry)
            hear(record, entry, found)
            counts = found.after
        else:
            record.entries.append(entry)
            record.known[entry.seq] = entry
        if counts is not None:
            Usage().admit(counts)


def _told(
    error: WhereasError, checked: _Checked, entries: Sequence[Entry]
) -> WhereasError:
    """Word a refusal for whoever wanted to append: what is in the way, and its source.

    Where an event that is recorded already could no longer apply, that event is the
    one in the way.
    """
    known = {entry.seq: entry for entry in (*checked.entries, *entries)}
    refused, first = error.number("step"), entries[0].seq
    in_the_way = error.number("seq")
    message, hint = str(error), error.hint
    if refused is not None and refused < first:
        message = f"this would make {label(known[refused])} impossible: {message}"
        in_the_way = refused
        # What is wanted is named by that event, and not by whoever appends.
        error.facts["wanted"] = None
        if isinstance(entries[0].event, EventRetracted):
            name = entries[0].envelope.agreement
            hint = f"retract that one first: whereas retract {name} @{refused} -h"
    conflict = known.get(in_the_way or 0)
    facts = {
        **error.facts,
        "draft": max(0, (refused or first) - first),
        "conflict": label(conflict) if conflict else None,
        "source": first_source(conflict) if conflict else None,
    }
    return type(error)(message, hint=hint, **facts)
