"""Every byte of a bundle is checked, or is in a file that says it proves nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.errors import InputError, Integrity
from ledger.audit.names import CONVENIENCE
from ledger.audit.verify import verify
from tests.audit_parts import (
    WITNESSED,
    Files,
    founding,
    founding_part,
    part,
    put,
    small,
)
from tests.long_runs import needs_time

FORMS = [small, part]
IDS = ["full", "part"]
FOUNDING = [founding, founding_part]
ALL = [*FORMS, *FOUNDING]
ALL_IDS = [*IDS, "founding", "founding-part"]


def refused(path: Path) -> bool:
    try:
        verify(path, WITNESSED)
    except (InputError, Integrity):
        return True
    return False


def check_in_folder(files: Files, path: Path, name: str, at: int, bit: int) -> None:
    """Change one bit of one file of a folder; then put it right again."""
    file = path / name
    data = files[name]
    file.write_bytes(data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :])
    assert refused(path) is (name not in CONVENIENCE), (name, at, bit)
    file.write_bytes(data)


@pytest.mark.parametrize("made", ALL, ids=ALL_IDS)
def test_what_is_not_changed_holds(tmp_path: Path, made: Callable[[], Files]) -> None:
    assert not refused(put(made(), tmp_path / "b"))
    assert not refused(put(made(), tmp_path / "b.zip"))


@pytest.mark.parametrize("made", ALL, ids=ALL_IDS)
def test_a_changed_bit_of_some_bytes_of_each_file_is_found(
    tmp_path: Path, made: Callable[[], Files]
) -> None:
    files = made()
    path = put(files, tmp_path / "b")
    draw = random.Random(1)  # noqa: S311  # the same sample in every run
    for name, data in files.items():
        if not data:
            continue
        for at in {0, len(data) // 2, len(data) - 1, draw.randrange(len(data))}:
            check_in_folder(files, path, name, at, draw.randrange(8))


@pytest.mark.parametrize("made", FORMS, ids=IDS)
def test_a_changed_bit_of_some_bytes_of_a_zip_is_found(
    tmp_path: Path, made: Callable[[], Files]
) -> None:
    path = put(made(), tmp_path / "b.zip")
    whole = path.read_bytes()
    draw = random.Random(2)  # noqa: S311  # the same sample in every run
    for at in {*range(60), *(draw.randrange(len(whole)) for _ in range(200))}:
        changed = whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)])
        path.write_bytes(changed + whole[at + 1 :])
        assert refused(path), at


@pytest.mark.slow
@pytest.mark.parametrize(
    "made",
    [
        small,
        part,
        pytest.param(founding, marks=needs_time),
        pytest.param(founding_part, marks=needs_time),
    ],
    ids=ALL_IDS,
)
def test_a_changed_bit_of_any_byte_of_any_file_is_found(
    tmp_path: Path, made: Callable[[], Files]
) -> None:
    files = made()
    path = put(files, tmp_path / "b")
    for name, data in files.items():
        if name not in CONVENIENCE:
            for at in range(len(data)):
                check_in_folder(files, path, name, at, at % 8)


@pytest.mark.slow
def test_any_other_value_of_any_byte_of_a_zip_is_found(tmp_path: Path) -> None:
    path = put(part(), tmp_path / "b.zip")
    whole = path.read_bytes()
    for at in range(len(whole)):
        other = bytes([whole[at] ^ (at % 255 + 1)])
        path.write_bytes(whole[:at] + other + whole[at + 1 :])
        assert refused(path), at


@settings(max_examples=100)
@given(st.data())
def test_a_file_of_anything_ends_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    files = data.draw(st.sampled_from(FORMS))()
    name = data.draw(st.sampled_from(sorted(set(files) - CONVENIENCE)))
    content = files[name]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    fresh = content[:start] + data.draw(st.binary(max_size=40)) + content[end:]
    path = put({**files, name: fresh}, tmp_path_factory.mktemp("f") / "b")
    assert refused(path) is (fresh != content), name


@settings(max_examples=60)
@given(st.data())
def test_json_of_anything_in_place_of_an_event_ends_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Valid JSON with the right members reaches deeper than random bytes."""
    import msgspec  # noqa: PLC0415  # beside its only use

    files = part()
    names = sorted(n for n in files if n.startswith("entries/"))
    name = data.draw(st.sampled_from(names))
    event = msgspec.json.decode(files[name])
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    )
    member = data.draw(st.sampled_from([*event, "data", "more"]))
    inner = data.draw(st.sampled_from([*event["data"], "_sd", "more"]))
    if member == "data":
        event["data"][inner] = data.draw(values)
    else:
        event[member] = data.draw(values)
    fresh = msgspec.json.encode(event, order="sorted")
    path = put({**files, name: fresh}, tmp_path_factory.mktemp("f") / "b")
    assert refused(path) is (fresh != files[name])
