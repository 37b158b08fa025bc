"""Run the ``console`` blocks of a document and write down what a reader would see.

The rules for writing such blocks are in CONTRIBUTING.md.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import shutil
import subprocess
import termios
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ROWS, COLUMNS = 40, 100
TIMEOUT_S = 120
FENCE = "```"
SHOWS_STATUS = "echo $?"


@dataclass(frozen=True)
class Command:
    """One ``$`` line with its continuation, and the output shown below it."""

    line: int
    shell: str
    written: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """The lines ``first`` up to ``last`` of a document, between two fences."""

    first: int
    last: int
    fresh: bool
    skipped: bool
    commands: tuple[Command, ...]


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Find the console blocks of a document, in its order.

    Raises:
        ValueError: A block is indented, unfinished or does not open with a command.
    """
    opening, remark, first = "", "", 0
    for number, line in enumerate(lines):
        if opening:
            if line == FENCE:
                if opening == FENCE + "console":
                    yield _block(lines, first, number, remark)
                opening = remark = ""
        elif line.startswith(FENCE):
            opening, first = line, number + 1
        elif line.strip() == FENCE + "console":
            message = f"line {number + 1}: an indented block is never run"
            raise ValueError(message)
        elif line:
            remark = line
    if opening:
        message = f"line {first}: the block has no end"
        raise ValueError(message)


def _block(lines: Sequence[str], first: int, last: int, remark: str) -> Block:
    if first == last or not lines[first].startswith("$ "):
        message = f"line {first + 1}: a block opens with a command"
        raise ValueError(message)
    starts = [n for n in range(first, last) if lines[n].startswith("$ ")]
    return Block(
        first,
        last,
        fresh=remark == "<!-- fresh -->",
        skipped=re.fullmatch("<!-- skip: .+ -->", remark) is not None,
        commands=tuple(
            _command(lines, start, end)
            for start, end in zip(starts, [*starts[1:], last], strict=True)
        ),
    )


def _command(lines: Sequence[str], start: int, end: int) -> Command:
    output = start + 1
    while output < end and lines[output].startswith("> "):
        output += 1
    written = tuple(lines[start:output])
    shell = "\n".join(line[2:] for line in written)
    return Command(start + 1, shell, written, tuple(lines[output:end]))


class Terminal:
    """A folder, and a terminal without colour in which commands are run there."""

    def __init__(self, home: Path, path: str, examples: Path | None = None) -> None:
        self._home = home
        self._path = path
        self._examples = examples
        self._folders = 0
        self._status = 0
        self.folder = home
        self.fresh()

    def fresh(self) -> None:
        """Go on in an empty folder, holding only a copy of the examples."""
        self._folders += 1
        self._status = 0
        self.folder = self._home / str(self._folders)
        self.folder.mkdir(parents=True)
        if self._examples:
            shutil.copytree(self._examples, self.folder / "examples")

    def run(self, command: str) -> tuple[list[str], int]:
        """Run one command and wait for it.

        Returns:
            The lines that appeared, without trailing blanks, and the exit status.
        """
        reader, writer = pty.openpty()
        termios.tcsetwinsize(writer, (ROWS, COLUMNS))
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"(exit {self._status})\n{command}"],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=writer,
        )
        os.close(writer)
        watch = threading.Timer(TIMEOUT_S, process.kill)
        watch.start()
        output = b"".join(_until_closed(reader)).decode()
        self._status = process.wait()
        watch.cancel()
        os.close(reader)
        return [line.rstrip() for line in output.splitlines()], self._status

    def _environment(self) -> dict[str, str]:
        return {
            "COLUMNS": str(COLUMNS),
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "LINES": str(ROWS),
            "NO_COLOR": "1",
            "PATH": self._path,
            "TERM": "dumb",
            "TZ": "UTC",
        }


def _until_closed(reader: int) -> Iterator[bytes]:
    # Linux reports a terminal that nobody writes to any more as an I/O error.
    with contextlib.suppress(OSError):
        while chunk := os.read(reader, 65536):
            yield chunk


def replayed(text: str, terminal: Terminal) -> str:
    """Run the blocks of a document, in order.

    Args:
        text: The document.
        terminal: Where to run it; it is fresh.

    Returns:
        The document as it should be: the same text when every output is right.

    Raises:
        ValueError: A block is malformed, or a command fails and the document does not
            show its exit status.
    """
    lines = text.split("\n")
    result: list[str] = []
    copied = 0
    for block in blocks(lines):
        if block.skipped:
            continue
        if block.fresh:
            terminal.fresh()
        result += lines[copied : block.first]
        result += _replayed_block(block, terminal)
        copied = block.last
    return "\n".join(result + lines[copied:])


def _replayed_block(block: Block, terminal: Terminal) -> Iterator[str]:
    following = [command.shell for command in block.commands[1:]]
    for command, after in zip(block.commands, [*following, ""], strict=True):
        output, status = terminal.run(command.shell)
        if status and after != SHOWS_STATUS:
            seen = "\n".join(output)
            message = f"line {command.line}: exit status {status} is not shown\n{seen}"
            raise ValueError(message)
        yield from command.written
        yield from command.shown if agrees(command.shown, output) else output


def agrees(shown: Sequence[str], output: Sequence[str]) -> bool:
    """Compare what a document shows with what appeared; ``…`` stands for any text."""
    pattern = "".join(
        "(?:.*\n)*" if line.strip() == "…" else _pattern(line) + "\n" for line in shown
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in output)) is not None


def _pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.split("…")))
