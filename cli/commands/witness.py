"""``whereas witness``: have the other side cosign, with files that go to and fro."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import signing
from cli.branches import Branch, branching
from cli.command import Group
from cli.counts import number
from cli.output import say, write
from cli.session import session_of
from events.errors import InputError, NotFound

ASK = (
    ("ask a witness for the first time", "whereas witness ask > growth"),
    ("ask again", "whereas witness ask --old 12 > growth"),
)
COSIGN = (
    (
        "cosign what the other side sent",
        "whereas witness cosign growth --key DEALS-VKEY --key-file witness.key > line",
    ),
)
ADD = (("keep what came back", "whereas witness add line --policy policy"),)


def made(name: str) -> Group:
    """Make the command."""
    branches = {
        "ask": Branch(_ask, ASK),
        "cosign": Branch(_cosign, COSIGN),
        "add": Branch(_add, ADD),
    }
    sentence = "Have others cosign your heads, and cosign theirs."
    return branching(name, sentence, branches, (*ASK, *COSIGN, *ADD))


def _ask(
    context: typer.Context,
    old: Annotated[
        str,
        typer.Option(
            "--old",
            metavar="N",
            help="How many events the witness has seen before.  [default: 0]",
            show_default=False,
        ),
    ] = "0",
) -> None:
    """Print what a witness is sent: the signed head, and that the log grew to it."""
    from ledger.audit.signing import growth_since
    from ledger.log.checkpoint import Checkpoint

    session = session_of(context)
    note = signing.checkpoints_of(session).latest()
    if note is None:
        raise NotFound(
            "no head of the ledger was signed yet",
            hint="whereas checkpoint --key-file FILE",
        )
    size = Checkpoint.parse(note.text).size
    seen = number(old)
    if seen is None or seen > size:
        raise InputError(
            f"--old takes a number of events up to {size}, not {old}",
            hint="whoever witnesses tells how many it has seen; 0 is none",
            field="--old",
        )
    with session.reading() as ledger:
        write(growth_since(ledger, note, seen).decode())


def _cosign(
    context: typer.Context,
    request: Annotated[
        str, typer.Argument(metavar="FILE", help="What the other side sent.")
    ],
    key: signing.TrustedKey = None,
    policy: signing.PolicyFile = None,
    key_file: signing.KeyFile = None,
    passphrase_file: signing.PassphraseFile = None,
    agent_key: signing.AgentKey = None,
    signer: signing.SignProgram = None,
    signer_key: signing.SignerKey = None,
    memory: signing.MemoryFile = None,
) -> None:
    """Cosign the head of another log, and print the line to send back.

    The head is remembered first. A log that lost events or changed its past is not
    cosigned, and both heads are kept as evidence.
    """
    from ledger.log.proof import MAX_PROOF_BYTES
    from ledger.log.witness import Witness

    session = session_of(context)
    own = signing.signer_of(
        session, key_file, passphrase_file, agent_key, signer, signer_key
    )
    witness = Witness(
        signing.needed(own),
        signing.policy_of(session, key, policy),
        signing.memory_of(session, memory),
    )
    growth = signing.read(session, request, MAX_PROOF_BYTES)
    write(str(witness.cosign(growth, session.now_us() // 1_000_000)))


def _add(
    context: typer.Context,
    answer: Annotated[
        str, typer.Argument(metavar="FILE", help="The lines that came back.")
    ],
    policy: signing.PolicyFile = None,
) -> None:
    """Keep the cosignatures of witnesses that the policy knows."""
    from ledger.log.checkpoint import Checkpoint
    from ledger.log.note import parse_signatures

    session = session_of(context)
    if policy is None:
        raise InputError(
            "no policy says who the witnesses are", hint="name it: --policy FILE"
        )
    known = signing.witnesses_of(signing.policy_of(session, None, policy))
    checkpoints = signing.checkpoints_of(session)
    if not checkpoints.sizes():
        raise NotFound("no head of the ledger was signed yet")
    lines = parse_signatures(signing.read(session, answer))
    size = Checkpoint.parse(checkpoints.cosign(lines, known).text).size
    names = ", ".join(line.name for line in lines)
    say(f"the head of {size} events is cosigned by {names}")
