"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import completing

CLOCKS, RECORDING = "Clocks", "Recording"

Agreement = Annotated[
    str,
    typer.Argument(
        metavar="AGREEMENT",
        help="The id of the agreement.",
        autocompletion=completing.agreements,
    ),
]
AgreementOrAll = Annotated[
    str | None,
    typer.Argument(
        metavar="AGREEMENT",
        help="The id of an agreement; all of them, and across them, by default.",
        autocompletion=completing.agreements,
    ),
]
Provision = Annotated[
    str,
    typer.Argument(
        metavar="PROVISION",
        help="The id of a provision.",
        autocompletion=completing.provisions,
    ),
]
Number = Annotated[
    str,
    typer.Argument(
        metavar="@N",
        help="The number of an event, as history shows it.",
        autocompletion=completing.events,
    ),
]
On = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="DATE",
        help="The date that is asked about.  [default: today]",
        rich_help_panel=CLOCKS,
    ),
]
Known = Annotated[
    str | None,
    typer.Option(
        "--known",
        metavar="WHEN",
        help="What was known when: a date, an instant, @N or pos:N.  [default: now]",
        rich_help_panel=CLOCKS,
    ),
]
Horizon = Annotated[
    str | None,
    typer.Option(
        "--horizon",
        metavar="DATE",
        help="The day up to which silence means that nothing happened."
        "  [default: the day of --known]",
        rich_help_panel=CLOCKS,
    ),
]
Suppose = Annotated[
    list[str] | None,
    typer.Option(
        "--suppose",
        metavar="FACT",
        help="Suppose that a milestone is reached: M=DATE, M=never, 'M>DATE',"
        " M.claimed=DATE, M.determined=never; or a measure:"
        " 'measure NAME=VALUE@DATE'. May be repeated.",
        rich_help_panel=CLOCKS,
    ),
]
RecordedBy = Annotated[
    str | None,
    typer.Option(
        "--recorded-by",
        metavar="NAME",
        help="Who records it.  [default: the user]",
        rich_help_panel=RECORDING,
    ),
]
Expect = Annotated[
    str | None,
    typer.Option(
        "--expect",
        metavar="N",
        help="Refuse if the agreement has not N events.",
        rich_help_panel=RECORDING,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        "-n",
        help="Show what would change in the state, and record nothing.",
        rich_help_panel=RECORDING,
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="SOURCE",
        help="Who says so: ID or source=ID,title=…,at=…,quote=…. May be repeated.",
        rich_help_panel=RECORDING,
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help="The same key twice adds nothing.",
        rich_help_panel=RECORDING,
    ),
]
