"""How a provision stands, in words: the day where there is one, and its terms."""

# Sentences stand as they are read.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from cli.phrases import status, status_in_full, what
from projections.questions.provisions import ProvisionAnswer
from tests.agreements import provision, state, timeline
from tests.cli_run import Desk

# The terms, the day, and events beside the grant -> how it stands, and with its terms.
STATUSES = [
    ("", "2021", "in force (no end stated)"),
    ("ends: never", "2021", "in force without end"),
    ("ends: through 2030", "2021", "in force through 2030"),
    ("ends: until 2030", "2021", "in force until 2030"),
    ("ends: on 2030-05-01", "2021", "in force until 2030-05-01"),
    ("ends: unknown", "2021", "until a date that is not known (waits)"),
    (
        "ends: between 2030-01-01 and 2031-01-01",
        "2021",
        "in force, ends between 2030-01-01 and 2031-01-01",
    ),
    (
        "ends: 36 months after (2020-03-01) rounded down",
        "2021",
        "in force until 2023-03-01: until 36 months after (2020-03-01) rounded down",
    ),
    (
        "ends: 36 months after (2020-03-01) rounded down",
        "2024",
        "ended 2023-03-01: until 36 months after (2020-03-01) rounded down",
    ),
    (
        "ends: 12 months after (2020-03)",
        "2022",
        "ended by 2021-03-31: until 12 months after (2020-03)",
    ),
    (
        "ends: on 2021-12-31 unless milestone m",
        "2021-06",
        "in force until 2021-12-31 unless milestone m",
    ),
    (
        "ends: on 2020-12-31 unless milestone reached",
        "2021",
        "in force without end: until 2020-12-31 unless milestone reached",
    ),
    (
        "ends: on 2020-06-30 unless milestone m",
        "2021",
        "ended 2020-06-30: until 2020-06-30 unless milestone m",
    ),
    (
        "ends: renews every 12 months from (through 2021) unless notice 1 month before",
        "2021-06",
        (
            "in force until 2022-01-01 or a later term: renews every 12 months from "
            "(through 2021) unless notice 1 month before"
        ),
    ),
    (
        (
            "ends: renews every 12 months from (through 2021) unless notice 1 month before"
            " at most 3 times"
        ),
        "2022-06",
        (
            "until 2022-01-01 or a later term, by 2025-01-01 (waits): renews every 12 "
            "months from (through 2021) unless notice 1 month before at most 3 times"
        ),
    ),
    ("ends: milestone m", "2020-06", "in force until milestone m"),
    ("ends: milestone m", "2022", "until milestone m (waits)"),
    (
        "ends: earliest of (milestone m; through 2030)",
        "2022",
        "until earliest of (milestone m; through 2030), by 2031-01-01 (waits)",
    ),
    ("ends: milestone reached", "2021", "ended 2020-06-01: until milestone reached"),
    (
        "starts: 30 days after (2024), ends: 30 days before (2024-Q2)",
        "2024-02-15",
        (
            "starts between 2024-01-31 and 2025-01-30 (waits): from 30 days after (2024); "
            "until 30 days before (2024-Q2)"
        ),
    ),
    (
        "starts: 30 days after (2024-01), ends: 30 days before (2024-Q2)",
        "2024-03-15",
        "until 30 days before (2024-Q2), by 2024-05-31 (waits)",
    ),
    ("starts: 2024", "2024-02-15", "from 2024 (waits)"),
    ("starts: milestone m", "2022", "from milestone m (waits)"),
    (
        "starts: 2 years after (2020-03-01)",
        "2021",
        "not before 2022-03-01: from 2 years after (2020-03-01)",
    ),
]


def granted(terms: str, on: str, events: str = "") -> ProvisionAnswer:
    there = timeline(
        f"""
- {{event: LicenceGranted, effective: 2020-01-01, id: x, holder: a, {terms}}}
- {{event: MilestoneDetermined, effective: 2020-06-01, milestone: reached,
   outcome: occurred}}
{events}
""",
        horizon="2021-01-01",
    )
    return provision(state(there, on), "x")


@pytest.mark.parametrize(("terms", "on", "words"), STATUSES)
def test_a_status_says_the_day_and_in_full_the_terms(
    terms: str, on: str, words: str
) -> None:
    told = granted(terms, on)
    assert status_in_full(told) == words
    assert status(told) == words.partition(": ")[0]


@pytest.mark.parametrize(
    ("terms", "event", "words"),
    [
        (
            "",
            "ProvisionEnded, effective: 2022-05-18, provision: x, basis: terminated",
            "in force until 2022-05-18 (@4)",
        ),
        (
            "ends: through 2030",
            "AgreementEnded, effective: 2022-05-18, basis: terminated",
            "in force until 2022-05-18 (@4): through 2030",
        ),
        (
            "",
            "RightRelinquished, effective: 2022-05, provision: x, by: a",
            "in force until 2022-05 (@4)",
        ),
        (
            "",
            (
                "RightRelinquished, effective: between 2022-05-01 and 2022-06-01,"
                " provision: x, by: a"
            ),
            "in force, ends between 2022-05-01 and 2022-06-01 (@4)",
        ),
        (
            "",
            "RightRelinquished, effective: milestone m, provision: x, by: a",
            "in force (no end stated)",
        ),
    ],
)
def test_an_end_that_is_recorded_is_told_before_it_comes(
    terms: str, event: str, words: str
) -> None:
    told = granted(terms, "2021", f"- {{event: {event}}}")
    assert status_in_full(told) == words
    assert told.status == "in-force"


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("", "suspended"),
        (", until: 2022-05-01", "suspended until 2022-05-01"),
        (", until: through 2022-05-01", "suspended through 2022-05-01"),
    ],
)
def test_a_pause_is_told_with_its_own_end(until: str, words: str) -> None:
    pause = f"- {{event: ProvisionSuspended, effective: 2021, provision: x{until}}}"
    told = granted("ends: through 2024-03", "2021-12-31", pause)
    assert status(told) == words
    assert status_in_full(told) == f"{words}; its term: through 2024-03"


def test_the_first_of_several_ends_is_told() -> None:
    told = granted(
        "",
        "2021",
        """
- {event: ProvisionEnded, effective: 2022-01-01, provision: x, basis: terminated}
- {event: ProvisionReinstated, effective: 2023-01-01, provision: x}
- {event: ProvisionEnded, effective: 2024-01-01, provision: x, basis: terminated}
""",
    )
    assert status(told) == "in force until 2022-01-01 (@4)"
    assert told.later == {
        "basis": "terminated",
        "effective": "2022-01-01",
        "between": ("2022-01-01", "2022-01-01"),
        "event": 4,
    }


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("if the price is met", "licence; if the price is met"),
        ("without consent", "licence; without consent"),
        ("Within the guidelines", "licence; Within the guidelines"),
        ("models of that size", "licence; condition: models of that size"),
    ],
)
def test_a_condition_is_joined_as_it_is_worded(condition: str, words: str) -> None:
    assert what(granted(f"condition: {condition}", "2021")) == words
    scoped = granted(
        "scope: {asset: [x]}",
        "2021",
        "- {event: ScopeNarrowed, effective: 2020-02-01, provision: x,"
        f" exclude: {{asset: [x/y]}}, condition: {condition}}}",
    )
    joined = words.removeprefix("licence; ")
    assert what(scoped) == f"licence: x; not x/y ({joined})"


def test_of_what_nothing_else_is_told_the_text_is() -> None:
    text = "The parties keep each other informed of what they learn of the market."
    one = granted(f"text: {text}", "2021")
    assert what(one) == (
        'licence: "The parties keep each other informed of what they learn of…"'
    )
    assert what(one, in_brief=False) == f'licence: "{text}"'
    assert what(granted("text: Short, scope: {asset: [x]}", "2021")) == "licence: x"


def test_prices_choices_and_offers_are_told_in_words(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.environ |= {"NO_COLOR": "1"}
    desk.do("init")
    (tmp_path / "a.yaml").write_text("""
whereas: 1
agreement: a-b
events:
  - {event: AgreementOpened, effective: 2020-01-01, title: A - B,
     parties: [{id: a, name: A}, {id: b, name: B}]}
  - {event: OptionGranted, effective: 2020-01-01, id: call, holder: a, against: b,
     option: call, price: JPY 2.061k per share}
  - {event: QuantityChanged, effective: 2020-02-01, provision: call, price_schedule: [
     {from: 2020-01-01, price: USD 1.5k per share}, {from: 2021-01-01, price: USD 2k}]}
  - {event: FirstRefusalGranted, effective: 2020-01-01, id: first, holder: a,
     against: b, level: first-offer, scope: {activity: [sale]}}
  - {event: NoticeGiven, effective: 2020-03-01, kind: offer, by: b, to: a,
     provision: first}
  - {event: OptionExercised, effective: 2020-04-01, provision: first, by: a,
     choice: declined}
  - {event: OptionExercised, effective: 2020-05-01, provision: call, by: a,
     choice: exercised, partial: true}
""")
    desk.do("import a.yaml")
    said = desk("state a-b --on 2020-06-01", columns=100)
    assert "call USD 1500 per share" in said
    # What is declined is one offer.
    assert "first offer: sale        in force (no end stated)" in said
    assert "JPY 2061 per share" in desk("why a-b call --on 2020-01-15", columns=100)
    said = desk("why a-b call --on 2020-06-01", columns=150)
    assert "price schedule USD 1500 per share from 2020-01-01, USD 2k from 2021" in said
    assert "USD 1500 per share from 2020-01-01; USD 2k from 2021-01-01" in said
    assert "exercised in part by a (2020-05-01)" in said
    said = desk("why a-b first --on 2020-06-01", columns=150)
    assert "notices    offer by b (2020-03-01)     @5" in said
    assert "exercises  declined by a (2020-04-01)  @6" in said
    assert "JPY 2.061k per share" in desk("state a-b --on 2020-01-15 --json")
