"""Parties across agreements: one line for each, under all its ids and names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from projections.fold.state import Party
from projections.questions.across import Held, Identities


class PartyAcross(msgspec.Struct, frozen=True, kw_only=True):
    """A party with everything that agreements call it.

    ``ids`` are those that stand for the same party; ``roles`` are by agreement.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    former_names: tuple[str, ...]
    identifiers: dict[str, str]
    roles: dict[str, str | None]
    successors: tuple[str, ...]
    controllers: tuple[str, ...]


def parties_across(held: Sequence[Held]) -> list[PartyAcross]:
    """List the parties of agreements, each once, in the order of their first ids.

    Args:
        held: the agreements on a day; two ids that share an identifier are one party.
    """
    who = Identities(held)
    found: dict[str, list[tuple[str, Party]]] = {}
    for there in held:
        for party in there.state.parties.values():
            name = who.standing_for(party.id)
            found.setdefault(name, []).append((there.agreement, party))
    return [_across(parties) for _, parties in sorted(found.items())]


def _across(parties: Sequence[tuple[str, Party]]) -> PartyAcross:
    """Put together what agreements say of one party."""
    all_of_it = [party for _, party in parties]
    return PartyAcross(
        ids=_each(party.id for party in all_of_it),
        names=_each(party.name for party in all_of_it),
        former_names=_each(n for party in all_of_it for n in party.former_names),
        identifiers={k: v for party in all_of_it for k, v in party.identifiers.items()},
        roles={agreement: party.role for agreement, party in parties},
        successors=_each(
            after.successor for party in all_of_it for after in party.successions
        ),
        controllers=_each(party.controller for party in all_of_it),
    )


def _each(words: Iterable[str | None]) -> tuple[str, ...]:
    """Give words in their order, each once."""
    return tuple(dict.fromkeys(word for word in words if word is not None))
