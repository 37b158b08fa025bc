"""The command line as a whole: help, the table of commands, start-up, exit statuses."""

from __future__ import annotations

import os
import pkgutil
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from inline_snapshot import snapshot

import cli.commands
from cli.command import Group, load
from cli.main import app
from cli.table import COMMANDS, Row
from tests.cli_run import OPENED, Desk

HEAVY = {
    *("cryptography", "eventsourcing", "ledger", "msgspec", "projections"),
    *("pydantic", "rich", "ruamel", "sqlite3", "sqlite_utils"),
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def modules_after(*words: str) -> set[str]:
    """Run a command in a process of its own and name the packages it imported."""
    code = (
        "import sys\nfrom cli.main import app\n"
        "try: app(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print('|', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    return set(done.stdout.rpartition("|")[2].split())


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("--version",), ()])
def test_help_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    assert modules_after(*words) & HEAVY == set()


def test_a_command_on_a_pipe_imports_no_converter_and_no_tables(
    desk: Desk,
) -> None:
    desk.do(*OPENED)
    ledger = str(desk.folder / "whereas.db")
    found = modules_after("state", "a-b", "--ledger", ledger)
    assert found & {"pydantic", "rich", "ruamel", "sqlite_utils"} == set()


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_the_table_says_of_a_command_what_its_help_says(row: Row) -> None:
    command = load(row.module, row.name)
    assert command.name == row.name
    assert (command.help or "").partition("\n")[0] == row.short


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_command_shows_two_examples_that_are_its_own(row: Row) -> None:
    command = load(row.module, row.name)
    assert len(command.examples) >= 2
    for _, line in command.examples:
        assert f"whereas {row.name}" in line


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_examples_are_commands_that_can_be_read(row: Row) -> None:
    """Options and arguments of an example exist; nothing is run."""
    for _, line in load(row.module, row.name).examples:
        words = shlex.split(line.partition(">")[0].rpartition("whereas ")[2])
        read(typer.main.get_command(app), None, ["whereas", *words])


def read(command: Any, parent: Any, words: list[str]) -> None:  # noqa: ANN401  # Typer does not export the classes
    """Read a command line without running it."""
    context = command.make_context(words[0], words[1:], parent=parent)
    if isinstance(command, Group):
        rest = [*context._protected_args, *context.args]
        name, inner, rest = command.resolve_command(context, rest)
        read(inner, context, [name or "", *rest])


def test_every_module_of_commands_is_in_the_table() -> None:
    modules = {found.name for found in pkgutil.iter_modules(cli.commands.__path__)}
    assert modules == {row.module for row in COMMANDS}


def test_help_lists_the_commands_by_what_they_are_for(desk: Desk) -> None:
    assert (
        desk("")
        == desk("-h")
        == desk("--help")
        == snapshot("""\
Usage: whereas [OPTIONS] COMMAND …

  Keep a ledger of agreements: what held, when, as known when, and why.

  Events are recorded, never changed. A question has two clocks: --on is the
  date it is asked about, --known the moment of knowledge it is answered with.

Write:
  init        Make an empty ledger.
  append      Add one event to an agreement.
  import      Add the events of files.
  correct     Put right what an event says.
  retract     Take back an event that should not exist.
  erase       Erase values of an event for good, and record that they were.

Read:
  list        List the agreements.
  show        Show an agreement: parties, instruments, stakes.
  state       Show the provisions of an agreement on a date.
  history     Show what happened, event by event.
  diff        Show what changed between two points.
  why         Show what a provision rests on.
  search      Search the words of events and of their sources.
  may         Ask whether a party may do something.
  due         Show what falls due in a window.
  what-if     Show what would follow from a hypothesis.
  conflicts   Show promises that cannot all be kept.
  money       Add up what is committed, paid and still to come.
  stakes      Show what was reported of stakes over time.
  portfolio   Ask all agreements at once: who, until when, how much.

Prove:
  verify      Verify an audit bundle, or the ledger.
  export      Write events to files for others.
  restore     Put a full bundle back as a ledger with the same root.
  backup      Copy the ledger into a file, and check the copy.
  proof       Prove that an event is under the last signed head.
  checkpoint  Sign the head of the ledger, or show the last signed head.
  key         Make, show and change the keys that sign heads.
  witness     Have others cosign your heads, and cosign theirs.

Setup:
  index       Make an index that answers for all agreements.
  schema      Write the JSON Schema of events.
  demo        Walk through the founding example.
  completion  Complete commands in a shell.
  help        Explain exit codes, dates and other matters.

Everywhere:
  --version      Print the version.
  --ledger FILE  The ledger.  [default: whereas.db]
  --color WHEN   Colour: auto, always or never.
  --debug        Show where an unexpected error came from.
  -h, --help     Show this message and exit.

Examples:
  # see how commands are used
  whereas help
  # begin
  whereas init
""")
    )


def test_the_help_of_a_command_shows_how_it_is_used(desk: Desk) -> None:
    assert desk("state -h") == snapshot("""\
Usage: whereas state [OPTIONS] AGREEMENT

  Show the provisions of an agreement on a date.

  Each is in force, contingent on what it waits for, suspended, not yet in
  force, or ended. Nothing of this is stored: it follows from the events, the
  date and what was known.

Arguments:
  AGREEMENT  The id of the agreement.

Clocks:
  --on DATE       The date that is asked about.  [default: today]
  --known WHEN    What was known when: a date, an instant, @N or pos:N.
                  [default: now]
  --horizon DATE  The day up to which silence means that nothing happened.
                  [default: the day of --known]
  --suppose FACT  Suppose that a milestone is reached: M=DATE, M=never,
                  'M>DATE', M.claimed=DATE, M.determined=never; or a measure:
                  'measure NAME=VALUE@DATE'. May be repeated.

Options:
  --status in-force|contingent|suspended|not-yet|ended
                                  Only provisions of this status. May be
                                  repeated.

Output:
  --json   Write one JSON document.
  --jsonl  Write a JSON document a line.
  --csv    Write comma-separated values under a header.

Everywhere:
  --ledger FILE  The ledger.  [default: whereas.db]
  --color WHEN   Colour: auto, always or never.
  --debug        Show where an unexpected error came from.
  -h, --help     Show this message and exit.

Examples:
  # what holds today
  whereas state microsoft-openai
  # what would hold on a date, if a milestone were reached before
  whereas state microsoft-openai --on 2028-06-01 \\
      --suppose agi-verified=2027-05
""")


def test_the_help_of_an_event_says_what_each_field_takes(desk: Desk) -> None:
    assert desk("append exclusivity-granted -h") == snapshot("""\
Usage: whereas append exclusivity-granted [OPTIONS] AGREEMENT

  A holder alone has a right, or alone beside the grantor (sole).

  Effect: a provision of kind priority at level exclusive or sole, of its own
  beside the right it is about.

  How values are written: `whereas help values` and `whereas help when`.

Arguments:
  AGREEMENT  The id of the agreement.

Fields:
  --effective WHEN         When it is so in the world: a date, a When, or
                           unknown.  [required]
  --id ID                  A new id.  [required]
  --holder PARTY           Who benefits. May be repeated.  [required]
  --against PARTY          Who owes, grants or is bound. May be repeated.
  --scope SCOPE            What it is about; nothing is everything. May be
                           repeated.
  --except SCOPE           What is left out of the scope. May be repeated.
  --starts WHEN            From when; by default from the effective date.
  --ends WHEN              Until when.
  --amount AMOUNT          How much.
  --basis TEXT             Of what a percentage is.
  --condition TEXT         What it depends on, in words.
  --text TEXT              The words relied on.
  --level exclusive|sole   How exclusive.
  --over PROVISION         The provision that it is exclusive about.
  --note TEXT              A remark.
  --tag NAME               A tag, for example cuad:insurance. May be repeated.
  --confidential NAME      A field whose value may be withheld. May be
                           repeated.
  --instrument INSTRUMENT  The instrument that it rests on.
  --source SOURCE          Who says so: ID or source=ID,title=…,at="para
                           4",quote="…". May be repeated.

Recording:
  --key KEY           The same key twice adds nothing.
  --recorded-by NAME  Who records it.  [default: the user]
  --expect N          Refuse if the agreement has not N events.
  -n, --dry-run       Show what would change in the state, and record nothing.
  --edit              Write the event in $VISUAL or $EDITOR.
  --proof FILE        Sign the head and keep a proof that the event is under
                      it, for whoever gave it; - is stdout.

Signing:
  --key-file FILE         The key that signs, made by `whereas key new`.
  --passphrase-file FILE  A file of yours alone with its passphrase.
                          [default: asked for]
  --agent-key VKEY        Sign with this key of the running ssh-agent instead
                          of a file.
  --signer COMMAND        Sign with a program, which gets the bytes and writes
                          their signature in base64; see `whereas help keys`.
  --signer-key VKEY       The public key that this program signs for.
  --memory FILE           What was signed before; never beside the ledger.
                          [default: in your own folder for settings]

Output:
  --json   Write one JSON document.
  --jsonl  Write a JSON document a line.
  --csv    Write comma-separated values under a header.

Everywhere:
  --ledger FILE  The ledger.  [default: whereas.db]
  --color WHEN   Colour: auto, always or never.
  --debug        Show where an unexpected error came from.
  -h, --help     Show this message and exit.

Examples:
  # record it
  whereas append exclusivity-granted alpha-beta --effective 2025-10-28 \\
      --id azure-api --holder alpha --against beta --scope product=api \\
      --ends 'milestone agi-verified determined'
  # see what it would change
  whereas append exclusivity-granted alpha-beta --effective 2025-10-28 \\
      --id azure-api --holder alpha --against beta --scope product=api \\
      --ends 'milestone agi-verified determined' -n
""")


def test_the_version_is_printed(desk: Desk) -> None:
    assert desk("--version") == "whereas 0.1.0\n"


def test_settings_of_every_command_may_stand_before_it(desk: Desk) -> None:
    desk.do("--ledger other.db init")
    assert (desk.folder / "other.db").exists()
    assert not (desk.folder / "whereas.db").exists()


def test_a_bug_is_one_line_and_says_how_to_report_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.ledger.Ledger.create", lambda *_, **__: 1 / 0)
    assert desk("init") == snapshot("""\
--- stderr
error: this is a bug: ZeroDivisionError: division by zero
hint: nothing was recorded; please report what this prints:
  whereas --debug init
--- exit status 70
""")


def test_a_bug_shows_where_it_is_when_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.ledger.Ledger.create", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk("init --debug")


def test_an_interrupt_is_130_and_says_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ledger.ledger.Ledger.create", interrupted)
    ran = desk.run("init")
    assert ran == ("", "", 130)


def test_a_reader_that_has_enough_is_no_error(desk: Desk) -> None:
    desk.do(*OPENED)
    code = "from cli.main import main; main()"
    command = [sys.executable, "-c", code, "help", "when"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


# -- stdout that cannot be written -----------------------------------------------------


def left(desk: Desk, line: str, redirected: str, **environ: str) -> tuple[str, int]:
    """Run a command in a shell; give what it says on stderr, and its exit status."""
    shell = ("sh", "-c", f'exec "$@" {redirected}', "sh")
    code = "from cli.main import main; main()"
    done = subprocess.run(
        [*shell, sys.executable, "-c", code, *shlex.split(line)],
        cwd=desk.folder,
        env={**os.environ, **desk.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr, done.returncode


LOST = {
    ">&-": "error: stdout is closed\n",
    ">/dev/full": "error: stdout cannot be written: no space left on device\n",
}
full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="of Linux")


@pytest.fixture(params=[">&-", pytest.param(">/dev/full", marks=full)])
def redirected(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("form", ["", " --json", " --csv"])
def test_what_was_recorded_is_told_though_its_receipt_is_lost(
    desk: Desk, redirected: str, form: str, unbuffered: str
) -> None:
    desk.do("init")
    told, status = left(
        desk, f"{OPENED[1]}{form}", redirected, PYTHONUNBUFFERED=unbuffered
    )
    first, _, rest = told.partition("\n")
    assert first.startswith("recorded @1 agreement-opened in a-b, known from ")
    assert rest == LOST[redirected] + (
        "hint: do not record again: what was recorded stays, and"
        " `whereas history AGREEMENT` shows it\n"
    )
    assert status == 74
    assert "whereas.db holds: 1 event" in desk.run("verify").stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("line", ["list --json", "help when", "--version", "", "-h"])
def test_an_answer_that_is_lost_is_no_bug(
    desk: Desk, redirected: str, line: str, unbuffered: str
) -> None:
    desk.do(*OPENED)
    told, status = left(desk, line, redirected, PYTHONUNBUFFERED=unbuffered)
    hint = "hint: the answer alone is lost; send it where there is room\n"
    assert (told, status) == (LOST[redirected] + hint, 74)


def test_an_error_is_told_though_stdout_is_closed(desk: Desk, redirected: str) -> None:
    told, status = left(desk, "show nobody", redirected)
    assert (told[:28], status) == ("error: there is no ledger at", 1)


@pytest.mark.parametrize("more", ["2>&-", pytest.param("2>/dev/full", marks=full)])
def test_where_nobody_can_be_told_the_exit_status_says_it(
    desk: Desk, redirected: str, more: str
) -> None:
    desk.do(*OPENED)
    assert left(desk, "list", f"{redirected} {more}") == ("", 74)
    assert left(desk, "list", more) == ("", 0)
    assert left(desk, "show nobody", f"{more} <&-") == ("", 1)


def test_a_small_answer_to_a_reader_that_has_left_is_no_error(desk: Desk) -> None:
    desk.do(*OPENED)
    code = "import time; time.sleep(1); from cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "list", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=desk.folder,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
