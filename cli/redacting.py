"""Read the rules of what an export withholds, and tell what each of them withheld."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from cli import signing
from cli.session import Session
from events.errors import InputError
from ledger.audit.verdict import counted

if TYPE_CHECKING:
    from ledger.audit.redaction import Redaction, Rule

OPTION, FILE_OPTION = "--redact", "--redact-file"


class Given(NamedTuple):
    """Rules in the order in which they were given, each with where it was."""

    rules: tuple[tuple[str, Rule], ...]
    file: str | None

    @property
    def redaction(self) -> Redaction:
        """Give the rules as a policy."""
        from ledger.audit.redaction import Redaction

        return Redaction(tuple(dict.fromkeys(rule for _, rule in self.rules)))

    def told(self, withheld: Mapping[Rule, int]) -> Iterator[str]:
        """Say how many values each rule withheld."""
        for place, rule in self.rules:
            number = withheld[rule]
            values = counted(number, "value") if number else "nothing"
            yield f"{place} {rule} withheld {values}"
        if self.file is not None and all(self.file != p for p, _ in self.rules):
            yield f"{self.file} there is no rule in it, and nothing is withheld"


def rules_of(session: Session, rules: list[str] | None, file: str | None) -> Given:
    """Read the rules that were named.

    Raises:
        InputError: one is not a rule, or the file of them cannot be read.
    """
    from ledger.audit.redaction import Redaction

    found: list[tuple[str, Rule]] = []
    for text in rules or ():
        only = Redaction.parse(text).rules
        if not only:
            raise InputError(
                f"{text!r} is no rule, and would withhold nothing",
                hint="a rule is [AGREEMENT:][EVENT.]FIELD",
                field=OPTION,
            )
        found += ((OPTION, rule) for rule in only)
    if file is None:
        return Given(tuple(found), None)
    place = f"{FILE_OPTION} {file}:"
    try:
        text = signing.read(session, file).decode("utf-8", "replace")
        found += ((place, rule) for rule in Redaction.parse(text).rules)
    except InputError as wrong:
        facts = {"path": file, **wrong.facts}
        raise InputError(str(wrong), hint=wrong.hint, **facts) from wrong
    return Given(tuple(found), place)
