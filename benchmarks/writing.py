"""Write what a run found into the documentation, between two marks."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = "performance.md"


def write_section(folder: Path, name: str, text: str) -> None:
    """Put a text between the marks of a section, instead of what is there.

    Args:
        folder: that of the documentation.
        name: which section.
        text: Markdown.

    Raises:
        ValueError: the page has no such marks.
    """
    page = folder / PAGE
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    marked = re.compile(f"{start}\n.*?{end}", re.DOTALL)
    whole, count = marked.subn(
        lambda _: f"{start}\n\n{text.strip()}\n\n{end}",
        page.read_text(encoding="utf-8"),
    )
    if count != 1:
        raise ValueError(f"{page}: there have to be {start} and {end}, once")
    page.write_text(whole, encoding="utf-8")
