"""``whereas verify``: recompute every hash of a bundle, or of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import signing
from cli.answer import Answer, Table
from cli.output import put
from cli.progress import Progress
from cli.receipt_checking import COLUMNS, is_proof, receipt_checked
from cli.session import Session, session_of
from events.errors import InputError

if TYPE_CHECKING:
    from ledger.audit.verdict import Verdict
    from ledger.ledger import Ledger
    from ledger.store import Head

OUTPUTS = ("json", "jsonl", "csv")
SCHEMA = "whereas/check/1"
RECEIPT = "The receipt of one event"
EXAMPLES = (
    (
        "a bundle, by the key of the log and a head that you kept",
        "whereas verify deal.zip --key example.com/deals+530d903a+Aeky… --since kept",
    ),
    ("the ledger itself", "whereas verify"),
    (
        "the receipt of one event",
        (
            "whereas verify report.tlog-proof --key example.com/deals+530d903a+Aeky…"
            " --leaf 1f0c…"
        ),
    ),
)


def run(
    context: typer.Context,
    bundle: Annotated[
        str | None,
        typer.Argument(
            metavar="BUNDLE",
            help="A folder or zip made by `whereas export audit`, or the proof of one"
            " event.",
        ),
    ] = None,
    key: signing.TrustedKey = None,
    policy: signing.PolicyFile = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="FILE",
            help="A signed head of the log that you kept.",
            rich_help_panel=signing.TRUSTING,
        ),
    ] = None,
    tsa_root: signing.StampRoots = None,
    no_state: Annotated[
        bool,
        typer.Option("--no-state", help="Do not compute the states in it again."),
    ] = False,
    event: Annotated[
        str | None,
        typer.Option(
            "--event",
            metavar="FILE",
            help="The bytes of the event that a proof is of.",
            rich_help_panel=RECEIPT,
        ),
    ] = None,
    leaf: Annotated[
        str | None,
        typer.Option(
            "--leaf",
            metavar="HASH",
            help="Or their hash, as the receipt has it.",
            rich_help_panel=RECEIPT,
        ),
    ] = None,
) -> None:
    """Verify an audit bundle, or the ledger.

    A bundle is verified offline, by keys that come from elsewhere; what was not checked
    is listed as well. So is the proof of one event (`append --proof`, `proof`), with
    the event or its hash beside it. Without either, every event, hash and link of the
    ledger is computed again, and with --since it is held against a head that was signed
    before.
    """
    session = session_of(context)
    if bundle is None:
        put(_of_ledger(session, since), session)
        return
    if is_proof(signing.path_of(session, bundle)):
        trusted = signing.policy_of(session, key, policy)
        put(receipt_checked(session, bundle, trusted, event=event, leaf=leaf), session)
        return
    if event is not None or leaf is not None:
        raise InputError(f"{bundle} is not the proof of one event")
    from ledger.audit.verify import verify

    trust = signing.trust_of(session, key, policy, since, tsa_root)
    path = signing.path_of(session, bundle)
    with Progress("verifying") as progress:
        verdict = verify(
            path,
            trust,
            readable=not no_state,
            progress=lambda done, _all: progress.reach(done),
        )
    put(_of_bundle(bundle, verdict), session)


def _of_bundle(name: str, verdict: Verdict) -> Answer:
    rows = [
        *(("checked", text) for text in verdict.checked),
        *(("not checked", text) for text in verdict.not_checked),
        *(("remark", text) for text in verdict.remarks),
    ]
    return Answer(
        document=verdict,
        items=[{"result": result, "what": what} for result, what in rows],
        title=f"{name} holds: {verdict.origin}, {verdict.size} events",
        table=Table(COLUMNS, rows),
    )


def _of_ledger(session: Session, since: str | None) -> Answer:
    with session.reading() as ledger:
        head = ledger.check()
        rows = [("checked", f"{head.size} events, their links, batches and values")]
        rows.append(("checked", f"the tree over them: root {head.root.hex()}"))
        if since is not None:
            rows.append(("checked", _growth(session, ledger, head, since)))
    if since is None:
        rows.append(("not checked", "that nothing was rewritten as a whole (--since)"))
    return Answer(
        document={
            "schema": SCHEMA,
            "size": head.size,
            "root": head.root.hex(),
            "checked": [what for result, what in rows if result == "checked"],
            "not_checked": [what for result, what in rows if result != "checked"],
        },
        items=[{"result": result, "what": what} for result, what in rows],
        title=f"{session.settings.ledger_words} holds: {head.size} events",
        table=Table(COLUMNS, rows),
    )


def _growth(session: Session, ledger: Ledger, head: Head, since: str) -> str:
    """Hold the ledger against a head that was signed before."""
    from ledger.audit.checkpoints import check_head
    from ledger.log.checkpoint import Checkpoint
    from ledger.log.note import Note

    old = Checkpoint.parse(Note.parse(signing.read(session, since)).text)
    if old.size == 0:
        raise InputError("an empty log vouches for nothing", path=since)
    check_head(old, head.size, ledger.store)
    return f"growth from the head of {old.size} events in {since}"
