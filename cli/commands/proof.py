"""``whereas proof``: that one event is in the log."""

from __future__ import annotations

import typer

from cli import options, signing
from cli.output import write
from cli.proving import proof_of
from cli.recording import entry_named
from cli.session import session_of

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
    session = session_of(context)
    note = signing.checkpoints_of(session).latest()
    with session.reading() as ledger:
        entry = entry_named(ledger, agreement, number)
        proof = proof_of(ledger, note, entry.position, f"{agreement} @{entry.seq}")
    write(proof)
