"""Facts and spans as tables write them."""

from __future__ import annotations

from events.dates import INF, NEG_INF, PartialDate, day_text, parse_day
from events.quantity import Quantity
from events.when import When
from projections.fold.facts import Dated, Facts, MilestoneFacts, Report
from projections.fold.provision import Provision
from projections.fold.spans import ALWAYS_UNKNOWN, NEVER, Span, date_span

PROVISION = Provision(
    id="supply",
    kind="purchase",
    holders=("a",),
    against=("b",),
    effective=When.parse("2020-01-01"),
)


def rows(table: str, *defaults: str) -> list[tuple[str, ...]]:
    """Read a table: columns between bars, and what is expected after an arrow.

    A line that begins with a blank continues the one before; one that begins with #
    is a comment.

    Args:
        table: the lines.
        defaults: what the columns after the first have where a row leaves them out.
    """
    joined = table.replace("\n ", " ")
    read: list[tuple[str, ...]] = []
    for line in filter(None, joined.splitlines()):
        if line.startswith("#"):
            continue
        given, _, expected = line.rpartition("->")
        columns = [column.strip() for column in given.split("|")]
        rest = [
            columns[at] if at < len(columns) and columns[at] else default
            for at, default in enumerate(defaults, 1)
        ]
        read.append((columns[0], *rest, expected.strip()))
    return read


def facts(text: str = "", horizon: str = "2025-01-01") -> Facts:
    """Read facts; the number of each is its place.

    Args:
        text: ``m claimed DATE``, ``m determined DATE``, ``m lapsed DATE``,
            ``loans = VALUE @ DATE`` and ``notice DATE``, between semicolons.
        horizon: a day.
    """
    found = Facts(horizon=parse_day(horizon))
    for seq, fact in enumerate(filter(None, map(str.strip, text.split(";"))), 1):
        _note(found, fact, seq)
    return found


def _note(found: Facts, fact: str, seq: int) -> None:
    if " = " in fact:
        measure, value, date = (
            part.strip() for part in fact.replace("@", "=").split("=")
        )
        reports = found.measures.setdefault(measure, [])
        span = date_span(PartialDate.parse(date))
        reports.append(Report(span, Quantity.parse(value), seq, None))
        reports.sort(key=lambda report: report.span.lo)
        return
    name, _, rest = fact.partition(" ")
    if name == "notice":
        dated = Dated(date_span(PartialDate.parse(rest)), seq)
        found.notices.setdefault(PROVISION.id, []).append(dated)
        return
    what, _, date = rest.partition(" ")
    dated = Dated(date_span(PartialDate.parse(date)), seq)
    known = found.milestones.setdefault(name, MilestoneFacts())
    if what == "lapsed":
        known.lapsed = dated
    else:
        {"claimed": known.claims, "determined": known.determinations}[what].append(
            dated
        )


def span_text(span: Span) -> str:
    """Write a span: a day, ``LO..HI``, ``LO..`` without an end, never or unknown."""
    if span in (NEVER, ALWAYS_UNKNOWN):
        return "never" if span == NEVER else "unknown"
    lo = "" if span.lo == NEG_INF else day_text(span.lo)
    if span.exact:
        return lo or "always"
    return f"{lo}..{'' if span.hi == INF else day_text(span.hi)}"
