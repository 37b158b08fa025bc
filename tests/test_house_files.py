"""The repository keeps its own rules."""

from __future__ import annotations

import ast
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGES = ("cli", "events", "ledger", "projections")
CODE = (*PACKAGES, "tests")
IGNORE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pyright:\s*ignore)\b[^#]*")
FOREIGN_HOMES = re.compile(r"/home/\w+/|/Users/\w+/|[A-Z]:\\Users\\")


def written() -> Iterator[Path]:
    """Find the files of the repository, without what tools leave in it."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [
            n for n in inner if n == ".ci" or (n[0] != "." and n != "__pycache__")
        ]
        yield from (Path(folder) / name for name in names)


def sources() -> list[Path]:
    return [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    here = [f"{path}/" for path in (ROOT, Path.home()) if len(path.parts) > 1]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in written()
        for text in [path.read_text(encoding="utf-8", errors="replace")]
        for word in [*filter(text.__contains__, here), *FOREIGN_HOMES.findall(text)]
        if path != Path(__file__)
    ]
    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_events_stays_a_namespace_package() -> None:
    assert not (ROOT / "events" / "__init__.py").exists()
    assert not (ROOT / "events" / "events.py").exists()


def test_an_init_file_holds_a_docstring_and_nothing_else() -> None:
    for path in sources():
        if path.name == "__init__.py":
            (only,) = ast.parse(path.read_text(encoding="utf-8")).body
            assert isinstance(only, ast.Expr), path


def test_an_ignored_check_has_its_reason_beside_it() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for ignore in IGNORE.finditer(line)
        if not re.search(r"\w", line[ignore.end() :])
    ]
    assert found == []


def test_a_check_that_is_off_has_its_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("ignore = [")
    end = lines.index("[tool.ruff.lint.pydocstyle]")
    codes = [line for line in lines[start:end] if re.match(r'    "[A-Z]+\d*"', line)]
    assert codes
    assert [line for line in codes if "#" not in line] == []


def test_the_wheel_holds_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert tuple(wheel["packages"]) == PACKAGES
