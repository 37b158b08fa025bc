"""A catalogue of errors: each is made by a command, and shown to the letter.

What is refused names what is wrong and where, then the event in the way with its
source, then what may be done.
"""

# What a command says is kept as it is.
# ruff: noqa: E501

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from inline_snapshot import snapshot

from tests.cli_run import OPENED, Desk, told

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a ledger that has an agreement of a few events."""
    return told(tmp_path)


# -- usage: exit status 2 ----------------------------------------------------------------


def test_a_command_that_there_is_not(desk: Desk) -> None:
    assert desk("histroy a-b") == snapshot("""\
--- stderr
error: there is no command histroy
hint: did you mean history?  whereas history a-b
--- exit status 2
""")


def test_a_command_like_no_other(desk: Desk) -> None:
    assert desk("xyzzy") == snapshot("""\
--- stderr
error: there is no command xyzzy
hint: whereas -h lists the commands
--- exit status 2
""")


def test_an_option_that_there_is_not(desk: Desk) -> None:
    assert desk("state a-b --sinc 2020") == snapshot("""\
--- stderr
error: there is no option --sinc
hint: whereas state -h tells how it is used
--- exit status 2
""")


def test_an_option_that_is_misspelt(desk: Desk) -> None:
    assert desk("state a-b --know @2") == snapshot("""\
--- stderr
error: there is no option --know
hint: did you mean --known?  whereas state a-b --known @2
--- exit status 2
""")


def test_an_option_without_its_value(desk: Desk) -> None:
    assert desk("state a-b --on") == snapshot("""\
--- stderr
error: --on needs a value
hint: whereas state -h tells how it is used
--- exit status 2
""")


def test_a_switch_with_a_value(desk: Desk) -> None:
    assert desk("state a-b --json=yes") == snapshot("""\
--- stderr
error: --json takes no value
hint: whereas state -h tells how it is used
--- exit status 2
""")


def test_an_argument_that_is_missing(desk: Desk) -> None:
    assert desk("why a-b") == snapshot("""\
--- stderr
error: PROVISION is missing
hint: whereas why -h tells how it is used
--- exit status 2
""")


def test_an_argument_too_many(desk: Desk) -> None:
    assert desk("state a-b c-d") == snapshot("""\
--- stderr
error: there is no place for c-d
hint: whereas state -h tells how it is used
--- exit status 2
""")


def test_two_forms_of_output(desk: Desk) -> None:
    assert desk("state a-b --json --csv") == snapshot("""\
--- stderr
error: --json and --csv exclude each other
hint: leave out --json
--- exit status 2
""")


def test_a_status_that_there_is_not(desk: Desk) -> None:
    assert desk("state a-b --status inforce") == snapshot("""\
--- stderr
error: there is no status inforce
hint: did you mean in-force?  whereas state a-b --status in-force
--- exit status 2
""")


def test_a_colour_that_there_is_not(desk: Desk) -> None:
    assert desk.run("list --color alway", columns=80).stderr == snapshot("""\
error: colour is auto, always, never, not alway
hint: did you mean always?  whereas list --color always
""")


# -- input: exit status 2 ----------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["append {} a-b", "schema {}", "search cloud --event {}"],
)
def test_an_event_type_that_is_misspelt(desk: Desk, line: str) -> None:
    place = "--event: " if "--event" in line else ""
    meant = line.format("exclusivity-granted")
    assert (
        desk(line.format("exclusivity-grantd"))
        == f"""\
--- stderr
error: {place}there is no event type exclusivity-grantd
hint: did you mean exclusivity-granted?  whereas {meant}
--- exit status 2
"""
    )
    unlike = desk(line.format("zebra"))
    assert "hint: whereas append -h lists the types\n--- exit status 2" in unlike
    assert "only the ledger itself records values-erased" in desk(
        line.format("values-erased")
    )


def test_a_field_that_is_misspelt(desk: Desk) -> None:
    line = "append licence-granted a-b --effective 2020 --id x --holdr beta"
    assert desk(line) == snapshot("""\
--- stderr
error: there is no option --holdr
hint: did you mean --holder?  whereas append licence-granted a-b --effective 2020 --id x --holder beta
--- exit status 2
""")


def test_a_field_that_is_missing(desk: Desk) -> None:
    assert desk("append licence-granted a-b --effective 2020 --id x") == snapshot("""\
--- stderr
error: licence-granted needs --holder
hint: give --holder PARTY
--- exit status 2
""")


def test_a_date_that_is_missing(desk: Desk) -> None:
    assert desk("append licence-granted a-b --id x --holder beta") == snapshot("""\
--- stderr
error: --effective: licence-granted needs an effective date
hint: give a date (2019, 2019-07, 2019-07-22), a When, or unknown
--- exit status 2
""")


def test_a_value_that_is_given_twice(desk: Desk) -> None:
    line = "append licence-granted a-b --effective 2020 --id x --id y --holder beta"
    assert desk(line) == snapshot("""\
--- stderr
error: --id is given twice
hint: it takes one value
--- exit status 2
""")


def test_an_amount_without_a_currency(desk: Desk) -> None:
    line = "append investment-made a-b --effective 2020 --id x --investor alpha"
    assert desk(f"{line} --recipient beta --amount 1bn") == snapshot("""\
--- stderr
error: --amount: 1bn has no unit
hint: write for example USD 12bn, 27 %, 100 shares or unknown
--- exit status 2
""")


def test_a_percentage_without_a_basis(desk: Desk) -> None:
    line = "append revenue-share-agreed a-b --effective 2020 --id x --holder alpha"
    assert desk(f"{line} --rate '20 %'") == snapshot("""\
--- stderr
error: --rate is a percentage without a basis
hint: say of what, for example --basis "as-converted diluted"
--- exit status 2
""")


def test_a_loose_date(desk: Desk) -> None:
    assert desk("state a-b --on 28.10.2025") == snapshot("""\
--- stderr
error: --on: '28.10.2025' is not a date
hint: did you mean 2025-10-28?  whereas state a-b --on 2025-10-28
--- exit status 2
""")


def test_a_date_that_may_be_two(desk: Desk) -> None:
    assert desk("state a-b --on 5/6/2025") == snapshot("""\
--- stderr
error: --on: '5/6/2025' is not a date
hint: write 2025-05-06 or 2025-06-05, whichever is meant
--- exit status 2
""")


def test_a_when_that_cannot_be_read(desk: Desk) -> None:
    line = "append term-extended a-b --effective 2025 --provision models"
    assert desk(f"{line} --ends 'earliest of (through 2032'") == snapshot("""\
--- stderr
error: --ends: expected ; or ), but the text ends
  | earliest of (through 2032
  |                          ^
hint: whereas help when tells how it is written
--- exit status 2
""")


def test_a_choice_that_there_is_not(desk: Desk) -> None:
    line = "append level-changed a-b --effective 2025 --provision cloud"
    assert desk(f"{line} --level first-refusl") == snapshot("""\
--- stderr
error: --level is not first-refusl
hint: did you mean first-refusal?  whereas append level-changed a-b --effective 2025 --provision cloud --level first-refusal
--- exit status 2
""")


def test_a_party_without_its_name(desk: Desk) -> None:
    line = "append party-joined a-b --effective 2025 --party id=gamma"
    assert desk(line) == snapshot("""\
--- stderr
error: --party: party needs name
hint: give --party id=ID,name=NAME,…
--- exit status 2
""")


def test_a_party_that_is_not_written_as_fields(desk: Desk) -> None:
    line = "append party-joined a-b --effective 2025 --party 'id=gamma,name=G, Inc.'"
    assert desk(line) == snapshot("""\
--- stderr
error: --party: this is not a field with its value
  | id=gamma,name=G, Inc.
  |                 ^
hint: write --party 'name=value,name="a value, with a comma"', or a JSON object
--- exit status 2
""")


def test_a_source_with_an_unknown_field(desk: Desk) -> None:
    line = (
        "append right-relinquished a-b --effective 2026 --provision models --by alpha"
    )
    assert desk(f"{line} --source source=deed,pag=4") == snapshot("""\
--- stderr
error: --source: source has no field pag
hint: the fields are source, title, uri, at, published, sha256, quote, stance
--- exit status 2
""")


def test_a_value_of_json_that_is_none(desk: Desk) -> None:
    line = "append party-joined a-b --effective 2025"
    assert desk([*line.split(), "--party", '{"id"}']) == snapshot("""\
--- stderr
error: --party: this is not JSON: expecting ':' delimiter
  | {"id"}
  |      ^
hint: write for example {"id": "alpha", "name": "Alpha, Inc."}
--- exit status 2
""")


def test_a_line_of_stdin_that_is_no_event(desk: Desk) -> None:
    stdin = '{"event": "party-left", "agreement": "a-b", "effective": "2025"}\n'
    assert str(desk.run("append -", stdin=stdin)) == snapshot("""\
--- stderr
error: stdin:1:1: party-left needs party
  | {"event": "party-left", "agreement": "a-b", "effective": "2025"}
  | ^
--- exit status 2
""")
    assert str(desk.run("append -", stdin="\n[1]\n")) == snapshot("""\
--- stderr
error: stdin:2:1: an event is a JSON object
  | [1]
  | ^
hint: write {"event": "…", "agreement": "…", "effective": "…"}
--- exit status 2
""")
    assert str(desk.run("append -", stdin='{"event":\n')) == snapshot("""\
--- stderr
error: stdin:1:10: this is not JSON: it ends too early
  | {"event":
  |          ^
--- exit status 2
""")


def test_a_moment_of_knowledge_that_is_none(desk: Desk) -> None:
    assert desk("state a-b --known yesterday") == snapshot("""\
--- stderr
error: --known: 'yesterday' is not a date
hint: write 2025-10-28, 2025-10-28T12:00:00Z, @5 or pos:41
--- exit status 2
""")


def test_an_instant_without_its_zone(desk: Desk) -> None:
    assert desk("state a-b --known 2026-01-01T00:10:00") == snapshot("""\
--- stderr
error: --known: 2026-01-01T00:10:00 does not say in which time zone
hint: write 2026-01-01T00:10:00Z for UTC, or add an offset such as +02:00
--- exit status 2
""")


def test_a_supposal_that_cannot_be_read(desk: Desk) -> None:
    assert desk("state a-b --suppose launch") == snapshot("""\
--- stderr
error: --suppose: 'launch' is not a supposal
  | launch
  | ^
hint: write agi=2027-05-01, agi.claimed=2027-05-01, agi=never, agi.determined=never, agi>2027-05-01 or measure loans=USD 0@2027-05-01
--- exit status 2
""")


def test_a_comparison_of_one_point(desk: Desk) -> None:
    assert desk("diff a-b 2025-10-28") == snapshot("""\
--- stderr
error: FROM..TO is two points with .. between, not 2025-10-28
hint: write 2025-10-27..2025-10-28, @5..@9 or pos:3..pos:9
--- exit status 2
""")
    assert desk("diff a-b") == snapshot("""\
--- stderr
error: there is nothing to compare
hint: write FROM..TO: 2025-10-27..2025-10-28, @5..@9 or pos:3..pos:9
--- exit status 2
""")
    assert desk("diff a-b @2..@3 --known @4") == snapshot("""\
--- stderr
error: @2..@3 and --known @4 both say what was known
hint: leave out one of them
--- exit status 2
""")


def test_an_event_that_is_not_named_by_a_number(desk: Desk) -> None:
    assert desk("retract a-b third --reason typo") == snapshot("""\
--- stderr
error: an event is named @N, not third
hint: whereas history a-b shows the numbers
--- exit status 2
""")


def test_a_correction_of_a_field_that_there_is_not(desk: Desk) -> None:
    assert desk("correct a-b @3 --hoder beta --reason typo") == snapshot("""\
--- stderr
error: licence-granted has no field --hoder
hint: did you mean --holder?  whereas correct a-b @3 --holder beta --reason typo
--- exit status 2
""")


def test_a_correction_of_nothing(desk: Desk) -> None:
    assert desk("correct a-b @3 --reason typo") == snapshot("""\
--- stderr
error: nothing is put right
hint: name a field: whereas append licence-granted -h tells them
--- exit status 2
""")


def test_a_setting_that_there_is_not(desk: Desk) -> None:
    (desk.folder / ".whereas.toml").write_text('# ours\nleger = "x.db"\n')
    assert desk("list") == snapshot("""\
--- stderr
error: /desk/.whereas.toml:2:1: there is no setting leger
  | leger = "x.db"
  | ^
hint: did you mean ledger?
--- exit status 2
""")


def test_a_file_of_settings_that_is_damaged(desk: Desk) -> None:
    (desk.folder / ".whereas.toml").write_text('ledger = "x.db\n')
    assert desk("list") == snapshot("""\
--- stderr
error: /desk/.whereas.toml:1:15: Illegal character '\\n'
  | ledger = "x.db
  |               ^
--- exit status 2
""")


def test_a_ledger_at_a_url(desk: Desk) -> None:
    assert desk("list --ledger postgresql://db/deals") == snapshot("""\
--- stderr
error: a ledger at a postgresql URL is not supported yet
hint: name a file: --ledger whereas.db
--- exit status 2
""")


def test_a_file_that_is_no_ledger(desk: Desk) -> None:
    (desk.folder / "notes.txt").write_text("not a ledger, only words\n" * 100)
    assert desk("list --ledger notes.txt") == snapshot("""\
--- stderr
error: /desk/notes.txt is not a ledger, nor any SQLite database
hint: name the ledger with --ledger FILE, or start one elsewhere: whereas init
--- exit status 2
""")


def test_a_topic_that_there_is_not(desk: Desk) -> None:
    assert desk("help exit-code") == snapshot("""\
--- stderr
error: there is no topic exit-code
hint: did you mean exit-codes?  whereas help exit-codes
--- exit status 2
""")


def test_a_shell_that_is_not_known(desk: Desk) -> None:
    assert desk("completion tcsh") == snapshot("""\
--- stderr
error: there is no completion for tcsh
hint: there is one for bash, zsh, fish, powershell, pwsh
--- exit status 2
""")


# -- not found, refused: exit status 1 ---------------------------------------------------


def test_a_ledger_that_is_not_there(desk: Desk) -> None:
    assert desk("list --ledger other.db") == snapshot("""\
--- stderr
error: there is no ledger at /desk/other.db
hint: whereas --ledger other.db init
--- exit status 1
""")
    assert not (desk.folder / "other.db").exists()


def test_a_ledger_that_is_there_already(desk: Desk) -> None:
    assert desk("init") == snapshot("""\
--- stderr
error: there is a ledger at /desk/whereas.db already
hint: whereas list tells what is in it; another name makes another
--- exit status 1
""")
    named = desk.run("init --ledger whereas.db").stderr
    assert "hint: whereas --ledger whereas.db list tells" in named


def test_an_agreement_that_is_misspelt(desk: Desk) -> None:
    assert desk("state a-bb --on 2025-10-28") == snapshot("""\
--- stderr
error: there is no agreement a-bb
hint: did you mean a-b?  whereas state a-b --on 2025-10-28
--- exit status 1
""")


def test_an_agreement_like_no_other(desk: Desk) -> None:
    assert desk("state xyzzy") == snapshot("""\
--- stderr
error: there is no agreement xyzzy
hint: whereas list shows the agreements
--- exit status 1
""")


def test_an_agreement_that_was_never_opened(desk: Desk) -> None:
    line = "append party-left xyzzy --effective 2025 --party beta"
    assert desk(line) == snapshot("""\
--- stderr
error: there is no agreement xyzzy
hint: whereas append agreement-opened xyzzy -h tells how to begin
--- exit status 1
""")


def test_a_provision_that_is_misspelt(desk: Desk) -> None:
    assert desk("why a-b clod") == snapshot("""\
--- stderr
error: there is no provision clod in this agreement
hint: did you mean cloud?  whereas why a-b cloud
--- exit status 1
""")
    assert desk("history a-b clod") == snapshot("""\
--- stderr
error: there is no provision clod in this agreement
hint: did you mean cloud?  whereas history a-b cloud
--- exit status 1
""")
    line = "append term-extended a-b --effective 2025 --provision modls --ends never"
    assert desk(line) == snapshot("""\
--- stderr
error: there is no provision modls in this agreement
hint: did you mean models?  whereas append term-extended a-b --effective 2025 --provision models --ends never
--- exit status 1
""")


def test_a_party_that_is_misspelt(desk: Desk) -> None:
    line = "append licence-granted a-b --effective 2020 --id x --holder bata"
    assert desk(line) == snapshot("""\
--- stderr
error: there is no party bata in this agreement
hint: did you mean beta?  whereas append licence-granted a-b --effective 2020 --id x --holder beta
--- exit status 1
""")


def test_an_event_that_there_is_not(desk: Desk) -> None:
    assert desk("retract a-b @9 --reason typo") == snapshot("""\
--- stderr
error: a-b has no event @9
hint: its last one is @5: whereas history a-b
--- exit status 1
""")
    assert desk("state a-b --known @9") == snapshot("""\
--- stderr
error: a-b has no event @9
hint: its last one is @5
--- exit status 1
""")
    assert desk("list --known pos:99") == snapshot("""\
--- stderr
error: there is no pos:99
hint: the last one is pos:4
--- exit status 1
""")


def test_a_time_before_anything_was_known(desk: Desk) -> None:
    assert desk("state a-b --known 2025-12-31") == snapshot("""\
--- stderr
error: nothing was recorded by 2025-12-31
hint: the first event was recorded at 2026-01-01T00:02:00.000000Z
--- exit status 1
""")


def test_a_milestone_that_nothing_mentions(desk: Desk) -> None:
    assert desk("state a-b --suppose lunch=2027") == snapshot("""\
--- stderr
error: nothing mentions a milestone lunch
hint: did you mean launch?
--- exit status 1
""")


def test_a_supposal_against_what_is_recorded(desk: Desk) -> None:
    desk.do(
        "append milestone-determined a-b --effective 2025-12-01 --milestone launch"
        " --outcome occurred"
    )
    assert desk("state a-b --suppose launch=2027-01-01") == snapshot("""\
--- stderr
error: launch=2027-01-01 cannot be supposed: launch is determined on another date
  in the way: @6 milestone-determined launch (2025-12-01)
hint: suppose something that is not said already, or ask about what was known before it was
--- exit status 1
""")


def test_a_change_to_what_has_ended(desk: Desk) -> None:
    line = "append level-changed a-b --effective 2025-12-01 --provision cloud"
    assert desk(f"{line} --level sole") == snapshot("""\
--- stderr
error: cloud has ended by 2025-12-01
  in the way: @5 right-relinquished cloud (2025-10-28)
  source: amendment, section 2
hint: provision-reinstated brings an ended provision back; an earlier effective date may be meant
--- exit status 1
""")


def test_an_id_that_is_taken(desk: Desk) -> None:
    line = "append licence-granted a-b --effective 2025 --id models --holder beta"
    assert desk(line) == snapshot("""\
--- stderr
error: there is a provision models already
  in the way: @3 licence-granted models (2020-03-01)
hint: choose another id, or say what changed with an event such as term-changed; an id is free again once its grant is retracted
--- exit status 1
""")


def test_a_date_that_makes_a_later_event_impossible(desk: Desk) -> None:
    line = "append right-relinquished a-b --effective 2024 --provision cloud --by alpha"
    assert desk(line) == snapshot("""\
--- stderr
error: this would make @5 right-relinquished cloud (2025-10-28) impossible: cloud has ended by 2025-10-28
  in the way: @5 right-relinquished cloud (2025-10-28)
  source: amendment, section 2
hint: provision-reinstated brings an ended provision back; an earlier effective date may be meant
--- exit status 1
""")


def test_an_event_that_is_retracted_already(desk: Desk) -> None:
    desk.do("retract a-b @5 --reason 'never signed'")
    assert desk("retract a-b @5 --reason again") == snapshot("""\
--- stderr
error: @5 has been retracted already
  in the way: @6 event-retracted @5
hint: retracting @6 brings it back
--- exit status 1
""")


def test_a_provision_that_is_not_there_yet(desk: Desk) -> None:
    assert desk("why a-b models --on 2019-12-31") == snapshot("""\
--- stderr
error: models is not there yet on that date
hint: whereas history a-b models tells when it comes
--- exit status 1
""")


# -- conflict: exit status 3 -------------------------------------------------------------


def test_an_agreement_that_has_moved(desk: Desk) -> None:
    line = "append party-left a-b --effective 2026 --party beta --expect 3"
    assert desk(line) == snapshot("""\
--- stderr
error: a-b has moved: its last event is @5, not @3
hint: look at it with: whereas history a-b
--- exit status 3
""")


def test_a_key_that_was_used_for_something_else(desk: Desk) -> None:
    line = "append party-left a-b --effective 2026 --key k-1"
    desk.do(f"{line} --party beta")
    assert desk(f"{line} --party alpha") == snapshot("""\
--- stderr
error: the key k-1 of a-b is used for @6 party-left, with another party; nothing was recorded
hint: use another key, or correct what is recorded: whereas correct a-b @6
--- exit status 3
""")


# -- integrity: exit status 4 ------------------------------------------------------------


def test_a_ledger_that_is_damaged(desk: Desk) -> None:
    damaged = sqlite3.connect(desk.folder / "whereas.db")
    with damaged:
        for (name,) in damaged.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            damaged.execute(f"DROP TRIGGER {name}")
        damaged.execute("DELETE FROM events WHERE position = 2")
    damaged.close()
    assert desk("state a-b") == snapshot("""\
--- stderr
error: a-b @3 is missing before pos:3
hint: whereas verify
--- exit status 4
""")
    assert desk("verify") == snapshot("""\
--- stderr
error: /desk/whereas.db is damaged: the TRIGGER events_follow is not as it was made
hint: go on with a backup that is sound: whereas verify --ledger BACKUP --since CHECKPOINT
hint: or put a full bundle back: whereas restore BUNDLE --key VKEY --ledger NEW
--- exit status 4
""")


def test_a_ledger_that_was_cut_short(desk: Desk) -> None:
    path = desk.folder / "whereas.db"
    path.write_bytes(path.read_bytes()[:20_000])
    told = desk("verify")
    assert told == snapshot("""\
--- stderr
error: /desk/whereas.db is damaged: database disk image is malformed
hint: go on with a backup that is sound: whereas verify --ledger BACKUP --since CHECKPOINT
hint: or put a full bundle back: whereas restore BUNDLE --key VKEY --ledger NEW
--- exit status 4
""")
    assert desk("state a-b") == told


# -- the forms of an error ------------------------------------------------------------


def test_what_was_typed_cannot_harm_the_terminal(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.do(*OPENED)
    assert desk(["state", "a\x1b[31m\u202eb"]) == snapshot("""\
--- stderr
error: there is no agreement a\\x1b[31m\\u202eb
hint: whereas list shows the agreements
--- exit status 1
""")


def test_a_line_of_stdin_that_the_ledger_refuses_is_named(desk: Desk) -> None:
    good = (
        '{"event": "party-left", "agreement": "a-b", "effective": "2025", "party": "a"}'
    )
    desk.run("init")
    assert str(desk.run("append -", stdin=f"\n{good}\n")) == snapshot("""\
--- stderr
error: stdin:2:1: there is no party a in this agreement
hint: the parties are alpha, beta; party-joined adds one
--- exit status 1
""")
    batched = good.replace("{", '{"batch": "b", ', 1)
    assert str(desk.run("append -", stdin=batched)) == snapshot("""\
--- stderr
error: stdin:1: these events are recorded together, without a batch of their own
hint: whereas import keeps the batches of a file
--- exit status 2
""")
    assert str(desk.run("append -", stdin="\n\n")) == snapshot("""\
--- stderr
error: stdin:1:1: there are no events
--- exit status 2
""")
