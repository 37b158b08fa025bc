"""``whereas proof``: that one event is in the log."""

from __future__ import annotations

import typer

from cli import options, signing
from cli.output import write
from cli.recording import entry_named
from cli.session import session_of
from events.errors import NotFound

EXAMPLES = (
    ("print the proof of an event", "whereas proof alpha-beta @3"),
    ("keep it in a file", "whereas proof alpha-beta @3 > alpha-beta-3.tlog-proof"),
)


def run(
    context: typer.Context, agreement: options.Agreement, number: options.Number
) -> None:
    """Prove that an event is under the last signed head.

    Prints a C2SP tlog-proof: the position, the hashes from the event to the root, and
    the signed head. Sign a head after the event was recorded: `whereas checkpoint`.
    """
    from ledger.audit.signing import prove
    from ledger.log.checkpoint import Checkpoint

    session = session_of(context)
    note = signing.checkpoints_of(session).latest()
    with session.reading() as ledger:
        entry = entry_named(ledger, agreement, number)
        size = Checkpoint.parse(note.text).size if note else 0
        if note is None or entry.position >= size:
            raise NotFound(
                f"no signed head covers {agreement} {number}",
                hint="sign one: whereas checkpoint --key-file FILE",
            )
        proof = prove(ledger, note, entry.position)
    write(proof.format().decode())
