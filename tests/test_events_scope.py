"""The ledger of what a scope promises, and a source."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from events.errors import InputError
from events.scope import (
    AXES,
    Box,
    Scope,
    box_covers,
    covers,
    read_scope,
    scope_text,
)
from events.source import Source
from projections.questions.matching import meet
from tests.strategies import boxes, scopes


@pytest.mark.parametrize(
    ("outer", "inner", "answer"),
    [
        ("models", "models", True),
        ("models", "models/post-agi", True),
        ("models", "models/post-agi/weights", True),
        ("models/post-agi", "models", False),
        ("models", "models-old", False),
        ("models", "cloud", False),
    ],
)
def test_a_tag_covers_itself_and_what_lies_under_it(
    outer: str, inner: str, answer: object
) -> None:
    assert covers(outer, inner) is answer


@pytest.mark.parametrize(
    ("outer", "inner", "covered", "overlap"),
    [
        ("activity=cloud", "activity=cloud", True, True),
        ("activity=cloud", "activity=cloud/new", True, True),
        ("activity=cloud/new", "activity=cloud", False, True),
        ("activity=cloud", "activity=cloud, product=api", True, True),
        ("activity=cloud, product=api", "activity=cloud", False, True),
        ("activity=cloud, product=api", "activity=cloud, product=sora", False, False),
        ("product=api", "activity=cloud", False, True),
        ("product=api or sora", "product=sora", True, True),
        ("product=sora", "product=api or sora", False, True),
        ("product=api", "product=sora", False, False),
    ],
)
def test_boxes_join_axes_by_and_and_tags_by_or(
    outer: str, inner: str, covered: object, overlap: object
) -> None:
    (one,), (other,) = read_scope(outer), read_scope(inner)
    assert box_covers(one, other) is covered
    assert (meet(one, other) is not None) is overlap


def test_a_box_without_axes_is_everything() -> None:
    assert box_covers(Box(), Box(asset=("models",)))
    assert not box_covers(Box(asset=("models",)), Box())
    assert meet(Box(), Box(asset=("models",))) == Box(asset=("models",))


@given(boxes(), boxes(), boxes())
def test_covering_is_an_order_and_implies_overlap(one: Box, two: Box, six: Box) -> None:
    assert box_covers(one, one)
    assert (meet(one, two) is None) == (meet(two, one) is None)
    if box_covers(one, two):
        assert meet(one, two) is not None
        assert not box_covers(two, six) or box_covers(one, six)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ([], ""),
        ({"activity": ["cloud"], "product": ["api"]}, "activity cloud, product api"),
        ({"activity": "cloud"}, "activity cloud"),
        ({"product": ["api", "sora", "api"]}, "product api or sora"),
        ([{"activity": "cloud"}, {"product": "sora"}], "activity cloud | product sora"),
        ("activity=cloud,product=api", "activity cloud, product api"),
        ("product = sora, product=api", "product sora or api"),
        (["activity=cloud", "product sora"], "activity cloud | product sora"),
        ((Box(asset=("models",)),), "asset models"),
        ({"product": "api", "activity": "cloud"}, "activity cloud, product api"),
    ],
)
def test_a_scope_is_read_from_every_form(value: object, text: str) -> None:
    assert scope_text(read_scope(value)) == text


@given(scopes())
def test_text_and_json_read_back_as_the_same_scope(scope: Scope) -> None:
    assert read_scope(scope_text(scope) or None) == scope
    assert read_scope(msgspec.to_builtins(scope)) == scope
    assert msgspec.json.decode(msgspec.json.encode(scope), type=Scope) == scope


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ({"activty": "x"}, "scope has no axis activty", "did you mean activity?"),
        ({"when": "x"}, "scope has no axis when", f"the axes are {', '.join(AXES)}"),
        ({"activity": []}, "the axis activity has no tag", "leave the axis out"),
        ({}, "a box of a scope has at least one axis", "leave the scope out"),
        ({"activity": "Cloud"}, "'Cloud' is not a tag", "a tag has small letters"),
        ({"activity": "cloud/"}, "'cloud/' is not a tag", "a tag has small letters"),
        ({"activity": "cloud\n"}, "'cloud\\n' is not a tag", "a tag has small letters"),
        ({"activity": "x" * 201}, "'xxx", "a tag has small letters"),
        ({"activity": 5}, "5 is not a tag", "a tag has small letters"),
        ({"activity": None}, "None is not a tag", "a tag has small letters"),
        ("cloud", "'cloud' is not an axis with a tag", "write for example activity="),
        ("", "'' is not an axis with a tag", "write for example activity="),
        ("activity=cloud |", "'' is not an axis with a tag", "write for example"),
        (5, "a scope maps axes to tags; 5 does not", "write for example {activity:"),
    ],
)
def test_a_refusal_says_why_and_what_to_write(
    value: object, message: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_scope(value)
    assert str(caught.value).startswith(message)
    assert (caught.value.hint or "").startswith(hint)


def test_a_source_needs_an_id_alone_and_writes_only_what_was_said() -> None:
    source = msgspec.json.decode(b'{"source": "10-q", "at": "note 4"}', type=Source)
    assert source.stance == "supports"
    assert msgspec.json.encode(source) == b'{"source":"10-q","at":"note 4"}'


@pytest.mark.parametrize(
    "encoded",
    [
        b"{}",
        b'{"source": "10-q", "stance": "denies"}',
        b'{"source": "10-q", "published": "July 2019"}',
        b'{"source": "10-q", "pages": "4"}',
    ],
)
def test_an_ill_formed_source_is_refused(encoded: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(encoded, type=Source)


@pytest.mark.parametrize("published", ["unknown", "2019", "2019-Q3", "2019-07-22"])
def test_a_source_may_be_published_on_a_partial_date(published: str) -> None:
    assert Source("10-q", published=published).published == published
