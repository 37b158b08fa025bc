"""``whereas backup``: a copy of the ledger that was checked."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import signing
from cli.answer import Answer, Column, Table
from cli.output import put
from cli.session import session_of

OUTPUTS = ("json", "jsonl", "csv")
SCHEMA = "whereas/backup/1"
EXAMPLES = (
    ("copy the ledger", "whereas backup /mnt/safe/deals.db"),
    (
        "put the copy back: it is a ledger",
        "whereas backup whereas.db --ledger /mnt/safe/deals.db",
    ),
)
_COLUMNS = tuple(map(Column, ("file", "size", "root", "signed")))


def run(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The copy; not there yet.")
    ],
) -> None:
    """Copy the ledger into a file, and check the copy.

    Others may read and append meanwhile. The copy is opened again, every event and hash
    in it is computed anew, and it must hold what was signed; its signed heads are put
    beside it. Copying the file by other means may lose the last events.
    """
    from ledger.audit.backup import backup

    session = session_of(context)
    checkpoints = signing.checkpoints_of(session)
    with session.reading() as ledger:
        head, signed = backup(ledger, signing.path_of(session, file), checkpoints)
    root, place = head.root.hex(), session.settings.ledger_words
    document = {
        "schema": SCHEMA,
        "ledger": place,
        "file": file,
        "size": head.size,
        "root": root,
        "signed": signed or None,
    }
    put(
        Answer(
            document=document,
            items=[document],
            title=f"copied {place} to {file} and checked it: {head.size} events",
            table=Table(
                _COLUMNS,
                [(file, str(head.size), root, str(signed or ""))],
                as_list=True,
            ),
            hints=()
            if signed == head.size
            else ("whereas checkpoint --key-file FILE signs the head before a backup",),
        ),
        session,
    )
