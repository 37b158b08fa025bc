"""Read YAML with the place of every value, and with nothing clever.

Of YAML 1.2 this takes mappings, lists and scalars. A plain scalar is null, true, false
or a whole number; anything that some reader of YAML takes for another kind of number
has to be put in quotes, and everything else is text. Anchors, aliases, merge keys and
tags are refused where they stand, before anything is built from them.

Source: YAML 1.2.2, chapters 7, 8 and 10.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from events.errors import InputError
from events.profile import MAX_INTEGER
from ledger.importing.decoding import control
from ledger.importing.json_nodes import FRACTION_HINT, given_twice
from ledger.importing.nodes import LEVELS_MAX, Node, Scalar
from ledger.importing.pages import Page

# Nobody writes such a line, and reading it takes a second for every 200,000 characters.
LINE_CHARACTERS_MAX = 262_144

_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")
_VERSION = (1, 2)
_CORE_TAGS = "tag:yaml.org,2002:"
_TEXT_HINT = "put it in quotes if it is text"
_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FRACTION = re.compile(
    r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
# Octal, hexadecimal, binary, base 60, digits in groups: numbers to one version of YAML
# and text to another.
_SURPRISE = re.compile(
    r"[-+]?(?:0[0-9_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*"
    r"|[0-9][0-9_]*(?::[0-5]?[0-9])+)(?:\.[0-9_]*)?"
)
_HINTS = {
    "mapping values are not allowed here": (
        "put text that holds a colon in quotes, and see that fields begin in one column"
    ),
    "found character '\\t' that cannot start any token": "indent with blanks",
}


def read_yaml(page: Page) -> Iterator[Node]:
    """Read the documents of a page one after another.

    Raises:
        InputError: with line and column.
    """
    _check_lines(page)
    if found := _OTHER_BREAKS.search(page.text):
        raise page.error(
            f"U+{ord(found[0]):04X} ends a line to some readers of YAML",
            found.start(),
            hint=f'write it as an escape within quotes: "\\u{ord(found[0]):04x}"',
        )
    try:
        yield from _documents(page)
    except MarkedYAMLError as error:
        raise _not_yaml(page, error) from error
    except ReaderError as error:
        raise control(page, error.position) from error
    except YAMLError as error:
        raise page.error(f"this is not YAML: {error}", 0) from error


def _documents(page: Page) -> Iterator[Node]:
    """Build the nodes of each document from what the parser sees."""
    builder = _Builder(page)
    # An untyped generator of the library's.
    parsed: Iterator[Any] = YAML(typ="safe", pure=True).parse(page.text)
    for event in parsed:
        match event:
            case DocumentStartEvent():
                _check_directives(page, event)
                builder = _Builder(page)
            case DocumentEndEvent():
                # A line of hyphens that nothing follows begins no document.
                if builder.root is not None and builder.root.value is not None:
                    yield builder.root
            case _:
                builder.see(event)


class _Builder:
    """Builds the node of one document; ``open`` holds what is not closed yet."""

    def __init__(self, page: Page) -> None:
        self.root: Node | None = None
        self._page = page
        self._open: list[tuple[Node, tuple[str, int] | None]] = []

    def see(self, event: Event) -> None:
        """Take what the parser sees next."""
        start = event.start_mark.index if event.start_mark else 0
        match event:
            case AliasEvent():
                raise self._clever(f"the alias *{event.anchor}", start)
            case ScalarEvent():
                self._check(event, start)
                self._scalar(event, start)
            case MappingStartEvent() | SequenceStartEvent():
                self._check(event, start)
                mapping = isinstance(event, MappingStartEvent)
                self._opened(Node({} if mapping else [], start))
            case MappingEndEvent() | SequenceEndEvent():
                self._open.pop()
            case _:
                pass

    def _check(self, event: Any, start: int) -> None:  # noqa: ANN401  # the library's
        """Refuse anchors and tags."""
        if event.anchor is not None:
            raise self._clever(f"the anchor &{event.anchor}", start)
        if event.tag is not None:
            tag = str(event.tag).replace(_CORE_TAGS, "!!")
            raise self._clever(f"the tag {tag}", start)

    def _clever(self, what: str, start: int) -> InputError:
        return self._page.error(
            f"{what} is not read here",
            start,
            hint="write every value out, and plain values without a tag",
        )

    def _scalar(self, event: ScalarEvent, start: int) -> None:
        """Take a name of a field, or a value."""
        words: str = event.value
        is_plain = event.style in {None, ""}
        if self._names():
            self._name(words, start, is_plain=is_plain)
        else:
            self._put(Node(self._resolved(words, start) if is_plain else words, start))

    def _names(self) -> bool:
        """Tell whether what comes next is the name of a field."""
        if not self._open:
            return False
        holder, name = self._open[-1]
        return isinstance(holder.value, dict) and name is None

    def _name(self, name: str, start: int, *, is_plain: bool) -> None:
        """Take the name of a field."""
        holder, _ = self._open[-1]
        if is_plain and name == "<<":
            raise self._page.error(
                "a merge key (<<) is not read here",
                start,
                hint="give the fields to the batch: they are defaults for its events",
            )
        if isinstance(holder.value, dict) and name in holder.value:
            raise given_twice(self._page, name, start, holder.value[name])
        self._open[-1] = (holder, (name, start))

    def _opened(self, node: Node) -> None:
        """Take the beginning of a mapping or a list."""
        if self._names():
            raise self._page.error(
                "a name is a word, not a mapping or a list", node.start
            )
        if len(self._open) > LEVELS_MAX:
            raise self._page.error(f"more than {LEVELS_MAX} levels", node.start)
        self._put(node)
        self._open.append((node, None))

    def _put(self, node: Node) -> None:
        """Put a value where it belongs."""
        if not self._open:
            self.root = node
            return
        holder, name = self._open[-1]
        if isinstance(holder.value, list):
            holder.value.append(node)
        elif isinstance(holder.value, dict) and name is not None:
            word, node.named = name
            holder.value[word] = node
            self._open[-1] = (holder, None)

    def _resolved(self, words: str, start: int) -> Scalar:
        """Read a plain scalar."""
        if words in _WORDS:
            return _WORDS[words]
        if not _may_be_number(words):
            return words
        if _INTEGER.fullmatch(words):
            if len(words) > len(str(MAX_INTEGER)) + 1 or abs(int(words)) > MAX_INTEGER:
                raise self._page.error(
                    f"the number is beyond {MAX_INTEGER}", start, hint=_TEXT_HINT
                )
            return int(words)
        if _FRACTION.fullmatch(words):
            raise self._page.error(
                f"{words} is not a whole number", start, hint=FRACTION_HINT
            )
        if _SURPRISE.fullmatch(words):
            raise self._page.error(
                f"{words} is a number to some readers and text to others",
                start,
                hint=_TEXT_HINT,
            )
        return words


def _may_be_number(words: str) -> bool:
    """Tell whether words begin as numbers do."""
    return words[0] in "+-.0123456789"


def _check_lines(page: Page) -> None:
    """Refuse a line that would take very long to read."""
    start = 0
    for line in page.text.split("\n"):
        if len(line) > LINE_CHARACTERS_MAX:
            raise page.error(
                f"the line has {len(line)} characters; at most {LINE_CHARACTERS_MAX}"
                " are read",
                start,
                hint="write a field a line, or use JSON lines",
            )
        start += len(line) + 1


def _check_directives(page: Page, event: DocumentStartEvent) -> None:
    """Refuse other versions of YAML, in which the same words mean something else."""
    start = event.start_mark.index if event.start_mark else 0
    if event.tags or (event.version and tuple(event.version) != _VERSION):
        raise page.error(
            "a directive (%) is not read here",
            page.text.rfind("%", 0, start),
            hint="YAML 1.2 needs none",
        )


def _not_yaml(page: Page, error: MarkedYAMLError) -> InputError:
    """Word the refusal of what the parser cannot read."""
    end, begun = error.problem_mark, error.context_mark
    problem = str(error.problem or error.context or "it cannot be read")
    at = end.index if end else 0
    if begun and at >= len(page.text.rstrip()):
        problem, at = "what begins here is not closed", begun.index
    return page.error(f"this is not YAML: {problem}", at, hint=_HINTS.get(problem))
