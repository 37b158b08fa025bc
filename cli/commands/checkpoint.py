"""``whereas checkpoint``: sign where the ledger stands."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import signing
from cli.output import aside, write
from cli.session import session_of
from events.errors import InputError, NotFound

EXAMPLES = (
    ("sign the head", "whereas checkpoint --key-file deals.key"),
    ("show the last one that was signed", "whereas checkpoint"),
)


def run(
    context: typer.Context,
    key_file: signing.KeyFile = None,
    passphrase_file: signing.PassphraseFile = None,
    agent_key: signing.AgentKey = None,
    signer: signing.SignProgram = None,
    signer_key: signing.SignerKey = None,
    memory: signing.MemoryFile = None,
    stamp_request: Annotated[
        str | None,
        typer.Option(
            "--stamp-request",
            metavar="FILE",
            help="Write the question to a time-stamping authority (RFC 3161).",
        ),
    ] = None,
    stamp: Annotated[
        str | None,
        typer.Option(
            "--stamp", metavar="FILE", help="Keep the authority's answer to it."
        ),
    ] = None,
    tsa_root: signing.StampRoots = None,
) -> None:
    """Sign the head of the ledger, or show the last signed head.

    Give it to others and keep a copy elsewhere: whoever holds one can show that the
    ledger was rewritten since. A head that contradicts the last one signed is not
    signed; that one is remembered outside of the ledger.
    """
    session = session_of(context)
    checkpoints = signing.checkpoints_of(session)
    own = signing.signer_of(
        session, key_file, passphrase_file, agent_key, signer, signer_key
    )
    signing.check_signs(own, memory)
    if tsa_root and stamp is None:
        raise InputError("--tsa-root is for --stamp FILE, which is not named")
    if own is not None:
        from cli.clocks import ahead
        from ledger.audit.signing import sign_now

        remembered = signing.memory_of(session, memory)
        with session.reading() as ledger:
            note = sign_now(ledger, own, remembered, checkpoints)
            last = ledger.store.recorded_at(ledger.size - 1)
        aside(*ahead(last, session.clock()))
    else:
        session.reading().close()
        found = checkpoints.latest()
        if found is None:
            raise NotFound(
                "no head of the ledger was signed yet",
                hint="whereas checkpoint --key-file FILE",
            )
        note = found
    from ledger.log import timestamp
    from ledger.log.checkpoint import Checkpoint

    if stamp is not None:
        answer = signing.read(session, stamp)
        roots = [signing.read(session, root) for root in tsa_root or ()]
        # More may have been signed since the authority was asked.
        heads = [Checkpoint.parse(n.text) for n in (note, *reversed(checkpoints.all()))]
        about = next((h for h in heads if timestamp.is_about(answer, h)), heads[0])
        when = timestamp.verify(answer, about, roots)
        checkpoints.stamp(about.size, answer)
        aside(f"the head of {about.size} events is stamped: {when:%Y-%m-%dT%H:%M:%SZ}")
    if stamp_request is not None:
        from ledger.log.files import create

        create(
            signing.path_of(session, stamp_request),
            timestamp.request(Checkpoint.parse(note.text)),
        )
        aside(f"wrote {stamp_request}, to be sent to the authority")
    write(note.format().decode())
