"""Read the sources of an event: ids of known sources, or mappings.

A file says once what a source is; an event cites it by its id and adds where in it,
and with which stance. What is stored with the event is whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from events import words
from events.errors import InputError, did_you_mean
from events.fields import build, read_fields
from events.source import Source

# What is known of sources, by their ids; None where nothing is kept of them.
Known = Mapping[str, Mapping[str, Any]] | None


def read_sources(
    value: object, known: Known = None, place: str = "sources"
) -> tuple[Source, ...]:
    """Read the sources of an event.

    Args:
        value: one source or a list of them, each an id or a mapping.
        known: what the file says of sources, by their ids.
        place: where they stand.

    Raises:
        InputError: an unknown field, or a source that is neither known nor described.
    """
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(
        read_source(item, known, f"{place}[{at}]") for at, item in enumerate(items)
    )


def read_source(item: object, known: Known, place: str) -> Source:
    """Read one source."""
    if isinstance(item, Source):
        return item
    given = {"source": item} if isinstance(item, str) else item
    if not isinstance(given, Mapping):
        raise InputError(
            f"a source is an id or a mapping, not {item!r}",
            field=place,
            hint="write for example {source: article, at: para 4}",
        )
    whole = with_details(given, known, place)
    return cast("Source", build(Source, read_fields(Source, whole, place), place))


def with_details(
    given: Mapping[str, Any], known: Known, place: str = ""
) -> Mapping[str, Any]:
    """Add what is known of a source; what the event says itself wins.

    Raises:
        InputError: the source is neither known nor described in place.
    """
    if known is None or "source" not in given:
        return given
    here = f"{place}.source".removeprefix(".")
    name = words.identifier(given["source"], here)
    if name in known:
        return {**known[name], **given}
    if "title" in given or "uri" in given:
        return given
    raise InputError(
        f"unknown source {name}",
        field=here,
        hint=did_you_mean(name, known)
        or "name it among the sources of the file, or give its title here",
    )
