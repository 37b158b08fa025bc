"""The reasons of an answer on what a party may do: provisions, and their events."""

from __future__ import annotations

import msgspec

from projections.fold.provision import Provision
from projections.fold.status import flags
from projections.questions.bearing import Bearing
from projections.questions.provisions import Range, between

# The parts of a provision that decide whether it bears on a question, and how.
_DECIDING = (
    *("grant", "holders", "against", "level", "starts", "ends", "suspension"),
    *("condition", "amount"),
)


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A provision that bears on the question.

    ``effect`` is permits, bars, must-offer-first or carved-out; ``words`` are those
    that nobody can evaluate; ``events`` are those that decide that it bears on the
    question and how it stands, in the order of their numbers.
    """

    agreement: str
    provision: str
    kind: str
    level: str | None
    effect: str
    status: str
    waits_for: tuple[str, ...]
    words: tuple[str, ...]
    flags: tuple[str, ...]
    text: str | None
    ends: str | None
    starts_between: Range
    ends_between: Range
    events: tuple[int, ...]


def reason_of(bearing: Bearing, *, effect: str | None = None) -> Reason:
    """Tell how a provision bears on the question.

    Args:
        bearing: the provision.
        effect: what to call it, where it does not do what its kind does.
    """
    provision, stand = bearing.provision, bearing.standing
    return Reason(
        agreement=bearing.held.agreement,
        provision=provision.id,
        kind=provision.kind,
        level=provision.level,
        effect=effect or bearing.effect,
        status=stand.status,
        waits_for=waits_of(bearing),
        words=bearing.words,
        flags=flags(provision),
        text=provision.text,
        ends=provision.ends.text if provision.ends else None,
        starts_between=between(stand.starts),
        ends_between=between(stand.ends),
        events=_events(bearing),
    )


def waits_of(bearing: Bearing) -> tuple[str, ...]:
    """List what the status of a provision hangs on, also while it pauses."""
    if bearing.standing.status != "suspended":
        return bearing.standing.waits_for
    pause = bearing.provision.suspension
    until = None if pause is None else pause.until
    return (f"suspended until {until}" if until else "suspended until it is resumed",)


def _events(bearing: Bearing) -> tuple[int, ...]:
    """Collect the numbers of the events that decide."""
    provision: Provision = bearing.provision
    numbers = {provision.why[part] for part in _DECIDING if part in provision.why}
    if bearing.clause is not None:
        numbers.add(bearing.clause.seq)
    return tuple(sorted(numbers))
