"""A question of what a party may do, as it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

import msgspec

from events.errors import InputError, NotFound, did_you_mean
from events.scope import AXES, Box, read_scope
from projections.fold.timeline import Timeline
from projections.questions.across import Held, Identities, require_party
from projections.questions.bearing import Asked
from projections.questions.counterparty import (
    THIRD_PARTY,
    UNDER_THIRD,
    in_terms_of,
)

# The fields of events in which a scope is written.
INCLUDING = ("scope", "include")
EXCLUDING = ("exclude", "except_")


class Question(NamedTuple):
    """Whether a party may do something.

    Attributes:
        party: the id of the party, in any agreement.
        box: the activity, the rest of the scope and the counterparty; an axis without
            tags is left open. The party itself as counterparty means: by itself.
    """

    party: str
    box: Box


def read_question(
    party: str,
    activity: str,
    *,
    scope: Iterable[str] = (),
    counterparty: Sequence[str] = (),
) -> Question:
    """Read a question from its words.

    Args:
        party: who asks.
        activity: a tag, for example ``cloud/hosting``.
        scope: what it is about, each ``axis=tag``; several tags on one axis ask about
            all of them at once.
        counterparty: with or for whom: parties, ``third-party`` for anybody else, or
            the party that asks for what it does by itself.

    Raises:
        InputError: an unknown axis, or something that is no tag.
    """
    axes: dict[str, list[str]] = {"activity": [activity]}
    for text in scope:
        for axis, tags in _axes(text):
            if axis == "activity":
                raise InputError(
                    f"the activity is {activity} already",
                    excerpt=text,
                    hint="ask about one activity at a time",
                )
            axes.setdefault(axis, []).extend(tags)
    if counterparty:
        axes.setdefault("counterparty", []).extend(counterparty)
    (box,) = read_scope(axes)
    return Question(party, box)


def _axes(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the axes that a text names, with their tags."""
    boxes = read_scope(text)
    if len(boxes) != 1:
        raise InputError(
            f"{text} has several boxes",
            excerpt=text,
            hint="ask about one part of the scope at a time",
        )
    for axis in AXES:
        if tags := getattr(boxes[0], axis):
            yield axis, tags


def check_question(question: Question, timelines: Sequence[Timeline]) -> None:
    """Refuse a question about somebody whom no agreement knows.

    Raises:
        NotFound: a party, or a counterparty that is neither a party nor a tag that
            some provision names.
    """
    require_party(question.party, timelines)
    known = {party for timeline in timelines for party in timeline.facts.parties}
    known |= {THIRD_PARTY, *_counterparties(timelines)}
    for tag in question.box.counterparty:
        head = tag.partition("/")[0]
        if head not in known and tag not in known:
            raise NotFound(
                f"there is no party {tag}",
                hint=did_you_mean(tag, known)
                or f"write {UNDER_THIRD}{tag} for somebody who is no party",
                word=tag,
                wanted="party",
            )


def _counterparties(timelines: Iterable[Timeline]) -> Iterator[str]:
    """Yield the counterparties that scopes name."""
    for timeline in timelines:
        for entry in timeline.record.entries:
            for name in ("scope", "except_", "include", "exclude"):
                for box in getattr(entry.event, name, ()):
                    yield from box.counterparty


def asked_of(question: Question, held: Held, who: Identities, day: int) -> Asked:
    """Put a question as one agreement understands it."""
    party = who.now(held.agreement, question.party)
    return Asked(party, in_terms_of(held, who, question.box), day)


class Unnamed(msgspec.Struct, frozen=True, kw_only=True):
    """A tag of a question that no event names, and the one nearest to it, if any."""

    axis: str
    tag: str
    nearest: str | None


def tags_in(
    timelines: Iterable[Timeline], fields: Sequence[str] = (*INCLUDING, *EXCLUDING)
) -> set[tuple[str, str]]:
    """Collect the tags that events name in some fields, each with its axis."""
    return {
        (axis, tag)
        for timeline in timelines
        for entry in timeline.record.entries
        for name in fields
        for box in getattr(entry.event, name, None) or ()
        for axis in AXES
        for tag in getattr(box, axis)
    }


def unnamed(box: Box, tags: Iterable[tuple[str, str]]) -> Iterator[Unnamed]:
    """Yield the tags of a question that nothing speaks of.

    A tag above or below one that is named is spoken of. Counterparties are parties, and
    are looked up among them. An activity that is called like no other is none either:
    what names no activity speaks of all.

    Args:
        box: the question.
        tags: those that are spoken of, each with its axis.
    """
    named: dict[str, set[str]] = {axis: set() for axis in AXES}
    for axis, tag in tags:
        named[axis].add(tag)
    for axis in AXES:
        for tag in () if axis == "counterparty" else getattr(box, axis):
            if not any(_lies_on(tag, one) for one in named[axis]):
                near = get_close_matches(tag, sorted(named[axis]), n=1)
                if near or axis != "activity":
                    yield Unnamed(axis=axis, tag=tag, nearest=near[0] if near else None)


def _lies_on(tag: str, named: str) -> bool:
    """Tell whether a tag is above or below another, or the same."""
    return f"{tag}/".startswith(f"{named}/") or f"{named}/".startswith(f"{tag}/")
