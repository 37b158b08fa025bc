"""Write a bundle so that it is there as a whole or not at all.

Everything is written beside the place it is meant for, under a hidden name, forced to
the disk, and then moved there in one step. What fails leaves nothing; what is cut short
by a crash leaves a hidden file that no reader takes for a bundle.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from events.errors import NotFound, Refused
from ledger.audit import zipform
from ledger.audit.names import check_name
from ledger.log.files import sync_folder

# A bundle is made to be given away.
_MODE = 0o644


class Writer(Protocol):
    """What a bundle is written to, file by file, in the order of their names."""

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Add one file.

        Args:
            name: its name; it sorts behind every one that was added.
            chunks: its content.
        """
        ...


def check_free(path: Path) -> None:
    """Check that a bundle can be made at a path, before anything costly is done.

    Raises:
        Refused: something is there already.
        NotFound: the folder that is to hold it does not exist.
    """
    if path.exists() or path.is_symlink():
        raise Refused(
            f"{path} is already there",
            hint="give another name: nothing is written over",
            path=str(path),
        )
    if not path.parent.is_dir():
        raise NotFound(f"there is no folder {path.parent}", path=str(path))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Open a new bundle: a zip where the name ends in ``.zip``, else a folder.

    Args:
        path: where it will be; nothing may be there yet.

    Yields:
        A writer; the bundle appears at ``path`` when the block ends without an error.

    Raises:
        Refused: something is there already, or it cannot be written.
        NotFound: the folder that is to hold it does not exist.
    """
    check_free(path)
    as_zip = path.suffix.lower() == ".zip"
    with _told(path), _zip(path) if as_zip else _folder(path) as writer:
        yield writer


@contextmanager
def writing_file(path: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """Open a new file, which is there as a whole or not at all.

    Args:
        path: where it will be.
        replace: whether a file that is there gives way to it, and gives it its mode.

    Yields:
        What is written to; its ``name`` is a hidden one beside ``path``.

    Raises:
        Refused: something is there already, or it cannot be written.
        NotFound: the folder that is to hold it does not exist.
    """
    there = path.is_file() if replace else False
    if not there:
        check_free(path)
    mode = stat.S_IMODE(path.stat().st_mode) if there else None
    with _told(path), _file(path, replace=replace, mode=mode) as stream:
        yield stream


@contextmanager
def placing(path: Path) -> Iterator[Path]:
    """Give a hidden place for a file that is written by others.

    Args:
        path: where it will be, once the block ends without an error.

    Yields:
        Where to write it, for good; what lies beside it there is taken away.

    Raises:
        Refused: something is there already, or it cannot be written.
        NotFound: the folder that is to hold it does not exist.
    """
    check_free(path)
    with (
        _told(path),
        tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder,
    ):
        fresh = Path(folder, path.name)
        yield fresh
        os.link(fresh, path)
        _keep(path, Path.unlink)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what the system says when something cannot be written."""
    try:
        yield
    except OSError as wrong:
        raise Refused(
            f"{path} cannot be written: {wrong.strerror or wrong}; nothing is left"
            " of it",
            path=str(path),
        ) from wrong


@contextmanager
def _file(
    path: Path, *, replace: bool = False, mode: int | None = None
) -> Iterator[BinaryIO]:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("x+b") as stream:
            yield stream
            stream.flush()
            if mode is not None:
                os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        if replace:
            fresh.replace(path)
        else:
            # Unlike a rename, a link does not take the place of a file that came
            # meanwhile.
            os.link(fresh, path)
        _keep(path, Path.unlink)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _zip(path: Path) -> Iterator[Writer]:
    with (
        _file(path, mode=_MODE) as stream,
        tempfile.TemporaryFile(dir=path.parent) as directory,
    ):
        writer = _ZipWriter(stream, directory)
        yield writer
        writer.finish()


@contextmanager
def _folder(path: Path) -> Iterator[Writer]:
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield _FolderWriter(fresh)
        for folder, _, _ in os.walk(fresh):
            sync_folder(Path(folder))
        fresh.chmod(0o755)
        fresh.rename(path)
        _keep(path, shutil.rmtree)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


class _ZipWriter:
    """Writes members one behind the other; their records wait in another file."""

    def __init__(self, stream: BinaryIO, directory: BinaryIO) -> None:
        self._stream = stream
        self._directory = directory
        self._count = 0
        self._last = b""

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Add one file; see ``Writer``."""
        encoded = _next_name(name, self._last)
        self._last = encoded
        offset = self._stream.tell()
        # Length and CRC are known at the end; the header has its length already.
        member = zipform.Member(encoded, 0, 0, offset)
        self._stream.write(zipform.local_header(member))
        size = crc = 0
        for chunk in chunks:
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
            self._stream.write(chunk)
        if size > zipform.MEMBER_BYTES_MAX:
            raise Refused(
                f"{name} has {size} bytes: too many for one file of a zip",
                hint="export into a folder",
            )
        member = member._replace(size=size, crc=crc)
        self._stream.seek(offset)
        self._stream.write(zipform.local_header(member))
        self._stream.seek(member.end)
        self._directory.write(zipform.central_record(member))
        self._count += 1

    def finish(self) -> None:
        """Write the directory behind the members."""
        offset, size = self._stream.tell(), self._directory.tell()
        self._directory.seek(0)
        shutil.copyfileobj(self._directory, self._stream)
        self._stream.write(zipform.end_records(self._count, size, offset))


class _FolderWriter:
    """Writes each file to the disk for good before the next."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._last = b""

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Add one file; see ``Writer``."""
        self._last = _next_name(name, self._last)
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.writelines(chunks)
            stream.flush()
            os.fsync(stream.fileno())


def _keep(path: Path, remove: Callable[[Path], None]) -> None:
    """Force the name of a whole bundle to the disk, or leave nothing of it."""
    try:
        sync_folder(path.parent)
    except OSError:
        remove(path)
        raise


def _next_name(name: str, last: bytes) -> bytes:
    encoded = check_name(name).encode("ascii")
    if encoded <= last:
        raise AssertionError(f"{name} is written behind {last.decode()}")
    return encoded
