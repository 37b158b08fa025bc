"""The ledger of what an error promises."""

from __future__ import annotations

import msgspec
import pytest

from events.errors import (
    Conflict,
    InputError,
    Integrity,
    NotFound,
    Refused,
    WhereasError,
    did_you_mean,
)
from events.values import dec_hook
from events.when import When


@pytest.mark.parametrize(
    ("cls", "exit_code", "kind", "message"),
    [
        (WhereasError, 1, "error", "Something went wrong"),
        (Refused, 1, "refused", "The ledger does not take this"),
        (NotFound, 1, "not found", "There is no such thing in the ledger"),
        (InputError, 2, "input", "This cannot be read"),
        (Conflict, 3, "conflict", "Somebody else was faster"),
        (Integrity, 4, "integrity", "What is stored is not what was recorded"),
    ],
)
def test_a_class_has_an_exit_code_and_words_of_its_own(
    cls: type[WhereasError], exit_code: int, kind: str, message: str
) -> None:
    error = cls()
    assert (error.exit_code, error.kind, str(error)) == (exit_code, kind, message)
    assert error.hint is None
    assert error.facts == {}
    assert isinstance(error, WhereasError)


def test_an_error_prints_as_its_message_alone() -> None:
    error = Refused("no", hint="try @12", conflict="@12 licence-granted", source="10-q")
    assert str(error) == "no"
    assert error.hint == "try @12"
    assert (error.conflict, error.source) == ("@12 licence-granted", "10-q")


def test_facts_are_attributes_and_absent_ones_are_none() -> None:
    error = InputError("no", path="a.yaml", line=3, column=7, field="ends")
    assert (error.path, error.line, error.column) == ("a.yaml", 3, 7)
    assert (error.field, error.excerpt) == ("ends", None)
    assert Integrity("no", position=0).position == 0
    assert Integrity("no").position is None


def test_a_fact_may_be_added_on_the_way_up() -> None:
    error = InputError("no")
    error.facts["field"] = "parties[0].id"
    assert error.field == "parties[0].id"


def test_a_decoder_adds_the_path_and_keeps_the_error() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\[1\]") as caught:
        msgspec.json.decode(b'["never", "nevr"]', type=list[When], dec_hook=dec_hook)
    cause = caught.value.__cause__
    assert isinstance(cause, InputError)
    assert cause.hint == "did you mean never?"


def test_a_hint_names_a_near_word_or_nothing() -> None:
    assert did_you_mean("thorugh", ["through", "until"]) == "did you mean through?"
    assert did_you_mean("indefinitely", ["through", "until"]) is None
