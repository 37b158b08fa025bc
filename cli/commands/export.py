"""``whereas export``: give the ledger away, in whole or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import exporting, options, signing
from cli.branches import Branch, branching
from cli.command import Group
from cli.output import say
from cli.session import Session, session_of
from events.errors import InputError

if TYPE_CHECKING:
    from ledger.audit.checkpoints import Checkpoints
    from ledger.audit.redaction import Redaction
    from ledger.ledger import Ledger
    from ledger.log.keys import Signer
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
    from events.dates import PartialDate
    from ledger.audit.export import Order, export
    from ledger.audit.writing import check_free

    session = session_of(context)
    # Before a snapshot is recorded for nothing.
    check_free(signing.path_of(session, bundle))
    if recorded_by is not None:
        session.flags["recorded_by"] = recorded_by
    withheld = _redaction(session, redact, redact_file)
    own = signing.signer_of(
        session, key_file, passphrase_file, agent_key, signer, signer_key
    )
    checkpoints = signing.checkpoints_of(session)
    dates = tuple(map(PartialDate.parse, on or ()))
    with session.writing() if own else session.reading() as ledger:
        note = _note(session, ledger, own, checkpoints, memory)
        order = Order(
            note=note.format(),
            agreements=tuple(agreements) if agreements else None,
            redaction=withheld,
            earlier=_earlier(session, checkpoints, note, since),
            stamps=checkpoints.stamps(),
            on=dates,
            stated=tuple(agreements or (a.agreement for a in ledger.agreements())),
            documents=tuple(signing.path_of(session, name) for name in document or ()),
            history=not no_history,
            vkey=own.vkey if own else None,
        )
        export(ledger.store, signing.path_of(session, bundle), order)
    head = order.head
    what = "everything" if not agreements else ", ".join(agreements)
    say(f"wrote {bundle}: {what}, {head.origin} at {head.size} events")


def _note(
    session: Session,
    ledger: Ledger,
    signer: Signer | None,
    checkpoints: Checkpoints,
    memory: str | None,
) -> Note:
    """Sign the head of the ledger, or take the last signed one."""
    if signer is not None:
        from ledger.audit.signing import sign_now

        ledger.snapshot_heads(recorded_by=session.settings.recorded_by)
        return sign_now(ledger, signer, signing.memory_of(session, memory), checkpoints)
    note = checkpoints.latest()
    if note is None:
        raise InputError(
            "the ledger has no signed head to export",
            hint="name a key: --key-file FILE; `whereas key new` makes one",
        )
    return note


def _earlier(
    session: Session, checkpoints: Checkpoints, note: Note, since: str | None
) -> tuple[bytes, ...]:
    """Give every earlier signed head, and the one that the reader has kept."""
    from ledger.log.checkpoint import Checkpoint
    from ledger.log.note import Note

    size = Checkpoint.parse(note.text).size
    found = {
        there: checkpoints.read(there).format()
        for there in checkpoints.sizes()
        if there < size
    }
    if since is not None:
        kept = signing.read(session, since)
        found.setdefault(Checkpoint.parse(Note.parse(kept).text).size, kept)
    return tuple(found[there] for there in sorted(found))


def _redaction(
    session: Session, rules: list[str] | None, file: str | None
) -> Redaction:
    from ledger.audit.redaction import Redaction

    text = "\n".join(rules or ())
    if file is not None:
        text += "\n" + signing.read(session, file).decode("utf-8", "replace")
    return Redaction.parse(text)
