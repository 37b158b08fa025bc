"""What others make of a bundle: a shell with openssl, Go, and aics-tlog.

- openssl and coreutils, by the script that every bundle carries;
- Go's golang.org/x/mod/sumdb, compiled from ``judges/tlog``;
- aics-tlog (PyPI, Python 3.12 or later), found on the PATH.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.packing import unpack
from ledger.log.encoding import encode_base64
from ledger.log.proof import InclusionProof
from ledger.log.tree import leaf_hash
from tests.audit_parts import Files, part, put, small
from tests.log_parts import LOG, ORIGIN, signer_of
from tests.test_ledger_log_judges import Judge
from tests.test_ledger_log_judges import go_judge as go_judge  # noqa: PLC0414  # a fixture

SIZE = 16
PACK = f"tile/entries/000.p/{SIZE}"
AICS_TLOG = shutil.which("aics-tlog")
SCRIPT = Path(__file__).parents[1] / "ledger" / "audit" / "texts" / "verify.sh"

needs_openssl = pytest.mark.skipif(
    not all(map(shutil.which, ("openssl", "basenc", "od"))),
    reason="no openssl, basenc or od",
)


def by_script(folder: Path, key: str = str(LOG.vkey)) -> tuple[int, str]:
    done = subprocess.run(
        ["sh", str(SCRIPT), key, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@needs_openssl
@pytest.mark.parametrize(("made", "count"), [(small, 16), (part, 9)])
def test_the_script_accepts_what_we_write(
    tmp_path: Path, made: Callable[[], Files], count: int
) -> None:
    status, said = by_script(put(made(), tmp_path / "b"))
    assert (status, said.splitlines()) == (
        0,
        [
            f"signed by {ORIGIN}: 16 events",
            f"{count} events are in the log as they are here",
        ],
    )


@needs_openssl
@pytest.mark.parametrize(
    ("made", "name", "words"),
    [
        (small, PACK, "the events lead to another root"),
        (small, "checkpoint", "the signature is wrong"),
        (part, "entries/2.json", "pos:2 is not in the log as it is here"),
        (part, "proofs/2.tlog-proof", "FAILED"),
        (part, "checkpoint", "the signature is wrong"),
    ],
)
def test_the_script_refuses_what_was_changed(
    tmp_path: Path, made: Callable[[], Files], name: str, words: str
) -> None:
    data = bytearray(made()[name])
    at = 40 if name != "checkpoint" else len(ORIGIN) + 1
    data[at] ^= 1
    status, said = by_script(put({**made(), name: bytes(data)}, tmp_path / "b"))
    assert status == 4
    assert words in said


@needs_openssl
def test_the_script_refuses_another_key(tmp_path: Path) -> None:
    path = put(small(), tmp_path / "b")
    status, said = by_script(path, str(signer_of(ORIGIN, salt="x").vkey))
    assert (status, "did not sign" in said) == (4, True)


@needs_openssl
def test_the_script_reads_a_log_of_one_event(tmp_path: Path) -> None:
    from ledger.audit.export import export  # noqa: PLC0415  # beside its only use
    from tests import ledgers  # noqa: PLC0415  # beside its only use
    from tests.audit_parts import order_of  # noqa: PLC0415  # beside its only use

    with ledgers.create(tmp_path / "ledger.db") as ledger:
        ledger.append([ledgers.opened()], recorded_by="ann")
        export(ledger.store, tmp_path / "b", order_of(ledger, earlier=(), stated=()))
    assert by_script(tmp_path / "b")[0] == 0


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="no shellcheck")
def test_the_script_has_no_usual_faults() -> None:
    subprocess.run(["shellcheck", str(SCRIPT)], check=True)


def test_go_opens_the_checkpoint_and_finds_each_event_by_its_proof(
    go_judge: Judge,
) -> None:
    note = part()["checkpoint"].decode()
    cases: list[dict[str, Any]] = [
        {"kind": "note", "vkey": str(LOG.vkey), "note": note}
    ]
    root = note.split("\n")[2]
    for name in part():
        if name.startswith("proofs/"):
            proof = InclusionProof.parse(part()[name])
            event = part()[f"entries/{proof.index}.json"].decode()
            hashes = [encode_base64(value) for value in proof.hashes]
            place = {"index": proof.index, "entry": event, "proof": hashes}
            cases.append({"kind": "inclusion", "size": SIZE, "root": root, **place})
    assert len(cases) == 10
    assert go_judge(cases) == [""] * len(cases)
    cases[1]["entry"] = cases[2]["entry"]
    assert go_judge(cases)[1] == "invalid transparency proof"


@pytest.mark.skipif(AICS_TLOG is None, reason="no aics-tlog: it needs Python 3.12")
def test_aics_tlog_finds_each_event_in_the_tiles_of_a_full_bundle(
    tmp_path: Path,
) -> None:
    path = put(small(), tmp_path / "b")
    log = ["--tiles", ".", "--checkpoint", "checkpoint", "--log-key", str(LOG.vkey)]
    for index, event in enumerate(unpack(small()[PACK], 0, SIZE)):
        (tmp_path / "entry").write_bytes(event)
        place = ["--leaf", str(tmp_path / "entry"), "--index", str(index)]
        command = [str(AICS_TLOG), "verify-inclusion", *log, *place]
        done = subprocess.run(command, cwd=path, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_leaves_are_what_tiles_say() -> None:
    """C2SP tlog-tiles: entry i of tile/entries hashes to hash i of tile/0."""
    tile = small()[f"tile/0/000.p/{SIZE}"]
    leaves = b"".join(map(leaf_hash, unpack(small()[PACK], 0, SIZE)))
    assert leaves == tile
