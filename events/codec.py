"""Event bytes: what is hashed, stored and exported ("whereas-event/1").

The bytes are RFC 8785 JSON on a profile where fast encoders agree with it to the
byte: ASCII keys, integers within 2^53 - 1, no floats, sorted members. Values of an
event type's redactable fields are not in the bytes. Their salted digests are
(RFC 9901, section 4.2), padded with decoys to a fixed number per type, so that a
value can be withheld or erased while every hash and proof keeps holding.

Reading stays one row: the bytes hold ``{"_sd": [...], "_sd_alg": "sha-256", ...}``,
the row's second column holds ``{"amount": "USD 1bn"}``, and joining the two objects
gives the event.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec

from events.base import Event, PriceStep
from events.catalogue import TYPES, fields_of
from events.dates import PartialDate
from events.entry import FORMAT, Entry, Envelope
from events.errors import InputError, Integrity
from events.quantity import REDACTED, Quantity
from events.upcasts import UPCASTS
from events.values import dec_hook, enc_hook

EVENT_BYTES_MAX = 65_535
SALT_BYTES = 16
_NEWER = "the ledger was written by a newer version of whereas: install that"

# A price that was withheld is so on every day; a correction, for every field.
_PLACEHOLDERS: dict[str, object] = {
    "amount": Quantity.parse(REDACTED),
    "text": REDACTED,
    "price-schedule": (PriceStep(PartialDate.parse("0001"), Quantity.parse(REDACTED)),),
    "replacement": {REDACTED: REDACTED},
}

_URL_SAFE = bytes.maketrans(b"+/", b"-_")

_encoder = msgspec.json.Encoder(enc_hook=enc_hook, order="sorted")
_envelopes = msgspec.json.Decoder(Envelope, dec_hook=dec_hook)
_spelled = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """An event's data with its redactable values taken out.

    ``data`` goes into the event bytes. ``disclosed`` is a JSON object of the values
    taken out, ``salts`` their salts, 16 bytes each, in the order of their names.
    """

    data: bytes
    disclosed: bytes
    salts: bytes


def canonical(value: object) -> bytes:
    """Encode a value as canonical JSON (the profile of this module)."""
    return _encoder.encode(value)


def seal(event: Event, random: Callable[[int], bytes]) -> Sealed:
    """Replace an event's redactable values by salted digests.

    Args:
        event: the event, validated.
        random: gives that many random bytes, for salts and decoys.

    Returns:
        The data for the event bytes, and what must be kept beside them.
    """
    fields: dict[str, Any] = msgspec.to_builtins(event, enc_hook=enc_hook)
    names = event.REDACTABLE
    disclosed = {name: fields.pop(name) for name in names if name in fields}
    count = len(names)
    noise = random(SALT_BYTES * len(disclosed) + 32 * (count - len(disclosed)))
    salts = noise[: SALT_BYTES * len(disclosed)]
    digests = [
        disclosure_digest(disclosure(salts[at : at + SALT_BYTES], name, value))
        for at, (name, value) in zip(
            range(0, len(salts), SALT_BYTES), disclosed.items(), strict=True
        )
    ]
    digests += [
        _b64url(noise[at : at + 32]) for at in range(len(salts), len(noise), 32)
    ]
    if digests:
        digests.sort()
        fields["_sd"] = digests
        fields["_sd_alg"] = "sha-256"
    return Sealed(_encoder.encode(fields), _encoder.encode(disclosed), salts)


def disclosure(salt: bytes, name: str, value: object) -> str:
    """Write one disclosure: base64url of the JSON array of salt, name and value.

    Source: RFC 9901, section 4.2.1.
    """
    return _b64url(_encoder.encode([_b64url(salt), name, value]))


def disclosure_digest(text: str) -> str:
    """Digest a disclosure as it stands in ``_sd``.

    Source: RFC 9901, section 4.2.3.
    """
    return _b64url(hashlib.sha256(text.encode("ascii")).digest())


def disclosures(disclosed: bytes, salts: bytes) -> list[str]:
    """Write the disclosures of a row, in the order of their names."""
    values: dict[str, Any] = msgspec.json.decode(disclosed)
    return [
        disclosure(salts[at : at + SALT_BYTES], name, value)
        for at, (name, value) in zip(
            range(0, len(salts), SALT_BYTES), values.items(), strict=True
        )
    ]


def is_sealed(data: bytes, disclosed: bytes, salts: bytes) -> bool:
    """Tell whether the values kept beside an event are those that were recorded.

    Args:
        data: the event's data, with the digests.
        disclosed: the JSON object of the values.
        salts: their salts.
    """
    try:
        values = _spelled.decode(disclosed)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    # Sorted, the digests come first in the data; their list holds no bracket.
    digests = data[: data.find(b"]")] if data.startswith(b'{"_sd":[') else b""
    for at, (name, value) in enumerate(values.items()):
        salt = _b64(salts[at * SALT_BYTES : (at + 1) * SALT_BYTES])
        text = _b64(b'["%b","%b",%b]' % (salt, name.encode(), value))
        if b'"%b"' % _b64(hashlib.sha256(text).digest()) not in digests:
            return False
    return len(salts) == SALT_BYTES * len(values)


def encode(envelope: Envelope) -> bytes:
    """Encode an envelope as the event bytes.

    Raises:
        InputError: the event is larger than 65,535 bytes.
    """
    encoded = _encoder.encode(envelope)
    if len(encoded) > EVENT_BYTES_MAX:
        raise InputError(
            f"the event takes {len(encoded)} bytes; at most {EVENT_BYTES_MAX} fit",
            hint="keep long documents outside and cite them by sha256",
        )
    return encoded


def decode(encoded: bytes, disclosed: bytes, redacted: Sequence[str] = ()) -> Entry:
    """Read an event back from its bytes and the values kept beside them.

    Args:
        encoded: the event bytes.
        disclosed: the JSON object of the values that are still there.
        redacted: names of the values that were erased or withheld.

    Returns:
        The entry; a redacted quantity or text reads as ``[***]``.

    Raises:
        Integrity: the bytes are not an event of a version known here.
    """
    try:
        envelope = _envelopes.decode(encoded)
        if envelope.v != FORMAT:
            raise Integrity(f"event bytes of format {envelope.v}", hint=_NEWER)
        data = _join(bytes(envelope.data), disclosed)
        decoder = _decoder(envelope.type, envelope.tv)
        if decoder is None or redacted:
            return _decode_slowly(envelope, data, redacted)
        return Entry(envelope, decoder.decode(data))
    except (
        msgspec.MsgspecError,
        UnicodeDecodeError,
        InputError,
        RecursionError,
    ) as error:
        raise Integrity(f"the stored bytes are not an event: {error}") from error


def _join(data: bytes, disclosed: bytes) -> bytes:
    """Join two JSON objects without parsing them."""
    if len(disclosed) <= len(b"{}"):
        return data
    if len(data) <= len(b"{}"):
        return disclosed
    return data[:-1] + b"," + disclosed[1:]


@cache
def _decoder(name: str, version: int) -> msgspec.json.Decoder[Event] | None:
    """Give the decoder of a type, or None when its version needs an upcast."""
    cls = TYPES.get(name)
    if cls is None:
        raise Integrity(f"unknown event type {name}", hint=_NEWER)
    if version > cls.VERSION:
        raise Integrity(
            f"{name} has version {version}; this version of whereas knows "
            f"{cls.VERSION}",
            hint=_NEWER,
        )
    if version < 1:
        raise Integrity(f"{name} has version {version}")
    if version < cls.VERSION:
        return None
    return msgspec.json.Decoder(cls, dec_hook=dec_hook)


def _decode_slowly(envelope: Envelope, data: bytes, redacted: Sequence[str]) -> Entry:
    """Read an event that needs an upcast or has values missing.

    The names of redacted fields are those of the version that was stored.
    """
    cls = TYPES[envelope.type]
    fields: dict[str, Any] = msgspec.json.decode(data)
    missing = dict.fromkeys(redacted)
    for version in range(envelope.tv, cls.VERSION):
        upcast = UPCASTS[envelope.type, version]
        fields, missing = upcast(fields), upcast(missing)
    fields.update({name: placeholder(cls, name) for name in missing})
    event = msgspec.convert(fields, cls, dec_hook=dec_hook)
    return Entry(envelope, event, tuple(missing))


def placeholder(cls: type[Event], name: str) -> object:
    """Give what stands for a redacted value: ``[***]`` in the shape of its field.

    Raises:
        Integrity: the field is not one whose values can be withheld.
    """
    if name not in cls.REDACTABLE:
        raise Integrity(f"{name} of {cls.TYPE} cannot be redacted")
    (field,) = (f for f in fields_of(cls) if f.key == name)
    return _PLACEHOLDERS[field.kind]


def _b64url(raw: bytes) -> str:
    """Encode as base64url without padding."""
    return _b64(raw).decode("ascii")


def _b64(raw: bytes) -> bytes:
    """Encode as base64url without padding, as bytes."""
    # What the base64 module does, in one step: an event takes ten of these.
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=")
