"""``whereas schema``: what an event is made of, for programs and editors."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.output import json_document, write

EXAMPLES = (
    ("for import files", "whereas schema > whereas.schema.json"),
    ("for one type of event", "whereas schema investment-made"),
)


def _types(incomplete: str) -> list[str]:
    """Complete a type."""
    from events.catalogue import USER_TYPES

    return [name for name in USER_TYPES if name.startswith(incomplete)]


def run(
    event: Annotated[
        str | None,
        typer.Argument(
            metavar="EVENT", help="One type of event.", autocompletion=_types
        ),
    ] = None,
) -> None:
    """Write the JSON Schema of events.

    Without EVENT it describes an import file with events of any type.
    """
    from events.reader import type_named
    from events.schema import schema, schema_of

    found = schema() if event is None else schema_of(type_named(event, None))
    write(json_document(found, indent=True) + "\n")
