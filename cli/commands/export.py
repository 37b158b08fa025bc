"""``whereas export``: give the ledger away, in whole or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli import exporting, options, redacting, signing
from cli.asking import day
from cli.branches import Branch, branching
from cli.command import Group
from cli.output import aside, say
from cli.session import Session, session_of
from events.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.audit.checkpoints import Checkpoints
    from ledger.ledger import Ledger
    from ledger.log.keys import Signer
    from ledger.log.memory import Memory
    from ledger.log.note import Note

EXAMPLES = (
    (
        "everything, signed now",
        "whereas export audit deals.zip --key-file deals.key",
    ),
    (
        "one agreement without what is confidential",
        (
            "whereas export audit alpha.zip alpha-beta --redact confidential"
            " --key-file deals.key"
        ),
    ),
)


def made(name: str) -> Group:
    """Make the command."""
    branches = {"audit": Branch(_audit, EXAMPLES), **exporting.BRANCHES}
    examples = (*EXAMPLES, *exporting.EXAMPLES)
    return branching(name, "Write events to files for others.", branches, examples)


def _audit(
    context: typer.Context,
    bundle: Annotated[
        str,
        typer.Argument(
            metavar="BUNDLE", help="What to write: a zip (*.zip) or a folder."
        ),
    ],
    agreements: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="AGREEMENT…",
            help="Only these, with the proof that none of their"
            " events is missing.  [default: everything]",
        ),
    ] = None,
    redact: Annotated[
        list[str] | None,
        typer.Option(
            "--redact",
            metavar="RULE",
            help="Withhold values: [AGREEMENT:][EVENT.]FIELD, where FIELD may be"
            " `confidential` or `*`. May be repeated.",
        ),
    ] = None,
    redact_file: Annotated[
        str | None,
        typer.Option("--redact-file", metavar="FILE", help="A file of such rules."),
    ] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="Write what held on this date. May be repeated.",
        ),
    ] = None,
    document: Annotated[
        list[str] | None,
        typer.Option(
            "--document",
            metavar="FILE",
            help="Put in a document that an event cites by sha256. May be repeated.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="FILE",
            help="Prove growth from this signed head, which the reader has kept.",
        ),
    ] = None,
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Leave out the table of events.")
    ] = False,
    key_file: signing.KeyFile = None,
    passphrase_file: signing.PassphraseFile = None,
    agent_key: signing.AgentKey = None,
    signer: signing.SignProgram = None,
    signer_key: signing.SignerKey = None,
    memory: signing.MemoryFile = None,
    recorded_by: options.RecordedBy = None,
) -> None:
    """Write an audit bundle: events, proofs, and what they lead to.

    With a key, a snapshot of all heads is recorded and the head is signed. Without one,
    the last signed head is given away (`whereas checkpoint`). `whereas verify` checks
    the bundle offline, and so do openssl and any client of C2SP tlog-tiles.
    """
    from ledger.audit.beforehand import Foreseen
    from ledger.audit.export import Order, export, named_documents

    session = session_of(context)
    path = _target(session, bundle)
    if recorded_by is not None:
        session.flags["recorded_by"] = recorded_by
    withheld = redacting.rules_of(session, redact, redact_file)
    dates = tuple(day(session, text, "--on") for text in on or ())
    files = tuple(signing.path_of(session, name) for name in document or ())
    documents = named_documents(files)
    kept = None if since is None else Kept(since, signing.read(session, since))
    own = signing.signer_of(
        session, key_file, passphrase_file, agent_key, signer, signer_key
    )
    signing.check_signs(own, memory)
    checkpoints = signing.checkpoints_of(session)
    named = tuple(dict.fromkeys(agreements)) if agreements else None
    with session.writing() if own else session.reading() as ledger:
        log = _log(session, ledger, own, checkpoints, memory)
        # All that can be refused is, before a snapshot is recorded for nothing.
        foreseen = Foreseen(ledger.store, log.size, named)
        foreseen.check(withheld.redaction, documents)
        earlier = _earlier(ledger, checkpoints, log, kept)
        stated = foreseen.stated()
        note = log.note or _sign(session, ledger, log, checkpoints)
        order = Order(
            note=note.format(),
            agreements=named,
            redaction=withheld.redaction,
            earlier=earlier,
            stamps=checkpoints.stamps(),
            on=dates,
            stated=stated,
            documents=files,
            history=not no_history,
            vkey=own.vkey if own else None,
        )
        counts = export(ledger.store, path, order)
    head = order.head
    what = "everything" if named is None else ", ".join(named)
    say(f"wrote {bundle}: {what}, {head.origin} at {head.size} events")
    aside(*withheld.told(counts))


class Kept(NamedTuple):
    """A signed head that the reader has kept: its file, and what is in it."""

    file: str
    note: bytes


class Log(NamedTuple):
    """The log that is exported, before it is signed.

    Attributes:
        origin: its name.
        size: how many of its events are there to be exported.
        note: its last signed head, where no key is at hand.
        signer: its key.
        memory: what the key signed before.
    """

    origin: str
    size: int
    note: Note | None
    signer: Signer | None
    memory: Memory


def _target(session: Session, bundle: str) -> Path:
    """Find where to write, and check that it can be written there."""
    from ledger.audit.writing import check_free

    if bundle == signing.STDIN:
        raise InputError(
            "a bundle is a zip or a folder, and is not written to stdout",
            hint="name it: whereas export audit bundle.zip",
        )
    path = signing.path_of(session, bundle)
    check_free(path)
    return path


def _log(
    session: Session,
    ledger: Ledger,
    signer: Signer | None,
    checkpoints: Checkpoints,
    memory: str | None,
) -> Log:
    """Find the log by its key, which can sign it, or by its last signed head."""
    from ledger.audit.checkpoints import check_head
    from ledger.audit.signing import check_current
    from ledger.log.checkpoint import Checkpoint

    remembered = signing.memory_of(session, memory)
    if signer is not None:
        check_current(ledger, signer.vkey, remembered, checkpoints)
        return Log(signer.vkey.name, ledger.size, None, signer, remembered)
    note = checkpoints.latest()
    if note is None:
        raise InputError(
            "the ledger has no signed head to export",
            hint="name a key: --key-file FILE; `whereas key new` makes one",
        )
    head = Checkpoint.parse(note.text)
    check_head(head, ledger.size, ledger.store)
    return Log(head.origin, head.size, note, None, remembered)


def _sign(session: Session, ledger: Ledger, log: Log, checkpoints: Checkpoints) -> Note:
    """Record a snapshot of all heads, and sign over it, if it can be signed."""
    from cli.clocks import ahead
    from ledger.audit.signing import rehearse_now, sign_now

    signer = signing.needed(log.signer)
    rehearse_now(ledger, signer, log.memory, checkpoints)
    taken = ledger.snapshot_heads(recorded_by=session.settings.recorded_by)
    aside(*ahead(taken.recorded_at, session.read_us))
    return sign_now(ledger, signer, log.memory, checkpoints)


def _earlier(
    ledger: Ledger, checkpoints: Checkpoints, log: Log, since: Kept | None
) -> tuple[bytes, ...]:
    """Give every earlier signed head, and the one that the reader has kept.

    Each is held against the log first.
    """
    from ledger.audit.beforehand import check_earlier, check_signed
    from ledger.audit.signing import chain_of

    found: dict[int, bytes] = {}
    for size in checkpoints.sizes():
        note = found[size] = checkpoints.read(size).format()
        where = f"the signed head of {size} events"
        check_earlier(note, log.origin, log.size, ledger.store, field=where)
    if since is not None:
        file, note = since
        head = check_earlier(note, log.origin, log.size, ledger.store, field=file)
        key = log.signer.vkey if log.signer else None
        keys = chain_of(ledger, log.origin, log.memory, checkpoints, key).keys
        check_signed(note, keys, file)
        found.setdefault(head.size, note)
    return tuple(found[size] for size in sorted(found))
