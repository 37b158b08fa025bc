"""The lines of a file, one at a time, none of them longer than an event may be."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from events.errors import InputError
from ledger.importing.decoding import decode, without_mark

LINE_BYTES_MAX = 1 << 20


class Line(NamedTuple):
    """A line of bytes, its number from 1 and how many bytes of the file precede it."""

    data: bytes
    number: int
    offset: int


def lines_of(head: bytes, rest: BinaryIO, path: str) -> Iterator[Line]:
    """Read a file line by line, in flat memory.

    Args:
        head: what has been read of it already.
        rest: what follows.
        path: what to call the file.

    Raises:
        InputError: a line is longer than 1 MiB.
    """
    head, offset = without_mark(head)
    for number, data in enumerate(_lines(head, rest), 1):
        if len(data) > LINE_BYTES_MAX:
            raise InputError(
                f"the line is longer than {LINE_BYTES_MAX} bytes",
                hint="an event takes at most 65,535; keep documents outside",
                path=path,
                line=number,
                column=1,
            )
        yield Line(data, number, offset)
        offset += len(data)


def text_of(line: Line, path: str) -> str:
    """Decode a line.

    Raises:
        InputError: it is not UTF-8, or holds a control character.
    """
    return decode(line.data, path, line=line.number, offset=line.offset)


def _lines(head: bytes, rest: BinaryIO) -> Iterator[bytes]:
    """Split a file into lines, each with its line break."""
    whole = head.rfind(b"\n") + 1
    yield from io.BytesIO(head[:whole])
    line = head[whole:] + rest.readline(LINE_BYTES_MAX + 1)
    while line:
        yield line
        line = rest.readline(LINE_BYTES_MAX + 1)
