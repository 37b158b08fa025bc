"""Put answers about all agreements into words, and read what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, cast

from cli.amounts import AMOUNT, amount_cells, exactly
from cli.answer import Answer, Column, Table
from cli.asking import day
from cli.phrases import amount_words, numbers, status, what
from cli.session import Session
from events.dates import INF, LAST_DAY, PartialDate, add_months, day_text
from events.errors import InputError
from events.quantity import readable

if TYPE_CHECKING:
    from cli.asking_portfolio import Told
    from events.when import Offset
    from projections.questions.portfolio_answers import (
        FoundProvision,
        FoundStake,
        PortfolioAnswer,
        Total,
    )

COLUMNS = (
    *(Column(name) for name in ("agreement", "provision", "kind", "holder", "against")),
    *(Column(name) for name in ("what", "status", "starts", "ends", "ends_from")),
    *(Column(name) for name in ("ends_to", "waits_for", "words", "events")),
    *AMOUNT,
)
PROVISIONS = ("agreement", "provision", "holder", "what", "status")
LAPSING = ("date", "agreement", "provision", "holder", "what")
STAKES = (
    *map(Column, ("agreement", "holder", "issuer", "basis", "dated", "share")),
    *map(Column, ("votes", "value", "event")),
)
STAKES_SHOWN = (
    *map(Column, ("agreement", "holder", "share", "value", "basis", "dated", "by")),
)
TOTALS = tuple(
    map(
        Column,
        (
            *("kind", "basis", "provisions", "agreements", "amounts", "unknown"),
            *("perhaps", "amount", "unit"),
        ),
    )
)
_DEFAULT_WITHIN = "12 months"


def provisions(told: Told, title: str, shown: Sequence[str] = PROVISIONS) -> Answer:
    """Show provisions of many agreements.

    Args:
        told: what was found.
        title: what was asked for, to follow the count.
        shown: the columns for a reader.
    """
    found = told.answer
    items = cast("Sequence[FoundProvision]", found.items)
    noun = "provision" if found.found == 1 else "provisions"
    return Answer(
        document=found,
        items=items,
        title=f"{found.found} {noun} {title} {told.clocks}{_page(found)}",
        table=Table(COLUMNS, [_row(item) for item in items]),
        shown=Table(
            [SHOWN[name][0] for name in shown],
            [[SHOWN[name][1](item) for name in shown] for item in items],
        ),
        remarks=tuple(_remarks(found)),
        hints=_hints(items),
    )


def stakes(told: Told, issuer: str) -> Answer:
    """Show stakes in an issuer."""
    found = told.answer
    items = cast("Sequence[FoundStake]", found.items)
    rows = [
        (
            *(s.agreement, s.holder, s.issuer, s.basis, s.as_of),
            f"perhaps {s.share}" if s.perhaps else s.share,
            *(s.votes or "", readable(s.value or ""), f"@{s.event}"),
        )
        for s in items
    ]
    return Answer(
        document=found,
        items=items,
        title=f"Stakes in {issuer} {told.clocks}{_page(found)}",
        table=Table(STAKES, rows),
        shown=Table(
            STAKES_SHOWN,
            [tuple(r[n] for n in (0, 1, 5, 7, 3, 4, 8)) for r in rows],
        ),
        remarks=(*_remarks(found), *(_perhaps_held(s) for s in items if s.perhaps)),
        hints=tuple(
            f"whereas stakes {s.agreement} --issuer {issuer} --on {found.on}"
            for s in [s for s in items if s.perhaps][:1]
        ),
    )


def totals(told: Told) -> Answer:
    """Show what amounts come to."""
    found = told.answer
    items = cast("Sequence[Total]", found.items)
    return Answer(
        document=found,
        items=items,
        title=f"Totals {told.clocks}{_page(found)}",
        table=Table(
            TOTALS,
            [row for total in items for row in _total_rows(total)],
        ),
        shown=Table(
            tuple(map(Column, ("kind", "basis", "amount", "provisions", "in"))),
            [
                (
                    *(t.kind, t.basis or "", _sum(t)),
                    *(str(t.provisions), _agreements(t.agreements)),
                )
                for t in items
            ],
        ),
        remarks=(*_remarks(found), *_perhaps_counted(items)),
        hints=_perhaps_hints(found),
    )


def window_of(
    session: Session, window: str | None, within: str | None, on: PartialDate
) -> tuple[tuple[int, int], str]:
    """Read a window: its first and last day as ordinals, and in words.

    Args:
        session: the run, for today's date.
        window: the first and the last day, if given.
        within: how long from the date asked about, if given.
        on: that date.

    Raises:
        InputError: it cannot be read, or both are given.
    """
    if window is None:
        # As in due: a year from 2 January ends on the first of the next.
        last = min(_moved(on.last, within or _DEFAULT_WITHIN) - 1, LAST_DAY)
        return (on.last, last), f"{day_text(on.last)}..{day_text(last)}"
    if within is not None:
        raise InputError(
            "a window has its last day, or a length",
            field="--within",
            hint="leave out --within",
        )
    start, dots, end = window.partition("..")
    if not start or not end:
        raise InputError(
            f"{window} is not a window",
            field="FROM..TO",
            hint=f"write {start}..{start}" if not dots else "write 2026-01..2026-03",
        )
    first, last_date = (day(session, text, "FROM..TO") for text in (start, end))
    if last_date.last < first.first:
        raise InputError(
            f"{window} ends before it begins",
            field="FROM..TO",
            hint=f"write {end}..{start}",
        )
    return (first.first, last_date.last), window


def _moved(start: int, words: str) -> int:
    """Count a duration on from a day; a month that is too short ends on its last day.

    Raises:
        InputError: the words are no duration.
    """
    from events.when import Offset, When

    try:
        expr = When.parse(f"{words} after 2000-01-01").expr
    except InputError as error:
        raise _no_duration(words) from error
    if not isinstance(expr, Offset):
        raise _no_duration(words)
    return _later(start, expr)


def _later(start: int, offset: Offset) -> int:
    """Move a day on."""
    match offset.unit:
        case "days":
            return start + offset.count
        case "weeks":
            return start + 7 * offset.count
        case "months":
            return min(add_months(start, offset.count, rounded="down"), INF)
        case "years":
            return min(add_months(start, 12 * offset.count, rounded="down"), INF)
        case _:
            raise _no_duration(f"{offset.count} {offset.unit}")


def _no_duration(words: str) -> InputError:
    return InputError(
        f"{words} is no duration", field="--within", hint="write '90 days'"
    )


def _row(item: FoundProvision) -> tuple[str, ...]:
    """Write a provision for a program."""
    one = item.provision
    first, last = one.ends_between
    return (
        *(item.agreement, one.id, one.kind, " ".join(one.holders)),
        *(" ".join(one.against), what(one, in_brief=False), one.status),
        *(one.starts, one.ends or ""),
        *(first or "", last or "", "; ".join(one.waits_for), "; ".join(item.words)),
        numbers(one.set_by),
        *amount_cells(amount_words(one)),
    )


def _date(item: FoundProvision) -> str:
    """Write the day of an end, or the days that it may be."""
    first, last = item.provision.ends_between
    if first == last:
        return first or "any day"
    return f"{first or 'any day'} … {last or ''}".rstrip()


def _holder(item: FoundProvision) -> str:
    """Name who has a provision, or whom it binds."""
    one = item.provision
    if not one.holders and one.against:
        return f"against {', '.join(one.against)}"
    return ", ".join(one.holders)


def _what(item: FoundProvision) -> str:
    """Say what a provision is, with the words that are not in its terms."""
    said = what(item.provision)
    words = [word for word in item.words if word not in said]
    return "; ".join([said, *words])


def _page(found: PortfolioAnswer) -> str:
    """Say which of what was found is shown, where it is not all."""
    count = len(found.items)
    if count == found.found:
        return ""
    if not count:
        return ", none of them shown"
    return f", {found.offset + 1} to {found.offset + count} of {found.found}"


def _remarks(found: PortfolioAnswer) -> Iterator[str]:
    """Say that there is nothing."""
    if not found.found:
        yield "Nothing."


def _hints(items: Sequence[FoundProvision]) -> tuple[str, ...]:
    """Offer to ask what the first provision rests on."""
    return tuple(f"whereas why {i.agreement} {i.provision.id}" for i in items[:1])


def _total_rows(total: Total) -> Iterator[tuple[str, ...]]:
    """Write a total for a program, a row an amount: each is in a unit of its own."""
    for amount in total.amounts or ("",):
        yield (
            *(total.kind, total.basis or ""),
            *(str(total.provisions), str(total.agreements), readable(amount)),
            *(readable("; ".join(w)) for w in (total.unknown, total.perhaps)),
            *exactly(" + ".join((amount, *total.unknown))),
        )


def _sum(total: Total) -> str:
    """Write a sum, with what is not known and what is there perhaps."""
    return readable(" + ".join([*total.amounts, *_unknown(total), *_perhaps(total)]))


def _perhaps(total: Total) -> tuple[str, ...]:
    """Say how many amounts may not be there yet, where there are several."""
    if len(total.perhaps) > 1:
        return (f"perhaps {len(total.perhaps)} more",)
    return tuple(
        amount if " or perhaps " in amount else f"perhaps {amount}"
        for amount in total.perhaps
    )


def _unknown(total: Total) -> tuple[str, ...]:
    """Say how many amounts are not known, where there are several."""
    if len(total.unknown) > 1:
        return (f"{len(total.unknown)} unknown",)
    return total.unknown


def _perhaps_held(stake: FoundStake) -> str:
    """Say that a report may lie after the day."""
    return (
        f"{stake.agreement} {stake.holder} in {stake.issuer}: @{stake.event} is dated "
        f"{stake.as_of}, perhaps after this day."
    )


def _perhaps_counted(totals: Sequence[Total]) -> Iterator[str]:
    """Say what is in a sum perhaps."""
    if any(total.perhaps for total in totals):
        yield "What is there perhaps has a date that may lie after this day."


def _perhaps_hints(found: PortfolioAnswer) -> tuple[str, ...]:
    """Offer to ask which amounts are there perhaps."""
    items = cast("Sequence[Total]", found.items)
    there = any(total.perhaps for total in items)
    return (f"whereas money --on {found.on}",) if there else ()


def _agreements(count: int) -> str:
    return "1 agreement" if count == 1 else f"{count} agreements"


# What a reader is shown of a provision: a column, and what is in it.
SHOWN: dict[str, tuple[Column, Callable[[FoundProvision], str]]] = {
    "date": (Column("date", whole=True), _date),
    "agreement": (Column("agreement", narrow=True), lambda item: item.agreement),
    "provision": (
        Column("provision", whole=True, style="bold"),
        lambda item: item.provision.id,
    ),
    "holder": (Column("holder", narrow=True), _holder),
    "what": (Column("what"), _what),
    "status": (Column("status"), lambda item: status(item.provision)),
}
