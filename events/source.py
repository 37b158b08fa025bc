"""Sources: who says so, and where."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from events.base import Text, kind_of_words
from events.dates import parse_date

DIGEST_PATTERN = "^[0-9a-f]{64}$"

Stance = Literal["supports", "contradicts", "mentions"]
SourceId = Annotated[str, kind_of_words("source")]
Published = Annotated[str, kind_of_words("published")]
Digest = Annotated[str, msgspec.Meta(pattern=DIGEST_PATTERN, extra={"kind": "digest"})]


class Source(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
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

    source: SourceId
    title: Text | None = None
    uri: Text | None = None
    at: Text | None = None
    published: Published | None = None
    sha256: Digest | None = None
    quote: Text | None = None
    stance: Stance = "supports"

    def __post_init__(self) -> None:
        """Check the date; a source that names an impossible one is misread."""
        if self.published not in {None, "unknown"}:
            parse_date(self.published)
