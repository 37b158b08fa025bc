"""What every product is asked, each answering in its own way."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from benchmarks.peers.told import Told

ACTIVITY = "hosting"
# One event and what it makes of provisions is kept in one transaction by most.
Piece = list[Told]
# A moment of knowledge, as each product writes it.
Moment = Any


class AbsentError(Exception):
    """A product is not installed here."""


class CannotError(Exception):
    """A product has no answer to the question."""


class Product(ABC):
    """A product that keeps a portfolio in a folder.

    Attributes:
        name: what it is called.
        how: how it is used, in a line.
        folder: where it keeps everything.
    """

    name: ClassVar[str]
    how: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def load(self, pieces: Iterable[Piece]) -> None:
        """Take many events, as it is done in bulk."""

    @abstractmethod
    def mark(self) -> Moment:
        """Give the present moment of knowledge, as the product writes it."""

    @abstractmethod
    def append(self, told: Told) -> None:
        """Take one event, durably."""

    @abstractmethod
    def state(self, agreement: str, on: dt.date, known: Moment) -> int:
        """Count the provisions held on a day, as known at a moment."""

    @abstractmethod
    def history(self, agreement: str) -> int:
        """Read every event of an agreement, and count them."""

    @abstractmethod
    def exclusive(self, on: dt.date) -> int:
        """Count the exclusivities over the activity that are held on a day."""

    @abstractmethod
    def lapsing(self, first: dt.date, last: dt.date) -> int:
        """Count what is held on the first day, and ends by the last."""

    @abstractmethod
    def export(self, path: Path) -> None:
        """Write every event to a file."""

    def close(self) -> None:
        """Let go of the files."""
        return


def needed(module: str, distribution: str) -> ModuleType:
    """Load what a product is made with.

    Raises:
        AbsentError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise AbsentError(f"pip install {distribution}: {error}") from error
