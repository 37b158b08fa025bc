"""Make recorded text safe to show.

Whoever records an event may put anything into its words. A terminal obeys control
characters and reorders text at others, so none of them reaches one: they are shown as
escapes instead, in every form of output.
"""

from __future__ import annotations

import re

# Controls (C0, delete, C1), marks that change the direction of text or hide it, line
# separators, tags, and halves of characters, which no encoding takes.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_NEWLINES = re.compile("\r\n|[\t\n\r]")
_LAYOUT = re.compile("([\t\n])")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_BYTE = 0x100
_PLANE = 0x10000


def visible(text: str) -> str:
    r"""Show what could harm a terminal as escapes such as ``\x1b``."""
    return _UNSAFE.sub(_escape, text)


def one_line(text: str) -> str:
    """Put text on one line, safe to show; line breaks and tabs become blanks."""
    return visible(_NEWLINES.sub(" ", text))


def document(text: str) -> str:
    """Show what could harm a terminal as escapes; tabs and ends of lines stay."""
    # Every second part is layout.
    parts = _LAYOUT.split(text)
    return "".join(part if n % 2 else visible(part) for n, part in enumerate(parts))


def cell(text: str) -> str:
    """Write text as a field between tabs, so that it can be read back."""
    escaped = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return visible(escaped)


def json_text(text: str, *, ascii_only: bool = False) -> str:
    """Escape in a JSON document what could harm a terminal; its meaning stays.

    Args:
        text: a JSON document, whose line breaks are layout.
        ascii_only: escape everything that is not ASCII.
    """
    lines = text.split("\n")
    pattern = _NOT_ASCII if ascii_only else _UNSAFE
    return "\n".join(pattern.sub(_json_escape, line) for line in lines)


def _escape(found: re.Match[str]) -> str:
    """Write a character as people write it in a program."""
    code = ord(found[0])
    if code < _BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _PLANE else f"\\U{code:08x}"


def _json_escape(found: re.Match[str]) -> str:
    """Write a character as JSON does, as two halves where it needs them."""
    code = ord(found[0])
    if code < _PLANE:
        return f"\\u{code:04x}"
    high, low = divmod(code - _PLANE, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
