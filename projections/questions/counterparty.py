"""With whom: counterparties under the names that stand for them in an agreement.

Whoever is no party of an agreement is a third party to it, so that ``third-party``
covers it.
"""

from __future__ import annotations

from events.scope import AXES, Box
from projections.questions.across import Held, Identities

THIRD_PARTY = "third-party"
UNDER_THIRD = THIRD_PARTY + "/"


def stands_for(tag: str, held: Held, who: Identities) -> str:
    """Give the name that stands for a counterparty in an agreement.

    Args:
        tag: a party, ``third-party``, or another tag.
        held: the agreement.
        who: who is who.
    """
    tag = tag.removeprefix(UNDER_THIRD)
    head, slash, rest = tag.partition("/")
    name = who.of(held.agreement, head)
    if name in {who.of(held.agreement, party) for party in held.state.parties}:
        return name + slash + rest
    return tag if tag == THIRD_PARTY else UNDER_THIRD + tag


def in_terms_of(held: Held, who: Identities, box: Box) -> Box:
    """Write the counterparties of a scope under the names that stand for them."""
    if not box.counterparty:
        return box
    return _replaced(box, *(stands_for(tag, held, who) for tag in box.counterparty))


def as_written(box: Box) -> Box:
    """Write counterparties as people name them, without ``third-party/``."""
    return _replaced(box, *(tag.removeprefix(UNDER_THIRD) for tag in box.counterparty))


def _replaced(box: Box, *tags: str) -> Box:
    """Give a box with other counterparties, each once."""
    axes = {axis: getattr(box, axis) for axis in AXES}
    return Box(**{**axes, "counterparty": tuple(dict.fromkeys(tags))})
