"""Say which values an export withholds.

A policy is a text with one rule a line; lines that start with ``#`` are comments::

    confidential                      what events themselves call confidential
    amount                            the amount, wherever it stands
    investment-made.amount            the amount of investments alone
    microsoft-openai:note             the notes of one agreement
    microsoft-openai:quantity-changed.*     everything about its changes of quantity
    *                                 every value that can be withheld

A value is withheld when any rule fits it. What can be withheld is what was recorded as
a digest (see :mod:`events.codec`): amounts, notes, texts, reasons. Names of parties,
dates and identifiers are in the bytes that are hashed and are never withheld.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from events.catalogue import TYPES
from events.errors import InputError, did_you_mean

CONFIDENTIAL = "confidential"
EVERYTHING = "*"
_RULE = re.compile(
    r"(?:(?P<agreement>[a-z0-9][a-z0-9-]*):)?"
    r"(?:(?P<type>[a-z0-9][a-z0-9-]*)\.)?"
    r"(?P<field>\*|[a-z_]+)"
)
_REDACTABLE = sorted({name for cls in TYPES.values() for name in cls.REDACTABLE})


class Rule(NamedTuple):
    """One rule; None stands for any."""

    agreement: str | None
    type: str | None
    field: str

    def __str__(self) -> str:
        """Write the rule as it is read."""
        agreement = "" if self.agreement is None else f"{self.agreement}:"
        kind = "" if self.type is None else f"{self.type}."
        return f"{agreement}{kind}{self.field}"

    def fits(
        self, agreement: str, kind: str, field: str, confidential: Sequence[str]
    ) -> bool:
        """Tell whether the rule is about a value."""
        named = (
            self.field in (EVERYTHING, field)
            if self.field != CONFIDENTIAL
            else field in confidential
        )
        return (
            named and self.agreement in (None, agreement) and self.type in (None, kind)
        )


@dataclass(frozen=True, slots=True)
class Redaction:
    """The rules of a policy; without any, nothing is withheld."""

    rules: tuple[Rule, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Redaction:
        """Read a policy.

        Raises:
            InputError: a line is not a rule, or names a field or a type that is none;
                ``line`` says which, counted from 1.
        """
        rules = [
            _rule(line.strip(), number)
            for number, line in enumerate(text.splitlines(), 1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
        return cls(tuple(rules))

    def fitting(
        self, agreement: str, kind: str, field: str, confidential: Sequence[str]
    ) -> Iterator[Rule]:
        """Yield the rules that withhold a value of an event.

        Args:
            agreement: the agreement of the event.
            kind: the type of the event.
            field: the name of the value.
            confidential: the names that the event calls confidential.
        """
        for rule in self.rules:
            if rule.fits(agreement, kind, field, confidential):
                yield rule


NOTHING_WITHHELD = Redaction()


def _rule(line: str, number: int) -> Rule:
    found = _RULE.fullmatch(line)
    if found is None:
        raise InputError(
            "a rule is [AGREEMENT:][EVENT.]FIELD",
            line=number,
            excerpt=line,
            field="redact",
        )
    agreement, kind, field = found["agreement"], found["type"], found["field"]
    if kind is not None and kind not in TYPES:
        raise InputError(
            f"there is no event type {kind}",
            hint=did_you_mean(kind, TYPES),
            line=number,
            excerpt=line,
            field="redact",
        )
    known = TYPES[kind].REDACTABLE if kind else _REDACTABLE
    if field not in (EVERYTHING, CONFIDENTIAL, *known):
        raise InputError(
            f"{field} of {kind or 'any event'} cannot be withheld",
            hint=did_you_mean(field, known) or f"one of: {', '.join(known)}",
            line=number,
            excerpt=line,
            field="redact",
        )
    return Rule(agreement, kind, field)
