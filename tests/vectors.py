"""Where the public conformance vectors are; they are data and not part of this project.

``WHEREAS_VECTORS`` names their folder; without it they are looked for beside the
checkout. A test that needs them is skipped, with the reason, where they are not.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[2] / "shared" / "data" / "vectors"
VECTORS = Path(os.environ.get("WHEREAS_VECTORS", _BESIDE))

needs_vectors = pytest.mark.skipif(
    not VECTORS.is_dir(),
    reason="no conformance vectors: set WHEREAS_VECTORS to their folder",
)
