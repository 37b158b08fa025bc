"""Read the base64 and the decimal numbers of the C2SP text formats, strictly.

One value has one spelling: padding is required, bits behind the last byte are zero,
numbers have no sign and no leading zero. ``AAE=`` is the bytes 0, 1; ``AAF=`` would be
the same bytes to a lenient reader and is refused. ``0`` and ``70000`` are sizes;
``+1``, ``007`` and digits that are not ASCII are not.

Source: RFC 4648, sections 3.5 and 4; C2SP tlog-checkpoint, "Note text".
"""

from __future__ import annotations

import base64
import binascii

from events.errors import InputError
from ledger.log.tree import HASH_SIZE, MAX_SIZE

_EXCERPT_LENGTH = 60


def encode_base64(data: bytes) -> str:
    """Write bytes as padded standard base64."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, field: str, line: int | None = None) -> bytes:
    """Read padded standard base64 in its only spelling.

    Args:
        text: The characters, nothing around them.
        field: What they are, for the error.
        line: The line they stand on, counted from 1.

    Returns:
        The bytes.

    Raises:
        InputError: It is not base64, or not as this module would write it.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        data = b""
    if not text or encode_base64(data) != text:
        raise malformed(f"the {field} is not base64", text, line, field)
    return data


def decode_hash(text: str, field: str, line: int | None = None) -> bytes:
    """Read a SHA-256 hash from base64; see ``decode_base64``."""
    data = decode_base64(text, field, line)
    if len(data) != HASH_SIZE:
        raise malformed(
            f"the {field} has {len(data)} bytes, not {HASH_SIZE}", text, line, field
        )
    return data


def decode_number(text: str, field: str, line: int | None = None) -> int:
    """Read a decimal number from 0 to 2^63 - 1.

    Args:
        text: ASCII digits, without a leading zero unless it is all.
        field: What they count, for the error.
        line: The line they stand on, counted from 1.

    Returns:
        The number.

    Raises:
        InputError: It is spelled otherwise or too large.
    """
    # A longer one is too large; to convert it would only cost time.
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_SIZE))
    if not plain or str(int(text)) != text or int(text) > MAX_SIZE:
        raise malformed(f"the {field} is not a number of leaves", text, line, field)
    return int(text)


def malformed(message: str, text: str, line: int | None, field: str) -> InputError:
    """Describe a place where a text is not of its format."""
    excerpt = text if len(text) <= _EXCERPT_LENGTH else text[:_EXCERPT_LENGTH] + "…"
    return InputError(message, line=line, excerpt=excerpt, field=field)
