"""Tell whoever waits at a terminal how far a long command has come."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE_SECONDS = 1.0


class Progress:
    """Counts events on stderr, from the second on and only on a terminal.

    Args:
        doing: what is being done, for example ``importing``.
    """

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._done = 0
        self._since = time.monotonic()
        self._bar: Bar | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, count: int) -> None:
        """Count on."""
        self._done += count
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)
        elif sys.stderr.isatty() and time.monotonic() - self._since > PATIENCE_SECONDS:
            self._bar = self._shown()

    def reach(self, count: int) -> None:
        """Count on to a number."""
        self.advance(count - self._done)

    def _shown(self) -> Bar:
        """Begin to show the count."""
        from rich.console import Console
        from rich.progress import Progress as RichProgress
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        bar = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description} {task.completed} events"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        bar.add_task(self._doing, total=None, completed=self._done)
        bar.start()
        return bar
