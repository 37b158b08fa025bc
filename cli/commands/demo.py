"""``whereas demo``: the founding example, from its file to its answers."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer

from cli.output import say, show
from cli.session import Session, session_of

if TYPE_CHECKING:
    from cli.answer import Answer
    from ledger.ledger import Ledger

EXAMPLES = (
    ("see what whereas does", "whereas demo"),
    ("keep the ledger to go on with", "whereas demo --ledger demo.db"),
)
AGREEMENT = "microsoft-openai"
FILE = f"{AGREEMENT}.yaml"
DATES = ("2020-01-01", "2025-06-01", "2026-01-01")
CHANGE = ("2025-10-27", "2025-10-28")
PROVISION = "azure-cloud"


def run(context: typer.Context) -> None:
    """Walk through the founding example.

    Imports the events of the partnership of Microsoft and OpenAI, shows the agreement
    on three dates, what changed overnight, and what one provision rests on. Leaves
    nothing behind unless --ledger says where.
    """
    session = session_of(context)
    with _folder(session) as ledger_path:
        from ledger.ledger import Ledger

        kept = "ledger" in session.flags
        option = f" --ledger {session.settings.ledger_words}" if kept else ""
        with Ledger.create(
            ledger_path, clock=session.now_us, random=session.random
        ) as ledger:
            for line, answer in _scenes(session, ledger):
                say(f"$ whereas {line}{option}", "")
                show(answer, session)
                say("")
        if kept:
            say(f"The ledger is kept: whereas list{option}")
        else:
            say("Nothing is left behind; whereas demo --ledger demo.db keeps it.")


@contextlib.contextmanager
def _folder(session: Session) -> Iterator[Path]:
    """Give where the ledger goes: where it was asked for, or nowhere for long."""
    if "ledger" in session.flags:
        yield session.settings.ledger
        return
    with tempfile.TemporaryDirectory(prefix="whereas-") as folder:
        yield Path(folder) / "demo.db"


def example() -> Path:
    """Find the founding example: in the wheel, or in the checkout beside it."""
    home = Path(__file__).parent.parent
    inside = home / "examples" / FILE
    return inside if inside.exists() else home.parent / "examples" / FILE


def _scenes(session: Session, ledger: Ledger) -> Iterator[tuple[str, Answer]]:
    """Yield each command with its answer, in the order of the walk."""
    from cli.asking import ask, clocks_of, state_on
    from cli.commands import diff, state, why
    from cli.importing import answer, imported

    found = imported(ledger, [str(example())], recorded_by="demo")
    if found.last.error is not None:
        raise found.last.error
    # Where the wheel keeps it is of no interest.
    named = [msgspec.structs.replace(f, file=f"examples/{FILE}") for f in found.files]
    told = answer(found._replace(files=named), ledger, dry_run=False)
    yield f"import examples/{FILE}", told
    for on in DATES:
        asked = clocks_of(session, ledger, AGREEMENT, on=on)
        there = state_on(session, ledger, AGREEMENT, asked)
        yield f"state {AGREEMENT} --on {on}", state.answer(there, asked.clocks)
    before, after = (ask(session, ledger, AGREEMENT, on=on) for on in CHANGE)
    yield f"diff {AGREEMENT} {'..'.join(CHANGE)}", diff.answer(before, after)
    question = ask(session, ledger, AGREEMENT, on=DATES[-1])
    line = f"why {AGREEMENT} {PROVISION} --on {DATES[-1]}"
    yield line, why.answer(question, PROVISION)
