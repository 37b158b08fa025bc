"""Matching: whether what is asked lies within the scope of a provision.

A question is a box. The clauses of a provision are read in their order, and the last
one that holds all of the question decides. Where a clause holds only a part of it, the
part is handed back: the question may be asked again about that part alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from events.scope import AXES, Box, box_covers, covers
from projections.fold.provision import Clause, Provision


class Coverage(NamedTuple):
    """What the clauses of a provision say of a question.

    Attributes:
        covered: whether the question lies within the scope; if ``conditions`` are
            given, whether it would if they did not hold.
        conditions: the words that nobody can evaluate and that would turn it.
        clause: the clause that decides; None where no clause holds the question.
    """

    covered: bool
    conditions: tuple[str, ...] = ()
    clause: Clause | None = None

    @property
    def possible(self) -> bool:
        """Tell whether the question lies within the scope, or may."""
        return self.covered or bool(self.conditions)


class Parts(NamedTuple):
    """The parts of a question that the clauses of a provision speak of.

    Attributes:
        near: those of which they speak by themselves: on an axis that the question
            names too, or by what they carve out of it.
        aside: those that they include by other axes only.
    """

    near: tuple[Box, ...]
    aside: tuple[Box, ...]


def coverage(clauses: Sequence[Clause], asked: Box) -> Coverage:
    """Tell what clauses say of a question.

    Args:
        clauses: those of one provision in the order in which they came about. Without
            any, or where the first one carves out, all the rest is covered.
        asked: the question; an axis without tags is left open.
    """
    covered = is_unbounded(clauses)
    conditions: tuple[str, ...] = ()
    decides: Clause | None = None
    for clause in clauses:
        if not any(box_covers(box, asked) for box in clause.boxes):
            continue
        if clause.condition is None:
            covered, conditions, decides = clause.include, (), clause
        elif conditions or covered != clause.include:
            conditions = (*conditions, clause.condition)
            decides = clause
    return Coverage(covered, conditions, decides)


def parts_of(clauses: Sequence[Clause], asked: Box, over: Coverage) -> Parts:
    """Tell of which parts of a question clauses speak.

    Args:
        clauses: as of :func:`coverage`.
        asked: the question.
        over: what they say of all of it.
    """
    near: dict[Box, None] = {}
    aside: dict[Box, None] = {}
    carved: dict[Box, None] = {}
    for clause in clauses:
        for box in clause.boxes:
            part = meet(box, asked)
            if part is None or part == asked:
                continue
            if share_an_axis(box, asked):
                near[part] = None
            else:
                (aside if clause.include else carved)[part] = None
    if over.possible:
        # What is left out of the whole of a question is a part of it on any axis.
        near |= carved
    return Parts(tuple(near), tuple(aside))


def is_unbounded(clauses: Sequence[Clause]) -> bool:
    """Tell whether clauses begin with everything, and only carve out of it."""
    return not clauses or not clauses[0].include


def clauses_over(provision: Provision, over: Provision | None) -> Sequence[Clause]:
    """Give the clauses of a provision with those of what it is over.

    An exclusivity over another provision that has no scope of its own begins with that
    of the other one; what is carved out of it is carved out of that.

    Args:
        provision: which.
        over: the provision that it is over, if there is one.
    """
    if over is not None and is_unbounded(provision.clauses):
        return [*over.clauses, *provision.clauses]
    return provision.clauses


def words_alone(provision: Provision, over: Provision | None) -> str | None:
    """Give the words that alone say what a provision is about; None where tags do.

    Args:
        provision: which.
        over: the provision that it is over, if there is one.
    """
    if not is_unbounded(clauses_over(provision, over)):
        return None
    return provision.text or (over.text if over else None)


def meet(one: Box, other: Box) -> Box | None:
    """Give what two boxes have in common, or None."""
    common: dict[str, tuple[str, ...]] = {}
    for axis in AXES:
        mine, others = getattr(one, axis), getattr(other, axis)
        if not mine or not others:
            common[axis] = mine or others
            continue
        common[axis] = _finer(mine, others)
        if not common[axis]:
            return None
    return Box(**common)


def named(box: Box) -> tuple[str, ...]:
    """List the axes on which a box has tags."""
    return tuple(axis for axis in AXES if getattr(box, axis))


def share_an_axis(one: Box, other: Box) -> bool:
    """Tell whether two boxes that meet do so on an axis that both name."""
    return any(getattr(one, axis) and getattr(other, axis) for axis in AXES)


def narrower(one: Box, other: Box) -> bool:
    """Tell whether a box lies within another and is not the same."""
    return one != other and box_covers(other, one)


def one_tag_each(box: Box) -> Iterable[Box]:
    """Yield the boxes with a single tag on every named axis that make up a box."""
    boxes = [box]
    for axis in named(box):
        boxes = [
            _with(each, axis, (tag,)) for each in boxes for tag in getattr(each, axis)
        ]
    return boxes


def _with(box: Box, axis: str, tags: tuple[str, ...]) -> Box:
    """Give a box with other tags on one axis."""
    return Box(**{a: tags if a == axis else getattr(box, a) for a in AXES})


def with_counterparty(box: Box, *tags: str) -> Box:
    """Give a box for other counterparties, open where there is none."""
    return _with(box, "counterparty", tags)


def _finer(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """List what two lists of tags have in common: of each pair the one below."""
    found = [b if covers(a, b) else a for a in one for b in other if _touch(a, b)]
    return tuple(dict.fromkeys(found))


def _touch(one: str, other: str) -> bool:
    """Tell whether one of two tags lies above the other, or is it."""
    return covers(one, other) or covers(other, one)
