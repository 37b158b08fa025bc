"""What an error advises can be followed, and names the word that was wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_run import OPENED, Desk, told


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with an agreement that was corrected once, by its seventh event."""
    desk = told(tmp_path)
    desk.do("correct a-b @4 --rate '21 %' --reason typo", "export csv -o events.csv")
    return desk


def test_the_correction_is_the_event_that_is_thought(desk: Desk) -> None:
    assert "event-corrected" in desk.run("history a-b").stdout.splitlines()[5]


ADVICE = {
    "a window is asked by its first day and not by --json": (
        "due a-b --on 2026-09-01",
        "hint: did you mean --from?  whereas due a-b --from 2026-09-01",
    ),
    "an option that nothing is like": (
        "list --on 2026-09-01",
        "hint: whereas list -h tells how it is used",
    ),
    "the field of a correction and not its option": (
        "correct a-b @4 --rate 33 --reason typo",
        "error: rate: 33 has no unit",
    ),
    "the date of a correction": (
        "correct a-b @4 --effective 20199 --reason typo",
        "error: effective: '20199' is not a date",
    ),
    "a correction is not corrected but its target": (
        "correct a-b @6 --rate '22 %' --reason typo",
        "hint: @6 corrects @4; correct that one again: whereas correct a-b @4 --rate …",
    ),
    "no event can go before the parties are there": (
        "retract a-b @1 --reason typo",
        "hint: retract that one first: whereas retract a-b @2 -h",
    ),
    "a ledger whose name a script has lost": (
        "list --ledger ''",
        "error: --ledger is empty",
    ),
    "a table for a spreadsheet is not imported": (
        "import events.csv",
        "hint: whereas export jsonl writes what can be imported again",
    ),
    "a receipt that is none": (
        f"verify events.csv --leaf {'0' * 64} --key example.com/x+1+AQ",
        "hint: whereas proof AGREEMENT @N writes one",
    ),
    "an editor that fails": (
        "append --edit term-extended a-b",
        "error: the editor false could not be used: it ended with status 1",
    ),
}


@pytest.mark.parametrize(("line", "said"), ADVICE.values(), ids=ADVICE.keys())
def test_an_error_advises(desk: Desk, line: str, said: str) -> None:
    ran = desk.run(line, env={"EDITOR": "false"})
    assert ran.status in {1, 2}
    assert said in ran.stderr.splitlines()


def test_an_editor_that_is_not_there_is_told_in_words(desk: Desk) -> None:
    ran = desk.run("append --edit term-extended a-b", env={"EDITOR": "no-such-editor"})
    said = (
        "error: the editor no-such-editor could not be used: no such file or directory"
    )
    assert said in ran.stderr.splitlines()


def test_a_pause_is_made_longer_as_the_refusal_of_another_says(desk: Desk) -> None:
    pause = "append provision-suspended a-b --provision models --until"
    desk.do(f"{pause} 2026-03-01 --effective 2026-01-02")
    ran = desk.run(f"{pause} 2026-05-01 --effective 2026-02-01")
    assert ran.status == 1
    hint = ran.stderr.splitlines()[-1]
    assert "provision-resumed" in hint
    line = hint.partition(": whereas ")[2].replace("WHEN", "2026-05-01")
    desk.do(line.replace("TEXT", "extended"))
    assert "2026-05-01" in desk.run("state a-b --on 2026-04-01 --json").stdout


@pytest.mark.parametrize("line", ["portfolio party xyzzy", "may xyzzy use"])
def test_names_that_are_left_out_are_counted(desk: Desk, line: str) -> None:
    for number in range(20):
        desk.do(
            f"append party-joined a-b --effective 2020 --party id=p{number:02},name=P"
        )
    ran = desk.run(line)
    assert ran.status == 1
    assert "p09 and 10 more" in ran.stderr


def test_an_empty_ledger_names_nobody(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.do("init")
    assert "hint: none speaks of any party: whereas list" in (
        desk.run("portfolio party xyzzy").stderr.splitlines()
    )


def test_one_event_is_counted_as_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.do(*OPENED)
    assert desk.run("list").stderr == "1 agreement, as known now (1 event)\n"


SIGN = "--key-file k --passphrase-file p --memory m"


def test_a_receipt_is_of_one_event_named_once(desk: Desk) -> None:
    key = _keyed(desk)
    ran = desk.run(["verify", "r", "--key", key, "--leaf", "0" * 64, "--event", "p"])
    assert ran.status == 2
    assert ran.stderr == (
        "error: --event and --leaf both say which event the proof is of\n"
        "hint: leave out one of them\n"
    )


def test_a_head_that_a_stranger_signed_tells_both_keys(desk: Desk) -> None:
    key = _keyed(desk)
    desk.do("key new example.com/deals other --passphrase-file p")
    other = desk.run("key show other").stdout.strip()
    ran = desk.run(["verify", "r", "--key", other, "--leaf", "0" * 64])
    assert ran.status == 4
    ours, theirs = ("+".join(one.split("+")[:2]) for one in (other, key))
    assert f"  expected: a signature by {ours}" in ran.stderr.splitlines()
    assert f"  found: {theirs}" in ran.stderr.splitlines()


def _keyed(desk: Desk) -> str:
    """Make a key and the proof of an event, and give the public key."""
    (desk.folder / "p").write_text("a long passphrase\n")
    (desk.folder / "p").chmod(0o600)
    desk.do(
        "key new example.com/deals k --passphrase-file p",
        "append party-joined a-b --effective 2020 --party id=c,name=C"
        f" --proof r {SIGN}",
    )
    return desk.run("key show k").stdout.strip()


def test_a_receipt_comes_through_a_pipe(desk: Desk) -> None:
    key = _keyed(desk)
    proof = desk.run("proof a-b @7")
    assert proof.status == 0
    ran = desk.run(
        ["verify", "-", "--key", key, "--leaf", "0" * 64], stdin=proof.stdout
    )
    assert ran.status == 4
    assert "is not in the tree" in ran.stderr


def test_nothing_that_would_change_is_told_in_one_sentence(desk: Desk) -> None:
    ran = desk.run("correct a-b @4 --rate '21 %' --reason again -n", columns=140)
    assert "nothing would change in the state" in ran.stdout
    assert "this would change" not in ran.stdout


@pytest.mark.parametrize("question", ["state a-b", "money a-b", "stakes a-b"])
def test_the_moment_after_an_event_is_told_alike(desk: Desk, question: str) -> None:
    title = desk.run(f"{question} --known @2").stderr
    assert "as known after @2 (recorded 2026-01-01T00:" in title


@pytest.mark.parametrize("old", ["8", "x", "-1", "9" * 5000])
def test_a_witness_cannot_have_seen_more_than_there_is(desk: Desk, old: str) -> None:
    _keyed(desk)
    ran = desk.run(["witness", "ask", f"--old={old}"])
    assert ran.status == 2
    assert (
        f"error: --old takes a number of events up to 7, not {old[:50]}" in ran.stderr
    )
    assert desk.run("witness ask --old 7").status == 0


@pytest.mark.parametrize(
    "question",
    [
        "state a-b",
        "money",
        "portfolio totals",
        "export csv --what state",
        "index rebuild",
    ],
)
def test_a_correction_that_was_damaged_is_no_wrong_input(
    desk: Desk, question: str
) -> None:
    ledger = desk.folder / "whereas.db"
    held = ledger.read_bytes()
    assert held.count(b'"21 %"') == 1
    ledger.write_bytes(held.replace(b'"21 %"', b'"21 &"'))
    ran = desk.run(question)
    assert ran.status == 4, ran
    assert " is not what was recorded: " in ran.stderr
    assert "hint: whereas verify" in ran.stderr
    assert desk.run("verify").status == 4
