"""Run the command line as a user does, in this process and with a clock that is set."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shlex
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import typer

from cli.main import app
from cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

NEW_YEAR_US = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
MINUTE_US = 60_000_000


class Ran(NamedTuple):
    """What a command left behind."""

    stdout: str
    stderr: str
    status: int

    def __str__(self) -> str:
        """Write it down as one text, so that a snapshot holds all of it."""
        parts = []
        if self.stdout:
            parts.append(self.stdout)
        if self.stderr:
            parts.append(f"--- stderr\n{self.stderr}")
        if self.status:
            parts.append(f"--- exit status {self.status}\n")
        return "".join(parts)


class _Screen(io.StringIO):
    """A terminal, or what is not one."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


class _Keyboard(io.TextIOWrapper):
    """What is typed at a terminal."""

    def isatty(self) -> bool:
        return True


def _typed(text: str, *, terminal: bool) -> io.TextIOWrapper:
    """Give what is typed or piped in, which may be read as text and as bytes."""
    kind = _Keyboard if terminal else io.TextIOWrapper
    return kind(io.BytesIO(text.encode()), encoding="utf-8")


@dataclass
class Desk:
    """A folder, a clock that moves a minute a reading, and dice that are loaded."""

    folder: Path
    now_us: int = NEW_YEAR_US
    rolls: int = 0
    environ: dict[str, str] = field(
        default_factory=lambda: {
            "WHEREAS_RECORDED_BY": "ann",
            "WHEREAS_TODAY": "2026-01-02",
            "TZ": "UTC",
        }
    )

    def run(
        self,
        line: str | list[str],
        *,
        stdin: str = "",
        columns: int | None = None,
        env: Mapping[str, str] | None = None,
        typing: bool = False,
    ) -> Ran:
        """Run a command.

        Args:
            line: what is typed after ``whereas``.
            stdin: what is piped into it.
            columns: how wide the terminal is; None for a pipe.
            env: variables beside those of the desk.
            typing: whether stdin is a terminal.
        """
        words = shlex.split(line) if isinstance(line, str) else line
        out, err = (_Screen(terminal=columns is not None) for _ in range(2))
        environ = {**self.environ, "HOME": str(self.folder), **(env or {})}
        environ["COLUMNS"] = str(columns or 80)
        with (
            mock.patch.dict(os.environ, environ, clear=True),
            mock.patch.object(sys, "stdin", _typed(stdin, terminal=typing)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            contextlib.chdir(self.folder),
        ):
            status: int | str | None = None
            session = Session(now_us=self._clock, random=self._random)
            try:
                typer.main.get_command(app).main(words, obj=session)
            except SystemExit as end:
                status = end.code
        assert isinstance(status, int)
        return Ran(
            out.getvalue().replace(str(self.folder), "/desk"),
            err.getvalue().replace(str(self.folder), "/desk"),
            status,
        )

    def __call__(self, line: str | list[str], columns: int | None = None) -> str:
        """Run a command and write down all that it left behind."""
        return str(self.run(line, columns=columns))

    def do(self, *lines: str) -> None:
        """Run commands that must succeed."""
        for line in lines:
            ran = self.run(line)
            assert ran.status == 0, str(ran)

    def _clock(self) -> int:
        self.now_us += MINUTE_US
        return self.now_us

    def _random(self, count: int) -> bytes:
        self.rolls += 1
        return hashlib.shake_128(str(self.rolls).encode()).digest(count)


def told(folder: Path) -> Desk:
    """Give a desk with the ledger of ``TOLD``, made once and copied."""
    content, now_us, rolls = _told()
    (folder / "whereas.db").write_bytes(content)
    return Desk(folder, now_us=now_us, rolls=rolls)


@cache
def _told() -> tuple[bytes, int, int]:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.do(*TOLD)
        return (desk.folder / "whereas.db").read_bytes(), desk.now_us, desk.rolls


OPENED = (
    "init",
    (
        "append agreement-opened a-b --effective 2019-07-22 --title 'Alpha - Beta'"
        " --party id=alpha,name=Alpha,role=buyer --party 'id=beta,name=\"Beta, Inc.\"'"
    ),
)
# A grant that waits, one that ends, and one that is given up.
TOLD = (
    *OPENED,
    (
        "append exclusivity-granted a-b --effective 2020 --id cloud --holder alpha"
        " --against beta --scope activity=cloud --source 'source=deed,at=clause 4'"
    ),
    (
        "append licence-granted a-b --effective 2020-03-01 --id models --holder alpha"
        " --against beta --scope asset=models --ends 'through 2030'"
    ),
    (
        "append revenue-share-agreed a-b --effective 2020-03-01 --id share"
        " --holder alpha --against beta --rate '20 %' --basis 'of revenue'"
        " --ends 'milestone launch determined'"
    ),
    (
        "append right-relinquished a-b --effective 2025-10-28 --provision cloud"
        " --by alpha --source 'source=amendment,at=section 2,quote=\"no longer\"'"
    ),
)
