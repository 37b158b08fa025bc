"""What every test may rely on: no clock races and no settings of whoever runs it."""

from __future__ import annotations

import os

from hypothesis import settings

# A deadline measures how busy the machine is, not whether the law holds.
settings.register_profile("whereas", settings.default, deadline=None)
settings.load_profile("whereas")

for name in [name for name in os.environ if name.startswith("WHEREAS_")]:
    if name not in {"WHEREAS_UPDATE_DOCS", "WHEREAS_LONG"}:
        del os.environ[name]
