"""Write the headers of a zip file in one way only.

The format leaves much open: times, attributes, comments, gaps, two copies of every
name, data that is compressed in a hundred ways. Here nothing is open, so that the same
files give the same bytes everywhere, and so that a reader can compute every byte that
is not content and compare. Members are stored, not compressed: compression differs
from one library to the next, and a member that does not expand is no bomb. They follow
each other without gaps, in the order of their names as bytes.

Times are 1980-01-01 00:00, the earliest that there is; files have mode 0644. A member
has fewer than 2^32 - 1 bytes; offsets and counts may be larger, in zip64 records.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

MEMBER_BYTES_MAX = 0xFFFF_FFFE
_FULL_32 = 0xFFFF_FFFF
_FULL_16 = 0xFFFF
# No file is larger, and the sum of two stays within 64 bits.
_FULL_63 = (1 << 63) - 1
_PLAIN, _ZIP64 = 20, 45
_MADE_ON_UNIX = 3 << 8
_MODE = 0o100644 << 16
_DATE = 0x0021

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_OFFSET_64 = struct.Struct("<2HQ")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
CENTRAL_SIZE = _CENTRAL.size
END_SIZE = _END.size
END_64_SIZE = _END_64.size + _LOCATOR.size
_END_MARK = b"PK\x05\x06"
_END_64_MARK = b"PK\x06\x06"


class Member(NamedTuple):
    """One file in a zip: its name, content's length and CRC-32, and where it begins."""

    name: bytes
    size: int
    crc: int
    offset: int

    @property
    def data_offset(self) -> int:
        """Give the offset of the first byte of its content."""
        return self.offset + _LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        """Give the offset behind its content."""
        return self.data_offset + self.size


def local_header(member: Member) -> bytes:
    """Write what stands before a member's content."""
    name, size, crc, _ = member
    return (
        _LOCAL.pack(
            b"PK\x03\x04", _PLAIN, 0, 0, 0, _DATE, crc, size, size, len(name), 0
        )
        + name
    )


def central_record(member: Member) -> bytes:
    """Write a member's record in the directory at the end."""
    name, size, crc, offset = member
    extra = b""
    if offset >= _FULL_32:
        extra, offset = _OFFSET_64.pack(1, 8, offset), _FULL_32
    needed = _ZIP64 if extra else _PLAIN
    return (
        _CENTRAL.pack(
            b"PK\x01\x02",
            _MADE_ON_UNIX | needed,
            needed,
            0,
            0,
            0,
            _DATE,
            crc,
            size,
            size,
            len(name),
            len(extra),
            0,
            0,
            0,
            _MODE,
            offset,
        )
        + name
        + extra
    )


def read_central(data: bytes) -> tuple[Member, int] | None:
    """Read a member from the first bytes of ``data``.

    Args:
        data: what begins with the record; more may follow.

    Returns:
        The member and the length of its record, or None where the bytes are not
        exactly what ``central_record`` writes.
    """
    if len(data) < CENTRAL_SIZE:
        return None
    fields = _CENTRAL.unpack_from(data)
    size, name_length, extra_length = fields[8], fields[10], fields[11]
    length = CENTRAL_SIZE + name_length + extra_length
    offset = fields[16]
    if extra_length == _OFFSET_64.size and len(data) >= length:
        offset = _OFFSET_64.unpack_from(data, length - extra_length)[2]
    name = data[CENTRAL_SIZE : CENTRAL_SIZE + name_length]
    member = Member(name, size, fields[7], offset)
    return (member, length) if central_record(member) == data[:length] else None


def end_records(count: int, size: int, offset: int) -> bytes:
    """Write the end of a zip.

    Args:
        count: how many members there are.
        size: how many bytes the directory has.
        offset: where it begins.
    """
    small = count < _FULL_16 and size < _FULL_32 and offset < _FULL_32
    end = _END.pack(
        _END_MARK,
        0,
        0,
        min(count, _FULL_16),
        min(count, _FULL_16),
        min(size, _FULL_32),
        min(offset, _FULL_32),
        0,
    )
    if small:
        return end
    rest = _END_64.size - 12
    large = _END_64.pack(
        _END_64_MARK,
        rest,
        _MADE_ON_UNIX | _ZIP64,
        _ZIP64,
        0,
        0,
        count,
        count,
        size,
        offset,
    )
    return large + _LOCATOR.pack(b"PK\x06\x07", 0, offset + size, 1) + end


def read_end(tail: bytes) -> tuple[int, int, int] | None:
    """Read count, size and offset of the directory from the last bytes of a zip.

    Args:
        tail: the last bytes, as many as both end records take or all there are.

    Returns:
        Count, size and offset, or None where the bytes are not exactly what
        ``end_records`` writes.
    """
    if len(tail) < END_SIZE:
        return None
    fields = _END.unpack(tail[-END_SIZE:])
    found: tuple[int, int, int] = (fields[4], fields[5], fields[6])
    large = tail[-END_SIZE - END_64_SIZE : -END_SIZE]
    if len(large) == END_64_SIZE and large.startswith(_END_64_MARK):
        wide: tuple[int, int, int] = _END_64.unpack_from(large)[7:10]
        if max(wide) <= _FULL_63 and tail.endswith(end_records(*wide)):
            return wide
    return found if tail.endswith(end_records(*found)) else None
