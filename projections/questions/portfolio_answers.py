"""Answers about all agreements at once ("whereas/portfolio/1" and its like).

Others rely on the names in here. What is added later is added beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from events.errors import NotFound, a_few, did_you_mean
from events.quantity import Quantity
from events.scope import Box
from events.when import When
from projections.questions.accounts import amounts_on, dated_later
from projections.questions.across import KnownIn
from projections.questions.portfolio import Agreements, Held, Preceded, concerns
from projections.questions.provisions import ProvisionAnswer, provision_told
from projections.questions.question import Unnamed, unnamed
from projections.questions.sums import add

SCHEMA = "whereas/portfolio/1"
STAKES_SCHEMA = "whereas/portfolio-stakes/1"
TOTALS_SCHEMA = "whereas/portfolio-totals/1"

Row = TypeVar("Row")


class Wanted(NamedTuple):
    """Which of what is found is wanted; empty for all of it.

    Attributes:
        agreements: of these agreements.
        parties: held or owed by one of these.
        kinds: of these kinds.
        statuses: that stand so on the day.
        offset: how many to leave out first.
        limit: how many at most, None for all.
    """

    agreements: Sequence[str] = ()
    parties: Sequence[str] = ()
    kinds: Sequence[str] = ()
    statuses: Sequence[str] = ()
    offset: int = 0
    limit: int | None = None

    def takes(self, held: Held) -> bool:
        """Tell whether a provision is wanted."""
        one = held.provision
        return (
            (not self.agreements or held.agreement in self.agreements)
            and (not self.kinds or one.kind in self.kinds)
            and (not self.statuses or held.standing.status in self.statuses)
            and (not self.parties or any(concerns(one, p) for p in self.parties))
        )

    def page(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Cut out the rows that are wanted."""
        last = None if self.limit is None else self.offset + self.limit
        return rows[self.offset : last]


class Moment(NamedTuple):
    """What is asked about: the day, and the moment of knowledge."""

    on: str
    day: int
    known: KnownIn
    horizon: str | None


class Asked(NamedTuple):
    """On which day something is asked, and which of what is found is wanted."""

    at: Moment
    wanted: Wanted


class FoundProvision(msgspec.Struct, frozen=True, kw_only=True):
    """A provision of an agreement, as in "whereas/state/1".

    ``words`` are those that its being found hangs on and that nobody can evaluate.
    """

    agreement: str
    words: tuple[str, ...]
    provision: ProvisionAnswer


class FoundStake(msgspec.Struct, frozen=True, kw_only=True):
    """A stake that an agreement reports: the latest report of it by the day.

    ``perhaps`` tells that it may lie after the day, so that an earlier one holds, or
    none; the report before it is told by "whereas/stakes/1".
    """

    agreement: str
    holder: str
    issuer: str
    share: str
    basis: str
    votes: str | None
    value: str | None
    as_of: str
    event: int
    perhaps: bool


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """What provisions of a kind come to that count on the same basis.

    ``amounts`` is the sum, by currency; ``unknown`` is what is not known or withheld.
    ``perhaps`` is in neither: amounts of which what says them may lie after the day,
    each after what it was before, ``USD 1m or perhaps USD 2m``.
    """

    kind: str
    basis: str | None
    provisions: int
    agreements: int
    amounts: tuple[str, ...]
    unknown: tuple[str, ...]
    perhaps: tuple[str, ...]


class PortfolioAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and how much of it is on this page.

    Where nothing was, ``unnamed`` are the tags of the question that no scope includes.
    ``preceded`` are those whom the party that is asked about came after.
    """

    schema: str
    question: dict[str, str]
    on: str
    known: KnownIn
    horizon: str | None
    found: int
    offset: int
    items: Sequence[FoundProvision | FoundStake | Total]
    unnamed: list[Unnamed] = []
    preceded: list[Preceded] = []


def _place(held: Held) -> tuple[str, str]:
    """Give the place of a provision among others."""
    return held.agreement, held.provision.id


def _end(held: Held) -> tuple[int, int, str, str]:
    """Give the place of a provision among others that end."""
    ends = held.standing.ends
    return ends.hi, ends.lo, *_place(held)


def exclusive_answer(
    there: Agreements, box: Box, scope: str, asked: Asked
) -> PortfolioAnswer:
    """Tell who holds exclusivity.

    Args:
        there: the agreements.
        box: over what; without any axis over anything.
        scope: the same in words.
        asked: on which day, and which of it is wanted.
    """
    found, question = there.exclusive(box), {"exclusive": scope}
    answer = _provisions(there, found, question, asked)
    if found:
        return answer
    missing = list(unnamed(box, there.tags())) if scope else []
    return msgspec.structs.replace(answer, unnamed=missing)


def party_answer(there: Agreements, party: str, asked: Asked) -> PortfolioAnswer:
    """Tell what a party holds and owes.

    Raises:
        NotFound: no agreement has such a party.
    """
    found = there.of_party(party)
    if not found:
        _require(party, there.parties, "party")
    answer = _provisions(there, found, {"party": party}, asked)
    return msgspec.structs.replace(answer, preceded=there.preceding(party))


def lapsing_answer(
    there: Agreements, window: tuple[int, int], words: str, asked: Asked
) -> PortfolioAnswer:
    """Tell what ends, or may end, in a window; what ends first comes first."""
    found, question = there.lapsing(*window), {"lapsing": words}
    return _provisions(there, found, question, asked, order=_end)


def waiting_answer(there: Agreements, milestone: str, asked: Asked) -> PortfolioAnswer:
    """Tell what starts, ends or pauses with a milestone that is still open.

    Raises:
        NotFound: nothing mentions such a milestone.
    """
    found = there.waiting(milestone)
    if not found:
        _require(milestone, there.milestones, "milestone")
    return _provisions(there, found, {"waiting": milestone}, asked)


def stakes_answer(there: Agreements, issuer: str, asked: Asked) -> PortfolioAnswer:
    """Tell the stakes in an issuer, by agreement, holder and basis.

    Raises:
        NotFound: nothing was ever reported of such an issuer.
    """
    found, wanted = there.stakes(issuer), asked.wanted
    if not found:
        _require(issuer, there.issuers, "issuer")
    stakes = [
        FoundStake(
            agreement=agreement,
            holder=stake.holder,
            issuer=stake.issuer,
            share=stake.share.text,
            basis=stake.basis,
            votes=None if stake.votes is None else stake.votes.text,
            value=None if stake.value is None else stake.value.text,
            as_of=stake.as_of,
            event=stake.seq,
            perhaps=dated_later(When.parse(stake.as_of), asked.at.day),
        )
        for agreement, stake in found
        if (not wanted.agreements or agreement in wanted.agreements)
        and (not wanted.parties or stake.holder in wanted.parties)
    ]
    if not stakes:
        _require_parties(there, wanted)
    stakes.sort(key=lambda s: (s.agreement, s.holder, s.basis))
    return _answer(STAKES_SCHEMA, {"stakes": issuer}, asked, stakes)


def totals_answer(there: Agreements, asked: Asked) -> PortfolioAnswer:
    """Add up amounts by kind and basis, over all agreements.

    What has ended counts no more; currencies are never mixed.
    """
    groups: dict[tuple[str, str | None], list[Held]] = defaultdict(list)
    for held in sorted(filter(asked.wanted.takes, there.amounts()), key=_place):
        terms = held.provision.terms
        groups[held.provision.kind, terms.basis].append(held)
    if not groups:
        _require_parties(there, asked.wanted)
    order = sorted(groups, key=lambda group: (group[0], group[1] or ""))
    totals = [_total(*group, groups[group], asked.at.day) for group in order]
    return _answer(TOTALS_SCHEMA, {"totals": ""}, asked, totals)


def _total(kind: str, basis: str | None, several: Sequence[Held], day: int) -> Total:
    """Add up the amounts of a group that are certain, and list the others."""
    certain: list[Quantity] = []
    perhaps: list[str] = []
    for held in several:
        amount = held.provision.terms.amount
        if amount is None:
            continue
        told = amounts_on(held.provision, amount, held.standing.starts, day)
        if told[-1][1]:
            words = [
                f"perhaps {one.amount.text}" if is_later else one.amount.text
                for one, is_later in told
            ]
            perhaps.append(" or ".join(words) if len(words) > 1 else amount.text)
        else:
            certain.append(amount)
    total = add(certain)
    return Total(
        kind=kind,
        basis=basis,
        provisions=len(several),
        agreements=len({held.agreement for held in several}),
        amounts=tuple(amount.text for amount in total.amounts),
        unknown=total.unknown,
        perhaps=tuple(perhaps),
    )


def _provisions(
    there: Agreements,
    found: Iterable[Held],
    question: dict[str, str],
    asked: Asked,
    *,
    order: Callable[[Held], Any] = _place,
) -> PortfolioAnswer:
    """Tell of provisions in an order."""
    every = sorted(filter(asked.wanted.takes, found), key=order)
    if not every:
        _require_parties(there, asked.wanted)
    page = there.with_events(asked.wanted.page(every))
    items = [
        FoundProvision(
            agreement=held.agreement,
            words=held.words,
            provision=provision_told(
                held.provision,
                held.standing,
                asked.at.day,
                held.later,
                told_on=held.told_on,
            ),
        )
        for held in page
    ]
    return _page(SCHEMA, question, asked, len(every), items)


def _answer(
    schema: str,
    question: dict[str, str],
    asked: Asked,
    rows: Sequence[FoundStake | Total],
) -> PortfolioAnswer:
    """Tell of rows that are all worked out."""
    return _page(schema, question, asked, len(rows), asked.wanted.page(rows))


def _page(
    schema: str,
    question: dict[str, str],
    asked: Asked,
    found: int,
    items: Sequence[FoundProvision | FoundStake | Total],
) -> PortfolioAnswer:
    return PortfolioAnswer(
        schema=schema,
        question=question,
        on=asked.at.on,
        known=asked.at.known,
        horizon=asked.at.horizon,
        found=found,
        offset=asked.wanted.offset,
        items=items,
    )


def _require_parties(there: Agreements, wanted: Wanted) -> None:
    """Refuse parties that nobody knows, where an empty answer would hide a slip.

    Raises:
        NotFound: with the nearest name as a hint.
    """
    for party in wanted.parties:
        _require(party, there.parties, "party")


def _require(name: str, names: Callable[[], set[str]], what: str) -> None:
    """Refuse a name that nothing has.

    Raises:
        NotFound: with the nearest name as a hint.
    """
    known = names()
    if name not in known:
        raise NotFound(
            f"no agreement speaks of the {what} {name}",
            hint=did_you_mean(name, known) or _there_are(known, what),
            word=name,
            wanted=what,
        )


def _there_are(names: set[str], what: str) -> str:
    """List the names that there are."""
    if not names:
        return f"none speaks of any {what}: whereas list"
    return f"there are: {a_few(names)}"
