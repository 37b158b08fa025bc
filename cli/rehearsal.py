"""Show what events would change in the state, without recording them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from cli import changes
from cli.answer import Answer
from cli.asking import on_words
from cli.receipts import answer
from cli.session import Session
from events.dates import INF, PartialDate, day_text
from events.entry import Entry, provisional
from projections.fold.timeline import Timeline, timeline_of
from projections.questions.answers import KnownAt, StateAnswer, state_answer
from projections.questions.diff import DiffAnswer, diff_answer
from projections.questions.history import event_answer

if TYPE_CHECKING:
    from events.entry import Draft
    from ledger.ledger import Ledger
    from ledger.receipts import Receipt

SCHEMA = "whereas/rehearsal/1"
_EMPTY = ("parties", "stakes", "holdings", "measures", "milestones", "disputes")


def rehearsed(
    ledger: Ledger,
    drafts: Sequence[Draft],
    there: Sequence[Receipt],
    session: Session,
) -> Answer:
    """Compare the states before and after events that the ledger would take.

    Args:
        ledger: what is recorded.
        drafts: the events.
        there: the receipts of those that are there already, if that is what they are.
        session: the run, for today's date.

    Returns:
        The differences in all agreements concerned, on today's date or the latest
        effective one, whichever comes last.
    """
    if there:
        return answer(there, [draft.event.TYPE for draft in drafts])
    agreements = list(dict.fromkeys(draft.agreement for draft in drafts))
    diffs = [
        _diff(ledger, name, [d for d in drafts if d.agreement == name], session)
        for name in agreements
    ]
    found = [change for diff in diffs for change in diff.changes]
    events = [event for diff in diffs for event in diff.recorded]
    told = ", ".join(f"@{event.event} {event.type}" for event in events[:3])
    if len(events) > len(events[:3]):
        told = f"{len(events)} events"
    days = dict.fromkeys(on_words(PartialDate.parse(d.on[1])) for d in diffs)
    when = " and ".join(days)
    would = "this would change:" if found else "nothing would change in the state"
    return Answer(
        document={"schema": SCHEMA, "agreements": diffs},
        items=found,
        title=f"would record {told} in {', '.join(agreements)}; nothing is recorded;"
        f" {when}, {would}",
        table=changes.table(found),
        shown=changes.shown(found),
    )


def _diff(
    ledger: Ledger, agreement: str, drafts: Sequence[Draft], session: Session
) -> DiffAnswer:
    """Compare the states of one agreement before and after."""
    recorded = ledger.entries(agreement) if ledger.has(agreement) else []
    size = ledger.size
    new = [
        provisional(draft, len(recorded) + at, size + at - 1)
        for at, draft in enumerate(drafts, 1)
    ]
    horizon = session.today.last
    after = timeline_of([*recorded, *new], horizon=horizon)
    on = _date(after, new, session.today)
    state = state_answer(after, on, known=_known([*recorded, *new]))
    if recorded:
        before = timeline_of(recorded, horizon=horizon)
        old = state_answer(before, on, known=_known(recorded))
        records = before.record, after.record
    else:
        old, records = _nothing(state), None
    told = [event_answer(after, entry.seq) for entry in new]
    return diff_answer(old, state, told, records=records)


def _date(timeline: Timeline, new: Sequence[Entry], today: PartialDate) -> PartialDate:
    """Choose a date on which the events have had their effect."""
    numbers = {entry.seq for entry in new}
    days = [s.day for s in timeline.steps if s.seq in numbers and 0 < s.day < INF]
    last = max(days, default=0)
    return PartialDate.parse(day_text(last)) if last > today.last else today


def _known(entries: Sequence[Entry]) -> KnownAt:
    """Name the last event."""
    last = entries[-1]
    return KnownAt(last.seq, last.position, last.envelope.recorded_at)


def _nothing(state: StateAnswer) -> StateAnswer:
    """Give the state of an agreement that there is not yet."""
    return msgspec.structs.replace(
        state,
        known=KnownAt(0, -1, ""),
        provisions=[],
        pending=[],
        skipped=[],
        ended=None,
        **{name: [] for name in _EMPTY},
    )
