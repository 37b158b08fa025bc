"""The answer to "may they?": permitted, not permitted, contingent, or silent.

What permits and what bars is put side by side and never weighed: where an agreement
says both, the answer is contingent and the conflict is shown. docs/may.md has the
rules as tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, Literal, NamedTuple

import msgspec

from events.dates import PartialDate
from events.errors import Refused
from events.scope import AXES, Box, box_covers, scope_text
from projections.fold.provision import Provision
from projections.fold.supposals import Supposal
from projections.fold.timeline import Timeline
from projections.questions.across import (
    Held,
    Identities,
    KnownIn,
    held_on,
    horizon_of,
    skipped_in,
)
from projections.questions.bearing import Bearing, Bearings, keeps_nobody_out
from projections.questions.counterparty import as_written
from projections.questions.matching import clauses_over, meet
from projections.questions.question import (
    Question,
    Unnamed,
    asked_of,
    check_question,
    tags_in,
    unnamed,
)
from projections.questions.reasons import Reason, reason_of, waits_of

MAY_SCHEMA = "whereas/may/1"

Verdict = Literal["permitted", "not-permitted", "contingent", "silent"]

# A question that falls into more parts than this is too open to be answered by parts.
MAX_PARTS = 500
# Of more parts than this what they have in common is not asked about.
MAX_CROSSED = 40


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """A provision that permits and one that bars the same, both certainly in force."""

    permits: Reason
    bars: Reason


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A party that another one comes after, and the event that says so."""

    agreement: str
    party: str
    successor: str
    change: str
    event: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of the question that have another answer than the whole, for one reason.

    ``scope_text`` has the axes on which they are narrower than the question.
    """

    scope: list[dict[str, Any]]
    scope_text: str
    verdict: Verdict
    waits_for: tuple[str, ...]
    words: tuple[str, ...]
    because: list[Reason]
    conflicts: list[Clash]


class MayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a party may do something on a day.

    ``verdict`` is for the question as it was asked; ``unless`` are the parts of it
    that have another answer, and ``depends_on`` the axes that set them apart.
    ``former`` are provisions that speak of it and have ended, have not begun, or carve
    it out; ``aside`` those that would bear on it if it named another axis, and those
    whose ``level`` keeps nobody out.
    ``unnamed`` are tags of the question that nothing names on any day.
    ``followed`` tells who came after whom where the party that asks is one of them,
    ``skipped`` which recorded events could not apply under what is supposed.
    """

    schema: str
    party: str
    scope: dict[str, Any]
    scope_text: str
    on: str
    known: KnownIn
    horizon: str | None
    suppose: list[str]
    agreements: list[str]
    verdict: Verdict
    waits_for: tuple[str, ...]
    words: tuple[str, ...]
    depends_on: tuple[str, ...]
    because: list[Reason]
    conflicts: list[Clash]
    unless: list[Part]
    former: list[Reason]
    aside: list[dict[str, Any]]
    followed: list[Followed]
    skipped: list[dict[str, Any]]
    unnamed: list[Unnamed]


def may_answer(
    timelines: Sequence[Timeline],
    question: Question,
    on: PartialDate,
    *,
    known: KnownIn,
    supposals: Iterable[Supposal] = (),
) -> MayAnswer:
    """Tell whether a party may do something.

    Args:
        timelines: the agreements that are asked, with their horizon and supposals.
        question: what is asked.
        on: the date asked about; a partial one asks about its last day.
        known: the moment of knowledge, to be told again.
        supposals: those that the timelines were made with, to be told again.

    Raises:
        NotFound: a party that no agreement declares.
        Refused: the question is too open.
    """
    check_question(question, timelines)
    held = held_on(timelines, on.last)
    asking = _Asking(held, Identities(held), question.party, on.last)
    box = as_written(question.box)
    heard = asking.hear(box)
    parts = _parts(asking, box, heard)
    verdict = heard.verdict
    if verdict == "silent" and parts:
        verdict = "contingent"
    return MayAnswer(
        schema=MAY_SCHEMA,
        party=question.party,
        scope=_written(box),
        scope_text=scope_text((box,)),
        on=on.text,
        known=known,
        horizon=horizon_of(timelines),
        suppose=[supposal.text for supposal in supposals],
        agreements=[there.agreement for there in held],
        verdict=verdict,
        waits_for=heard.waits_for,
        words=heard.words,
        depends_on=_axes(box, parts),
        because=[reason_of(bearing) for bearing in heard.live],
        conflicts=heard.clashes,
        unless=[_part(box, boxes, found) for boxes, found in parts],
        former=list(_former(heard)),
        aside=list(_aside(heard)),
        followed=list(_followed(asking)),
        skipped=skipped_in(held),
        unnamed=list(unnamed(box, tags_in(timelines))),
    )


def _followed(asking: _Asking) -> Iterator[Followed]:
    """Yield who came after the party that asks, and whom it came after."""
    who = asking.who
    for there in asking.held:
        itself = who.standing_for(asking.party), who.of(there.agreement, asking.party)
        for party in there.state.parties.values():
            for after in party.successions:
                if (
                    who.standing_for(party.id) in itself
                    or who.standing_for(after.successor) in itself
                ):
                    yield Followed(
                        agreement=there.agreement,
                        party=party.id,
                        successor=after.successor,
                        change=after.change,
                        event=after.seq,
                    )


class _Heard(NamedTuple):
    """What all agreements say of one box."""

    bearings: list[Bearing]
    parts: list[Box]
    carved_out: list[Bearing]
    aside: list[tuple[Held, Provision]]

    @property
    def live(self) -> list[Bearing]:
        """List what counts on the day."""
        there = [bearing for bearing in self.bearings if bearing.live]
        barred = any(bearing.effect != "permits" for bearing in there)
        return [bearing for bearing in there if not (barred and bearing.yields)]

    @property
    def verdict(self) -> Verdict:
        """Put what permits and what bars side by side."""
        permits = [b.certain for b in self.live if b.effect == "permits"]
        bars = [b.certain for b in self.live if b.effect != "permits"]
        if not permits and not bars:
            return "silent"
        if any(bars) and not permits:
            return "not-permitted"
        if any(permits) and not bars:
            return "permitted"
        return "contingent"

    @property
    def waits_for(self) -> tuple[str, ...]:
        """List what a contingent answer hangs on."""
        return self._hangs_on([waits_of(bearing) for bearing in self.live])

    @property
    def words(self) -> tuple[str, ...]:
        """List the words that a contingent answer hangs on."""
        return self._hangs_on([bearing.words for bearing in self.live])

    def _hangs_on(self, each: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
        """Join lists without repeating, where anything hangs on them."""
        if self.verdict != "contingent":
            return ()
        return tuple(dict.fromkeys(text for texts in each for text in texts))

    @property
    def clashes(self) -> list[Clash]:
        """Pair what certainly permits with what certainly bars."""
        certain = [bearing for bearing in self.live if bearing.certain]
        return [
            Clash(permits=reason_of(one), bars=reason_of(other))
            for one in certain
            if one.effect == "permits"
            for other in certain
            if other.effect == "bars"
        ]

    @property
    def gist(self) -> tuple[object, ...]:
        """Give what makes two answers the same: the verdict and its reasons.

        Which clause of a scope speaks of a part is no other reason.
        """
        reasons = (reason_of(bearing) for bearing in self.live)
        because = (msgspec.structs.replace(reason, events=()) for reason in reasons)
        return (self.verdict, *because)


class _Asking(NamedTuple):
    """Who asks whom on which day."""

    held: Sequence[Held]
    who: Identities
    party: str
    day: int

    def hear(self, box: Box) -> _Heard:
        """Ask every agreement about a box."""
        heard = _Heard([], [], [], [])
        for there in self.held:
            asked = asked_of(Question(self.party, box), there, self.who, self.day)
            said = Bearings(there, asked, self.who).read()
            heard.bearings.extend(said.found)
            heard.parts.extend(map(as_written, said.parts))
            heard.carved_out.extend(said.carved_out)
            heard.aside.extend((there, provision) for provision in said.aside)
        return heard


def _parts(
    asking: _Asking, whole: Box, heard: _Heard
) -> list[tuple[list[Box], _Heard]]:
    """List the parts of a question that have another answer than the whole.

    Parts with the same answer for the same reasons are listed together, and a part
    that lies within another one of them is not listed. What two parts have in common
    is listed where it has a third answer.
    """
    boxes = [box for box in dict.fromkeys(heard.parts) if box != whole]
    if len(boxes) > MAX_PARTS:
        raise Refused(
            f"the question falls into {len(boxes)} parts",
            hint="say more about it: --scope product=…, --with PARTY",
        )
    groups: dict[tuple[object, ...], tuple[list[Box], _Heard]] = {}
    for box in boxes:
        found = asking.hear(box)
        if found.verdict != heard.verdict:
            groups.setdefault(found.gist, ([], found))[0].append(box)
    told = [(_widest(boxes), found) for boxes, found in groups.values()]
    for box, verdicts in _common(told):
        found = asking.hear(box)
        if found.verdict not in verdicts:
            groups.setdefault(found.gist, ([], found))[0].append(box)
    return [(_widest(boxes), found) for boxes, found in groups.values()]


def _common(
    told: Sequence[tuple[list[Box], _Heard]],
) -> Iterator[tuple[Box, set[Verdict]]]:
    """Yield what parts with different answers have in common, and those answers."""
    parts: list[tuple[Box, Verdict]] = [
        (box, found.verdict) for boxes, found in told for box in boxes
    ]
    seen: set[Box] = {box for box, _ in parts}
    for (one, mine), (other, others) in combinations(parts[:MAX_CROSSED], 2):
        box = meet(one, other) if mine != others else None
        if box is not None and box not in seen:
            seen.add(box)
            yield box, {mine, others}


def _widest(boxes: Sequence[Box]) -> list[Box]:
    """Leave out boxes that lie within others."""
    return [
        box
        for box in boxes
        if not any(other != box and box_covers(other, box) for other in boxes)
    ]


def _part(whole: Box, boxes: Sequence[Box], heard: _Heard) -> Part:
    """Write parts of the question that have one answer."""
    apart = [Box(**dict(_narrowed(box, whole))) for box in boxes]
    return Part(
        scope=[_written(box) for box in boxes],
        scope_text=scope_text(tuple(apart)),
        verdict=heard.verdict,
        waits_for=heard.waits_for,
        words=heard.words,
        because=[reason_of(bearing) for bearing in heard.live],
        conflicts=heard.clashes,
    )


def _axes(whole: Box, parts: Iterable[tuple[list[Box], _Heard]]) -> tuple[str, ...]:
    """List the axes on which parts are narrower than the whole question."""
    boxes = [box for found, _ in parts for box in found]
    axes = {axis for box in boxes for axis, _ in _narrowed(box, whole)}
    return tuple(axis for axis in AXES if axis in axes)


def _narrowed(box: Box, whole: Box) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the axes on which a part is narrower than the whole, with its tags."""
    for axis in AXES:
        tags = getattr(box, axis)
        if tags != getattr(whole, axis):
            yield axis, tags


def _former(heard: _Heard) -> Iterator[Reason]:
    """Yield what speaks of the question and does not count on the day."""
    for bearing in heard.bearings:
        if not bearing.live:
            yield reason_of(bearing)
    for bearing in heard.carved_out:
        if bearing.live:
            yield reason_of(bearing, effect="carved-out")


def _aside(heard: _Heard) -> Iterator[dict[str, Any]]:
    """Yield provisions that would bear on the question if it named another axis."""
    for held, provision in heard.aside:
        over = held.state.provisions.get(provision.over or "")
        clauses = clauses_over(provision, over)
        included = (clause for clause in clauses if clause.include)
        boxes = dict.fromkeys(box for clause in included for box in clause.boxes)
        yield {
            "agreement": held.agreement,
            "provision": provision.id,
            "scope_text": scope_text(tuple(boxes)),
            "text": provision.text,
            "over": provision.over,
            "level": provision.level if keeps_nobody_out(provision) else None,
        }


def _written(box: Box) -> dict[str, Any]:
    """Write a box as data."""
    written: dict[str, Any] = msgspec.to_builtins(box)
    return written
