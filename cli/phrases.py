"""Put provisions into words that fit a column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from events.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from projections.answers import ProvisionAnswer

# In the order in which a reader wants them.
STATUSES = ("in-force", "contingent", "suspended", "not-yet", "ended")
_UNTIL = ("through ", "until ", "between ")


def what(provision: ProvisionAnswer) -> str:
    """Say what a provision is: kind or level, amount, scope and condition."""
    head = provision.level or provision.terms.get("option") or provision.kind
    words = [str(head).replace("-", " ")]
    if provision.quantity == "unknown":
        words.append("of an unknown amount")
    elif provision.quantity:
        words.append(provision.quantity)
    if provision.over:
        words.append(f"over {provision.over}")
    if "milestone" in provision.terms:
        words.append(f"for {provision.terms['milestone']}")
    sentence = " ".join(words)
    if scope := scope_words(provision.scope):
        sentence += f": {scope}"
    if provision.condition:
        sentence += f"; if {provision.condition}"
    return sentence


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
                parts[-1] += f" (if {boxes})"
            else:
                tags = " | ".join(map(_box, boxes))
                parts.append(tags if word == "include" else f"not {tags}")
    return "; ".join(parts)


def status(provision: ProvisionAnswer) -> str:
    """Say how a provision stands, until when, and that it waits for something."""
    ends = provision.ends
    match provision.status:
        case "in-force":
            return f"in force {_until(ends)}"
        case "contingent":
            waits_to_begin = provision.starts in provision.waits_for
            when = _from(provision.starts) if waits_to_begin else _until(ends)
            return f"{when} (waits)"
        case "suspended":
            return "suspended"
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


def _from(starts: str) -> str:
    """Say from when, where that is not certain yet."""
    return f"{'starts' if starts.startswith('between ') else 'from'} {starts}"


def _until(ends: str | None) -> str:
    """Say until when, in the words of the term itself where they read well."""
    if ends is None:
        return "(no end stated)"
    if ends == "never":
        return "without end"
    if ends.startswith("unknown"):
        return "until a date that is not known"
    if ends.startswith(_UNTIL):
        return ends
    return f"until {ends.removeprefix('on ')}"


def _ended(provision: ProvisionAnswer) -> str:
    """Say when a provision ended, as it is written where that is a date."""
    ends = provision.ends or ""
    if ends.startswith(("through ", "between ")) or ends[:1].isdigit():
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
