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

import base64
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple, NoReturn

import msgspec

from events.catalogue import TYPES, fields_of
from events.codec import SALT_BYTES, canonical, disclosure, disclosure_digest
from events.errors import InputError, Integrity
from ledger.audit.leaf import Leaf
from ledger.audit.redaction import Redaction
from ledger.audit.source import Row

DISCLOSURE_BYTES_MAX = 200_000
_REDACTED, _ERASED = "redacted", "erased"
_erased = msgspec.json.Decoder(tuple[str, ...])
_decoder = msgspec.json.Decoder(tuple[str, str, Any])


class Shown(NamedTuple):
    """What a bundle shows of an event's redactable values.

    ``values`` and ``salts`` are those that are disclosed, in the order of their names.
    """

    values: dict[str, Any]
    salts: bytes
    redacted: tuple[str, ...]
    erased: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Name the values that read as ``[***]``."""
        return tuple(sorted((*self.redacted, *self.erased)))

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
            text = f"{_REDACTED} {name} {disclosure_digest(text)}"
        lines[name] = text
    for name in _erased.decode(row.erased) if row.erased else ():
        lines[name] = f"{_ERASED} {name}"
    return [lines[name] for name in sorted(lines)]


def read_lines(leaf: Leaf, lines: Iterable[str]) -> Shown:
    """Hold the lines of an event against its digests.

    Args:
        leaf: the members of the event.
        lines: its lines.

    Raises:
        Integrity: a line fits no digest, or one that is used already; a name is not
            one that may be withheld; a value that the event must have has no line.
    """
    _check_digests(leaf)
    unused = set(leaf.digests)
    values: dict[str, Any] = {}
    salts, withheld = b"", {_REDACTED: [""], _ERASED: [""]}
    last = ""
    for line in lines:
        kind, space, rest = line.partition(" ")
        if not space:
            salt, name, value = _read(leaf, line)
            values[name] = value
            salts += salt
            digest: str | None = disclosure_digest(line)
        elif kind in withheld:
            name, _, digest = rest.partition(" ")
            if kind == _ERASED:
                digest = None
                name = rest
            withheld[kind].append(name)
        else:
            _wrong(leaf, f"has a line that is no disclosure: {line[:60]!r}")
        if name <= last:
            _wrong(leaf, f"discloses {name!r} twice or out of order")
        last = name
        _check_field(leaf, name)
        if digest is not None:
            if digest not in unused:
                _unmatched(leaf, name, digest)
            unused.remove(digest)
    shown = Shown(
        values, salts, tuple(withheld[_REDACTED][1:]), tuple(withheld[_ERASED][1:])
    )
    _check_complete(leaf, shown, len(unused))
    return shown


def _read(leaf: Leaf, line: str) -> tuple[bytes, str, Any]:
    """Read a disclosure: its salt, name and value."""
    try:
        raw = base64.urlsafe_b64decode(line + "=" * (-len(line) % 4))
        salt_text, name, value = _decoder.decode(raw)
        salt = base64.urlsafe_b64decode(salt_text + "==")
        plain = disclosure(salt, name, value) == line and len(salt) == SALT_BYTES
    except (msgspec.MsgspecError, ValueError, RecursionError):
        plain = False
    if not plain:
        _wrong(leaf, f"has a line that is no disclosure: {line[:60]!r}")
    return salt, name, value


def _check_digests(leaf: Leaf) -> None:
    digests: Any = leaf.data.get("_sd")
    algorithm = leaf.data.get("_sd_alg")
    if digests is None and algorithm is None:
        return
    if (
        not isinstance(digests, list)
        or any(type(digest) is not str for digest in digests)
        or digests != sorted(set(digests))
        or algorithm != "sha-256"
    ):
        _wrong(leaf, "has digests that are not sorted SHA-256 digests")


def _check_field(leaf: Leaf, name: str) -> None:
    cls = _type(leaf)
    # An older version of a type may call its fields otherwise.
    if leaf.tv == cls.VERSION and name not in cls.REDACTABLE:
        _wrong(leaf, f"discloses {name!r}, which {leaf.type} never withholds")
    if name in leaf.data or name.startswith("_sd"):
        _wrong(leaf, f"discloses {name!r}, which it states already")


def _check_complete(leaf: Leaf, shown: Shown, unused: int) -> None:
    if len(shown.erased) > unused:
        _wrong(leaf, "has fewer digests than values")
    cls = _type(leaf)
    if leaf.tv != cls.VERSION:
        return
    if len(leaf.digests) != len(cls.REDACTABLE):
        _wrong(leaf, f"does not have the {len(cls.REDACTABLE)} digests of {leaf.type}")
    for name in _required(cls.TYPE):
        if name not in shown.values and name not in shown.missing:
            _wrong(leaf, f"says nothing of {name}, which {leaf.type} has")


def _type(leaf: Leaf) -> Any:  # noqa: ANN401  # a class with class variables
    cls = TYPES.get(leaf.type)
    if cls is None or leaf.tv > cls.VERSION:
        raise InputError(
            f"pos:{leaf.position} is {leaf.type} of version {leaf.tv}, which this"
            " version of whereas does not know",
            hint="install a newer one",
        )
    return cls


@cache
def _required(name: str) -> tuple[str, ...]:
    """Name the redactable fields that every event of a type has."""
    cls = TYPES[name]
    return tuple(
        field.key
        for field in fields_of(cls)
        if field.required and field.key in cls.REDACTABLE
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
