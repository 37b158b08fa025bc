"""``whereas import``: the events of files, all or none of each batch."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from cli import options
from cli.output import aside, put
from cli.session import session_of

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("add the events of a file", "whereas import deal.yaml"),
    ("see first what it would change", "whereas import -n deal.yaml"),
    (
        "from another program",
        "jq -c .events[] deal.json | whereas import - --format jsonl",
    ),
)


def run(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…", help="YAML, JSON, JSON lines or CSV; - is stdin."
        ),
    ],
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="yaml, json, jsonl or csv.  [default: what the suffix says]",
        ),
    ] = None,
    recorded_by: options.RecordedBy = None,
    dry_run: options.DryRun = False,
) -> None:
    """Add the events of files.

    A batch is added as a whole or not at all. Each event has a key, its own or one made
    from what it says, so that importing a file twice adds nothing. The first mistake
    ends the import and says where it is.
    """
    from cli.importing import answer, imported, interrupted

    session = session_of(context)
    if recorded_by is not None:
        session.flags["recorded_by"] = recorded_by
    with session.writing(dry_run=dry_run) as ledger:
        found = imported(
            ledger,
            files,
            recorded_by=session.settings.recorded_by,
            form=form,
            dry_run=dry_run,
        )
        failed = found.last.error is not None or found.last.interrupted
        if dry_run and found.last.drafts and not failed:
            from cli.rehearsal import rehearsed

            put(rehearsed(ledger, found.last.drafts, [], session), session)
        elif not failed or found.added or found.already_there:
            put(answer(found, ledger, dry_run=dry_run), session)
        if not failed:
            notes = found.slips.notes(ledger, found.last.drafts)
            aside(*(f"note: {note}" for note in notes))
        if found.added and not dry_run:
            from cli.clocks import ahead

            last = ledger.store.recorded_at(ledger.size - 1)
            aside(*ahead(last, session.read_us))
    if found.last.error is not None:
        raise found.last.error
    if found.last.interrupted:
        again = shlex.join(["whereas", *session.argv])
        aside(*interrupted(found, again, dry_run=dry_run))
        raise KeyboardInterrupt
