"""``whereas portfolio``: questions to all agreements at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from cli import completing, options
from cli.asking_portfolio import Clocks, ask_portfolio, date_of
from cli.branches import Branch, branching
from cli.command import Group, Shared, given
from cli.counts import count_of
from cli.output import aside, put
from cli.phrases import STATUSES, checked_statuses
from cli.portfolio_words import LAPSING, provisions, stakes, totals, window_of
from cli.session import session_of
from cli.unnamed import note_unnamed

if TYPE_CHECKING:
    from cli.asking_portfolio import Question, Told
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


def _every(
    agreement: Annotated[
        list[str] | None,
        typer.Option(
            "--agreement",
            metavar="AGREEMENT",
            help="Only of an agreement. May be repeated.",
            autocompletion=completing.agreements,
            rich_help_panel=FILTERS,
        ),
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(
            "--party",
            metavar="PARTY",
            help="Only what a party holds or owes. May be repeated.",
            rich_help_panel=FILTERS,
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Only provisions of a kind. May be repeated.",
            rich_help_panel=FILTERS,
        ),
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            "--status",
            metavar="|".join(STATUSES),
            help="Only provisions of a status. May be repeated.",
            rich_help_panel=FILTERS,
        ),
    ] = None,
    limit: Annotated[
        str | None,
        typer.Option(
            "--limit",
            metavar="N",
            help="Show at most so many.  [default: all]",
            rich_help_panel=PAGES,
        ),
    ] = None,
    offset: Annotated[
        str | None,
        typer.Option(
            "--offset",
            metavar="N",
            help="Leave out the first so many.  [default: 0]",
            rich_help_panel=PAGES,
        ),
    ] = None,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    fold: Annotated[
        bool,
        typer.Option("--fold", help="Fold every agreement, and leave the index alone."),
    ] = False,
) -> None:
    """Declare the options that all questions have."""


EVERY = Shared(_every)
# What is reported of a stake has no kind and no status, and silence ends nothing.
OF_STAKES = ("agreement", "party", "limit", "offset", "on", "known", "fold")


def made(name: str) -> Group:
    """Make the command."""
    branches = {
        "exclusive": Branch(_exclusive, EXCLUSIVE, OUTPUTS, EVERY),
        "party": Branch(_party, PARTY, OUTPUTS, EVERY),
        "lapsing": Branch(_lapsing, LAPSES, OUTPUTS, EVERY),
        "waiting": Branch(_waiting, WAITING, OUTPUTS, EVERY),
        "stakes": Branch(_stakes, STAKES, OUTPUTS, Shared(_every, OF_STAKES)),
        "totals": Branch(_totals, TOTALS, OUTPUTS, EVERY),
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
    told = _ask(
        context, lambda there, asked: exclusive_answer(there, box, words, asked)
    )
    put(provisions(told, title), session_of(context))
    note_unnamed(told.answer.unnamed)


def _party(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="PARTY", help="The id of a party.")],
) -> None:
    """Find everything that a party holds or owes, also what has ended."""
    from projections.questions.portfolio_answers import party_answer

    told = _ask(context, lambda there, asked: party_answer(there, name, asked))
    put(provisions(told, f"of {name}"), session_of(context))
    before = {one.party: one for one in told.answer.preceded}
    aside(
        *(
            f"note: {name} came after {party} ({one.change}, {one.agreement}"
            f" @{one.event}): what {party} held is found by: whereas portfolio party"
            f" {party}"
            for party, one in before.items()
        )
    )


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
) -> None:
    """Find what ends, or may end, in a window, and has not ended on the date.

    The day of an end is the first on which it is over. An end or a change that is
    recorded for a later day counts. What a milestone may end any day is found by
    whereas portfolio waiting.
    """
    from projections.questions.portfolio_answers import lapsing_answer

    session = session_of(context)
    on = date_of(session, _clocks(context))
    days, words = window_of(session, window, within, on)
    told = _ask(context, lambda there, asked: lapsing_answer(there, days, words, asked))
    put(provisions(told, f"ending in {words}", LAPSING), session)


def _waiting(
    context: typer.Context,
    milestone: Annotated[
        str, typer.Argument(metavar="MILESTONE", help="The id of a milestone.")
    ],
) -> None:
    """Find what starts, ends or pauses with a milestone that is still open."""
    from projections.questions.portfolio_answers import waiting_answer

    told = _ask(context, lambda there, asked: waiting_answer(there, milestone, asked))
    put(provisions(told, f"hanging on {milestone}"), session_of(context))


def _stakes(
    context: typer.Context,
    issuer: Annotated[
        str, typer.Argument(metavar="ISSUER", help="The party that is owned in part.")
    ],
) -> None:
    """Find the latest reports of stakes in an issuer, each on its basis."""
    from projections.questions.portfolio_answers import stakes_answer

    told = _ask(context, lambda there, asked: stakes_answer(there, issuer, asked))
    put(stakes(told, issuer), session_of(context))


def _totals(context: typer.Context) -> None:
    """Add up the amounts of what has not ended, by kind and basis.

    Unknown amounts stay in the sum; currencies are never mixed.
    """
    from projections.questions.portfolio_answers import totals_answer

    put(totals(_ask(context, totals_answer)), session_of(context))


def _ask(context: typer.Context, question: Question) -> Told:
    """Ask all agreements, with the options that all questions have."""
    return ask_portfolio(
        session_of(context),
        _clocks(context),
        question,
        _wanted(context),
        fold=given(context)["fold"],
    )


def _clocks(context: typer.Context) -> Clocks:
    """Give what is set of the clocks."""
    told = given(context)
    return Clocks(told["on"], told["known"], told.get("horizon"))


def _wanted(context: typer.Context) -> Wanted:
    """Read which of what is found is wanted.

    Raises:
        InputError: a kind, a status or a number cannot be read.
    """
    from events.base import Kind
    from events.words import choice
    from projections.questions.portfolio_answers import Wanted

    told = given(context)
    kinds = (choice(k, "--kind", get_args(Kind)) for k in told.get("kind") or ())
    return Wanted(
        agreements=tuple(told["agreement"] or ()),
        parties=tuple(told["party"] or ()),
        kinds=tuple(kinds),
        statuses=checked_statuses(told.get("status") or ()),
        offset=_rows(told["offset"], "--offset") or 0,
        limit=_rows(told["limit"], "--limit"),
    )


def _rows(words: str | None, option: str) -> int | None:
    """Read how many rows, None where it is not said."""
    if words is None:
        return None
    return count_of(words, option, "rows", f"write {option} 20")
