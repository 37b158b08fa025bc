"""Options that say whose key signs and whom to trust, and what they lead to."""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.paths import path_in, settings_folder
from cli.session import Session
from events.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.audit.checkpoints import Checkpoints
    from ledger.audit.trust import Trust
    from ledger.log.checkpoint import Checkpoint
    from ledger.log.keyfile import Passphrase
    from ledger.log.keys import Signer
    from ledger.log.memory import Memory
    from ledger.log.note import VerifierKey
    from ledger.log.policy import Policy

SIGNING, TRUSTING = "Signing", "Trust"
STDIN = "-"
_SMALL_FILE_BYTES = 1 << 20

KeyFile = Annotated[
    str | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="The key that signs, made by `whereas key new`.",
        rich_help_panel=SIGNING,
    ),
]
PassphraseFile = Annotated[
    str | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="A file of yours alone with its passphrase.  [default: asked for]",
        rich_help_panel=SIGNING,
    ),
]
AgentKey = Annotated[
    str | None,
    typer.Option(
        "--agent-key",
        metavar="VKEY",
        help="Sign with this key of the running ssh-agent instead of a file.",
        rich_help_panel=SIGNING,
    ),
]
SignProgram = Annotated[
    str | None,
    typer.Option(
        "--signer",
        metavar="COMMAND",
        help="Sign with a program, which gets the bytes and writes their signature in"
        " base64; see `whereas help keys`.",
        rich_help_panel=SIGNING,
    ),
]
SignerKey = Annotated[
    str | None,
    typer.Option(
        "--signer-key",
        metavar="VKEY",
        help="The public key that this program signs for.",
        rich_help_panel=SIGNING,
    ),
]
MemoryFile = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="FILE",
        help="What was signed before; never beside the ledger."
        "  [default: in your own folder for settings]",
        rich_help_panel=SIGNING,
    ),
]
TrustedKey = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="VKEY",
        help="The public key of the log: name+id+base64.",
        rich_help_panel=TRUSTING,
    ),
]
PolicyFile = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="Keys of logs and witnesses, and how many must cosign.",
        rich_help_panel=TRUSTING,
    ),
]
StampRoots = Annotated[
    list[str] | None,
    typer.Option(
        "--tsa-root",
        metavar="FILE",
        help="A certificate of a time-stamping authority, PEM. May be repeated.",
        rich_help_panel=TRUSTING,
    ),
]


def signer_of(
    session: Session,
    key_file: str | None,
    passphrase: str | None,
    agent: str | None,
    program: str | None,
    program_key: str | None,
    *,
    new: bool = False,
) -> Signer | None:
    """Reach the key that signs; None where none was named.

    Args:
        session: the run.
        key_file: its file.
        passphrase: the file of the passphrase of that.
        agent: its public key, where the ssh-agent holds it.
        program: the program that signs with it.
        program_key: its public key, where a program signs.
        new: whether it is the key to which another gives way.

    Raises:
        InputError: two were named, one is not named in full, or a passphrase is for
            none.
    """
    flag = "--new-" if new else "--"
    named = {"key-file": key_file, "agent-key": agent, "signer": program}
    named = {f"{flag}{name}": value for name, value in named.items()}
    first, *more = [name for name, value in named.items() if value is not None] or [""]
    if more:
        raise InputError(
            f"{first} and {more[0]} both name a key", hint=f"leave out {more[0]}"
        )
    if passphrase is not None and key_file is None:
        raise InputError(
            f"{flag}passphrase-file is for a key file, and none is named",
            hint=f"add {flag}key-file FILE",
        )
    if program is not None or program_key is not None:
        return _behind(program, program_key)
    if agent is not None:
        from ledger.log.agent import AgentSigner
        from ledger.log.note import VerifierKey

        socket = session.environ.get("SSH_AUTH_SOCK")
        if not socket:
            raise InputError("no ssh-agent is running: SSH_AUTH_SOCK is not set")
        return AgentSigner(VerifierKey.parse(agent), Path(socket))
    if key_file is None:
        return None
    from ledger.log.keyfile import FileSigner

    return FileSigner.open(path_of(session, key_file), asked(session, passphrase))


def _behind(program: str | None, key: str | None) -> Signer:
    """Reach a key behind a program; its words are split as a shell does it."""
    from ledger.log.note import VerifierKey
    from ledger.log.program import ProgramSigner

    if program is None or key is None:
        raise InputError(
            "a program that signs is named with its public key",
            hint="give both: --signer COMMAND --signer-key VKEY",
        )
    try:
        command = shlex.split(program)
    except ValueError as wrong:
        raise InputError("a quotation in it is not closed", field="--signer") from wrong
    if not command:
        raise InputError("it names no program", field="--signer")
    return ProgramSigner(VerifierKey.parse(key), command)


def needed(signer: Signer | None) -> Signer:
    """Refuse to go on without a key."""
    if signer is None:
        raise InputError(
            "no key signs",
            hint="name one: --key-file FILE; `whereas key new` makes one",
        )
    return signer


def check_signs(signer: Signer | None, memory: str | None) -> None:
    """Refuse a memory that is named for no key: nothing would be signed.

    Raises:
        InputError: it is.
    """
    if signer is None and memory is not None:
        raise InputError(
            "--memory is for a key that signs, and none is named",
            hint="add --key-file FILE",
        )


def asked(session: Session, file: str | None, *, twice: bool = False) -> Passphrase:
    """Read a passphrase from a file, or ask for it where somebody sits.

    Args:
        session: the run.
        file: the file, if one was named.
        twice: ask again, for a slip in a new one would lose the key.
    """
    from ledger.log.keyfile import from_file

    if file is not None:
        return from_file(path_of(session, file))

    def ask() -> bytes:
        given = _typed("passphrase: ")
        if twice and given and _typed("passphrase again: ") != given:
            raise InputError("the two passphrases differ", hint="type the same twice")
        return given

    return ask


def _typed(prompt: str) -> bytes:
    """Ask for a word at the terminal, which does not show it.

    Raises:
        InputError: there is no terminal, or its user gave no answer.
    """
    import getpass
    import warnings

    try:
        with warnings.catch_warnings():
            # Whatever cannot hide what is typed is no place for a secret.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt).encode()
    except (getpass.GetPassWarning, EOFError) as wrong:
        raise InputError(
            "no passphrase could be asked for",
            hint="name its file: --passphrase-file FILE",
        ) from wrong


def memory_of(session: Session, file: str | None) -> Memory:
    """Find the memory of what was signed.

    Raises:
        InputError: none was named, and nobody knows the user's own folder.
    """
    from ledger.log.memory import Memory

    if file is not None:
        return Memory(path_of(session, file))
    own = settings_folder()
    if own is None:
        raise InputError(
            "there is no folder of your own for the memory of what was signed",
            hint="name one: --memory FILE, never beside the ledger; or set HOME",
        )
    return Memory(own / "heads.json")


def checkpoints_of(session: Session) -> Checkpoints:
    """Find the signed heads of the ledger."""
    from ledger.audit.checkpoints import Checkpoints

    return Checkpoints.beside(session.settings.ledger)


def policy_of(session: Session, key: str | None, policy: str | None) -> Policy:
    """Read whom to trust.

    Raises:
        InputError: nobody was named, or one twice.
    """
    from ledger.audit.trust import Trust
    from ledger.log.policy import MAX_POLICY_BYTES, Policy

    if policy is not None and key is None:
        data = read(session, policy, MAX_POLICY_BYTES)
        with _placed(policy):
            return Policy.parse(data)
    if key is None or policy is not None:
        raise InputError(
            "whom to trust comes from outside of what is verified",
            hint="give either --key VKEY or --policy FILE",
        )
    return Trust.in_key(key).policy


def trust_of(
    session: Session,
    key: str | None,
    policy: str | None,
    since: str | None,
    roots: Sequence[str] | None,
) -> Trust:
    """Collect what the verifier brought along."""
    from ledger.audit.trust import Trust

    return Trust(
        policy_of(session, key, policy),
        head_in(session, since)[0] if since is not None else None,
        [read(session, root) for root in roots or ()],
    )


def head_in(session: Session, name: str) -> tuple[bytes, Checkpoint]:
    """Read a signed head that was named: its bytes, and what it says unverified.

    Raises:
        InputError: it cannot be read, or is no signed head.
    """
    from ledger.log.checkpoint import Checkpoint
    from ledger.log.note import Note

    data = read(session, name)
    with _placed(name):
        return data, Checkpoint.parse(Note.parse(data).text)


@contextmanager
def _placed(name: str) -> Iterator[None]:
    """Let an error in what a file says name the file."""
    try:
        yield
    except InputError as wrong:
        place = "stdin" if name == STDIN else name
        raise InputError(
            str(wrong), hint=wrong.hint, **{**wrong.facts, "path": place}
        ) from wrong


def read(session: Session, name: str, limit: int = _SMALL_FILE_BYTES) -> bytes:
    """Read a small file that was named, or stdin."""
    if name == STDIN:
        data = sys.stdin.buffer.read(limit + 1)
        if len(data) > limit:
            raise InputError(f"stdin has more than {limit} bytes")
        return data
    from ledger.audit.verify import read_file

    return read_file(path_of(session, name), limit)


def path_of(session: Session, name: str) -> Path:
    """Give the path of a file that was named."""
    return path_in(session.folder, name)


def witnesses_of(policy: Policy) -> tuple[VerifierKey, ...]:
    """List the witnesses that a policy knows."""
    return tuple(policy.witnesses.values())
