"""``whereas stakes``: reported stakes over time, each on its basis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.answer import Answer, Column, Table
from cli.asking import day
from cli.asking_all import Asked, ask_all
from cli.output import put
from cli.phrases import numbers
from cli.session import Session, session_of
from events.errors import InputError
from events.quantity import readable

if TYPE_CHECKING:
    from projections.questions.stakes import (
        Comparison,
        Moved,
        Report,
        Series,
        StakesAnswer,
    )

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("what was reported of stakes", "whereas stakes volkswagen-suzuki"),
    (
        "what a stake came to between two dates",
        (
            "whereas stakes volkswagen-suzuki --between 2010..2015"
            " --holder volkswagen --issuer suzuki"
        ),
    ),
)
SCHEMA = "whereas/stake-change/1"
COLUMNS = (
    *(Column(name) for name in ("agreement", "holder", "issuer", "basis", "dated")),
    *(Column(name) for name in ("share", "change", "votes", "value", "event")),
    *(Column(name) for name in ("moved_since", "contradicted_by")),
)
SHOWN = (
    *(Column(name, narrow=True) for name in ("agreement", "holder", "issuer")),
    Column("dated", whole=True),
    Column("share", whole=True, style="bold"),
    *(Column(name) for name in ("change", "value", "basis", "by")),
)


def run(
    context: typer.Context,
    agreement: options.AgreementOrAll = None,
    holder: Annotated[
        str | None,
        typer.Option("--holder", metavar="PARTY", help="Only stakes of a party."),
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option("--issuer", metavar="PARTY", help="Only stakes in a party."),
    ] = None,
    between: Annotated[
        str | None,
        typer.Option(
            "--between",
            metavar="FROM..TO",
            help="Compare one stake on two dates; needs AGREEMENT, --holder and"
            " --issuer.",
        ),
    ] = None,
    on: options.On = None,
    known: options.Known = None,
) -> None:
    """Show what was reported of stakes over time.

    Each stake on each basis by itself. A share on one basis is never subtracted from a
    share on another.
    """
    from projections.questions.stakes import compare_stakes, stakes_answer

    session = session_of(context)
    with session.reading() as ledger:
        asked = ask_all(session, ledger, agreement, on=on, known=known)
    if between is None:
        found = stakes_answer(
            asked.timelines, asked.on, known=asked.known, holder=holder, issuer=issuer
        )
        put(answer(found, asked), session)
        return
    if agreement is None or holder is None or issuer is None:
        raise InputError(
            "a stake is compared in one agreement, of one holder in one issuer",
            field="--between",
            hint="add AGREEMENT, --holder PARTY and --issuer PARTY",
        )
    start, _, end = between.partition("..")
    if not start or not end:
        raise InputError(
            f"{between} is not two dates",
            field="--between",
            hint="write 2024-12-31..2025-12-31",
        )
    dates = [day(session, text, "--between") for text in (start, end)]
    compared = compare_stakes(asked.timelines[0], holder, issuer, *dates)
    _put(compared, asked, session)


def answer(found: StakesAnswer, asked: Asked) -> Answer:
    """Show reports of stakes, those on one basis below each other."""
    rows = list(_rows(found))
    # An event is one of its agreement; where there is but one, it goes without saying.
    several = len({series.agreement for series in found.series}) > 1
    return Answer(
        document=found,
        items=found.series,
        title=f"Stakes {asked.clocks}",
        table=Table(COLUMNS, rows),
        shown=Table(
            SHOWN,
            [
                (r[0] if several else "", *(r[n] for n in (1, 2, 4, 5, 6, 8, 3, 9)))
                for r in rows
            ],
        ),
        remarks=tuple(_remarks(found)) if rows else ("No stake was reported.",),
    )


def _rows(found: StakesAnswer) -> Iterator[tuple[str, ...]]:
    """Write a row a report."""
    for series in found.series:
        for report in series.reports:
            last = report is series.reports[-1]
            yield (
                *(series.agreement, series.holder, series.issuer, series.basis),
                *(report.as_of, report.told),
                *(
                    report.change or "",
                    report.votes or "",
                    readable(report.value or ""),
                ),
                f"@{report.event}",
                numbers(moved.event for moved in series.moved_since) if last else "",
                " ".join(report.contradicted),
            )


def _remarks(found: StakesAnswer) -> Iterator[str]:
    """Say what makes a stake doubtful, and what moved after its report."""
    for series in found.series:
        about = f"{series.holder} in {series.issuer}"
        if doubt := _doubt(series):
            yield f"{about}: {doubt}."
        for report in series.reports:
            yield from (f"{about}: {words}." for words in _contradicted(report))
        yield from (f"{about}: {_moved(moved)}." for moved in series.moved_since)


def _doubt(series: Series) -> str:
    """Say between which reports it is not certain, and what that hangs on."""
    possible = [one for one in series.reports if one.event in series.possible]
    perhaps = [one for one in possible if one.perhaps]
    if not perhaps:
        return ""
    shares = " or ".join(f"{one.share} (@{one.event})" for one in possible)
    if len(perhaps) == len(possible):
        shares += " or not reported yet"
    dates = dict.fromkeys(f"the day of @{one.event}: {one.as_of}" for one in perhaps)
    return f"{shares}; hangs on {' and '.join(dates)}"


def _contradicted(report: Report) -> Iterator[str]:
    """Say which sources contradict a report."""
    for source in report.contradicted:
        yield f"{source} contradicts @{report.event}"


def _moved(moved: Moved) -> str:
    """Say what moved after the last report."""
    unknown = moved.quantity == "unknown"
    amount = "an unknown amount" if unknown else readable(moved.quantity)
    words = [f"{amount} moved"]
    words += [f"from {moved.giver}"] if moved.giver else []
    words += [f"to {moved.taker}"] if moved.taker else []
    words += ["after the last report"]
    return f"{' '.join(words)} ({moved.reason}, {moved.as_of}, @{moved.event})"


def _put(compared: Comparison, asked: Asked, session: Session) -> None:
    """Show what a stake came to between two dates."""
    names = ("holder", "issuer", "basis", "before", "after", "change")
    words = (
        *(compared.holder, compared.issuer, compared.basis),
        _any_of(compared.before_any),
        _any_of(compared.after_any),
        compared.change or _why_not(compared),
    )
    put(
        Answer(
            document={"schema": SCHEMA, "known": asked.known, "comparison": compared},
            items=[compared],
            title=f"{compared.holder} in {compared.issuer}, {asked.as_known}",
            table=Table(tuple(map(Column, names)), [words]),
            remarks=tuple(_compared_remarks(compared)),
        ),
        session,
    )


def _any_of(reports: list[Report]) -> str:
    """Write the reports of which one holds."""
    return " or ".join(f"{report.told} (@{report.event})" for report in reports)


def _why_not(compared: Comparison) -> str:
    """Say why there is no difference."""
    reports = (*compared.before_any, *compared.after_any)
    perhaps = any(report.perhaps for report in reports)
    return "not certain" if perhaps else "not a number"


def _compared_remarks(compared: Comparison) -> Iterator[str]:
    """Say what keeps the difference from being certain, and what moved after it."""
    reports = {one.event: one for one in (*compared.before_any, *compared.after_any)}
    for report in reports.values():
        yield from (f"{words}." for words in _contradicted(report))
        if report.perhaps:
            yield (
                f"@{report.event} is dated {report.as_of}, so that it is not certain "
                "which report holds on the day."
            )
    yield from (f"{_moved(moved)}." for moved in compared.moved_since)
