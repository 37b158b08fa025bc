"""Hints that can be pasted: they ask what was asked, of the ledger that was named."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from cli.table import COMMANDS

OPTION = "--ledger"

# What asks no ledger is as good without one.
_ANYWHERE = frozenset(("schema", "completion", "help", "demo", "key"))
_OF_A_LEDGER = [row.name for row in COMMANDS if row.name not in _ANYWHERE]
_ASKING = re.compile(
    r"\bwhereas (?=(?:" + "|".join((*_OF_A_LEDGER, "key rotate")) + r")\b)"
)


# What a hint takes over from a command line, and the commands that can be told.
_DATED = ("state", "why", "may", "money", "conflicts")
CARRIED = {
    "--on": (*_DATED, "show", "stakes"),
    "--known": (*_DATED, "show", "stakes", "history", "what-if", "due"),
    "--horizon": (*_DATED, "what-if", "due"),
    "--suppose": (*_DATED, "due"),
}


def ledger_in(argv: Sequence[str]) -> str | None:
    """Find the ledger that a command line names, if it names one."""
    return next(_values(argv, OPTION), None)


def _values(argv: Sequence[str], option: str) -> Iterator[str]:
    """Yield what a command line gives for an option."""
    for at, word in enumerate(argv):
        if word.startswith(f"{option}="):
            yield word.partition("=")[2]
        elif word == option and at + 1 < len(argv):
            yield argv[at + 1]


def asked_alike(hint: str, argv: Sequence[str]) -> str:
    """Let a command that is a hint ask of the day and the moment that were asked of.

    Args:
        hint: a command; anything else stays as it is.
        argv: the words of the command line that the hint is given for.
    """
    words = hint.split()
    if words[:1] != ["whereas"]:
        return hint
    for option, commands in CARRIED.items():
        if words[1] in commands and option not in words:
            given = (f" {option} {shlex.quote(v)}" for v in _values(argv, option))
            hint += "".join(given)
    return hint


def for_ledger(hint: str, ledger: str | None) -> str:
    """Let the commands in a hint ask the ledger that was named.

    Args:
        hint: words, with commands in them or not.
        ledger: as it was named on the command line; None where it was not.
    """
    if ledger is None or OPTION in hint:
        return hint
    return _ASKING.sub(f"whereas {OPTION} {shlex.quote(ledger)} ", hint)
