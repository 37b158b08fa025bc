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
from tests.audit_parts import Files, founding, founding_part, part, put, small
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
@pytest.mark.parametrize(
    ("made", "size", "count"),
    [(small, 16, 16), (part, 16, 9), (founding, 93, 93), (founding_part, 93, 56)],
)
def test_the_script_accepts_what_we_write(
    tmp_path: Path, made: Callable[[], Files], size: int, count: int
) -> None:
    status, said = by_script(put(made(), tmp_path / "b"))
    unread = ["history.csv", "state", "disclosures"]
    unread.append("links, times, other signatures, earlier heads")
    if count < size:
        unread.append("that no event of an agreement is missing")
    assert (status, said.splitlines()) == (
        0,
        [
            f"signed by {ORIGIN}: {size} events",
            f"{count} events are in the log as they are here",
            *(f"not checked: {what}" for what in unread),
        ],
    )


@needs_openssl
@pytest.mark.parametrize(
    ("made", "name", "words"),
    [
        (small, PACK, "the events lead to another root"),
        (founding, "tile/entries/000.p/93", "the events lead to another root"),
        (founding, "checkpoint", "the signature is wrong"),
        (founding_part, "entries/2.json", "pos:2 is not in the log as it is here"),
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
def test_the_script_refuses_an_event_under_a_position_that_there_is_not(
    tmp_path: Path,
) -> None:
    """The way of event 0 up the tree fits number 16 as well, of 16 events."""
    files = part()
    proof = files["proofs/0.tlog-proof"].replace(b"index 0\n", b"index 16\n")
    more = {"entries/16.json": files["entries/0.json"], "proofs/16.tlog-proof": proof}
    status, said = by_script(put({**files, **more}, tmp_path / "b"))
    assert (status, "pos:16 is behind the last event" in said) == (4, True)


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


@pytest.mark.parametrize(("made", "count"), [(part, 9), (founding_part, 56)])
def test_go_opens_the_checkpoint_and_finds_each_event_by_its_proof(
    go_judge: Judge, made: Callable[[], Files], count: int
) -> None:
    files = made()
    note = files["checkpoint"].decode()
    _, size, root = note.split("\n")[:3]
    cases: list[dict[str, Any]] = [
        {"kind": "note", "vkey": str(LOG.vkey), "note": note}
    ]
    for name in files:
        if name.startswith("proofs/"):
            proof = InclusionProof.parse(files[name])
            event = files[f"entries/{proof.index}.json"].decode()
            hashes = [encode_base64(value) for value in proof.hashes]
            place = {"index": proof.index, "entry": event, "proof": hashes}
            cases.append(
                {"kind": "inclusion", "size": int(size), "root": root, **place}
            )
    assert len(cases) == 1 + count
    assert go_judge(cases) == [""] * len(cases)
    cases[0]["note"] = note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n")
    cases[1]["entry"] = cases[2]["entry"]
    wrong = go_judge(cases)
    assert wrong[0].startswith("invalid signature")
    assert wrong[1] == "invalid transparency proof"


@pytest.mark.skipif(AICS_TLOG is None, reason="no aics-tlog: it needs Python 3.12")
@pytest.mark.parametrize("made", [small, founding])
def test_aics_tlog_finds_each_event_in_the_tiles_of_a_full_bundle(
    tmp_path: Path, made: Callable[[], Files]
) -> None:
    files = made()
    path = put(files, tmp_path / "b")
    (name,) = (n for n in files if n.startswith("tile/entries/"))
    size = int(name.rpartition("/")[2])
    log = ["--tiles", ".", "--checkpoint", "checkpoint", "--log-key", str(LOG.vkey)]

    def judged(event: bytes, index: int) -> int:
        (tmp_path / "entry").write_bytes(event)
        place = ["--leaf", str(tmp_path / "entry"), "--index", str(index)]
        command = [str(AICS_TLOG), "verify-inclusion", *log, *place]
        return subprocess.run(
            command, cwd=path, capture_output=True, check=False
        ).returncode

    events = unpack(files[name], 0, size)
    for index in {0, 1, size // 2, size - 1}:
        assert judged(events[index], index) == 0
        assert judged(events[index - 1], index) != 0
    note = files["checkpoint"].replace(b"\n%d\n" % size, b"\n%d\n" % (size - 1))
    (path / "checkpoint").write_bytes(note)
    assert judged(events[0], 0) != 0


def test_the_leaves_are_what_tiles_say() -> None:
    """C2SP tlog-tiles: entry i of tile/entries hashes to hash i of tile/0."""
    tile = small()[f"tile/0/000.p/{SIZE}"]
    leaves = b"".join(map(leaf_hash, unpack(small()[PACK], 0, SIZE)))
    assert leaves == tile
