"""Scope: what a provision is about, as tags on named axes.

A tag is a path, and covers itself and all that lies under it: `models` covers
`models/post-agi`. Within a box the tags of an axis are joined by *or* and the axes by
*and*; an absent axis is unrestricted. Boxes are joined by *or*.

Text form::

    activity cloud, product api or sora | territory eu
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from events.errors import InputError, did_you_mean

MAX_TAG_TEXT = 200

_TAG = re.compile(r"[a-z0-9][a-z0-9-]*(?:/[a-z0-9][a-z0-9-]*)*")
_PAIR = re.compile(r"([^\s=]+)(?: *= *| +)(.+)")
_OR = re.compile(r" +or +")


class Box(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """A part of what there is: the tags on each axis, none where it is unrestricted."""

    asset: tuple[str, ...] = ()
    activity: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    counterparty: tuple[str, ...] = ()


Scope = tuple[Box, ...]
AXES = Box.__struct_fields__


def covers(outer: str, inner: str) -> bool:
    """Tell whether a tag is another or lies above it."""
    return inner == outer or inner.startswith(outer + "/")


def box_covers(outer: Box, inner: Box) -> bool:
    """Tell whether all of one box lies within another."""
    for axis in AXES:
        # Most axes of most boxes are unrestricted; this is asked very often.
        tags = getattr(outer, axis)
        if tags and not _lies_in(tags, getattr(inner, axis)):
            return False
    return True


def read_scope(value: object) -> Scope:
    """Read a scope as people write it.

    Args:
        value: one box or a list of boxes, each a mapping of an axis to a tag or a list
            of tags, or text, where ``axis=tag`` serves too; None is no scope.

    Returns:
        The boxes in their order, each tag once.

    Raises:
        InputError: an unknown axis, an ill-formed tag, or a box without tags.
    """
    match value:
        case None:
            return ()
        case str():
            return tuple(_text_box(part) for part in value.split("|"))
        case list() | tuple():
            return tuple(box for item in value for box in _boxes(item))
        case _:
            return _boxes(value)


def scope_text(scope: Scope) -> str:
    """Write a scope as text that :func:`read_scope` reads back; empty for none."""
    return " | ".join(_box_text(box) for box in scope)


def _lies_in(outer: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    """Tell whether an axis of a box lies within some tags of another box."""
    return bool(inner) and all(any(covers(o, i) for o in outer) for i in inner)


def _boxes(value: object) -> Scope:
    """Read what stands for one box, or text for several."""
    if isinstance(value, Box):
        return (value,)
    if isinstance(value, str):
        return read_scope(value)
    if isinstance(value, Mapping):
        return (_box({str(axis): _tags(tags) for axis, tags in value.items()}),)
    raise InputError(
        f"a scope maps axes to tags; {value!r} does not",
        hint="write for example {activity: [cloud], product: [api]}",
    )


def _text_box(text: str) -> Box:
    """Read a box from text: pairs of an axis and its tags."""
    read: dict[str, list[object]] = {}
    for pair in text.split(","):
        found = _PAIR.fullmatch(pair.strip())
        if found is None:
            raise InputError(
                f"{pair.strip()!r} is not an axis with a tag",
                excerpt=text,
                hint="write for example activity=cloud, product=api",
            )
        read.setdefault(found[1], []).extend(_OR.split(found[2]))
    return _box(read)


def _tags(value: object) -> list[object]:
    """Give a list of tags also where one stands alone."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _box(axes: Mapping[str, list[object]]) -> Box:
    """Make a box of its axes after checking them."""
    for axis, tags in axes.items():
        if axis not in AXES:
            raise InputError(
                f"scope has no axis {axis}",
                hint=did_you_mean(axis, AXES) or f"the axes are {', '.join(AXES)}",
            )
        if not tags:
            raise InputError(
                f"the axis {axis} has no tag", hint="leave the axis out if all is meant"
            )
    if not axes:
        raise InputError(
            "a box of a scope has at least one axis",
            hint="leave the scope out if everything is meant",
        )
    return Box(**{a: tuple(dict.fromkeys(map(_tag, t))) for a, t in axes.items()})


def _tag(value: object) -> str:
    """Check a tag."""
    if (
        not isinstance(value, str)
        or len(value) > MAX_TAG_TEXT
        or not _TAG.fullmatch(value)
    ):
        raise InputError(
            f"{value!r} is not a tag",
            hint="a tag has small letters, digits and hyphens: models/post-agi",
        )
    return value


def _box_text(box: Box) -> str:
    """Write a box as pairs of an axis and its tags."""
    tags = {axis: getattr(box, axis) for axis in AXES}
    return ", ".join(f"{axis} {' or '.join(t)}" for axis, t in tags.items() if t)
