"""Read a bundle that nobody vouches for, file by file, each at most once.

Before anything is read, the form is checked. In a folder there are folders and plain
files and nothing else: no link that leads away, no device, no pipe. In a zip every byte
that is not content is what :mod:`ledger.audit.zipform` would write: no comment, no gap,
nothing compressed, no name twice. Then whoever verifies takes files by their names and
says how large they may be. At the end ``untaken`` tells which were never asked for: a
file that no check has seen does not belong here.

An open bundle holds 8 bytes a file of a zip; a folder's names are held as they are.
"""

from __future__ import annotations

import os
import stat
import zlib
from abc import ABC, abstractmethod
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NoReturn

from events.errors import InputError, Integrity
from ledger.audit import zipform
from ledger.audit.names import NAME_LENGTH_MAX, check_name

CHUNK_BYTES = 1 << 16
_RECORD_BYTES_MAX = zipform.CENTRAL_SIZE + NAME_LENGTH_MAX + 12


class Bundle(ABC):
    """The files of a bundle, sorted by name as bytes."""

    def __init__(self, path: Path, count: int) -> None:
        self.path = path
        self._count = count
        self._taken = bytearray(count)

    @abstractmethod
    def name(self, number: int) -> str:
        """Give the name of the file with that number, from 0."""

    @abstractmethod
    def _stream(self, number: int, limit: int) -> Iterator[bytes]:
        """Yield the content of a file in chunks, at most ``limit`` bytes of it."""

    def has(self, name: str) -> bool:
        """Tell whether there is a file of that name."""
        return self._find(name) is not None

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names that begin with a prefix, sorted."""
        for number in range(self._at(prefix), self._count):
            name = self.name(number)
            if not name.startswith(prefix):
                return
            yield name

    def take(self, name: str, limit: int) -> bytes:
        """Read a whole file.

        Args:
            name: its name.
            limit: the most bytes it may have.

        Raises:
            Integrity: it is not there, or its content is not what the zip says.
            InputError: it is too large, or cannot be read.
        """
        return b"".join(self.stream(name, limit))

    def stream(self, name: str, limit: int) -> Iterator[bytes]:
        """Read a file in chunks; see ``take``."""
        number = self._find(name)
        if number is None:
            raise Integrity(f"the bundle lacks {name}", file=name)
        if self._taken[number]:
            raise AssertionError(f"{name} is taken twice")
        self._taken[number] = 1
        return self._stream(number, limit)

    def untaken(self) -> Iterator[str]:
        """Yield the names of files that nobody took."""
        at = self._taken.find(0)
        while at >= 0:
            yield self.name(at)
            at = self._taken.find(0, at + 1)

    def _find(self, name: str) -> int | None:
        at = self._at(name)
        return at if at < self._count and self.name(at) == name else None

    def _at(self, name: str) -> int:
        """Give the number of the first file whose name is not before that one."""
        # Names are ASCII, so texts sort as their bytes do.
        return bisect_left(range(self._count), name, key=self.name)

    def _too_large(self, name: str, limit: int) -> InputError:
        return InputError(
            f"{name} has more than {limit} bytes", path=str(self.path), file=name
        )


class FolderBundle(Bundle):
    """A bundle in a folder."""

    def __init__(self, path: Path) -> None:
        self._names = sorted(_files(path, ""))
        super().__init__(path, len(self._names))

    def name(self, number: int) -> str:
        """Give the name of the file with that number."""
        return self._names[number]

    def _stream(self, number: int, limit: int) -> Iterator[bytes]:
        name = self._names[number]
        left = limit
        try:
            handle = os.open(
                self.path / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
            )
            with os.fdopen(handle, "rb", buffering=0) as file:
                while chunk := file.read(CHUNK_BYTES):
                    left -= len(chunk)
                    if left < 0:
                        raise self._too_large(name, limit)
                    yield chunk
        except OSError as wrong:
            raise _unreadable(self.path / name, wrong) from wrong


class ZipBundle(Bundle):
    """A bundle in a zip file of the one form that ``zipform`` writes."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        # Where each record of the directory begins.
        self._records = array("Q")
        self._index(path)
        super().__init__(path, len(self._records))

    def name(self, number: int) -> str:
        """Give the name of the file with that number."""
        return self._member(number).name.decode("ascii")

    def _stream(self, number: int, limit: int) -> Iterator[bytes]:
        member = self._member(number)
        name = member.name.decode("ascii")
        if member.size > limit:
            raise self._too_large(name, limit)
        crc, at = 0, member.data_offset
        while at < member.end:
            chunk = self._read(at, min(CHUNK_BYTES, member.end - at))
            if not chunk:
                raise InputError(f"{self.path} ends within {name}", path=str(self.path))
            at += len(chunk)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if crc != member.crc:
            raise Integrity(
                f"{name} is not what the zip file says it is",
                file=name,
                expected=f"crc32 {member.crc:08x}",
                found=f"crc32 {crc:08x}",
            )

    def _index(self, path: Path) -> None:
        """Walk the directory once and hold every byte of it against the form."""
        tail_bytes = min(self._size, zipform.END_SIZE + zipform.END_64_SIZE)
        tail = self._read(self._size - tail_bytes, tail_bytes)
        found = zipform.read_end(tail)
        if found is None:
            _malformed(path, "its end is not the end of a bundle")
        count, size, offset = found
        end = offset + size
        if end + len(zipform.end_records(*found)) != self._size:
            _malformed(path, "there is a gap before its end")
        at, expected, last = offset, 0, b""
        while at < end:
            read = zipform.read_central(
                self._read(at, min(_RECORD_BYTES_MAX, end - at))
            )
            if read is None:
                _malformed(path, "its directory is not of the one form")
            member, length = read
            _check_member(path, member, last, expected)
            header = zipform.local_header(member)
            if self._read(member.offset, len(header)) != header:
                _malformed(path, f"the header of {member.name.decode()} is another")
            self._records.append(at)
            at, expected, last = at + length, member.end, member.name
        if at != end or expected != offset or len(self._records) != count:
            _malformed(path, "its directory does not end where it says")

    def _member(self, number: int) -> zipform.Member:
        read = zipform.read_central(
            self._read(self._records[number], _RECORD_BYTES_MAX)
        )
        if read is None:
            _malformed(self.path, "it was written to while it was read")
        return read[0]

    def _read(self, at: int, size: int) -> bytes:
        try:
            self._file.seek(at)
            return self._file.read(size)
        except OSError as wrong:
            raise _unreadable(Path(self._file.name), wrong) from wrong


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Open a bundle: a folder, or a zip file.

    Raises:
        InputError: it cannot be read, or is not of the form.
    """
    with ExitStack() as stack:
        try:
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                bundle: Bundle = FolderBundle(path)
            elif stat.S_ISREG(mode):
                bundle = ZipBundle(path, stack.enter_context(path.open("rb")))
            else:
                _malformed(path, "it is neither a folder nor a file")
        except OSError as wrong:
            raise _unreadable(path, wrong) from wrong
        yield bundle


@contextmanager
def in_file(name: str) -> Iterator[None]:
    """Name the file of a bundle of which something is said.

    Raises:
        InputError: as within, behind the name.
        Integrity: as within, behind the name.
    """
    try:
        yield
    except (InputError, Integrity) as wrong:
        raise type(wrong)(
            f"{name}: {wrong}", hint=wrong.hint, **{**wrong.facts, "file": name}
        ) from wrong


def _files(root: Path, below: str) -> Iterator[str]:
    """Yield the names of the files below a folder; refuse what is neither."""
    empty = True
    with os.scandir(root / below) as entries:
        for entry in entries:
            empty = False
            name = check_name(f"{below}{entry.name}")
            if entry.is_dir(follow_symlinks=False):
                yield from _files(root, f"{name}/")
            elif entry.is_file(follow_symlinks=False):
                yield name
            else:
                _malformed(root, f"{name} is a link or no plain file")
    if empty:
        _malformed(root, f"{below or 'it'} is an empty folder")


def _check_member(
    path: Path, member: zipform.Member, last: bytes, expected: int
) -> None:
    if not member.name.isascii():
        _malformed(path, f"{member.name!r} is not the name of a file here")
    check_name(member.name.decode("ascii"))
    if member.name <= last:
        _malformed(path, f"{member.name.decode()} is there twice, or out of order")
    if member.offset != expected:
        _malformed(path, f"{member.name.decode()} does not follow the one before")


def _malformed(path: Path, what: str) -> NoReturn:
    raise InputError(f"{path} is not a bundle: {what}", path=str(path))


def _unreadable(path: Path, wrong: OSError) -> InputError:
    return InputError(
        f"{path} cannot be read: {wrong.strerror or wrong}", path=str(path)
    )
