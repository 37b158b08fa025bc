"""Run a program under ``strace``: to see what it asks of a disk, or to refuse it.

Only what concerns one folder is looked at. The program has one thread, so that the
lines of a trace are in the order in which things happened.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

_CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename"
_LINE = re.compile(r"(?P<call>\w+)\((?P<given>.*)\) = (?P<gave>-?\d+)(?P<more>.*)")
_BYTES = re.compile(r"\\x([0-9a-f]{2})")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_OF_HANDLE = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})*)>")


class Write(NamedTuple):
    """Bytes that were put into a file; nobody has waited for the disk yet."""

    path: str
    at: int
    data: bytes


class Cut(NamedTuple):
    """A file that was given a length."""

    path: str
    size: int


class Sync(NamedTuple):
    """The program has waited until a file, or the names in a folder, were kept."""

    path: str


class Made(NamedTuple):
    """A name that came into being."""

    path: str


class Gone(NamedTuple):
    """A name that was taken away."""

    path: str


class Said(NamedTuple):
    """Words that the program told the world."""

    words: str


Act = Write | Cut | Sync | Made | Gone | Said


def runs() -> bool:
    """Tell whether programs can be traced here."""
    if which("strace") is None:
        return False
    asked = ["strace", "-e", "trace=write", "-e", "inject=write:error=EIO", "true"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


needs_strace = pytest.mark.skipif(not runs(), reason="no strace, or it may not trace")


def traced(folder: Path, *words: object) -> list[Act]:
    """Run a module of Python, and list what it did to a folder and what it said."""
    with TemporaryDirectory() as beside:
        trace = Path(beside) / "trace"
        how = ["-y", "-xx", "-s", "1000000", "-o", str(trace), "-e", f"trace={_CALLS}"]
        done = _run(how, words)
        assert done.returncode == 0, done.stderr
        return list(_acts(trace.read_text(), str(folder)))


def refused(
    call: str, error: str, when: str, *words: object, files: Sequence[Path] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a module of Python with a system call refused.

    Args:
        call: which, such as ``pwrite64``.
        error: with what, such as ``ENOSPC``.
        when: the number of the call, from 1; with ``+`` all that follow as well.
        words: the module and its arguments.
        files: calls on others are let through; all are counted where none is named.
    """
    what = f"inject={call}:error={error}:when={when}"
    how = ["-o", os.devnull, "-e", f"trace={call}", "-e", what]
    for file in files:
        how += ["-P", str(file)]
    return _run(how, words)


def times(call: str, *words: object) -> int:
    """Count how often a module of Python makes a system call."""
    with TemporaryDirectory() as beside:
        trace = Path(beside) / "trace"
        _run(["-o", str(trace), "-e", f"trace={call}"], words)
        return trace.read_text().count(f"{call}(")


def _run(how: list[str], words: tuple[object, ...]) -> subprocess.CompletedProcess[str]:
    command = ["strace", *how, sys.executable, "-B", "-m", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _acts(trace: str, folder: str) -> Iterator[Act]:
    """Read a trace."""
    names: set[str] = set()
    for line in trace.splitlines():
        found = _LINE.match(line)
        if found is None or found["gave"].startswith("-"):
            continue
        call, given = found["call"], found["given"]
        handle = _OF_HANDLE.match(given)
        if call == "write" and handle is not None and handle[1] == "1":
            yield Said(_text(given).decode().strip())
            continue
        path = _plain(handle[2]).decode() if handle else _text(given).decode()
        if not path.startswith(folder):
            continue
        act = _act(call, path, given, names)
        if act is not None:
            yield act


def _act(call: str, path: str, given: str, names: set[str]) -> Act | None:
    numbers = [int(n) for n in re.findall(r", (-?\d+)(?=$|,)", given)]
    match call:
        case "openat" if "O_CREAT" in given and path not in names:
            names.add(path)
            return Made(path)
        case "pwrite64":
            data = _text(given)
            assert len(data) == numbers[-2], "strace has cut what was written"
            return Write(path, numbers[-1], data)
        case "ftruncate":
            return Cut(path, numbers[-1])
        case "fsync" | "fdatasync":
            return Sync(path)
        case "unlink":
            names.discard(path)
            return Gone(path)
        case "write" | "rename":
            raise AssertionError(f"SQLite does not {call}: {given[:200]}")
    return None


def _text(given: str) -> bytes:
    """Take the first quotation of what a call was given."""
    found = _TEXT.search(given)
    return _plain(found[1]) if found else b""


def _plain(text: str) -> bytes:
    return bytes(int(code, 16) for code in _BYTES.findall(text))
