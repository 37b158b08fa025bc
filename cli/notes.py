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
from events.happenings import MeasureReported, NoticeGiven
from events.when import measures, milestones
from projections.fold.mentions import whens_of
from projections.fold.timeline import Timeline, timeline_of

if TYPE_CHECKING:
    from events.entry import Draft
    from ledger.ledger import Ledger
    from ledger.receipts import Receipt

_SLUG = re.compile(SLUG_PATTERN)


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
        if not any(_may_be_a_slip(draft.event) for draft in mine):
            continue
        entries = list(ledger.entries(agreement)) if ledger.has(agreement) else []
        new = {one.seq for one in receipts if one.agreement == agreement}
        if not receipts:
            entries += (
                provisional(draft, len(entries) + at, ledger.size + at - 1)
                for at, draft in enumerate(mine, 1)
            )
            new = {entry.seq for entry in entries[-len(mine) :]}
        yield from dict.fromkeys(_notes(timeline_of(entries), new))


def _may_be_a_slip(event: Event) -> bool:
    """Tell whether anything of an event is looked at, so that few are read for it."""
    names = ("milestone", "measure", "ends", "starts")
    named = any(getattr(event, name, None) is not None for name in names)
    return named or any(True for _ in _deciders(event))


def _notes(timeline: Timeline, new: Collection[int]) -> Iterator[str]:
    """Yield what is remarkable about some of the events of an agreement."""
    known = _hung_on(timeline.record.entries)
    for entry in timeline.record.entries:
        if entry.seq in new:
            yield from _names(entry.event, known)
            yield from _parties(entry.event, timeline)
            yield from _ends(entry, timeline)


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


def _names(event: Event, known: _HungOn) -> Iterator[str]:
    """Say of a milestone or a measure that nothing hangs on it.

    A measure may be reported for its own sake, so that it is told only where another
    one is called almost the same.
    """
    milestone = getattr(event, "milestone", None)
    if milestone is not None and milestone not in known.milestones:
        yield _with_hint(f"nothing hangs on {milestone}", milestone, known.milestones)
    if isinstance(event, MeasureReported) and event.measure not in known.measures:
        hint = did_you_mean(event.measure, known.measures)
        if hint is not None:
            yield f"nothing hangs on {event.measure}; {hint}"


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


def _ends(entry: Entry, timeline: Timeline) -> Iterator[str]:
    """Say what a notice does to a term, and that something never held."""
    from projections.questions.answers import provision_answer
    from projections.questions.renewing import notice_told, renewals

    event = entry.event
    name = event.id if isinstance(event, Grant) else getattr(event, "provision", None)
    step = next((step for step in timeline.steps if step.seq == entry.seq), None)
    if step is None:
        return
    provision = timeline.state(step.day).provisions.get(name or "")
    if provision is None:
        return
    if isinstance(event, NoticeGiven):
        if event.kind != "non-renewal":
            return
        ends = provision.ends
        if ends is None or not any(renewals(ends.expr)):
            yield f"{name} does not renew, so that no notice ends it"
        elif told := notice_told(step.span, provision, timeline.facts):
            yield f"the notice on {name} comes {told}"
    else:
        answer = provision_answer(provision, timeline.facts, step.day)
        yield from (words.rstrip(".") for words in never_began([answer]))


def _with_hint(words: str, name: str, known: Collection[str]) -> str:
    """Add what may have been meant."""
    return "; ".join(filter(None, (words, did_you_mean(name, known))))
