"""From bytes to text: UTF-8 and nothing else, without what no file of words holds."""

from __future__ import annotations

import re
from codecs import BOM_UTF8

from events.errors import InputError
from ledger.importing.pages import Page

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SAVE = "save the file as UTF-8"


def without_mark(data: bytes) -> tuple[bytes, int]:
    """Take the byte order mark off the beginning of a file, and count its bytes."""
    taken = data.removeprefix(BOM_UTF8)
    return taken, len(data) - len(taken)


def decode(data: bytes, path: str, *, line: int = 1, offset: int = 0) -> str:
    """Decode a piece of a file.

    Args:
        data: the piece.
        path: what to call the file.
        line: the number of its first line.
        offset: how many bytes of the file are before it.

    Raises:
        InputError: it is not UTF-8, or holds a control character.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        after = data[error.start :].decode("utf-8", "replace")
        raise Page(path, before + after, line).error(
            f"the byte 0x{data[error.start]:02x} at offset {offset + error.start} is"
            " not UTF-8",
            len(before),
            hint=_SAVE,
        ) from error
    if found := _CONTROL.search(text):
        raise control(Page(path, text, line), found.start())
    return text


def control(page: Page, offset: int) -> InputError:
    """Word the refusal of a character that cannot be printed."""
    code = ord(page.text[offset])
    name = "a NUL character" if code == 0 else f"the control character U+{code:04X}"
    hint = _SAVE if code == 0 else "take it out"
    return page.error(f"{name} cannot stand in a file of words", offset, hint=hint)
