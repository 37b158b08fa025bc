"""``whereas retract``: the record should not exist."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import options
from cli.proving import Proving, provable
from cli.recording import entry_named, read, record
from cli.session import session_of

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    (
        "take back what was recorded for the wrong agreement",
        'whereas retract alpha-beta @3 --reason "recorded for the wrong agreement"',
    ),
    (
        "see what it would change, and record nothing",
        'whereas retract alpha-beta @3 --reason "never signed" -n',
    ),
)


@provable
def run(
    context: typer.Context,
    agreement: options.Agreement,
    number: options.Number,
    reason: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Why.  [required]"),
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="A remark.")] = None,
    source: options.Sources = None,
    key: options.Key = None,
    recorded_by: options.RecordedBy = None,
    expect: options.Expect = None,
    dry_run: options.DryRun = False,
    proving: Proving | None = None,
) -> None:
    """Take back an event that should not exist.

    The event stays in the history and counts no longer. Retracting a correction or a
    retraction undoes it.
    """
    from cli.fields import source as read_source

    session = session_of(context)
    with session.reading() as ledger:
        target = entry_named(ledger, agreement, number)
    mapping = {
        "event": "event-retracted",
        "target": target.seq,
        "reason": reason,
        "note": note,
        "key": key,
        "sources": [read_source(text) for text in source or ()] or None,
    }
    record(
        session,
        [read(session, mapping, agreement)],
        recorded_by=recorded_by,
        expect=expect,
        dry_run=dry_run,
        proving=proving,
    )
