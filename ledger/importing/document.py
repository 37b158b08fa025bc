"""Read a document of an import file: one agreement, its sources and its events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar, cast

from events import words
from events.errors import InputError, did_you_mean
from events.reader import read_draft
from events.schema import FILE_VERSION
from events.source_reader import read_source
from ledger.importing.batches import FileBatch, batch_name
from ledger.importing.keys import Keys
from ledger.importing.nodes import Node, placed, plain
from ledger.importing.pages import Page

Read = TypeVar("Read")
Members = Mapping[str, Node]

_FIELDS = ("whereas", "agreement", "sources", "events")
# What an event says and its batch cannot say for it.
_OF_EVENTS = ("event", "key")
# What an event says of a source, and the list of sources does not.
_OF_CITATIONS = ("source", "stance")
_EXAMPLE = "write for example {event: AgreementOpened, effective: 2019, …}"


def read_document(page: Page, root: Node, keys: Keys) -> Iterator[FileBatch]:
    """Read the batches of a document in order.

    Args:
        page: the file.
        root: what the document says.
        keys: gives the events of the file their keys.

    Raises:
        InputError: with line and column.
    """
    return _Document(page, root, keys).batches()


class _Document:
    """A document, of which each part is checked before the first batch is given."""

    def __init__(self, page: Page, root: Node, keys: Keys) -> None:
        self._page = page
        self._root = root
        self._keys = keys
        self._known: dict[str, Mapping[str, Any]] = {}
        self._agreement = ""

    def batches(self) -> Iterator[FileBatch]:
        """Read the batches in order."""
        members = self._members(self._root, "a document of an import file", _shape())
        self._check_version(members.get("whereas"))
        for name, member in members.items():
            if name not in _FIELDS:
                self._wrong(
                    f"an import file has no field {name}",
                    member.named,
                    did_you_mean(name, _FIELDS) or f"it has {', '.join(_FIELDS)}",
                )
        self._agreement = self._named(members.get("agreement"))
        if "sources" in members:
            self._known = self._sources(members["sources"])
        for item in self._listed(members.get("events"), self._root, "the document"):
            yield self._batch(item)

    def _check_version(self, version: Node | None) -> None:
        """Check that the file says that it is one, of this version."""
        if version is None:
            self._wrong(
                "this is no import file: whereas is missing",
                self._root.start,
                f"begin with whereas: {FILE_VERSION}",
            )
        found = version.value
        if isinstance(found, bool) or not isinstance(found, int) or found < 1:
            self._wrong(
                "whereas takes the version of the file",
                version.start,
                f"write whereas: {FILE_VERSION}",
            )
        if found != FILE_VERSION:
            self._wrong(
                f"import files of version {found} are not known here",
                version.start,
                "install a newer version of whereas",
            )

    def _named(self, node: Node | None) -> str:
        """Read which agreement the document is about."""
        if node is None:
            self._wrong(
                "the document names no agreement",
                self._root.start,
                "write agreement: and an id, for example alpha-beta",
            )
        return self._at(self._root, lambda: words.slug(plain(node), "agreement"))

    def _sources(self, node: Node) -> dict[str, Mapping[str, Any]]:
        """Read what the document says of sources, whether or not they are cited."""
        if node.value is None:
            return {}
        shape = "write for example article: {title: The article, published: 2025}"
        return {
            name: self._source(name, source)
            for name, source in self._members(node, "sources", shape).items()
        }

    def _source(self, name: str, node: Node) -> Mapping[str, Any]:
        """Read what the document says of a source."""
        members = self._members(node, f"the source {name}", "write {title: …}")
        for field in _OF_CITATIONS:
            if field in members:
                self._wrong(
                    f"a source of a file has no {field}",
                    members[field].named,
                    "an event says it where it cites the source",
                )
        if "title" not in members and "uri" not in members:
            self._wrong(
                f"the source {name} has no title", node.named, "write title: and words"
            )
        said = cast("dict[str, Any]", plain(node))
        self._at(node, lambda: read_source({"source": name, **said}, None, ""))
        return said

    def _batch(self, item: Node) -> FileBatch:
        """Read an item of the list: an event that stands alone, or a batch."""
        members = self._members(item, "an event", _EXAMPLE)
        if "batch" not in members and "events" not in members:
            return self._together(None, [(item, members)])
        name = members.get("batch")
        if name is None or name.value is None:
            self._wrong(
                "this batch has no name", item.start, "write batch: and what it is"
            )
        said = self._at(item, lambda: batch_name(plain(name)))
        for field in _OF_EVENTS:
            if field in members:
                self._wrong(
                    f"a batch has no {field}",
                    members[field].named,
                    "write it with each event under events:",
                )
        shared = {n: m for n, m in members.items() if n not in {"batch", "events"}}
        listed = self._listed(members.get("events"), item, f"the batch {said}")
        return self._together(said, [self._within(event, shared) for event in listed])

    def _within(self, item: Node, shared: Members) -> tuple[Node, Members]:
        """Read an event of a batch, with the fields that the batch has for it."""
        members = self._members(item, "an event", _EXAMPLE)
        for name in ("batch", "events"):
            if name in members:
                self._wrong("a batch does not hold batches", members[name].named)
        return item, {**shared, **members}

    def _together(
        self, name: str | None, events: Sequence[tuple[Node, Members]]
    ) -> FileBatch:
        """Read the events of a batch."""
        batch = FileBatch(self._agreement, name, [], [])
        for item, members in events:
            whole = Node(dict(members), item.start)
            fields = cast("dict[str, Any]", plain(whole))
            draft = self._at(
                whole,
                lambda fields=fields: read_draft(  # type: ignore[misc]  # bound at once
                    fields, agreement=self._agreement, known_sources=self._known
                ),
            )
            if draft.agreement != self._agreement:
                self._wrong(
                    f"this document is about {self._agreement}",
                    members["agreement"].start,
                    f"begin another one with --- for {draft.agreement}",
                )
            batch.drafts.append(self._keys.keyed(draft))
            batch.places.append(self._page.place(item.start))
        return batch

    def _listed(self, node: Node | None, holder: Node, what: str) -> list[Node]:
        """Give the items of a list of events."""
        if node is None or node.value is None or node.value == []:
            start = holder.start if node is None else node.named
            self._wrong(f"{what} has no events", start, "list them under events:")
        if not isinstance(node.value, list):
            self._wrong(
                "events is a list", node.start, "begin each event with a hyphen"
            )
        return node.value

    def _members(self, node: Node, what: str, hint: str) -> Members:
        """Give the members of what has to be a mapping."""
        if not isinstance(node.value, dict):
            self._wrong(f"{what} is a mapping of fields", node.start, hint)
        return node.value

    def _at(self, node: Node, read: Callable[[], Read]) -> Read:
        """Read something, and say where it stands if it cannot be read."""
        try:
            return read()
        except InputError as error:
            raise placed(error, self._page, node) from error

    def _wrong(self, message: str, offset: int, hint: str | None = None) -> NoReturn:
        raise self._page.error(message, offset, hint=hint)


def _shape() -> str:
    """Show what a document looks like."""
    return f"write whereas: {FILE_VERSION}, agreement: and events:"
