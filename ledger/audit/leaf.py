"""Read event bytes as an auditor does: as control members, and only in one spelling.

An event has one sequence of bytes: RFC 8785 JSON within a profile (ASCII keys, whole
numbers up to 2^53 - 1, no fractions, at most 32 levels). Bytes that say the same in
another spelling, such as with a member twice, are refused: two readers could
understand them differently.

The control members are read here without what the event itself says; that is not needed
to check positions, links, batches and digests, and it costs a third of the time.

Source: RFC 8785, sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Union

import msgspec

from events.codec import EVENT_BYTES_MAX
from events.entry import FORMAT, Batch
from events.errors import InputError, Integrity
from events.profile import MAX_INTEGER, check_profile

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_INSTANT_ZEROS = b"0000-00-00T00:00:00.000000Z"
_SECOND_LENGTH = len("2025-10-28T12:00:00")

_Whole = Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]


def _nested(levels: int) -> Any:  # noqa: ANN401  # a type that is made here
    """Make the type of a value of so many levels and not more."""
    plain: Any = Union[bool, _Whole, str, None]  # noqa: UP007  # of values
    value: Any = plain
    for _ in range(levels - 1):
        value = Union[plain, list[value], dict[str, value]]  # noqa: UP007  # of values
    return value


if TYPE_CHECKING:
    Value = Any
else:
    # The profile as a type, for as many levels as events have: what a decoder accepts
    # needs no second look. Its making doubles with each level.
    Value = _nested(7)

# The members of what is read typed are declared in the order of their names already.
_encoder = msgspec.json.Encoder(order="deterministic")


class Cited(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """The members of a source; see :class:`events.source.Source`."""

    at: str | None = None
    published: str | None = None
    quote: str | None = None
    sha256: str | None = None
    source: str
    stance: str | None = None
    title: str | None = None
    uri: str | None = None


class Leaf(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """The members of event bytes; see :class:`events.entry.Envelope`."""

    agreement: str
    batch: Batch | None = None
    data: dict[str, Any]
    effective: str | None = None
    id: str
    instrument: str | None = None
    key: str | None = None
    position: _Whole
    prev: str | None = None
    recorded_at: str
    recorded_by: str
    seq: _Whole
    sources: list[Cited] | None = None
    tv: _Whole
    type: str
    v: int

    @property
    def digests(self) -> list[str]:
        """List the digests of its redactable values, decoys among them."""
        digests: list[str] = self.data.get("_sd", [])
        return digests


class _Ordinary(Leaf, frozen=True, kw_only=True, gc=False):
    """A leaf whose values are known to be of the profile."""

    data: dict[str, Value]


def _no_fraction(text: str) -> object:
    raise InputError(f"{text} is not a whole number")


_decoder = msgspec.json.Decoder(Leaf, float_hook=_no_fraction)
_ordinary = msgspec.json.Decoder(_Ordinary)


def read_leaves(events: Sequence[bytes], start: int) -> Sequence[Leaf]:
    """Read the event bytes at ``start`` and following.

    Args:
        events: the exact bytes of the leaves.
        start: where the first stands; each must say of itself where it stands.

    Returns:
        The members of each; ``data`` as it is hashed, without disclosed values.
        Cost: half of reading them one by one.

    Raises:
        Integrity: they are not events, not in the one spelling, or of another
            position; ``expected`` and ``found`` show the difference where there is one.
    """
    # An event has no line end in it, so that lines cannot hide where events end.
    joined = b"".join([event + b"\n" for event in events])
    try:
        leaves = _ordinary.decode_lines(joined)
        spelled = _encoder.encode_lines(leaves)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        spelled, leaves = b"", []
    if (
        spelled == joined
        and joined.count(b"\n") == len(events) == len(leaves)
        and _are_plain(leaves, start)
        and max(map(len, events), default=0) <= EVENT_BYTES_MAX
        and (joined.isascii() or all(map(_has_plain_keys, events, leaves)))
    ):
        return leaves
    return [_read_alone(event, at) for at, event in enumerate(events, start)]


def read_leaf(data: bytes, position: int) -> Leaf:
    """Read the event bytes at a position; see ``read_leaves``."""
    return read_leaves((data,), position)[0]


def _are_plain(leaves: Sequence[Leaf], start: int) -> bool:
    """Tell whether ``_check`` would find nothing, but for what is not ASCII."""
    instants = [leaf.recorded_at for leaf in leaves]
    written = "".join(instants).encode().translate(_DIGITS)
    return (
        [leaf.position for leaf in leaves] == list(range(start, start + len(leaves)))
        and {leaf.v for leaf in leaves} <= {FORMAT}
        and {len(instant) for instant in instants} <= {len(_INSTANT_ZEROS)}
        and written == _INSTANT_ZEROS * len(leaves)
        and all(map(_is_second, {instant[:_SECOND_LENGTH] for instant in instants}))
    )


def _has_plain_keys(event: bytes, leaf: Leaf) -> bool:
    """Tell whether the names of all fields are ASCII; the values need not be."""
    try:
        if not event.isascii():
            check_profile(leaf.data)
    except InputError:
        return False
    return True


def _read_alone(data: bytes, position: int) -> Leaf:
    try:
        leaf = _decoder.decode(data)
        spelled = _encoder.encode(leaf)
        _check(data, leaf)
    except (msgspec.MsgspecError, InputError, ValueError, RecursionError) as wrong:
        message = f"pos:{position} does not hold an event: {wrong}"
        raise Integrity(message, position=position) from wrong
    if spelled != data:
        raise Integrity(
            f"pos:{position} is not spelled as an event is",
            position=position,
            expected=spelled.decode("utf-8", "replace"),
            found=data.decode("utf-8", "replace"),
        )
    if leaf.position != position:
        raise Integrity(
            f"pos:{position} holds the event of pos:{leaf.position}",
            position=position,
            expected=position,
            found=leaf.position,
        )
    return leaf


def _check(data: bytes, leaf: Leaf) -> None:
    """Refuse what has one spelling here and another one elsewhere."""
    if leaf.v != FORMAT:
        raise InputError(f"event bytes of format {leaf.v}; this reads {FORMAT}")
    if len(data) > EVENT_BYTES_MAX:
        raise InputError(f"{len(data)} bytes; {EVENT_BYTES_MAX} are the most")
    instant = leaf.recorded_at
    plain = instant.encode().translate(_DIGITS) == _INSTANT_ZEROS
    if not plain or not _is_second(instant[:_SECOND_LENGTH]):
        raise InputError(f"{instant!r} is not an instant")
    check_profile(leaf.data)


@lru_cache(maxsize=1024)
def _is_second(text: str) -> bool:
    """Tell whether there is such a second; many events share one."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
