"""Every event type is documented, in the words of the type itself."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from events.catalogue import TYPES, USER_TYPES, effect_and_example, fields_of
from tests.event_pages import reference

PAGE = Path(__file__).parent.parent / "docs" / "events.md"
HEAD = """# Event types

Written from the types by the tests; `WHEREAS_UPDATE_DOCS=1` writes it anew. The same is
told by `whereas append EVENT --help`, and as JSON Schema by `whereas schema EVENT`.

In a file a type may have either name: `licence-granted` or `LicenceGranted`. The names
in capitals are forms: `whereas help values`, `help when` and `help dates` explain how
amounts, scopes, starts, ends and dates are written. In a file, `id=ID,name=NAME,…` is
an object.

The [envelope](import-files.md#the-envelope) is the same for all types: agreement,
effective date, instrument, sources, key. So are three fields: `note` (a remark), `tags`
(free words) and `confidential` (names of fields whose values may be withheld). A note
can be withheld or erased wherever it stands.

"""


def test_the_reference_is_what_the_types_say() -> None:
    page = HEAD + reference()
    if os.environ.get("WHEREAS_UPDATE_DOCS"):
        PAGE.write_text(page, encoding="utf-8")
    else:
        assert PAGE.read_text(encoding="utf-8") == page


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The section of each type by its name."""
    found = re.split(r"^### `(.+?)`", reference(), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_the_reference_has_a_section_for_each_type(sections: dict[str, str]) -> None:
    assert set(sections) == set(TYPES)


@pytest.mark.parametrize("name", TYPES)
def test_a_section_tells_the_effect_of_its_type(
    name: str, sections: dict[str, str]
) -> None:
    sentence, effect, _ = effect_and_example(TYPES[name])
    assert f"{sentence} **Effect**: {effect.replace('``', '`')}\n" in sections[name]


@pytest.mark.parametrize("name", USER_TYPES)
def test_a_section_lists_every_field_that_is_not_shared(
    name: str, sections: dict[str, str]
) -> None:
    told = re.findall(r"^\| `([\w-]+)`", sections[name], flags=re.MULTILINE)
    shared = ["note", "tags", "confidential"]
    assert [*told, *shared] == [field.key for field in fields_of(TYPES[name])]
