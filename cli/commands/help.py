"""``whereas help``: what concerns more than one command."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.output import say
from events.errors import InputError, did_you_mean

EXAMPLES = (
    ("what exit statuses mean", "whereas help exit-codes"),
    ("how dates are written", "whereas help dates"),
)


def _topics() -> dict[str, str]:
    """Give the texts by name."""
    from cli.topics import TOPICS

    return TOPICS


def run(
    context: typer.Context,
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="TOPIC",
            help="What about; without it, the topics are listed.",
            autocompletion=lambda: list(_topics()),
        ),
    ] = None,
) -> None:
    """Explain exit codes, dates and other matters.

    The name of a command is a topic too.
    """
    topics = _topics()
    if topic is None:
        width = max(map(len, topics))
        say(*(f"{n.ljust(width)}  {t.splitlines()[0]}" for n, t in topics.items()))
        return
    if topic in topics:
        say(*topics[topic].splitlines())
        return
    root = context.find_root()
    command = root.command.get_command(root, topic)  # type: ignore[attr-defined]  # a group, as the root is
    if command is None:
        from cli.table import BY_NAME

        raise InputError(
            f"there is no topic {topic}",
            hint=did_you_mean(topic, [*topics, *BY_NAME])
            or f"the topics are {', '.join(topics)}",
            word=topic,
        )
    with command.make_context(topic, [], parent=root, resilient_parsing=True) as inner:
        say(*inner.get_help().splitlines())
