from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.errors import Conflict, InputError, Integrity, Refused
from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import Signer, sign
from ledger.log.memory import Fork, Memory, Rollback
from ledger.log.note import Note, Signature
from ledger.log.policy import Policy
from ledger.log.proof import ConsistencyProof
from ledger.log.signing import sign_head
from ledger.log.tree import EMPTY_ROOT, root
from ledger.log.witness import Witness
from tests.log_parts import (
    LOG,
    ORIGIN,
    growth,
    leaves_of,
    signed_head,
    signer_of,
    tiles_of,
    witness_of,
)

NOTARY = witness_of("notary.example/w")
LEAVES = leaves_of(9)
NOW = 1_700_000_000


def witness_at(folder: Path) -> Witness:
    return Witness(NOTARY, Policy((LOG.vkey,)), Memory(folder / "memory.json"))


def remembered_size(folder: Path) -> int:
    head = Memory(folder / "memory.json").head(ORIGIN)
    return head.size if head else 0


def files_below(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# --- what a witness accepts -----------------------------------------------------------


def test_a_witness_cosigns_a_log_as_it_grows(tmp_path: Path) -> None:
    witness, known = witness_at(tmp_path), 0
    for size in (1, 2, 5, 5, 9):
        request = growth(LEAVES[:size], known)
        signature = witness.cosign(request, NOW + size)
        note = signed_head(LEAVES[:size]).signed(signature)
        policy = Policy((LOG.vkey,), {"notary": NOTARY.vkey}, quorum="notary")
        (cosigned,) = policy.judge(note.format()).cosignatures
        assert cosigned == (NOTARY.vkey, NOW + size)
        known = size
        assert remembered_size(tmp_path) == size


def test_a_witness_asked_from_another_size_says_which_it_remembers(
    tmp_path: Path,
) -> None:
    witness = witness_at(tmp_path)
    with pytest.raises(Conflict, match="is remembered at 0 leaves") as caught:
        witness.cosign(growth(LEAVES[:5], 3), NOW)
    assert caught.value.facts["size"] == 0
    witness.cosign(growth(LEAVES[:5], 0), NOW)
    for request in (growth(LEAVES, 0), growth(LEAVES, 3), growth(LEAVES[:5], 3)):
        with pytest.raises(Conflict, match="is remembered at 5 leaves") as caught:
            witness.cosign(request, NOW)
        assert caught.value.facts["size"] == 5
    assert not (tmp_path / "memory.json.evidence").exists()


def test_two_logs_are_remembered_apart(tmp_path: Path) -> None:
    other = signer_of("example.com/other")
    witness = Witness(
        NOTARY, Policy((LOG.vkey, other.vkey)), Memory(tmp_path / "memory.json")
    )
    witness.cosign(growth(LEAVES, 0), NOW)
    note = signed_head(LEAVES[:2], other)
    witness.cosign(ConsistencyProof(0, (), note.format()).format(), NOW)
    assert remembered_size(tmp_path) == 9
    head = Memory(tmp_path / "memory.json").head("example.com/other")
    assert head is not None
    assert head.size == 2


# --- what it refuses, and what it keeps -----------------------------------------------


def test_a_rollback_is_refused_and_both_notes_are_kept(tmp_path: Path) -> None:
    witness = witness_at(tmp_path)
    witness.cosign(growth(LEAVES, 0), NOW)
    for claimed in (0, 3, 4):
        with pytest.raises(Rollback, match="had 9 leaves and now shows 4") as caught:
            witness.cosign(growth(LEAVES[:4], claimed), NOW)
    kept = files_below(Path(str(caught.value.facts["evidence"])))
    assert kept["remembered"] == signed_head(LEAVES).format()
    assert kept["offered"] == signed_head(LEAVES[:4]).format()
    assert caught.value.position == 4
    assert remembered_size(tmp_path) == 9


@pytest.mark.parametrize("claimed", [0, 3, 5])
def test_two_roots_of_one_size_are_a_fork_whatever_is_claimed(
    tmp_path: Path, claimed: int
) -> None:
    witness = witness_at(tmp_path)
    witness.cosign(growth(LEAVES[:5], 0), NOW)
    forked = leaves_of(5, "another past")
    with pytest.raises(Fork) as caught:
        witness.cosign(growth(forked, claimed), NOW)
    kept = files_below(Path(str(caught.value.facts["evidence"])))
    # Both notes verify under the log's key: that convicts it before a third person.
    for name in ("remembered", "offered"):
        assert Policy((LOG.vkey,)).judge(kept[name]).checkpoint.size == 5
    assert kept["remembered"] != kept["offered"]
    assert remembered_size(tmp_path) == 5


def test_growth_over_a_changed_past_is_a_fork(tmp_path: Path) -> None:
    witness = witness_at(tmp_path)
    witness.cosign(growth(LEAVES[:5], 0), NOW)
    forked = [*leaves_of(1, "edited"), *LEAVES[1:]]
    with pytest.raises(Fork, match="is not shown to contain the head of 5") as caught:
        witness.cosign(growth(forked, 5), NOW)
    evidence = Path(str(caught.value.facts["evidence"]))
    assert evidence.parent == tmp_path / "memory.json.evidence"
    hashes = ConsistencyProof.parse(growth(forked, 5)).hashes
    assert len(files_below(evidence)["proof"].splitlines()) == len(hashes)
    assert isinstance(caught.value.__cause__, Integrity)
    assert remembered_size(tmp_path) == 5


def test_the_same_evidence_is_kept_once(tmp_path: Path) -> None:
    witness = witness_at(tmp_path)
    witness.cosign(growth(LEAVES, 0), NOW)
    for _ in range(3):
        with pytest.raises(Rollback):
            witness.cosign(growth(LEAVES[:4], 3), NOW)
    assert len(list((tmp_path / "memory.json.evidence").iterdir())) == 1


def test_what_the_log_did_not_sign_is_refused_without_a_trace(tmp_path: Path) -> None:
    witness = witness_at(tmp_path)
    note = signed_head(LEAVES)
    impostor = Note(note.text, (sign(note.text, signer_of(ORIGIN, salt="x")),))
    request = ConsistencyProof(0, (), impostor.format()).format()
    with pytest.raises(Integrity, match="no known key signed"):
        witness.cosign(request, NOW)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_log_is_not_cosigned(tmp_path: Path) -> None:
    text = Checkpoint(ORIGIN, 0, EMPTY_ROOT).text()
    note = Note(text, (sign(text, LOG),))
    with pytest.raises(Refused, match="is empty: there is nothing to vouch for"):
        witness_at(tmp_path).cosign(
            ConsistencyProof(0, (), note.format()).format(), NOW
        )


def test_a_witness_has_a_witness_key(tmp_path: Path) -> None:
    witness = Witness(LOG, Policy((LOG.vkey,)), Memory(tmp_path / "memory.json"))
    with pytest.raises(Refused, match="a key of type 0x04"):
        witness.cosign(growth(LEAVES, 0), NOW)


def test_growth_from_nothing_brings_no_proof(tmp_path: Path) -> None:
    note = signed_head(LEAVES).format()
    request = ConsistencyProof(0, (bytes(32),), note).format()
    with pytest.raises(InputError, match="growth from nothing needs no proof"):
        witness_at(tmp_path).cosign(request, NOW)


@given(st.binary(max_size=150))
def test_any_request_is_refused_as_what_it_is(data: bytes) -> None:
    witness = Witness(NOTARY, Policy((LOG.vkey,)), Memory(Path("nowhere/memory")))
    with pytest.raises((InputError, Integrity)):
        witness.cosign(data, NOW)


# --- the memory -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'{"format": "whereas-memory/2", "heads": {}}',
        b'{"format": "whereas-memory/1", "heads": []}',
        b'{"format": "whereas-memory/1", "heads": {"a": 1}}',
        b'{"format": "whereas-memory/1", "heads": {"a": "\\ud800"}}',
        b'{"format": "whereas-memory/1", "heads": {"a": "a\\n1\\n"}}',
        b"[" * 100_000,
    ],
)
def test_a_memory_that_cannot_be_read_is_not_an_empty_one(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "memory.json").write_bytes(content)
    with pytest.raises(InputError, match="is not a whereas-memory/1 file"):
        witness_at(tmp_path).cosign(growth(LEAVES, 0), NOW)
    assert (tmp_path / "memory.json").read_bytes() == content


def test_a_head_remembered_under_another_origin_is_found(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    witness_at(tmp_path).cosign(growth(LEAVES, 0), NOW)
    path.write_text(path.read_text().replace(f'"{ORIGIN}":', '"elsewhere":'))
    with pytest.raises(InputError, match="is not a whereas-memory/1 file"):
        Memory(path).head(ORIGIN)


def test_a_memory_is_one_readable_file_for_its_owner(tmp_path: Path) -> None:
    witness_at(tmp_path).cosign(growth(LEAVES, 0), NOW)
    path = tmp_path / "memory.json"
    content = json.loads(path.read_text())
    assert content == {
        "format": "whereas-memory/1",
        "heads": {ORIGIN: signed_head(LEAVES).format().decode()},
    }
    assert path.stat().st_mode & 0o777 == 0o600


# --- crashes and races ----------------------------------------------------------------

CRASHING = """
import os, signal, sys
from pathlib import Path
from ledger.log import files, memory
from tests.test_ledger_log_witness import NOW, witness_at

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

kept = memory.Memory.remember
match sys.argv[1]:
    case "before writing": memory.Memory.remember = die
    case "before renaming": Path.replace = die
    case "before syncing the folder": files.sync_folder = die
    case "before answering": memory.Memory.remember = lambda *a: (kept(*a), die())
folder = Path(sys.argv[2])
signature = witness_at(folder).cosign((folder / "request").read_bytes(), NOW)
print(signature, flush=True)
"""


@pytest.mark.parametrize(
    ("moment", "remembered"),
    [
        ("before writing", 5),
        ("before syncing the folder", 5),
        ("before renaming", 5),
        ("before answering", 9),
        ("never", 9),
    ],
)
def test_no_cosignature_leaves_before_its_head_is_on_disk(
    tmp_path: Path, moment: str, remembered: int
) -> None:
    witness = witness_at(tmp_path)
    witness.cosign(growth(LEAVES[:5], 0), NOW)
    request = growth(LEAVES, 5)
    (tmp_path / "request").write_bytes(request)
    died = subprocess.run(
        [sys.executable, "-c", CRASHING, moment, str(tmp_path)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        check=False,
    )
    answered = moment == "never"
    assert died.returncode == (0 if answered else -signal.SIGKILL), died.stderr
    assert bool(died.stdout) is answered
    assert remembered_size(tmp_path) == remembered
    if remembered == 5:
        assert witness.cosign(request, NOW)
        return
    with pytest.raises(Conflict) as caught:
        witness.cosign(request, NOW)
    assert caught.value.facts["size"] == 9
    again = ConsistencyProof(9, (), signed_head(LEAVES).format())
    assert witness.cosign(again.format(), NOW)


def test_of_many_requests_at_once_none_rolls_another_back(tmp_path: Path) -> None:
    answers: list[Signature] = []

    def ask(size: int) -> None:
        witness, request = witness_at(tmp_path), growth(LEAVES[:size], 0)
        try:
            answers.append(witness.cosign(request, NOW))
        except (Conflict, Rollback):
            return

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(1, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (answer,) = answers
    note = signed_head(LEAVES[: remembered_size(tmp_path)])
    assert note.signed(answer).verified([NOTARY.vkey])


# --- the signer of the log itself -----------------------------------------------------


def head_of(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, root(size, tiles_of(LEAVES)))


def test_a_log_signs_its_heads_as_it_grows(tmp_path: Path) -> None:
    memory, reader = Memory(tmp_path / "memory.json"), tiles_of(LEAVES)
    for size in (1, 4, 4, 9):
        note = sign_head(partial(head_of, size), reader, LOG, memory)
        judged = Policy((LOG.vkey,)).judge(note.format())
        assert judged.checkpoint == head_of(size) == memory.head(ORIGIN)


def test_a_log_restored_from_an_old_backup_is_not_signed(tmp_path: Path) -> None:
    memory, reader = Memory(tmp_path / "memory.json"), tiles_of(LEAVES)
    sign_head(partial(head_of, 9), reader, LOG, memory)
    with pytest.raises(Rollback, match="had 9 leaves and now shows 4"):
        sign_head(partial(head_of, 4), reader, LOG, memory)
    assert memory.head(ORIGIN) == head_of(9)


@pytest.mark.parametrize("size", [5, 9])
def test_a_log_whose_past_was_edited_is_not_signed(tmp_path: Path, size: int) -> None:
    memory = Memory(tmp_path / "memory.json")
    sign_head(partial(head_of, 5), tiles_of(LEAVES), LOG, memory)
    edited = [*LEAVES[:2], *leaves_of(1, "edited"), *LEAVES[3:]]
    reader = tiles_of(edited)
    head = partial(Checkpoint, ORIGIN, size, root(size, reader))
    with pytest.raises(Fork) as caught:
        sign_head(head, reader, LOG, memory)
    assert Path(str(caught.value.facts["evidence"])).is_dir()


def test_a_head_that_its_tiles_do_not_have_is_not_signed(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.json")
    wrong = partial(Checkpoint, ORIGIN, 5, bytes(32))
    with pytest.raises(Integrity, match="have another root than the head states"):
        sign_head(wrong, tiles_of(LEAVES), LOG, memory)
    assert memory.note(ORIGIN) is None


@pytest.mark.parametrize(
    ("signer", "size", "words"),
    [
        (signer_of("example.com/other"), 5, "is not a key of the log"),
        (witness_of(ORIGIN), 5, "is not a key of the log"),
        (LOG, 0, "is empty: there is nothing to sign"),
    ],
)
def test_a_log_is_signed_with_its_own_key_and_not_empty(
    tmp_path: Path, signer: Signer, size: int, words: str
) -> None:
    memory = Memory(tmp_path / "memory.json")
    with pytest.raises(Refused, match=words):
        sign_head(partial(head_of, size), tiles_of(LEAVES), signer, memory)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=6))
@settings(max_examples=40, deadline=None)
def test_all_heads_ever_signed_lie_on_one_line(
    tmp_path_factory: pytest.TempPathFactory, attempts: list[tuple[int, bool]]
) -> None:
    """Whatever is attempted, each head signed contains the ones signed before."""
    memory = Memory(tmp_path_factory.mktemp("log") / "memory.json")
    edited = [*leaves_of(1, "edited"), *LEAVES[1:]]
    signed: list[tuple[int, bool]] = []
    for size, forked in attempts:
        reader = tiles_of(edited if forked else LEAVES)
        head = partial(Checkpoint, ORIGIN, size, root(size, reader))
        try:
            sign_head(head, reader, LOG, memory)
        except (Rollback, Fork):
            continue
        signed.append((size, forked))
    assert [size for size, _ in signed] == sorted(size for size, _ in signed)
    assert len({forked for _, forked in signed}) <= 1
