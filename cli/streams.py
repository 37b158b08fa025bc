"""The standard streams, which may be closed, full, or left by whoever read them.

An answer that cannot be written is told once and on stderr; what is written after that
goes nowhere. Where stderr cannot be written either nobody can be told, and the exit
status alone says what happened.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from events.errors import WhereasError

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Unwritten(WhereasError):  # noqa: N818  # like the other errors
    """The answer cannot be written.

    The exit status is that of an input or output error among the statuses of BSD, to
    which that of a bug belongs: 1 would say that nothing was recorded.
    """

    kind = "output"
    exit_code: ClassVar[int] = 74


# The streams that were there before.
_KEPT: list[Any] = []


class _Guarded(io.RawIOBase):
    """What writes for a stream until that fails.

    Args:
        inner: what writes; None where the stream was closed before we began.
        quiet: whether a failure is told to nobody.
    """

    def __init__(self, inner: io.RawIOBase | None, *, quiet: bool) -> None:
        self._inner = inner
        self._quiet = quiet
        self._failed = False

    def writable(self) -> bool:
        """Tell that this is written to."""
        return True

    def fileno(self) -> int:
        """Give the number of the file."""
        return super().fileno() if self._inner is None else self._inner.fileno()

    def isatty(self) -> bool:
        """Tell whether this is a terminal."""
        return self._inner is not None and self._inner.isatty()

    def write(self, data: Buffer) -> int | None:
        """Write, or fail once and then lose what comes.

        Raises:
            Unwritten: it cannot be written.
            BrokenPipeError: whoever read it has had enough.
        """
        if not self._failed:
            try:
                if self._inner is not None:
                    return self._inner.write(data)
                self._fail("stdout is closed")
            except OSError as wrong:
                why = (wrong.strerror or str(wrong)).lower()
                self._fail(f"stdout cannot be written: {why}", wrong)
        return memoryview(data).nbytes

    def _fail(self, message: str, cause: OSError | None = None) -> None:
        self._failed = True
        if isinstance(cause, BrokenPipeError):
            raise cause
        if not self._quiet:
            raise Unwritten(message) from cause


def guard() -> None:
    """Guard the standard streams; a closed one is open again, to nowhere.

    A number of a file that is free would go to the next file that is opened.
    """
    for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
        if stream is None:
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115  # open to the end
    sys.stdout = _guarded(sys.stdout, quiet=False)
    sys.stderr = _guarded(sys.stderr, quiet=True)


def _guarded(stream: Any, *, quiet: bool) -> Any:
    """Guard a stream that is written to; what is no file stays as it is.

    A terminal that lacks a character shows an escape instead.
    """
    raw, encoding, lines = None, "utf-8", False
    if stream is not None:
        buffer = getattr(stream, "buffer", None)
        # Python that was told not to buffer has no buffer there.
        raw = getattr(buffer, "raw", buffer)
        if not isinstance(raw, io.RawIOBase):
            return stream
        encoding = stream.encoding
        lines = stream.line_buffering
        # It would close the file when it goes.
        _KEPT.append(stream)
    return io.TextIOWrapper(
        io.BufferedWriter(_Guarded(raw, quiet=quiet)),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=lines,
    )
