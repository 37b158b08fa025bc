"""How a provision bears on what a party asks: it permits, bars, or neither.

The scope decides whether a provision speaks of the question at all, the status whether
it holds on the day, and words that nobody can evaluate make either uncertain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from events.scope import Box, covers
from projections.fold.provision import Clause, Provision
from projections.fold.status import Standing, standing
from projections.questions.across import Held, Identities
from projections.questions.counterparty import THIRD_PARTY, in_terms_of
from projections.questions.matching import (
    Coverage,
    clauses_over,
    coverage,
    parts_of,
    with_counterparty,
    words_alone,
)

Effect = Literal["permits", "bars", "must-offer-first"]

# Levels at which a priority keeps others out, and at which they come second. The
# others (preferred, primary, default) keep nobody out.
EXCLUSIVE = frozenset(("exclusive", "sole"))
FIRST = frozenset(("first-refusal", "first-offer", "first-negotiation"))


class Asked(NamedTuple):
    """A question as one agreement understands it.

    Attributes:
        party: who asks, under the name that stands for it.
        box: the activity and the rest of the scope; of the counterparties each under
            the name that stands for it, and under ``third-party`` if it is no party.
        day: the day, an ordinal.
    """

    party: str
    box: Box
    day: int


class Bearing(NamedTuple):
    """A provision that speaks of the whole question.

    Attributes:
        effect: what it does to the party if it holds.
        standing: how it stands on the day.
        words: what nobody can evaluate: conditions, limits, a duty to offer first.
        clause: the clause of its scope that decides, if it has a scope.
        yields: it permits only what nothing bars, as an exclusivity does to those whom
            it binds and who act with its holders.
    """

    held: Held
    provision: Provision
    effect: Effect
    standing: Standing
    words: tuple[str, ...]
    clause: Clause | None
    yields: bool = False

    @property
    def live(self) -> bool:
        """Tell whether it holds on the day, or may."""
        return self.standing.status not in {"ended", "not-yet"}

    @property
    def certain(self) -> bool:
        """Tell whether it holds on the day and nothing else is to be known."""
        return self.standing.status == "in-force" and not self.words


@dataclass(slots=True)
class Bearings:
    """What one agreement says of a question.

    Attributes:
        found: the provisions that speak of all of it, whatever their status.
        parts: the parts that provisions speak of by themselves.
        carved_out: the provisions that leave it out in so many words.
        aside: the provisions that would bear on it if it named another axis, whose
            words alone say what they are about, or whose level keeps nobody out; only
            those that have not ended.
    """

    held: Held
    asked: Asked
    who: Identities
    found: list[Bearing] = field(default_factory=list)
    parts: list[Box] = field(default_factory=list)
    carved_out: list[Bearing] = field(default_factory=list)
    aside: list[Provision] = field(default_factory=list)

    def read(self) -> Bearings:
        """Match every provision of the state with the question."""
        for provision in self.held.state.provisions.values():
            effect = self._effect(provision)
            if effect is not None:
                self._match(provision, effect)
            elif self._prefers(provision):
                self.aside.append(provision)
        self.aside = [p for p in self.aside if self._standing(p).status != "ended"]
        return self

    def _standing(self, provision: Provision) -> Standing:
        """Tell how a provision stands on the day."""
        return standing(provision, self.held.timeline.facts, self.asked.day)

    def _names(self, parties: Iterable[str]) -> frozenset[str]:
        """Give the names that stand for parties."""
        return frozenset(self.who.of(self.held.agreement, party) for party in parties)

    def _effect(self, provision: Provision) -> Effect | None:
        """Tell what a provision can do to the party that asks, if anything."""
        kind, level = provision.kind, provision.level or ""
        holds = self.asked.party in self._names(provision.holders)
        if kind in {"permission", "licence"}:
            return "permits" if holds else None
        bound = self.asked.party in bound_by(provision, self.held, self.who)
        if kind == "restriction":
            return "bars" if bound else None
        if kind != "priority":
            return None
        if level in EXCLUSIVE and not bound:
            # An exclusivity over another provision leaves the right to that one.
            return "permits" if holds and provision.over is None else None
        if level in EXCLUSIVE:
            return "bars"
        return "must-offer-first" if level in FIRST and bound else None

    def _prefers(self, provision: Provision) -> bool:
        """Tell whether a priority speaks of the question and keeps nobody out."""
        if not keeps_nobody_out(provision):
            return False
        concerned = self._names((*provision.holders, *provision.against))
        clauses = scope_of(provision, self.held, self.who)
        return (
            self.asked.party in concerned and coverage(clauses, self.asked.box).possible
        )

    def _match(self, provision: Provision, effect: Effect) -> None:
        """Match one provision with the question, and note what comes of it."""
        clauses = scope_of(provision, self.held, self.who)
        over = coverage(clauses, self.asked.box)
        parts = parts_of(clauses, self.asked.box, over)
        if is_bounded_by_words(provision, self.held) and over.possible:
            # Nobody can match words; only what is carved out of them is certain.
            self.aside.append(provision)
            return
        if parts.aside and over.clause is None and not parts.near:
            self.aside.append(provision)
        if provision.kind == "priority" and effect != "permits":
            self._keep_out(provision, effect, over, parts.near)
        else:
            self.parts.extend(parts.near)
            self._note(provision, effect, over)

    def _keep_out(
        self, provision: Provision, effect: Effect, over: Coverage, near: Sequence[Box]
    ) -> None:
        """Match a priority with the counterparty: it keeps out all but its holders."""
        holders = self._names(provision.holders)
        inside = {*holders, *self._itself(provision, holders)}
        tags = self.asked.box.counterparty
        met = [_belongs(tag, inside) for tag in tags]
        if not tags:
            tags = (*sorted(holders), self.asked.party, THIRD_PARTY)
            self._divide(over, near, tags)
            return
        self.parts.extend(near)
        if not any(met):
            self._note(provision, effect, over)
        elif not all(met):
            self._divide(over, near, tags)
        elif reserves(provision) and all(_belongs(tag, holders) for tag in tags):
            self._note(provision, "permits", over, yields=True)

    def _itself(self, provision: Provision, holders: frozenset[str]) -> set[str]:
        """Name the party that asks, where what it does by itself is left to it.

        ``sole`` leaves it to whoever grants it, ``exclusive`` does not; and nobody
        has to offer to others what it does by itself.
        """
        alone = provision.level != "exclusive" or self.asked.party in holders
        return {self.asked.party} if alone else set()

    def _divide(self, over: Coverage, near: Sequence[Box], tags: Iterable[str]) -> None:
        """Hand back the question for each of these counterparties."""
        boxes = [self.asked.box] if over.possible else []
        for box in (*boxes, *near):
            self.parts += [with_counterparty(box, tag) for tag in dict.fromkeys(tags)]

    def _note(
        self,
        provision: Provision,
        effect: Effect,
        over: Coverage,
        *,
        yields: bool = False,
    ) -> None:
        """Keep a provision that speaks of the whole question."""
        bearing = Bearing(
            self.held,
            provision,
            effect,
            self._standing(provision),
            (*over.conditions, *_words(provision, effect)),
            over.clause,
            yields,
        )
        if over.possible:
            self.found.append(bearing)
        elif over.clause is not None:
            self.carved_out.append(bearing)


def bound_by(provision: Provision, held: Held, who: Identities) -> frozenset[str]:
    """Name those whom a ban or a priority binds, under the names that stand for them.

    Where nobody is named, every party is bound that does not hold it.
    """

    def names(parties: Iterable[str]) -> frozenset[str]:
        return frozenset(who.of(held.agreement, party) for party in parties)

    if provision.against:
        return names(provision.against)
    return names(held.state.parties) - names(provision.holders)


def scope_of(provision: Provision, held: Held, who: Identities) -> list[Clause]:
    """Give the clauses of a provision.

    Counterparties are under the names that stand for them; an exclusivity over another
    provision has the scope of that one (see ``clauses_over``).
    """
    over = held.state.provisions.get(provision.over or "")
    return [
        clause._replace(
            boxes=tuple(in_terms_of(held, who, box) for box in clause.boxes)
        )
        for clause in clauses_over(provision, over)
    ]


def is_bounded_by_words(provision: Provision, held: Held) -> bool:
    """Tell whether only words say what a provision is about."""
    over = held.state.provisions.get(provision.over or "")
    return words_alone(provision, over) is not None


def keeps_nobody_out(provision: Provision) -> bool:
    """Tell whether a provision is a priority of a level that bars nobody."""
    level = provision.level or ""
    return provision.kind == "priority" and level not in EXCLUSIVE | FIRST


def reserves(provision: Provision) -> bool:
    """Tell whether an exclusivity is also the right of its holders."""
    return provision.level in EXCLUSIVE and provision.over is None


def _belongs(tag: str, names: Iterable[str]) -> bool:
    """Tell whether a counterparty is one of these, or belongs to one."""
    return any(covers(name, tag) for name in names)


def _words(provision: Provision, effect: Effect) -> tuple[str, ...]:
    """List what nobody can evaluate, beside the conditions of the scope."""
    words: list[str] = []
    if provision.condition is not None:
        words.append(provision.condition)
    amount, basis = provision.terms.amount, provision.terms.basis
    if provision.kind == "restriction" and amount is not None:
        # A restriction with an amount bounds; it does not forbid.
        words.append(f"limit {amount}" + (f" of {basis}" if basis else ""))
    if effect == "must-offer-first":
        first = " and ".join(provision.holders)
        words.append(f"{provision.level} of {first}")
    return tuple(words)
