"""Write an event in an editor, with what it may hold before one's eyes.

What was written is never lost: what cannot be recorded is opened again with the reason
on top, and kept in a file when it is closed unchanged.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cli import fields
from cli.errors import words_of
from cli.session import Session
from events.base import Event
from events.catalogue import effect_and_example, fields_of
from events.entry import Entry
from events.errors import InputError, Refused, WhereasError

_TOP = "# error:"
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
            if key != "event" and _plain(read.get(key)) != recorded.get(key)
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
    """Open an editor until what was written can be used, or is closed unchanged."""
    while True:
        written = _edited(session, text)
        try:
            use(_read(written))
        except NothingWritten:
            raise
        except WhereasError as error:
            if text.startswith(_TOP) and _body(written) == _body(text):
                raise _kept(written, error) from error
            text = _with_error(written, error)
        else:
            return


def _kept(written: str, error: WhereasError) -> WhereasError:
    """Keep what was written in a file, and say so."""
    descriptor, path = tempfile.mkstemp(prefix="whereas-", suffix=".yaml", text=True)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_body(written))
    hint = f"what was written is kept in {path}"
    told = hint if error.hint is None else f"{error.hint}\n{hint}"
    return type(error)(str(error), hint=told, **error.facts)


def _with_error(written: str, error: WhereasError) -> str:
    """Put the reason on top of what was written."""
    reasons = [line for line in words_of(error, ()) if not line.startswith("  |")]
    top = "\n".join(f"# {line}" for line in reasons)
    return f"{top}\n{_body(written)}"


def _body(text: str) -> str:
    """Leave out the reason on top."""
    lines = text.splitlines(keepends=True)
    while lines and lines[0].startswith((_TOP, "# hint:", "#   ")):
        del lines[0]
    return "".join(lines)


def _edited(session: Session, text: str) -> str:
    """Let somebody edit a text."""
    environ = session.environ
    default = "notepad" if os.name == "nt" else "vi"
    editor = environ.get("VISUAL") or environ.get("EDITOR") or default
    with tempfile.TemporaryDirectory(prefix="whereas-") as folder:
        path = Path(folder) / "event.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            # The editor is what the user has set for this, not what anybody sends.
            subprocess.run([*shlex.split(editor), str(path)], check=True)  # noqa: S603  # as above
        except (OSError, subprocess.CalledProcessError) as error:
            if isinstance(error, OSError):
                why = (error.strerror or str(error)).lower()
            else:
                why = f"it ended with status {error.returncode}"
            raise InputError(
                f"the editor {editor} could not be used: {why}",
                hint="set EDITOR, or give the fields as options",
            ) from error
        return path.read_text(encoding="utf-8")


def _read(text: str) -> dict[str, Any]:
    """Read what was written."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        read = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else None
        raise InputError(
            f"this is not YAML: {error.problem}",
            path="event.yaml",
            line=line,
            column=mark.column + 1 if mark else None,
            excerpt=text.splitlines()[mark.line] if mark else None,
            hint="put words that hold a colon or # in quotes",
        ) from error
    if read is None:
        return {}
    if not isinstance(read, dict):
        raise InputError("an event is written as field: value", path="event.yaml")
    return read


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


def _plain(value: Any) -> Any:
    """Give a value of YAML as it was recorded, to compare it."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else value
