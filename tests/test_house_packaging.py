"""The wheel holds what it needs and lives beside the distribution ``Events``."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("cli", "events", "ledger", "projections")
NEIGHBOUR = "Events==0.5"
BOTH_WORK = """
import importlib, sys
from events import Events
bell = Events()
heard = []
bell.rung += heard.append
bell.rung("ding")
assert heard == ["ding"]
for module in sys.argv[1:]:
    importlib.import_module(module)
"""

pytestmark = pytest.mark.slow


class Environment:
    """A virtual environment of its own, and pip in it."""

    def __init__(self, folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        windows = sys.platform == "win32"
        self._python = folder / ("Scripts/python.exe" if windows else "bin/python")

    def run(self, *arguments: str | Path) -> None:
        # -I keeps the checkout out of the module path.
        subprocess.run([self._python, "-I", *arguments], check=True, cwd=ROOT)

    def pip(self, *arguments: str | Path) -> None:
        self.run("-m", "pip", "-q", "--disable-pip-version-check", *arguments)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="module")
def wheel(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    environment.pip("wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def modules(wheel: Path) -> list[str]:
    return [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in names(wheel)
        if name.endswith(".py")
    ]


def test_the_wheel_holds_the_sources_the_type_marks_and_the_examples(
    wheel: Path,
) -> None:
    packed = {name for name in names(wheel) if ".dist-info/" not in name}
    sources = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    examples = {
        f"cli/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "examples").rglob("*")
        if path.is_file()
    }
    assert packed == sources | examples


def test_the_wheel_and_its_neighbour_work_in_either_order(
    wheel: Path, environment: Environment
) -> None:
    environment.pip("install", f"{wheel}[all]")
    environment.pip("install", NEIGHBOUR)
    environment.run("-c", BOTH_WORK, *modules(wheel))
    environment.pip("uninstall", "--yes", "whereas")
    environment.pip("install", wheel)
    environment.run("-c", BOTH_WORK, *modules(wheel))


def test_the_wheel_survives_when_its_neighbour_is_removed(
    wheel: Path, environment: Environment
) -> None:
    environment.pip("install", wheel, NEIGHBOUR)
    environment.pip("uninstall", "--yes", "Events")
    environment.run("-c", "import events.errors, events.dates")
