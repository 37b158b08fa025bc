"""Queries for those who open a read model with Datasette."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("datasette.json")
_DATABASE = "index"


def metadata(database: str) -> dict[str, Any]:
    """Give the metadata and queries for Datasette, for a database of a name.

    Args:
        database: the name of the file without its last suffix, as Datasette calls it.
    """
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    found["databases"] = {database: found["databases"][_DATABASE]}
    return found
