"""``whereas init``: the command that makes a ledger."""

from __future__ import annotations

import typer

from cli.output import say
from cli.session import session_of

EXAMPLES = (
    ("make whereas.db in this folder", "whereas init"),
    ("make it elsewhere", "whereas init --ledger deals/partners.db"),
)


def run(context: typer.Context) -> None:
    """Make an empty ledger.

    It is one file, and one that is there is left alone. No other command makes one, but
    `restore` and `demo --ledger`.
    """
    from ledger.ledger import Ledger

    session = session_of(context)
    Ledger.create(session.settings.ledger, clock=session.now_us).close()
    say(f"made {session.settings.ledger_words}")
