r"""Write what events disclose, and match what is disclosed with the digests.

The bytes of an event hold a digest for every value that may be withheld, and decoys, so
that nobody can tell how many there are. Beside them a bundle has one line a value, in
the order of the names::

    WyJsa2xxREpPS0pLMXZvaDdXaDZ4RlN3IiwiYW1vdW50IiwiVVNEIDFibiJd
    redacted note l3yPqKJzVoL-9AXzJqzgEQtzTd3MUnTV9BFBxvFXO5k
    erased text

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
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn

import msgspec

from events.catalogue import TYPES, fields_of
from events.codec import SALT_BYTES, canonical, disclosure, disclosure_digest
from events.errors import InputError, Integrity
from ledger.audit.leaf import Leaf, no_fraction
from ledger.audit.redaction import Redaction
from ledger.audit.source import Row

DISCLOSURE_BYTES_MAX = 200_000
_REDACTED, _ERASED = "redacted ", "erased "
_SALT_LENGTH = 22
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_erased = msgspec.json.Decoder(tuple[str, ...])
_decoder = msgspec.json.Decoder(tuple[str, str, Any], float_hook=no_fraction)
_encoder = msgspec.json.Encoder(order="sorted")


class Shown(NamedTuple):
    """What a bundle shows of an event's redactable values.

    ``values`` are those that are disclosed, in the order of their names, and
    ``salt_texts`` their salts in base64url.
    """

    values: dict[str, Any]
    salt_texts: list[str]
    redacted: list[str]
    erased: list[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Name the values that read as ``[***]``."""
        return tuple(sorted((*self.redacted, *self.erased)))

    @property
    def salts(self) -> bytes:
        """Give the salts as a ledger keeps them."""
        return b"".join(urlsafe_b64decode(f"{text}==") for text in self.salt_texts)

    def disclosed(self) -> bytes:
        """Write the values as a ledger keeps them."""
        return canonical(self.values)


def lines_of(row: Row, leaf: Leaf, redaction: Redaction) -> list[str]:
    """Write the lines of an event.

    Args:
        row: the event, with the values kept beside it.
        leaf: its members.
        redaction: what is withheld.
    """
    lines: dict[str, str] = {}
    values: dict[str, Any] = msgspec.json.decode(row.disclosed)
    confidential: Sequence[str] = leaf.data.get("confidential", ())
    for at, (name, value) in enumerate(values.items()):
        salt = row.salts[at * SALT_BYTES : (at + 1) * SALT_BYTES]
        text = disclosure(salt, name, value)
        if redaction.withholds(leaf.agreement, leaf.type, name, confidential):
            text = f"{_REDACTED}{name} {disclosure_digest(text)}"
        lines[name] = text
    for name in _erased.decode(row.erased) if row.erased else ():
        lines[name] = f"{_ERASED}{name}"
    return [lines[name] for name in sorted(lines)]


def read_lines(leaf: Leaf, lines: Sequence[str]) -> Shown:
    """Hold the lines of an event against its digests.

    Args:
        leaf: the members of the event.
        lines: its lines.

    Raises:
        Integrity: a line fits no digest, or one that is used already; a name is not
            one that may be withheld; a value that the event must have has no line.
        InputError: the event is of a type that is not known here.
    """
    shape = _shape(leaf.type, leaf.tv) or _unknown(leaf)
    unused = _digests(leaf)
    if shape.digests is not None and len(unused) != shape.digests:
        _wrong(leaf, f"does not have the {shape.digests} digests of {leaf.type}")
    shown = Shown({}, [], [], [])
    last = ""
    for line in lines:
        name, digest = _take(leaf, line, shown)
        if name <= last:
            _wrong(leaf, f"discloses {name!r} twice or out of order")
        last = name
        if name in leaf.data or not shape.may_withhold(name):
            _wrong(leaf, f"discloses {name!r}, which {leaf.type} does not withhold")
        if digest is not None:
            if digest not in unused:
                _unmatched(leaf, name, digest)
            unused.remove(digest)
    if len(shown.erased) > len(unused):
        _wrong(leaf, "has fewer digests than values")
    for name in shape.required:
        if name not in shown.values and name not in shown.missing:
            _wrong(leaf, f"says nothing of {name}, which {leaf.type} has")
    return shown


def _take(leaf: Leaf, line: str, shown: Shown) -> tuple[str, str | None]:
    """Add a line to what is shown; give its name, and its digest if it has one."""
    if " " not in line:
        salt, name, value = _read(leaf, line)
        shown.values[name] = value
        shown.salt_texts.append(salt)
        return name, _digest(line)
    if line.startswith(_REDACTED):
        name, _, digest = line.removeprefix(_REDACTED).partition(" ")
        shown.redacted.append(name)
        return name, digest
    if not line.startswith(_ERASED):
        _wrong(leaf, f"has a line that is no disclosure: {line[:60]!r}")
    name = line.removeprefix(_ERASED)
    shown.erased.append(name)
    return name, None


def _read(leaf: Leaf, line: str) -> tuple[str, str, Any]:
    """Read a disclosure: its salt as text, its name and its value.

    Its characters need no check of their own, because its digest is compared.
    """
    try:
        encoded = line.encode("ascii").translate(_TO_STANDARD)
        raw = a2b_base64(encoded + b"=" * (-len(encoded) % 4), strict_mode=True)
        disclosed = _decoder.decode(raw)
        plain = _encoder.encode(disclosed) == raw
    except (msgspec.MsgspecError, InputError, ValueError, RecursionError):
        plain = False
    if not plain or len(disclosed[0]) != _SALT_LENGTH:
        _wrong(leaf, f"has a line that is no disclosure: {line[:60]!r}")
    return disclosed


def _digest(line: str) -> str:
    """Digest a line; ``events.codec.disclosure_digest`` in a third of its time."""
    digest = b2a_base64(sha256(line.encode("ascii")).digest(), newline=False)
    return digest[:-1].translate(_TO_URL).decode("ascii")


def _digests(leaf: Leaf) -> set[str]:
    digests: Any = leaf.data.get("_sd")
    algorithm = leaf.data.get("_sd_alg")
    if digests is None and algorithm is None:
        return set()
    if not isinstance(digests, list) or algorithm != "sha-256":
        _unsorted(leaf)
    if any(type(digest) is not str for digest in digests):
        _unsorted(leaf)
    unique = set(digests)
    if digests != sorted(unique):
        _unsorted(leaf)
    return unique


def _unsorted(leaf: Leaf) -> NoReturn:
    _wrong(leaf, "has digests that are not sorted SHA-256 digests")


class _Shape(NamedTuple):
    """What a type of events may withhold; None where an older version may differ."""

    names: frozenset[str] | None
    digests: int | None
    required: tuple[str, ...]

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
        return _Shape(None, None, ())
    required = tuple(
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


def _unmatched(leaf: Leaf, name: str, digest: str) -> NoReturn:
    raise Integrity(
        f"pos:{leaf.position} has no digest for the {name} that is disclosed for it",
        position=leaf.position,
        expected=leaf.digests,
        found=digest,
    )


def _wrong(leaf: Leaf, what: str) -> NoReturn:
    raise Integrity(f"pos:{leaf.position} {what}", position=leaf.position)
