"""Upcasts: how the fields of an older schema version become those of the next.

An upcast takes the stored fields of one version and gives those of the version after
it. Stored bytes are never rewritten; old events are read through these for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Fields = dict[str, Any]


def _stake_reported_1(fields: Fields) -> Fields:
    """Name the share and the value by their words of today."""
    names = {"percent": "share", "worth": "value"}
    return {names.get(key, key): value for key, value in fields.items()}


# By type and the version that the fields have before.
UPCASTS: dict[tuple[str, int], Callable[[Fields], Fields]] = {
    ("stake-reported", 1): _stake_reported_1,
}
