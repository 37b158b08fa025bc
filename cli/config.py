"""Settings: a flag, else the environment, else a file, else what is built in.

| setting | flag | environment | in a file |
|---|---|---|---|
| the ledger | `--ledger` | `WHEREAS_LEDGER` | `ledger = "…"` |
| who records | `--recorded-by` | `WHEREAS_RECORDED_BY` | `recorded_by = "…"` |
| colour | `--color` | `WHEREAS_COLOR` | `color = "auto"` |
| today | | `WHEREAS_TODAY` | |

The file is `.whereas.toml`, looked for from the working folder upward, and after it
`config.toml` in the user's own folder for settings. A path in a file counts from the
folder of the file. Nothing secret belongs in any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.paths import is_file, path_in, settings_folder
from events.errors import InputError, did_you_mean

LEDGER_FILE = "whereas.db"
FILE = ".whereas.toml"
KEYS = ("ledger", "recorded_by", "color")
COLORS = ("auto", "always", "never")

_LINE = re.compile(r"at line (\d+), column (\d+)")


class Settings:
    """What is set outside of a command's own options.

    Args:
        flags: settings given on the command line, by key.
        environ: the environment.
        folder: the working folder.
    """

    def __init__(
        self, flags: Mapping[str, str], environ: Mapping[str, str], folder: Path
    ) -> None:
        self._flags = flags
        self._environ = environ
        self._folder = folder
        self._files: list[tuple[Path, dict[str, str]]] | None = None

    @property
    def ledger(self) -> Path:
        """Give the path of the ledger.

        Raises:
            InputError: it is a URL, or a file of settings cannot be read.
        """
        path = self.value("ledger") or LEDGER_FILE
        if "://" in path:
            raise InputError(
                f"a ledger at a {path.partition('://')[0]} URL is not supported yet",
                hint=f"name a file: --ledger {LEDGER_FILE}",
            )
        from ledger.paths import followed

        return followed(path_in(self._folder, path))

    @property
    def ledger_words(self) -> str:
        """Give the path of the ledger in the words of whoever set it."""
        return self.value("ledger") or LEDGER_FILE

    @property
    def cache(self) -> Path | None:
        """Give the user's own folder for what can be made again, None without one.

        Source: https://specifications.freedesktop.org/basedir-spec for the variable.
        """
        names = ("XDG_CACHE_HOME", "LOCALAPPDATA")
        base = next((text for n in names if (text := self._environ.get(n))), None)
        if base is not None:
            return Path(base) / "whereas"
        home = self._environ.get("HOME")
        return Path(home) / ".cache" / "whereas" if home else None

    @property
    def recorded_by(self) -> str:
        """Name who records: as set, else the user of the operating system."""
        if name := self.value("recorded_by"):
            return name
        import getpass

        try:
            return getpass.getuser()
        except (KeyError, OSError) as error:
            raise InputError(
                "nobody knows who records this",
                hint="say so: --recorded-by NAME, or set WHEREAS_RECORDED_BY",
            ) from error

    @property
    def color(self) -> str:
        """Tell when to use colour: auto, always or never."""
        return check_color(self.value("color") or "auto")

    @property
    def today(self) -> str | None:
        """Give the date that counts as today, None for the clock's."""
        return self._environ.get("WHEREAS_TODAY") or None

    def value(self, key: str) -> str | None:
        """Find a setting: a flag, else the environment, else the nearest file.

        Raises:
            InputError: the flag is empty, as where a script has lost a variable.
        """
        if self._flags.get(key) == "":
            flag = f"--{key.replace('_', '-')}"
            raise InputError(
                f"{flag} is empty", hint=f"give {flag} a value, or leave it out"
            )
        if found := self._flags.get(key) or self._environ.get(f"WHEREAS_{key.upper()}"):
            return found
        for _, settings in self._read_files():
            if key in settings:
                return settings[key]
        return None

    def _read_files(self) -> list[tuple[Path, dict[str, str]]]:
        """Read the files there are, the nearest first."""
        if self._files is None:
            self._files = [(path, _read(path)) for path in self._paths()]
        return self._files

    def _paths(self) -> Iterator[Path]:
        """Yield the files there are, the nearest first."""
        for folder in (self._folder, *self._folder.parents):
            if is_file(path := folder / FILE):
                yield path
                break
        own = settings_folder()
        if own is not None and is_file(path := own / "config.toml"):
            yield path


def check_color(color: str) -> str:
    """Refuse a word that does not say when to use colour."""
    if color not in COLORS:
        raise InputError(
            f"colour is {', '.join(COLORS)}, not {color}",
            hint=did_you_mean(color, COLORS) or "write --color auto",
            word=color,
        )
    return color


def _read(path: Path) -> dict[str, str]:
    """Read a file of settings; a ledger in it counts from its folder."""
    import tomllib

    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line, column = (int(found[1]), int(found[2])) if found else (None, None)
        raise InputError(
            str(error).partition(" (at ")[0],
            path=path,
            line=line,
            column=column,
            excerpt=text.splitlines()[line - 1] if line else None,
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"it cannot be read: {error}", path=path) from error
    for key, value in given.items():
        if key not in KEYS or not isinstance(value, str):
            raise _wrong(path, text, key)
    if "ledger" in given and "://" not in given["ledger"]:
        given["ledger"] = str(path_in(path.parent, given["ledger"]))
    return given


def _wrong(path: Path, text: str, key: str) -> InputError:
    """Word the refusal of a setting that is not known, or that is not words."""
    lines = text.splitlines()
    line = next(
        (n for n, t in enumerate(lines, 1) if t.lstrip("['\" ").startswith(key)), 1
    )
    known = key in KEYS
    return InputError(
        f"{key} takes words in quotes" if known else f"there is no setting {key}",
        path=path,
        line=line,
        column=1,
        excerpt=lines[line - 1],
        hint=None
        if known
        else did_you_mean(key, KEYS) or f"the settings are {', '.join(KEYS)}",
    )
