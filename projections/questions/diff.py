"""The answer to "what changed?": two states side by side ("whereas/diff/1")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Literal, NamedTuple

import msgspec

from events.record import EventCorrected, EventRetracted
from projections.fold.record import Record
from projections.questions.answers import KnownAt, StateAnswer
from projections.questions.history import EventAnswer

DIFF_SCHEMA = "whereas/diff/1"

Sign = Literal["+", "-", "~"]

# Compared in this order; what follows from another field is not compared by itself.
_PROVISION_FIELDS = (
    *("status", "waits_for", "holders", "against", "level", "quantity", "basis"),
    *("scope", "starts", "ends", "condition", "terms", "readings", "flags"),
)
# What the end comes to is told where its words are the same.
_COMES_TO = ("ends_between", "later")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that differs.

    ``subject`` is a provision, party, holder of a stake and so on, as ``kind`` says;
    ``field`` is None where the whole came or went. ``events`` are those that bear on
    the subject on one side only, with what corrects or retracts them; none where only
    time has passed.
    """

    sign: Sign
    kind: str
    subject: str
    field: str | None
    before: Any
    after: Any
    events: tuple[int, ...]


class DiffAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two states of an agreement.

    ``recorded`` are the events recorded between the two moments of knowledge.
    """

    schema: str
    agreement: str
    title: str
    on: tuple[str, str]
    known: tuple[KnownAt, KnownAt]
    changes: list[Change]
    recorded: list[EventAnswer]


def diff_answer(
    before: StateAnswer,
    after: StateAnswer,
    recorded: Iterable[EventAnswer] = (),
    *,
    records: tuple[Record, Record] | None = None,
) -> DiffAnswer:
    """Compare two states of one agreement.

    Args:
        before: what changes are told from.
        after: what they lead to.
        recorded: the events recorded between the two, to be told again.
        records: what was known at each, to name the corrections of events.
    """
    return DiffAnswer(
        schema=DIFF_SCHEMA,
        agreement=after.agreement,
        title=after.title,
        on=(before.on, after.on),
        known=(before.known, after.known),
        changes=list(changes(before, after, records)),
        recorded=list(recorded),
    )


def changes(
    before: StateAnswer,
    after: StateAnswer,
    records: tuple[Record, Record] | None = None,
) -> Iterator[Change]:
    """Yield what differs: provisions first, then parties, stakes and the rest."""
    before_it, after_it = records or (Record(), Record())
    sides = _Sides(_Known(before_it), _Known(after_it))
    yield from sides.compare(
        "provision",
        {p.id: msgspec.to_builtins(p) for p in before.provisions},
        {p.id: msgspec.to_builtins(p) for p in after.provisions},
        _of_provision,
    )
    yield from sides.listed("party", before.parties, after.parties, "id")
    yield from sides.listed(
        "stake", before.stakes, after.stakes, "holder", "issuer", "basis"
    )
    moved = _movements(before.holdings), _movements(after.holdings)
    yield from sides.compare("holding", *moved, _without_numbers)
    yield from sides.listed(
        "measure", before.measures, after.measures, "measure", "subject"
    )
    yield from sides.listed(
        "milestone", before.milestones, after.milestones, "milestone"
    )
    yield from sides.listed("dispute", before.disputes, after.disputes, "id")
    waiting = _waiting(before.pending), _waiting(after.pending)
    yield from sides.compare("pending", *waiting, _without_numbers)
    if before.ended != after.ended:
        yield Change(
            sign="~",
            kind="agreement",
            subject=after.agreement,
            field="ended",
            before=before.ended,
            after=after.ended,
            events=tuple(e["event"] for e in (before.ended, after.ended) if e),
        )


Fields = dict[str, Any]


def _waiting(pending: list[Fields]) -> dict[str, Fields]:
    """Know pending events by their numbers, and those that are supposed by the rest."""
    return _each(
        (str(one["event"] or f"supposed {one['type']} {one['effective']}"), one)
        for one in pending
    )


def _movements(holdings: list[Fields]) -> dict[str, Fields]:
    """Know movements by their numbers, and those that are supposed by the rest."""
    return _each(
        (str(one["set_by"]) if any(one["set_by"]) else _moved(one), one)
        for one in holdings
    )


def _moved(one: Fields) -> str:
    """Name a movement that is supposed."""
    return f"supposed {one['reason']} {one['quantity']}"


def _each(named: Iterable[tuple[str, Fields]]) -> dict[str, Fields]:
    """Know each of several by its name; those of one name are counted."""
    found: dict[str, Fields] = {}
    for name, one in named:
        nth = 2
        key = name
        while key in found:
            key, nth = f"{name} ({nth})", nth + 1
        found[key] = one
    return found


def _same_words(was: Fields, now: Fields) -> bool:
    """Tell whether only what the end comes to may tell that it is another.

    That an end came of which nothing was known is told by the status.
    """
    sides = (was, now)
    came = len({side.get("status") == "ended" for side in sides}) > 1
    open_ = any(side.get("ends_between") == (None, None) for side in sides)
    return was.get("ends") == now.get("ends") and not (came and open_)


def _of_provision(fields: Fields) -> Fields:
    """Leave what is compared of a provision.

    Of its end, that is what a reader is told. The first possible day of one that is
    open moves with the horizon, unless it is the end of a term that may be renewed.
    """
    first, last = fields["ends_between"]
    if first != last and not (fields["ends"] or "").startswith("renews "):
        first = None
    told = {name: fields[name] for name in _PROVISION_FIELDS}
    return {**told, "ends_between": (first, last), "later": fields["later"]}


def _without_numbers(fields: Fields) -> Fields:
    """Leave out the numbers of events, which are told beside a change."""
    return {name: value for name, value in fields.items() if name != "set_by"}


class _Known:
    """What was known of events at one moment: what corrects and what retracts them."""

    def __init__(self, record: Record) -> None:
        self.corrections = record.corrections
        # What was said of an event, and of what was said of it.
        self._said: dict[int, set[int]] = defaultdict(set)
        about: dict[int, int] = {}
        for entry in record.spoken:
            match entry.event:
                case EventCorrected(target=target) | EventRetracted(target=target):
                    about[entry.seq] = first = about.get(target, target)
                    self._said[first].add(entry.seq)
                case _:
                    pass

    def said_of(self, events: set[int]) -> set[int]:
        """Collect what corrects and retracts events, and what retracts that."""
        return {seq for one in events for seq in self._said.get(one, ())}


class _Sides(NamedTuple):
    """What was known of events before and after."""

    before: _Known
    after: _Known

    def listed(
        self, kind: str, before: list[Fields], after: list[Fields], *keys: str
    ) -> Iterator[Change]:
        """Compare two lists of mappings that are known by some of their values."""

        def by_key(items: list[Fields]) -> dict[str, Fields]:
            return {" ".join(str(i[k]) for k in keys if i[k]): i for i in items}

        yield from self.compare(kind, by_key(before), by_key(after), _without_numbers)

    def compare(
        self,
        kind: str,
        before: dict[str, Fields],
        after: dict[str, Fields],
        compared: Callable[[Fields], Fields],
    ) -> Iterator[Change]:
        """Compare two collections of mappings by what they are known by."""
        for subject in dict.fromkeys([*before, *after]):
            old, new = before.get(subject), after.get(subject)
            change = partial(
                Change, kind=kind, subject=subject, events=self.events(old, new)
            )
            if old is None or new is None:
                sign: Sign = "+" if old is None else "-"
                yield change(sign=sign, field=None, before=old, after=new)
                continue
            was, now = compared(old), compared(new)
            left_out = () if _same_words(was, now) else _COMES_TO
            for name in dict.fromkeys([*was, *now]):
                one, other = was.get(name), now.get(name)
                if one != other and name not in left_out:
                    yield change(sign="~", field=name, before=one, after=other)

    def events(self, old: Fields | None, new: Fields | None) -> tuple[int, ...]:
        """Give the numbers of the events that bear on one side only, the supposed last.

        What corrects one of them bears on it too, and so does what was said in between
        of an event that bears on both sides.
        """
        was = set((old or {}).get("set_by", ()))
        now = set((new or {}).get("set_by", ()))
        found = was ^ now
        for known in self:
            found |= {n for seq in was ^ now for n in known.corrections.get(seq, ())}
        both = was | now
        found |= self.before.said_of(both) ^ self.after.said_of(both)
        return tuple(sorted(found, key=lambda seq: (not seq, seq)))
