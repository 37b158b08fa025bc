"""``whereas state``: the provisions of an agreement on a date, by status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options
from cli.amounts import AMOUNT, amount_cells
from cli.answer import Answer, Column, Table
from cli.asking import clocks_of, state_on
from cli.flagged import flagged, never_began, perhaps_later
from cli.output import put
from cli.phrases import (
    STATUSES,
    amount_words,
    checked_statuses,
    not_applied,
    numbers,
    status,
    waiting,
    what,
)
from cli.session import session_of
from events.quantity import readable

if TYPE_CHECKING:
    from projections.questions.answers import StateAnswer
    from projections.questions.provisions import ProvisionAnswer

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("what holds today", "whereas state microsoft-openai"),
    (
        "what would hold on a date, if a milestone were reached before",
        "whereas state microsoft-openai --on 2028-06-01 --suppose agi-verified=2027-05",
    ),
)
COLUMNS = (
    Column("provision", whole=True, style="bold"),
    Column("holder", narrow=True),
    Column("what"),
    Column("status"),
)
# A pipe gets the fields that a program wants beside them.
PIPED = (
    *(Column(name) for name in ("provision", "kind", "holder", "against", "what")),
    *(Column(name) for name in ("status", "starts", "ends", "waits_for", "set_by")),
    *(Column(name) for name in ("later_ends", "later_event")),
    *AMOUNT,
)


def run(
    context: typer.Context,
    agreement: options.Agreement,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    suppose: options.Suppose = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="|".join(STATUSES),
            help="Only provisions of this status. May be repeated.",
        ),
    ] = None,
) -> None:
    """Show the provisions of an agreement on a date.

    Each is in force, contingent on what it waits for, suspended, not yet in force, or
    ended. Nothing of this is stored: it follows from the events, the date and what was
    known.
    """
    session = session_of(context)
    wanted = checked_statuses(status or ()) or STATUSES
    with session.reading() as ledger:
        asked = clocks_of(
            session,
            ledger,
            agreement,
            on=on,
            known=known,
            horizon=horizon,
            suppose=suppose,
        )
        state = state_on(session, ledger, agreement, asked)
    put(answer(state, asked.clocks, wanted), session)


def answer(state: StateAnswer, clocks: str, wanted: Sequence[str] = STATUSES) -> Answer:
    """Show a state, the provisions in the order of their status."""
    provisions = sorted(
        (p for p in state.provisions if p.status in wanted),
        key=lambda provision: STATUSES.index(provision.status),
    )
    return Answer(
        document=state,
        items=provisions,
        title=f"{state.title or state.agreement} {clocks}",
        table=Table(PIPED, [_piped(provision) for provision in provisions]),
        shown=Table(
            COLUMNS,
            [_shown(provision) for provision in provisions],
            dim=frozenset(
                n
                for n, provision in enumerate(provisions)
                if provision.status == "ended"
            ),
        ),
        more=tuple(_more(state)),
        remarks=tuple(_remarks(state, provisions)),
        hints=tuple(_hints(state, provisions)),
    )


def _shown(provision: ProvisionAnswer) -> tuple[str, ...]:
    """Write a provision for a reader."""
    who = ", ".join(provision.holders)
    if not who and provision.against:
        who = f"against {', '.join(provision.against)}"
    return (provision.id, who, what(provision), status(provision))


def _piped(provision: ProvisionAnswer) -> tuple[str, ...]:
    """Write a provision for a program."""
    later = provision.later or {}
    return (
        provision.id,
        provision.kind,
        " ".join(provision.holders),
        " ".join(provision.against),
        what(provision, in_brief=False),
        provision.status,
        provision.starts,
        provision.ends or "",
        "; ".join(provision.waits_for),
        numbers(provision.set_by),
        later.get("effective", ""),
        numbers([later["event"]] if later else []),
        *amount_cells(amount_words(provision)),
    )


def _more(state: StateAnswer) -> Iterator[Table]:
    """Show stakes, measures and pending events below the provisions."""
    yield Table(
        tuple(map(Column, ("holder", "issuer", "share", "basis", "dated"))),
        [
            (s["holder"], s["issuer"], s["share"], s["basis"], s["as_of"])
            for s in state.stakes
        ],
        title="Stakes",
    )
    yield Table(
        tuple(map(Column, ("measure", "subject", "value", "dated"))),
        [
            (m["measure"], m["subject"] or "", readable(m["value"]), _dated(m))
            for m in state.measures
        ],
        title="Measures",
    )
    yield Table(
        tuple(map(Column, ("event", "type", "effective"))),
        [(f"@{p['event']}", p["type"], p["effective"]) for p in state.pending],
        title="Pending: these wait for the day on which they take effect",
    )


def _dated(measure: dict[str, Any]) -> str:
    """Say when a measure had its value, and that it is only supposed."""
    return f"{measure['as_of']}{'' if all(measure['set_by']) else ' (supposed)'}"


def _remarks(state: StateAnswer, provisions: list[ProvisionAnswer]) -> Iterator[str]:
    """Say what a reader should know of the answer as a whole."""
    if not provisions:
        yield "No provisions."
    if state.ended is not None:
        ended = state.ended
        how = f"{ended['basis']}, @{ended['event']}"
        yield f"The agreement ended {ended['effective']} ({how})."
    for name, count in waiting(provisions).items():
        verb = "provision waits" if count == 1 else "provisions wait"
        yield f"{count} {verb} for {name or 'a date that is not known'}."
    yield from flagged((p.id, _matters(p)) for p in provisions)
    yield from never_began(provisions)
    yield from perhaps_later(state)
    yield from not_applied(state.skipped)


def _matters(provision: ProvisionAnswer) -> set[str]:
    """Give the flags that matter: how to read what has ended does no longer."""
    over = {"ambiguous"} if provision.status == "ended" else set()
    return {*provision.flags} - over


def _hints(state: StateAnswer, provisions: list[ProvisionAnswer]) -> Iterator[str]:
    """Offer to suppose the milestone that most provisions wait for."""
    name = next(iter(waiting(provisions)), "")
    if name and not state.suppose:
        yield (
            f"whereas state {state.agreement} --on {state.on}"
            f" --suppose {name}={state.on}"
        )
