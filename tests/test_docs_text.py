"""Documents are whole: links lead somewhere, lists are complete, forms are kept."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    path.relative_to(ROOT).as_posix()
    for path in [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
]
DECISIONS = [
    path.name
    for path in sorted(ROOT.glob("docs/decisions/*.md"))
    if path.name != "README.md"
]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
DECIDED = re.compile(
    r"Decided (\d{4}-\d{2}-\d{2})\.( Replaced by \[[^\]]+\]\([^)]+\)\.)?"
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as the usual renderers make them."""
    titles = re.findall(r"^#+ (.+)$", without_blocks(text), flags=re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles
    }


def leads_somewhere(link: str, document: Path) -> bool:
    target, _, anchor = link.partition("#")
    path = document.parent / target if target else document
    return path.exists() and (
        not anchor or anchor in anchors(path.read_text(encoding="utf-8"))
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_link_within_the_repository_leads_somewhere(name: str) -> None:
    prose = re.sub(r"`[^`\n]*`", "", without_blocks(read(name)))
    links = [link for link in LINK.findall(prose) if ":" not in link]
    assert [link for link in links if not leads_somewhere(link, ROOT / name)] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_one_title_and_it_comes_first(name: str) -> None:
    titles = re.findall(r"^# .+$", without_blocks(read(name)), flags=re.MULTILINE)
    assert titles == [read(name).split("\n", 1)[0]]


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_keeps_its_form(name: str) -> None:
    title, blank, decided, *rest = read(f"docs/decisions/{name}").split("\n")
    assert title.startswith("# ")
    assert blank == ""
    dated = DECIDED.fullmatch(decided)
    assert dated
    assert [line for line in rest if line.startswith("## ")] == [
        "## Question",
        "## Decision",
        "## Set aside",
    ]
    row = f"| {dated[1]} | [{title.removeprefix('# ')}]({name}) |"
    assert row in read("docs/decisions/README.md").split("\n")


def test_every_dependency_is_listed_with_its_extra_and_no_other() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    declared = {
        (re.split(r"[\[<>=]", requirement)[0], group)
        for group, requirements in groups.items()
        for requirement in requirements
    } - {("whereas", "all"), ("whereas", "test")}
    rows = re.findall(
        r"^\| `([^`]+)` \| (?:`(\w+)` \| )?", read("docs/dependencies.md"), re.MULTILINE
    )
    assert sorted(rows) == sorted(declared)


def test_the_readme_names_the_version_that_is_built() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert set(re.findall(r"whereas-([\d.]+)-py3", read("README.md"))) == {version}
