"""``whereas verify``: recompute every hash of a bundle, or of the ledger."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cli import signing
from cli.answer import Answer, Table
from cli.ledger_checking import kept_head, ledger_checked
from cli.output import put
from cli.progress import Progress
from cli.receipt_checking import COLUMNS, is_proof, receipt_checked
from cli.session import Session, session_of
from events.errors import InputError, Integrity

if TYPE_CHECKING:
    from ledger.audit.trust import Trust

OUTPUTS = ("json", "jsonl", "csv")
RECEIPT = "The receipt of one event"
LEDGER, BUNDLE, PROOF = "the ledger", "a bundle", "the proof of one event"
# What can be verified, by the options that say something about it.
APPLIES = {
    "--key": (LEDGER, BUNDLE, PROOF),
    "--policy": (LEDGER, BUNDLE, PROOF),
    "--since": (LEDGER, BUNDLE),
    "--tsa-root": (BUNDLE,),
    "--no-state": (BUNDLE,),
    "--event": (PROOF,),
    "--leaf": (PROOF,),
}
# How a file of SQLite begins.
SQLITE = b"SQLite format 3\0"
ZIP = b"PK"
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
            " event, which - reads from stdin.",
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
    before; --key or --policy says by whom.
    """
    session = session_of(context)
    given = {
        "--key": key,
        "--policy": policy,
        "--since": since,
        "--tsa-root": tsa_root,
        "--no-state": no_state or None,
        "--event": event,
        "--leaf": leaf,
    }
    of_event = event is not None or leaf is not None
    form = LEDGER if bundle is None else _form(session, bundle, of_event=of_event)
    _only(form, [name for name, value in given.items() if value is not None])
    if bundle is None:
        kept = kept_head(session, since) if since is not None else None
        named = key is not None or policy is not None
        trusted = signing.policy_of(session, key, policy) if named else None
        put(ledger_checked(session, kept, trusted), session)
    elif form == PROOF:
        trusted = signing.policy_of(session, key, policy)
        with _advising():
            found = receipt_checked(session, bundle, trusted, event=event, leaf=leaf)
        put(found, session)
    else:
        trust = signing.trust_of(session, key, policy, since, tsa_root)
        with _advising():
            found = _of_bundle(session, bundle, trust, readable=not no_state)
        put(found, session)


def _form(session: Session, name: str, *, of_event: bool) -> str:
    """Tell whether a name is that of a bundle or of the proof of one event.

    Args:
        session: the run.
        name: what is to be verified.
        of_event: whether an event is named, as only a proof takes one.

    Raises:
        InputError: it cannot be read, or is a ledger.
    """
    if name == signing.STDIN:
        return PROOF
    path = signing.path_of(session, name)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return BUNDLE
        with path.open("rb") as file:
            first = file.read(len(SQLITE))
    except OSError as wrong:
        raise InputError(
            f"{name} cannot be read: {wrong.strerror}", path=name
        ) from wrong
    if first == SQLITE:
        raise InputError(
            f"{name} is no bundle; it looks like a ledger",
            hint=f"whereas verify --ledger {shlex.quote(name)}",
            path=name,
        )
    if is_proof(path):
        return PROOF
    if of_event and not first.startswith(ZIP):
        raise InputError(
            f"{name} is not the proof of one event: it does not begin as one does",
            hint="whereas proof AGREEMENT @N writes one",
            path=name,
        )
    return BUNDLE


def _only(form: str, names: Sequence[str]) -> None:
    """Refuse options that would say nothing about what is verified.

    Raises:
        InputError: there is one.
    """
    for name in names:
        if form not in APPLIES[name]:
            forms = " or ".join(APPLIES[name])
            raise InputError(
                f"{name} is for {forms}, and this is {form}",
                hint=f"leave out {name}, or name {forms}",
                field=name,
            )
    if form == LEDGER and "--since" not in names and names:
        raise InputError(
            f"{names[0]} judges a signed head, and none is given",
            hint=f"whereas verify --since FILE {names[0]} …",
            field=names[0],
        )


@contextmanager
def _advising() -> Iterator[None]:
    """Say what may be done about a bundle or a proof that does not hold."""
    try:
        yield
    except Integrity as wrong:
        wrong.hint = wrong.hint or (
            "do not rely on it; keep it, and ask whoever gave it for another"
        )
        raise


def _of_bundle(session: Session, name: str, trust: Trust, *, readable: bool) -> Answer:
    """Verify a bundle by what was brought along."""
    from ledger.audit.verify import verify

    with Progress("verifying") as progress:
        verdict = verify(
            signing.path_of(session, name),
            trust,
            readable=readable,
            progress=lambda done, _all: progress.reach(done),
        )
    rows = [
        *(("checked", text) for text in verdict.checked),
        *(("not checked", text) for text in verdict.not_checked),
    ]
    return Answer(
        document=verdict,
        items=[{"result": result, "what": what} for result, what in rows],
        title=f"{name} holds: {verdict.origin}, {verdict.size} events",
        table=Table(COLUMNS, rows),
    )
