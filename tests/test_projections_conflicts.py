from __future__ import annotations

import pytest

from events.dates import PartialDate
from projections.fold.timeline import Timeline
from projections.questions.across import KnownIn
from projections.questions.conflicts import Conflict, ConflictsAnswer, conflicts_answer
from tests.agreements import timeline

KNOWN = KnownIn(0, "2026-01-01T00:00:00.000000Z")


def asked(
    *ledgers: str, on: str = "2024-06-01", horizon: str | None = None
) -> ConflictsAnswer:
    there: list[Timeline] = [timeline(text, horizon=horizon) for text in ledgers]
    return conflicts_answer(there, PartialDate.parse(on), known=KNOWN)


def sure(conflict: Conflict) -> str:
    if conflict.certain:
        return "certain"
    return "crossing" if conflict.crossing else "possible"


def told(answer: ConflictsAnswer) -> list[str]:
    return [
        f"{c.clash} {sure(c)} "
        f"{'/'.join(side.provision for side in c.sides)} {c.overlap}"
        for c in answer.conflicts
    ]


EXCLUSIVE = (
    "- {event: ExclusivityGranted, effective: 2020-01-01, id: e, holder: b, "
    "against: a, scope: {activity: [sale], territory: [eu]}}\n"
)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        # Promised to somebody else by the party that is bound.
        (
            "LicenceGranted, holder: c, against: a",
            "exclusivity certain e/x activity sale, territory eu",
        ),
        (
            "ExclusivityGranted, holder: c, against: a",
            "exclusivity certain e/x activity sale, territory eu",
        ),
        (
            "PurchaseCommitted, holder: c, against: a, amount: unknown",
            "exclusivity certain e/x activity sale, territory eu",
        ),
        # By somebody who is not bound, or to the holder.
        ("LicenceGranted, holder: c, against: b", ""),
        ("LicenceGranted, holder: b, against: a", ""),
        ("ExclusivityGranted, holder: b, against: a", ""),
        # The party that is bound may do it itself.
        (
            "PermissionGranted, holder: a, against: b",
            "permission certain e/x activity sale, territory eu",
        ),
        # What keeps nobody out.
        ("PreferenceGranted, holder: c, against: a", ""),
        ("RestrictionImposed, holder: c, against: a", ""),
        # In time.
        ("LicenceGranted, holder: c, against: a, ends: through 2023", ""),
        (
            "LicenceGranted, holder: c, against: a, starts: 2030-01-01",
            "exclusivity certain e/x activity sale, territory eu",
        ),
        (
            "LicenceGranted, holder: c, against: a, ends: milestone m",
            "exclusivity possible e/x activity sale, territory eu",
        ),
        # In words.
        (
            "LicenceGranted, holder: c, against: a, condition: with consent",
            "exclusivity possible e/x activity sale, territory eu",
        ),
    ],
)
def test_an_exclusivity_clashes_with_what_is_granted_to_others(
    other: str, found: str
) -> None:
    ledger = (
        f"{EXCLUSIVE}- {{event: {other}, effective: 2021-01-01, id: x, "
        "scope: {activity: [sale]}}"
    )
    assert "; ".join(told(asked(ledger))) == found


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ("{activity: [sale/online]}", "certain e/x activity sale/online, territory eu"),
        ("{activity: [sale], territory: [us]}", ""),
        ("{activity: [service]}", ""),
        ("{territory: [eu/de]}", "certain e/x activity sale, territory eu/de"),
        # They name no axis in common: what is both clashes.
        (
            "{product: [cars]}",
            "crossing e/x activity sale, product cars, territory eu",
        ),
        # Each names an axis that the other leaves open.
        (
            "{activity: [sale], product: [cars]}",
            "possible e/x activity sale, product cars, territory eu",
        ),
        (
            "[{activity: [sale], territory: [us]}, {territory: [eu/fr]}]",
            "certain e/x activity sale, territory eu/fr",
        ),
    ],
)
def test_scopes_clash_where_they_overlap(scope: str, found: str) -> None:
    ledger = (
        f"{EXCLUSIVE}- {{event: LicenceGranted, effective: 2021-01-01, id: x, "
        f"holder: c, against: a, scope: {scope}}}"
    )
    assert "; ".join(told(asked(ledger))) == (f"exclusivity {found}" if found else "")


def test_what_was_carved_out_does_not_clash() -> None:
    granted = (
        "- {event: LicenceGranted, effective: 2021-01-01, id: x, holder: c, "
        "against: a, scope: {activity: [sale], territory: [eu/de]}}\n"
    )
    carved = (
        "- {event: ScopeNarrowed, effective: 2022-01-01, provision: e, "
        "exclude: {territory: [eu/de]}}\n"
    )
    assert len(asked(EXCLUSIVE + granted).conflicts) == 1
    assert asked(EXCLUSIVE + granted + carved).conflicts == []


@pytest.mark.parametrize(
    ("ban", "found"),
    [
        ("", ["permission certain r/p activity sale"]),
        (", amount: up to 5 cars", []),
        (", condition: before 2030", ["permission possible r/p activity sale"]),
        (", ends: through 2023", []),
    ],
)
def test_a_ban_clashes_with_a_permission_and_a_limit_does_not(
    ban: str, found: list[str]
) -> None:
    ledger = f"""
- {{event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
   scope: {{activity: [sale]}}}}
- {{event: RestrictionImposed, effective: 2020-01-01, id: r, against: a,
   scope: {{activity: [sale]}}{ban}}}
"""
    assert told(asked(ledger)) == found


def test_agreements_clash_where_an_identifier_ties_the_parties() -> None:
    def agreement(party: str, lei: str, granted: str) -> str:
        return f"""
- {{event: AgreementOpened, effective: 2020-01-01, title: T, parties: [
    {{id: {party}, name: P, identifiers: {{lei: {lei}}}}}, {{id: other, name: O}},
    {{id: b, name: B}}]}}
- {{event: {granted}, effective: 2020-01-01, id: x, against: {party},
   scope: {{activity: [cloud]}}}}
"""

    first = agreement("acme", "L1", "ExclusivityGranted, holder: b")
    same = agreement(
        "acme-plc", "L1", "PurchaseCommitted, holder: other, amount: USD 1"
    )
    another = agreement(
        "acme-plc", "L2", "PurchaseCommitted, holder: other, amount: unknown"
    )
    (found,) = asked(first, same).conflicts
    assert [(s.kind, s.events) for s in found.sides] == [
        ("priority", (2,)),
        ("purchase", (2,)),
    ]
    assert found.parties == ("acme",)
    assert asked(first, another).conflicts == []


def test_the_days_on_which_both_may_hold() -> None:
    ledger = """
- {event: ExclusivityGranted, effective: 2020-01-01, id: e, holder: b, against: a,
   scope: {activity: [sale]}, ends: through 2026}
- {event: LicenceGranted, effective: 2021-06-01, id: x, holder: c, against: a,
   scope: {activity: [sale]}, ends: through 2029}
"""
    (found,) = asked(ledger).conflicts
    assert found.between == ("2021-06-01", "2027-01-01")
    # What begins later clashes later.
    assert asked(ledger, on="2021-05-31").conflicts[0].between == found.between
    assert asked(ledger, on="2026-12-31").conflicts != []
    assert asked(ledger, on="2027-01-01").conflicts == []


def test_what_only_words_bound_is_not_compared() -> None:
    assert (
        asked(
            EXCLUSIVE
            + "- {event: LicenceGranted, effective: 2020-01-01, id: x, holder: c, "
            "against: a, text: as agreed}\n"
            "- {event: ObligationAssumed, effective: 2020-01-01, id: y, holder: c, "
            "against: a, amount: USD 5m}"
        ).conflicts
        == []
    )


@pytest.mark.parametrize(
    ("ban", "found"),
    [
        ("holder: c", ["permission certain n/x activity sale"]),
        ("holder: a", []),
    ],
)
def test_a_ban_on_nobody_by_name_is_one_on_all_but_its_holders(
    ban: str, found: list[str]
) -> None:
    ledger = f"""
- {{event: RestrictionImposed, effective: 2020, id: n, {ban},
   scope: {{activity: [sale]}}}}
- {{event: PermissionGranted, effective: 2020, id: x, holder: a,
   scope: {{activity: [sale]}}}}
"""
    assert told(asked(ledger)) == found


LATER = EXCLUSIVE.replace("}}", "}, ends: through 2028}")
SALE = "holder: c, against: a, scope: {activity: [sale]}"


@pytest.mark.parametrize(
    ("later", "between"),
    [
        # What comes into being later.
        (
            f"PermissionGranted, effective: 2027-02-01, id: x, {SALE}",
            ("2027-02-01", "2029-01-01"),
        ),
        (f"PermissionGranted, effective: 2029-01-01, id: x, {SALE}", None),
        # What is changed or given up before they meet.
        ("RightRelinquished, effective: 2026-06-01, provision: e, by: b", None),
        (
            "TermShortened, effective: 2026-06-01, provision: e, ends: through 2026",
            None,
        ),
        (
            "TermExtended, effective: 2026-06-01, provision: e, ends: through 2030",
            ("2027-01-01", "2031-01-01"),
        ),
        ("AgreementEnded, effective: 2026-06-01, basis: terminated", None),
        (
            (
                "ScopeNarrowed, effective: 2028-01-01, provision: e, "
                "exclude: {activity: [sale]}"
            ),
            ("2027-01-01", "2028-01-01"),
        ),
        # What changes nothing of a clash.
        (
            "ProvisionReaffirmed, effective: 2028-01-01, provisions: [e, x]",
            ("2027-01-01", "2029-01-01"),
        ),
    ],
)
def test_what_takes_effect_later_counts(
    later: str, between: tuple[str, str] | None
) -> None:
    granted = f"PermissionGranted, effective: 2021-01-01, id: x, {SALE}"
    if not later.startswith("Permission"):
        later = f"{granted}, starts: 2027-01-01}}\n- {{event: {later}"
    found = asked(f"{LATER}- {{event: {later}}}", on="2025-06-01").conflicts
    assert [c.between for c in found] == ([] if between is None else [between])


def test_what_is_given_back_and_granted_anew_clashes_before_and_after() -> None:
    ledger = f"""{LATER}
- {{event: LicenceGranted, effective: 2021-01-01, id: x, {SALE}}}
- {{event: ProvisionEnded, effective: 2025-01-01, provision: e, basis: terminated}}
- {{event: ProvisionReinstated, effective: 2026-01-01, provision: e}}
"""
    first, second = ("2021-01-01", "2025-01-01"), ("2026-01-01", None)
    for on, told in (("2024-06-01", [first, second]), ("2025-06-01", [second])):
        found = asked(ledger, on=on).conflicts
        assert [(one.certain, one.between) for one in found] == [
            (True, days) for days in told
        ]


@pytest.mark.parametrize("on", ["2022-01-01", "2024-04-30", "2024-06-01", "2030-01-01"])
@pytest.mark.parametrize(
    ("event", "first"),
    [
        ("PartiesChanged, provision: e, holder: b", "2024-05-01"),
        ("ScopeWidened, provision: e, include: {activity: [sale]}", "2024-05-01"),
        ("LevelChanged, provision: e, level: exclusive", "2024-05-01"),
        # What does not matter to the clash.
        ("ProvisionReaffirmed, provisions: [e]", None),
    ],
)
def test_the_days_of_a_clash_are_the_same_whatever_day_is_asked_about(
    event: str, first: str | None, on: str
) -> None:
    holder = "b" if first is None else "c"
    scope = "hire" if event.startswith("Scope") else "sale"
    level = "preferred" if event.startswith("Level") else "exclusive"
    kind = "PreferenceGranted" if level == "preferred" else "ExclusivityGranted"
    if event.startswith(("Scope", "Level")):
        holder = "b"
    ledger = f"""
- {{event: {kind}, effective: 2020-01-01, id: e, holder: {holder}, against: a,
   level: {level}, scope: {{activity: [{scope}]}}, ends: through 2030}}
- {{event: LicenceGranted, effective: 2021-01-01, id: x, {SALE}}}
- {{event: {event}, effective: 2024-05-01}}
"""
    (found,) = asked(ledger, on=on).conflicts
    assert found.between == (first or "2021-01-01", "2031-01-01")


@pytest.mark.parametrize("on", ["2025-12-31", "2027-06-01"])
@pytest.mark.parametrize(
    ("holder", "between"),
    [
        # They are one party once they have merged.
        ("m", ("2021-01-01", "2027-01-01")),
        ("d", ("2021-01-01", "2031-01-01")),
    ],
)
def test_a_merger_that_takes_effect_later_counts(
    holder: str, between: tuple[str, str], on: str
) -> None:
    ledger = f"""
- {{event: AgreementOpened, effective: 2020-01-01, title: T, parties: [
    {{id: a, name: A}}, {{id: c, name: C, identifiers: {{lei: L}}}}, {{id: d, name: D}},
    {{id: m, name: M}}, {{id: c-plc, name: C, identifiers: {{lei: L}}}}]}}
- {{event: ExclusivityGranted, effective: 2020-01-01, id: e, holder: {holder},
   against: a, scope: {{activity: [sale]}}, ends: through 2030}}
- {{event: LicenceGranted, effective: 2021-01-01, id: x, {SALE}}}
- {{event: PartyRestructured, effective: 2027-01-01, party: c, change: merged,
   successor: m}}
"""
    told = [one.between for one in asked(ledger, on=on).conflicts]
    assert told == ([] if on >= between[1] else [between])


@pytest.mark.parametrize(
    ("paused", "certain"),
    [
        ("until: 2025-06-01", True),
        ("until: milestone cured", False),
        # It may be over before it is resumed.
        ("until: 2032-01-01", False),
    ],
)
def test_a_clash_is_certain_where_no_pause_covers_it(
    paused: str, *, certain: bool
) -> None:
    ledger = f"""
- {{event: ExclusivityGranted, effective: 2020-01-01, id: e, holder: b, against: a,
   scope: {{activity: [sale]}}, ends: through 2030}}
- {{event: LicenceGranted, effective: 2021-01-01, id: x, {SALE}}}
- {{event: ProvisionSuspended, effective: 2024-01-01, provision: x, {paused}}}
"""
    (found,) = asked(ledger).conflicts
    assert found.certain is certain


@pytest.mark.parametrize(
    ("on", "level"), [("2022-01-01", "exclusive"), ("2024-06-01", "sole")]
)
def test_what_clashes_all_the_time_is_told_as_it_is_on_the_day(
    on: str, level: str
) -> None:
    ledger = f"""
- {{event: ExclusivityGranted, effective: 2020-01-01, id: e, holder: b, against: a,
   scope: {{activity: [sale]}}}}
- {{event: LicenceGranted, effective: 2021-01-01, id: x, {SALE}}}
- {{event: LevelChanged, effective: 2024-01-01, provision: e, level: sole}}
"""
    (found,) = asked(ledger, on=on).conflicts
    assert found.between == ("2021-01-01", None)
    assert found.sides[0].level == level
