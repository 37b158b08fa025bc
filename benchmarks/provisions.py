"""The grants of synthetic portfolios: what is granted, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks import words
from events.dates import INF

# The event, how often, and whether it has a scope and an amount.
_GRANTS: tuple[tuple[str, int, bool, bool], ...] = (
    ("LicenceGranted", 20, True, False),
    ("ExclusivityGranted", 14, True, False),
    ("PurchaseCommitted", 14, False, True),
    ("ObligationAssumed", 12, False, False),
    ("RestrictionImposed", 10, True, False),
    ("PermissionGranted", 8, True, False),
    ("FirstRefusalGranted", 6, True, False),
    ("InvestmentMade", 6, False, True),
    ("PreferenceGranted", 4, True, False),
    ("OptionGranted", 3, False, False),
    ("RevenueShareAgreed", 3, False, False),
)
_CHOICES = tuple(_GRANTS)
_WEIGHTS = tuple(weight for _, weight, _, _ in _GRANTS)
_SHORT = {
    name: name.removesuffix(word).lower()
    for name, *_ in _GRANTS
    for word in ("Granted", "Committed", "Assumed", "Imposed", "Made", "Agreed")
    if name.endswith(word)
}


@dataclass(slots=True)
class Held:
    """A provision, as far as it matters to what may happen to it.

    Attributes:
        id: its id.
        holder: one of those who hold it.
        granted: the day of the grant, an ordinal.
        ends: the first day on which it may have ended, an ordinal.
        through: the year through which it runs, where the term says so.
        milestone: what it ends with, where the term says so.
        scoped: whether the grant says what it covers.
        renews: whether it renews itself.
        suspended: whether it pauses.
        pinned: whether a change waits for a milestone, so that it must not end.
    """

    id: str
    holder: str
    granted: int
    ends: int = INF
    through: int = 0
    milestone: str | None = None
    scoped: bool = False
    renews: bool = False
    suspended: bool = False
    pinned: bool = False

    @property
    def lasts(self) -> bool:
        """Tell whether no day is set on which it ends."""
        return self.ends == INF and self.milestone is None


def grant(
    random: Random, number: int, parties: Sequence[str], day: int
) -> tuple[str, dict[str, Any], Held]:
    """Draw a grant.

    Args:
        random: decides.
        number: which grant of the agreement, from 1.
        parties: the parties, at least two.
        day: the day of the grant, an ordinal.

    Returns:
        The type of the event, its fields, and what to remember of it.
    """
    ((event, _, scoped, priced),) = random.choices(_CHOICES, _WEIGHTS)
    holder, against = random.sample(list(parties), 2)
    held = Held(f"{_SHORT[event]}-{number}", holder, day)
    fields: dict[str, Any] = {"id": held.id, "ends": _end(random, held, day)}
    if event == "InvestmentMade":
        fields |= {"investor": holder, "recipient": against}
    else:
        fields |= {"holder": holder, "against": against}
    if scoped:
        held.scoped = True
        fields["scope"] = words.scope(random)
    if priced:
        fields["amount"] = words.money(random)
    if event == "OptionGranted":
        fields |= {
            "option": random.choice(("call", "put")),
            "price": words.money(random),
        }
    if event == "RevenueShareAgreed":
        fields |= {"rate": f"{random.randint(1, 40)} %", "basis": "net revenue"}
    return event, fields, held


def _end(random: Random, held: Held, day: int) -> str | None:
    """Draw an end: mostly a year, else a milestone, a renewal, none, or never."""
    year = dt.date.fromordinal(day).year + random.randint(1, 12)
    drawn = random.random()
    if drawn < 0.55:
        held.through, held.ends = year, dt.date(year + 1, 1, 1).toordinal()
        return f"through {year}"
    if drawn < 0.65:
        return None
    if drawn < 0.70:
        return "never"
    if drawn < 0.80:
        held.renews, held.ends = True, dt.date(year + 1, 1, 1).toordinal()
        first = f"(through {year})"
        return f"renews every 12 months from {first} unless notice 3 months before"
    held.milestone = f"stage-{random.randint(1, 3)}"
    if drawn < 0.90:
        return f"milestone {held.milestone} determined"
    held.ends = dt.date(year + 1, 1, 1).toordinal()
    return f"earliest of (milestone {held.milestone} determined; through {year})"
