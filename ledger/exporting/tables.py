"""Export CSV: a row an event, or a row a provision, under a header.

Events begin with the columns of the ``history.csv`` of a bundle. Behind them stands a
column for every field that an event of the export has, so that they are read twice.
What has an inner shape is JSON in its cell. A cell that a spreadsheet would take for a
formula begins with ``'``. Where an event that is effective only after the date sets the
end of a provision, ``later_ends`` and ``later_event`` are that end and its number.

Source: RFC 4180, but for the end of a line, which is a line feed alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from events.catalogue import TYPES, fields_of
from events.entry import Entry
from ledger.audit.readable import HISTORY_HEADER, cell
from ledger.exporting.choice import Choice, Stored
from ledger.importing.mapping import draft_mapping
from projections.questions.answers import StateAnswer
from projections.questions.provisions import ProvisionAnswer

FIRST = tuple(HISTORY_HEADER.rstrip().split(","))
LAST = ("sources", "key", "batch")
PROVISION = (
    *("agreement", "on", "known", "provision", "kind", "holders", "against", "level"),
    *("quantity", "basis", "status", "starts", "ends", "waits_for", "flags"),
    *("starts_from", "starts_to", "ends_from", "ends_to", "condition", "text", "over"),
    *("set_by", "scope", "terms", "readings", "later_ends", "later_event"),
)

_encode = msgspec.json.Encoder().encode


def event_table(choice: Choice) -> Iterator[str]:
    """Yield the lines of a table of events."""
    used: set[str] = set()
    for _, entry in choice.events():
        used.update(draft_mapping(entry))
    names = [*FIRST, *_fields(used - {*FIRST, *LAST}), *LAST]
    yield _row(names)
    for stored in choice.events():
        found = event_cells(stored)
        yield _row(found.get(name) for name in names)
        choice.tally.count([stored[1]])


def state_table(choice: Choice) -> Iterator[str]:
    """Yield the lines of a table of provisions."""
    yield _row(PROVISION)
    for answer, _ in choice.states():
        for provision in answer.provisions:
            found = provision_cells(answer, provision)
            found["waits_for"] = "; ".join(provision.waits_for)
            yield _row(found[name] for name in PROVISION)


def event_cells(stored: Stored) -> dict[str, Any]:
    """Write an event by the names of its columns."""
    row, entry = stored
    return {
        **draft_mapping(entry),
        **envelope_cells(entry),
        "leaf": row.leaf.hex(),
    }


def envelope_cells(entry: Entry) -> dict[str, Any]:
    """Write where and when an event was recorded, and by whom."""
    envelope = entry.envelope
    return {
        "position": envelope.position,
        "recorded_at": envelope.recorded_at,
        "agreement": envelope.agreement,
        "seq": envelope.seq,
        "event": envelope.type,
        "recorded_by": envelope.recorded_by,
    }


def provision_cells(answer: StateAnswer, provision: ProvisionAnswer) -> dict[str, Any]:
    """Write a provision on a date by the names of its columns."""
    starts_from, starts_to = provision.starts_between
    ends_from, ends_to = provision.ends_between
    later = provision.later or {}
    return {
        **msgspec.structs.asdict(provision),
        "agreement": answer.agreement,
        "on": answer.on,
        "known": f"pos:{answer.known.position}",
        "provision": provision.id,
        "starts_from": starts_from,
        "starts_to": starts_to,
        "ends_from": ends_from,
        "ends_to": ends_to,
        "later_ends": later.get("effective"),
        "later_event": later.get("event"),
    }


def _fields(used: set[str]) -> Iterator[str]:
    """Sort the names of fields as the catalogue of event types has them."""
    every = (field.key for cls in TYPES.values() for field in fields_of(cls))
    return (name for name in dict.fromkeys(every) if name in used)


def _row(values: Iterable[Any]) -> str:
    """Write a row."""
    return ",".join(cell(text(value)) for value in values) + "\n"


def text(value: Any) -> str:  # noqa: ANN401  # whatever JSON has
    """Write a value as the text of a cell: words of a list with blanks between them."""
    if value is None or value in ((), [], {}):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and all(isinstance(v, str | int) for v in value):
        return " ".join(map(str, value))
    return _encode(value).decode()
