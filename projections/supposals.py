"""Supposals: facts added for the sake of one question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from events.dates import PartialDate
from events.quantity import Quantity
from projections.facts import Facts
from projections.mentions import Mentions

SupposalKind = Literal["claimed", "reached", "not-by", "never", "measured"]


class Supposal(NamedTuple):
    """One fact that is supposed.

    Attributes:
        text: the canonical text.
        kind: what is supposed of the milestone or measure.
        name: the milestone or measure.
        date: when; None where it is never.
        value: what a measure is.
    """

    text: str
    kind: SupposalKind
    name: str
    date: PartialDate | None = None
    value: Quantity | None = None


def parse_supposal(text: str) -> Supposal:
    """Read ``M=DATE``, ``M.claimed=DATE``, ``M=never``, ``M>DATE`` or a measure.

    Raises:
        InputError: with the column, a marked excerpt, and a hint.
    """
    raise NotImplementedError


def suppose(facts: Facts, supposals: Iterable[Supposal], known: Mentions) -> Facts:
    """Add what is supposed; the facts given stay as they are.

    Args:
        facts: what is known.
        supposals: what is supposed.
        known: the names that events mention.

    Raises:
        InputError: two supposals contradict each other.
        NotFound: nothing mentions the milestone or measure.
        Refused: what is recorded contradicts one.
    """
    raise NotImplementedError
