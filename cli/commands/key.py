"""``whereas key``: the keys that sign heads, and how one gives way to another."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import options, signing
from cli.branches import Branch, branching
from cli.command import Group
from cli.output import aside, say
from cli.session import session_of
from events.errors import InputError

NEW = (
    ("a key for a log", "whereas key new example.com/deals deals.key"),
    ("a key for a witness", "whereas key new beta.example/w witness.key --witness"),
)
ADOPT = (
    (
        "a key that a program signs with",
        "whereas key adopt example.com/deals kms-key.pem",
    ),
    (
        "a key that the ssh-agent holds",
        "ssh-add -L | whereas key adopt example.com/deals -",
    ),
)
SHOW = (("the public key, to be given away", "whereas key show deals.key"),)
ROTATE = (
    (
        "sign with another key from now on",
        "whereas key rotate --key-file deals.key --new-key-file deals-2.key",
    ),
)


def made(name: str) -> Group:
    """Make the command."""
    branches = {
        "new": Branch(_new, NEW),
        "adopt": Branch(_adopt, ADOPT),
        "show": Branch(_show, SHOW),
        "rotate": Branch(_rotate, ROTATE),
    }
    sentence = "Make, show and change the keys that sign heads."
    return branching(name, sentence, branches, (*NEW, ADOPT[0], *SHOW, *ROTATE))


def _new(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The name of the log or witness: a domain of yours, and a path.",
        ),
    ],
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Where to keep it; not there yet.")
    ],
    witness: Annotated[
        bool, typer.Option("--witness", help="A key to cosign the logs of others.")
    ] = False,
    passphrase_file: signing.PassphraseFile = None,
) -> None:
    """Make a key, and print its public part.

    The file is for you alone (mode 0600) and encrypted under the passphrase. Keep it
    away from the ledger: whoever has both can rewrite what nobody else has seen.
    """
    from ledger.audit.writing import check_free
    from ledger.log.keyfile import generate
    from ledger.log.note import KeyType

    session = session_of(context)
    check_free(signing.path_of(session, file))
    kind = KeyType.COSIGNATURE_V1 if witness else KeyType.ED25519
    passphrase = signing.asked(session, passphrase_file, twice=True)
    path, ledger = signing.path_of(session, file), session.settings.ledger
    if path.parent == ledger.parent and ledger.exists():
        aside("hint: this key lies beside the ledger; keep it somewhere else")
    say(str(generate(path, name, passphrase, kind)))


def _adopt(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The name of the log or witness: a domain of yours, and a path.",
        ),
    ],
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="Its public key: PEM, or as OpenSSH; - is stdin."
        ),
    ],
    witness: Annotated[
        bool, typer.Option("--witness", help="A key to cosign the logs of others.")
    ] = False,
) -> None:
    """Give a name to an Ed25519 key that is kept elsewhere, and print it as VKEY.

    Sign with it by --agent-key VKEY where the ssh-agent holds it, or by --signer
    COMMAND --signer-key VKEY where a program does: `whereas help keys`.
    """
    from ledger.log.adopting import public_of
    from ledger.log.note import KeyType, VerifierKey

    kind = KeyType.COSIGNATURE_V1 if witness else KeyType.ED25519
    public = public_of(signing.read(session_of(context), file))
    say(str(VerifierKey(name, kind, public)))


def _show(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A key file.")],
) -> None:
    """Print the public part of a key; no passphrase is needed."""
    from ledger.log.keyfile import public_key

    say(str(public_key(signing.path_of(session_of(context), file))))


def _rotate(
    context: typer.Context,
    new_key_file: Annotated[
        str | None,
        typer.Option(
            "--new-key-file",
            metavar="FILE",
            help="The key that signs from now on; of the same name.",
            rich_help_panel=signing.SIGNING,
        ),
    ] = None,
    new_passphrase_file: Annotated[
        str | None,
        typer.Option(
            "--new-passphrase-file",
            metavar="FILE",
            help="A file of yours alone with its passphrase.  [default: asked for]",
            rich_help_panel=signing.SIGNING,
        ),
    ] = None,
    new_agent_key: Annotated[
        str | None,
        typer.Option(
            "--new-agent-key",
            metavar="VKEY",
            help="The new key, where the running ssh-agent holds it.",
            rich_help_panel=signing.SIGNING,
        ),
    ] = None,
    new_signer: Annotated[
        str | None,
        typer.Option(
            "--new-signer",
            metavar="COMMAND",
            help="The program that signs with the new key.",
            rich_help_panel=signing.SIGNING,
        ),
    ] = None,
    new_signer_key: Annotated[
        str | None,
        typer.Option(
            "--new-signer-key",
            metavar="VKEY",
            help="The public key that it signs for.",
            rich_help_panel=signing.SIGNING,
        ),
    ] = None,
    key_file: signing.KeyFile = None,
    passphrase_file: signing.PassphraseFile = None,
    agent_key: signing.AgentKey = None,
    signer: signing.SignProgram = None,
    signer_key: signing.SignerKey = None,
    memory: signing.MemoryFile = None,
    recorded_by: options.RecordedBy = None,
) -> None:
    """Record that one key gives way to another, signed by both.

    Whoever trusts the old key can follow to the new one. Sign the next head with it:
    the old one is refused from then on.
    """
    from cli.clocks import ahead
    from ledger.audit.signing import rotate

    session = session_of(context)
    if recorded_by is not None:
        session.flags["recorded_by"] = recorded_by
    new = signing.signer_of(
        session,
        new_key_file,
        new_passphrase_file,
        new_agent_key,
        new_signer,
        new_signer_key,
        new=True,
    )
    if new is None:
        raise InputError("no new key is named", hint="name it: --new-key-file FILE")
    old = signing.signer_of(
        session, key_file, passphrase_file, agent_key, signer, signer_key
    )
    with session.writing() as ledger:
        receipt = rotate(
            ledger,
            signing.needed(old),
            new,
            signing.memory_of(session, memory),
            signing.checkpoints_of(session),
            recorded_by=session.settings.recorded_by,
        )
    name = new_key_file or new_signer or str(new.vkey)
    say(f"recorded at pos:{receipt.position}; sign with {name} from now on")
    aside(*ahead(receipt.recorded_at, session.read_us))
