"""``whereas restore``: a ledger out of a full bundle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cli import signing
from cli.answer import Answer, Column, Table
from cli.output import aside, put
from cli.progress import Progress
from cli.session import Session, session_of
from events.errors import Refused

if TYPE_CHECKING:
    from ledger.audit.checkpoints import Checkpoints
    from ledger.ledger import Ledger

OUTPUTS = ("json", "jsonl", "csv")
SCHEMA = "whereas/restore/1"
EXAMPLES = (
    (
        "put a ledger back",
        "whereas restore deals.zip --key example.com/deals+530d903a+Aeky…",
    ),
    (
        "elsewhere, and only if it continues the head that was kept",
        ("whereas restore deals.zip --policy policy --since kept --ledger restored.db"),
    ),
)
_COLUMNS = tuple(map(Column, ("ledger", "origin", "size", "root")))


def run(
    context: typer.Context,
    bundle: Annotated[
        str,
        typer.Argument(
            metavar="BUNDLE", help="A folder or zip made by `whereas export audit`."
        ),
    ],
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
) -> None:
    """Put a full bundle back as a ledger with the same root.

    The bundle is verified first. The ledger is made where there is none; one that is
    there must be empty. Events keep their bytes, positions and instants, so that every
    receipt and proof still holds. A bundle of some agreements, or one from which values
    are withheld, is refused: what it lacks would be lost.
    """
    from ledger.audit.restore import keep_heads, read_heads, restore

    session = session_of(context)
    trust = signing.trust_of(session, key, policy, since, tsa_root)
    path = signing.path_of(session, bundle)
    checkpoints = signing.checkpoints_of(session)
    with _empty(session) as ledger:
        with Progress("verifying") as progress:
            verdict = restore(
                path,
                ledger,
                trust,
                readable=not no_state,
                progress=lambda done, _all: progress.reach(done),
            )
        heads = read_heads(path, ledger, checkpoints)
    keep_heads(heads, checkpoints)
    place = session.settings.ledger_words
    put(
        Answer(
            document={
                "schema": SCHEMA,
                "ledger": place,
                "origin": verdict.origin,
                "size": verdict.size,
                "root": verdict.root,
                "heads": [head.size for head in heads],
            },
            items=[{"ledger": place, "size": verdict.size, "root": verdict.root}],
            title=f"restored {place} with the same root: {verdict.origin},"
            f" {verdict.size} events",
            table=Table(
                _COLUMNS,
                [(place, verdict.origin, str(verdict.size), verdict.root)],
                as_list=True,
            ),
        ),
        session,
    )
    aside(*_missing(checkpoints, verdict.size))


@contextmanager
def _empty(session: Session) -> Iterator[Ledger]:
    """Open an empty ledger, or make one that gets its name once it is whole.

    Until then nobody finds it: what somebody recorded in it meanwhile could not stay.

    Raises:
        Refused: there are events in it, or somebody made another one meanwhile.
    """
    from ledger.audit.writing import placing
    from ledger.index_file import beside, forget
    from ledger.ledger import Ledger
    from ledger.paths import check_alone

    path = session.settings.ledger
    if path.exists():
        with session.writing() as ledger:
            _check_empty(ledger, session.settings.ledger_words)
            yield ledger
        return
    session.writes = True
    check_alone(path)
    with placing(path) as fresh:
        clock, random = session.now_us, session.random
        with Ledger.create(fresh, clock=clock, random=random) as ledger:
            yield ledger
            # What is linked is the file alone, without what lies beside it.
            ledger.store.scrub()
        forget(beside(path))


def _check_empty(ledger: Ledger, name: str) -> None:
    if ledger.size:
        raise Refused(
            f"{name} has events already; a bundle is restored into an empty ledger",
            hint="name another file: --ledger FILE",
        )


def _missing(checkpoints: Checkpoints, size: int) -> Iterator[str]:
    """Say so where more was signed once than the bundle holds."""
    last = max(checkpoints.sizes(), default=0)
    if last > size:
        yield (
            f"hint: a head of {last} events was signed here: this bundle lacks the last"
            f" {last - size}"
        )
