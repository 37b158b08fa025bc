"""What a disk may hold after the power fails.

What a program has waited for is there. Of all else the disk may have kept any part in
any order: a write, some sectors of it, or none; a new name, or the old one. Contents
and names are kept apart, as POSIX has it: to sync a file does not sync its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from random import Random

from tests.faults.strace import Act, Cut, Gone, Made, Said, Sync, Write

SECTOR = 512


class Disk:
    """Follows a trace, and makes what a power cut after it may leave."""

    def __init__(self) -> None:
        self._kept: dict[int, bytes] = {}
        self._loose: dict[int, list[Write | Cut]] = {}
        self._names: dict[str, int] = {}
        self._kept_names: dict[str, int] = {}
        self._loose_names: list[tuple[Made | Gone, int]] = []
        self._numbers = count()

    def follow(self, act: Act) -> None:
        """Take the next act of the trace."""
        match act:
            case Made(path):
                number = next(self._numbers)
                self._names[path] = number
                self._kept[number], self._loose[number] = b"", []
                self._loose_names.append((act, number))
            case Gone(path):
                self._loose_names.append((act, self._names.pop(path)))
            case Write(path) | Cut(path):
                self._loose[self._names[path]].append(act)
            case Sync(path):
                self._sync(path)
            case Said():
                pass

    def cut(self, folder: Path, random: Random) -> None:
        """Write what is left of the files into an empty folder."""
        names = dict(self._kept_names)
        for act, number in self._loose_names:
            if random.random() < 0.5:
                _rename(names, act, number)
        for path, number in names.items():
            kept = _after(self._kept[number], _left(self._loose[number], random))
            (folder / Path(path).name).write_bytes(kept)

    def _sync(self, path: str) -> None:
        if path in self._names:
            number = self._names[path]
            self._kept[number] = _after(self._kept[number], self._loose[number])
            self._loose[number] = []
            return
        for act, number in self._loose_names:
            _rename(self._kept_names, act, number)
        self._loose_names = []


def _rename(names: dict[str, int], act: Made | Gone, number: int) -> None:
    if isinstance(act, Made):
        names[act.path] = number
    elif names.get(act.path) == number:
        del names[act.path]


def _left(acts: Sequence[Write | Cut], random: Random) -> list[Write | Cut]:
    """Choose what of some acts a disk has kept: all, none, or anything between."""
    share = random.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    left: list[Write | Cut] = []
    for act in acts:
        if isinstance(act, Cut) or random.random() < 0.5:
            left += [act] if random.random() < share else []
            continue
        # A write is torn: some of its sectors are there.
        for at in range(0, len(act.data), SECTOR):
            if random.random() < share:
                part = act.data[at : at + SECTOR]
                left.append(Write(act.path, act.at + at, part))
    return left


def _after(content: bytes, acts: Sequence[Write | Cut]) -> bytes:
    """Give the content of a file after some acts."""
    made = bytearray(content)
    for act in acts:
        if isinstance(act, Cut):
            size = act.size
            made = made[:size] + bytes(max(0, size - len(made)))
            continue
        made += bytes(max(0, act.at - len(made)))
        made[act.at : act.at + len(act.data)] = act.data
    return bytes(made)
