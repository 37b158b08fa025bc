"""Write an event in an editor, with what it may hold before one's eyes.

What was written is never lost: what cannot be recorded is opened again with the reason
on top, and the file is kept when it is closed unchanged, or when anything else fails.
A script that is the editor may change it for ever, so that it is opened once where
nobody is at a terminal, and a few times where somebody is.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from cli import fields
from cli.errors import words_of
from cli.output import aside
from cli.paths import reason
from cli.session import Session
from events.base import Event
from events.catalogue import effect_and_example, fields_of
from events.entry import Entry
from events.errors import InputError, Refused, WhereasError

_TOP = "# error:"
# How often somebody at a terminal may try.
_TRIES_MAX = 20
_ENVELOPE = {
    "effective": "WHEN. When it is so in the world: a date, a When, or unknown.",
    "instrument": "INSTRUMENT. The instrument that it rests on.",
    "sources": 'a list of {source: ID, title: …, at: "para 4", quote: …}.',
    "key": "KEY. The same key twice adds nothing.",
}

Use = Callable[[dict[str, Any]], None]


class NothingWritten(Refused):
    """Nothing was written, so nothing is recorded."""


def compose(
    session: Session,
    cls: type[Event],
    agreement: str,
    given: Mapping[str, Any],
    use: Use,
) -> None:
    """Have an event of a type written, and use what was written.

    Args:
        session: the run.
        cls: the type.
        agreement: whose event it becomes.
        given: the fields that are known already.
        use: takes the fields; what it refuses is opened again.

    Raises:
        Refused: nothing was written.
        WhereasError: what was written cannot be used, and was closed unchanged.
    """
    sentence, effect, _ = effect_and_example(cls)
    head = [
        f"# {cls.TYPE} in {agreement}: {sentence}",
        f"# Effect: {effect}",
        "# Save and close. What stands after # does not count.",
    ]
    lines = _lines(cls, given)
    _until_used(session, "\n".join([*head, "", *lines, ""]), _event(cls, use))


def revise(session: Session, target: Entry, given: Mapping[str, Any], use: Use) -> None:
    """Have a recorded event put right, and use the fields that were changed.

    Args:
        session: the run.
        target: the event.
        given: fields that are put right already.
        use: takes the replacement; ``None`` takes a field away.

    Raises:
        Refused: nothing was changed.
        WhereasError: what was written cannot be used, and was closed unchanged.
    """
    cls = type(target.event)
    from ledger.importing.mapping import correctable

    recorded = correctable(target)
    head = [
        f"# {target.label} in {target.envelope.agreement}, as it was recorded",
        "# Write it as it should have been, save and close.",
        "# What stands after # does not count.",
    ]

    def changed(read: dict[str, Any]) -> None:
        replacement = {
            key: read.get(key)
            for key in dict.fromkeys([*recorded, *read])
            if key != "event" and read.get(key) != recorded.get(key)
        }
        if not replacement:
            raise NothingWritten("nothing was changed, so nothing is recorded")
        use(replacement)

    text = "\n".join([*head, "", *_lines(cls, {**recorded, **given}), ""])
    _until_used(session, text, _event(cls, changed))


def _event(cls: type[Event], use: Use) -> Use:
    """Use what was written as an event of a type."""

    def used(read: dict[str, Any]) -> None:
        if not any(value is not None for value in read.values()):
            raise NothingWritten("nothing was written, so nothing is recorded")
        use({"event": cls.TYPE, **{k: v for k, v in read.items() if v is not None}})

    return used


def _until_used(session: Session, text: str, use: Use) -> None:
    """Have a text edited until it can be used, and keep it where it cannot."""
    path = Path(tempfile.mkdtemp(prefix="whereas-")) / "event.yaml"
    _write(path, text)
    try:
        _edit_until_used(session, path, use)
    except NothingWritten:
        shutil.rmtree(path.parent)
        raise
    except BaseException as error:
        if session.recorded or _written(path) == text:
            shutil.rmtree(path.parent)
            raise
        kept = f"what was written is kept in {path}"
        if isinstance(error, WhereasError):
            error.hint = kept if error.hint is None else f"{error.hint}\n{kept}"
        else:
            aside(kept)
        raise
    shutil.rmtree(path.parent)


def _edit_until_used(session: Session, path: Path, use: Use) -> None:
    """Have a file edited until it can be used, or there is no use in going on."""
    for left in reversed(range(_TRIES_MAX if sys.stdin.isatty() else 1)):
        text = _written(path)
        _edit(session, path)
        written = _written(path)
        try:
            use(_read(written))
        except NothingWritten:
            raise
        except WhereasError as error:
            unchanged = text.startswith(_TOP) and _body(written) == _body(text)
            if unchanged or session.recorded or not left:
                raise
            _write(path, _with_error(written, error))
        else:
            return


def _with_error(written: str, error: WhereasError) -> str:
    """Put the reason on top of what was written, and count its lines with it."""
    body = _body(written)
    if (line := error.number("line")) is not None:
        before = written.count("\n") - body.count("\n")
        error.facts["line"] = line - before + len(_reasons(error))
    return "".join(f"# {told}\n" for told in _reasons(error)) + body


def _reasons(error: WhereasError) -> list[str]:
    """Say what is wrong, without the line that stands below."""
    return [line for line in words_of(error, ()) if not line.startswith("  |")]


def _body(text: str) -> str:
    """Leave out the reason on top."""
    lines = text.splitlines(keepends=True)
    while lines and lines[0].startswith((_TOP, "# hint:", "#   ")):
        del lines[0]
    return "".join(lines)


def _write(path: Path, text: str) -> None:
    """Write a file, in which bytes that are no text stay as they are."""
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def _written(path: Path) -> str:
    """Read a file, whatever an editor has made of it."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _edit(session: Session, path: Path) -> None:
    """Let somebody edit a file."""
    environ = session.environ
    default = "notepad" if os.name == "nt" else "vi"
    editor = environ.get("VISUAL") or environ.get("EDITOR") or default
    try:
        # The editor is what the user has set for this, not what anybody sends.
        subprocess.run([*shlex.split(editor), str(path)], check=True)  # noqa: S603  # as above
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        match error:
            case OSError():
                why = reason(error)
            case subprocess.CalledProcessError():
                why = f"it ended with status {error.returncode}"
            case _:
                why = "a quotation in it is not closed"
        raise InputError(
            f"the editor {editor} could not be used: {why}",
            hint="set EDITOR, or give the fields as options",
        ) from error


def _read(text: str) -> dict[str, Any]:
    """Read what was written, as an import file is read."""
    from ledger.importing.decoding import decode, without_mark
    from ledger.importing.nodes import plain
    from ledger.importing.pages import Page
    from ledger.importing.yaml_nodes import read_yaml

    data, _ = without_mark(text.encode("utf-8", "surrogateescape"))
    page = Page("event.yaml", decode(data, "event.yaml"))
    nodes = list(read_yaml(page))
    for node in nodes[1:]:
        raise page.error("only one event is written here", node.start)
    for node in nodes:
        if not isinstance(node.value, dict):
            raise page.error("an event is written as field: value", node.start)
        return cast("dict[str, Any]", plain(node))
    return {}


def _lines(cls: type[Event], given: Mapping[str, Any]) -> Iterator[str]:
    """Write a line a field: those that are given or required first."""
    known = {
        field.key: (f"{fields.form(field)}. {fields.meaning(field)}", field.required)
        for field in fields_of(cls)
    }
    dated = fields.needs_effective(cls)
    envelope = {
        key: (told + ("  [required]" if key == "effective" and dated else ""), False)
        for key, told in _ENVELOPE.items()
        if key not in known
    }
    first = {"effective": envelope.pop("effective")}
    every = {**first, **known, **envelope}
    width = max(map(len, every)) + 2
    for key, (told, required) in every.items():
        name = f"{key}:".ljust(width)
        if key in given:
            yield f"{key}: {_flow(given[key])}"
        elif required or (key == "effective" and dated):
            yield f"{name} # {told}"
        else:
            yield f"# {name} # {told}"


def _flow(value: Any) -> str:
    """Write a value in one line of YAML; JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)
