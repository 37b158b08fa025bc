"""Note tags of a question that no provision names, which may be typing errors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cli.output import aside

if TYPE_CHECKING:
    from projections.questions.question import Unnamed


def note_unnamed(found: Iterable[Unnamed]) -> None:
    """Write a note a tag on stderr, with what may be meant."""
    for one in found:
        words = f"note: no provision names {one.axis}={one.tag}"
        near = one.nearest
        aside(f"{words}; did you mean {one.axis}={near}?" if near else words)
