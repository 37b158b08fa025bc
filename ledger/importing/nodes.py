"""What a file says, as plain values that remember where they stand.

Every format becomes nodes when something is wrong, and YAML always: a refusal names a
field, and the nodes know where in the file that field is.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from events.errors import InputError
from events.profile import MAX_DEPTH
from ledger.importing.pages import Page

# An event may be nested as deeply as events are, in a batch in a list in a document.
LEVELS_MAX = MAX_DEPTH + 4

Scalar: TypeAlias = str | int | bool | None

_INDEX = re.compile(r"\[([0-9]+)\]")


class Node:
    """A value and the offset at which it begins; ``named`` is that of its name."""

    __slots__ = ("named", "start", "value")

    def __init__(
        self,
        value: Scalar | list[Node] | dict[str, Node],
        start: int,
        named: int | None = None,
    ) -> None:
        self.value = value
        self.start = start
        self.named = start if named is None else named


def plain(node: Node) -> object:
    """Give the value without its places: mappings, lists, words, whole numbers."""
    match node.value:
        case dict() as members:
            return {name: plain(member) for name, member in members.items()}
        case list() as items:
            return [plain(item) for item in items]
        case value:
            return value


def field_in(node: Node, field: str) -> tuple[Node, str]:
    """Find the node of a field.

    Args:
        node: what holds it.
        field: its path, for example ``parties[0].id``. Names may have dots.

    Returns:
        The node, or the nearest above it where there is none, and what is left of
        the path.
    """
    while field:
        step = _step(node, field)
        if step is None:
            break
        node, field = step
    return node, field


def placed(error: InputError, page: Page, node: Node) -> InputError:
    """Say of a refusal where in the file it is.

    Args:
        error: the refusal, with the field and perhaps the column in its text.
        page: the text that the node was read from.
        node: what was refused, or what holds it.
    """
    found, _ = field_in(node, error.field or "")
    offset = found.named if error.facts.get("about") == "name" else found.start
    inner = error.column
    if inner is not None and isinstance(found.value, str):
        begin = _verbatim(page.text, found)
        offset = offset if begin is None else begin + inner - 1
    told = page.error(str(error), offset, hint=error.hint, field=error.field)
    told.facts = {**error.facts, **told.facts}
    return told


def _step(node: Node, field: str) -> tuple[Node, str] | None:
    """Go one step along a path, or give None where it leads nowhere."""
    if found := _INDEX.match(field):
        rest = field[found.end() :].removeprefix(".")
        at = int(found[1])
        if not isinstance(node.value, list):
            # One that stands alone is as good as a list of one.
            return (node, rest) if at == 0 else None
        return (node.value[at], rest) if at < len(node.value) else None
    if not isinstance(node.value, dict):
        return None
    names = [
        name
        for name in node.value
        if field == name or field.startswith((f"{name}.", f"{name}["))
    ]
    if not names:
        return None
    name = max(names, key=len)
    return node.value[name], field[len(name) :].removeprefix(".")


def _verbatim(text: str, node: Node) -> int | None:
    """Find where the words of a scalar begin, if they stand there as they are."""
    words = str(node.value)
    for begin in (node.start, node.start + 1):
        if text.startswith(words, begin):
            return begin
    return None
