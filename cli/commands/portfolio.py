"""``whereas portfolio``: questions to all agreements at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from cli import completing, options
from cli.asking_portfolio import Clocks, ask_portfolio, date_of
from cli.branches import Branch, branching
from cli.command import Group
from cli.output import put
from cli.phrases import STATUSES, checked_statuses
from cli.portfolio_words import (
    LAPSING,
    count_of,
    provisions,
    stakes,
    totals,
    window_of,
)
from cli.session import session_of

if TYPE_CHECKING:
    from projections.questions.portfolio_answers import Wanted

OUTPUTS = ("json", "jsonl", "csv")
FILTERS, PAGES = "Filters", "Pages"
EXCLUSIVE = (
    (
        "who holds exclusivity over a part of the cloud business",
        (
            "whereas portfolio exclusive --scope activity=cloud/hosting"
            " --scope product=api"
        ),
    ),
    (
        "all exclusivity, as it was known at the end of a year",
        "whereas portfolio exclusive --on 2024-12-31 --known 2024-12-31",
    ),
)
PARTY = (
    ("what a party holds and owes today", "whereas portfolio party microsoft"),
    (
        "its licences that are in force, the first twenty",
        "whereas portfolio party microsoft --kind licence --status in-force --limit 20",
    ),
)
LAPSES = (
    ("what ends in the next 90 days", "whereas portfolio lapsing --within '90 days'"),
    (
        "what ends in some years, for a spreadsheet",
        "whereas portfolio lapsing 2030..2032 --csv > ends.csv",
    ),
)
WAITING = (
    (
        "what hangs on a milestone that is open",
        "whereas portfolio waiting agi-verified",
    ),
    (
        "what of it a party holds or owes",
        "whereas portfolio waiting agi-verified --party openai",
    ),
)
STAKES = (
    ("who has reported which stake in a company", "whereas portfolio stakes suzuki"),
    (
        "the same on a day, for a program",
        "whereas portfolio stakes suzuki --on 2014-12-31 --jsonl",
    ),
)
TOTALS = (
    ("what all amounts come to, kind by kind", "whereas portfolio totals"),
    (
        "what a party has committed or is owed, and is in force",
        "whereas portfolio totals --party microsoft --status in-force",
    ),
)

Agreement = Annotated[
    list[str] | None,
    typer.Option(
        "--agreement",
        metavar="AGREEMENT",
        help="Only of an agreement. May be repeated.",
        autocompletion=completing.agreements,
        rich_help_panel=FILTERS,
    ),
]
Party = Annotated[
    list[str] | None,
    typer.Option(
        "--party",
        metavar="PARTY",
        help="Only what a party holds or owes. May be repeated.",
        rich_help_panel=FILTERS,
    ),
]
Kind = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="Only provisions of a kind. May be repeated.",
        rich_help_panel=FILTERS,
    ),
]
Status = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        metavar="|".join(STATUSES),
        help="Only provisions of a status. May be repeated.",
        rich_help_panel=FILTERS,
    ),
]
Limit = Annotated[
    str | None,
    typer.Option(
        "--limit",
        metavar="N",
        help="Show at most so many.  [default: all]",
        rich_help_panel=PAGES,
    ),
]
Offset = Annotated[
    str | None,
    typer.Option(
        "--offset",
        metavar="N",
        help="Leave out the first so many.  [default: 0]",
        rich_help_panel=PAGES,
    ),
]
Fold = Annotated[
    bool,
    typer.Option("--fold", help="Fold every agreement, and leave the index alone."),
]


def made(name: str) -> Group:
    """Make the command."""
    branches = {
        "exclusive": Branch(_exclusive, EXCLUSIVE, OUTPUTS),
        "party": Branch(_party, PARTY, OUTPUTS),
        "lapsing": Branch(_lapsing, LAPSES, OUTPUTS),
        "waiting": Branch(_waiting, WAITING, OUTPUTS),
        "stakes": Branch(_stakes, STAKES, OUTPUTS),
        "totals": Branch(_totals, TOTALS, OUTPUTS),
    }
    sentence = """Ask all agreements at once: who, until when, how much.

    An index answers at once where there is one (whereas index rebuild); without it
    every agreement is folded, with the same answer.
    """
    each = (EXCLUSIVE, PARTY, LAPSES, WAITING, STAKES, TOTALS)
    return branching(name, sentence, branches, [several[0] for several in each])


def _exclusive(
    context: typer.Context,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="AXIS=TAG",
            help="Only what covers all of this. May be repeated.  [default: anything]",
        ),
    ] = None,
    agreement: Agreement = None,
    party: Party = None,
    kind: Kind = None,
    status: Status = None,
    limit: Limit = None,
    offset: Offset = None,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    fold: Fold = False,
) -> None:
    """Find who holds exclusivity over a scope, now or perhaps later.

    Exclusive and sole rights that have not ended. What hangs on words that nobody can
    evaluate is found too, with the words.
    """
    from events.scope import Box, read_scope, scope_text
    from projections.questions.portfolio_answers import exclusive_answer

    (box,) = read_scope(", ".join(scope)) if scope else (Box(),)
    words = scope_text((box,)) if scope else ""
    title = f"with exclusivity over {words}" if words else "with exclusivity"
    session, clocks = session_of(context), Clocks(on, known, horizon)
    wanted = _wanted(agreement, party, kind, status, limit, offset)
    told = ask_portfolio(
        session,
        clocks,
        lambda there, asked: exclusive_answer(there, box, words, asked),
        wanted,
        fold=fold,
    )
    put(provisions(told, title), session)


def _party(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="PARTY", help="The id of a party.")],
    agreement: Agreement = None,
    party: Party = None,
    kind: Kind = None,
    status: Status = None,
    limit: Limit = None,
    offset: Offset = None,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    fold: Fold = False,
) -> None:
    """Find everything that a party holds or owes, also what has ended."""
    from projections.questions.portfolio_answers import party_answer

    session, clocks = session_of(context), Clocks(on, known, horizon)
    wanted = _wanted(agreement, party, kind, status, limit, offset)
    told = ask_portfolio(
        session,
        clocks,
        lambda there, asked: party_answer(there, name, asked),
        wanted,
        fold=fold,
    )
    put(provisions(told, f"of {name}"), session)


def _lapsing(
    context: typer.Context,
    window: Annotated[
        str | None,
        typer.Argument(
            metavar="FROM..TO", help="The first and the last day of the window."
        ),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option(
            "--within",
            metavar="DURATION",
            help="So long from the date asked about, such as '90 days'."
            "  [default: 12 months]",
        ),
    ] = None,
    agreement: Agreement = None,
    party: Party = None,
    kind: Kind = None,
    status: Status = None,
    limit: Limit = None,
    offset: Offset = None,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    fold: Fold = False,
) -> None:
    """Find what ends, or may end, in a window, and has not ended on the date.

    The day of an end is the first on which it is over. An end or a change that is
    recorded for a later day counts. What a milestone may end any day is found by
    whereas portfolio waiting.
    """
    from projections.questions.portfolio_answers import lapsing_answer

    session, clocks = session_of(context), Clocks(on, known, horizon)
    days, words = window_of(session, window, within, date_of(session, clocks))
    wanted = _wanted(agreement, party, kind, status, limit, offset)
    told = ask_portfolio(
        session,
        clocks,
        lambda there, asked: lapsing_answer(there, days, words, asked),
        wanted,
        fold=fold,
    )
    put(provisions(told, f"ending in {words}", LAPSING), session)


def _waiting(
    context: typer.Context,
    milestone: Annotated[
        str, typer.Argument(metavar="MILESTONE", help="The id of a milestone.")
    ],
    agreement: Agreement = None,
    party: Party = None,
    kind: Kind = None,
    status: Status = None,
    limit: Limit = None,
    offset: Offset = None,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    fold: Fold = False,
) -> None:
    """Find what starts, ends or pauses with a milestone that is still open."""
    from projections.questions.portfolio_answers import waiting_answer

    session, clocks = session_of(context), Clocks(on, known, horizon)
    wanted = _wanted(agreement, party, kind, status, limit, offset)
    told = ask_portfolio(
        session,
        clocks,
        lambda there, asked: waiting_answer(there, milestone, asked),
        wanted,
        fold=fold,
    )
    put(provisions(told, f"hanging on {milestone}"), session)


def _stakes(
    context: typer.Context,
    issuer: Annotated[
        str, typer.Argument(metavar="ISSUER", help="The party that is owned in part.")
    ],
    agreement: Agreement = None,
    party: Party = None,
    limit: Limit = None,
    offset: Offset = None,
    on: options.On = None,
    known: options.Known = None,
    fold: Fold = False,
) -> None:
    """Find the latest reports of stakes in an issuer, each on its basis."""
    from projections.questions.portfolio_answers import stakes_answer

    session, clocks = session_of(context), Clocks(on, known)
    wanted = _wanted(agreement, party, None, None, limit, offset)
    told = ask_portfolio(
        session,
        clocks,
        lambda there, asked: stakes_answer(there, issuer, asked),
        wanted,
        fold=fold,
    )
    put(stakes(told, issuer), session)


def _totals(
    context: typer.Context,
    agreement: Agreement = None,
    party: Party = None,
    kind: Kind = None,
    status: Status = None,
    limit: Limit = None,
    offset: Offset = None,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    fold: Fold = False,
) -> None:
    """Add up the amounts of what has not ended, by kind and basis.

    Unknown amounts stay in the sum; currencies are never mixed.
    """
    from projections.questions.portfolio_answers import totals_answer

    session, clocks = session_of(context), Clocks(on, known, horizon)
    wanted = _wanted(agreement, party, kind, status, limit, offset)
    told = ask_portfolio(session, clocks, totals_answer, wanted, fold=fold)
    put(totals(told), session)


def _wanted(
    agreement: Sequence[str] | None,
    party: Sequence[str] | None,
    kind: Sequence[str] | None,
    status: Sequence[str] | None,
    limit: str | None,
    offset: str | None,
) -> Wanted:
    """Read which of what is found is wanted.

    Raises:
        InputError: a kind, a status or a number cannot be read.
    """
    from events.base import Kind as ProvisionKind
    from events.words import choice
    from projections.questions.portfolio_answers import Wanted

    return Wanted(
        agreements=tuple(agreement or ()),
        parties=tuple(party or ()),
        kinds=tuple(
            choice(one, "--kind", get_args(ProvisionKind)) for one in kind or ()
        ),
        statuses=checked_statuses(status or ()),
        offset=0 if offset is None else count_of(offset, "--offset"),
        limit=None if limit is None else count_of(limit, "--limit"),
    )
