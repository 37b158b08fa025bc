"""An event is recorded, and whoever gave it gets a proof of it."""

# Snapshots are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import NoReturn

import pytest
from inline_snapshot import snapshot

from cli.proving import Proving
from events.errors import Refused
from ledger.audit.trust import Trust
from ledger.ledger import Ledger
from ledger.log import keys as signing
from ledger.log.keyfile import FileSigner
from ledger.log.note import Note
from ledger.log.proof import InclusionProof
from tests.cli_run import OPENED, Desk

REPORTED = (
    "append stake-reported a-b --effective 2020 --holder alpha --issuer beta"
    " --share '27 %' --basis 'all shares' --key k1"
)
KEY = "--passphrase-file keys/passphrase"
SIGN = f"--key-file keys/deals.key {KEY} --memory keys/heads"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A ledger with one event, and a key elsewhere."""
    desk = Desk(tmp_path)
    desk.do(*OPENED)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "passphrase").write_text("secret")
    (tmp_path / "keys" / "passphrase").chmod(0o600)
    desk.do(f"key new example.com/deals keys/deals.key {KEY}")
    return desk


def events(desk: Desk) -> int:
    with Ledger.open(desk.folder / "whereas.db", read_only=True) as ledger:
        return ledger.check().size


def check(desk: Desk, proof: str | bytes, receipt: dict[str, str]) -> int:
    """Check a proof with nothing but the public key; give the size of its head."""
    vkey = desk.run("key show keys/deals.key").stdout.strip()
    data = proof.encode() if isinstance(proof, str) else proof
    leaf = bytes.fromhex(receipt["leaf_hash"])
    policy = Trust.in_key(vkey).policy
    return InclusionProof.parse(data).verify(leaf, policy).checkpoint.size


def test_a_new_event_is_proven_under_a_head_signed_now(desk: Desk) -> None:
    ran = desk.run(f"{REPORTED} --proof p {SIGN} --json")
    assert (ran.status, ran.stderr) == (0, "wrote p, the proof of a-b @2\n")
    document = json.loads(ran.stdout)
    (receipt,) = document["receipts"]
    assert {"position", "leaf_hash", "tree_size", "root"} <= set(receipt)
    kept = (desk.folder / "p").read_bytes()
    assert kept.decode() == document["proof"]
    assert check(desk, kept, receipt) == receipt["tree_size"] == 2
    assert desk.run("proof a-b @2").stdout == document["proof"]
    assert "proof" not in json.loads(desk.run(f"{REPORTED} --json").stdout)


def test_an_event_that_is_there_is_proven_as_well(desk: Desk) -> None:
    first = json.loads(desk.run(f"{REPORTED} --json").stdout)["receipts"][0]
    desk.do(REPORTED.replace("2020", "2021").replace("k1", "k2"))
    ran = desk.run(f"{REPORTED} --proof p {SIGN} --json")
    (receipt,) = json.loads(ran.stdout)["receipts"]
    assert receipt == {**first, "replayed": True}
    assert check(desk, (desk.folder / "p").read_bytes(), receipt) == 3
    # The head that was signed covers it, so that no key is needed now.
    assert desk.run(f"{REPORTED} --proof q").stderr == snapshot("""\
already there: @2 stake-reported in a-b, recorded 2026-01-01T00:04:00.000000Z
wrote q, the proof of a-b @2
""")
    assert (desk.folder / "q").read_bytes() == (desk.folder / "p").read_bytes()
    again = desk.run(f"{REPORTED} --proof p {SIGN}")
    assert (again.status, "p proves a-b @2 already" in again.stderr) == (0, True)
    assert events(desk) == 3


JOINED = '{"event": "party-joined", "agreement": "a-b", "effective": 2020, "party": %s}'
GAMMA = JOINED % '{"id": "gamma", "name": "Gamma"}'
DELTA = JOINED % '{"id": "delta", "name": "Delta"}'


@pytest.mark.parametrize(
    ("line", "stdin"),
    [
        ("append -", GAMMA),
        ("correct a-b @2 --share '28 %' --reason misread", ""),
        ("retract a-b @2 --reason unsigned", ""),
        ("erase a-b @2 note --reason 'asked for'", ""),
    ],
)
def test_whatever_is_recorded_is_proven_in_the_same_way(
    desk: Desk, line: str, stdin: str
) -> None:
    desk.do(f"{REPORTED} --note 'by telephone'")
    ran = desk.run(f"{line} --proof p {SIGN} --json", stdin=stdin)
    assert (ran.status, ran.stderr) == (0, "wrote p, the proof of a-b @3\n")
    document = json.loads(ran.stdout)
    kept = (desk.folder / "p").read_bytes()
    assert kept.decode() == document["proof"]
    assert check(desk, kept, document["receipts"][0]) == 3
    # What cannot be kept, or be signed, is not recorded.
    for options in (f"--proof p {SIGN}", "--proof q"):
        again = desk.run(f"{line} {options}", stdin=stdin)
        assert again.status in {1, 2}, again
        assert "already there" in again.stderr or "no key signs" in again.stderr
    assert events(desk) == 3
    alone = desk.run(f"{line} --key-file keys/deals.key", stdin=stdin)
    assert "error: --key-file is for a proof, and none is wanted" in alone.stderr


def test_a_proof_of_several_events_from_stdin_is_refused_before_any_is_recorded(
    desk: Desk,
) -> None:
    ran = desk.run(f"append - --proof p {SIGN}", stdin=f"{GAMMA}\n{DELTA}\n")
    assert str(ran) == snapshot("""\
--- stderr
error: a proof is of one event, and these are 2
hint: leave out --proof, and after `whereas checkpoint` prove each: whereas proof AGREEMENT @N
--- exit status 2
""")
    assert (events(desk), (desk.folder / "p").exists()) == (1, False)


def test_what_is_wrong_with_a_proof_is_no_mistake_of_stdin(desk: Desk) -> None:
    assert str(desk.run("append - --proof p", stdin=GAMMA)) == snapshot("""\
--- stderr
error: a proof leads to a signed head, and no key signs
hint: name one: --key-file FILE; `whereas key new` makes one
--- exit status 2
""")
    expected = desk.run("append - --expect many", stdin=GAMMA)
    assert expected.stderr.startswith("error: --expect takes a number of events")
    wrong = GAMMA.replace("a-b", "a-c")
    assert str(desk.run(f"append - --proof p {SIGN}", stdin=wrong)) == snapshot("""\
--- stderr
error: stdin:1:1: there is no agreement a-c
hint: did you mean a-b?
--- exit status 1
""")


def test_an_erasure_of_a_value_that_was_corrected_is_proven_by_its_first_event(
    desk: Desk,
) -> None:
    desk.do(
        f"{REPORTED} --note 'by telephone'",
        "correct a-b @2 --set 'note=by letter' --reason misread",
    )
    ran = desk.run(f"erase a-b @2 note --reason 'asked for' --proof p {SIGN} --json")
    receipts = json.loads(ran.stdout)["receipts"]
    # The value, the one in its place, and what the correction says beside that.
    assert [receipt["seq"] for receipt in receipts] == [4, 5, 6]
    assert ran.stderr == "wrote p, the proof of a-b @4\n"
    assert check(desk, (desk.folder / "p").read_bytes(), receipts[0]) == 6


def test_stdout_takes_the_proof_alone_or_within_json(desk: Desk) -> None:
    ran = desk.run(f"{REPORTED} --proof - {SIGN}")
    assert ran.stderr == snapshot(
        "recorded @2 stake-reported in a-b, known from 2026-01-01T00:04:00.000000Z\n"
    )
    document = json.loads(desk.run(f"{REPORTED} --proof - {SIGN} --json").stdout)
    assert document["proof"] == ran.stdout
    assert check(desk, ran.stdout, document["receipts"][0]) == 2


def test_what_cannot_be_proven_is_not_recorded(desk: Desk) -> None:
    (desk.folder / "there").write_text("c2sp.org/tlog-proof@v1\n")
    (desk.folder / "open").write_text("secret")
    cases = (
        "--proof p",
        f"--proof there {SIGN}",
        f"--proof nowhere/p {SIGN}",
        f"--proof p -n {SIGN}",
        f"--proof - --csv {SIGN}",
        "--key-file keys/deals.key",
        "--proof p --key-file keys/deals.key --passphrase-file open",
        "--proof p --key-file keys/no.key",
    )
    told = "".join(
        f"$ … {case.replace(SIGN, 'SIGN')}\n{desk(f'{REPORTED} {case}')}"
        for case in cases
    )
    assert told == snapshot("""\
$ … --proof p
--- stderr
error: a proof leads to a signed head, and no key signs
hint: name one: --key-file FILE; `whereas key new` makes one
--- exit status 2
$ … --proof there SIGN
--- stderr
error: there is already there
--- exit status 1
$ … --proof nowhere/p SIGN
--- stderr
error: /desk/nowhere/p: there is no folder /desk/nowhere
--- exit status 1
$ … --proof p -n SIGN
--- stderr
error: what is not recorded has no proof
hint: leave out --proof
--- exit status 2
$ … --proof - --csv SIGN
--- stderr
error: stdout takes either the proof or --csv
hint: write --proof FILE, or --json, which has both
--- exit status 2
$ … --key-file keys/deals.key
--- stderr
error: --key-file is for a proof, and none is wanted
hint: add --proof FILE
--- exit status 2
$ … --proof p --key-file keys/deals.key --passphrase-file open
--- stderr
error: /desk/open has mode 0644: others can reach this secret
hint: chmod 600 /desk/open
--- exit status 1
$ … --proof p --key-file keys/no.key
--- stderr
error: /desk/keys/no.key cannot be read: No such file or directory
--- exit status 2
""")
    assert events(desk) == 1
    assert not (desk.folder / "p").exists()


def test_a_head_that_cannot_be_signed_is_found_before_the_event_is_recorded(
    desk: Desk,
) -> None:
    desk.do(f"checkpoint {SIGN}", f"{REPORTED} --proof p {SIGN}")
    before = (desk.folder / "p").read_bytes()
    (desk.folder / "whereas.db").unlink()
    desk.do(OPENED[0], OPENED[1])
    desk.do(OPENED[1].replace("a-b", "b-c"))
    ran = desk.run(f"{REPORTED} --proof q {SIGN} --json")
    assert (ran.status, ran.stdout) == (4, "")
    assert "is not shown to contain the head of 2 leaves" in ran.stderr
    assert events(desk) == 2
    assert not (desk.folder / "q").exists()
    desk.do(REPORTED)
    # The proof of the event in the other ledger does not prove this one.
    there = desk.run(f"{REPORTED} --proof p {SIGN}")
    assert (there.status, "p is already there" in there.stderr) == (1, True)
    assert (desk.folder / "p").read_bytes() == before


@pytest.mark.parametrize(
    ("signer", "told"),
    [
        ("false", "the signing program failed with exit code 1"),
        ("keys/passphrase", "the signing program did not run: "),
        ("no-such", "the signing program did not run: "),
        ("printf AAAA", "is not a signature by that key"),
    ],
)
def test_a_program_that_does_not_sign_is_found_before_the_event_is_recorded(
    desk: Desk, signer: str, told: str
) -> None:
    vkey = desk.run("key show keys/deals.key").stdout.strip()
    by = ["--signer", signer, "--signer-key", vkey, "--memory", "keys/heads"]
    ran = desk.run([*shlex.split(REPORTED), "--proof", "p", *by])
    assert (ran.stdout, told in ran.stderr) == ("", True), str(ran)
    assert (events(desk), (desk.folder / "p").exists()) == (1, False)


def test_a_head_that_was_not_signed_after_all_leaves_the_receipt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key signs once, for nobody, and then it is gone."""
    signs = iter((FileSigner.sign,))

    def once(self: FileSigner, message: bytes) -> bytes:
        for sign in signs:
            return sign(self, message)
        raise Refused("the card was taken out")

    monkeypatch.setattr(FileSigner, "sign", once)
    ran = desk.run(f"{REPORTED} --proof p {SIGN} --json")
    (receipt,) = json.loads(ran.stdout)["receipts"]
    # The status of a refusal would say that nothing was recorded.
    assert (ran.status, ran.stderr) == snapshot(
        (
            74,
            """\
recorded @2 stake-reported in a-b, known from 2026-01-01T00:04:00.000000Z
error: the proof of a-b @2 is missing: the card was taken out
hint: do not record it again, but sign the head and prove it: whereas checkpoint --key-file FILE, and then: whereas proof a-b @2
""",
        )
    )
    assert (receipt["position"], events(desk)) == (1, 2)
    assert not (desk.folder / "p").exists()
    monkeypatch.undo()
    desk.do(f"checkpoint {SIGN}")
    assert desk.run("proof a-b @2").status == 0


def test_whoever_interrupts_a_signature_gets_the_receipt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(Proving, "make", interrupted)
    ran = desk.run(f"{REPORTED} --proof p {SIGN} --json")
    assert (ran.status, events(desk)) == (130, 2)
    assert json.loads(ran.stdout)["receipts"][0]["position"] == 1


def test_a_proof_that_cannot_be_kept_is_of_an_event_that_is_recorded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        raise Refused("p cannot be written: no space left on device")

    monkeypatch.setattr(Proving, "keep", full)
    ran = desk.run(f"{REPORTED} --proof p {SIGN}")
    assert (ran.status, events(desk)) == (74, 2)
    assert "the proof of a-b @2 is missing: p cannot be written" in ran.stderr
    again = desk.run(f"{REPORTED} --proof p {SIGN}")
    # It was there already: nothing was recorded, and 74 would say that it was.
    assert (again.status, events(desk)) == (1, 2)
    assert "error: p cannot be written" in again.stderr


def test_an_event_that_no_head_covers_is_told_to_be_signed(desk: Desk) -> None:
    desk.do(f"checkpoint {SIGN}", REPORTED)
    ran = desk.run(f"{REPORTED} --proof p")
    assert ran.stderr == snapshot("""\
already there: @2 stake-reported in a-b, recorded 2026-01-01T00:05:00.000000Z
error: no signed head covers a-b @2
hint: sign one: whereas checkpoint --key-file FILE
""")
    assert ran.status == 1


@pytest.mark.parametrize("origin", ["example.com/deals", "evil.example/log"])
def test_a_proof_that_is_made_up_is_in_the_way(desk: Desk, origin: str) -> None:
    """Anybody can prove anything under a head of their own."""
    desk.do(f"{REPORTED} --proof p {SIGN}")
    proof = (desk.folder / "p").read_text()
    desk.do(f"key new {origin} keys/evil.key {KEY}", f"{REPORTED} --proof p {SIGN}")
    there = InclusionProof.parse(proof.encode())
    note = Note.parse(there.checkpoint)
    text = note.text.replace("example.com/deals", origin)
    key = FileSigner.open(desk.folder / "keys" / "evil.key", lambda: b"secret")
    forged = InclusionProof(
        there.index, there.hashes, Note(text, (signing.sign(text, key),)).format()
    )
    (desk.folder / "p").write_bytes(forged.format())
    told = desk.run(f"{REPORTED} --proof p {SIGN}")
    assert (told.status, "p is already there" in told.stderr) == (1, True)
