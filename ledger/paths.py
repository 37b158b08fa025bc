"""The path of a ledger file that is named by a link."""

from __future__ import annotations

import os
from pathlib import Path


def followed(path: Path) -> Path:
    """Give the file itself where a path is a link to it.

    SQLite keeps what belongs to a database beside the file, and so must everybody who
    looks for that, or for anything else that lies beside the ledger.
    """
    return Path(os.path.realpath(path)) if os.path.islink(path) else path  # noqa: PTH114  # it never raises
