"""``whereas money``: what is committed, handed over and still to come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from cli import options
from cli.amounts import exactly
from cli.answer import Answer, Column, Table
from cli.asking_all import Asked, ask_all
from cli.output import put
from cli.phrases import numbers
from cli.session import session_of
from events.quantity import readable

if TYPE_CHECKING:
    from projections.questions.money import Award, Line, MoneyAnswer

OUTPUTS = ("json", "jsonl", "csv")
EXAMPLES = (
    ("what is owed and paid today", "whereas money microsoft-openai"),
    ("what was owed on a date", "whereas money microsoft-openai --on 2024-12-31"),
)
COLUMNS = (
    *(Column(name) for name in ("agreement", "provision", "kind", "holder")),
    *(Column(name) for name in ("against", "committed", "performed", "outstanding")),
    *(Column(name) for name in ("why", "events", "committed_amount")),
    *(Column(name) for name in ("performed_amount", "outstanding_amount", "unit")),
)
SHOWN = (
    Column("provision", style="bold"),
    Column("committed"),
    Column("performed"),
    Column("outstanding"),
    Column("by", narrow=True),
)
AWARDED = (
    Column("dispute", style="bold"),
    *(Column(name) for name in ("amount", "interest", "outcome", "by")),
)


def run(
    context: typer.Context,
    agreement: options.AgreementOrAll = None,
    on: options.On = None,
    known: options.Known = None,
    horizon: options.Horizon = None,
    suppose: options.Suppose = None,
) -> None:
    """Add up what is committed, paid and still to come.

    A line for each provision, and one for those of a kind between the same parties on
    the same basis. Unknown amounts stay in the sum; currencies are never mixed.
    """
    from projections.questions.money import money_answer

    session = session_of(context)
    with session.reading() as ledger:
        asked = ask_all(
            session,
            ledger,
            agreement,
            on=on,
            known=known,
            horizon=horizon,
            suppose=suppose,
        )
    found = money_answer(
        asked.timelines, asked.on, known=asked.known, supposals=asked.supposals
    )
    put(answer(found, asked), session)


def answer(found: MoneyAnswer, asked: Asked) -> Answer:
    """Show what is owed, provision by provision and in total."""
    lines = [*found.lines, *found.totals]
    several = _several(found)
    rows = [*map(_row, lines), *map(_award_row, found.awards)]
    return Answer(
        document=found,
        items=[*lines, *found.awards],
        title=f"Money {asked.clocks}",
        table=Table(COLUMNS, rows),
        shown=Table(SHOWN, [_shown(line, several) for line in found.lines]),
        more=(
            Table(
                SHOWN,
                [_shown(line, several) for line in found.totals],
                title="In total",
            ),
            Table(
                AWARDED,
                [_awarded(award, several) for award in found.awards],
                title="Awarded",
            ),
        ),
        remarks=tuple(_remarks(found)),
    )


def _several(found: MoneyAnswer) -> bool:
    """Tell whether the answer draws on several agreements, which share their ids."""
    lines = {line.agreement for line in found.lines}
    return len(lines | {award.agreement for award in found.awards}) > 1


def _row(line: Line) -> tuple[str, ...]:
    """Write a line for a program."""
    return (
        *(line.agreement, " ".join(line.provisions), line.kind),
        *(" ".join(line.holders), " ".join(line.against)),
        *(_committed(line), _performed(line), readable(line.outstanding or "")),
        "; ".join((*line.why, *_contradicted(line))),
        numbers(_events(line)),
        *_numbers(line),
    )


def _numbers(line: Line) -> tuple[str, ...]:
    """Write the amounts that are exactly one number, where all are of one unit."""
    performed = [sum_.text for sum_ in line.performed.values()]
    texts = (
        line.committed.text if line.committed else None,
        performed[0] if len(performed) == 1 else None,
        line.outstanding,
    )
    found = [exactly(text) for text in texts]
    units = {unit for _, unit in found if unit}
    if len(units) > 1:
        return ("", "", "", "")
    return (*(number for number, _ in found), *(units or {""}))


def _award_row(award: Award) -> tuple[str, ...]:
    """Write what a decision awards for a program; who owes it stands in its words."""
    interest = f"interest {_interest(award)}" if award.interest else ""
    number, unit = exactly(_award(award))
    return (
        *(award.agreement, award.dispute, "award", "", ""),
        *(_award(award), "", ""),
        "; ".join(filter(None, (award.outcome, interest))),
        numbers([award.event]),
        *(number, "", "", unit),
    )


def _awarded(award: Award, several: bool) -> tuple[str, ...]:
    """Write what a decision awards for a reader."""
    name = f"{award.agreement} {award.dispute}" if several else award.dispute
    return (
        *(name, _award(award), _interest(award), award.outcome),
        numbers([award.event]),
    )


def _award(award: Award) -> str:
    """Write the amount of an award, and that it may not have been decided yet."""
    amount = readable(award.amount)
    return f"perhaps {amount}" if award.perhaps else amount


def _interest(award: Award) -> str:
    """Write the interest of an award, if any, and on which basis."""
    if award.interest is None:
        return ""
    return award.interest + (f" ({award.basis})" if award.basis else "")


def _shown(line: Line, several: bool) -> tuple[str, ...]:
    """Write a line for a reader, with its agreement where there are several."""
    names = " + ".join(line.provisions)
    return (
        f"{line.agreement} {names}" if several else names,
        _committed(line),
        _performed(line),
        readable(line.outstanding or ""),
        numbers(_events(line)),
    )


def _committed(line: Line) -> str:
    """Write what is committed, and on which basis."""
    if line.committed is None:
        return ""
    basis = f" ({line.basis})" if line.basis else ""
    return readable(line.committed.text) + basis


def _performed(line: Line) -> str:
    """Write what was handed over, by kind."""
    performed = line.performed.items()
    return "; ".join(f"{kind} {readable(sum_.text)}" for kind, sum_ in performed)


def _events(line: Line) -> list[int]:
    """List the events that a line is added up from, and their corrections."""
    sums = [*([line.committed] if line.committed else []), *line.performed.values()]
    added = {seq for counted in sums for seq, _ in counted.parts}
    return sorted(added.union(by for _, by in line.corrected))


def _contradicted(line: Line) -> Iterator[str]:
    """Say which events of a line a source contradicts."""
    for seq, source in line.contradicted:
        yield f"{' + '.join(line.provisions)}: {source} contradicts @{seq}"


def _remarks(found: MoneyAnswer) -> Iterator[str]:
    """Say why something is no number, and what speaks against it."""
    if not found.lines:
        yield "No money is committed or was handed over."
    several = _several(found)
    reasons = [
        f"{line.agreement}: {why}" if several else why
        for line in found.lines
        for why in (*line.why, *_contradicted(line))
    ]
    yield from (f"{why}." for why in dict.fromkeys(reasons))
    for award in found.awards:
        if award.perhaps:
            where = f"{award.agreement} " if several else ""
            at = f"{where}@{award.event}"
            yield f"{at} is dated {award.decided}, perhaps after this day."
    if found.awards:
        yield "What was paid of an award is counted only under a provision."
