"""``whereas list``: the agreements of a ledger."""

from __future__ import annotations

import typer

from cli import options
from cli.answer import Answer, Column, Table
from cli.asking import moment
from cli.output import put
from cli.session import session_of

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("all agreements", "whereas list"),
    ("those that were known at the end of a day", "whereas list --known 2025-12-31"),
)
SCHEMA = "whereas/list/1"
COLUMNS = (
    Column("agreement", whole=True, style="bold"),
    Column("title"),
    Column("events", whole=True),
    Column("last_recorded", narrow=True),
)


def run(context: typer.Context, known: options.Known = None) -> None:
    """List the agreements."""
    session = session_of(context)
    with session.reading() as ledger:
        at = moment(ledger, known, None)
        found = ledger.agreements(at.position)
    keys = ("agreement", "title", "events", "recorded_at")
    items = [dict(zip(keys, listed, strict=True)) for listed in found]
    until = {"position": at.position, "recorded_at": at.recorded_at}
    when = "now" if known in {None, "now"} or at.ahead else f"at {known}"
    count = "1 agreement" if len(found) == 1 else f"{len(found)} agreements"
    events = "1 event" if at.position == 0 else f"{at.position + 1} events"
    put(
        Answer(
            document={"schema": SCHEMA, "known": until, "agreements": items},
            items=items,
            title=f"{count}, as known {when} ({events})",
            table=Table(COLUMNS, [(a, t, str(n), r) for a, t, n, r in found]),
            shown=Table(COLUMNS, [(a, t, str(n), r[:10]) for a, t, n, r in found]),
            hints=() if found else ("whereas append agreement-opened -h",),
        ),
        session,
    )
