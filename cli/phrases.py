"""Put provisions into words that fit a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from events.errors import InputError, did_you_mean
from events.quantity import readable

if TYPE_CHECKING:
    from projections.questions.provisions import ProvisionAnswer, Range
    from projections.questions.what_if import Goes

# In the order in which a reader wants them.
STATUSES = ("in-force", "contingent", "suspended", "not-yet", "ended")
# Words with which a condition reads on by itself.
_CONNECTING = frozenset(
    (
        *("after", "as", "at", "before", "by", "during", "except", "for", "if", "in"),
        *("insofar", "on", "once", "only", "provided", "save", "so", "subject"),
        *("under", "unless", "until", "upon", "when", "where", "while", "with"),
        *("within", "without"),
    )
)
_MOST_OF_A_TEXT = 60
_UNTIL = ("through ", "until ", "without ", "(")
# A date, as it is written where it hangs on nothing.
_PLAIN = re.compile(
    r"(?:(?:through|until|on) )?[0-9][0-9Q-]*|between [0-9Q-]+ and [0-9Q-]+"
)


def what(provision: ProvisionAnswer, *, in_brief: bool = True) -> str:
    """Say what a provision is: kind or level, amount, scope and condition.

    Args:
        provision: which; one of which nothing else is told is what its text says.
        in_brief: give the beginning of the text alone.
    """
    head = provision.level or provision.terms.get("option") or provision.kind
    words = [str(head).replace("-", " ")]
    if provision.quantity == "unknown" and not provision.quantity_before:
        words.append("of an unknown amount")
    elif provision.quantity:
        words.append(amount_words(provision))
    if provision.over:
        words.append(f"over {provision.over}")
    if "milestone" in provision.terms:
        words.append(f"for {provision.terms['milestone']}")
    sentence = " ".join(words)
    if scope := scope_words(provision.scope):
        sentence += f": {scope}"
    elif provision.text and len(words) == 1:
        most = _MOST_OF_A_TEXT if in_brief else len(provision.text)
        sentence += f': "{shorten(provision.text, most, placeholder="…")}"'
    if provision.condition:
        sentence += f"; {_condition(provision.condition)}"
    return sentence


def amount_words(provision: ProvisionAnswer) -> str:
    """Say what the amount is, or what it may be where it has perhaps changed."""
    amounts = (*provision.quantity_before, provision.quantity or "")
    return " or perhaps ".join(map(readable, amounts))


def checked_statuses(words: Iterable[str]) -> tuple[str, ...]:
    """Check statuses that are asked for.

    Raises:
        InputError: there is no such status.
    """
    for word in words:
        if word not in STATUSES:
            raise InputError(
                f"there is no status {word}",
                hint=did_you_mean(word, STATUSES) or f"they are {', '.join(STATUSES)}",
                word=word,
            )
    return tuple(words)


def scope_words(clauses: Sequence[Mapping[str, Any]]) -> str:
    """Say what a scope includes and, after it, excludes."""
    parts: list[str] = []
    for clause in clauses:
        for word, boxes in clause.items():
            if word == "condition":
                parts[-1] += f" ({_condition(str(boxes))})"
            else:
                tags = " | ".join(map(_box, boxes))
                parts.append(tags if word == "include" else f"not {tags}")
    return "; ".join(parts)


def _condition(text: str) -> str:
    """Write a condition, which may or may not be worded as one."""
    first = text.partition(" ")[0].lower()
    return text if first in _CONNECTING else f"condition: {text}"


def status(provision: ProvisionAnswer) -> str:
    """Say how a provision stands, until when, and that it waits for something."""
    match provision.status:
        case "in-force":
            return f"in force{_until(until(provision))}"
        case "contingent":
            if not provision.undecided:
                return "may be suspended (waits)"
            if "start" in provision.undecided:
                when = _from(provision.starts, provision.starts_between)
            else:
                when = _until(until(provision)).lstrip(", ")
            return f"{when} (waits)"
        case "suspended":
            pause = provision.pause_ends
            return f"suspended{_until(_end(pause, None, None)) if pause else ''}"
        case "not-yet":
            return f"not before {provision.starts_between[0] or provision.starts}"
        case _:
            return f"ended {_ended(provision)}"


def waiting(provisions: Iterable[ProvisionAnswer]) -> dict[str, int]:
    """Count the provisions that wait for each milestone or measure, or for a date.

    Returns:
        Counts by name, the most awaited first; ``""`` is a date that is not known.
    """
    counted: dict[str, int] = {}
    for provision in provisions:
        for name in {_awaited(atom) for atom in provision.waits_for}:
            counted[name] = counted.get(name, 0) + 1
    return dict(sorted(counted.items(), key=lambda item: (item[0] == "", -item[1])))


def _awaited(atom: str) -> str:
    """Name the milestone or measure of an atom, nothing where it is a date."""
    word, _, rest = atom.removeprefix("last ").partition(" ")
    return rest.split()[0] if word in {"milestone", "measure"} else ""


def numbers(seqs: Iterable[int]) -> str:
    """Write the numbers of events; what is only supposed has none."""
    return " ".join(f"@{seq}" if seq else "(supposed)" for seq in seqs)


def not_applied(
    skipped: Iterable[Mapping[str, Any]], *, several: bool = False
) -> Iterator[str]:
    """Say which recorded events do not apply to what is there, and why.

    Args:
        skipped: their numbers, reasons and, where there are several, agreements.
        several: whether to name the agreement.
    """
    for one in skipped:
        where = f"{one['agreement']} " if several else ""
        yield f"{where}@{one['event']} does not apply here: {one['reason']}."


def renew_more(names: Iterable[str]) -> Iterator[str]:
    """Say that not every renewal is listed."""
    for name in names:
        yield f"{name} renews more often than is listed."


def status_in_full(provision: ProvisionAnswer) -> str:
    """Say how a provision stands, with the terms from which its days follow."""
    words = status(provision)
    starts = provision.status == "not-yet" or "start" in provision.undecided
    agreed = provision.terms.get("agreed_ends", provision.ends)
    terms = (("from", provision.starts if starts else None), ("until", agreed))
    told = [
        text
        if _PLAIN.fullmatch(text) or text.startswith("renews ")
        else f"{word} {text}"
        for word, text in terms
        if text and text not in {"never", "unknown"} and text not in words
    ]
    # A pause has an end of its own.
    paused = "; its term" if provision.status == "suspended" else ""
    return f"{words}{paused}: {'; '.join(told)}" if told else words


def until(one: ProvisionAnswer | Goes) -> str:
    """Say until when something goes on: the day, where the term has come to one."""
    first, last = one.ends_between
    later = one.later
    if later is not None:
        then = later["between"]
        if later["basis"] == "term" or not last or (then[1] or last) <= last:
            return f"{_end(later['effective'], *then)} ({numbers([later['event']])})"
    return "(no end stated)" if one.ends is None else _end(one.ends, first, last)


def _end(ends: str, first: str | None, last: str | None) -> str:
    """Say when something ends: the day, where its term has come to one."""
    if ends.startswith("unknown"):
        return ends
    if _PLAIN.fullmatch(ends):
        return ends.removeprefix("on ")
    return _resolved(ends, first, last)


def _resolved(ends: str, first: str | None, last: str | None) -> str:
    """Say what a term has come to, and the term itself where that is no day yet."""
    if first == last:
        return first or "without end"
    by = f", by {last}" if last else ""
    if ends.startswith("renews ") and first is not None:
        return f"{first} or a later term{by}"
    return f"{ends}{by}"


def _from(starts: str, between: Range) -> str:
    """Say from when, where that is not certain yet."""
    first, last = between
    if not _PLAIN.fullmatch(starts) and first and last:
        starts = f"between {first} and {last}"
    return f"{'starts' if starts.startswith('between ') else 'from'} {starts}"


def _until(words: str) -> str:
    """Say until when, after what goes on until then."""
    if words.startswith("between "):
        return f", ends {words}"
    if words.startswith("unknown"):
        return " until a date that is not known"
    return f" {words}" if words.startswith(_UNTIL) else f" until {words}"


def _ended(provision: ProvisionAnswer) -> str:
    """Say when a provision ended, as it is written where that is a date."""
    ends = provision.ends or ""
    if _PLAIN.fullmatch(ends) and not ends.startswith(("until ", "on ")):
        return ends
    first, last = provision.ends_between
    if first == last and first is not None:
        return first
    return f"by {last}" if last else ends


def _box(box: Mapping[str, Sequence[str]]) -> str:
    """Write a box of a scope without the names of its axes."""
    return " + ".join(", ".join(tags) for tags in box.values())


def spans(given: Sequence[Sequence[str | None]]) -> str:
    """Write the possible days of what happened to a milestone, each time by itself."""
    return "; ".join(
        str(lo) if lo == hi else f"between {lo or '?'} and {hi or '?'}"
        for lo, hi in given
    )


def cited(sources: Sequence[Mapping[str, Any]], most: int | None = None) -> str:
    """Name sources, and where in them.

    Args:
        sources: as an event has them.
        most: how many to name; the others are counted.
    """
    named = [_cited(source) for source in sources[:most]]
    left = len(sources) - len(named)
    return "; ".join([*named, *([f"and {left} more"] if left else [])])


def _cited(source: Mapping[str, Any]) -> str:
    """Name a source, where in it, and that it contradicts."""
    words = " ".join(filter(None, (source["source"], source.get("at"))))
    return f"{words} (contradicts)" if source["stance"] == "contradicts" else words
