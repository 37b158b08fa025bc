"""Print what Datasette answers: ``datasette_answers.py INDEX METADATA PATH...``.

A process of its own, as with those who use it: Datasette leaves connections open that
fail whichever test runs when Python finds them (0.65.5).
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from datasette.app import Datasette  # type: ignore[import-untyped]  # it has none


async def answers(index: str, metadata: object, paths: list[str]) -> list[Any]:
    """Ask for documents of an index opened as its metadata say."""
    datasette = Datasette([index], metadata=metadata)
    got = [await datasette.client.get(path) for path in paths]
    assert [answer.status_code for answer in got] == [200] * len(paths)
    return [answer.json() for answer in got]


if __name__ == "__main__":
    _, index, described, *paths = sys.argv
    metadata = json.loads(Path(described).read_text("utf-8"))
    json.dump(asyncio.run(answers(index, metadata, paths)), sys.stdout)
