"""Replace a small file so that a crash leaves the old or the new one, and lock it.

``replace`` writes a new file beside the old one, forces it to the disk, renames it over
the old one and forces the folder to the disk: when it has returned, the new content
survives a power cut. ``locked`` keeps other processes out meanwhile; the lock is a file
of its own, because what it guards is replaced.

A key is readable by its owner alone: ``read_private`` refuses one that is not.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from events.errors import InputError, Refused

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR
PUBLIC = OWNER_ONLY | stat.S_IRGRP | stat.S_IROTH
_ALL = 0o666


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Hold a lock, waiting for it if need be.

    Whoever may write in its folder may hold it.

    Args:
        lock: A file for this alone, made if absent; it stays.

    Raises:
        Refused: It cannot be made or held.
    """
    with _written(lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = _opened(lock)
    try:
        with _written(lock):
            _lock(handle)
        yield
    finally:
        os.close(handle)


def replace(path: Path, data: bytes, *, mode: int = OWNER_ONLY) -> None:
    """Put new content in place of a file, durably and at once.

    Args:
        path: The file; its folder exists.
        data: All of the new content.
        mode: Who may read it, less what the umask takes.

    Raises:
        Refused: It cannot be written.
    """
    fresh = path.with_name(f"{path.name}.new")
    with _written(path):
        # Only the holder of the lock writes, so what is there is left from a crash.
        fresh.unlink(missing_ok=True)
    create(fresh, data, mode=mode)
    with _written(path):
        fresh.replace(path)
        sync_folder(path.parent)


def create(path: Path, data: bytes, *, mode: int = OWNER_ONLY) -> None:
    """Write a new file, durably; refuse to write over one.

    Args:
        path: The file.
        data: All of its content.
        mode: Who may read it, less what the umask takes.

    Raises:
        Refused: One is there, or it cannot be written.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as there:
        raise Refused(
            f"{path} is already there",
            hint="give another name: nothing is written over",
            path=str(path),
        ) from there
    except OSError as wrong:
        raise _unwritten(path, wrong) from wrong
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        sync_folder(path.parent)
    except OSError as wrong:
        path.unlink()  # Half a file would be in the way of the next attempt.
        raise _unwritten(path, wrong) from wrong


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """Say of which file it is that the system does not let it be written."""
    try:
        yield
    except OSError as wrong:
        raise _unwritten(path, wrong) from wrong


def _unwritten(path: Path, wrong: OSError) -> Refused:
    return Refused(f"{path} cannot be written: {wrong.strerror}", path=str(path))


def read_private(path: Path, limit: int) -> bytes:
    """Read a secret file that only its owner can read.

    Args:
        path: The file.
        limit: The most bytes it may have.

    Returns:
        Its content.

    Raises:
        InputError: It cannot be read, or is too large.
        Refused: Its group or others may read or write it.
    """
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(limit + 1)
    except OSError as wrong:
        raise InputError(
            f"{path} cannot be read: {wrong.strerror}", path=str(path)
        ) from wrong
    if mode & _OTHERS and sys.platform != "win32":
        raise Refused(
            f"{path} has mode {stat.S_IMODE(mode):04o}: others can reach this secret",
            hint=f"chmod 600 {path}",
            path=str(path),
        )
    if len(data) > limit:
        raise InputError(f"{path} has more than {limit} bytes", path=str(path))
    return data


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    if sys.platform == "win32":
        return  # Windows keeps names without being asked, and opens no folder.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _opened(lock: Path) -> int:
    """Open a lock, which whoever may write in its folder may write."""
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        return os.open(lock, os.O_RDWR)
    lock.chmod(stat.S_IMODE(lock.parent.stat().st_mode) & _ALL | OWNER_ONLY)
    return handle


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 # of one system only

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        import fcntl  # noqa: PLC0415 # of one system only

        fcntl.flock(handle, fcntl.LOCK_EX)
