r"""Write what events disclose, and match what is disclosed with the digests.

The bytes of an event hold a digest for every value that may be withheld, and decoys, so
that nobody can tell how many there are. Beside them a bundle has one line a value, in
the order of the names::

    WyJsa2xxREpPS0pLMXZvaDdXaDZ4RlN3IiwiYW1vdW50IiwiVVNEIDFibiJd
    redacted note l3yPqKJzVoL-9AXzJqzgEQtzTd3MUnTV9BFBxvFXO5k
    erased text

A file for 256 events has a line an event, in which these stand with ``~`` between them.

They are a disclosure (base64url of the JSON array of salt, name and value), a value
that is there and withheld from this bundle, by its digest, and a value that nobody has
any more. Everything is held against the event:

- a disclosure's digest is one of the event's, and no two lines use the same;
- its name is one that this type of event may withhold, and the event has not stated it;
- a withheld value's digest is one of the event's as well. That it belongs to that name
  is the word of whoever exported, because a digest does not tell;
- an erased value was erased by an event, which the caller looks for.

RFC 9901 lets a reader drop a disclosure that fits nowhere. Here it is refused: nothing
in a bundle is without a meaning.

Source: RFC 9901, sections 4.2 and 7.1.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import a2b_base64, b2a_base64
from collections import Counter
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from itertools import count, islice
from typing import Any, NamedTuple, NoReturn

import msgspec

from events.catalogue import TYPES, fields_of
from events.codec import (
    EVENT_BYTES_MAX,
    SALT_BYTES,
    canonical,
    disclosure,
    disclosure_digest,
)
from events.errors import InputError, Integrity
from ledger.audit.leaf import Leaf, Value
from ledger.audit.redaction import Redaction, Rule
from ledger.audit.source import Row

DISCLOSURE_BYTES_MAX = 200_000
BETWEEN = "~"
_REDACTED, _ERASED = "redacted", "erased"
_SALT_LENGTH = 22
_DIGEST_LENGTH = 43
# Each value has a digest in the event, between quotation marks and with a comma.
LINES_MAX = EVENT_BYTES_MAX // (_DIGEST_LENGTH + 3)
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_erased = msgspec.json.Decoder(tuple[str, ...])
_decoder = msgspec.json.Decoder(tuple[str, str, Value])
_encoder = msgspec.json.Encoder(order="sorted")


# Name, digest, salt in base64url, value. A withheld value has no salt, an erased one no
# digest either.
Line = tuple[str, str | None, str | None, Any]


class Missing(NamedTuple):
    """The values of an event that a bundle does not show, by name."""

    redacted: tuple[str, ...]
    erased: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Name the values that read as ``[***]``."""
        return tuple(sorted((*self.redacted, *self.erased)))


NOTHING_MISSING = Missing((), ())


def shown(lines: Sequence[Line]) -> tuple[bytes, bytes]:
    """Write what lines disclose as a ledger keeps it: values, and their salts."""
    there = [(name, salt, value) for name, _, salt, value in lines if salt is not None]
    salts = [urlsafe_b64decode(f"{salt}==") for _, salt, _ in there]
    return canonical({name: value for name, _, value in there}), b"".join(salts)


def lines_of(
    row: Row, leaf: Leaf, redaction: Redaction, tally: Counter[Rule] | None = None
) -> list[str]:
    """Write the lines of an event.

    Args:
        row: the event, with the values kept beside it.
        leaf: its members.
        redaction: what is withheld.
        tally: counts the values that each rule withholds.
    """
    lines: dict[str, str] = {}
    values: dict[str, Any] = msgspec.json.decode(row.disclosed)
    confidential: Sequence[str] = leaf.data.get("confidential", ())
    for at, (name, value) in enumerate(values.items()):
        salt = row.salts[at * SALT_BYTES : (at + 1) * SALT_BYTES]
        text = disclosure(salt, name, value)
        fitting = [*redaction.fitting(leaf.agreement, leaf.type, name, confidential)]
        if fitting:
            if tally is not None:
                tally.update(fitting)
            text = f"{_REDACTED} {name} {disclosure_digest(text)}"
        lines[name] = text
    for name in _erased.decode(row.erased) if row.erased else ():
        lines[name] = f"{_ERASED} {name}"
    return [lines[name] for name in sorted(lines)]


def read_lines(lines: Sequence[str], position: int) -> list[Line]:
    """Read the lines of an event.

    Args:
        lines: its lines.
        position: where the event stands, for the error.

    Raises:
        Integrity: a line is none of the three.
    """
    return read_packed([lines], position)[0]


def read_packed(packed: Sequence[Sequence[str]], start: int) -> list[list[Line]]:
    """Read the lines of the events at ``start`` and following, all at once.

    Cost: a third of reading them one by one.
    """
    every = [line for lines in packed for line in lines]
    whole = " " not in "".join(every)
    plain = every if whole else [line for line in every if " " not in line]
    disclosures = _read_all(plain)
    if disclosures is None:
        for position, lines in enumerate(packed, start):
            for line in lines:
                if " " not in line and _read_all([line]) is None:
                    _no_line(line, position)
        raise AssertionError("each line alone is a disclosure, and all are not")
    found = iter(disclosures)
    if whole:
        return [list(islice(found, len(lines))) for lines in packed]
    return [
        [next(found) if " " not in line else _missing(line, position) for line in lines]
        for position, lines in enumerate(packed, start)
    ]


def match(leaf: Leaf, lines: Sequence[Line]) -> Missing:
    """Hold the lines of an event against its digests.

    Args:
        leaf: the members of the event.
        lines: its lines.

    Returns:
        The values that are not shown.

    Raises:
        Integrity: a line fits no digest, or one that is used already; a name is not
            one that may be withheld; a value that the event must have has no line.
        InputError: the event is of a type that is not known here.
    """
    shape = _shape(leaf.type, leaf.tv) or _unknown(leaf)
    data = leaf.data
    unused = _digests(leaf, data) if "_sd" in data or "_sd_alg" in data else set()
    if shape.digests is not None and len(unused) != shape.digests:
        _wrong(leaf, f"does not have the {shape.digests} digests of {leaf.type}")
    last, missing = "", False
    for name, digest, salt, _ in lines:
        if name <= last:
            _wrong(leaf, f"discloses {name!r} twice or out of order")
        last = name
        if name in data or not shape.may_withhold(name):
            _wrong(leaf, f"discloses {name!r}, which {leaf.type} does not withhold")
        if salt is None:
            missing = True
        if digest is not None:
            if digest not in unused:
                _unmatched(leaf, name, digest)
            unused.remove(digest)
    if shape.required and not shape.required.issubset([line[0] for line in lines]):
        silent = min(shape.required.difference(line[0] for line in lines))
        _wrong(leaf, f"says nothing of {silent}, which {leaf.type} has")
    return _missing_from(leaf, lines, len(unused)) if missing else NOTHING_MISSING


def _missing_from(leaf: Leaf, lines: Sequence[Line], unused: int) -> Missing:
    redacted = tuple(line[0] for line in lines if line[1] is not None and not line[2])
    erased = tuple(line[0] for line in lines if line[1] is None)
    if len(erased) > unused:
        _wrong(leaf, "has fewer digests than values")
    return Missing(redacted, erased)


def _read_all(lines: Sequence[str]) -> list[Line] | None:
    """Read disclosures; None where one is not spelled as it must be.

    Their characters need no check of their own, because their digests are compared.
    """
    try:
        together = "\n".join(lines).encode("ascii")
        standard = together.translate(_TO_STANDARD).split(b"\n")
        raws = [a2b_base64(text + b"==") for text in standard] if lines else []
        # JSON has no line end in it, so that lines cannot hide where one ends.
        joined = b"".join([raw + b"\n" for raw in raws])
        found = _decoder.decode_lines(joined)
        plain = joined.count(b"\n") == len(found) == len(lines)
        if not plain or _encoder.encode_lines(found) != joined:
            return None
    except (msgspec.MsgspecError, InputError, ValueError, RecursionError):
        return None
    if not {len(salt) for salt, _, _ in found} <= {_SALT_LENGTH}:
        return None
    hashes = [sha256(text).digest() + b"\0" for text in together.split(b"\n")]
    # With a byte behind it a digest has 44 characters, whatever follows.
    digests = b2a_base64(b"".join(hashes)).translate(_TO_URL).decode("ascii")
    return [
        (name, digests[at : at + _DIGEST_LENGTH], salt, value)
        for at, (salt, name, value) in zip(count(0, 44), found, strict=False)
    ]


def _missing(line: str, position: int) -> Line:
    """Read the line of a value that is not there."""
    kind, name, *digest = line.split(" ", 3)
    if kind == _REDACTED and len(digest) == 1:
        return name, digest[0], None, None
    if kind != _ERASED or digest:
        _no_line(line, position)
    return name, None, None, None


def _digests(leaf: Leaf, data: dict[str, Any]) -> set[str]:
    digests = data.get("_sd")
    unique: set[str] = set()
    try:
        unique.update(digests or ())
        lengths = set(map(len, unique))
        plain = sorted(unique) == digests and lengths <= {_DIGEST_LENGTH}
    except TypeError:
        plain = False
    if not plain or data.get("_sd_alg") != "sha-256":
        _wrong(leaf, "has digests that are not sorted SHA-256 digests")
    return unique


class _Shape(NamedTuple):
    """What a type of events may withhold; None where an older version may differ."""

    names: frozenset[str] | None
    digests: int | None
    required: frozenset[str]

    def may_withhold(self, name: str) -> bool:
        """Tell whether a value of that name may be withheld."""
        return name in self.names if self.names is not None else name[:1] != "_"


@cache
def _shape(name: str, version: int) -> _Shape | None:
    """Find what a version of a type may withhold, or None where it is not known."""
    cls = TYPES.get(name)
    if cls is None or not 1 <= version <= cls.VERSION:
        return None
    if version < cls.VERSION:
        return _Shape(None, None, frozenset())
    required = frozenset(
        field.key
        for field in fields_of(cls)
        if field.required and field.key in cls.REDACTABLE
    )
    return _Shape(frozenset(cls.REDACTABLE), len(cls.REDACTABLE), required)


def _unknown(leaf: Leaf) -> NoReturn:
    raise InputError(
        f"pos:{leaf.position} is {leaf.type} of version {leaf.tv}, which this version"
        " of whereas does not know",
        hint="install a newer one",
    )


def _no_line(line: str, position: int) -> NoReturn:
    raise Integrity(
        f"pos:{position} has a line that is no disclosure: {line[:60]!r}",
        position=position,
    )


def _unmatched(leaf: Leaf, name: str, digest: str) -> NoReturn:
    raise Integrity(
        f"pos:{leaf.position} has no digest for the {name} that is disclosed for it",
        position=leaf.position,
        expected=leaf.digests,
        found=digest,
    )


def _wrong(leaf: Leaf, what: str) -> NoReturn:
    raise Integrity(f"pos:{leaf.position} {what}", position=leaf.position)
