"""``whereas erase``: values of an event, for good."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import options
from cli.output import aside
from cli.proving import Proving, provable
from cli.recording import entry_named, give
from cli.session import session_of
from events.errors import InputError

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    (
        "erase an amount",
        'whereas erase alpha-beta @3 amount --reason "order of the court"',
    ),
    (
        "erase what is said of a person, and who asked for it",
        'whereas erase alpha-beta @3 note text --reason "asked for by the person"',
    ),
    (
        "keep a proof for whoever asked",
        (
            'whereas erase alpha-beta @3 note --reason "asked for by the person"'
            " --key-file deals.key --proof erased.tlog-proof"
        ),
    ),
)
_KEPT = (
    "note: somebody else reads the ledger: the erased values stay in its file until"
    " they have closed it"
)


@provable
def run(
    context: typer.Context,
    agreement: options.Agreement,
    number: options.Number,
    fields: Annotated[
        list[str],
        typer.Argument(metavar="FIELD…", help="The fields whose values go."),
    ],
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why.  [required]")
    ] = None,
    recorded_by: options.RecordedBy = None,
    proving: Proving | None = None,
) -> None:
    """Erase values of an event for good, and record that they were.

    Amounts, notes, texts and reasons can be erased: the hashed bytes hold only salted
    digests of them, so that every receipt and proof still holds. They read as `[***]`
    from then on, also in corrections of the event. An index of the ledger is taken
    away; copies that were exported before are not reached, and whoever reads the ledger
    at the time keeps the values in its file until they close it. --proof is for whoever
    asked for it: it is of the first event that says so.
    """
    session = session_of(context)
    if not reason:
        raise InputError("an erasure has a reason", hint="say why: --reason TEXT")
    if recorded_by is not None:
        session.flags["recorded_by"] = recorded_by
    with session.writing() as ledger:
        target = entry_named(ledger, agreement, number)
        if proving is not None:
            proving.check(ledger, [])
        receipts = ledger.erase(
            agreement,
            target.seq,
            fields,
            reason=reason,
            recorded_by=session.settings.recorded_by,
            on_kept=lambda: aside(_KEPT),
        )
        recorded = ledger.entries(agreement, after=receipts[0].seq - 1)
        session.index(ledger).forget()
        types = [entry.envelope.type for entry in recorded[: len(receipts)]]
        give(session, ledger, receipts, types, proving)
