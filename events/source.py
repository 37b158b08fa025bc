"""Sources: who says so, and where."""

from __future__ import annotations

from typing import Literal

import msgspec

from events.dates import parse_date

Stance = Literal["supports", "contradicts", "mentions"]


class Source(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What an event rests on, or what contradicts it.

    Attributes:
        source: the id, the same wherever the source is cited.
        title: what it is called.
        uri: where it can be had.
        at: where in it: a paragraph, a clause, a page.
        published: a partial date, or ``unknown``.
        sha256: the digest of the document, 64 hexadecimal digits.
        quote: the words relied on, short.
        stance: what the source says of the event.
    """

    source: str
    title: str | None = None
    uri: str | None = None
    at: str | None = None
    published: str | None = None
    sha256: str | None = None
    quote: str | None = None
    stance: Stance = "supports"

    def __post_init__(self) -> None:
        """Check the date; a source that names an impossible one is misread."""
        if self.published not in {None, "unknown"}:
            parse_date(self.published)
