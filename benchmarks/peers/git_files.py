"""Git: a file of YAML an agreement, and a commit for every event."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.peers.product import ACTIVITY, AbsentError, Moment, Piece, Product
from benchmarks.peers.told import Told

_IDENTITY = ("-c", "user.name=benchmarks", "-c", "user.email=benchmarks@example.com")
# As durable as the others: every object and reference reaches the disk.
_DURABLY = ("-c", "core.fsync=all", "-c", "gc.auto=0", *_IDENTITY)


class GitFiles(Product):
    """A repository; what the files say is read and filtered by us."""

    name = "git + YAML"
    how = "a file an agreement, a commit an event; read and filtered in Python"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        found = shutil.which("git")
        if found is None:
            raise AbsentError("there is no git on the path")
        self._git = found
        self._home = folder / "files"
        self._home.mkdir()
        # The safe loader is the one with C behind it.
        self._yaml = YAML(typ="safe")
        self._run("init", "--quiet")

    def load(self, pieces: Iterable[Piece]) -> None:
        """Write every file and commit once."""
        for piece in pieces:
            with self._file(piece[0].agreement).open("a", encoding="utf-8") as file:
                file.writelines(map(_item, piece))
        self._run("add", "--all")
        self._run("commit", "--quiet", "--message", "load")

    def mark(self) -> str:
        """Give the last commit."""
        return self._run("rev-parse", "HEAD").strip()

    def append(self, told: Told) -> None:
        """Write and commit."""
        path = self._file(told.agreement)
        with path.open("a", encoding="utf-8") as file:
            file.write(_item(told))
        self._run("add", path.name)
        self._run("commit", "--quiet", "--message", f"{told.agreement} {told.seq}")

    def state(self, agreement: str, on: dt.date, known: Moment) -> int:
        """Show the file as of a commit, and read it."""
        return len(self._held(self._run("show", f"{known}:{agreement}.yaml"), on))

    def history(self, agreement: str) -> int:
        """Show every commit of a file with what it added, and read the file."""
        self._run("log", "--patch", "--", f"{agreement}.yaml")
        return len(self._yaml.load(self._file(agreement).read_text(encoding="utf-8")))

    def exclusive(self, on: dt.date) -> int:
        """Read every file."""
        return sum(
            version["kind"] == "exclusivity" and version["activity"] == ACTIVITY
            for version in self._every(on)
        )

    def lapsing(self, first: dt.date, last: dt.date) -> int:
        """Read every file."""
        return sum(
            version["end"] is not None and version["end"] <= last.isoformat()
            for version in self._every(first)
        )

    def export(self, path: Path) -> None:
        """Bundle the repository."""
        self._run("bundle", "create", "--quiet", str(path), "HEAD")

    def _file(self, agreement: str) -> Path:
        return self._home / f"{agreement}.yaml"

    def _every(self, on: dt.date) -> list[Any]:
        texts = (path.read_text(encoding="utf-8") for path in self._home.glob("*.yaml"))
        return [version for text in texts for version in self._held(text, on)]

    def _held(self, text: str, on: dt.date) -> list[Any]:
        day = on.isoformat()
        now = {
            version["provision"]: version
            for told in self._yaml.load(text)
            for version in told["versions"]
            if version["start"] <= day
        }
        return [one for one in now.values() if one["end"] is None or one["end"] > day]

    def _run(self, *words: str) -> str:
        command = (self._git, *_DURABLY, *words)
        done = subprocess.run(  # noqa: S603  # git, with words of our own
            command, cwd=self._home, check=True, capture_output=True, encoding="utf-8"
        )
        return done.stdout


def _item(told: Told) -> str:
    """Write an event as an item of YAML."""
    lines = [
        f"- event: {told.text}",
        "  versions:" if told.versions else "  versions: []",
    ]
    for version in told.versions:
        fields = version._asdict().items()
        first, *rest = (f"{name}: {_scalar(value)}" for name, value in fields)
        lines += [f"  - {first}", *(f"    {field}" for field in rest)]
    return "\n".join(lines) + "\n"


def _scalar(value: str | dt.date | None) -> str:
    return "null" if value is None else f'"{value}"'
