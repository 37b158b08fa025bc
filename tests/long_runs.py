"""Runs that take too long for every day: ``bash .ci/long`` does them."""

from __future__ import annotations

import os

import pytest

LONG = "WHEREAS_LONG" in os.environ

needs_time = pytest.mark.skipif(not LONG, reason="a long run: bash .ci/long")
