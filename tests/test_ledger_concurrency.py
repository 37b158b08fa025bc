"""Several writers at once, and writers that are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from events.entry import Entry
from events.errors import Conflict
from ledger import appending
from ledger.admission import Fetch
from tests.ledgers import A, B, NoRules, create, fill, invested, noise, opened, reopen
from tests.long_runs import LONG, needs_time

ROOT = Path(__file__).parent.parent


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-c", script, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


class Interrupted(NoRules):
    """Rules during which another process appends, a given number of times."""

    def __init__(self, fetch: Fetch) -> None:
        super().__init__(fetch)
        self.times = 0
        self.path = Path()
        self.agreement = A
        self.seen: list[int] = []
        self.forgotten = 0

    def admit(self, agreement: str, entries: Sequence[Entry]) -> None:
        del agreement
        self.seen.append(entries[0].seq)
        if self.times:
            self.times -= 1
            seed = noise(f"other{self.times}")
            with reopen(self.path, random=seed) as other:
                other.append(
                    [invested(500 + self.times, self.agreement)], recorded_by="eve"
                )

    def forget(self, agreement: str) -> None:
        del agreement
        self.forgotten += 1


def interrupted(path: Path, times: int, agreement: str = A) -> Interrupted:
    with create(path) as ledger:
        fill(ledger, 2, A)
        fill(ledger, 2, B)
    rules = Interrupted(lambda _, __: [])
    rules.times, rules.path, rules.agreement = times, path, agreement
    return rules


def test_what_others_appended_in_between_is_seen_and_the_rules_are_asked_again(
    tmp_path: Path,
) -> None:
    rules = interrupted(tmp_path / "l.db", 3)
    with reopen(tmp_path / "l.db", rules=lambda _: rules) as ledger:
        (receipt,) = ledger.append([invested(9)], recorded_by="ann")
        assert (receipt.seq, rules.seen, rules.forgotten) == (6, [3, 4, 5, 6], 3)
        assert ledger.check().size == 8


def test_an_append_to_another_agreement_in_between_does_not_matter(
    tmp_path: Path,
) -> None:
    rules = interrupted(tmp_path / "l.db", 1, B)
    with reopen(tmp_path / "l.db", rules=lambda _: rules) as ledger:
        (receipt,) = ledger.append([invested(9)], recorded_by="ann", expected=2)
        assert (receipt.position, receipt.seq, rules.seen) == (5, 3, [3])
        assert ledger.check().size == 6


def test_whoever_expected_what_has_moved_gets_a_conflict(tmp_path: Path) -> None:
    rules = interrupted(tmp_path / "l.db", 1)
    with reopen(tmp_path / "l.db", rules=lambda _: rules) as ledger:
        with pytest.raises(Conflict, match="its last event is @3, not @2"):
            ledger.append([invested(9)], recorded_by="ann", expected=2)
        assert ledger.size == 5


def test_an_agreement_that_always_moves_is_a_conflict_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appending, "MOST_TRIES", 4)
    rules = interrupted(tmp_path / "l.db", 1_000)
    with reopen(tmp_path / "l.db", rules=lambda _: rules) as ledger:
        with pytest.raises(Conflict, match="moved 4 times while") as caught:
            ledger.append([invested(9)], recorded_by="ann")
        assert caught.value.hint == "try again"
        assert rules.forgotten == 4


def test_a_key_that_somebody_else_recorded_in_between_is_replayed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "l.db"
    with create(path) as ledger:
        ledger.append([opened()], recorded_by="ann")

    class Twin(NoRules):
        done = False

        def admit(self, agreement: str, entries: Sequence[Entry]) -> None:
            del agreement, entries
            if not Twin.done:
                Twin.done = True
                with reopen(path, random=noise("twin")) as other:
                    other.append([invested(1, key="k")], recorded_by="eve")

    with reopen(path, rules=Twin) as ledger:
        (receipt,) = ledger.append([invested(1, key="k")], recorded_by="ann")
        assert receipt.replayed
        assert ledger.size == 2


WRITER = """
import os, sys
from pathlib import Path
from ledger.ledger import Ledger
from tests.ledgers import A, invested, opened

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
own = f"agreement-{name}"
with Ledger.open(path) as ledger:
    ledger.append([opened(own)], recorded_by=name)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(count):
        shared = invested(0, id=f"{name}-{number}", key=f"{name}-{number}")
        (one,) = ledger.append([shared], recorded_by=name)
        pair = [invested(n, own) for n in (2 * number, 2 * number + 1)]
        two = ledger.append(pair, recorded_by=name)
        assert two[1].position == two[0].position + 1
"""


@pytest.mark.slow
@pytest.mark.parametrize("writers", [4, pytest.param(16, marks=needs_time)])
def test_writers_in_several_processes_lose_nothing(
    tmp_path: Path, writers: int
) -> None:
    path, each = tmp_path / "l.db", 40
    with create(path) as ledger:
        ledger.append([opened()], recorded_by="ann")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(name), str(each)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in range(writers)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.communicate("go\n", timeout=120)
        assert process.returncode == 0
    with reopen(path) as ledger:
        assert ledger.check().size == 1 + writers * (1 + 3 * each)
        shared = [entry.envelope.key for entry in ledger.entries(A)[1:]]
        wanted = {
            f"{name}-{number}" for name in range(writers) for number in range(each)
        }
        assert set(shared) == wanted
        assert len(shared) == len(wanted)
    assert [p.name for p in tmp_path.iterdir()] == ["l.db"]


KILLED = """
import sys
from pathlib import Path
from tests.ledgers import NoRules
from ledger.ledger import Ledger
from tests.ledgers import A, invested

path, first = Path(sys.argv[1]), int(sys.argv[2])
with Ledger.open(path, rules=NoRules) as ledger:
    for number in range(first, 1_000_000):
        batch = [
            invested(n, id=f"r-{number}-{n}", key=f"k-{number}-{n}")
            for n in range(4)
        ]
        last = ledger.append(batch, recorded_by="ann")[-1]
        print(number, last.position, last.root, flush=True)
"""


@pytest.mark.slow
def test_a_writer_that_is_killed_loses_nothing_acknowledged_and_leaves_no_half_batch(
    tmp_path: Path,
) -> None:
    path = tmp_path / "l.db"
    with create(path) as ledger:
        ledger.append([opened()], recorded_by="ann")
    chance = random.Random(7)  # noqa: S311  # when to kill is no secret
    acknowledged: dict[int, tuple[int, str]] = {}
    resent = 0
    for _ in range(1_000 if LONG else 20):
        first = max(acknowledged, default=-1) + 1
        process = start(KILLED, path, first)
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        time.sleep(chance.uniform(0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.readlines()
        process.stdout.close()
        process.wait()
        for line in lines:
            if line.endswith("\n") and len(words := line.split()) == 3:
                acknowledged[int(words[0])] = int(words[1]), words[2]
        with reopen(path, random=noise(f"{first}")) as ledger:
            size = ledger.check().size
            assert size % 4 == 1
            unsure = max(acknowledged, default=-1) + 1
            # What was not acknowledged is there as a whole or not at all, and sending
            # it again tells which.
            batch = [
                invested(n, id=f"r-{unsure}-{n}", key=f"k-{unsure}-{n}")
                for n in range(4)
            ]
            receipts = ledger.append(batch, recorded_by="ann")
            resent += receipts[0].replayed
            assert ledger.size == size + 4 * (not receipts[0].replayed)
            acknowledged[unsure] = receipts[-1].position, receipts[-1].root
    with reopen(path) as ledger:
        assert ledger.size == 1 + 4 * len(acknowledged)
        entries = ledger.entries(A)
        for number, (position, _) in acknowledged.items():
            assert entries[position].envelope.key == f"k-{number}-3"
        for number in list(acknowledged)[-5:]:
            batch = [
                invested(n, id=f"r-{number}-{n}", key=f"k-{number}-{n}")
                for n in range(4)
            ]
            again = ledger.append(batch, recorded_by="ann")[-1]
            assert (again.position, again.root) == acknowledged[number]


OPENER = """
import sys
from pathlib import Path
from events.errors import Refused
from tests.ledgers import create

print("ready", flush=True)
sys.stdin.readline()
try:
    create(Path(sys.argv[1])).close()
    print("made")
except Refused as error:
    print("refused")
"""


@pytest.mark.slow
def test_of_several_who_start_a_ledger_at_once_one_does(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(tmp_path / "l.db")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [process.communicate(timeout=60)[0] for process in processes]
    assert sorted(outcomes) == ["made\n", *["refused\n"] * 3]
    with reopen(tmp_path / "l.db") as ledger:
        assert ledger.check().size == 0
