"""What an export of a bundle refuses, before it records and signs, and tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.audit.checkpoints import Checkpoints
from ledger.log.note import Note
from tests.cli_run import Desk
from tests.test_cli_prove import KEY, OPENED, SIGN

OTHER = (
    "append agreement-opened beta-gamma --effective 2019 --title 'Beta - Gamma'"
    " --party id=beta,name=Beta --party id=gamma,name=Gamma"
)
FILES = {
    "typo": "# a comment\nconfidential\nalpha-betta:amount\n",
    "broken": "# a comment\nfoo bar\n",
    "rules": "# a comment\nconfidential\nnote\n",
    "empty": "# a comment\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A ledger of two agreements, signed once, with a head that somebody kept."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    keys = desk.folder / "keys"
    keys.mkdir()
    (keys / "passphrase").write_text("secret")
    (keys / "passphrase").chmod(0o600)
    for name, text in FILES.items():
        (desk.folder / name).write_text(text)
    desk.do(*OPENED, f"key new example.com/deals keys/deals.key {KEY}")
    desk.do(f"key new beta.example/w keys/witness.key --witness {KEY}")
    kept = desk.run(f"checkpoint {SIGN}").stdout
    note = Note.parse(kept.encode())
    (signature,) = note.signatures
    forged = signature._replace(data=bytes(64))
    for name, data in {
        "kept": note.format(),
        "unsigned": Note(note.text, (forged,)).format(),
        "grown": Note(note.text.replace("\n2\n", "\n1\n"), (signature,)).format(),
        "ahead": Note(note.text.replace("\n2\n", "\n9\n"), (signature,)).format(),
        "foreign": Note(note.text.replace("deals", "x"), (signature,)).format(),
        "nobody": Note(note.text, (signature._replace(name="example.com/x"),)).format(),
    }.items():
        (desk.folder / name).write_bytes(data)
    desk.do(OTHER)
    return desk


def standing(desk: Desk) -> tuple[object, ...]:
    """What an export may change: the log, its signed heads, what was signed, files."""
    ledger = desk.folder / "whereas.db"
    return (
        json.loads(desk.run("verify --json").stdout)["root"],
        Checkpoints.beside(ledger).sizes(),
        (desk.folder / "keys" / "heads").read_bytes(),
        {path.name for path in desk.folder.iterdir()},
    )


@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        ("x alpha-betta", 1, "did you mean alpha-beta?  whereas export audit x"),
        ("x alpha-beta _ledger", 1, "there is no agreement _ledger"),
        ("x --redact alpha-betta:amount", 1, "did you mean alpha-beta?"),
        ("x alpha-beta --redact alpha-betta:note", 1, "did you mean alpha-beta?"),
        ("x alpha-beta --redact beta-gamma:note", 2, "beta-gamma is not exported"),
        ("x --redact amuont", 2, "did you mean amount?"),
        ("x --redact ''", 2, "'' is no rule"),
        ("x --redact-file typo", 1, "did you mean alpha-beta?"),
        ("x --redact note --redact-file broken", 2, "broken:2: a rule is"),
        ("x --redact-file missing", 2, "missing cannot be read"),
        ("x --document missing", 2, "missing cannot be read"),
        ("x --document rules", 1, "no event in the bundle cites"),
        ("x alpha-beta --document rules", 1, "no event in the bundle cites"),
        ("x --since missing", 2, "missing cannot be read"),
        ("x --since rules", 2, "rules: this is not a signed head"),
        ("x --since foreign", 2, "foreign: this is a head of example.com/x"),
        ("x --since grown", 4, "does not continue the head of 1 events"),
        ("x --since ahead", 4, "had 9 events and now has 3"),
        ("x --since unsigned", 4, "unsigned: the signature by example.com/deals is"),
        ("x --since nobody", 4, "nobody is not signed by the log"),
        ("x --on 20x", 2, "--on: '20x' is not a date"),
        ("-", 2, "not written to stdout"),
        ("kept", 1, "is already there"),
        ("no/x", 1, "there is no folder"),
    ],
)
def test_what_is_refused_is_neither_recorded_nor_signed(
    made: Desk, given: str, status: int, told: str
) -> None:
    before = standing(made)
    ran = made.run(f"export audit {given} {SIGN}")
    assert ran.status == status, str(ran)
    assert (told in ran.stderr, ran.stdout) == (True, ""), str(ran)
    assert standing(made) == before


def test_a_key_that_cannot_sign_the_log_records_nothing(made: Desk) -> None:
    before = standing(made)
    key = f"--key-file keys/witness.key {KEY} --memory keys/heads"
    ran = made.run(f"export audit x {key}")
    assert (ran.status, "is not a key of the log" in ran.stderr) == (1, True), str(ran)
    # It is not told to sign a head first, which it cannot do either.
    new = "--new-key-file keys/deals.key --new-passphrase-file keys/passphrase"
    ran = made.run(f"key rotate {key} {new}")
    assert (ran.status, "is not a key of the log" in ran.stderr) == (1, True), str(ran)
    assert standing(made) == before


def test_a_ledger_that_lost_signed_events_is_not_given_away(made: Desk) -> None:
    made.do("init --ledger less.db")
    heads = made.folder / "less.db.checkpoints"
    heads.mkdir()
    (heads / "2").write_bytes((made.folder / "kept").read_bytes())
    ran = made.run("export audit x --ledger less.db")
    assert (ran.status, ran.stdout) == (4, "")
    assert "example.com/deals had 2 events and now has 0" in ran.stderr


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("false", "failed with exit code 1"),
        ("sh -c 'echo no card >&2; exit 3'", "failed with exit code 3: no card"),
        ("no-such", "did not run"),
        ("./rules", "did not run"),
        ("true", "did not write one line of base64"),
        ("printf AAAA", "is not a signature by that key"),
    ],
)
def test_a_program_that_does_not_sign_records_nothing(
    made: Desk, program: str, told: str
) -> None:
    before = standing(made)
    vkey = made.run("key show keys/deals.key").stdout.strip()
    by = ["--signer", program, "--signer-key", vkey, "--memory", "keys/heads"]
    ran = made.run(["export", "audit", "x", *by])
    assert (ran.status in {1, 4}, told in ran.stderr) == (True, True), str(ran)
    assert standing(made) == before


@pytest.mark.parametrize("name", ["grown", "ahead", "nobody"])
def test_a_false_head_is_refused_without_a_key_as_well(made: Desk, name: str) -> None:
    ran = made.run(f"export audit x --since {name}")
    assert (ran.status, ran.stdout) == (4, ""), str(ran)
    assert not (made.folder / "x").exists()


def test_each_rule_tells_how_many_values_it_withheld(
    made: Desk, tmp_path: Path
) -> None:
    given = "--redact confidential --redact amount --redact note --redact-file rules"
    # A state is computed from the same values, which count once.
    ran = made.run(f"export audit {tmp_path}/a alpha-beta {given} --on 2020 {SIGN}")
    assert ran.status == 0
    assert ran.stderr == (
        "--redact confidential withheld 1 value\n"
        "--redact amount withheld 1 value\n"
        "--redact note withheld nothing\n"
        "--redact-file rules: confidential withheld 1 value\n"
        "--redact-file rules: note withheld nothing\n"
    )
    given = "--redact beta-gamma:confidential --redact-file empty --since kept"
    ran = made.run(f"export audit {tmp_path}/b {given} {SIGN}")
    assert ran.status == 0
    assert ran.stderr == (
        "--redact beta-gamma:confidential withheld nothing\n"
        "--redact-file empty: there is no rule in it, and nothing is withheld\n"
    )


def test_an_agreement_that_began_after_the_head_has_no_state_in_it(
    tmp_path: Path, made: Desk
) -> None:
    made.do(OTHER.replace("beta-gamma", "gamma-delta"))
    made.do(f"export audit {tmp_path}/c --on 2020")
    states = {path.name for path in (tmp_path / "c" / "state").iterdir()}
    assert "gamma-delta@2020.json" not in states
    assert "alpha-beta@2020.json" in states
    ran = made.run(f"export audit {tmp_path}/d gamma-delta")
    assert (ran.status, "began after the signed head" in ran.stderr) == (1, True)
