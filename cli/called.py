"""Find the id of a party where somebody gave its name instead."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from events.dates import INF
from events.errors import WhereasError

if TYPE_CHECKING:
    from cli.session import Session
    from projections.fold.state import Party

# How many agreements are read for a hint.
LOOKED_AT_MAX = 200
_NO_ID = re.compile("[^a-z0-9]+")


def name_party(session: Session, error: WhereasError) -> None:
    """Offer the id of the party that an error names by its name, if there is one."""
    word = error.text("word")
    if (
        word is None
        or error.text("wanted") not in {"id", "party"}
        or (error.hint or "").startswith("did you mean")
    ):
        return
    error.hint = party_called(session, word) or _as_id(error, word) or error.hint


def _as_id(error: WhereasError, word: str) -> str | None:
    """Write a word as an id, where an error says that it is none."""
    like = _NO_ID.sub("-", word.lower()).strip("-")
    if not like or error.text("wanted") != "id":
        return None
    return f"an id has small letters, digits and hyphens: {like}"


def party_called(
    session: Session, name: str, agreement: str | None = None
) -> str | None:
    """Word a hint with the id of who has a name, had it, or has one that begins so.

    Args:
        session: the run.
        name: what was given.
        agreement: whose party it is; of any agreement by default.
    """
    found: dict[str, bool] = {}
    try:
        with session.reading() as ledger:
            listed = (one.agreement for one in ledger.agreements())
            for each in [agreement] if agreement else islice(listed, LOOKED_AT_MAX):
                for key, party in ledger.timeline(each).state(INF - 1).parties.items():
                    if (whole := _is_called(party, name)) is not None:
                        found[key] = found.get(key, False) or whole
    except WhereasError:
        return None
    best = [key for key, whole in found.items() if whole] or list(found)
    return f"did you mean {best[0]}?" if len(best) == 1 else None


def _is_called(party: Party, name: str) -> bool | None:
    """Tell whether that is a whole name of a party; None where none begins with it."""
    given = name.casefold()
    names = [known.casefold() for known in (party.id, party.name, *party.former_names)]
    if given in names:
        return True
    begun = re.compile(re.escape(given) + r"\W")
    return False if any(map(begun.match, names)) else None
