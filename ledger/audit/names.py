"""Name the files of a bundle, and tell which of them prove nothing.

A bundle is a folder or a zip file that holds these names and no others::

    MANIFEST.json                       format, profile, origin, size, root
    checkpoint                          the signed head; checkpoint.tsr: its time-stamp
    checkpoints/<size>                  earlier signed heads, and <size>.tsr
    consistency/<size>-<size>           growth from an earlier head to this one
    keys/<position>                     how one signing key gave way to the next
    heads/<agreement>                   which event of an agreement is its last
    history.csv                         the events as a table
    state/<agreement>@<date>.json       what held on a date
    documents/<sha256>                  documents that events cite
    README, verify.sh, log.vkey         convenience: whatever they say is not checked

The full profile adds the whole log as C2SP tlog-tiles lays it out, and what the events
disclose, a file for 256 events::

    tile/<level>/<index>                hashes
    tile/entries/<index>                event bytes
    disclosures/<index>

The partial profile adds chosen events, one by one::

    entries/<position>.json             event bytes
    proofs/<position>.tlog-proof        that they are in the log
    disclosures/<position>

An index is written as tiles are (``x001/067``, with ``.p/<width>`` where partial),
every other number in plain decimal.

Source: C2SP tlog-tiles, "Merkle Tree" and "Log Entries".
"""

from __future__ import annotations

import re

from events.errors import InputError
from ledger.log.tiles import tile_path
from ledger.log.tree import TILE_WIDTH

FORMAT = "whereas-bundle/1"
MANIFEST = "MANIFEST.json"
CHECKPOINT = "checkpoint"
HISTORY = "history.csv"
README = "README"
SCRIPT = "verify.sh"
VKEY = "log.vkey"
DOCUMENTS = "documents/"
# Nothing is concluded from these, so nothing in them is checked.
CONVENIENCE = frozenset({README, SCRIPT, VKEY})

NAME_LENGTH_MAX = 400
_PART = r"[A-Za-z0-9_@-][A-Za-z0-9._@-]*"
_NAME = re.compile(f"{_PART}(?:/{_PART})*")


def check_name(name: str) -> str:
    """Refuse a name that could lead out of a bundle, or that no file of one has.

    Raises:
        InputError: it is absolute, goes upwards, is hidden, or has odd characters.
    """
    if len(name) > NAME_LENGTH_MAX or not _NAME.fullmatch(name):
        raise InputError(f"{name[:NAME_LENGTH_MAX]!r} is not the name of a file here")
    return name


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Name a file of the event bytes of up to 256 events."""
    return tile_path(0, index, width).replace("tile/0/", "tile/entries/", 1)


def disclosures_path(index: int, width: int = TILE_WIDTH) -> str:
    """Name a file of what up to 256 events disclose."""
    return tile_path(0, index, width).replace("tile/0/", "disclosures/", 1)


def entry_name(position: int) -> str:
    """Name the file of one event's bytes."""
    return f"entries/{position}.json"


def proof_name(position: int) -> str:
    """Name the file of one event's inclusion proof."""
    return f"proofs/{position}.tlog-proof"


def disclosure_name(position: int) -> str:
    """Name the file of what one event discloses."""
    return f"disclosures/{position}"


def head_name(agreement: str) -> str:
    """Name the file of an agreement's last event."""
    return f"heads/{agreement}"


def key_name(position: int) -> str:
    """Name the file of the change of keys recorded at a position."""
    return f"keys/{position}"


def checkpoint_name(size: int) -> str:
    """Name the file of an earlier signed head."""
    return f"checkpoints/{size}"


def stamp_name(name: str) -> str:
    """Name the time-stamp of a checkpoint by the name of the checkpoint."""
    return f"{name}.tsr"


def is_stamp(name: str) -> bool:
    """Tell whether a name is that of a time-stamp."""
    return name.endswith(".tsr")


def consistency_name(old: int, new: int) -> str:
    """Name the file of the proof that a head grew from an earlier one."""
    return f"consistency/{old}-{new}"


def state_name(agreement: str, on: str) -> str:
    """Name the file of what held in an agreement on a date."""
    return f"state/{agreement}@{on}.json"


def document_name(digest: str) -> str:
    """Name the file of a document by the hex SHA-256 of its content."""
    return f"{DOCUMENTS}{digest}"


def document_digest(name: str) -> str:
    """Give the hex SHA-256 that a document is named by."""
    return name.removeprefix(DOCUMENTS)
