"""Recording from the command line: append, correct, retract, and an editor."""

# Snapshots are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from inline_snapshot import snapshot

from cli import fields
from cli.command_lines import command_line
from events.catalogue import TYPES, USER_TYPES, effect_and_example, fields_of
from events.errors import Refused
from events.reader import read_event
from ledger.sqlite import connection
from tests.cli_run import OPENED, Desk, told

if TYPE_CHECKING:
    from pathlib import Path

    from events.entry import Draft

Editor = Callable[..., dict[str, str]]

LEFT = "append party-left a-b --effective 2026-01-01 --party beta"
LEFT_JSON = (
    '{"event": "party-left", "agreement": "a-b", "effective": "2026", "party": "beta"}'
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return told(tmp_path)


def shown(desk: Desk, line: str) -> str:
    """Run a command on a terminal without colour."""
    return str(desk.run(line, columns=80, env={"NO_COLOR": "1"}))


def events(desk: Desk) -> int:
    """Count what is recorded."""
    return len(desk.run("history a-b").stdout.splitlines())


# -- append ------------------------------------------------------------------------------


def test_a_receipt_says_where_the_event_is(desk: Desk) -> None:
    assert shown(desk, LEFT) == snapshot("""\
recorded @6 party-left in a-b, known from 2026-01-01T00:12:00.000000Z

a-b @6 party-left
  position: pos:5
  leaf hash: 6b7d9194fbcfdf66297906301c93d3180a9fe14f9976176a179c829564792a79
  tree size: 6
  root: 409fa6237e9c2588be0fe6d1f6983d39d294802853129c04db4188b0568ed0ed
""")


def test_a_receipt_is_data_too(desk: Desk) -> None:
    [receipt] = json.loads(desk.run(f"{LEFT} --json").stdout)["receipts"]
    assert {**receipt, "id": "…", "leaf_hash": "…", "root": "…"} == {
        "position": 5,
        "id": "…",
        "agreement": "a-b",
        "seq": 6,
        "leaf_hash": "…",
        "recorded_at": "2026-01-01T00:12:00.000000Z",
        "tree_size": 6,
        "root": "…",
        "replayed": False,
    }
    assert len(receipt["leaf_hash"]) == len(receipt["root"]) == 64


def test_the_same_key_twice_changes_nothing_and_says_so(desk: Desk) -> None:
    first = desk.run(f"{LEFT} --key k --json")
    again = desk.run(f"{LEFT} --key k --json")
    before, after = (json.loads(ran.stdout)["receipts"] for ran in (first, again))
    assert after == [{**before[0], "replayed": True}]
    assert again.status == 0
    assert shown(desk, f"{LEFT} --key k").startswith("already there: @6 party-left")
    assert events(desk) == 6


def test_what_is_expected_is_recorded(desk: Desk) -> None:
    desk.do(f"{LEFT} --expect 5")
    assert events(desk) == 6


@pytest.mark.parametrize(
    "line",
    [
        f"{LEFT} -n",
        f"{LEFT} --dry-run",
        LEFT.replace("append", "append -n"),
        "correct a-b @3 --ends never --reason misread -n",
        "retract a-b @5 --reason unsigned -n",
        "append - -n",
        "append -n -",
        "import left.yaml -n",
    ],
)
def test_a_dry_run_records_nothing_and_needs_no_leave_to_write(
    desk: Desk, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "left.yaml").write_text(
        "whereas: 1\nagreement: a-b\nevents:\n"
        "  - {event: party-left, effective: 2026-01-01, party: beta}\n"
    )
    path = desk.folder / "whereas.db"
    before, beside = path.read_bytes(), sorted(desk.folder.iterdir())
    monkeypatch.setattr(connection, "_may_write", lambda _: False)
    ran = desk.run(line, stdin=f"{LEFT_JSON}\n")
    assert (ran.status, "nothing is recorded" in ran.stderr) == (0, True)
    assert path.read_bytes() == before
    assert sorted(desk.folder.iterdir()) == beside
    recording = line.replace(" --dry-run", "").replace(" -n", "")
    again = desk.run(recording, stdin=f"{LEFT_JSON}\n")
    assert (again.status, "can only be read" in again.stderr) == (1, True)


def test_a_dry_run_shows_the_difference_in_state(desk: Desk) -> None:
    line = "append term-shortened a-b --effective 2026-03-01 --provision models"
    assert shown(desk, f"{line} --ends 'through 2027' -n") == snapshot("""\
would record @6 term-shortened in a-b; nothing is recorded; on 2026-03-01, this
  would change:

     WHAT    CHANGE                              BY
  ~  models  ends: through 2030 -> through 2027  @6
""")


def test_a_dry_run_of_a_new_agreement_shows_all_of_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.do("init")
    assert shown(desk, f"{OPENED[1]} -n") == snapshot("""\
would record @1 agreement-opened in a-b; nothing is recorded; on 2026-01-02,
  this would change:

     WHAT         CHANGE                  BY
  +  party alpha  name Alpha, role buyer  @1
  +  party beta   name Beta, Inc.         @1
""")


def test_a_dry_run_says_what_is_there_already(desk: Desk) -> None:
    desk.do(f"{LEFT} --key k")
    assert shown(desk, f"{LEFT} --key k -n").startswith("already there: @6")


def test_a_dry_run_is_refused_as_the_append_would_be(desk: Desk) -> None:
    line = "append right-relinquished a-b --effective 2024 --provision cloud --by alpha"
    assert desk.run(f"{line} -n") == desk.run(line)


@pytest.mark.parametrize(
    ("said", "erased"),
    [
        ((), "@6 note"),
        (("correct a-b @6 --set 'note=HUSH two' --reason misread",), "@6 note"),
        (("correct a-b @6 --share '3 %' --reason 'HUSH three'",), "@7 reason"),
        (("retract a-b @6 --reason unsigned",), "@6 note"),
        (
            (
                "correct a-b @6 --set 'note=HUSH two' --reason misread",
                "retract a-b @6 --reason unsigned",
            ),
            "@6 note",
        ),
        (("retract a-b @6 --reason 'HUSH four'",), "@7 reason"),
    ],
)
def test_a_value_is_erased_whatever_was_said_of_its_event_since(
    desk: Desk, said: tuple[str, ...], erased: str
) -> None:
    note = "HUSH one" if "note" in erased else "by telephone"
    desk.do(
        "append stake-reported a-b --effective 2020 --holder alpha --issuer beta"
        f" --share '27 %' --basis 'all shares' --note '{note}'",
        *said,
    )
    before = desk.run("state a-b").stdout
    desk.do(f"erase a-b {erased} --reason 'asked for'", "verify")
    assert desk.run("state a-b").stdout == before
    assert b"HUSH" not in b"".join(p.read_bytes() for p in desk.folder.iterdir())
    desk.do(LEFT)


def test_events_from_another_program_are_added_all_or_none(desk: Desk) -> None:
    good = '{"event": "party-left", "agreement": "a-b", "effective": "2026", "party": "beta"}'
    bad = (
        '{"event": "party-left", "agreement": "a-b", "effective": "2026", "party": "x"}'
    )
    assert desk.run("append -", stdin=f"{good}\n{bad}\n").status == 1
    assert events(desk) == 5
    other = good.replace("beta", "alpha")
    ran = desk.run("append - --jsonl", stdin=f"{good}\n\n{other}\n")
    assert [json.loads(line)["seq"] for line in ran.stdout.splitlines()] == [6, 7]


def test_who_records_is_told_or_found(desk: Desk) -> None:
    desk.do(f"{LEFT} --recorded-by bob", LEFT.replace("beta", "alpha"))
    rows = desk.run("history a-b").stdout.splitlines()
    assert [row.split("\t")[6] for row in rows[-2:]] == ["bob", "ann"]


def test_a_type_may_be_written_as_in_files(desk: Desk) -> None:
    desk.do(LEFT.replace("party-left", "PartyLeft"))
    assert events(desk) == 6


@pytest.mark.parametrize("name", USER_TYPES)
def test_the_example_of_a_type_can_be_pasted(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the help offers is read as the event that the type itself shows."""
    taken: list[Draft] = []

    def take(_: object, drafts: list[Draft], **__: object) -> None:
        taken.extend(drafts)

    monkeypatch.setattr("cli.commands.append.record", take)
    cls = TYPES[name]
    desk.do(command_line(cls).removeprefix("whereas "))
    [draft] = taken
    _, _, example = effect_and_example(cls)
    assert draft.event == read_event(cls, json.loads(example))


@pytest.mark.parametrize("name", USER_TYPES)
def test_every_field_has_an_option_with_a_meaning_and_a_form(
    desk: Desk, name: str
) -> None:
    told_of = desk.run(f"append {name} -h").stdout
    for field in fields_of(TYPES[name]):
        assert f"--{fields.option(field)}" in told_of
        assert fields.meaning(field)
        assert fields.form(field) or fields.is_flag(field)


def test_a_basis_means_what_it_is_in_its_type(desk: Desk) -> None:
    for name, told_of in (
        ("provision-ended", "By what it ended."),
        ("agreement-ended", "By what it ended."),
        ("stake-reported", "Of what a percentage is."),
    ):
        assert told_of in desk.run(f"append {name} -h").stdout


def test_a_list_takes_an_option_for_each_of_its_items(desk: Desk) -> None:
    desk.do(
        "append licence-granted a-b --effective 2021 --id both --holder alpha"
        " --holder beta --scope 'asset=models or data' --scope territory=eu"
        " --tag one --tag two"
    )
    document = json.loads(desk.run("history a-b both --json").stdout)
    found = document["events"][0]["fields"]
    assert {k: found[k] for k in ("holder", "scope", "tags")} == {
        "holder": ["alpha", "beta"],
        "scope": [{"asset": ["models", "data"]}, {"territory": ["eu"]}],
        "tags": ["one", "two"],
    }


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("deed", {"source": "deed"}),
        ("source=deed,at=para 4", {"source": "deed", "at": "para 4"}),
        (
            'source=deed,quote="so, said \\"he\\"",stance=contradicts',
            {"source": "deed", "quote": 'so, said "he"', "stance": "contradicts"},
        ),
        (
            '{"source": "deed", "title": "Deed, signed"}',
            {"source": "deed", "title": "Deed, signed"},
        ),
    ],
)
def test_a_source_is_an_id_or_fields(
    desk: Desk, written: str, source: dict[str, str]
) -> None:
    assert desk.run([*shlex.split(LEFT), "--source", written]).status == 0
    document = json.loads(desk.run("history a-b --json").stdout)
    assert document["events"][-1]["sources"] == [{"stance": "supports", **source}]


# -- correct and retract -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        ("--ends 'through 2031'", "ends", "through 2031"),
        ("--ends='through 2031'", "ends", "through 2031"),
        ("--set 'ends=through 2031'", "ends", "through 2031"),
        ("--holder beta --against alpha", "holder", ["beta"]),
        ("--scope asset=data", "scope", [{"asset": ["data"]}]),
        ('--set \'scope=[{"asset": ["data"]}]\'', "scope", [{"asset": ["data"]}]),
        ("--clear ends", "ends", None),
        ("--effective 2021", "starts", "2021"),
    ],
)
def test_a_field_is_put_right(
    desk: Desk,
    options: str,
    field: str,
    value: Any,  # noqa: ANN401  # any value of JSON
) -> None:
    desk.do(f"correct a-b @3 {options} --reason misread")
    document = json.loads(desk.run("state a-b --json").stdout)
    [models] = [p for p in document["provisions"] if p["id"] == "models"]
    found = {**models, "holder": models["holders"]}
    if field == "scope":
        found["scope"] = found["scope"][0]["include"]
    assert found[field] == value


def test_a_correction_is_shown_before_it_is_made(desk: Desk) -> None:
    line = "correct a-b @3 --ends 'through 2031' --reason misread -n"
    assert shown(desk, line) == snapshot("""\
would record @6 event-corrected in a-b; nothing is recorded; on 2026-01-02, this
  would change:

     WHAT    CHANGE                              BY
  ~  models  ends: through 2030 -> through 2031  @6
""")


def test_a_retraction_can_be_taken_back(desk: Desk) -> None:
    before = desk.run("state a-b").stdout
    desk.do("retract a-b @5 --reason unsigned")
    assert desk.run("state a-b").stdout != before
    desk.do("retract a-b @6 --reason 'it was signed'")
    assert desk.run("state a-b").stdout == before


# -- an editor ---------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an editor has written is kept at the desk."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def editor(desk: Desk) -> Editor:
    """An editor that makes replacements, one set a time it is opened."""

    def made(*rounds: dict[str, str]) -> dict[str, str]:
        script = desk.folder / "editor.py"
        script.write_text(
            "import json, pathlib, sys\n"
            f"rounds = pathlib.Path({str(desk.folder / 'rounds.json')!r})\n"
            "left = json.loads(rounds.read_text())\n"
            "path = pathlib.Path(sys.argv[1])\n"
            "seen = rounds.with_name('seen.txt')\n"
            "text = path.read_text()\n"
            "seen.write_text(text)\n"
            "for old, new in (left.pop(0) if left else {}).items():\n"
            "    text = text.replace(old, new)\n"
            "path.write_text(text)\n"
            "rounds.write_text(json.dumps(left))\n"
        )
        (desk.folder / "rounds.json").write_text(json.dumps(rounds))
        return {"EDITOR": f"{sys.executable} {script}"}

    return made


def test_an_event_is_written_in_an_editor(desk: Desk, editor: Editor) -> None:
    env = editor({"effective:": "effective: 2026-01-01", "party:": "party: beta"})
    ran = desk.run("append --edit party-left a-b", env=env)
    assert ran.status == 0, str(ran)
    assert events(desk) == 6
    assert (desk.folder / "seen.txt").read_text() == snapshot("""\
# party-left in a-b: A party leaves the agreement.
# Effect: the party is marked as left; its provisions stay until an event ends them.
# Save and close. What stands after # does not count.

effective:     # WHEN. When it is so in the world: a date, a When, or unknown.  [required]
party:         # PARTY. Which party.  [required]
# reason:        # TEXT. Why.
# note:          # TEXT. A remark.
# tags:          # NAME. A tag, for example cuad:insurance. May be repeated.
# confidential:  # NAME. A field whose value may be withheld. May be repeated.
# instrument:    # INSTRUMENT. The instrument that it rests on.
# sources:       # a list of {source: ID, title: …, at: "para 4", quote: …}.
# key:           # KEY. The same key twice adds nothing.
""")


def test_what_is_wrong_is_opened_again_with_the_reason(
    desk: Desk,
    editor: Editor,
) -> None:
    env = editor({"party:": "party: bata"}, {"bata": "beta"})
    line = "append party-left a-b --effective 2026-01-01 --edit"
    ran = desk.run(line, env=env, typing=True)
    assert ran.status == 0, str(ran)
    assert (
        (desk.folder / "seen.txt")
        .read_text()
        .startswith(
            "# error: there is no party bata in this agreement\n# hint: did you mean beta?\n"
        )
    )
    assert events(desk) == 6


def test_what_cannot_be_recorded_is_kept_in_a_file(
    desk: Desk,
    editor: Editor,
) -> None:
    env = editor({"party:": "party: gamma"})
    ran = desk.run("append party-left a-b --effective 2026-01-01 --edit", env=env)
    assert ran.status == 1
    [kept] = desk.folder.glob("whereas-*/event.yaml")
    named = kept.relative_to(desk.folder)
    assert f"hint: what was written is kept in /desk/{named}\n" in ran.stderr
    assert "party: gamma" in kept.read_text()


def writing(desk: Desk, text: bytes, status: int = 0) -> dict[str, str]:
    """An editor that writes these bytes, whatever stands there."""
    script = desk.folder / "writing.py"
    script.write_text(
        "import pathlib, sys\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "top = [x for x in path.read_bytes().splitlines(True) if x[:7] == b'# error']\n"
        f"path.write_bytes(b''.join(top) + {text!r})\n"
        f"sys.exit({status})\n"
    )
    return {"EDITOR": f"{sys.executable} {script}"}


@pytest.mark.parametrize(
    ("written", "status", "told"),
    [
        (b"party: beta\neffective: 2019-02-30", 2, "2019-02-30"),
        (b"effective: 2026\nparty: be\x07ta", 2, "event.yaml:3:10: the control"),
        (b"effective: 2026\nparty: b\xe9ta", 2, "event.yaml:3:9: the byte 0xe9"),
        (b"effective: 2026\nparty: &x beta", 2, "event.yaml:3:8: the anchor &x"),
        (b"effective: 2026\n---\nparty: beta", 2, "event.yaml:4:1: only one event"),
        (b"beta", 2, "event.yaml:2:1: an event is written as field: value"),
    ],
)
def test_whatever_was_written_is_kept(
    desk: Desk,
    written: bytes,
    status: int,
    told: str,
) -> None:
    env = writing(desk, written)
    ran = desk.run("append party-left a-b --edit", env=env, typing=True)
    assert ran.status == status
    assert told in ran.stderr
    [kept] = desk.folder.glob("whereas-*/event.yaml")
    assert f"hint: what was written is kept in /desk/{kept.parent.name}" in ran.stderr
    assert kept.read_bytes().endswith(written)


@pytest.mark.parametrize(("typing", "times"), [(False, 1), (True, 20)])
def test_an_editor_that_always_writes_what_is_wrong_comes_to_an_end(
    desk: Desk, *, typing: bool, times: int
) -> None:
    script = desk.folder / "growing.py"
    script.write_text(
        "import pathlib, sys\n"
        "with pathlib.Path(sys.argv[1]).open('a') as file:\n"
        "    file.write('wrong: [\\n')\n"
    )
    env = {"EDITOR": f"{sys.executable} {script}"}
    ran = desk.run("append party-left a-b --edit", env=env, typing=typing)
    assert ran.status == 2
    [kept] = desk.folder.glob("whereas-*/event.yaml")
    assert f"hint: what was written is kept in /desk/{kept.parent.name}" in ran.stderr
    assert kept.read_text().count("wrong: [\n") >= times
    assert kept.read_text().startswith("# error:") == typing


def test_what_was_written_is_kept_though_the_editor_fails(desk: Desk) -> None:
    env = writing(desk, b"party: beta", status=1)
    assert desk.run("append party-left a-b --edit", env=env).status == 2
    [kept] = desk.folder.glob("whereas-*/event.yaml")
    assert kept.read_bytes() == b"party: beta"


def test_what_was_written_is_kept_though_there_is_a_bug(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.commands.append.read", lambda *_: 1 / 0)
    env = writing(desk, b"party: beta")
    ran = desk.run("append party-left a-b --edit", env=env)
    assert ran.status == 70
    [kept] = desk.folder.glob("whereas-*/event.yaml")
    assert f"what was written is kept in /desk/{kept.parent.name}" in ran.stderr


def test_what_was_recorded_is_not_opened_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise Refused("the proof went wrong")

    monkeypatch.setattr("cli.recording.give", failing)
    env = writing(desk, b"effective: 2026-01-01\nparty: beta")
    assert desk.run("append party-left a-b --edit", env=env).status == 1
    assert events(desk) == 6
    assert not list(desk.folder.glob("whereas-*"))


def test_nothing_is_left_of_what_was_used_or_not_written(
    desk: Desk, editor: Editor
) -> None:
    desk.run("append party-left a-b --edit", env=editor())
    env = writing(desk, b"effective: 2026-01-01\nparty: beta")
    assert desk.run("append party-left a-b --edit", env=env).status == 0
    assert desk.run("append party-left a-b --edit", env={"EDITOR": "nosuch"}).status
    assert not list(desk.folder.glob("whereas-*"))


def test_an_event_left_empty_is_not_recorded(desk: Desk, editor: Editor) -> None:
    assert str(desk.run("append --edit party-left a-b", env=editor())) == snapshot("""\
--- stderr
error: nothing was written, so nothing is recorded
--- exit status 1
""")
    assert events(desk) == 5


def test_an_event_is_put_right_in_an_editor(desk: Desk, editor: Editor) -> None:
    env = editor({"through 2030": "through 2031", 'holder: ["alpha"]': ""})
    line = "correct a-b @3 --edit --reason misread"
    ran = desk.run(line, env=env)
    assert ran.status == 2, "a grant needs a holder"
    env = editor({"through 2030": "through 2031"})
    assert desk.run(line, env=env).status == 0
    document = json.loads(desk.run("history a-b --json").stdout)
    assert document["events"][-1]["fields"]["replacement"] == {"ends": "through 2031"}


def test_nothing_put_right_in_an_editor_is_nothing(desk: Desk, editor: Editor) -> None:
    ran = desk.run("correct a-b @3 --edit --reason misread", env=editor())
    assert str(ran) == snapshot("""\
--- stderr
error: nothing was changed, so nothing is recorded
--- exit status 1
""")


def test_an_editor_that_fails_is_no_bug(desk: Desk) -> None:
    env = {"VISUAL": f"{sys.executable} -c 'raise SystemExit(3)'"}
    ran = desk.run("append --edit party-left a-b", env=env)
    assert ran.status == 2
    assert "hint: set EDITOR, or give the fields as options\n" in ran.stderr


# -- what was meant ----------------------------------------------------------------------


QUOTED = 'quotation marks are straight: quote="a value, with a comma"'


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (f"{LEFT} --source deed,at=x", "write --source 'source=deed,at=x'"),
        (f"{LEFT} --source 'source=deed,quote=“a, b”'", QUOTED),
        (
            "append party-joined a-b --effective 2026 --party gamma,name=Gamma",
            "write --party 'id=gamma,name=Gamma'",
        ),
        (LEFT.replace("beta", "'beta, inc.'"), f"did you mean beta?  whereas {LEFT}"),
        (
            "append exclusivity-granted a-b --id x --holder Alpha --against beta",
            (
                "did you mean alpha?  whereas append exclusivity-granted a-b --id x"
                " --holder alpha --against beta"
            ),
        ),
        (
            LEFT.replace("beta", "Gamma"),
            "an id has small letters, digits and hyphens: gamma",
        ),
        (
            LEFT.replace("2026-01-01", "'early 2025'"),
            "write 2025-Q1 or 2025, whichever is meant",
        ),
        (
            LEFT.replace("2026-01-01", "03/04/2025"),
            "write 2025-03-04 or 2025-04-03, whichever is meant",
        ),
        (LEFT.replace("2026-01-01", "'throgh 2025'"), "did you mean through?"),
        ("append opened a-b", "did you mean agreement-opened or dispute-opened?"),
        ("append left a-b", "did you mean party-left?  whereas append party-left a-b"),
        ("help exit", "did you mean exit-codes?  whereas help exit-codes"),
        ("retract a-b @1 --reason x", "retract that one first: whereas retract a-b @2"),
    ],
)
def test_a_hint_says_what_was_meant(desk: Desk, line: str, hint: str) -> None:
    ran = desk.run(line)
    assert ran.status
    assert f"hint: {hint}" in ran.stderr


def test_what_is_offered_for_a_word_is_not_offered_for_all_of_them(desk: Desk) -> None:
    ran = desk.run(LEFT.replace("2026-01-01", "'throgh 2025'"))
    assert ran.stderr.endswith("hint: did you mean through?\n")


def test_an_event_may_be_effective_today(desk: Desk) -> None:
    desk.do(LEFT.replace("2026-01-01", "today"))
    desk.do("correct a-b @6 --set effective=2025 --reason misread")
    desk.do("correct a-b @6 --set effective=today --reason misread")
    told = json.loads(desk.run("history a-b --json").stdout)["events"]
    assert told[5]["effective"] == "2026-01-02"
    assert told[7]["fields"]["replacement"] == {"effective": "2026-01-02"}
