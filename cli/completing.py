"""Complete agreements, provisions and numbers of events from the ledger.

Completion only reads, and says nothing when it cannot: a shell that prints errors while
somebody types helps nobody.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

import typer

from cli.safe import one_line
from cli.session import Session, session_of

Words = list[tuple[str, str]]


class Item(NamedTuple):
    """A completion, with the members that Typer's shells look at."""

    value: str
    help: str | None = None
    type: str = "plain"


def items(incomplete: str, found: Iterable[tuple[str, str]]) -> list[Item]:
    """Keep the completions that begin as what was typed."""
    return [Item(value, told) for value, told in found if value.startswith(incomplete)]


def agreements(ctx: typer.Context, incomplete: str) -> Words:
    """Complete an agreement; its title is the help."""
    return _silent(ctx, incomplete, _agreements)


def provisions(ctx: typer.Context, incomplete: str) -> Words:
    """Complete a provision of the agreement that was typed before."""
    return _silent(ctx, incomplete, _provisions)


def events(ctx: typer.Context, incomplete: str) -> Words:
    """Complete the number of an event of the agreement that was typed before."""
    return _silent(ctx, incomplete, _events)


def _silent(
    ctx: typer.Context,
    incomplete: str,
    complete: Callable[[Session, str], Words],
) -> Words:
    """Complete without a word when the ledger cannot be read."""
    agreement = str(ctx.params.get("agreement") or "")
    with contextlib.suppress(Exception):
        found = complete(session_of(ctx), agreement)
        return [(w, one_line(t)) for w, t in found if w.startswith(incomplete)]
    return []


def _agreements(session: Session, _: str) -> Words:
    with session.reading() as ledger:
        return [(listed.agreement, listed.title) for listed in ledger.agreements()]


def _provisions(session: Session, agreement: str) -> Words:
    with session.reading() as ledger:
        timeline = ledger.timeline(agreement)
    return [(name, f"@{seq}") for name, seq in timeline.facts.granted.items()]


def _events(session: Session, agreement: str) -> Words:
    from projections.fold.naming import about

    with session.reading() as ledger:
        return [
            (f"@{e.seq}", f"{e.envelope.type} {about(e.event) or ''}".strip())
            for e in ledger.entries(agreement)
        ]
