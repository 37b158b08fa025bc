"""Writing a When in its canonical form, one text for one value.

Parentheses stand where the grammar in :mod:`events.when_reader` asks for them after
``of``, ``after``, ``before`` and ``from``, and nowhere else.
"""

from __future__ import annotations

import msgspec

from events.expressions import (
    Duration,
    Earliest,
    Expr,
    Latest,
    Measure,
    Milestone,
    Never,
    Offset,
    On,
    Renews,
    Through,
    Unknown,
    Unless,
    Until,
)
from events.quantity import Quantity, plain


def write(expr: Expr) -> str:  # noqa: C901, PLR0911  # one case a node
    """Write an expression in its canonical form, which reads back as the same."""
    match expr:
        case On(date):
            return date.text
        case Through(date):
            return f"through {date}"
        case Until(date):
            return f"until {date}"
        case Never():
            return "never"
        case Unknown(reason):
            return f"unknown {_quoted(reason)}" if reason else "unknown"
        case Milestone(milestone, stage, last):
            words = ["last"] * last + ["milestone", milestone] + [stage or ""]
            return " ".join(words).rstrip()
        case Measure():
            return f"measure {expr.measure} {expr.op} {_measured(expr)}"
        case Earliest(of):
            return f"earliest of ({'; '.join(map(write, of))})"
        case Latest(of):
            return f"latest of ({'; '.join(map(write, of))})"
        case Unless(then, milestone):
            return f"{write(then)} unless milestone {milestone}"
        case Offset():
            return _offset_text(expr)
        case Renews():
            return _renews_text(expr)


def _quoted(text: str) -> str:
    """Write a text as a JSON string."""
    return msgspec.json.encode(text).decode()


def _measured(measure: Measure) -> str:
    """Write what a measure is compared with."""
    if measure.unit is not None:
        return Quantity.of(measure.value, measure.unit).text
    return plain(measure.value)


def _counted(count: int, unit: str) -> str:
    """Write a number of units, without the plural for one."""
    return f"{count} {unit.removesuffix('s') if count == 1 else unit}"


def _offset_text(offset: Offset) -> str:
    """Write an offset."""
    calendar = f" in {offset.calendar}" if offset.calendar else ""
    rounded = f" rounded {offset.rounded}" if offset.rounded else ""
    counted = _counted(offset.count, offset.unit)
    return f"{counted}{calendar} {offset.direction} ({write(offset.of)}){rounded}"


def _renews_text(renews: Renews) -> str:
    """Write a renewal."""
    every = _counted(renews.every.count, renews.every.unit)
    text = f"renews every {every} from ({write(renews.first)})"
    match renews.notice:
        case Duration(count, unit):
            text += f" unless notice {_counted(count, unit)} before"
        case "unknown":
            text += " unless notice unknown before"
        case None:
            pass
    if renews.at_most is not None:
        text += f" at most {_counted(renews.at_most, 'times')}"
    return text
