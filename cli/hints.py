"""Hints that can be pasted: they name the ledger that was named on the command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from cli.table import COMMANDS

OPTION = "--ledger"

# What asks no ledger is as good without one.
_ANYWHERE = frozenset(("schema", "completion", "help", "demo", "key"))
_ASKING = re.compile(
    r"\bwhereas (?=(?:"
    + "|".join(row.name for row in COMMANDS if row.name not in _ANYWHERE)
    + r")\b)"
)


def ledger_in(argv: Sequence[str]) -> str | None:
    """Find the ledger that a command line names, if it names one."""
    for at, word in enumerate(argv):
        if word.startswith(f"{OPTION}="):
            return word.partition("=")[2]
        if word == OPTION and at + 1 < len(argv):
            return argv[at + 1]
    return None


def for_ledger(hint: str, ledger: str | None) -> str:
    """Let the commands in a hint ask the ledger that was named.

    Args:
        hint: words, with commands in them or not.
        ledger: as it was named on the command line; None where it was not.
    """
    if ledger is None or OPTION in hint:
        return hint
    return _ASKING.sub(f"whereas {OPTION} {shlex.quote(ledger)} ", hint)
