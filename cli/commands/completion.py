"""``whereas completion``: complete commands, agreements and events in a shell."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.output import say, write
from events.errors import InputError, did_you_mean

EXAMPLES = (
    ("keep the script in a file of your own", "whereas completion zsh > _whereas"),
    ("put it where the shell finds it", "whereas completion bash --install"),
)
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def run(
    shell: Annotated[
        str, typer.Argument(metavar="|".join(SHELLS), help="Which shell.")
    ],
    install: Annotated[
        bool,
        typer.Option("--install", help="Write it where the shell will find it."),
    ] = False,
) -> None:
    """Complete commands in a shell.

    Prints the script, or installs it. Agreements, provisions and numbers of events are
    completed from the ledger, which is only read.
    """
    from typer import completion

    if shell not in SHELLS:
        raise InputError(
            f"there is no completion for {shell}",
            hint=did_you_mean(shell, SHELLS) or f"there is one for {', '.join(SHELLS)}",
            word=shell,
        )
    names = {"prog_name": "whereas", "complete_var": "_WHEREAS_COMPLETE"}
    if install:
        _, path = completion.install(shell=shell, **names)  # type: ignore[attr-defined]  # unnamed there
        say(f"wrote {path}; it is used by the next {shell} that you start")
    else:
        script = completion.get_completion_script(shell=shell, **names)  # type: ignore[attr-defined]  # unnamed there
        write(f"{script}\n")
