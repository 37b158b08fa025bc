"""Notes on what was recorded that is possible, and perhaps a slip.

Nothing is refused because of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cli.flagged import never_began
from events.base import SLUG_PATTERN, Event, Grant
from events.catalogue import fields_of
from events.entry import Entry, provisional
from events.errors import did_you_mean
from events.grants import ProcedureAgreed
from events.happenings import (
    MeasureReported,
    MilestoneClaimed,
    MilestoneDetermined,
    NoticeGiven,
)
from events.when import measures, milestones
from projections.fold.folding import fold
from projections.fold.mentions import whens_of
from projections.fold.state import State
from projections.fold.timeline import Timeline, timeline_of

if TYPE_CHECKING:
    from events.entry import Draft
    from ledger.ledger import Ledger
    from ledger.receipts import Receipt
    from projections.fold.facts import Facts
    from projections.fold.provision import Provision
    from projections.fold.step import Step

_SLUG = re.compile(SLUG_PATTERN)


class Note(NamedTuple):
    """What is remarkable about an event, by its number in the agreement.

    ``slip`` tells whether it is perhaps one, so that it is told of an import as well.
    That a notice is in time is none, nor that what happened has a name of its own.
    """

    seq: int
    words: str
    slip: bool = True


def notes_on(
    ledger: Ledger, drafts: Sequence[Draft], receipts: Sequence[Receipt]
) -> Iterator[str]:
    """Yield what is remarkable about events.

    Args:
        ledger: where they are, or would be.
        drafts: the events.
        receipts: one an event; none where they would be recorded only.
    """
    for agreement in dict.fromkeys(draft.agreement for draft in drafts):
        mine = [draft for draft in drafts if draft.agreement == agreement]
        new = {one.seq for one in receipts if one.agreement == agreement}
        noted = (
            notes_among(ledger, mine, new) if receipts else notes_before(ledger, mine)
        )
        yield from dict.fromkeys(note.words for note in noted)


def notes_among(
    ledger: Ledger, drafts: Iterable[Draft], new: Collection[int]
) -> list[Note]:
    """List what is remarkable about events of an agreement that are recorded.

    Args:
        ledger: where they are.
        drafts: the events.
        new: their numbers.
    """
    agreement = next((d.agreement for d in drafts if may_be_a_slip(d.event)), None)
    if agreement is None:
        return []
    return _notes(timeline_of(list(ledger.entries(agreement))), new)


def notes_before(ledger: Ledger, drafts: Sequence[Draft]) -> list[Note]:
    """List what is remarkable about events of an agreement that may be recorded.

    Args:
        ledger: where they would be.
        drafts: all of them.
    """
    if not any(may_be_a_slip(draft.event) for draft in drafts):
        return []
    agreement = drafts[0].agreement
    entries = list(ledger.entries(agreement)) if ledger.has(agreement) else []
    added = [
        provisional(draft, len(entries) + at, ledger.size + at - 1)
        for at, draft in enumerate(drafts, 1)
    ]
    return _notes(timeline_of([*entries, *added]), {entry.seq for entry in added})


def may_be_a_slip(event: Event) -> bool:
    """Tell whether anything of an event is looked at, so that few are read for it."""
    names = ("milestone", "measure", "ends", "starts")
    named = any(getattr(event, name, None) is not None for name in names)
    return named or any(True for _ in _deciders(event))


def _notes(timeline: Timeline, new: Collection[int]) -> list[Note]:
    """List what is remarkable about some of the events of an agreement.

    Cost: folds its events once.
    """
    known = _hung_on(timeline.record.entries)
    notes: list[Note] = []
    for entry in timeline.record.entries:
        if entry.seq in new:
            notes += _names(entry, known)
            notes += (Note(entry.seq, told) for told in _parties(entry.event, timeline))
    state, folded = State(), 0
    for step in timeline.steps:
        if step.seq in new and (name := _provision_named(step.event)) is not None:
            upto = timeline.upto(step.day)
            fold(upto[folded:], timeline.facts, state)
            folded = len(upto)
            if name in state.provisions:
                notes += _ends(step, state.provisions[name], timeline.facts)
    return sorted(notes, key=lambda note: note.seq)


class _HungOn(NamedTuple):
    """The milestones and measures that some term or procedure names."""

    milestones: set[str]
    measures: set[str]


def _hung_on(entries: Iterable[Entry]) -> _HungOn:
    """Collect what terms hang on."""
    found = _HungOn(set(), set())
    for entry in entries:
        if isinstance(entry.event, ProcedureAgreed) and entry.event.milestone:
            found.milestones.add(entry.event.milestone)
        for when in whens_of(entry):
            found.milestones.update(milestones(when.expr))
            found.measures.update(measures(when.expr))
    return found


def _names(entry: Entry, known: _HungOn) -> Iterator[Note]:
    """Say of a milestone or a measure that nothing hangs on it.

    A measure may be reported for its own sake, so that it is told only where another
    one is called almost the same.
    """
    event = entry.event
    milestone = getattr(event, "milestone", None)
    if milestone is not None and milestone not in known.milestones:
        told = _with_hint(f"nothing hangs on {milestone}", milestone, known.milestones)
        slip = isinstance(event, MilestoneClaimed | MilestoneDetermined)
        yield Note(entry.seq, told, slip=slip)
    if isinstance(event, MeasureReported) and event.measure not in known.measures:
        hint = did_you_mean(event.measure, known.measures)
        if hint is not None:
            yield Note(entry.seq, f"nothing hangs on {event.measure}; {hint}")


def _deciders(event: Event) -> Iterator[str]:
    """Yield the words of an event that may be a party, and look like its id."""
    for field in fields_of(type(event)):
        words = getattr(event, field.name) if field.kind == "decider" else None
        if words is not None and _SLUG.fullmatch(words):
            yield words


def _parties(event: Event, timeline: Timeline) -> Iterator[str]:
    """Say that who is named is no party, if that seems to be meant.

    Others than parties decide and claim, but a notice goes from one to another.
    """
    parties = timeline.facts.parties
    for name in _deciders(event):
        if name in parties:
            continue
        hint = did_you_mean(name, parties)
        if hint is not None or isinstance(event, NoticeGiven):
            yield _with_hint(
                f"{name} is no party of {timeline.agreement}", name, parties
            )


def _provision_named(event: Event) -> str | None:
    """Give the id of the provision whose end an event sets, or may have missed."""
    if isinstance(event, NoticeGiven):
        return event.provision if event.kind == "non-renewal" else None
    if all(getattr(event, name, None) is None for name in ("ends", "starts")):
        return None
    return event.id if isinstance(event, Grant) else getattr(event, "provision", None)


def _ends(step: Step, provision: Provision, facts: Facts) -> Iterator[Note]:
    """Say what a notice does to a term, and that something never held."""
    from projections.questions.provisions import provision_answer
    from projections.questions.renewing import notice_told, renewals

    event = step.event
    if isinstance(event, NoticeGiven):
        name, ends = event.provision, provision.ends
        if ends is None or not any(renewals(ends.expr)):
            yield Note(step.seq, f"{name} does not renew, so that no notice ends it")
        elif told := notice_told(step.span, provision, facts):
            late = told.startswith("too late")
            yield Note(step.seq, f"the notice on {name} comes {told}", slip=late)
    else:
        answer = provision_answer(provision, facts, step.day)
        for words in never_began([answer]):
            yield Note(step.seq, words.rstrip("."))


def _with_hint(words: str, name: str, known: Collection[str]) -> str:
    """Add what may have been meant."""
    return "; ".join(filter(None, (words, did_you_mean(name, known))))
