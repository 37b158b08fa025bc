"""Show what differs between two states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.answer import Column, Table
from cli.phrases import numbers, scope_words, spans
from events.quantity import readable

if TYPE_CHECKING:
    from projections.questions.diff import Change

COLUMNS = (
    Column("sign", whole=True),
    Column("kind", narrow=True),
    Column("subject", whole=True, style="bold"),
    Column("field"),
    Column("before"),
    Column("after"),
    Column("events", narrow=True),
)
_SHOWN = (
    Column("", whole=True),
    Column("what", style="bold", narrow=True),
    Column("change"),
    Column("by", narrow=True),
)
# What a provision is told by when it comes or goes.
_MAIN = {"level": "", "quantity": "", "scope": "over", "starts": "from", "ends": "ends"}
_NONE = {"starts": "not stated", "ends": "not stated", "later": "as agreed"}
# Sentences, which stay as somebody wrote them.
_WORDS = {"condition", "readings", "text", "name", "title"}
# The end is told by one word, whether as agreed or as what that has come to.
_LABELS = {"ends_between": "ends", "later": "ends"}
# A reader is told of the end itself, and of the readings.
_FOLLOWS = {"flags", "ended", "agreed_ends", "amount", "rate"}


def table(changes: Sequence[Change]) -> Table:
    """Write differences for a program."""
    rows = [
        (
            change.sign,
            change.kind,
            change.subject,
            change.field or "",
            value(change.before, change.field),
            value(change.after, change.field),
            numbers(change.events),
        )
        for change in changes
    ]
    return Table(COLUMNS, rows)


def shown(changes: Sequence[Change]) -> Table:
    """Write differences for a reader, those of one subject below each other."""
    rows: list[tuple[str, ...]] = []
    last: tuple[str, str] | None = None
    for change in changes:
        told = list(_told(change))
        subject = (change.kind, change.subject)
        start = (change.sign, _subject(change)) if subject != last else ("", "")
        for at, line in enumerate(told):
            by = numbers(change.events) if start[0] and not at else ""
            rows.append((*(("", "") if at else start), line, by))
        last = subject if told else last
    return Table(_SHOWN, rows)


def value(given: Any, field: str | None) -> str:
    """Write a value of a state in words."""
    match given:
        case _ if given is None or given in ([], (), {}):
            words = ""
        case bool():
            words = "yes" if given else "no"
        case 0 if field == "event":
            words = numbers([given])
        case Mapping():
            words = _fields(given, field)
        case list() | tuple() if field == "scope":
            words = scope_words(given)
        case (first, last) if field in {"ends_between", "lapsed"}:
            words = _end(first, last) if field == "ends_between" else spans([given])
        case list() | tuple() if field in {"claimed", "determined"}:
            words = spans(given)
        case list() | tuple():
            words = "; ".join(value(item, field or "") for item in given)
        case str() if field not in _WORDS:
            words = readable(given)
        case _:
            words = str(given)
    return words


def _fields(given: Mapping[str, Any], field: str | None) -> str:
    """Write what has fields in words."""
    if field is None:
        return _whole(given)
    if field == "later":
        return f"{given['effective']} ({numbers([given['event']])})"
    if field == "readings":
        return f"{given['reading']} ({given['by']})"
    if field == "price_schedule":
        return f"{readable(given['price'])} from {given['from']}"
    return ", ".join(f"{k} {value(v, k)}" for k, v in given.items())


def _subject(change: Change) -> str:
    """Name what changed, and of which kind it is where it is no provision."""
    if change.kind == "provision":
        return change.subject
    return f"{change.kind} {change.subject}"


def _told(change: Change) -> Iterator[str]:
    """Tell a change, a line each; what follows from another line is left out."""
    if change.field is None:
        yield value(change.after or change.before, None)
    elif change.field == "terms":
        before, after = change.before or {}, change.after or {}
        for name in dict.fromkeys([*before, *after]):
            if name not in _FOLLOWS and before.get(name) != after.get(name):
                yield _line(name, before.get(name), after.get(name))
    elif change.field not in _FOLLOWS:
        yield _line(change.field, change.before, change.after)


def _line(name: str, before: Any, after: Any) -> str:
    """Tell what a value was and what it became."""
    was, now = (
        value(side, name) or _NONE.get(name, "nothing") for side in (before, after)
    )
    if name == "status":
        was, now = was.replace("-", " "), now.replace("-", " ")
    return f"{_LABELS.get(name, name).replace('_', ' ')}: {was} -> {now}"


def _end(first: str | None, last: str | None) -> str:
    """Tell on which day something ends, as far as that is known."""
    if first == last:
        return first or "not known when"
    if first is None:
        return f"by {last}"
    return f"{first} or a later term" + (f", by {last}" if last else "")


def _whole(given: Mapping[str, Any]) -> str:
    """Tell what came or went by the words that matter most."""
    if "status" not in given:
        left_out = {"set_by", "id", "milestone", "measure"}
        told = ", ".join(
            f"{key} {value(v, key)}"
            for key, v in given.items()
            if key not in left_out and v not in (None, [], {})
        )
        return told or "mentioned"
    parts = [str(given["kind"])]
    if given["holders"]:
        parts.append(f"held by {', '.join(given['holders'])}")
    parts += [
        f"{word} {value(given[key], key)}".strip()
        for key, word in _MAIN.items()
        if given[key]
    ]
    return "; ".join(parts)
