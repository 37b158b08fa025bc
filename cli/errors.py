"""Errors in words: what is wrong, where, what is in the way or shows it, what to do.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | the answer is no: refused, not found, or different with --exit-code |
| 2 | a command or input that cannot be read |
| 3 | conflict: somebody was faster, or a key was used for something else |
| 4 | the ledger is damaged |
| 70 | a bug |
| 74 | the answer, or a file beside it, cannot be written; what was recorded stays |
| 130 | interrupted |
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import typer

from cli.hints import for_ledger, ledger_in
from cli.paths import reason
from cli.safe import one_line, visible
from cli.session import Session
from cli.streams import Unwritten
from events.errors import InputError, Integrity, Refused, WhereasError

BUG, INTERRUPTED = 70, 130
USAGE = 2

# What reads a command line ends sentences and begins them with capitals; errors here
# do neither.
_MISSING = re.compile(
    r"Missing (?:argument|option|parameter)[: ]*'?([^'.]*)'?.*", re.DOTALL
)
_NEEDS_VALUE = re.compile(r"Option '(.+)' requires an argument\.")
_TAKES_NONE = re.compile(r"Option '(.+)' does not take a value\.")
_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)", re.DOTALL)
# Options that other commands have, and what does their part where there is a window.
_INSTEAD = {"--on": "--from"}
# Below this, options of a few letters are alike by chance: --on and --json.
_ALIKE = 0.7
# What is to be known wherever it is not certain that nothing was recorded.
_KEPT = "what was recorded stays, and `whereas history AGREEMENT` shows it"
_MEANT = re.compile(r"did you mean (\S+)\?")
# A word that a curly quotation mark begins or ends, quoted in an error or not.
_CURLY = re.compile(r"(?:^|[ '])[“”„«»]|[“”„«»](?:$|[ '])")
_STRAIGHT = "quotation marks are straight: "


def words_of(error: WhereasError, argv: Sequence[str]) -> list[str]:
    """Put an error into lines.

    Args:
        error: what went wrong.
        argv: the words of the command, to offer it again with a word put right.

    Returns:
        Lines, safe to show, the first of them ``error: …``.
    """
    return [
        f"error: {one_line(_place(error) + str(error))}",
        *_excerpt(error),
        *_in_the_way(error),
        *_evidence(error),
        *_hint(error, argv),
    ]


def _place(error: WhereasError) -> str:
    """Name where something is wrong: a file with line and column, or a field."""
    path, field = error.text("path"), error.text("field")
    if path is not None:
        line, column = error.number("line"), error.number("column")
        numbers = [str(n) for n in (line, column) if n is not None]
        if not numbers and path in str(error):
            return ""
        return ":".join([path, *numbers]) + ": "
    if not isinstance(error, InputError) or field is None:
        return ""
    if not str(error).startswith(f"{field} "):
        return f"{field}: "
    return ""


def _excerpt(error: WhereasError) -> Iterator[str]:
    """Quote what could not be read, with a mark under the place."""
    if not isinstance(error, InputError) or not error.excerpt:
        return
    excerpt, column = error.excerpt.splitlines()[0], error.column
    if column is None and error.path is None:
        return
    yield f"  | {visible(excerpt.expandtabs(1))}"
    if column is not None and 0 < column <= len(excerpt) + 1:
        before = visible(excerpt[: column - 1].expandtabs(1))
        yield f"  | {' ' * len(before)}^"


def _in_the_way(error: WhereasError) -> Iterator[str]:
    """Name the event that a refused one conflicts with, and its source."""
    if not isinstance(error, Refused) or error.conflict is None:
        return
    yield f"  in the way: {one_line(error.conflict)}"
    if error.source is not None:
        yield f"  source: {one_line(error.source)}"


def _evidence(error: WhereasError) -> Iterator[str]:
    """Show what can be checked by hand: where, what should be there, and what is."""
    if not isinstance(error, Integrity):
        return
    message = str(error)
    for name in ("file", "position", "expected", "found", "evidence"):
        fact = error.text(name)
        told = f"pos:{fact}" if name == "position" else fact
        if fact is not None and str(told) not in message:
            yield f"  {name}: {one_line(fact)}"


def _hint(error: WhereasError, argv: Sequence[str]) -> Iterator[str]:
    """Say what may be done; a misspelt word is put right in the command itself."""
    told = (error.hint or "").startswith(("did you mean", _STRAIGHT))
    if isinstance(error, InputError) and _CURLY.search(str(error)) and not told:
        yield f"hint: {_STRAIGHT}\"five, million\" or 'five, million'"
        return
    if error.hint is None:
        return
    meant = _MEANT.fullmatch(error.hint)
    wrong = error.text("word") or error.text("agreement")
    if meant and wrong is not None and list(argv).count(wrong) == 1:
        again = [meant[1] if word == wrong else word for word in argv]
        yield f"hint: did you mean {meant[1]}?  {shlex.join(['whereas', *again])}"
    else:
        hint = for_ledger(error.hint, ledger_in(argv))
        yield from (f"hint: {visible(line)}" for line in hint.splitlines())


def usage_error(error: typer.TyperException, argv: Sequence[str]) -> WhereasError:
    """Word what is wrong with a command line in our own words."""
    context = getattr(error, "ctx", None)
    named = next((word for word in argv if not word.startswith("-")), "")
    path = context.command_path if context is not None else f"whereas {named}".strip()
    usage = f"{path} -h tells how it is used"
    message = str(getattr(error, "message", "")) or error.format_message()
    option = getattr(error, "option_name", None)
    if option is not None and message.startswith("No such option"):
        # Their hyphens make all options alike.
        names = {name.lstrip("-"): name for name in _options(context)}
        near = get_close_matches(option.lstrip("-"), names, n=1, cutoff=_ALIKE)
        meant = names[near[0]] if near else _INSTEAD.get(option)
        known = meant in names.values()
        hint = f"did you mean {meant}?" if known else usage
        return InputError(f"there is no option {option}", hint=hint, word=option)
    full = error.format_message()
    if found := _MISSING.match(full):
        return InputError(f"{found[1].strip() or 'something'} is missing", hint=usage)
    if found := _NEEDS_VALUE.match(message):
        return InputError(f"{found[1]} needs a value", hint=usage)
    if found := _TAKES_NONE.match(message):
        return InputError(f"{found[1]} takes no value", hint=usage)
    if found := _EXTRA.match(message):
        return InputError(f"there is no place for {found[1]}", hint=usage)
    sentence = full.rstrip(".")
    return InputError(sentence[:1].lower() + sentence[1:], hint=usage)


def _options(context: typer.Context | None) -> list[str]:
    """List the long options of the command that was being read."""
    if context is None:
        return []
    params = context.command.get_params(context)
    return [name for param in params for name in param.opts if name.startswith("--")]


def lost_words(error: WhereasError, session: Session) -> list[str]:
    """Word that an answer cannot be written, and what may be recorded all the same."""
    if not session.writes:
        error.hint = "the answer alone is lost; send it where there is room"
        return words_of(error, session.argv)
    error.hint = error.hint or f"do not record again: {_KEPT}"
    told = [one_line(session.untold)] if session.untold is not None else []
    return [*told, *words_of(error, session.argv)]


def unexpected(error: Exception, session: Session) -> tuple[list[str], int]:
    """Word an error that no command expected, and give its exit status.

    A file that the system does not let us use is no bug, whichever it is.
    """
    if isinstance(error, OSError) and error.filename is not None:
        name = os.fsdecode(error.filename)
        told = f"{name} cannot be used: {reason(error)}"
        if session.writes:
            lost = Unwritten(told, path=name)
            return lost_words(lost, session), lost.exit_code
        denied = isinstance(error, PermissionError)
        hint = "look at the permissions of it and of its folder" if denied else None
        refused = Refused(told, path=name, hint=hint)
        return words_of(refused, session.argv), refused.exit_code
    return _bug(error, session), BUG


def _bug(error: Exception, session: Session) -> list[str]:
    """Word a mistake of ours, and say how to report it."""
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    again = shlex.join(["whereas", "--debug", *session.argv])
    kept = _KEPT if session.writes else "nothing was recorded"
    return [
        f"error: this is a bug: {one_line(told)}",
        f"hint: {kept}; please report what this prints:",
        f"  {visible(again)}",
    ]
