"""Where files are: those that are named, the working folder, and one's own settings."""

from __future__ import annotations

from pathlib import Path

import typer

from events.errors import InputError, NotFound


def working_folder() -> Path:
    """Give the folder that a command was started in.

    Raises:
        NotFound: it was taken away meanwhile, or may not be entered.
    """
    try:
        return Path.cwd()
    except OSError as error:
        raise NotFound(
            f"the working folder cannot be found: {reason(error)}",
            hint="go to one that is there",
        ) from error


def path_in(folder: Path, name: str) -> Path:
    """Give the path of a file that was named; ``~`` is the home of a user.

    Raises:
        InputError: nobody knows the home of that user.
    """
    try:
        return folder / Path(name).expanduser()
    except RuntimeError as error:
        raise InputError(
            f"nobody knows the home folder that {name} begins with",
            hint=f"a file of that name is ./{name}",
        ) from error


def settings_folder() -> Path | None:
    """Give the user's own folder for settings, None where nobody knows the user's home.

    Source: https://specifications.freedesktop.org/basedir-spec, by which a relative
    path counts as none.
    """
    folder = Path(typer.get_app_dir("whereas"))
    return folder if folder.is_absolute() else None


def is_file(path: Path) -> bool:
    """Tell whether there is a file; one that may not be looked at is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def reason(error: OSError) -> str:
    """Say in words why the system could not do something."""
    return (error.strerror or str(error)).lower()
