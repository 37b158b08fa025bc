"""What decided when a term starts or ends: the fewest facts that make it so."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import TypeVar

from msgspec.structs import replace

from events.when import Measure, When, atoms, milestones
from projections.fold.facts import Dated, Facts, Report
from projections.fold.measures import deciding_reports
from projections.fold.provision import Provision
from projections.fold.renewals import notices_of
from projections.fold.resolve import resolve_when
from projections.questions.renewing import renewals

_Fact = TypeVar("_Fact", Dated, Report)


def deciding(when: When, facts: Facts, provision: Provision) -> tuple[int, ...]:
    """Name the events that made a When what it is.

    Where one of several facts would have done, it is the first.

    Args:
        when: what is written.
        facts: what is known.
        provision: whose notices of non-renewal count.

    Returns:
        The numbers of the events in their order; 0 is for what is only supposed.
    """
    span = resolve_when(when, facts, provision)
    left = _hung_on(when, facts, provision)
    decided: set[int] = set()
    for fact in sorted(_all(left), key=attrgetter("span"), reverse=True):
        without = _without(fact, left)
        if resolve_when(when, without, provision) == span:
            left = without
        else:
            decided.add(fact.seq)
    return tuple(sorted(decided, key=lambda seq: (not seq, seq)))


def _hung_on(when: When, facts: Facts, provision: Provision) -> Facts:
    """Leave the facts that a When may hang on."""
    reports: dict[str, list[Report]] = {}
    for atom in atoms(when.expr):
        if isinstance(atom, Measure):
            reports.setdefault(atom.measure, []).extend(deciding_reports(atom, facts))
    notices = notices_of(facts, provision) if any(renewals(when.expr)) else []
    return replace(
        facts,
        milestones={
            name: facts.milestones[name]
            for name in milestones(when.expr) & facts.milestones.keys()
        },
        measures=reports,
        notices={provision.id: notices},
        memo={},
    )


def _all(facts: Facts) -> Iterable[Dated | Report]:
    """List facts of every kind."""
    return [
        *(d for m in facts.milestones.values() for d in (*m.claims, *m.determinations)),
        *(m.lapsed for m in facts.milestones.values() if m.lapsed is not None),
        *(report for told in facts.measures.values() for report in told),
        *(notice for told in facts.notices.values() for notice in told),
    ]


def _without(fact: Dated | Report, facts: Facts) -> Facts:
    """Forget a fact."""

    def left(told: list[_Fact]) -> list[_Fact]:
        return [one for one in told if one is not fact]

    return replace(
        facts,
        milestones={
            name: replace(
                known,
                claims=left(known.claims),
                determinations=left(known.determinations),
                lapsed=None if known.lapsed is fact else known.lapsed,
            )
            for name, known in facts.milestones.items()
        },
        measures={name: left(told) for name, told in facts.measures.items()},
        notices={name: left(told) for name, told in facts.notices.items()},
        memo={},
    )
