"""Import files: what they may be, and that every format says the same."""

from __future__ import annotations

import csv
import io
import json
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from events.entry import Draft, provisional
from events.errors import InputError
from events.reader import read_draft
from ledger.importing import json_lines
from ledger.importing.batches import FileBatch
from ledger.importing.files import (
    DOCUMENT_BYTES_MAX,
    HEAD_BYTES,
    Format,
    format_named,
    read_file,
    read_stream,
    sniffed,
)
from ledger.importing.keys import Keys
from ledger.importing.lines import Line
from ledger.importing.mapping import draft_mapping
from ledger.importing.pages import Place
from tests.strategies import drafts

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.yaml"))
FORMATS: tuple[Format, ...] = get_args(Format)
CLAIM = {
    "event": "MilestoneClaimed",
    "agreement": "a-b",
    "effective": "2019",
    "milestone": "m",
    "by": "a",
}


def read(text: str | bytes, form: Format | None = None) -> list[FileBatch]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_stream(io.BytesIO(data), "deal", form))


def all_drafts(text: str | bytes, form: Format | None = None) -> list[Draft]:
    return [draft for batch in read(text, form) for draft in batch.drafts]


def json_line(**fields: object) -> str:
    return json.dumps({**CLAIM, **fields}) + "\n"


def as_lines(events: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)


def titled(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """Describe every source in place: a document takes no others."""
    if isinstance(value, list):
        return [titled(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "source" in value and "uri" not in value:
        value = {"title": "A source", **value}
    return {name: titled(inner) for name, inner in value.items()}


def as_document(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {"whereas": 1, "agreement": "g", "events": events}


def as_yaml(events: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.width = sys.maxsize
    yaml.allow_unicode = False
    yaml.dump(as_document(events), text)
    return text.getvalue()


def as_csv(events: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for event in events for name in event))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    for event in events:
        writer.writerow(
            {
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in event.items()
            }
        )
    return text.getvalue()


# -- what is read ----------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_read_in_half_a_second(path: Path) -> None:
    start = time.process_time()
    batches = list(read_file(path))
    assert time.process_time() - start < 0.5
    assert {batch.agreement for batch in batches} == {
        line.split()[1]
        for line in path.read_text().splitlines()
        if line.startswith("agreement: ")
    }


def test_a_batch_gives_its_fields_to_its_events_and_they_may_have_their_own() -> None:
    alone, batch = read("""
whereas: 1
agreement: a-b
sources:
  article: {title: The article, published: 2019}
events:
  - {event: AgreementOpened, effective: 2019, title: t, parties: [{id: a, name: A}]}
  - batch: of 2020
    effective: 2020-07
    instrument: i
    sources: [{source: article, at: para 1}]
    events:
      - {event: MilestoneClaimed, milestone: m, by: a}
      - event: milestone-claimed
        effective: 2021-01-02
        instrument: null
        milestone: n
        by: a
        sources: article
""")
    assert (alone.name, len(alone.drafts)) == (None, 1)
    assert alone.places == [Place("deal", 7, 5)]
    assert (batch.agreement, batch.name) == ("a-b", "of 2020")
    assert batch.places == [Place("deal", 13, 9), Place("deal", 14, 9)]
    first, second = batch.drafts
    assert [str(first.effective), str(second.effective)] == ["2020-07", "2021-01-02"]
    assert [first.instrument, second.instrument] == ["i", None]
    assert [source.at for source in (*first.sources, *second.sources)] == [
        "para 1",
        None,
    ]
    assert {source.title for source in (*first.sources, *second.sources)} == {
        "The article"
    }


def test_a_file_may_hold_several_agreements() -> None:
    document = "whereas: 1\nagreement: {}\nevents: [{{event: MilestoneClaimed,"
    document += " effective: 2019, milestone: m, by: a}}]\n"
    text = "---\n".join(document.format(name) for name in ("a", "b")) + "---\n"
    assert [batch.agreement for batch in read(text)] == ["a", "b"]


def test_words_that_look_like_something_else_elsewhere_are_words() -> None:
    (draft,) = all_drafts("""
whereas: 1
agreement: a-b
events:
  - event: MilestoneClaimed
    effective: 2019
    milestone: m
    by: no
    note: ~27
    tags: [yes, on, "<<", "12", 2019-07, 1.2.3, "=", y]
""")
    said = draft_mapping(provisional(draft, 1, 0))
    assert said["by"] == "no"
    assert said["note"] == "~27"
    assert said["tags"] == ["yes", "on", "<<", "12", "2019-07", "1.2.3", "=", "y"]


def test_lines_that_follow_each_other_and_name_one_batch_are_one() -> None:
    text = "".join(
        json_line(agreement=agreement, **({"batch": batch} if batch else {}))
        for agreement, batch in [
            ("a", None),
            ("a", None),
            ("a", "x"),
            ("a", "x"),
            ("a", "y"),
            ("b", "y"),
            ("b", None),
            ("b", "y"),
        ]
    )
    assert [(b.agreement, b.name, len(b.drafts)) for b in read(text)] == [
        ("a", None, 1),
        ("a", None, 1),
        ("a", "x", 2),
        ("a", "y", 1),
        ("b", "y", 1),
        ("b", None, 1),
        ("b", "y", 1),
    ]
    assert [b.places[-1].line for b in read("\n" + text)] == [2, 3, 5, 6, 7, 8, 9]


def test_a_row_has_json_and_dotted_columns_where_a_field_has_an_inner_shape() -> None:
    (batch,) = read(
        "agreement,batch,event,effective,id,holder,kind,binding,scope.asset,"
        "scope.activity,sources,note\n"
        'a,b,LicenceGranted,2019,p,"[""x"", ""y""]",,,models,"[""sale"", ""use""]",'
        '"[{""source"": ""s"", ""at"": ""para 1""}]","[sic] {as it stands}"\n'
        ",,,,,,,,,,,\n"
        "a,b,InstrumentSigned,2019,i,,waiver,false,,,s,\n"
    )
    licence, waiver = (draft_mapping(provisional(d, 1, 0)) for d in batch.drafts)
    assert licence["holder"] == ["x", "y"]
    assert licence["scope"] == [{"asset": ["models"], "activity": ["sale", "use"]}]
    assert licence["sources"] == [{"source": "s", "at": "para 1"}]
    assert licence["note"] == "[sic] {as it stands}"
    assert waiver["binding"] is False
    assert waiver["sources"] == [{"source": "s"}]
    assert [place.line for place in batch.places] == [2, 4]


@given(st.lists(drafts(), min_size=1, max_size=4))
def test_what_is_written_back_is_read_as_it_was(told: list[Draft]) -> None:
    events = [draft_mapping(provisional(draft, 1, 0)) for draft in told]
    found = all_drafts(as_lines(events))
    given_keys = [draft.key for draft in told]
    assert [
        msgspec.structs.replace(draft, key=key)
        for draft, key in zip(found, given_keys, strict=True)
    ] == told
    assert all(
        key in {None, draft.key} for draft, key in zip(found, given_keys, strict=True)
    )


@given(st.lists(drafts(), min_size=1, max_size=4))
def test_every_format_says_the_same(told: list[Draft]) -> None:
    events = [titled(draft_mapping(provisional(draft, 1, 0))) for draft in told]
    expected = all_drafts(as_lines(events))
    assert all_drafts(json.dumps(as_document(events)), "json") == expected
    assert all_drafts(as_yaml(events), "yaml") == expected
    # A cell has no escapes: what cannot be printed cannot stand in it.
    table = as_csv(events)
    if not any(c < " " and c not in "\t\n\r" for c in table):
        assert all_drafts(table, "csv") == expected


# -- which format ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("whereas: 1\n", "yaml"),
        ("# a comment, event\n\nwhereas: 1\n", "yaml"),
        ("- a, event\n", "yaml"),
        ("event\n", "yaml"),
        (json_line(), "jsonl"),
        ("\n" + json_line(batch="b"), "jsonl"),
        ("{broken\n{broken\n", "jsonl"),
        ('{"whereas": 1,\n "events": []}', "json"),
        ('{"whereas": 1, "events": []}', "json"),
        ("{\n", "json"),
        ('"event" , agreement\n', "csv"),
        ("agreement,event,effective\n", "csv"),
        ("\ufeffagreement,event\n", "csv"),
    ],
)
def test_a_file_without_a_suffix_is_what_it_looks_like(text: str, form: str) -> None:
    assert sniffed(text.encode()) == form


def test_a_suffix_says_which_format_and_a_flag_says_it_louder(tmp_path: Path) -> None:
    for name in ("deal.jsonl", "deal.NDJSON", "deal", "deal.txt"):
        path = tmp_path / name
        path.write_text(json_line())
        assert len(list(read_file(path))) == 1
    path = tmp_path / "deal.csv"
    path.write_text(json_line())
    assert len(list(read_file(path, "jsonl"))) == 1
    with pytest.raises(InputError, match="no event has a field"):
        list(read_file(path))
    assert format_named("csv") == "csv"
    with pytest.raises(InputError, match="there is no format cvs") as refused:
        format_named("cvs")
    assert refused.value.hint == "did you mean csv?"


def test_a_file_that_cannot_be_opened_is_refused_by_its_name(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(InputError, match="cannot be read") as refused:
            list(read_file(path))
        assert refused.value.path == str(path)


# -- keys ------------------------------------------------------------------------------


def keys_of(*lines: str) -> list[str | None]:
    return [draft.key for draft in all_drafts("".join(lines))]


def test_an_event_has_the_same_key_wherever_it_stands_in_a_file() -> None:
    first, second, new = (json_line(milestone=name) for name in ("m", "n", "o"))
    before, after = keys_of(first, second), keys_of(first, new, second)
    assert before == [after[0], after[2]]
    assert len(set(after)) == 3
    assert keys_of(json_line(key="mine"), first) == ["mine", before[0]]


_BLANKS = st.sampled_from(["", "", " ", "\t"])
_WORDS = st.lists(
    st.sampled_from(
        [*":,{} xé", r"\"", r"\u0022", r"\u003a", r"\u003A", r"\\", r"\t", r"\u0020"]
    ),
    max_size=6,
).map(lambda parts: f'"{"".join(parts)}"')
_NAMES = st.sampled_from(['"a"', '"b"', r'"\u0061"', r'"\u003a"', r'"\":"', '":"'])


def _objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    member = st.tuples(_BLANKS, _NAMES, _BLANKS, _BLANKS, values, _BLANKS).map(
        lambda m: f"{m[0]}{m[1]}{m[2]}:{m[3]}{m[4]}{m[5]}"
    )
    return st.lists(member, max_size=4).map(lambda found: f"{{{','.join(found)}}}")


@given(_objects(st.recursive(st.one_of(_WORDS, st.just("7")), _objects, max_leaves=4)))
@example(r'{"a":"1","a":"9","b":"\"\u003a"}')
@example(r'{"a":"1","a":"9","b":"\u0022:"}')
def test_a_line_is_read_fast_as_it_is_read_exactly_or_not_at_all(text: str) -> None:
    line = Line(text.encode(), 1, 0)
    found = json_lines._fast(line.data)
    if found is not None:
        assert found == json_lines._exact(line, "deal")


def test_the_same_event_twice_has_two_keys() -> None:
    keys = keys_of(json_line(), json_line(), json_line())
    assert len(set(keys)) == 3
    assert keys_of(json_line(), json_line()) == keys[:2]


@pytest.mark.parametrize(
    "changed",
    [
        {"agreement": "c"},
        {"event": "milestone-determined", "outcome": "verified"},
        {"effective": "2019-01"},
        {"instrument": "i"},
        {"by": "b"},
        {"note": "n"},
        {"sources": "s"},
    ],
    ids=str,
)
def test_an_event_that_says_something_else_has_another_key(
    changed: dict[str, str],
) -> None:
    assert keys_of(json_line()) != keys_of(json_line(**changed))


def test_keys_do_not_depend_on_how_an_event_is_written_or_batched() -> None:
    assert keys_of(json_line(sources="s", by="a")) == keys_of(
        json_line(
            event="milestone-claimed",
            sources=[{"stance": "supports", "source": "s"}],
            batch="b",
            note=None,
        )
    )


def test_the_key_of_an_event_is_the_same_for_ever() -> None:
    assert keys_of(json_line()) == ["import:472bdbc25dde4c5b73e1da74df4af998"]


def test_keys_are_the_same_when_not_all_of_them_fit_in_memory() -> None:
    text = "".join(json_line(milestone=name) for name in "abcabcabc")
    told = all_drafts(text)
    with Keys(kept_in_memory=1) as keys:
        bare = [json_line(milestone=name) for name in "abcabcabc"]
        again = [keys.keyed(unkeyed(line)) for line in bare]
    assert again == told


def unkeyed(line: str) -> Draft:
    return read_draft(json.loads(line))


# -- hostile files ---------------------------------------------------------------------


@settings(deadline=None)
@given(st.binary() | st.text().map(str.encode), st.sampled_from((None, *FORMATS)))
@example(b"\xff\xfea\x00", None)
@example(b"a: \xe2\x80\xa8b", "yaml")
@example(b"\xef\xbb\xbf\xef\xbb\xbf{", None)
def test_whatever_a_file_holds_it_is_refused_in_words(
    data: bytes, form: Format | None
) -> None:
    with pytest.raises(InputError) as refused:
        read(data, form)
    assert refused.value.path == "deal"
    assert refused.value.line is not None


@settings(deadline=None)
@given(st.data(), st.sampled_from(EXAMPLES))
def test_a_damaged_file_is_read_or_refused_in_words(
    data: st.DataObject, path: Path
) -> None:
    text = bytearray(path.read_bytes()[:2_000])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        sign = data.draw(
            st.sampled_from("&a |*a |!!x |? |: |- |{|}|[|]|,|'|\"|\t|#|%|\r|>|")
        )
        text[at : at + data.draw(st.integers(0, 3))] = sign.encode()
    with suppress(InputError):
        read(bytes(text), "yaml")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(99)), "yaml"),
        ("a: " + "x" * 2_000_000, "yaml"),
        ("a: [" + "x, " * 700_000, "yaml"),
        ("[" * 100_000, "yaml"),
        ("? " * 100_000, "yaml"),
        ('{"a":' * 100_000, "json"),
        ("[" * 100_000, "jsonl"),
        ('{"a": "' + "x" * 2_000_000 + '"}', "jsonl"),
        ('event,agreement\n"' + "x\n" * 1_000_000, "csv"),
        ("x" * (DOCUMENT_BYTES_MAX + 1), "yaml"),
    ],
    ids=lambda value: value[:9],
)
def test_a_hostile_file_is_refused_at_once(text: str, form: Format) -> None:
    start = time.process_time()
    with pytest.raises(InputError):
        read(text, form)
    assert time.process_time() - start < 2


# -- size ------------------------------------------------------------------------------


def many(count: int) -> Iterator[bytes]:
    for number in range(count):
        batch = f"batch {number // 100}"
        yield json_line(milestone=f"m-{number}", batch=batch).encode()


class Pipe(io.RawIOBase):
    """What another program writes, never held as a whole."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # as the base class has it
        self._left = self._left or next(self._lines, b"")
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def test_memory_stays_flat_while_a_large_file_is_read() -> None:
    tracemalloc.start()
    try:
        pipe = io.BufferedReader(Pipe(many(50_000)))
        assert sum(len(batch.drafts) for batch in read_stream(pipe, "-")) == 50_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16_000_000


def test_a_mistake_at_the_end_of_a_small_file_is_found_before_its_first_batch() -> None:
    text = json_line() * 10 + "{"
    assert len(text) < HEAD_BYTES
    with pytest.raises(InputError):
        next(read_stream(io.BytesIO(text.encode()), "deal"))


def test_a_mistake_in_a_large_file_leaves_the_batches_before_it() -> None:
    text = b"".join(many(5_000)) + b"{"
    assert len(text) > HEAD_BYTES
    batches = read_stream(io.BytesIO(text), "deal")
    assert next(batches).name == "batch 0"
    with pytest.raises(InputError):
        list(batches)
