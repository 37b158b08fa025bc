"""What others make of what we write: libraries that share no code with this one.

- Go: golang.org/x/mod/sumdb (Debian: golang-go, golang-golang-x-mod-dev);
- aics-tlog (PyPI, Python 3.12 or later), found on the PATH;
- rfc8785 (PyPI) and the vectors of its standard, for the bytes that are hashed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785

from ledger.log.encoding import encode_base64
from ledger.log.keys import sign
from ledger.log.tiles import tile_path, tiles
from ledger.log.tree import consistency_proof, inclusion_proof, leaf_hash, root
from tests.log_parts import LOG, ORIGIN, signed_head, tiles_of, witness_of
from tests.vectors import VECTORS, needs_vectors

JUDGE = Path(__file__).parent / "judges" / "tlog" / "main.go"
# Debian's Go packages are a GOPATH: no network and no module file is needed.
GOPATH = Path("/usr/share/gocode")
AICS_TLOG = shutil.which("aics-tlog")
SIZES = [1, 2, 3, 5, 8, 255, 256, 257, 600]
ENTRIES = [f'{{"position":{number}}}' for number in range(600)]
LEAVES = [leaf_hash(entry.encode()) for entry in ENTRIES]
KEPT = tiles_of(LEAVES)

Judge = Callable[[list[dict[str, Any]]], list[str]]


def _hashes(proof: list[bytes]) -> list[str]:
    return [encode_base64(value) for value in proof]


def _root(size: int) -> str:
    return encode_base64(root(size, KEPT))


# --- Go -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def go_judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """The judge as a program of its own, compiled once."""
    go = shutil.which("go")
    if go is None or not (GOPATH / "src/golang.org/x/mod/sumdb/note").is_dir():
        pytest.skip("no Go with x/mod: install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("judge")
    environment = {
        **os.environ,
        "GOPATH": str(GOPATH),
        "GO111MODULE": "off",
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    program = folder / "judge"
    command = [go, "build", "-o", str(program), str(JUDGE)]
    subprocess.run(command, check=True, env=environment, capture_output=True)

    def judge(cases: list[dict[str, Any]]) -> list[str]:
        asked = json.dumps(cases).encode()
        done = subprocess.run([program], input=asked, check=True, capture_output=True)
        verdicts: list[str] = json.loads(done.stdout)
        return verdicts

    return judge


def test_go_opens_our_notes_and_no_damaged_ones(go_judge: Judge) -> None:
    note = signed_head(LEAVES)
    cosigned = note.signed(sign(note.text, witness_of("witness.example/w"), 1))
    case = {"kind": "note", "vkey": str(LOG.vkey)}
    good = [{**case, "note": n.format().decode()} for n in (note, cosigned)]
    assert go_judge(good) == ["", ""]
    damaged = note.format().decode().replace(ORIGIN + "\n600", ORIGIN + "\n601")
    renamed = note.format().decode().replace("— example.com", "— example.org")
    verdicts = go_judge([{**case, "note": damaged}, {**case, "note": renamed}])
    assert verdicts[0].startswith("invalid signature for key")
    assert verdicts[1] == "note has no verifiable signatures"


def test_go_accepts_our_proofs_and_no_false_ones(go_judge: Judge) -> None:
    cases: list[dict[str, Any]] = []
    for size in SIZES:
        head = {"size": size, "root": _root(size)}
        for index in {0, size // 2, size - 1}:
            proof = _hashes(inclusion_proof(index, size, KEPT))
            place = {"index": index, "entry": ENTRIES[index], "proof": proof}
            cases.append({"kind": "inclusion", **head, **place})
        for old in (old for old in SIZES if old <= size):
            base = {"old": old, "old_root": _root(old)}
            proof = _hashes(consistency_proof(old, size, KEPT))
            cases.append({"kind": "consistency", **head, **base, "proof": proof})
    assert go_judge(cases) == [""] * len(cases)
    for case in cases:
        case["root"] = encode_base64(bytes(32))
    assert go_judge(cases) == ["invalid transparency proof"] * len(cases)


def test_go_splits_the_names_of_tiles_as_we_do(go_judge: Judge) -> None:
    """Go puts the height in front: tile/8/0/x001/067 is tile/0/x001/067 here."""
    cases = [
        {
            "kind": "tile",
            "old": level,
            "index": index,
            "size": width,
            "entry": tile_path(level, index, width).replace("tile/", "tile/8/"),
        }
        for level in (0, 3)
        for index in (0, 999, 1000, 1_234_067)
        for width in (1, 255, 256)
    ]
    assert go_judge(cases) == [""] * len(cases)


# --- aics-tlog ------------------------------------------------------------------------


def _aics(*arguments: str, folder: Path) -> tuple[bool, str]:
    if AICS_TLOG is None:
        pytest.skip("no aics-tlog on the PATH: it needs Python 3.12")
    command = [AICS_TLOG, *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a static log serves it, and the checkpoint of an earlier day."""
    folder = tmp_path_factory.mktemp("log")
    witness = witness_of("witness.example/w")
    for name, size in (("old", 257), ("checkpoint", 600)):
        note = signed_head(LEAVES[:size])
        note = note.signed(sign(note.text, witness, 1_700_000_000))
        (folder / name).write_bytes(note.format())
    for level, index, width in tiles(600):
        path = folder / tile_path(level, index, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(KEPT.read(level, index, width))
    return folder


def test_aics_tlog_verifies_our_checkpoints_and_cosignatures(published: Path) -> None:
    witness = str(witness_of("witness.example/w").vkey)
    keys = ["--log-key", str(LOG.vkey), "--witness-key", witness, "--quorum", "1"]
    note = ["--note", "checkpoint", "--origin", ORIGIN]
    good, said = _aics("verify-checkpoint", *note, *keys, folder=published)
    assert good, said
    keys[1] = str(witness_of("other").vkey)
    assert not _aics("verify-checkpoint", *note, *keys, folder=published)[0]


@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_aics_tlog_finds_our_leaves_in_our_tiles(published: Path, index: int) -> None:
    (published / "entry").write_text(ENTRIES[index])
    log = ["--tiles", ".", "--checkpoint", "checkpoint", "--log-key", str(LOG.vkey)]
    place = ["--leaf", "entry", "--index", str(index)]
    good, said = _aics("verify-inclusion", *log, *place, folder=published)
    assert good, said
    place[-1] = str((index + 1) % 600)
    assert not _aics("verify-inclusion", *log, *place, folder=published)[0]


def test_aics_tlog_verifies_our_proofs_as_files(published: Path) -> None:
    proof = published / "inclusion"
    proof.write_text("\n".join(_hashes(inclusion_proof(77, 600, KEPT))) + "\n")
    (published / "entry").write_text(ENTRIES[77])
    head = ["--size", "600", "--root", _root(600), "--proof", "inclusion"]
    place = ["--leaf", "entry", "--index", "77"]
    good, said = _aics("verify-inclusion", *head, *place, folder=published)
    assert good, said
    growth = published / "consistency"
    growth.write_text("\n".join(_hashes(consistency_proof(257, 600, KEPT))) + "\n")
    sizes = ["--old-size", "257", "--new-size", "600", "--proof", "consistency"]
    roots = ["--old-root", _root(257), "--new-root", _root(600)]
    good, said = _aics("verify-consistency", *sizes, *roots, folder=published)
    assert good, said
    roots[1] = _root(256)
    assert not _aics("verify-consistency", *sizes, *roots, folder=published)[0]


def test_aics_tlog_sees_that_our_log_only_grew(published: Path) -> None:
    log = ["--tiles", ".", "--checkpoint", "checkpoint", "--log-key", str(LOG.vkey)]
    old = ["--old-checkpoint", "old"]
    good, said = _aics("verify-consistency", *log, *old, folder=published)
    assert good, said


# --- canonical JSON -------------------------------------------------------------------

# The profile has no floats and no keys beyond ASCII; these vectors are about them.
OUTSIDE = {
    "values": "floats",
    "structures": "floats",
    "french": "keys that are not ASCII",
    "weird": "keys that are not ASCII",
}
CASES = sorted((VECTORS / "rfc8785" / "input").glob("*.json"))


@needs_vectors
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_judge_of_canonical_json_agrees_with_its_standard(case: Path) -> None:
    """rfc8785 itself, on all six vectors, those outside our profile included."""
    output = (VECTORS / "rfc8785" / "output" / case.name).read_bytes()
    hexadecimal = (VECTORS / "rfc8785" / "outhex" / f"{case.stem}.txt").read_text()
    assert rfc8785.dumps(json.loads(case.read_text())) == output
    assert bytes.fromhex(hexadecimal) == output


@needs_vectors
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_sorted_json_is_canonical_json_inside_the_profile(case: Path) -> None:
    if case.stem in OUTSIDE:
        pytest.skip(f"outside the profile: {OUTSIDE[case.stem]}")
    output = (VECTORS / "rfc8785" / "output" / case.name).read_bytes()
    assert msgspec.json.encode(json.loads(case.read_text()), order="sorted") == output


@needs_vectors
def test_all_six_vectors_are_there() -> None:
    assert len(CASES) == 6
