"""Disks that fail and power that is cut: nothing acknowledged is lost, nothing is half.

The short form takes a sample of the moments at which it may happen. All of them are
taken by ``bash .ci/long``.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from events.errors import WhereasError
from ledger.audit.verify import verify
from ledger.log.tree import root
from tests.audit_parts import TRUST, filled
from tests.faults import appender
from tests.faults.disk import Disk
from tests.faults.strace import (
    Act,
    Cut,
    Said,
    Sync,
    Write,
    needs_strace,
    refused,
    times,
    traced,
)
from tests.ledgers import noise, reopen
from tests.long_runs import LONG

pytestmark = needs_strace

BATCHES = 8
EXPORTED = 16
EVENTS = 1 + appender.TOGETHER * (BATCHES - 1)
CUTS = 4_000 if LONG else 60
FAULTS = 2
MODULE = "tests.faults.appender"
CALL_OF = {Write: "pwrite64", Sync: "fdatasync", Cut: "ftruncate"}


@cache
def trace(*more: str) -> tuple[Act, ...]:
    """What appending asks of a disk, from a ledger that is not there yet."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "l.db"
        return tuple(traced(Path(folder), MODULE, path, BATCHES, *more))


class Acknowledged(NamedTuple):
    """What a program was told of a batch: the tree right after it."""

    batch: int
    size: int
    root: str


def said(acts: Sequence[Act]) -> list[Acknowledged]:
    """List the batches that were acknowledged."""
    words = [act.words.split() for act in acts if isinstance(act, Said)]
    return [
        Acknowledged(int(rest[0]), int(rest[1]), rest[2])
        for told, *rest in words
        if told == "done"
    ]


def lost(folder: Path, acknowledged: Sequence[Acknowledged]) -> str | None:
    """Open what is left of a ledger, and tell what is wrong with it, if anything is."""
    path = folder / "l.db"
    try:
        with reopen(path, random=noise(folder.name)) as ledger:
            size = ledger.check().size
            if size % appender.TOGETHER != min(size, 1):
                return f"{size} events, so that a batch is there in part"
            for batch, there, found in acknowledged:
                if size < there or root(there, ledger.store).hex() != found:
                    return f"{size} events, and not those of batch {batch}"
            # It goes on, and whatever is sent again is there once.
            for number in range(BATCHES):
                ledger.append(appender.batch(number), recorded_by="ann")
            size = ledger.check().size
            return None if size == EVENTS else f"{size} events after all was sent again"
    except WhereasError as error:
        return f"{error.kind}: {error}" if acknowledged else None


def cuts(acts: tuple[Act, ...], folder: Path, count: int) -> list[str]:
    """Cut the power at moments all over a trace, and list what was lost."""
    random = Random(11)  # noqa: S311  # the same cuts in every run
    moments = sorted(random.randrange(1, len(acts) + 1) for _ in range(count))
    disk, at, found = Disk(), 0, []
    for number, moment in enumerate(moments):
        for act in acts[at:moment]:
            disk.follow(act)
        at = moment
        left = folder / str(number)
        left.mkdir()
        disk.cut(left, random)
        if wrong := lost(left, said(acts[:moment])):
            found.append(f"after {moment} of {len(acts)}: {wrong}")
    return found


@pytest.mark.parametrize("how", [(), ("once",)], ids=["each", "once"])
def test_a_power_cut_loses_nothing_that_was_acknowledged(
    tmp_path: Path, how: tuple[str, ...]
) -> None:
    acts = trace(*how)
    assert len(said(acts)) == BATCHES
    assert cuts(acts, tmp_path, CUTS) == []


def test_what_does_not_wait_for_the_disk_is_found_to_lose_events(
    tmp_path: Path,
) -> None:
    """Whoever looks can find a loss: here are many."""
    assert len(cuts(trace("once", "normal"), tmp_path, 50)) > 20


# What SQLite asks of the files of a ledger, and how it may be refused.
CALLS = [
    ("pwrite64", "EIO"),
    ("pwrite64", "ENOSPC"),
    ("fdatasync", "EIO"),
    ("ftruncate", "EIO"),
    ("openat", "EMFILE"),
    ("unlink", "EIO"),
]


@pytest.mark.slow
@pytest.mark.parametrize("how", [(), ("once",)], ids=["each", "once"])
@pytest.mark.parametrize(("call", "error"), CALLS)
def test_a_call_that_fails_loses_nothing_that_was_acknowledged(
    tmp_path: Path, call: str, error: str, how: tuple[str, ...]
) -> None:
    times = len([act for act in trace(*how) if CALL_OF.get(type(act)) == call])
    chance = Random(f"{call}{error}")  # noqa: S311  # the same sample in every run
    every = range(1, max(times, 8) + 1)
    for number in every if LONG else chance.sample(every, min(FAULTS, len(every))):
        for when in (f"{number}", f"{number}+"):
            folder = tmp_path / f"{call}-{when}"
            folder.mkdir()
            path = folder / "l.db"
            files = [path, folder / "l.db-wal", folder / "l.db-journal"]
            words = (MODULE, path, 4, *how)
            done = refused(call, error, when, *words, files=files)
            assert (done.returncode, done.stderr) == (0, ""), when
            acts = tuple(Said(line) for line in done.stdout.splitlines())
            assert not lost(folder, said(acts)), (when, done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "error"),
    [("write", "ENOSPC"), ("fsync", "EIO"), ("rename", "EIO"), ("link", "EIO")],
)
@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_an_export_that_fails_leaves_nothing(
    tmp_path: Path, call: str, error: str, name: str
) -> None:
    ledger, bundle = tmp_path / "l.db", tmp_path / "out" / name
    filled(ledger).close()
    bundle.parent.mkdir()
    words = ("tests.faults.exporter", ledger, bundle)
    every = range(1, times(call, *words) + 1)
    chance = Random(f"{call}{name}")  # noqa: S311  # the same sample in every run
    for number in every if LONG else chance.sample(every, min(FAULTS, len(every))):
        for when in (f"{number}", f"{number}+"):
            shutil.rmtree(bundle.parent)
            bundle.parent.mkdir()
            done = refused(call, error, when, *words)
            assert "Traceback" not in done.stderr, when
            left = list(bundle.parent.iterdir())
            if done.stdout == "no refused\n":
                assert left == [], when
            if left:
                # Only the word of it did not come through.
                assert left == [bundle], when
                assert verify(bundle, TRUST).size == EXPORTED
