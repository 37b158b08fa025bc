"""The commands that sign, give away and verify, as a user runs them."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from inline_snapshot import snapshot

from cli.progress import Progress
from events.errors import Integrity
from ledger.ledger import Ledger
from ledger.log.note import VerifierKey
from ledger.sqlite import datastore
from ledger.sqlite.connection import open_reader
from tests.cli_run import Desk
from tests.ledgers import opened
from tests.test_ledger_log_timestamp import (
    answer_to,
    authority,  # noqa: F401  # a fixture
    needs_openssl,
)

OPENED = (
    "init",
    (
        "append agreement-opened alpha-beta --effective 2019 --title 'Alpha - Beta'"
        " --party id=alpha,name=Alpha --party id=beta,name=Beta"
    ),
    (
        "append investment-made alpha-beta --effective 2019-07-22 --id first"
        " --investor alpha --recipient beta --amount 'USD 1bn' --confidential amount"
    ),
)
KEY = "--passphrase-file keys/passphrase"
SIGN = f"--key-file keys/deals.key {KEY} --memory keys/heads"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A ledger with two events, and a key elsewhere."""
    desk = Desk(tmp_path)
    desk.do(*OPENED)
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "passphrase").write_text("secret")
    (keys / "passphrase").chmod(0o600)
    desk.do(f"key new example.com/deals keys/deals.key {KEY}")
    return desk


def vkey(desk: Desk, name: str = "deals.key") -> str:
    return desk.run(f"key show keys/{name}").stdout.strip()


def test_a_head_is_signed_and_shown(desk: Desk) -> None:
    assert desk.run("checkpoint").status == 1
    signed = desk.run(f"checkpoint {SIGN}")
    assert signed.stdout.startswith("example.com/deals\n2\n")
    assert desk.run("checkpoint").stdout == signed.stdout
    assert (desk.folder / "whereas.db.checkpoints" / "2").is_file()
    assert desk.run("proof alpha-beta @2").stdout.startswith("c2sp.org/tlog-proof@v1\n")
    desk.do("append stake-reported alpha-beta --effective 2020 --holder alpha"
            " --issuer beta --share '27 %' --basis 'all shares'")  # fmt: skip
    late = desk.run("proof alpha-beta @3")
    assert (late.status, "no signed head covers" in late.stderr) == (1, True)


def test_a_ledger_has_its_signed_heads_by_whatever_link_it_is_named(desk: Desk) -> None:
    link = desk.folder / "keys" / "link.db"
    link.symlink_to(desk.folder / "whereas.db")
    desk.do(f"checkpoint {SIGN} --ledger keys/link.db")
    assert lying(desk, "whereas.db.checkpoints") >= {"2"}
    assert "link.db.checkpoints" not in lying(desk, "keys")
    assert "keys/link.db holds" in desk.run("verify --ledger keys/link.db").stderr
    assert desk.run("checkpoint").stdout.startswith("example.com/deals\n2\n")


def test_a_bundle_goes_out_and_is_verified_elsewhere(desk: Desk) -> None:
    kept = desk.run(f"checkpoint {SIGN}").stdout
    (desk.folder / "kept").write_text(kept)
    desk.do(f"export audit all.zip --on 2020 {SIGN}")
    desk.do(f"export audit part alpha-beta --redact confidential {SIGN}")
    there = Desk(desk.folder / "keys")
    for name in ("all.zip", "part"):
        ran = there.run(f"verify ../{name} --key {vkey(desk)} --since ../kept")
        assert ran.status == 0, str(ran)
        assert "not checked\tthat what the events say is true" in ran.stdout
    answer = there.run(f"verify ../part --key {vkey(desk)} --json").stdout
    assert '"schema": "whereas/verdict/1"' in answer
    assert '"withheld": 1' in answer


def test_a_bundle_is_not_verified_by_what_it_brings_along(desk: Desk) -> None:
    desk.do(f"export audit all {SIGN}")
    assert desk.run("verify all").status == 2
    table = desk.folder / "all" / "history.csv"
    table.write_bytes(table.read_bytes().replace(b"ann", b"eve"))
    ran = desk.run(f"verify all --key {vkey(desk)}")
    assert ran.status == 4
    assert "history.csv does not say of pos:0" in ran.stderr
    _, expected, found, *_ = ran.stderr.splitlines()
    assert expected.startswith("  expected: 0,2026-")
    assert found == expected.replace("expected", "found").replace("ann", "eve")


def test_a_head_that_contradicts_the_last_one_is_not_signed(desk: Desk) -> None:
    desk.do(f"checkpoint {SIGN}")
    (desk.folder / "whereas.db").unlink()
    desk.do(OPENED[0], OPENED[1])
    ran = desk.run(f"checkpoint {SIGN}")
    assert (ran.stdout, ran.status) == ("", 4)
    first, position, evidence, *_ = ran.stderr.splitlines()
    assert first == "error: example.com/deals had 2 leaves and now shows 1"
    assert position == "  position: 1"
    folder = evidence.removeprefix("  evidence: ").replace("/desk", str(desk.folder))
    there = {path.name for path in Path(folder).iterdir()}
    assert {"remembered", "offered", "proof"} <= there


def test_a_bundle_needs_a_signed_head(desk: Desk) -> None:
    assert desk.run("export audit all.zip").status == 2
    desk.do(f"checkpoint {SIGN}", "export audit all.zip")
    assert desk.run("export audit all.zip").status == 1
    events = len(desk.run("verify --json").stdout)
    assert desk.run(f"export audit all.zip {SIGN}").status == 1
    assert len(desk.run("verify --json").stdout) == events


def test_the_ledger_is_verified_against_a_head_that_was_kept(desk: Desk) -> None:
    (desk.folder / "kept").write_text(desk.run(f"checkpoint {SIGN}").stdout)
    assert "growth from the head of 2 events" in desk.run("verify --since kept").stdout
    assert "not checked" in desk.run("verify").stdout
    (desk.folder / "whereas.db").unlink()
    desk.do(*OPENED)
    assert desk.run("verify --since kept").status == 4


def test_a_head_that_was_kept_is_checked_before_the_ledger_is_held_against_it(
    desk: Desk,
) -> None:
    kept = desk.folder / "kept"
    kept.write_text(desk.run(f"checkpoint {SIGN}").stdout)
    unsigned = desk.run("verify --since kept")
    assert (unsigned.status, unsigned.stdout.splitlines()[-1]) == (
        0,
        "not checked\twho signed kept (--key or --policy)",
    )
    key = vkey(desk)
    (desk.folder / "policy").write_text(f"log {key}\nquorum none\n")
    for given in (f"--key {key}", "--policy policy"):
        ran = desk.run(f"verify --since kept {given}")
        assert (ran.status, "not checked" in ran.stdout) == (0, False)
        assert "checked\tthe signature of example.com/deals on the" in ran.stdout
    text = kept.read_text()
    kept.write_text(f"{text[:-9]}{'B' if text[-9] == 'A' else 'A'}{text[-8:]}")
    for given in (f"--key {key}", "--policy policy"):
        forged = desk.run(f"verify --since kept {given}")
        assert (forged.stdout, forged.status) == ("", 4)
        first, expected, found, hint = forged.stderr.splitlines()
        assert first.startswith("error: kept: the signature by example.com/deals is")
        assert expected == f"  expected: a signature by {key}"
        assert found.startswith("  found: — example.com/deals ")
        assert hint.startswith("hint: ")


def test_a_head_signed_by_a_stranger_is_not_relied_on(desk: Desk) -> None:
    (desk.folder / "kept").write_text(desk.run(f"checkpoint {SIGN}").stdout)
    for name in ("example.com/deals", "example.com/other"):
        desk.do(f"key new {name} keys/stranger {KEY}")
        ran = desk.run(f"verify --since kept --key {vkey(desk, 'stranger')}")
        assert (ran.stdout, ran.status) == ("", 4)
        assert "found: example.com/deals+" in ran.stderr
        (desk.folder / "keys" / "stranger").unlink()


def test_a_head_that_was_kept_is_known_by_keys_before_and_after_it(desk: Desk) -> None:
    (desk.folder / "old").write_text(desk.run(f"checkpoint {SIGN}").stdout)
    desk.do(
        f"key new example.com/deals keys/next.key {KEY}",
        f"key rotate {SIGN} --new-key-file keys/next.key"
        " --new-passphrase-file keys/passphrase",
    )
    sign = SIGN.replace("deals.key", "next.key")
    (desk.folder / "new").write_text(desk.run(f"checkpoint {sign}").stdout)
    for head in ("old", "new"):
        for key in (vkey(desk), vkey(desk, "next.key")):
            assert desk.run(f"verify --since {head} --key {key}").status == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("verify --key garbage", "--key judges a signed head, and none is given"),
        ("verify --policy nofile", "--policy judges a signed head, and none is given"),
        ("verify --leaf xyz", "--leaf is for the proof of one event, and this is"),
        ("verify --event nofile", "--event is for the proof of one event, and this"),
        ("verify --tsa-root nofile", "--tsa-root is for a bundle, and this is the led"),
        ("verify --no-state", "--no-state is for a bundle, and this is the ledger"),
        ("verify --since kept --key garbage", "a key is name+id+base64"),
        ("verify --since kept --policy junk.zip", "junk.zip:1: "),
        ("verify --since junk.zip", "signature lines\n  | junk\n"),
        ("verify r.tlog-proof --key K --since kept", "--since is for the ledger or a "),
        ("verify r.tlog-proof --key K --tsa-root x", "--tsa-root is for a bundle, and"),
        ("verify all --key K --leaf x", "--leaf is for the proof of one event, and th"),
        ("verify all --key K --since junk.zip", "junk.zip:1: a note ends in an emp"),
        ("verify nothing.zip", "nothing.zip cannot be read: No such file or directory"),
        ("verify whereas.db", "hint: whereas verify --ledger whereas.db"),
    ],
)
def test_what_says_nothing_of_what_is_verified_is_refused(
    desk: Desk, line: str, words: str
) -> None:
    (desk.folder / "kept").write_text(desk.run(f"checkpoint {SIGN}").stdout)
    (desk.folder / "junk.zip").write_text("junk\n")
    desk.do("export audit all")
    (desk.folder / "r.tlog-proof").write_text(desk.run("proof alpha-beta @2").stdout)
    ran = desk.run(line.replace("K", vkey(desk)))
    assert (ran.stdout, ran.status) == ("", 2)
    assert words in ran.stderr


def test_a_counterparty_cosigns_by_files(desk: Desk) -> None:
    desk.do(
        f"key new beta.example/w keys/witness.key --witness {KEY}",
        f"checkpoint {SIGN}",
    )
    (desk.folder / "growth").write_text(desk.run("witness ask").stdout)
    line = desk.run(
        f"witness cosign growth --key {vkey(desk)} --key-file keys/witness.key {KEY}"
        " --memory keys/theirs"
    )
    assert line.stdout.startswith("— beta.example/w ")
    (desk.folder / "line").write_text(line.stdout)
    policy = f"log {vkey(desk)}\nwitness b {vkey(desk, 'witness.key')}\nquorum b\n"
    (desk.folder / "policy").write_text(policy)
    desk.do("export audit all.zip")
    assert desk.run("verify all.zip --policy policy").status == 4
    # More is signed before the answer is back.
    again = OPENED[2].replace("--id first", "--id second")
    (desk.folder / "all.zip").unlink()
    desk.do(f"{again} --key again", f"checkpoint {SIGN}")
    told = desk.run("witness add line --policy policy")
    assert told.stdout == "the head of 2 events is cosigned by beta.example/w\n"
    kept = [desk.folder / "whereas.db.checkpoints" / name for name in "23"]
    assert [line.stdout in head.read_text() for head in kept] == [True, False]
    kept[0].unlink()
    late = desk.run("witness add line --policy policy")
    assert late.status == 4
    assert "the signature of beta.example/w is of none of the signed" in late.stderr


@needs_openssl
def test_a_time_stamp_is_kept_with_the_head_that_it_is_of(
    desk: Desk,
    authority: Path,  # noqa: F811  # the fixture
) -> None:
    desk.do(f"checkpoint {SIGN} --stamp-request question")
    question = (desk.folder / "question").read_bytes()
    (desk.folder / "answer").write_bytes(answer_to(authority, question))
    shutil.copy(authority / "ca.pem", desk.folder)
    again = OPENED[2].replace("--id first", "--id second")
    desk.do(f"{again} --key again", f"checkpoint {SIGN}")
    told = desk.run("checkpoint --stamp answer --tsa-root ca.pem").stderr
    assert told.startswith("the head of 2 events is stamped: 20")
    heads = desk.folder / "whereas.db.checkpoints"
    assert [(heads / f"{size}.tsr").exists() for size in (2, 3)] == [True, False]
    for size in (2, 3):
        (heads / str(size)).unlink()
        late = desk.run("checkpoint --stamp answer --tsa-root ca.pem")
        assert late.status == (4 if size == 2 else 1)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "checkpoint --memory keys/heads",
            "--memory is for a key that signs, and none is named\nhint: add --key-fil",
        ),
        (f"checkpoint {KEY}", "--passphrase-file is for a key file, and none is named"),
        (f"export audit b {KEY}", "--passphrase-file is for a key file, and none is "),
        (
            "export audit b --memory keys/heads",
            "--memory is for a key that signs, and ",
        ),
        ("checkpoint --tsa-root x", "--tsa-root is for --stamp FILE, which is not nam"),
        (
            f"key rotate {SIGN} --new-passphrase-file keys/passphrase",
            "--new-passphrase-file is for a key file, and none is named\nhint: add --n",
        ),
        (
            f"key rotate {SIGN} --new-key-file x --new-agent-key y",
            "--new-key-file and --new-agent-key both name a key",
        ),
    ],
)
def test_options_of_a_key_that_is_not_named_are_refused(
    desk: Desk, line: str, words: str
) -> None:
    """Who forgot the key would take an old head for a new one."""
    desk.do(f"checkpoint {SIGN}")
    ran = desk.run(line)
    assert (ran.stdout, ran.status) == ("", 2)
    assert words in ran.stderr


def test_a_key_gives_way_to_another(desk: Desk) -> None:
    old = vkey(desk)
    desk.do(f"key new example.com/deals keys/next.key {KEY}", f"checkpoint {SIGN}")
    desk.do(
        f"key rotate {SIGN} --new-key-file keys/next.key"
        " --new-passphrase-file keys/passphrase",
        f"export audit all.zip --key-file keys/next.key {KEY} --memory keys/heads",
    )
    for key in (old, vkey(desk, "next.key")):
        assert desk.run(f"verify all.zip --key {key}").status == 0


def test_a_key_that_gave_way_signs_nothing_more(desk: Desk) -> None:
    for name in ("next", "other"):
        desk.do(f"key new example.com/deals keys/{name}.key {KEY}")
    new, by_next = vkey(desk, "next.key"), SIGN.replace("deals.key", "next.key")
    to = " --new-key-file keys/{}.key --new-passphrase-file keys/passphrase"
    desk.do(f"checkpoint {SIGN}")
    unknown = desk.run(f"checkpoint {by_next}")
    assert (unknown.status, unknown.stdout) == (1, "")
    short_new, short_old = (VerifierKey.parse(k).short for k in (new, vkey(desk)))
    told = unknown.stderr.replace(short_new, "NEW").replace(short_old, "OLD")
    assert told == snapshot("""\
error: NEW does not sign for this ledger
  in the way: its head of 2 events, signed by OLD
hint: sign with that key, or change it first: `whereas key rotate`
""")
    desk.do(f"key rotate {SIGN}{to.format('next')}")
    kept = (desk.folder / "keys" / "heads").read_bytes()
    for line in (
        f"checkpoint {SIGN}",
        f"export audit x {SIGN}",
        f"{OPENED[1].replace('alpha-beta', 'c-d')} --proof p {SIGN}",
        f"key rotate {SIGN}{to.format('other')}",
    ):
        ran = desk.run(line)
        assert (ran.status, ran.stdout) == (1, "")
        told = ran.stderr.replace(new, "NEW").replace(short_old, "OLD")
        assert told == snapshot("""\
error: OLD does not sign for this ledger
  in the way: the change of keys at pos:2, recorded on 2026-01-01, to NEW
hint: sign with that key: `whereas help keys`
""")
    assert json.loads(desk.run("verify --json").stdout)["size"] == 3
    assert (desk.folder / "keys" / "heads").read_bytes() == kept
    desk.do(f"key rotate {by_next}{to.format('other')}")


def test_whoever_erases_is_told_that_somebody_reads_the_ledger(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datastore, "READERS_WAIT_SECONDS", 0)
    with closing(open_reader(desk.folder / "whereas.db")[0]) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchone()
        ran = desk.run("erase alpha-beta @2 amount --reason asked --json")
    assert ran.status == 0
    assert ran.stderr == (
        "note: somebody else reads the ledger: the erased values stay in its file until"
        " they have closed it\n"
    )


def test_a_value_is_erased_for_good(desk: Desk) -> None:
    assert desk.run("erase alpha-beta @2 amount").status == 2
    desk.do("erase alpha-beta @2 amount --reason 'order of the court'")
    assert "[***]" in desk.run("state alpha-beta --on 2020").stdout
    assert desk.run("erase alpha-beta @2 amount --reason again").status == 1
    desk.do("verify")
    assert b"USD 1bn" not in (desk.folder / "whereas.db").read_bytes()


# --- making a key ---------------------------------------------------------------------


def asking(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let somebody sit at the terminal who types these; give what is asked."""
    prompts: list[str] = []

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        return answers[len(prompts) - 1]

    monkeypatch.setattr("getpass.getpass", typed)
    return prompts


def test_a_new_passphrase_is_asked_for_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = asking(monkeypatch, "secret", "secret", "secret")
    desk.do("key new a.example/log keys/a.key")
    assert prompts == ["passphrase: ", "passphrase again: "]
    # A passphrase that opens a key is asked for once.
    desk.do("checkpoint --key-file keys/a.key --memory keys/a")
    assert len(prompts) == 3


def test_a_slip_in_a_new_passphrase_makes_no_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(monkeypatch, "secret", "secert")
    assert str(desk.run("key new a.example/log keys/a.key")) == snapshot("""\
--- stderr
error: the two passphrases differ
hint: type the same twice
--- exit status 2
""")
    assert not (desk.folder / "keys" / "a.key").exists()


def test_a_key_is_not_made_where_it_cannot_lie(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody types a passphrase for nothing.
    assert asking(monkeypatch) == []
    ran = desk.run("key new a.example/log nowhere/a.key")
    assert (ran.status, "there is no folder /desk/nowhere" in ran.stderr) == (1, True)
    ran = desk.run("key new a.example/log keys/deals.key")
    assert (ran.status, "is already there" in ran.stderr) == (1, True)

    def read_only(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", read_only)
    ran = desk.run(f"key new a.example/log keys/a.key {KEY}")
    assert (ran.stderr, ran.status) == (
        "error: /desk/keys/a.key cannot be written: Permission denied\n",
        1,
    )


def test_where_nobody_sits_a_passphrase_comes_from_a_file(desk: Desk) -> None:
    code = "from cli.main import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, "key", "new", "a.example/log", "a.key"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=desk.folder / "keys",
        start_new_session=True,
    )
    assert (ran.stdout, ran.returncode) == ("", 2)
    assert ran.stderr == snapshot("""\
error: no passphrase could be asked for
hint: name its file: --passphrase-file FILE
""")
    assert not (desk.folder / "keys" / "a.key").exists()


# --- keys that are kept elsewhere -----------------------------------------------------

SIGNS = f"""#!{sys.executable}
import base64, pathlib, sys
from cryptography.hazmat.primitives import serialization
pem = pathlib.Path(sys.argv[1]).read_bytes()
key = serialization.load_pem_private_key(pem, None)
print(base64.b64encode(key.sign(sys.stdin.buffer.read())).decode())
"""


def program(desk: Desk, name: str = "kms") -> str:
    """Make a key that only a program reaches; give its public part."""
    private = Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    secret = private.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (desk.folder / "keys" / f"{name}.pem").write_bytes(secret)
    public = private.public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    (desk.folder / "keys" / f"{name}.pub").write_bytes(public.public_bytes(pem, form))
    signs = desk.folder / "keys" / "sign it"
    signs.write_text(SIGNS)
    signs.chmod(0o700)
    return desk.run(f"key adopt example.com/deals keys/{name}.pub").stdout.strip()


def signed_by(vkey: str, name: str = "kms", *, new: str = "") -> list[str]:
    command = f"'{Path('keys/sign it').absolute()}' keys/{name}.pem"
    return [f"--{new}signer", command, f"--{new}signer-key", vkey]


MEMORY = ["--memory", "keys/heads"]


def test_a_program_signs_whatever_a_file_signs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk.folder)
    kms = program(desk)
    by = [*signed_by(kms), *MEMORY]
    assert desk.run(["checkpoint", *by]).stdout.startswith("example.com/deals\n2\n")
    assert desk.run(["export", "audit", "all.zip", *by]).status == 0
    assert desk.run(f"verify all.zip --key {kms}").status == 0
    (desk.folder / "growth").write_text(desk.run("witness ask").stdout)
    theirs = desk.run("key adopt beta.example/w keys/kms.pub --witness").stdout.strip()
    memory = ["--memory", "keys/theirs"]
    line = desk.run(
        ["witness", "cosign", "growth", "--key", kms, *signed_by(theirs), *memory]
    )
    assert line.stdout.startswith("— beta.example/w ")


def test_a_key_gives_way_to_one_behind_a_program(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk.folder)
    kms = program(desk)
    desk.do(f"checkpoint {SIGN}")
    ran = desk.run(["key", "rotate", *SIGN.split(), *signed_by(kms, new="new-")])
    assert "recorded at pos:2; sign with '/desk/keys/sign it' keys/kms.pem" in str(ran)
    assert desk.run(["export", "audit", "a", *signed_by(kms), *MEMORY]).status == 0
    for key in (kms, vkey(desk)):
        assert desk.run(f"verify a --key {key}").status == 0


def test_a_key_of_openssh_is_adopted_from_stdin(desk: Desk) -> None:
    public = Ed25519PrivateKey.generate().public_key()
    line = public.public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    ).decode()
    held = f"ssh-rsa AAAAB3NzaC1yc2E= ann\n{line} ann@example.com\n"
    adopted = desk.run("key adopt example.com/deals -", stdin=held).stdout.strip()
    assert VerifierKey.parse(adopted).public == public.public_bytes_raw()
    two = desk.run("key adopt example.com/deals -", stdin=held * 2)
    assert (two.status, "there are 2 Ed25519 keys here" in two.stderr) == (2, True)


def test_keys_are_named_in_full_and_once(desk: Desk) -> None:
    kms = program(desk)
    (desk.folder / "keys" / "broken.pub").write_text(
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
    )
    named = ["--signer-key", kms]
    cases = (
        ["checkpoint", "--signer", "true"],
        ["checkpoint", "--signer-key", kms],
        ["checkpoint", "--signer", "'true", "--signer-key", kms],
        ["checkpoint", "--signer", "", "--signer-key", kms],
        ["checkpoint", "--signer", "true", "--key-file", "keys/deals.key"],
        ["checkpoint", "--agent-key", kms, "--key-file", "keys/deals.key"],
        ["checkpoint", "--signer", "true", "--signer-key", kms, *MEMORY],
        ["checkpoint", "--signer", "false", "--signer-key", kms, *MEMORY],
        ["checkpoint", "--signer", "sh -c 'echo no>&2; exit 3'", *named],
        ["checkpoint", "--signer", "no-such", "--signer-key", kms, *MEMORY],
        ["checkpoint", "--signer", "printf AAAA", "--signer-key", kms, *MEMORY],
        ["key", "rotate", "--key-file", "keys/deals.key", *KEY.split()],
        ["key", "adopt", "example.com/deals", "keys/deals.key"],
        ["key", "adopt", "example.com/deals", "keys/broken.pub"],
        ["key", "adopt", "example.com/deals", "keys/no.pub"],
    )
    told = ""
    for case in cases:
        line = shlex.join(case).replace(kms, "VKEY")
        told += f"$ {line}\n" + desk(case).replace(kms, "VKEY")
    assert told == snapshot("""\
$ checkpoint --signer true
--- stderr
error: a program that signs is named with its public key
hint: give both: --signer COMMAND --signer-key VKEY
--- exit status 2
$ checkpoint --signer-key VKEY
--- stderr
error: a program that signs is named with its public key
hint: give both: --signer COMMAND --signer-key VKEY
--- exit status 2
$ checkpoint --signer ''"'"'true' --signer-key VKEY
--- stderr
error: --signer: a quotation in it is not closed
--- exit status 2
$ checkpoint --signer '' --signer-key VKEY
--- stderr
error: --signer: it names no program
--- exit status 2
$ checkpoint --signer true --key-file keys/deals.key
--- stderr
error: --key-file and --signer both name a key
hint: leave out --signer
--- exit status 2
$ checkpoint --agent-key VKEY --key-file keys/deals.key
--- stderr
error: --key-file and --agent-key both name a key
hint: leave out --agent-key
--- exit status 2
$ checkpoint --signer true --signer-key VKEY --memory keys/heads
--- stderr
error: the signing program did not write one line of base64
--- exit status 1
$ checkpoint --signer false --signer-key VKEY --memory keys/heads
--- stderr
error: the signing program failed with exit code 1
--- exit status 1
$ checkpoint --signer 'sh -c '"'"'echo no>&2; exit 3'"'"'' --signer-key VKEY
--- stderr
error: the signing program failed with exit code 3: no
--- exit status 1
$ checkpoint --signer no-such --signer-key VKEY --memory keys/heads
--- stderr
error: the signing program did not run: [Errno 2] No such file or directory: 'no-such'
--- exit status 1
$ checkpoint --signer 'printf AAAA' --signer-key VKEY --memory keys/heads
--- stderr
error: what the signer of example.com/deals returned is not a signature by that key
hint: compare the public key that was configured with the signer's own
--- exit status 4
$ key rotate --key-file keys/deals.key --passphrase-file keys/passphrase
--- stderr
error: no new key is named
hint: name it: --new-key-file FILE
--- exit status 2
$ key adopt example.com/deals keys/deals.key
--- stderr
error: there is no Ed25519 public key here
hint: give one line of `ssh-add -L`, or PEM that begins BEGIN PUBLIC KEY
--- exit status 2
$ key adopt example.com/deals keys/broken.pub
--- stderr
error: the public key cannot be read
hint: give one line of `ssh-add -L`, or PEM that begins BEGIN PUBLIC KEY
--- exit status 2
$ key adopt example.com/deals keys/no.pub
--- stderr
error: /desk/keys/no.pub cannot be read: No such file or directory
--- exit status 2
""")
    assert desk.run("checkpoint").status == 1


# --- backup and restore ---------------------------------------------------------------


def lying(desk: Desk, folder: str = "") -> set[str]:
    return {path.name for path in (desk.folder / folder).iterdir()}


def test_a_copy_is_a_ledger_with_its_signed_head(desk: Desk) -> None:
    signed = desk.run(f"checkpoint {SIGN}").stdout
    (desk.folder / "safe").mkdir()
    ran = desk.run("backup safe/copy.db --json")
    document = json.loads(ran.stdout)
    assert document == {
        "schema": "whereas/backup/1",
        "ledger": "whereas.db",
        "file": "safe/copy.db",
        "size": 2,
        "root": document["root"],
        "signed": 2,
    }
    assert lying(desk, "safe") == {"copy.db", "copy.db.checkpoints"}
    copy = "--ledger safe/copy.db"
    assert desk.run(f"checkpoint {copy}").stdout == signed
    assert f"root {document['root']}" in desk.run(f"verify {copy}").stdout
    desk.do(f"proof alpha-beta @2 {copy}")
    assert desk.run("backup safe/copy.db").stderr == snapshot(
        """\
error: /desk/safe/copy.db is already there
hint: give another name: nothing is written over
"""
    )


def test_a_copy_of_an_unsigned_ledger_says_so(desk: Desk) -> None:
    assert desk("backup copy.db", columns=100) == snapshot("""\
\x1b[1mcopied whereas.db to copy.db and checked it: 2 events\x1b[0m

\x1b[1mcopy.db\x1b[0m
  size: 2
  root: 0202e28ff9af4cde4d8fa773815a5132064114278d6b32e99500a51e67e9f0f4
--- stderr
hint: whereas checkpoint --key-file FILE signs the head before a backup
""")
    assert {"copy.db", "copy.db.checkpoints"} & lying(desk) == {"copy.db"}


def test_a_ledger_that_was_rewritten_is_not_copied(desk: Desk) -> None:
    desk.do(f"checkpoint {SIGN}")
    (desk.folder / "whereas.db").unlink()
    for opening, told in (
        (
            OPENED,
            snapshot("""\
--- stderr
error: the ledger does not continue the head of 2 events
  position: 0
  expected: 0202e28ff9af4cde4d8fa773815a5132064114278d6b32e99500a51e67e9f0f4
  found: 4cc8b557f734e63566c428d5772536769f9ef60effe489eb92db198121376bcd
hint: look at a backup: whereas verify --ledger FILE --since CHECKPOINT
--- exit status 4
"""),
        ),
        (
            OPENED[:2],
            snapshot("""\
--- stderr
error: example.com/deals had 2 events and now has 1
  position: 1
hint: look at a backup: whereas verify --ledger FILE --since CHECKPOINT
--- exit status 4
"""),
        ),
    ):
        desk.do(*opening)
        assert desk("backup copy.db") == told
        (desk.folder / "whereas.db").unlink()
    assert "copy.db" not in lying(desk)


def test_a_copy_takes_the_place_of_a_ledger_whose_heads_are_still_there(
    desk: Desk,
) -> None:
    signed = desk.run(f"checkpoint {SIGN}").stdout
    desk.do("backup copy.db")
    shutil.rmtree(desk.folder / "copy.db.checkpoints")
    (desk.folder / "whereas.db").unlink()
    desk.do("backup whereas.db --ledger copy.db")
    assert desk.run("checkpoint").stdout == signed
    assert desk.run(f"checkpoint {SIGN}").stdout == signed
    desk.do("verify", f"{OPENED[2]} --key again".replace("--id first", "--id second"),
            f"checkpoint {SIGN}")  # fmt: skip
    (desk.folder / "whereas.db").unlink()
    older = desk.run("backup whereas.db --ledger copy.db")
    assert (older.status, "had 3 events and now has 2" in older.stderr) == (1, True)
    assert "whereas.db" not in lying(desk)


def test_signed_heads_of_another_ledger_are_in_the_way_of_a_copy(desk: Desk) -> None:
    desk.do(f"checkpoint {SIGN}", "backup copy.db")
    (desk.folder / "copy.db").unlink()
    head = desk.folder / "copy.db.checkpoints" / "2"
    before = head.read_text()
    head.write_text(before.replace("example.com/deals", "example.com/other"))
    assert desk("backup copy.db") == snapshot("""\
--- stderr
error: the signed heads beside copy.db are not of this copy: they are of another ledger
hint: name another file, or take them away
--- exit status 1
""")
    *lines, _, line = before.splitlines()
    head.write_text("\n".join((lines[0], "1", *lines[2:], "", line, "")))
    head.rename(head.with_name("1"))
    other = desk.run("backup copy.db")
    assert (other.status, "does not continue the head of 1 " in other.stderr) == (
        1,
        True,
    )
    assert "copy.db" not in lying(desk)


def test_the_ledger_is_held_against_the_heads_beside_it(desk: Desk) -> None:
    """Somebody puts another ledger in its place."""
    desk.do(f"checkpoint {SIGN}")
    told = "checked\tgrowth from 1 signed head beside it, the last one of 2 events\n"
    assert told in desk("verify")
    (desk.folder / "whereas.db").unlink()
    desk.do(*OPENED[:2])
    assert desk("verify") == snapshot("""\
--- stderr
error: example.com/deals had 2 events and now has 1
  position: 1
hint: look at a backup: whereas verify --ledger FILE --since CHECKPOINT
--- exit status 4
""")


def test_a_head_that_cannot_be_kept_leaves_no_doubt_of_the_event(desk: Desk) -> None:
    (desk.folder / "whereas.db.checkpoints").write_text("a file in the way")
    told = desk.run(f"{OPENED[2]} --key again --proof p {SIGN}"
                    .replace("--id first", "--id second"))  # fmt: skip
    assert told.status == 74
    assert told.stdout.startswith("recorded\talpha-beta\t@3")
    assert "error: the proof of alpha-beta @3 is missing: " in told.stderr
    assert "whereas.db.checkpoints/.lock cannot be written: " in told.stderr
    assert "was not recorded" not in told.stderr


def test_nothing_is_put_where_the_last_events_of_a_lost_ledger_lie(desk: Desk) -> None:
    """SQLite would put them into whatever has the name that the ledger had."""
    desk.do(f"export audit all.zip {SIGN}", "backup copy.db")
    (desk.folder / "whereas.db").unlink()
    log = desk.folder / "whereas.db-wal"
    log.write_bytes(b"events")
    for line in (
        "init",
        "backup whereas.db --ledger copy.db",
        f"restore all.zip --key {vkey(desk)}",
    ):
        told = desk.run(line)
        assert (told.status, told.stdout) == (1, ""), line
        assert "whereas.db-wal has the last events of a ledger" in told.stderr
    assert (log.read_bytes(), lying(desk) & {"whereas.db"}) == (b"events", set())
    log.unlink()
    desk.do("backup whereas.db --ledger copy.db")


def test_a_bundle_is_restored_with_the_same_root(desk: Desk) -> None:
    desk.do(
        f"checkpoint {SIGN}",
        f"{OPENED[2]} --key again".replace("--id first", "--id second"),
        f"export audit all.zip --on 2020 {SIGN}",
    )
    before = json.loads(desk.run("verify --json").stdout)
    state = desk.run("state alpha-beta --on 2020 --json").stdout
    proof = desk.run("proof alpha-beta @3").stdout
    shutil.rmtree(desk.folder / "whereas.db.checkpoints")
    (desk.folder / "whereas.db").unlink()
    assert desk(f"restore all.zip --key {vkey(desk)}", columns=100) == snapshot("""\
\x1b[1mrestored whereas.db with the same root: example.com/deals, 4 events\x1b[0m

\x1b[1mwhereas.db\x1b[0m
  origin: example.com/deals
  size: 4
  root: 9f26b156afcaaf27709d9cd59f80a8674574b010704900b4accab9bef54d5c4b
""")
    assert json.loads(desk.run("verify --json").stdout) == before
    assert desk.run("state alpha-beta --on 2020 --json").stdout == state
    assert desk.run("proof alpha-beta @3").stdout == proof
    assert lying(desk, "whereas.db.checkpoints") >= {"2", "4"}
    desk.do(f"{OPENED[2]} --key again".replace("--id first", "--id second"))
    desk.do(f"checkpoint {SIGN}", "verify")
    assert desk(f"restore all.zip --key {vkey(desk)}") == snapshot("""\
--- stderr
error: whereas.db has events already; a bundle is restored into an empty ledger
hint: name another file: --ledger FILE
--- exit status 1
""")
    desk.do("init --ledger empty.db")
    ran = desk.run(f"restore all.zip --key {vkey(desk)} --ledger empty.db --json")
    assert json.loads(ran.stdout) == {
        "schema": "whereas/restore/1",
        "ledger": "empty.db",
        "origin": "example.com/deals",
        "size": before["size"],
        "root": before["root"],
        "heads": [2, 4],
    }


def test_what_would_lose_something_is_not_restored(desk: Desk) -> None:
    desk.do(
        f"export audit part alpha-beta {SIGN}",
        f"export audit redacted --redact confidential {SIGN}",
        f"export audit forged {SIGN}",
    )
    table = desk.folder / "forged" / "history.csv"
    table.write_bytes(table.read_bytes().replace(b"ann", b"eve"))
    trust = f"--key {vkey(desk)} --ledger new.db"
    there = lying(desk)
    cases = {
        "part": snapshot("""\
--- stderr
error: this bundle holds some agreements only; a ledger is restored from a full one
--- exit status 1
"""),
        "redacted": snapshot("""\
--- stderr
error: 1 value withheld from this bundle would be lost
hint: restore one that withholds nothing
--- exit status 1
"""),
        "nothing": snapshot("""\
--- stderr
error: /desk/nothing cannot be read: No such file or directory
--- exit status 2
"""),
    }
    for name, told in cases.items():
        assert desk(f"restore {name} {trust}") == told
    assert desk.run(f"restore forged {trust}").status == 4
    assert desk.run("restore part --ledger new.db").status == 2
    assert lying(desk) == there


@pytest.mark.parametrize("sound", [True, False])
def test_a_ledger_that_somebody_makes_meanwhile_is_not_lost_to_a_restore(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, sound: bool
) -> None:
    desk.do(f"export audit b {SIGN}")
    path = desk.folder / "new.db"
    found: list[bool] = []

    def meanwhile(_: Progress, __: int) -> None:
        if not found:
            found.append(path.exists())
            with Ledger.create(path) as ledger:
                ledger.append([opened()], recorded_by="eve")
        if not sound:
            raise Integrity("the bundle does not hold")

    monkeypatch.setattr(Progress, "reach", meanwhile)
    ran = desk.run(f"restore b --key {vkey(desk)} --ledger new.db")
    assert found == [False]
    assert ran.status == (1 if sound else 4)
    assert ("new.db cannot be written: File exists" in ran.stderr) is sound
    monkeypatch.undo()
    with Ledger.open(path) as ledger:
        assert ledger.size == 1
    assert lying(desk) >= {"b", "new.db"}
    assert not [name for name in lying(desk) if name.startswith(".new.db")]
    assert "new.db.checkpoints" not in lying(desk)


def test_heads_of_another_ledger_are_in_the_way_of_a_restore(desk: Desk) -> None:
    desk.do(f"export audit b {SIGN}")
    heads = desk.folder / "new.db.checkpoints"
    heads.mkdir()
    there = (desk.folder / "whereas.db.checkpoints" / "3").read_text()
    origin, size, _, *rest = there.split("\n")
    other = "\n".join([origin, size, "A" * 43 + "=", *rest])
    (heads / "3").write_text(other)
    ran = desk.run(f"restore b --key {vkey(desk)} --ledger new.db")
    assert ran.status == 4
    assert "another head of 3 events is kept beside the ledger already" in ran.stderr
    assert "new.db" not in lying(desk)
    assert (heads / "3").read_text() == other


def test_a_bundle_older_than_what_was_signed_is_restored_with_a_warning(
    desk: Desk,
) -> None:
    desk.do(f"export audit old.zip {SIGN}")
    desk.do(f"{OPENED[2]}".replace("first", "second"), f"checkpoint {SIGN}")
    (desk.folder / "whereas.db").unlink()
    ran = desk.run(f"restore old.zip --key {vkey(desk)}", columns=100)
    assert ran.stderr == (
        "hint: a head of 4 events was signed here: this bundle lacks the last 1\n"
    )
    # What was signed is remembered elsewhere: the log does not fork.
    assert desk.run(f"checkpoint {SIGN}").status == 4


def test_each_command_lists_its_own(desk: Desk) -> None:
    for name, first in (("key", "new"), ("witness", "ask"), ("export", "audit")):
        shown = desk.run(name)
        assert shown.status == 0
        assert f"Commands:\n  {first}" in shown.stdout


def test_the_receipt_of_one_event_is_checked_by_itself(desk: Desk) -> None:
    given = (
        "append stake-reported alpha-beta --effective 2020 --holder alpha --issuer beta"
        f" --share '27 %' --basis 'all shares' --json --proof r.tlog-proof {SIGN}"
    )
    receipt = json.loads(desk.run(given).stdout)["receipts"][0]
    leaf, key = receipt["leaf_hash"], f"--key '{vkey(desk)}'"
    (desk.folder / "whereas.db").rename(desk.folder / "elsewhere")
    assert str(desk.run(f"verify r.tlog-proof {key} --leaf {leaf}")) == snapshot("""\
checked	the event is at pos:2 among 3
checked	the head of example.com/deals over them is signed
not checked	what else is in the log, and that what the event says is true
--- stderr
r.tlog-proof holds: example.com/deals, pos:2 of 3 events
""")
    # Another event, another key, a proof that was changed, and what is missing.
    other = leaf.translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))
    assert desk.run(f"verify r.tlog-proof {key} --leaf {other}").status == 4
    assert desk.run(f"verify r.tlog-proof --leaf {leaf}").status == 2
    assert str(desk.run(f"verify r.tlog-proof {key}")) == snapshot("""\
--- stderr
error: a proof is of one event: say which by its bytes or by their hash
hint: --event FILE, or --leaf with the leaf hash of the receipt
--- exit status 2
""")
    assert str(desk.run(f"verify r.tlog-proof {key} --leaf 12")) == snapshot("""\
--- stderr
error: --leaf takes 64 hexadecimal digits, not 12
--- exit status 2
""")
    proof = desk.folder / "r.tlog-proof"
    text = proof.read_text()
    proof.write_text(text.replace("index 2", "index 1"))
    assert desk.run(f"verify r.tlog-proof {key} --leaf {leaf}").status == 4
    proof.write_text(text.replace("\n3\n", "\n4\n"))
    assert desk.run(f"verify r.tlog-proof {key} --leaf {leaf}").status == 4


def test_a_proof_out_of_a_bundle_is_checked_with_the_event_beside_it(
    desk: Desk,
) -> None:
    assert desk.run(f"export audit part alpha-beta {SIGN}").status == 0
    key = f"--key '{vkey(desk)}'"
    given = f"verify part/proofs/1.tlog-proof {key} --event part/entries/"
    assert desk.run(f"{given}1.json").status == 0
    assert desk.run(f"{given}0.json").status == 4
    assert desk.run(f"verify part {key} --event part/entries/1.json").status == 2
