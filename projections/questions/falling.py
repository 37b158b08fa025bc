"""What falls into a window in one agreement, day by day.

Every day of the window is asked as of that day, so that what is said to end on a day
has ended in the state of that day and not in that of the day before. A provision is
looked at once for each stretch of days in which no event touches it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import msgspec

from events.base import Event
from events.catalogue import fields_of
from events.frame import AgreementEnded, InstrumentSigned, InstrumentTookEffect
from events.happenings import NoticeGiven
from projections.fold.naming import about
from projections.fold.provision import Provision
from projections.fold.resolve import resolve_when, waiting
from projections.fold.resolving import end_of, start_of
from projections.fold.spans import Span
from projections.fold.state import State
from projections.fold.status import standing
from projections.fold.timeline import Timeline
from projections.questions.awards import awards_of
from projections.questions.deciding import deciding
from projections.questions.endings import StartAndEnd, Stretch, end_within
from projections.questions.marks import MAX_TERMS, Mark, What, marks
from projections.questions.provisions import Range, between
from projections.questions.stretches import stretches

_ENDS = frozenset(("ends", "closes"))
_STARTS = frozenset(("starts", "opens"))


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something that falls on a day, or on one of several.

    ``date`` is the day where it is one, otherwise null, and ``between`` has the first
    and the last possible day. ``certain`` says that it happens on that day whatever
    comes. ``when`` is how the agreement puts it; ``words`` an amount, a price, what
    ended it, what takes effect, or what was awarded. Who owes an award is not known:
    ``parties`` are those of the dispute. Of what takes effect they are all whom it
    concerns, and ``holders`` names who gives it where it says so.
    """

    agreement: str
    what: What
    subject: str
    kind: str
    holders: tuple[str, ...]
    against: tuple[str, ...]
    date: str | None
    between: Range
    certain: bool
    waits_for: tuple[str, ...]
    when: str
    words: str | None
    text: str | None
    events: tuple[int, ...]
    parties: tuple[str, ...] = ()


def items_of(timeline: Timeline, window: Span) -> list[Item]:
    """List what falls into a window in one agreement, in no particular order.

    Cost: one pass over the steps, and one look at a provision for each day in the
    window on which an event touched it.
    """
    falling = _Falling(timeline, window, timeline.state(window.lo - 1))
    found = [*falling.items(), *_taking_effect(timeline, falling.state, window)]
    return [*found, *_awarded(timeline, falling.state, window)]


def ending_in(timeline: Timeline, window: Span) -> dict[str, StartAndEnd]:
    """Find the provisions that end, or may end, in a window, by the first end in it.

    It is what :func:`items_of` lists as an end, and costs as much.
    """
    falling = _Falling(timeline, window, timeline.state(window.lo - 1))
    falling.items()
    return falling.endings


def renew_more(items: Iterable[Item]) -> list[tuple[str, str]]:
    """Name what renews too many times to list, by agreement and provision."""
    renewing = Counter((i.agreement, i.subject) for i in items if i.what == "renews")
    return [subject for subject, count in renewing.items() if count >= MAX_TERMS]


@dataclass(slots=True)
class _Falling:
    """A walk through a window.

    Attributes:
        timeline: the agreement.
        window: the first and the last day.
        state: the state so far, before the window at first.
        found: what was found, by what it is about, its kind, its days and its price.
        endings: what ends when, by provision; of several ends the first.
    """

    timeline: Timeline
    window: Span
    state: State
    found: dict[tuple[str, What, Span, str | None], Item] = field(default_factory=dict)
    endings: dict[str, StartAndEnd] = field(default_factory=dict)

    def items(self) -> Iterable[Item]:
        """Walk through the window and give what falls into it."""
        lo, hi = self.window
        # The status on the day before a stretch; of what is not there there is none.
        before = {
            name: self._status(provision, lo - 1)
            for name, provision in self.state.provisions.items()
        }
        for provision, days in stretches(self.timeline, self.state, self.window):
            if days.lo <= days.hi:
                self._look(provision, days, before.get(provision.id))
            if days.hi < hi:
                before[provision.id] = self._status(provision, days.hi)
        return self.found.values()

    def _status(self, provision: Provision, day: int) -> str:
        """Tell the status on a day."""
        return standing(provision, self.timeline.facts, day).status

    def _look(self, provision: Provision, days: Span, before: str | None) -> None:
        """Note what falls into a stretch.

        Args:
            provision: as it is in the stretch.
            days: the first and the last day of it.
            before: the status on the day before; None where it was not there.
        """
        facts = self.timeline.facts
        there = StartAndEnd(start_of(provision, facts), end_of(provision, facts))
        had_ended = None if before is None else before == "ended"
        end = end_within(there, Stretch(*days, had_ended), self.window)
        for mark in marks(provision, facts, self.window):
            if mark.what in _ENDS:
                falls = mark.span == end
            elif not mark.span.exact:
                falls = days.hi == self.window.hi and self._is_open(provision, mark)
            else:
                falls = days.meets(mark.span)
                if falls and mark.what in _STARTS:
                    falls = self._begins(provision, mark.span.lo, days, before)
            if falls:
                self._note(provision, mark)
        if end == Span(days.lo, days.lo):
            self._note(provision, _ended_on(provision, days.lo))
        if end is not None:
            self.endings.setdefault(provision.id, there._replace(ends=end))

    def _note(self, provision: Provision, mark: Mark) -> None:
        """Keep an item, unless the same is there already: the first is kept."""
        # Prices are steps, of which several may begin on the same days.
        step = mark.words if mark.what == "price" else None
        key = provision.id, mark.what, mark.span, step
        if key not in self.found:
            self.found[key] = _item(self.timeline, provision, mark)

    def _begins(
        self, provision: Provision, day: int, days: Span, before: str | None
    ) -> bool:
        """Tell whether a provision begins on a day of a stretch."""
        was = before if day == days.lo else self._status(provision, day - 1)
        now = self._status(provision, day)
        begins = now not in {"not-yet", "ended"} or _used_on(provision, day)
        return was in {None, "not-yet", "ended"} and begins

    def _is_open(self, provision: Provision, mark: Mark) -> bool:
        """Tell whether something without one day may fall into the window."""
        # What had ended before the window may not end again, nor begin.
        had_ended = self._status(provision, self.window.lo - 1) == "ended"
        return mark.span.meets(self.window) and not had_ended


def _used_on(provision: Provision, day: int) -> bool:
    """Tell whether an option was used on a day: by then it had opened."""
    return any(made.span.lo == day for made in provision.exercises)


def _ended_on(provision: Provision, day: int) -> Mark:
    """Tell of a provision that an event of a day ended, perhaps for a day gone by."""
    what: What = "closes" if provision.kind == "option" else "ends"
    text, basis = "" if provision.ends is None else provision.ends.text, None
    if provision.closings:
        text = provision.closings[-1].effective.text
        basis = provision.closings[-1].basis
    return Mark(what, Span(day, day), text, (), "ends", basis)


def _item(timeline: Timeline, provision: Provision, mark: Mark) -> Item:
    """Write what happens to a provision."""
    return Item(
        agreement=timeline.agreement,
        what=mark.what,
        subject=provision.id,
        kind=provision.kind,
        holders=provision.holders,
        against=provision.against,
        date=between(mark.span)[0] if mark.span.exact else None,
        between=between(mark.span),
        certain=mark.span.exact and not mark.waits_for,
        waits_for=mark.waits_for,
        when=mark.when,
        words=mark.words,
        text=provision.text,
        events=_events(timeline, provision, mark),
    )


def _events(timeline: Timeline, provision: Provision, mark: Mark) -> tuple[int, ...]:
    """Name the event that set a term, and those that decided its day."""
    term = provision.why.get(mark.part, provision.set_by[0])
    if mark.rests_on is None or not mark.span.exact:
        return (term,)
    decided = deciding(mark.rests_on, timeline.facts, provision)
    return tuple(dict.fromkeys((term, *decided)))


def _taking_effect(timeline: Timeline, state: State, window: Span) -> Iterator[Item]:
    """Yield what takes effect later than it was signed, given or agreed."""
    took_effect = {
        entry.event.instrument
        for entry in timeline.record.entries
        if isinstance(entry.event, InstrumentTookEffect)
    }
    pending = ((p.entry, p.effective) for p in timeline.pending)
    later = (
        (entry, when)
        for entry in timeline.record.entries
        if isinstance(entry.event, InstrumentSigned | NoticeGiven)
        and (when := entry.event.takes_effect) is not None
        and getattr(entry.event, "id", None) not in took_effect
    )
    for entry, when in chain(pending, later):
        span = resolve_when(when, timeline.facts)
        if not span.meets(window):
            continue
        day = min(window.hi, span.hi - 1)
        waits = () if span.exact else waiting(when, timeline.facts, day)
        yield Item(
            agreement=timeline.agreement,
            what="takes-effect",
            subject=about(entry.event) or entry.envelope.type,
            kind=entry.envelope.type,
            holders=_by(entry.event),
            against=(),
            date=between(span)[0] if span.exact else None,
            between=between(span),
            certain=span.exact,
            waits_for=waits,
            when=when.text,
            words=_effective(entry.event),
            text=None,
            events=(entry.seq,),
            parties=_concerned(entry.event, state),
        )


def _awarded(timeline: Timeline, state: State, window: Span) -> Iterator[Item]:
    """Yield what is awarded in the window, which may be payable from that day."""
    for awarded in awards_of(timeline, state, window.hi):
        step, dispute = awarded.step, awarded.dispute
        if not step.span.meets(window):
            continue
        day = min(window.hi, step.span.hi - 1)
        exact = step.span.exact
        yield Item(
            agreement=timeline.agreement,
            what="awarded",
            subject=dispute.id,
            kind=awarded.event.TYPE,
            holders=(),
            against=(),
            date=between(step.span)[0] if exact else None,
            between=between(step.span),
            certain=exact,
            waits_for=() if exact else waiting(step.effective, timeline.facts, day),
            when=step.effective.text,
            words=awarded.text,
            text=None,
            events=(step.seq,),
            parties=(dispute.claimant, dispute.respondent),
        )


# What a notice is, as it stands before the provision that it is about.
_NOTICES = {
    "offer": "offer under",
    "exercise": "notice of exercise of",
    "consent-request": "request for consent under",
}


def _effective(event: Event) -> str:
    """Name what takes effect; by the provision alone it would read as its opposite."""
    if isinstance(event, NoticeGiven):
        notice = _NOTICES.get(event.kind, f"notice of {event.kind} of")
        if event.provision is None:
            return notice.rpartition(" ")[0]
        return f"{notice} {event.provision}"
    if isinstance(event, InstrumentSigned):
        return f"instrument {event.id}"
    return " ".join(filter(None, (event.TYPE, about(event))))


def _by(event: Event) -> tuple[str, ...]:
    """Name who does what takes effect, where it says so."""
    by = getattr(event, "by", None)
    return (by,) if isinstance(by, str) else ()


def _concerned(event: Event, state: State) -> tuple[str, ...]:
    """Name the parties that an event names, and those to what it is about."""
    if isinstance(event, AgreementEnded):
        return tuple(state.parties)
    names: list[str] = []
    for one in fields_of(type(event)):
        value = getattr(event, one.name) or ()
        named = (value,) if isinstance(value, str) else value
        match one.kind:
            case "party" | "parties":
                names += named
            case "decider":
                names += (name for name in named if name in state.parties)
            case "provision" | "provisions":
                for name in named:
                    if (provision := state.provisions.get(name)) is not None:
                        names += (*provision.holders, *provision.against)
            case _:
                pass
    return tuple(dict.fromkeys(names))
