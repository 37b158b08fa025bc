from __future__ import annotations

import json
import re
from collections.abc import Callable

import msgspec
import pytest

from events.dates import PartialDate
from events.errors import InputError, NotFound, Refused
from events.reader import read_draft
from projections.questions.answers import KnownAt
from projections.questions.hypotheses import Hypotheses, read_hypotheses
from projections.questions.what_if import WhatIfAnswer, what_if_answer
from tests.agreements import entries, events, ledger_of

KNOWN = KnownAt(1, 0, "2026-01-01T00:00:00.000000Z")


def what_if(
    ledger: str | Callable[..., object],
    *texts: str,
    also: str = "",
    horizon: str = "2026-01-01",
    on: str | None = None,
) -> WhatIfAnswer:
    drafts = [read_draft(one, agreement="a-b") for one in events(also)[1:]]
    return what_if_answer(
        entries(ledger) if isinstance(ledger, str) else ledger_of(ledger),
        read_hypotheses(texts, drafts),
        known=KNOWN,
        horizon=PartialDate.parse(horizon).last,
        on=PartialDate.parse(on) if on else None,
    )


def effects(answer: WhatIfAnswer) -> list[str]:
    return [
        f"{e.date or '..'.join(str(day) for day in e.after)} {e.what} {e.provision}"
        for e in answer.effects
    ]


def schedule(answer: WhatIfAnswer) -> list[str]:
    return [
        f"{one.sign} {one.item.date} {one.item.what} {one.item.subject}"
        for one in answer.schedule
    ]


AGREEMENT = """
- {event: LicenceGranted, effective: 2020-01-01, id: licence, holder: a, against: b,
   ends: earliest of (milestone m determined; through 2030)}
- {event: RestrictionImposed, effective: 2020-01-01, id: ban, against: a,
   starts: milestone m claimed, ends: 12 months after (milestone m determined)}
- {event: ObligationAssumed, effective: 2020-01-01, id: supply, holder: a, against: b,
   ends: renews every 12 months from (through 2026) unless notice 3 months before}
- {event: OptionGranted, effective: 2020-01-01, id: put, holder: a, against: b,
   option: put, opens: 2027-01-01, closes: through 2029}
- {event: InvestmentMade, effective: 2020-01-01, id: loan, investor: b, recipient: a,
   amount: USD 5m, ends: measure outstanding = USD 0}
- {event: MeasureReported, effective: 2025-01-01, measure: outstanding, value: USD 3m}
- {event: MilestoneClaimed, effective: 2025-06-01, milestone: other, by: a}
"""


@pytest.mark.parametrize(
    ("suppose", "found"),
    [
        (
            ["m=2027-05-01"],
            [
                "2027-05-01 ends licence",
                "2027-05-01 starts ban",
                "2028-05-01 ends ban",
            ],
        ),
        (
            ["m=never"],
            ["2031-01-01 ends licence", "None..None ends ban", "None..None starts ban"],
        ),
        (
            ["m>2027-05-01"],
            [
                "2027-05-02..2031-01-01 ends licence",
                "2027-05-02..None starts ban",
                "2028-05-02..None ends ban",
            ],
        ),
        (["m.claimed=2027-05-01"], ["2027-05-01 starts ban"]),
        (["measure outstanding=USD 0@2026-07-01"], ["2026-07-01 ends loan"]),
        (["notice supply@2026-03-01"], ["2027-01-01 ends supply"]),
        (["notice supply@2026-10-02"], ["2028-01-01 ends supply"]),
        (["exercise put@2028-02-01"], ["2028-02-01 ends put"]),
        (
            ["exercise put@2028-02-01", "m=2027-05-01"],
            [
                "2027-05-01 ends licence",
                "2027-05-01 starts ban",
                "2028-02-01 ends put",
                "2028-05-01 ends ban",
            ],
        ),
    ],
)
def test_starts_and_ends_that_move(suppose: list[str], found: list[str]) -> None:
    answer = what_if(AGREEMENT, *suppose)
    assert sorted(effects(answer)) == sorted(found)
    assert answer.impossible == []
    assert sorted(answer.suppose) == sorted(suppose)


def test_an_empty_hypothesis_is_empty() -> None:
    answer = what_if(AGREEMENT)
    assert (answer.changes, answer.effects, answer.schedule) == ([], [], [])
    assert (answer.events, answer.impossible) == ([], [])
    assert [goes.provision for goes in answer.goes_on] == [
        *("licence", "ban", "supply", "loan"),
    ]


def test_a_notice_takes_the_renewals_off_the_schedule() -> None:
    assert schedule(what_if(AGREEMENT, "notice supply@2026-03-01")) == [
        "- 2026-10-01 notice-by supply",
        "  2027-01-01 opens put",
        "+ 2027-01-01 ends supply",
        "- 2027-01-01 renews supply",
        "  None ends licence",
    ]


def test_the_states_are_compared_on_the_last_day_that_is_supposed() -> None:
    answer = what_if(AGREEMENT, "m=2027-05-01")
    assert answer.on == "2027-05-01"
    status = {
        c.subject: (c.before, c.after) for c in answer.changes if c.field == "status"
    }
    assert status == {
        "licence": ("contingent", "ended"),
        "ban": ("contingent", "in-force"),
    }
    assert "licence" not in {goes.provision for goes in answer.goes_on}
    assert what_if(AGREEMENT, "m=2027-05-01", on="2026-06-01").on == "2026-06-01"


def test_events_of_a_file_are_folded_after_the_recorded_ones() -> None:
    answer = what_if(
        AGREEMENT,
        also="""
- {event: TermExtended, effective: 2027-01-01, provision: licence, ends: through 2040}
- {event: PermissionGranted, effective: 2027-01-01, id: new, holder: b,
   ends: through 2028}
""",
    )
    assert effects(answer) == [
        "2027-01-01 starts new",
        "2029-01-01 ends new",
        "2041-01-01 ends licence",
    ]
    assert [(e["event"], e["type"], e["about"]) for e in answer.events] == [
        (0, "term-extended", "licence"),
        (0, "permission-granted", "new"),
    ]


def test_renewals_that_are_too_many_to_list_are_named() -> None:
    assert what_if(AGREEMENT, "notice supply@9000-01-01").more == ["supply"]
    assert what_if(AGREEMENT, "notice supply@2050-01-01").more == []


def test_what_is_supposed_is_not_told_as_a_recorded_event() -> None:
    answer = what_if(
        AGREEMENT,
        "exercise put@2027-03-01",
        "notice supply@2026-03-01",
        also="- {event: RightRelinquished, effective: milestone m, provision: licence,"
        " by: a}",
        on="2028-01-01",
    )
    put, pending = answer.changes[-2:]
    assert {c.subject: c.events for c in answer.changes} == {
        "supply": (0,),
        "put": (0,),
        "supposed right-relinquished milestone m": (),
    }
    assert put.after["ended"] == {"basis": "exercised", "event": 0}
    assert pending.kind == "pending"
    told = json.dumps(msgspec.to_builtins(answer))
    numbers = {int(n) for n in re.findall(r'"event": ([0-9]+)', told)}
    assert numbers <= {0, *range(1, 9)}
    assert {
        (one.item.what, one.item.subject): one.item.events
        for one in answer.schedule
        if one.sign == "+"
    } == {("ends", "supply"): (4, 0), ("closes", "put"): (0,)}


def test_recorded_events_that_could_not_apply_are_told() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a, ends: never}
    - {event: ConditionChanged, effective: 2025-01-01, provision: p, condition: none}
    """
    answer = what_if(
        test_recorded_events_that_could_not_apply_are_told,
        also="- {event: RightRelinquished, effective: 2024-01-01, provision: p, by: a}",
    )
    assert answer.impossible == [
        {
            "event": 3,
            "label": "@3 condition-changed p (2025-01-01)",
            "reason": "p has ended by 2025-01-01",
        }
    ]


@pytest.mark.parametrize(
    ("suppose", "error", "message"),
    [
        ("n=2027-01-01", NotFound, "nothing mentions a milestone n"),
        ("notice suply@2027-01-01", NotFound, "there is no provision suply"),
        (
            "notice licence@2027-01-01",
            Refused,
            "licence does not renew unless notice is given",
        ),
        ("exercise put@2026-01-01", Refused, "it opens on 2027-01-01"),
        ("exercise put@2031-01-01", Refused, "put has ended by 2031-01-01"),
        ("exercise supply@2027-01-01", Refused, "there is nothing to exercise"),
        ("notice supply", InputError, "does not say of what and when"),
        ("notice supply@2027-13", InputError, "there is no date 2027-13"),
        ("exercise", InputError, "does not say of what and when"),
        ("other=never", Refused, "cannot be supposed"),
    ],
)
def test_a_hypothesis_that_cannot_be_says_why(
    suppose: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        what_if(AGREEMENT, suppose)


def test_an_event_of_another_agreement_is_refused() -> None:
    draft = read_draft(
        {"event": "NoticeGiven", "effective": "2027", "kind": "breach", "by": "a"},
        agreement="elsewhere",
    )
    with pytest.raises(InputError, match="the event is of elsewhere, not of a-b"):
        what_if_answer(
            entries(AGREEMENT),
            Hypotheses(drafts=(draft,)),
            known=KNOWN,
            horizon=PartialDate.parse("2026").last,
        )


def test_a_milestone_may_be_called_notice() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
       ends: milestone notice}
    """
    assert effects(what_if(test_a_milestone_may_be_called_notice, "notice=2027")) == [
        "2027-01-01..2027-12-31 ends p"
    ]


OPTION = (
    "- {event: OptionGranted, effective: %s, id: opt, holder: a, against: b, "
    "option: call}"
)


@pytest.mark.parametrize(
    ("recorded", "texts", "also"),
    [
        # Granted when what is supposed is reached.
        (
            f"{AGREEMENT}{OPTION % 'milestone closing determined'}",
            ("closing=2026-03-01", "exercise opt@2026-06-01"),
            "",
        ),
        # Granted by an event that is supposed too, also on the same day.
        (AGREEMENT, ("exercise opt@2026-06-01",), OPTION % "2026-03-01"),
        (AGREEMENT, ("exercise opt@2026-06-01",), OPTION % "2026-06-01"),
        # It opens when what is supposed is reached.
        (
            f"{AGREEMENT}{OPTION % '2020-01-01'}".replace(
                "option: call", "option: call, opens: 2030-01-01"
            ),
            ("exercise opt@2026-06-01",),
            (
                "- {event: TermChanged, effective: 2026-01-01, provision: opt, "
                "starts: 2026-02-01}"
            ),
        ),
    ],
)
def test_what_is_supposed_together_is_checked_together(
    recorded: str, texts: tuple[str, ...], also: str
) -> None:
    assert "2026-06-01 ends opt" in effects(what_if(recorded, *texts, also=also))


def test_a_fact_that_is_supposed_may_contradict_an_event_that_is() -> None:
    verified = (
        "- {event: MilestoneDetermined, effective: 2026-03-01, milestone: m, "
        "outcome: verified}"
    )
    with pytest.raises(Refused, match="m is determined on another date") as caught:
        what_if(AGREEMENT, "m=2026-06-01", also=verified)
    # It has no number that anybody could look up.
    assert caught.value.facts["conflict"] == (
        "milestone-determined m (2026-03-01), supposed too"
    )


def test_an_event_that_is_supposed_may_be_in_the_way_of_another() -> None:
    option = (OPTION % "2026-03-01").replace("call}", "call, opens: 2026-09-01}")
    with pytest.raises(Refused, match="opens on 2026-09-01") as caught:
        what_if(AGREEMENT, "exercise opt@2026-06-01", also=option)
    assert caught.value.facts["conflict"] == (
        "option-granted opt (2026-03-01), supposed too"
    )


def test_each_movement_and_each_waiting_event_that_is_supposed_is_told() -> None:
    moved = "- {event: HoldingMoved, effective: %s, issuer: a, to: b, reason: issue, "
    later = moved % "milestone closing" + "quantity: 5 shares}\n"
    now = moved % "2026-01-01"
    also = f"{now}quantity: 100 shares}}\n" * 2 + f"{now}quantity: 200 shares}}\n"
    answer = what_if(AGREEMENT, also=also + later * 2)
    told = [(c.sign, c.kind, c.subject) for c in answer.changes]
    assert [one for one in told if one[1] != "milestone"] == [
        ("+", "holding", "supposed issue 100 shares"),
        ("+", "holding", "supposed issue 100 shares (2)"),
        ("+", "holding", "supposed issue 200 shares"),
        ("+", "pending", "supposed holding-moved milestone closing"),
        ("+", "pending", "supposed holding-moved milestone closing (2)"),
    ]


USED = """
- {event: OptionGranted, effective: 2020-01-01, id: opt, holder: a, against: b,
   option: call, ends: milestone walk determined}
- {event: OptionExercised, effective: 2025-06-01, provision: opt, by: a,
   choice: exercised, milestone: closing}
- {event: LicenceGranted, effective: 2020-01-01, id: lic, holder: a, against: b,
   starts: milestone closing determined}
- {event: TermChanged, effective: milestone closing determined, provision: lic,
   ends: through 2040}
- {event: MilestoneDetermined, effective: milestone closing determined,
   milestone: next, outcome: occurred}
"""


@pytest.mark.parametrize(
    ("suppose", "also"),
    [
        (("walk=2024-01-01",), ""),
        (
            (),
            (
                "- {event: RightRelinquished, effective: 2024-01-01, "
                "provision: opt, by: a}"
            ),
        ),
    ],
)
def test_what_an_event_says_that_cannot_apply_is_not_so(
    suppose: tuple[str, ...], also: str
) -> None:
    answer = what_if(USED, *suppose, also=also)
    assert [one["event"] for one in answer.impossible] == [3]
    starts = [e for e in answer.effects if (e.provision, e.what) == ("lic", "starts")]
    assert [e.waits_for for e in starts] == [("milestone closing determined",)]
    changed = {(c.sign, c.kind, c.subject) for c in answer.changes}
    assert {("+", "pending", "5"), ("+", "pending", "6")} <= changed
    assert what_if(USED, "next=2025-06-01").impossible == []
