"""What holds on a day: small agreements, a question, and the answer in one line."""

# An event is a line.
# ruff: noqa: E501, ISC004

from __future__ import annotations

import msgspec
import pytest

from events.entry import Entry
from events.values import dec_hook
from tests.agreements import ledger_of, provision, state, told

LICENCE = "{event: LicenceGranted, effective: 2020-01-01, id: p, holder: a, against: b"


@pytest.mark.parametrize(
    ("terms", "on", "suppose", "answer"),
    [
        ("", "2019-12-31", (), "absent"),
        ("", "2020-01-01", (), "in-force"),
        ("", "9999-12-31", (), "in-force"),
        ("ends: never", "9999-12-31", (), "in-force"),
        ("ends: unknown", "2020-01-01", (), "contingent unknown"),
        ("ends: through 2030", "2030-12-31", (), "in-force"),
        ("ends: through 2030", "2031-01-01", (), "ended"),
        ("ends: until 2030-06-30", "2030-06-29", (), "in-force"),
        ("ends: until 2030-06-30", "2030-06-30", (), "ended"),
        ("ends: until 2030", "2029-12-31", (), "in-force"),
        ("ends: until 2030", "2030-01-01", (), "contingent until 2030"),
        ("ends: until 2030", "2030-12-31", (), "contingent until 2030"),
        ("ends: until 2030", "2031-01-01", (), "ended"),
        ("starts: 2021", "2020-12-31", (), "not-yet"),
        ("starts: 2021", "2021-06-01", (), "contingent 2021"),
        ("starts: 2021", "2021-12-31", (), "in-force"),
        ("starts: 2021-01-01, ends: until 2020-06-30", "2020-02-01", (), "ended"),
        ("starts: milestone m, ends: never", "2026", (), "contingent milestone m"),
        ("starts: milestone m", "2021-02-03", ("m=2021-02-03",), "in-force"),
        ("starts: milestone m", "2021-02-02", ("m=2021-02-03",), "not-yet"),
        (
            "ends: earliest of (milestone m determined; through 2030)",
            "2031-01-01",
            (),
            "ended",
        ),
        (
            "ends: earliest of (milestone m determined; unknown)",
            "2027-01-01",
            ("m=2026-05-01",),
            "ended",
        ),
        (
            "ends: latest of (milestone m determined; through 2030)",
            "2030-12-31",
            (),
            "in-force",
        ),
        (
            "ends: latest of (milestone m determined; through 2030)",
            "2031-01-01",
            (),
            "contingent milestone m determined",
        ),
        ("ends: milestone m", "2027", ("m.claimed=2026",), "contingent milestone m"),
        ("ends: milestone m claimed", "2027", ("m.claimed=2026",), "ended"),
        ("ends: measure x = 0", "2027", (), "contingent measure x = 0"),
        ("ends: measure x = 0", "2027", ("measure x=USD 0@2026-02-02",), "ended"),
        (
            "ends: renews every 12 months from (through 2026) "
            "unless notice 3 months before",
            "2026-12-31",
            (),
            "in-force",
        ),
        (
            "ends: renews every 12 months from (through 2026) "
            "unless notice 3 months before",
            "2027-01-01",
            (),
            "contingent notice by 2026-10-01",
        ),
    ],
)
def test_a_provision_stands_as_its_terms_say(
    terms: str, on: str, suppose: tuple[str, ...], answer: str
) -> None:
    ledger = f"- {LICENCE}{', ' + terms if terms else ''}}}"
    assert told(state(ledger, on, *suppose, horizon="2026-01-01"), "p") == answer


@pytest.mark.parametrize(
    ("event", "on", "answer"),
    [
        ("{event: RightRelinquished, provision: p, by: a", "2024-06-29", "in-force"),
        ("{event: RightRelinquished, provision: p, by: a", "2024-06-30", "ended"),
        ("{event: ProvisionEnded, provision: p, basis: order", "2024-06-30", "ended"),
        ("{event: AgreementEnded, basis: merged", "2024-06-30", "ended"),
        ("{event: AgreementEnded, basis: merged, survives: p", "2025", "in-force"),
        ("{event: ProvisionSuspended, provision: p", "2024-06-29", "in-force"),
        ("{event: ProvisionSuspended, provision: p", "2025", "suspended"),
        (
            "{event: ProvisionSuspended, provision: p, until: 2024-12-01",
            "2024-11-30",
            "suspended",
        ),
        (
            "{event: ProvisionSuspended, provision: p, until: 2024-12-01",
            "2024-12-01",
            "in-force",
        ),
        ("{event: TermChanged, provision: p, ends: through 2024", "2025", "ended"),
        ("{event: TermChanged, provision: p, starts: 2026-01-01", "2025", "not-yet"),
        (
            "{event: ProvisionInterpreted, provision: p, reading: r, by: court, "
            "ends: through 2024",
            "2025",
            "ended",
        ),
        (
            "{event: ProvisionInterpreted, provision: p, reading: r, by: recorder, "
            "ends: through 2024",
            "2025",
            "in-force",
        ),
        (
            "{event: NoticeGiven, kind: termination, by: a, provision: p",
            "2025",
            "in-force",
        ),
        (
            "{event: InstrumentSigned, id: i, kind: amendment, takes_effect: 2020",
            "2025",
            "in-force",
        ),
    ],
)
def test_an_event_does_what_it_says_and_nothing_else(
    event: str, on: str, answer: str
) -> None:
    ledger = f"- {LICENCE}}}\n- {event}, effective: 2024-06-30}}"
    assert told(state(ledger, on), "p") == answer


def test_an_imprecise_end_is_contingent_between_its_days() -> None:
    """
    - {event: LicenceGranted, effective: 2020, id: p, holder: a}
    - {event: ProvisionEnded, effective: 2024-06, provision: p, basis: released}
    """
    ledger = ledger_of(test_an_imprecise_end_is_contingent_between_its_days)
    assert [
        told(state(ledger, on), "p")
        for on in ("2024-05-31", "2024-06-01", "2024-06-29", "2024-06-30")
    ] == ["in-force", "contingent 2024-06", "contingent 2024-06", "ended"]
    assert "imprecise-date" in provision(state(ledger, "2025"), "p").flags


def test_a_change_waits_until_what_it_hangs_on_has_happened() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a}
    - {event: ProvisionEnded, effective: milestone closing, provision: p, basis: merged}
    """
    ledger = ledger_of(test_a_change_waits_until_what_it_hangs_on_has_happened)
    before = state(ledger, "2026")
    assert told(before, "p") == "in-force"
    assert before.pending == [
        {"event": 3, "type": "provision-ended", "effective": "milestone closing"}
    ]
    after = state(ledger, "2026", "closing=2025-03-04")
    assert (told(after, "p"), after.pending) == ("ended", [])
    assert told(state(ledger, "2025-03-03", "closing=2025-03-04"), "p") == "in-force"


def test_a_change_whose_milestone_has_lapsed_never_takes_effect() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a, ends: through 2027}
    - {event: TermExtended, effective: milestone closing determined, provision: p, ends: never}
    - {event: LicenceGranted, effective: 30 days after (milestone closing determined), id: q, holder: a}
    - {event: MilestoneDetermined, effective: 2021-02-03, milestone: closing, outcome: lapsed}
    - {event: ProvisionEnded, effective: 2025-01-01, provision: p, basis: released}
    """
    ledger = ledger_of(test_a_change_whose_milestone_has_lapsed_never_takes_effect)
    for on, standing in (("2024-12-31", "in-force"), ("9999-12-31", "ended")):
        there = state(ledger, on)
        assert (told(there, "p"), told(there, "q")) == (standing, "absent")
        assert (there.pending, there.skipped) == ([], [])


def test_a_pause_is_certain_only_between_its_possible_days() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a}
    - {event: ProvisionSuspended, effective: 2021, provision: p, until: milestone cured}
    - {event: ProvisionResumed, effective: 2023, provision: p}
    """
    ledger = ledger_of(test_a_pause_is_certain_only_between_its_possible_days)
    asked = ("2020-12-31", "2021-06-01", "2022-06-01", "2023-06-01", "2023-12-31")
    told_then = [told(state(ledger, on, horizon="2026"), "p") for on in asked]
    assert told_then == [
        "in-force",
        "contingent 2021",
        "suspended",
        "contingent 2023",
        "in-force",
    ]
    early = ledger[:3]
    assert told(state(early, "2030", horizon="2026"), "p") == (
        "contingent milestone cured"
    )


def test_what_would_have_ended_a_pause_matters_no_more_once_it_was_resumed() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a, ends: milestone sold}
    - {event: ProvisionSuspended, effective: 2021-01-01, provision: p, until: milestone cured}
    - {event: ProvisionResumed, effective: 2023, provision: p}
    """
    whole = test_what_would_have_ended_a_pause_matters_no_more_once_it_was_resumed
    assert told(state(ledger_of(whole), "2024-01-01", horizon="2022"), "p") == (
        "contingent milestone sold"
    )


def test_a_notice_does_not_count_against_a_term_agreed_after_it() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a, ends: renews every 12 months from (2021-01-01) unless notice 3 months before}
    - {event: NoticeGiven, effective: 2023-06-01, kind: non-renewal, by: a, provision: p}
    - {event: TermExtended, effective: 2023-12-01, provision: p, ends: renews every 12 months from (2026-01-01) unless notice 3 months before}
    """
    ledger = ledger_of(test_a_notice_does_not_count_against_a_term_agreed_after_it)
    assert [
        told(state(known, on, horizon="2027-06-01"), "p")
        for known, on in ((ledger[:3], "2024-06-01"), (ledger, "2027-06-01"))
    ] == ["ended", "in-force"]


def test_what_is_reinstated_pauses_no_longer() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a, ends: through 2024}
    - {event: ProvisionSuspended, effective: 2024-06-01, provision: p}
    - {event: ProvisionReinstated, effective: 2025-03-01, provision: p}
    """
    ledger = ledger_of(test_what_is_reinstated_pauses_no_longer)
    assert [told(state(ledger, on), "p") for on in ("2024-07-01", "2025-03-01")] == [
        "suspended",
        "in-force",
    ]


def test_a_circle_of_effective_dates_is_never_resolved() -> None:
    """
    - {event: MilestoneDetermined, effective: milestone n, milestone: m, outcome: occurred}
    - {event: MilestoneDetermined, effective: milestone m, milestone: n, outcome: occurred}
    """
    ledger = ledger_of(test_a_circle_of_effective_dates_is_never_resolved)
    assert [p["event"] for p in state(ledger, "2026").pending] == [2, 3]


def test_the_last_clause_of_a_scope_is_the_last_word() -> None:
    """
    - {event: LicenceGranted, effective: 2020, id: p, holder: a, scope: {asset: [x]}, except: {asset: [x/y]}}
    - {event: ScopeWidened, effective: 2021, provision: p, include: {asset: [x/y]}, condition: with care}
    - {event: ScopeNarrowed, effective: 2022, provision: p, exclude: {customer: [z]}}
    """
    ledger = ledger_of(test_the_last_clause_of_a_scope_is_the_last_word)
    assert provision(state(ledger, "2023"), "p").scope == [
        {"include": [{"asset": ("x",)}]},
        {"exclude": [{"asset": ("x/y",)}]},
        {"include": [{"asset": ("x/y",)}], "condition": "with care"},
        {"exclude": [{"customer": ("z",)}]},
    ]


def test_a_price_is_that_of_the_last_step_that_began() -> None:
    """
    - event: OptionGranted
      effective: 1995-01-01
      id: o
      holder: a
      against: b
      option: call
      price: USD 9m
      price_schedule: [{from: 1996-01-01, price: USD 10m}, {from: 1997, price: USD 11m}]
    """
    ledger = ledger_of(test_a_price_is_that_of_the_last_step_that_began)
    assert [
        provision(state(ledger, on), "o").quantity
        for on in ("1995-12-31", "1996-01-01", "1997-02-15")
    ] == ["USD 9m", "USD 10m", "USD 11m"]


def test_a_dispute_contests_until_it_is_decided() -> None:
    """
    - {event: LicenceGranted, effective: 2020, id: p, holder: a}
    - {event: DisputeOpened, effective: 2021-01-01, id: d, claimant: b, respondent: a, provisions: p}
    - {event: DisputeDecided, effective: 2022-01-01, dispute: d, outcome: for a}
    """
    ledger = ledger_of(test_a_dispute_contests_until_it_is_decided)
    assert [
        "contested" in provision(state(ledger, on), "p").flags
        for on in ("2020-12-31", "2021-01-01", "2021-12-31", "2022-01-01")
    ] == [False, True, True, False]


def test_a_fact_learned_later_decides_what_was_contingent_before() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a, ends: milestone m}
    - {event: MilestoneDetermined, effective: 2024-01-01, milestone: m, outcome: occurred}
    """
    ledger = ledger_of(test_a_fact_learned_later_decides_what_was_contingent_before)
    known_then = ledger[:2]
    assert told(state(known_then, "2025"), "p") == "contingent milestone m"
    assert told(state(known_then, "2022", horizon="2023"), "p") == "in-force"
    assert [told(state(ledger, on), "p") for on in ("2023-12-31", "2024-01-01")] == [
        "in-force",
        "ended",
    ]


def test_an_amendment_changes_the_world_and_a_correction_what_was_said_of_it() -> None:
    """
    - {event: PurchaseCommitted, effective: 2020-01-01, id: p, holder: a, against: b, amount: USD 1m}
    - {event: QuantityChanged, effective: 2022-01-01, provision: p, amount: USD 3m}
    - {event: EventCorrected, target: 2, replacement: {amount: USD 2m}, reason: typing error}
    """
    ledger = ledger_of(
        test_an_amendment_changes_the_world_and_a_correction_what_was_said_of_it
    )
    before, after = ledger[:3], ledger
    assert [
        provision(state(known, on), "p").quantity
        for known in (before, after)
        for on in ("2021", "2023")
    ] == ["USD 1m", "USD 3m", "USD 2m", "USD 3m"]


def test_events_of_one_day_follow_the_signing_of_their_instruments() -> None:
    """
    - {event: InstrumentSigned, effective: 2020-01-01, id: late, kind: amendment, signed_on: 2020-03-01}
    - {event: InstrumentSigned, effective: 2020-01-01, id: early, kind: definitive, signed_on: 2020-02-01}
    - {event: PurchaseCommitted, effective: 2020-01-01, id: p, holder: a, against: b, amount: USD 1m, instrument: early}
    - {event: QuantityChanged, effective: 2021-01-01, provision: p, amount: USD 3m, instrument: late}
    - {event: QuantityChanged, effective: 2021-01-01, provision: p, amount: USD 2m, instrument: early}
    """
    ledger = ledger_of(test_events_of_one_day_follow_the_signing_of_their_instruments)
    assert provision(state(ledger, "2022"), "p").quantity == "USD 3m"


def test_an_exercised_option_ends_and_a_declined_first_refusal_does_not() -> None:
    """
    - {event: OptionGranted, effective: 2020, id: o, holder: a, against: b, option: put}
    - {event: FirstRefusalGranted, effective: 2020, id: r, holder: a, against: b}
    - {event: OptionExercised, effective: 2021-01-01, provision: o, by: a, choice: exercised}
    - {event: OptionExercised, effective: 2021-01-01, provision: r, by: a, choice: declined}
    """
    ledger = ledger_of(
        test_an_exercised_option_ends_and_a_declined_first_refusal_does_not
    )
    answer = state(ledger, "2022")
    assert (told(answer, "o"), told(answer, "r")) == ("ended", "in-force")


def test_stakes_of_one_holder_stand_side_by_side_on_their_bases() -> None:
    """
    - {event: StakeReported, effective: 2020, holder: a, issuer: c, share: 30 %, basis: votes}
    - {event: StakeReported, effective: 2021, holder: a, issuer: c, share: 20 %, basis: capital}
    - {event: StakeReported, effective: 2022, holder: a, issuer: c, share: 31 %, basis: votes}
    """
    ledger = ledger_of(test_stakes_of_one_holder_stand_side_by_side_on_their_bases)
    assert [(s["share"], s["basis"]) for s in state(ledger, "2023").stakes] == [
        ("31 %", "votes"),
        ("20 %", "capital"),
    ]


def test_holders_stay_as_stored_when_a_party_is_succeeded() -> None:
    """
    - {event: LicenceGranted, effective: 2020, id: p, holder: a}
    - {event: PartyRestructured, effective: 2021, party: a, change: merged, successor: c}
    """
    ledger = ledger_of(test_holders_stay_as_stored_when_a_party_is_succeeded)
    answer = state(ledger, "2022")
    assert provision(answer, "p").holders == ("a",)
    assert [p["successor"] for p in answer.parties if p["id"] == "a"] == ["c"]


def test_a_party_that_is_declared_under_the_name_it_has_had_no_other() -> None:
    """
    - {event: PartyRestructured, effective: 2001-01-01, party: d, change: renamed, name: D New}
    - {event: PartyJoined, effective: 2002-01-01, party: {id: d, name: D New}}
    """
    whole = test_a_party_that_is_declared_under_the_name_it_has_had_no_other
    (party,) = (p for p in state(ledger_of(whole), "2003").parties if p["id"] == "d")
    assert (party["name"], party.get("former_names")) == ("D New", None)


def test_what_happened_to_a_party_stays_so_when_it_is_declared_or_comes_back() -> None:
    """
    - {event: AgreementOpened, effective: 2019-07-22, title: T, parties: [{id: a, name: A}, {id: b, name: B}]}
    - {event: PartyRestructured, effective: 2019, party: a, change: merged, successor: b, name: A New}
    - {event: PartyLeft, effective: 2021-01-01, party: a}
    - {event: PartyJoined, effective: 2022-01-01, party: {id: a, name: A Last, identifiers: {lei: x}}}
    """
    ledger = ledger_of(
        test_what_happened_to_a_party_stays_so_when_it_is_declared_or_comes_back
    )
    first, last = (state(ledger, on).parties[0] for on in ("2020", "2022"))
    assert (first["name"], first["former_names"]) == ("A New", ["A"])
    assert last["former_names"] == ["A", "A New"]
    assert (last["name"], last["successor"], last["identifiers"]) == (
        "A Last",
        "b",
        {"lei": "x"},
    )
    assert "left" not in last


@pytest.mark.parametrize(
    ("number", "values", "flagged"),
    [
        (2, {"amount": "[***]"}, []),
        (2, {"note": "[***]"}, []),
        (3, {"amount": "[***]"}, ["redacted"]),
        (4, {"condition": "[***]"}, ["redacted"]),
        (4, {"note": "[***]"}, []),
    ],
)
def test_redacted_is_what_shows_a_value_that_was_withheld(
    number: int, values: dict[str, str], flagged: list[str]
) -> None:
    """
    - {event: PurchaseCommitted, effective: 2020-01-01, id: p, holder: a, against: b, amount: USD 5m}
    - {event: QuantityChanged, effective: 2022-01-01, provision: p, amount: USD 7m}
    - {event: ConditionChanged, effective: 2022-01-01, provision: p, condition: in words}
    """
    ledger = ledger_of(test_redacted_is_what_shows_a_value_that_was_withheld)
    entry = ledger[number - 1]
    withheld = msgspec.convert(
        {**msgspec.to_builtins(entry.event, enc_hook=str), **values},
        type(entry.event),
        dec_hook=dec_hook,
    )
    ledger[number - 1] = Entry(entry.envelope, withheld, tuple(values))
    there = provision(state(ledger, "2023"), "p")
    assert [flag for flag in there.flags if flag == "redacted"] == flagged
