"""The ledger of what a When promises."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import InputError
from events.expressions import depth
from events.values import dec_hook, enc_hook
from events.when import (
    Expr,
    Measure,
    Milestone,
    Offset,
    On,
    Renews,
    Unless,
    When,
    atoms,
    limbs,
    measures,
    milestones,
)
from tests.strategies import expressions, whens

CANONICAL = """
2025-10-28
2019
between 2021-01-01 and 2023-01-24
through 2030
until 2030-06-30
until 2030
never
unknown
unknown "not published"
unknown "says \\"soon\\"; (perhaps)"
milestone agi-verified
milestone agi-verified claimed
milestone determined determined
last milestone film-released
last milestone film-released determined
100000 days after (2020)
measure loans-outstanding = 0
measure net-debt <= USD 5.25bn
measure share >= 27 %
measure sold > 5 ordinary shares
1 day after (2024-02-29)
18 months after (2024-01-31) rounded down
1 month after (2024-01-31) rounded up
30 days before (milestone closing)
10 business days in US after (milestone closing)
1 business day in DE-BY before (2026)
1 year after (until 2030)
earliest of (milestone agi-verified determined; through 2030)
latest of (never; earliest of (2020; until 2030-Q1); unknown)
through 2030 unless milestone agi-verified
2030 unless milestone a unless milestone b
earliest of (2030 unless milestone a; 2031)
1 month after (2024 unless milestone m) rounded down unless milestone n
renews every 12 months from (2026-12-31)
renews every 12 months from (through 2026) unless notice 3 months before
renews every 1 year from (2026) unless notice unknown before at most 5 times
renews every 1 year from (2026) at most 1 time
renews every 1 year from (2026) unless milestone m
renews every 1 year from (2026) unless notice 1 day before unless milestone m
""".strip().splitlines()


@pytest.mark.parametrize("text", CANONICAL)
def test_canonical_text_is_printed_as_it_is_read(text: str) -> None:
    assert str(When.parse(text)) == text


@pytest.mark.parametrize(
    ("loose", "canonical"),
    [
        ("on 2025-10-28", "2025-10-28"),
        ("  through   2030 ", "through 2030"),
        ("(((2030)))", "2030"),
        ("on between 2021 and 2022", "between 2021 and 2022"),
        ('unknown ""', "unknown"),
        ("measure x<=USD 5000k", "measure x <= USD 5m"),
        ("measure x = 1.50", "measure x = 1.5"),
        ("1 months after 2024", "1 month after (2024)"),
        ("2 month after through 2024", "2 months after (through 2024)"),
        (
            "30 days after 3 months after milestone m rounded up",
            "30 days after (3 months after (milestone m) rounded up)",
        ),
        ("earliest of(2030;2031)", "earliest of (2030; 2031)"),
        ("(2030 unless milestone a)", "2030 unless milestone a"),
        (
            "1 day after 2030 unless milestone a",
            "1 day after (2030) unless milestone a",
        ),
        ("renews every 1 years from 2026", "renews every 1 year from (2026)"),
    ],
)
def test_one_value_has_one_text(loose: str, canonical: str) -> None:
    assert str(When.parse(loose)) == canonical
    assert When.parse(loose) == When.parse(canonical)


@given(expressions())
def test_text_reads_back_as_the_same_expression(expr: Expr) -> None:
    when = When.of(expr)
    again = When.parse(when.text)
    assert again.expr == expr
    assert again.text == when.text


@given(whens())
def test_json_reads_back_as_the_same_value(when: When) -> None:
    nested = msgspec.json.decode(msgspec.json.encode(when.to_json()))
    assert When.from_json(nested) == when
    assert When.from_json(nested).expr == when.expr


@given(whens())
def test_a_when_passes_through_msgspec_as_its_text(when: When) -> None:
    encoded = msgspec.json.encode(when, enc_hook=enc_hook)
    assert msgspec.json.decode(encoded, type=str) == when.text
    assert msgspec.json.decode(encoded, type=When, dec_hook=dec_hook) == when


PIECES = [*'() ;"=<>%01-', " unless ", "earliest of ", "2030", "never", "milestone a"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_read_or_refused_at_a_place(text: str) -> None:
    try:
        assert When.parse(When.parse(text).text) == When.parse(text)
    except InputError as refusal:
        error = refusal
    else:
        return
    assert error.column is not None
    assert 1 <= error.column <= len(text) + 1
    assert (error.excerpt or "").endswith("^")


# Each refusal: what was written, the column, the message, the hint (its beginning).
REFUSED = [
    ("", 1, "the text ends", "a When is"),
    ("thorugh 2030", 1, "thorugh does not begin a When", "did you mean through?"),
    ("July 2019", 1, "'July 2019' is not a date", "did you mean 2019-07?"),
    ("22 Jul 2019", 1, "'22 Jul 2019' is not a date", "did you mean 2019-07-22?"),
    ("until 22/07/2030", 7, "'22/07/2030' is not a date", "did you mean 2030-07-22?"),
    ("2019-02-30", 1, "there is no date 2019-02-30", "write 2019"),
    ("between 2021", 13, "expected and, but the text ends", None),
    ("between 2023 and 2021", 1, "2021 is before 2023", "write the earlier"),
    ("2030)", 5, ") is not expected here", "a When is"),
    ("(2030", 6, "expected ), but the text ends", None),
    (
        "2030-01 unles milestone m",
        9,
        "unles is not expected here",
        "did you mean unless",
    ),
    ("2030 unless notice 1 day before", 13, "expected milestone, not notice", None),
    ("2030 unless m", 13, "expected milestone, not m", None),
    ("milestone AGI", 11, "'AGI' is not an id", "an id has"),
    ("milestone agi verified", 15, "verified is not expected here", "a When is"),
    ('unknown "abc', 9, "the quotation is not a JSON string", 'write "not pub'),
    (
        "12 moths after (2020)",
        4,
        "expected days, weeks, months or years, not moths",
        "did",
    ),
    ("0 days after (2020)", 1, "a count is from 1 to 100000, not 0", None),
    ("100001 days after (2020)", 1, "a count is from 1 to 100000, not 100001", None),
    ("1 day since (2020)", 7, "expected after or before, not since", None),
    (
        "10 business days after (2020)",
        1,
        "business days need a calendar, and ",
        "write",
    ),
    ("5 days in US after (2020)", 1, "business days need a calendar, and ", "write"),
    (
        "5 business days in us after (2020)",
        1,
        "'us' is not the name of a cal",
        "name a",
    ),
    ("5 days after (2020) rounded up", 1, "days are not rounded", None),
    ("1 month after (2024-01-31)", 1, "2024-02 has no day 31", "say which day"),
    ("1 month before (until 2024-03-31)", 1, "2024-02 has no day 31", "say which day"),
    ("1 month after (through 2024-01-30)", 1, "2024-02 has no day 31", "say which day"),
    ("1 year after (2024-02-29)", 1, "2025-02 has no day 29", "say which day"),
    ("earliest of (2030)", 1, "whichever comes first or last is one of two", "write"),
    ("latest (2030; 2031)", 8, "expected of, not (", None),
    ("earliest of (2030; foo)", 20, "foo does not begin a When", "a When is"),
    ("measure x == 0", 12, "'= 0' is not a quantity", "write"),
    ("measure x = -1", 13, "an amount is never negative: -1", "write"),
    ("measure x = about 5 %", 13, "a measure is compared with one number", "write"),
    ("measure x = 5m", 13, "5m has no unit", "write"),
    ("renews every 12 months", 23, "expected from, but the text ends", None),
    (
        "renews every 1 year from (2026) unless notice 1 day",
        52,
        "expected before",
        None,
    ),
]


@pytest.mark.parametrize(("text", "column", "message", "hint"), REFUSED)
def test_a_refusal_says_where_why_and_what_to_write(
    text: str, column: int, message: str, hint: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        When.parse(text)
    error = caught.value
    assert str(error).startswith(message)
    assert error.column == column
    assert (error.hint or "").startswith(hint or "")
    assert (hint is None) == (error.hint is None)


def test_the_excerpt_of_a_short_text_is_all_of_it() -> None:
    with pytest.raises(InputError) as caught:
        When.parse("through\tsoon")
    assert caught.value.excerpt == "through soon\n        ^"


def test_the_excerpt_marks_the_place_also_in_a_long_text() -> None:
    text = "earliest of (" + "2030; " * 30 + "foo)"
    with pytest.raises(InputError) as caught:
        When.parse(text)
    quoted, mark = (caught.value.excerpt or "").split("\n")
    assert len(quoted) <= 60
    assert quoted[len(mark) - 1 :].startswith("foo")


NESTED = "1 day after (" * 31 + "2030" + ")" * 31


def test_32_levels_are_read_and_33_are_refused() -> None:
    assert depth(When.parse(NESTED).expr) == 32
    for text in (f"1 day after ({NESTED})", "2030" + " unless milestone m" * 32):
        with pytest.raises(InputError, match="at most 32 levels"):
            When.parse(text)


@pytest.mark.parametrize(
    "text", ["(" * 3_999, "1 day after " * 300, "earliest of (" * 300]
)
def test_a_text_that_nests_without_end_is_refused_not_a_crash(text: str) -> None:
    with pytest.raises(InputError, match="at most 32 levels"):
        When.parse(text)


def test_json_that_nests_without_end_is_refused_not_a_crash() -> None:
    nested: dict[str, object] = {"when": "never"}
    for _ in range(5_000):
        nested = {"when": "unless", "then": nested, "milestone": "m"}
    with pytest.raises(InputError):
        When.from_json(nested)


def test_4000_characters_are_read_and_4001_are_refused() -> None:
    longest = f'unknown "{"x" * 3_990}"'
    assert len(longest) == 4_000
    assert When.parse(longest).text == longest
    with pytest.raises(InputError, match="at most 4000 characters"):
        When.parse(longest + " ")
    with pytest.raises(InputError, match="at most 4000 characters"):
        When.from_json({"when": "unknown", "reason": "x" * 3_991})


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"when": "soon"},
        {"when": "on", "date": "July 2019"},
        {"when": "through", "date": "2030", "more": 1},
        {"when": "milestone", "milestone": "m determined"},
        {"when": "milestone", "milestone": "m", "stage": "rejected"},
        {"when": "unknown", "reason": "\ud800"},
        {"when": "measure", "measure": "x", "op": "!=", "value": "1"},
        {"when": "measure", "measure": "x", "op": "=", "value": "NaN"},
        {"when": "measure", "measure": "x", "op": "=", "value": "1e999999"},
        {"when": "measure", "measure": "x", "op": "=", "value": "1", "unit": "a at b"},
        {"when": "earliest", "of": [{"when": "never"}]},
        {"when": "latest", "of": ["never", "never"]},
        True,
        None,
        2.5,
    ],
)
def test_ill_formed_json_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        When.from_json(value)


def test_json_shows_only_what_was_said() -> None:
    when = When.parse("earliest of (milestone agi determined; measure x = 1.50)")
    assert when.to_json() == {
        "when": "earliest",
        "of": (
            {"when": "milestone", "milestone": "agi", "stage": "determined"},
            {"when": "measure", "measure": "x", "op": "=", "value": "1.5"},
        ),
    }


def test_a_year_in_yaml_is_a_date() -> None:
    assert When.from_json(2019) == When.parse("2019")
    assert When.from_json({"when": "on", "date": 2019}) == When.parse("2019")


def test_an_event_may_hold_the_json_form() -> None:
    read = msgspec.convert(
        ["never", {"when": "through", "date": 2030}, 2019, When.parse("2020")],
        list[When],
        dec_hook=dec_hook,
    )
    assert [when.text for when in read] == ["never", "through 2030", "2019", "2020"]


def test_unless_binds_to_its_own_limb() -> None:
    when = When.parse("earliest of (2030 unless milestone a; 2031)")
    assert [type(limb) for limb in limbs(when.expr)] == [Unless, On]


def test_unless_binds_looser_than_an_offset_and_a_renewal() -> None:
    expr = When.parse("1 day after 2030 unless milestone m").expr
    assert isinstance(expr, Unless)
    assert isinstance(expr.then, Offset)
    expr = When.parse("renews every 1 year from 2030 unless milestone m").expr
    assert isinstance(expr, Unless)
    assert isinstance(expr.then, Renews)


def test_atoms_are_the_leaves_from_left_to_right() -> None:
    when = When.parse(
        "earliest of (30 days after (milestone a claimed) unless milestone b;"
        " measure x = 0; renews every 1 year from (last milestone a))"
    )
    found = list(atoms(when.expr))
    assert [type(atom) for atom in found] == [Milestone, Milestone, Measure, Milestone]
    assert milestones(when.expr) == {"a", "b"}
    assert measures(when.expr) == {"x"}


def test_a_when_does_not_change() -> None:
    when = When.parse("never")
    with pytest.raises(AttributeError):
        when.text = "2030"
    with pytest.raises(AttributeError):
        del when.text
    assert {when: 1}[When.parse("(never)")] == 1
    assert when != "never"
