"""The table of commands: what there is, and one line on each.

A command is a module of :mod:`cli.commands` and a row in here. The module is imported
when the command runs; ``whereas --help`` needs nothing but the table.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A command.

    Attributes:
        panel: the heading that it stands under.
        name: what people type.
        short: what it does, the first line of its help.
        module: the module of :mod:`cli.commands`.
    """

    panel: str
    name: str
    short: str
    module: str


COMMANDS = (
    Row("Write", "init", "Make an empty ledger.", "init"),
    Row("Write", "append", "Add one event to an agreement.", "append"),
    Row("Write", "import", "Add the events of files.", "importing"),
    Row("Write", "correct", "Put right what an event says.", "correct"),
    Row("Write", "retract", "Take back an event that should not exist.", "retract"),
    Row(
        "Write",
        "erase",
        "Erase values of an event for good, and record that they were.",
        "erase",
    ),
    Row("Read", "list", "List the agreements.", "listing"),
    Row("Read", "show", "Show an agreement: parties, instruments, stakes.", "show"),
    Row("Read", "state", "Show the provisions of an agreement on a date.", "state"),
    Row("Read", "history", "Show what happened, event by event.", "history"),
    Row("Read", "diff", "Show what changed between two points.", "diff"),
    Row("Read", "why", "Show what a provision rests on.", "why"),
    Row("Read", "search", "Search the words of events and of their sources.", "search"),
    Row("Read", "may", "Ask whether a party may do something.", "may"),
    Row("Read", "due", "Show what falls due in a window.", "due"),
    Row("Read", "what-if", "Show what would follow from a hypothesis.", "what_if"),
    Row("Read", "conflicts", "Show promises that cannot all be kept.", "conflicts"),
    Row(
        "Read",
        "money",
        "Add up what is committed, paid and still to come.",
        "money",
    ),
    Row("Read", "stakes", "Show what was reported of stakes over time.", "stakes"),
    Row(
        "Read",
        "portfolio",
        "Ask all agreements at once: who, until when, how much.",
        "portfolio",
    ),
    Row("Prove", "verify", "Verify an audit bundle, or the ledger.", "verify"),
    Row("Prove", "export", "Write events to files for others.", "export"),
    Row(
        "Prove",
        "restore",
        "Put a full bundle back as a ledger with the same root.",
        "restore",
    ),
    Row(
        "Prove", "backup", "Copy the ledger into a file, and check the copy.", "backup"
    ),
    Row(
        "Prove", "proof", "Prove that an event is under the last signed head.", "proof"
    ),
    Row(
        "Prove",
        "checkpoint",
        "Sign the head of the ledger, or show the last signed head.",
        "checkpoint",
    ),
    Row("Prove", "key", "Make, show and change the keys that sign heads.", "key"),
    Row(
        "Prove",
        "witness",
        "Have others cosign your heads, and cosign theirs.",
        "witness",
    ),
    Row("Setup", "index", "Make an index that answers for all agreements.", "index"),
    Row("Setup", "schema", "Write the JSON Schema of events.", "schema"),
    Row("Setup", "demo", "Walk through the founding example.", "demo"),
    Row("Setup", "completion", "Complete commands in a shell.", "completion"),
    Row("Setup", "help", "Explain exit codes, dates and other matters.", "help"),
)

BY_NAME = {row.name: row for row in COMMANDS}
