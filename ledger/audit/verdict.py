"""Say what a verification has shown, and what it has not."""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA = "whereas/verdict/1"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One agreement in a partial bundle.

    ``complete_to`` is the position up to which no event of it is missing.
    """

    agreement: str
    events: int
    complete_to: int


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A signature that was believed; ``at`` is when, where a witness tells."""

    key: str
    role: Literal["log", "witness"]
    at: str | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that holds.

    Attributes:
        schema: the format of this answer.
        origin: which log it is of.
        size: how many events the log has.
        root: the root of the tree over them, in hex.
        profile: whether the bundle holds all of them.
        events: how many it holds.
        agreements: those of a partial bundle.
        since: the size of the head that was known before, where one was given.
        recorded_at: when the last event it holds was recorded.
        signatures: those believed on the checkpoint.
        withheld: how many values are withheld, and how many were erased.
        checked: what was checked, in the order of the format's description.
        not_checked: what was not, and what would be needed.
    """

    schema: str = SCHEMA
    origin: str
    size: int
    root: str
    profile: Literal["full", "partial"]
    events: int
    agreements: tuple[Shown, ...] = ()
    since: int | None = None
    recorded_at: str
    signatures: tuple[Signed, ...]
    withheld: int
    erased: int
    checked: tuple[str, ...]
    not_checked: tuple[str, ...]


def counted(number: int, noun: str) -> str:
    """Count things in words: 1 event, 2 events."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Findings:
    """What is collected on the way to a verdict."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.not_checked: list[str] = []
