"""The answer to "where does it say?": words in everything that was recorded.

Letters are compared without regard to case and accents, quotes and dashes without
regard to their shape. Every word must occur in an event, and words in double quotes
must occur in that order in one place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from events.base import Event
from events.dates import INF
from events.entry import Entry
from events.errors import InputError
from events.quantity import Quantity, readable
from events.written import Written
from projections.fold.naming import about
from projections.fold.record import Record
from projections.fold.timeline import Timeline
from projections.questions.across import (
    Held,
    Identities,
    KnownIn,
    held_on,
    require_party,
)
from projections.questions.parties import PartyAcross, parties_across

SEARCH_SCHEMA = "whereas/search/1"

# How much of a text is shown around what was found.
_AROUND = 60
_WORDS = re.compile(r'"([^"]*)"|(\S+)')
_NOT_TEXT = frozenset(("confidential",))
# How typesetters write what a keyboard has.
_TYPED = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """An event in which all words occur.

    ``where`` are the fields in which one does, with a piece of each; ``retracted``
    says that the event no longer counts. One that was ``corrected`` is searched as it
    counts and as it was recorded, and what it no longer says is in ``recorded.…``.
    """

    agreement: str
    event: int
    position: int
    type: str
    about: str | None
    effective: str | None
    retracted: bool
    corrected: bool
    where: list[tuple[str, str]]


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where words occur.

    ``parties`` are those that are called so; ``hits`` the events in which all words
    occur, in the order in which they were recorded.
    """

    schema: str
    words: list[str]
    known: KnownIn
    agreements: list[str]
    parties: list[PartyAcross]
    hits: list[Hit]


class _Text(NamedTuple):
    """A piece of text and the field in which it stands."""

    field: str
    text: str
    plain: str


def search_answer(
    timelines: Sequence[Timeline],
    text: str,
    *,
    known: KnownIn,
    party: str | None = None,
    types: Collection[str] = (),
) -> SearchAnswer:
    """Find events by their words.

    Args:
        timelines: the agreements to search.
        text: words, all of which must occur; several in double quotes are one.
        known: the moment of knowledge, to be told again.
        party: only events that name this party.
        types: only events of these types, by their stored names.

    Raises:
        InputError: there is no word to look for.
        NotFound: a party that no agreement declares.
    """
    typed = text.translate(_TYPED)
    words = [found[1] or found[2] or "" for found in _WORDS.finditer(typed)]
    wanted = [folded(word) for word in words if folded(word)]
    if not wanted:
        raise InputError(
            "there is no word to look for",
            excerpt=text,
            hint='write words, or several in quotes: "first refusal"',
        )
    # What was effective last comes at the end of every timeline.
    held = held_on(timelines, INF)
    names = _names(party, held, timelines)
    hits = [
        hit for timeline in timelines for hit in _hits(timeline, wanted, names, types)
    ]
    return SearchAnswer(
        schema=SEARCH_SCHEMA,
        words=words,
        known=known,
        agreements=[there.agreement for there in timelines if there.record.known],
        parties=[one for one in parties_across(held) if _is_called(one, wanted)],
        hits=sorted(hits, key=lambda hit: hit.position),
    )


def folded(text: str) -> str:
    """Give a text as it is typed, without case, accents and needless space."""
    parts = unicodedata.normalize("NFKD", text.translate(_TYPED).casefold())
    letters = "".join(c for c in parts if not unicodedata.combining(c))
    return " ".join(letters.split())


def _names(
    party: str | None, held: Sequence[Held], timelines: Sequence[Timeline]
) -> frozenset[str] | None:
    """Collect the ids under which a party is declared; None for any party."""
    if party is None:
        return None
    require_party(party, timelines)
    who = Identities(held)
    names = {name for there in held for name in (party, *there.state.parties)}
    wanted = who.standing_for(party)
    return frozenset(name for name in names if who.standing_for(name) == wanted)


def _is_called(party: PartyAcross, wanted: Iterable[str]) -> bool:
    """Tell whether all words occur in what a party is called."""
    called = (*party.ids, *party.names, *party.former_names)
    words = folded(" / ".join((*called, *party.identifiers.values())))
    return all(word in words for word in wanted)


def _hits(
    timeline: Timeline,
    wanted: Sequence[str],
    names: frozenset[str] | None,
    types: Collection[str],
) -> Iterator[Hit]:
    """Yield the events of an agreement in which all words occur."""
    record = timeline.record
    counted = {entry.seq: entry for entry in record.entries}
    for seq, recorded in record.known.items():
        entry = counted.get(seq, recorded)
        if types and entry.envelope.type not in types:
            continue
        if names is not None and names.isdisjoint(_ids(entry.event)):
            continue
        texts = list(_texts(entry))
        if entry is not recorded:
            texts += list(_gone(recorded, texts))
        if all(any(word in text.plain for text in texts) for word in wanted):
            yield _hit(entry, texts, wanted, record)


def _hit(
    entry: Entry, texts: Iterable[_Text], wanted: Sequence[str], record: Record
) -> Hit:
    """Write an event that was found."""
    envelope = entry.envelope
    return Hit(
        agreement=envelope.agreement,
        event=entry.seq,
        position=entry.position,
        type=envelope.type,
        about=about(entry.event),
        effective=envelope.effective.text if envelope.effective else None,
        retracted=entry.seq in record.retracted,
        corrected=entry.seq in record.corrections,
        where=[
            (text.field, _piece(text, wanted))
            for text in texts
            if any(word in text.plain for word in wanted)
        ],
    )


def _piece(text: _Text, wanted: Iterable[str]) -> str:
    """Cut a piece of a text around the first word that was found."""
    whole = " ".join(text.text.split())
    at = min(
        (found for word in wanted if (found := text.plain.find(word)) >= 0), default=0
    )
    start, end = max(0, min(at, len(whole)) - _AROUND), at + 2 * _AROUND
    before = "…" if start else ""
    after = "…" if end < len(whole) else ""
    return f"{before}{whole[start:end].strip()}{after}"


def _texts(entry: Entry) -> Iterator[_Text]:
    """Yield the texts of an event, field by field, and those of its sources."""
    envelope = entry.envelope
    yield _text("type", envelope.type)
    if envelope.instrument is not None:
        yield _text("instrument", envelope.instrument)
    yield from _fields(entry.event, "")
    for source in entry.sources():
        for name in ("source", "title", "quote", "at", "uri"):
            if (words := getattr(source, name)) is not None:
                yield _text(f"source.{name}", words)


def _gone(recorded: Entry, texts: Iterable[_Text]) -> Iterator[_Text]:
    """Yield what a corrected event said and says no longer."""
    told = {(text.field, text.text) for text in texts}
    for text in _texts(recorded):
        if (text.field, text.text) not in told:
            yield text._replace(field=f"recorded.{text.field}")


def _fields(struct: object, place: str) -> Iterator[_Text]:
    """Yield the texts in the fields of an event, a party or a scope."""
    for name in getattr(struct, "__struct_fields__", ()):
        if name not in _NOT_TEXT:
            field = f"{place}{name.rstrip('_')}"
            yield from _value(getattr(struct, name), field)


def _value(value: object, field: str) -> Iterator[_Text]:
    """Yield the texts in the value of a field."""
    match value:
        case str():
            yield _text(field, value)
        case Quantity():
            # As it is told, and as it may be written in a file.
            told = _text(field, readable(value.text))
            yield told._replace(plain=f"{told.plain} {folded(value.text)}")
        case Written():
            yield _text(field, value.text)
        case tuple() | list():
            for one in value:
                yield from _value(one, field)
        case dict():
            for key, one in value.items():
                yield from _value(one, f"{field}.{key}")
        case msgspec.Struct():
            yield from _fields(value, f"{field}.")
        case _:
            pass


def _text(field: str, text: str) -> _Text:
    """Make a piece of text ready to be searched."""
    return _Text(field, text, folded(text))


def _ids(event: Event) -> Iterator[str]:
    """Yield the words of an event that may be ids of parties."""
    for text in _fields(event, ""):
        yield text.text
