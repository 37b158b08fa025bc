"""What holds on a day, worked out slowly from the definitions alone, to check the fold.

Nothing of `projections` is used here. An event is one branch, a When is one branch, and
every answer is worked out from the whole history anew. A span is a pair of days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from events.capital import InvestmentMade
from events.correction import corrected
from events.dates import INF, NEG_INF, PartialDate, day_text
from events.expressions import atoms
from events.quantity import Quantity
from tests.oracle_when import NEVER, Known, Order, Span, earliest, is_open, span_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from events.base import Event
    from events.entry import Entry
    from events.when import When

TERMS = ("term-extended", "term-shortened", "term-changed", "provision-interpreted")


@dataclass(frozen=True)
class Told:
    """What is said of a provision on a day."""

    status: str
    kind: str
    holders: tuple[str, ...]
    against: tuple[str, ...]
    level: str | None
    quantity: str | None
    starts: tuple[str | None, str | None]
    ends: tuple[str | None, str | None]


@dataclass
class Pause:
    """A suspension: from when, until when, and when it was resumed."""

    since: Span
    until: When | None
    resumed: Span = NEVER


@dataclass
class Right:
    """A provision as the events folded so far have made it."""

    kind: str
    holders: tuple[str, ...]
    against: tuple[str, ...]
    level: str | None
    amounts: dict[str, Any]
    starts: When
    ends: When | None
    agreed: Order
    closed: list[Span] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)


def oracle(
    entries: Sequence[Entry], day: int, horizon: int, supposed: Sequence[str] = ()
) -> dict[str, Told]:
    """Tell of every provision that is there on a day, from events in recorded order."""
    events = counting(entries)
    known = gathered(events, horizon, supposed)
    there: dict[str, Right] = {}
    ended: list[tuple[Span, tuple[str, ...]]] = []
    for entry in sorted(events, key=lambda entry: order(entry, known)):
        span = effective(entry, known)
        if span is not None and folded_from(entry, known) <= day:
            apply(entry, span, order(entry, known), there, ended)
    return {name: told(name, right, known, day) for name, right in there.items()}


def counting(entries: Sequence[Entry]) -> list[Entry]:
    """Give the events that count, each as it should have been recorded."""
    out: set[int] = set()
    for entry in reversed(entries):
        if entry.envelope.type == "event-retracted" and entry.seq not in out:
            out.add(entry.event.target)  # type: ignore[attr-defined]  # it has one
    found = {entry.seq: entry for entry in entries if entry.seq not in out}
    for entry in list(found.values()):
        event: Any = entry.event
        if entry.envelope.type == "event-corrected" and event.target in found:
            found[event.target] = corrected(found[event.target], event.replacement)
    return [entry for entry in found.values() if not entry.is_record]


def gathered(events: Sequence[Entry], horizon: int, supposed: Sequence[str]) -> Known:
    """Gather what is known; an event may wait for a milestone that another settles."""
    known = Known(horizon)
    for _ in range(len(events) + 1):
        seen, known = known, Known(horizon)
        for entry in events:
            span = effective(entry, seen)
            if span is not None:
                note(entry, span, known, seen)
        for text in supposed:
            suppose(text, known)
        if known == seen:
            break
    return known


def suppose(text: str, known: Known) -> None:
    """Note a supposal: a milestone, its claim, that it is never, or a measure."""
    name, _, said = text.partition("=")
    if name.startswith("measure "):
        value, _, said = said.partition("@")
        date = PartialDate.parse(said)
        reports = known.reports.setdefault(name.removeprefix("measure "), [])
        reports.append(((date.first, date.last), Quantity.parse(value)))
        return
    milestone, _, stage = name.partition(".")
    if said == "never":
        known.lapsed.add(milestone)
        return
    date = PartialDate.parse(said)
    known.claims.setdefault(milestone, []).append((date.first, date.last))
    if stage != "claimed":
        days = known.determinations.setdefault(milestone, [])
        days.append((date.first, date.last))


def note(entry: Entry, span: Span, known: Known, seen: Known) -> None:
    """Note what an event says whatever day is meant."""
    event: Any = entry.event
    name = entry.envelope.type
    as_of = getattr(event, "as_of", None)
    meant = (as_of.first, as_of.last) if as_of is not None else span
    if name == "milestone-claimed":
        known.claims.setdefault(event.milestone, []).append(meant)
    elif name == "milestone-determined":
        if event.outcome in ("verified", "occurred", "waived"):
            known.determinations.setdefault(event.milestone, []).append(meant)
        elif event.outcome == "lapsed":
            known.lapsed.add(event.milestone)
    elif name == "instrument-signed":
        day = event.signed_on.first if event.signed_on is not None else span[0]
        known.signed[event.id] = day
    elif name == "procedure-agreed":
        pass
    elif getattr(event, "milestone", None) and (
        name != "approval-decided" or event.decision == "approved"
    ):
        known.determinations.setdefault(event.milestone, []).append(span)
    if name == "measure-reported":
        known.reports.setdefault(event.measure, []).append((meant, event.value))
    if name == "notice-given" and event.kind == "non-renewal" and event.provision:
        known.notices.setdefault(event.provision, []).append((span, order(entry, seen)))


def effective(entry: Entry, known: Known) -> Span | None:
    """Give the days on which an event may be effective, or None while it is pending."""
    expr = when_of(entry).expr
    span = span_of(expr, known)
    waits = any(is_open(atom, known) for atom in atoms(expr))
    if span[0] == INF or (waits and span[1] == INF):
        return None
    return span


def folded_from(entry: Entry, known: Known) -> int:
    """Give the day from which an event counts: the last one, where it still waits."""
    span = effective(entry, known)
    if span is None:
        return INF
    waits = any(is_open(atom, known) for atom in atoms(when_of(entry).expr))
    return span[1] if waits else span[0]


def when_of(entry: Entry) -> When:
    """Give the effective date of an event of the world, which always has one."""
    assert entry.envelope.effective is not None
    return entry.envelope.effective


def order(entry: Entry, known: Known) -> Order:
    """Give what events are sorted by: first day, day of signing, position."""
    first = folded_from(entry, known)
    signed = known.signed.get(entry.envelope.instrument or "", first)
    return first, signed, entry.position


def apply(
    entry: Entry,
    span: Span,
    at: Order,
    there: dict[str, Right],
    ended: list[tuple[Span, tuple[str, ...]]],
) -> None:
    """Do what an event does to the provisions that are there."""
    event: Any = entry.event
    name = entry.envelope.type
    when = when_of(entry)
    if hasattr(event, "id") and (hasattr(event, "holder") or name == "investment-made"):
        right = granted(event, when, at)
        right.closed = [on for on, survives in ended if event.id not in survives]
        there[event.id] = right
        return
    if name == "agreement-ended":
        ended.append((span, event.survives))
        for found, right in there.items():
            if found not in event.survives:
                right.closed.append(span)
        return
    provision = getattr(event, "provision", None)
    if provision in there:
        change(there[provision], event, span, when, at)


def change(  # noqa: C901  # one case a type
    right: Right,
    event: Any,  # noqa: ANN401  # any event about a provision
    span: Span,
    when: When,
    at: Order,
) -> None:
    """Do what an event about a provision does to it."""
    name = event.TYPE
    if name in TERMS and getattr(event, "by", None) != "recorder":
        change_term(right, event, at)
    elif name == "level-changed":
        right.level = event.level
    elif name == "quantity-changed":
        right.amounts |= amounts_of(event)
    elif name == "parties-changed":
        right.holders = event.holder or right.holders
        right.against = event.against or right.against
    elif name == "provision-suspended":
        right.pauses.append(Pause(span, event.until))
    elif name == "provision-resumed":
        for pause in right.pauses:
            pause.resumed = earliest([pause.resumed, span])
    elif name == "provision-reinstated":
        right.starts, right.ends, right.agreed = when, event.ends, at
        right.closed, right.pauses = [], []
    elif name in ("right-relinquished", "provision-ended"):
        right.closed.append(span)
    elif name == "option-exercised":
        stays = event.partial or event.choice == "extended"
        if right.kind == "option" and not stays:
            right.closed.append(span)


def granted(event: Any, when: When, at: Order) -> Right:  # noqa: ANN401  # any grant
    """Make the provision that a grant or an investment brings into being."""
    if isinstance(event, InvestmentMade):
        holders, against = (event.investor,), (event.recipient,)
        kind, starts = "investment", None
    else:
        holders, against, starts = event.holder, event.against, event.starts
        kind = getattr(event, "kind", event.KIND)
    level = getattr(event, "level", None)
    return Right(
        kind, holders, against, level, amounts_of(event), starts or when, event.ends, at
    )


def amounts_of(event: Event) -> dict[str, Any]:
    """Collect the amounts that an event gives."""
    names = ("amount", "rate", "price", "price_schedule")
    return {name: getattr(event, name) for name in names if getattr(event, name, None)}


def change_term(right: Right, event: Any, at: Order) -> None:  # noqa: ANN401  # three types
    """Give a provision another start or end."""
    right.starts = getattr(event, "starts", None) or right.starts
    if event.ends is not None:
        right.ends, right.agreed = event.ends, at


def told(name: str, right: Right, known: Known, day: int) -> Told:
    """Tell how a provision stands on a day."""
    # One that is given on the day of a new term counts for it.
    notices = [
        span for span, at in known.notices.get(name, []) if at[0] >= right.agreed[0]
    ]
    starts = span_of(right.starts.expr, known)
    term = NEVER if right.ends is None else span_of(right.ends.expr, known, notices)
    ends = earliest([term, *right.closed])
    return Told(
        status(starts, ends, pauses_of(right, known), day),
        right.kind,
        right.holders,
        right.against,
        right.level,
        quantity(right, day),
        days_text(starts),
        days_text(ends),
    )


def pauses_of(right: Right, known: Known) -> list[tuple[Span, Span]]:
    """List when a provision pauses: when each pause begins and when it is over."""
    return [
        (
            pause.since,
            earliest([pause.resumed, span_of(pause.until.expr, known)])
            if pause.until is not None
            else pause.resumed,
        )
        for pause in right.pauses
    ]


def status(starts: Span, ends: Span, pauses: list[tuple[Span, Span]], day: int) -> str:
    """Test the status in the order of the definitions."""
    if ends[1] <= day or ends[1] <= starts[0]:
        return "ended"
    if starts[0] > day:
        return "not-yet"
    if any(since[1] <= day < over[0] for since, over in pauses):
        return "suspended"
    perhaps = any(since[0] <= day < over[1] for since, over in pauses)
    if starts[1] <= day < ends[0] and not perhaps:
        return "in-force"
    return "contingent"


def quantity(right: Right, day: int) -> str | None:
    """Give the amount, the rate or the price that applies on a day."""
    for name in ("amount", "rate"):
        if name in right.amounts:
            return str(right.amounts[name])
    price = right.amounts.get("price")
    for step in right.amounts.get("price_schedule", ()):
        if step.start.first <= day:
            price = step.price
    return None if price is None else str(price)


def days_text(span: Span) -> tuple[str | None, str | None]:
    """Write a span; what has no bound has no day."""
    first, last = (None if day in (NEG_INF, INF) else day_text(day) for day in span)
    return first, last
