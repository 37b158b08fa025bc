from __future__ import annotations

from collections.abc import Callable

import pytest

from events.dates import PartialDate
from events.errors import InputError, NotFound, Refused
from events.scope import Box
from projections.fold.provision import Clause
from projections.fold.timeline import Timeline
from projections.questions.across import KnownIn
from projections.questions.matching import coverage, meet
from projections.questions.may import MAX_PARTS, MayAnswer, may_answer
from projections.questions.question import read_question
from tests.agreements import ledger_of, timeline

KNOWN = KnownIn(0, "2026-01-01T00:00:00.000000Z")


def asked(
    ledger: str | Callable[..., object] | list[Timeline],
    words: str,
    on: str = "2024-06-01",
    *suppose: str,
    horizon: str | None = None,
) -> MayAnswer:
    """Ask "PARTY ACTIVITY axis=tag … with PARTY"."""
    question, _, whom = words.partition(" with ")
    party, activity, *scope = question.split()
    if not isinstance(ledger, list):
        written = ledger if isinstance(ledger, str) else ledger_of(ledger)
        ledger = [timeline(written, *suppose, horizon=horizon)]
    return may_answer(
        ledger,
        read_question(party, activity, scope=scope, counterparty=whom.split()),
        PartialDate.parse(on),
        known=KNOWN,
    )


def told(answer: MayAnswer) -> str:
    """Tell the verdict, what decides and the parts that differ in a few words."""
    because = [f"{reason.provision} {reason.effect}" for reason in answer.because]
    unless = [f"unless {part.scope_text}: {part.verdict}" for part in answer.unless]
    return "; ".join([answer.verdict, *because, *unless])


SCOPES = """
- {event: PermissionGranted, effective: 2020, id: p, holder: a, against: b,
   scope: {activity: [sale], territory: [eu]}, except: {territory: [eu/de]}}
- {event: ScopeWidened, effective: 2021, provision: p,
   include: {activity: [sale], territory: [eu/de/berlin]}}
- {event: ScopeNarrowed, effective: 2022, provision: p, exclude: {channel: [online]},
   condition: while the shop is closed}
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("a sale territory=eu/fr channel=shop", "permitted; p permits"),
        ("a sale/wholesale territory=eu/fr channel=shop", "permitted; p permits"),
        ("a sale territory=us", "silent"),
        ("a service territory=eu", "silent"),
        ("b sale territory=eu/fr", "silent"),
        (
            "a sale territory=eu/de channel=shop",
            "silent; unless territory eu/de/berlin",
        ),
        ("a sale territory=eu/de/berlin channel=shop", "permitted; p permits"),
        ("a sale territory=eu/fr channel=online", "contingent; p permits"),
        ("a sale territory=eu/fr", "permitted; p permits"),
        ("a sale channel=shop", "contingent; unless territory eu: permitted"),
        (
            "a sale territory=eu channel=shop",
            "permitted; p permits; unless territory eu/de: silent",
        ),
    ],
)
def test_the_last_clause_that_holds_the_question_decides(
    question: str, answer: str
) -> None:
    said = told(asked(SCOPES, question))
    if "unless territory eu/de/berlin" in answer:
        assert said.startswith("contingent; unless territory eu/de/berlin: permitted")
    else:
        assert said.startswith(answer)


def test_a_condition_in_words_is_shown_and_makes_the_answer_contingent() -> None:
    answer = asked(SCOPES, "a sale territory=eu/fr channel=online")
    assert (answer.verdict, answer.words) == (
        "contingent",
        ("while the shop is closed",),
    )
    assert answer.because[0].events == (2, 4)


@pytest.mark.parametrize(
    ("grant", "question", "answer"),
    [
        # What permits: permissions and licences of the one who asks.
        ("PermissionGranted, holder: a, against: b", "a sale", "permitted; x permits"),
        ("PermissionGranted, holder: b, against: a", "a sale", "silent"),
        ("LicenceGranted, holder: a, against: b", "a sale", "permitted; x permits"),
        # What bars: restrictions, on those in against or on all but the holders.
        ("RestrictionImposed, against: a", "a sale", "not-permitted; x bars"),
        ("RestrictionImposed, against: b", "a sale", "silent"),
        ("RestrictionImposed, holder: b", "a sale", "not-permitted; x bars"),
        ("RestrictionImposed, holder: a", "a sale", "silent"),
        # A limit bounds.
        (
            "RestrictionImposed, against: a, amount: up to 5 cars",
            "a sale",
            "contingent; x bars",
        ),
        # Exclusivity keeps out all but its holder, sole leaves it to the grantor.
        (
            "ExclusivityGranted, holder: b, against: a",
            "a sale with b",
            "permitted; x permits",
        ),
        (
            "ExclusivityGranted, holder: b, against: a",
            "a sale with c",
            "not-permitted; x bars",
        ),
        (
            "ExclusivityGranted, holder: b, against: a",
            "a sale with third-party",
            "not-permitted; x bars",
        ),
        (
            "ExclusivityGranted, holder: b, against: a",
            "a sale with third-party/somebody",
            "not-permitted; x bars",
        ),
        (
            "ExclusivityGranted, holder: b, against: a",
            "a sale with a",
            "not-permitted; x bars",
        ),
        (
            "ExclusivityGranted, level: sole, holder: b, against: a",
            "a sale with a",
            "silent",
        ),
        (
            "ExclusivityGranted, level: sole, holder: b, against: a",
            "a sale with c",
            "not-permitted; x bars",
        ),
        (
            "ExclusivityGranted, holder: b, against: a",
            "a sale",
            (
                "contingent; unless counterparty b: permitted; "
                "unless counterparty a | counterparty third-party: not-permitted"
            ),
        ),
        (
            "ExclusivityGranted, holder: b, against: a",
            "b sale",
            "permitted; x permits",
        ),
        ("ExclusivityGranted, holder: b, against: a", "c sale", "silent"),
        # Two who keep to each other.
        (
            "ExclusivityGranted, holder: [a, b], against: [a, b]",
            "a sale with c",
            "not-permitted; x bars",
        ),
        (
            "ExclusivityGranted, holder: [a, b], against: [a, b]",
            "a sale with b",
            "permitted; x permits",
        ),
        # Whoever has the first word must be asked first, but not about oneself.
        (
            "FirstRefusalGranted, holder: b, against: a",
            "a sale with c",
            "contingent; x must-offer-first",
        ),
        ("FirstRefusalGranted, holder: b, against: a", "a sale with b", "silent"),
        ("FirstRefusalGranted, holder: b, against: a", "a sale with a", "silent"),
        (
            "FirstRefusalGranted, level: first-offer, holder: b, against: a",
            "a sale with c",
            "contingent; x must-offer-first",
        ),
        # A preference keeps nobody out.
        ("PreferenceGranted, holder: b, against: a", "a sale with c", "silent"),
        # Other kinds say what is owed, not what is allowed.
        ("ObligationAssumed, holder: b, against: a", "a sale", "silent"),
        # Status.
        (
            "PermissionGranted, holder: a, starts: milestone m determined",
            "a sale",
            "contingent; x permits",
        ),
        (
            "PermissionGranted, holder: a, ends: milestone m",
            "a sale",
            "contingent; x permits",
        ),
        ("PermissionGranted, holder: a, ends: through 2023", "a sale", "silent"),
        ("PermissionGranted, holder: a, starts: 2025-01-01", "a sale", "silent"),
        (
            "PermissionGranted, holder: a, condition: with consent",
            "a sale",
            "contingent; x permits",
        ),
        (
            "RestrictionImposed, against: a, ends: milestone m",
            "a sale",
            "contingent; x bars",
        ),
    ],
)
def test_what_one_provision_says(grant: str, question: str, answer: str) -> None:
    ledger = (
        f"- {{event: {grant}, effective: 2020-01-01, id: x, "
        "scope: {activity: [sale]}}"
    )
    assert told(asked(ledger, question)) == answer


@pytest.mark.parametrize(
    ("permission", "bar", "verdict"),
    [
        ("", "", "contingent"),
        ("", ", ends: milestone m", "contingent"),
        (", ends: milestone m", "", "contingent"),
        ("", ", ends: through 2022", "permitted"),
        (", ends: through 2022", "", "not-permitted"),
        (", ends: through 2022", ", ends: through 2022", "silent"),
        ("", ", starts: 2030-01-01", "permitted"),
    ],
)
def test_what_permits_and_what_bars_are_not_weighed(
    permission: str, bar: str, verdict: str
) -> None:
    answer = asked(
        f"""
- {{event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
    scope: {{activity: [sale]}}{permission}}}
- {{event: RestrictionImposed, effective: 2020-01-01, id: r, against: a,
    scope: {{activity: [sale]}}{bar}}}
""",
        "a sale",
    )
    assert answer.verdict == verdict
    certain = permission == "" and bar == ""
    assert [(c.permits.provision, c.bars.provision) for c in answer.conflicts] == (
        [("p", "r")] if certain else []
    )


def test_a_suspended_permission_is_contingent_and_says_until_when() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
       scope: {activity: [sale]}}
    - {event: ProvisionSuspended, effective: 2024-01-01, provision: p,
       until: 2024-12-31}
    """
    ledger = test_a_suspended_permission_is_contingent_and_says_until_when
    answer = asked(ledger, "a sale")
    assert (answer.verdict, answer.waits_for) == (
        "contingent",
        ("suspended until 2024-12-31",),
    )
    assert answer.because[0].events == (2, 3)


def test_what_has_ended_is_shown_beside_the_silence() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
       scope: {activity: [sale]}, ends: through 2022}
    """
    ledger = test_what_has_ended_is_shown_beside_the_silence
    answer = asked(ledger, "a sale")
    assert answer.verdict == "silent"
    assert [(r.provision, r.status, r.ends_between) for r in answer.former] == [
        ("p", "ended", ("2023-01-01", "2023-01-01"))
    ]


def test_a_successor_stands_where_its_predecessor_stood() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
       scope: {activity: [sale]}}
    - {event: PartyRestructured, effective: 2023-01-01, party: a, change: merged,
       successor: c}
    """
    ledger = test_a_successor_stands_where_its_predecessor_stood
    assert asked(ledger, "c sale", "2022-12-31").verdict == "silent"
    assert asked(ledger, "c sale", "2023-01-01").verdict == "permitted"
    assert asked(ledger, "a sale", "2023-01-01").verdict == "permitted"


def test_an_identifier_ties_a_party_to_itself_in_another_agreement() -> None:
    first = timeline(
        """
- {event: AgreementOpened, effective: 2020-01-01, title: One, parties: [
    {id: acme, name: Acme, identifiers: {lei: X1}}, {id: bolt, name: Bolt}]}
- {event: PermissionGranted, effective: 2020-01-01, id: p, holder: acme,
   scope: {activity: [sale]}}
"""
    )
    second = timeline(
        """
- {event: AgreementOpened, effective: 2020-01-01, title: Two, parties: [
    {id: acme-plc, name: Acme plc, identifiers: {lei: X1}}, {id: cog, name: Cog}]}
- {event: ExclusivityGranted, effective: 2020-01-01, id: e, holder: cog,
   against: acme-plc, scope: {activity: [sale]}}
"""
    )
    for party in ("acme", "acme-plc"):
        answer = asked([first, second], f"{party} sale with bolt")
        assert told(answer) == "contingent; p permits; e bars"
        assert len(answer.conflicts) == 1
    assert asked([first, second], "acme sale with cog").verdict == "permitted"


def test_a_ban_on_everybody_binds_the_parties_of_its_agreement_only() -> None:
    ban = timeline(
        """
- {event: RestrictionImposed, effective: 2020-01-01, id: r, scope: {activity: [sale]}}
"""
    )
    other = timeline(
        """
- {event: AgreementOpened, effective: 2020-01-01, title: Other, parties: [
    {id: z, name: Z}, {id: y, name: Y}]}
"""
    )
    assert asked([ban, other], "a sale").verdict == "not-permitted"
    assert asked([ban, other], "z sale").verdict == "silent"


def test_a_provision_that_names_another_axis_stands_aside() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: ip, holder: a, against: b,
       scope: {asset: [models]}}
    - {event: RestrictionImposed, effective: 2020-01-01, id: words, against: a,
       text: shall not compete}
    """
    ledger = test_a_provision_that_names_another_axis_stands_aside
    answer = asked(ledger, "a training")
    assert answer.verdict == "silent"
    assert [(s["provision"], s["text"]) for s in answer.aside] == [
        ("ip", None),
        ("words", "shall not compete"),
    ]
    assert asked(ledger, "a training asset=models/small").verdict == "permitted"


def test_an_exclusivity_without_a_scope_takes_that_of_the_right_it_is_over() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: ip, holder: b, against: a,
       scope: {asset: [models]}}
    - {event: ExclusivityGranted, effective: 2020-01-01, id: only, holder: b,
       against: a, over: ip}
    """
    ledger = test_an_exclusivity_without_a_scope_takes_that_of_the_right_it_is_over
    answer = asked(ledger, "a licensing asset=models with c")
    assert told(answer) == "not-permitted; only bars"
    assert asked(ledger, "a licensing asset=brands with c").verdict == "silent"
    # The right is that of the licence, and the exclusivity adds none.
    assert told(asked(ledger, "b use asset=models")) == "permitted; ip permits"


def test_what_is_supposed_decides_what_is_contingent() -> None:
    """
    - {event: RestrictionImposed, effective: 2020-01-01, id: r, against: a,
       scope: {activity: [sale]}, ends: milestone m determined}
    """
    ledger = test_what_is_supposed_decides_what_is_contingent
    assert asked(ledger, "a sale").waits_for == ("milestone m determined",)
    assert asked(ledger, "a sale", "2024-06-01", "m=2024-06-01").verdict == "silent"
    assert asked(ledger, "a sale", "2024-06-01", "m>2024-06-01").verdict == (
        "not-permitted"
    )


@pytest.mark.parametrize(
    ("words", "error", "message", "hint"),
    [
        ("aa sale", NotFound, "there is no party aa", "did you mean a?"),
        ("a sale with cc", NotFound, "there is no party cc", "did you mean c?"),
        (
            "a sale with somebody",
            NotFound,
            "there is no party somebody",
            "write third-party/somebody for somebody who is no party",
        ),
        (
            "a sale teritory=eu",
            InputError,
            "scope has no axis teritory",
            "did you mean territory?",
        ),
        (
            "a sale activity=hiring",
            InputError,
            "the activity is sale already",
            "ask about one activity at a time",
        ),
        (
            "a Sale",
            InputError,
            "'Sale' is not a tag",
            "a tag has small letters, digits and hyphens: models/post-agi",
        ),
        (
            "a sale territory=eu|territory=us",
            InputError,
            "territory=eu|territory=us has several boxes",
            "ask about one part of the scope at a time",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(
    words: str, error: type[Exception], message: str, hint: str
) -> None:
    with pytest.raises(error) as refused:
        asked("", words)
    assert str(refused.value) == message
    assert getattr(refused.value, "hint", None) == hint


def test_a_question_that_falls_into_too_many_parts_is_refused() -> None:
    boxes = ", ".join(
        f"{{activity: [sale], product: [p{n}]}}" for n in range(MAX_PARTS + 1)
    )
    ledger = (
        "- {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a, "
        f"scope: [{boxes}]}}"
    )
    with pytest.raises(Refused, match="falls into 501 parts"):
        asked(ledger, "a sale")
    assert asked(ledger, "a sale product=p7").verdict == "permitted"


def test_what_two_boxes_have_in_common() -> None:
    eu, berlin = Box(territory=("eu", "us")), Box(territory=("eu/de", "ch"))
    assert meet(eu, berlin) == Box(territory=("eu/de",))
    assert meet(eu, Box(product=("api",))) == Box(
        territory=("eu", "us"), product=("api",)
    )
    assert meet(eu, Box(territory=("ch",))) is None


def test_conditions_add_up_until_a_clause_without_one_settles_it() -> None:
    box = (Box(asset=("x",)),)
    clauses = [
        Clause(box, 1),
        Clause(box, 2, include=False, condition="one"),
        Clause(box, 3, include=False, condition="two"),
    ]
    there = coverage(clauses, box[0])
    assert (there.covered, there.conditions) == (True, ("one", "two"))
    settled = coverage([*clauses, Clause(box, 4, include=False)], box[0])
    assert (settled.possible, settled.conditions) == (False, ())
    # A condition for what is so anyway changes nothing.
    assert (
        coverage([clauses[0], Clause(box, 5, condition="c")], box[0]).conditions == ()
    )


OVER = """
- {event: LicenceGranted, effective: 2020, id: right, holder: b, against: a,
   scope: {activity: [sale]}}
- {event: ExclusivityGranted, effective: 2020, id: only, holder: b, against: a,
   over: right}
- {event: ScopeNarrowed, effective: 2021, provision: only, exclude: {territory: [us]}}
"""
WORDED = """
- {event: PermissionGranted, effective: 2020, id: p, holder: a, text: as in annex 2}
- {event: ScopeNarrowed, effective: 2021, provision: p, exclude: {territory: [us]}}
"""


@pytest.mark.parametrize(
    ("ledger", "question", "answer"),
    [
        (OVER, "a sale territory=eu with c", "not-permitted; only bars"),
        (OVER, "a sale territory=us with c", "silent"),
        (OVER, "a service territory=eu with c", "silent"),
        (WORDED, "a sale territory=eu", "silent"),
        (WORDED, "a sale territory=us", "silent"),
    ],
)
def test_a_carve_out_leaves_what_bounded_a_provision_before(
    ledger: str, question: str, answer: str
) -> None:
    assert told(asked(ledger, question)) == answer


def test_what_is_carved_out_by_another_axis_is_told() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
       scope: {activity: [weld]}, except: {territory: [fr]}}
    """
    ledger = test_what_is_carved_out_by_another_axis_is_told
    answer = asked(ledger, "a weld", "2021-01-01")
    assert answer.verdict == "permitted"
    assert [(part.scope_text, part.verdict) for part in answer.unless] == [
        ("territory fr", "silent")
    ]
    assert answer.depends_on == ("territory",)
    # It is no part of what the provision does not speak of.
    assert asked(ledger, "a paint", "2021-01-01").unless == []


def test_an_exclusivity_does_not_lift_a_ban_on_whom_it_binds() -> None:
    """
    - {event: ExclusivityGranted, effective: 2020-01-01, id: e, holder: b, against: a,
       scope: {activity: [sale]}}
    - {event: RestrictionImposed, effective: 2020-01-01, id: r, against: a,
       scope: {activity: [sale], territory: [fr]}}
    """
    ledger = test_an_exclusivity_does_not_lift_a_ban_on_whom_it_binds
    assert told(asked(ledger, "a sale territory=de with b")) == "permitted; e permits"
    answer = asked(ledger, "a sale territory=fr with b")
    assert (told(answer), answer.conflicts) == ("not-permitted; r bars", [])


def test_what_two_parts_have_in_common_may_have_a_third_answer() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
       scope: {activity: [sale], asset: [models]}}
    - {event: RestrictionImposed, effective: 2020-01-01, id: r, against: a,
       scope: {activity: [sale], territory: [fr]}}
    """
    ledger = test_what_two_parts_have_in_common_may_have_a_third_answer
    answer = asked(ledger, "a sale")
    assert [(part.scope_text, part.verdict) for part in answer.unless] == [
        ("asset models", "permitted"),
        ("territory fr", "not-permitted"),
        ("asset models, territory fr", "contingent"),
    ]


def test_what_was_assigned_stays_where_it_is_when_its_giver_merges() -> None:
    """
    - {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
       scope: {activity: [sale]}}
    - {event: PartyRestructured, effective: 2022-01-01, party: a, change: assigned,
       successor: b}
    - {event: PartyRestructured, effective: 2024-01-01, party: a, change: merged,
       successor: c}
    """
    ledger = test_what_was_assigned_stays_where_it_is_when_its_giver_merges
    for on in ("2023-06-01", "2025-06-01"):
        verdicts = [asked(ledger, f"{party} sale", on).verdict for party in "abc"]
        assert verdicts == ["silent", "permitted", "silent"]


@pytest.mark.parametrize(
    ("change", "verdict"), [("assigned", "silent"), ("succeeded", "permitted")]
)
def test_who_came_after_whom_is_told_and_what_was_assigned_is_gone(
    change: str, verdict: str
) -> None:
    ledger = f"""
- {{event: PermissionGranted, effective: 2020-01-01, id: p, holder: a,
   scope: {{activity: [sale]}}}}
- {{event: PartyRestructured, effective: 2023-01-01, party: a, change: {change},
   successor: c}}
"""
    before = asked(ledger, "a sale", "2022-12-31")
    assert (before.verdict, before.followed) == ("permitted", [])
    assert asked(ledger, "a sale", "2023-01-01").verdict == verdict
    for party in "ac":
        answer = asked(ledger, f"{party} sale", "2023-01-01")
        assert [(f.party, f.successor, f.event) for f in answer.followed] == [
            ("a", "c", 3)
        ]
    assert asked(ledger, "c sale", "2023-01-01").verdict == "permitted"
    assert asked(ledger, "b sale", "2023-01-01").followed == []


def test_what_keeps_nobody_out_is_told_all_the_same() -> None:
    """
    - {event: PreferenceGranted, effective: 2020-01-01, id: p, holder: b, against: a,
       level: preferred, scope: {activity: [sale]}}
    """
    ledger = test_what_keeps_nobody_out_is_told_all_the_same
    for party in "ab":
        answer = asked(ledger, f"{party} sale")
        assert answer.verdict == "silent"
        assert [(a["provision"], a["level"]) for a in answer.aside] == [
            ("p", "preferred")
        ]
    assert asked(ledger, "a repair").aside == []


def test_what_cannot_apply_under_a_supposal_is_told() -> None:
    """
    - {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a,
       scope: {activity: [sale]}, ends: milestone m determined}
    - {event: TermExtended, effective: 2023-01-01, provision: p, ends: through 2030}
    """
    ledger = test_what_cannot_apply_under_a_supposal_is_told
    assert asked(ledger, "a sale").skipped == []
    answer = asked(ledger, "a sale", "2024-06-01", "m=2022-01-01")
    assert answer.verdict == "silent"
    assert [skipped["event"] for skipped in answer.skipped] == [3]


def test_parts_with_one_answer_are_told_apart_where_their_reasons_differ() -> None:
    # What waits permits with its holder what it bars with all others.
    ledger = """
- {event: ExclusivityGranted, effective: 2020, id: x, holder: b, against: a,
   level: exclusive, scope: {activity: [sale]}, ends: milestone m}
"""
    answer = asked(ledger, "a sale", "2030-01-01", horizon="2024-01-01")
    assert [
        (part.scope_text, part.verdict, [(r.provision, r.effect) for r in part.because])
        for part in answer.unless
    ] == [
        ("counterparty b", "contingent", [("x", "permits")]),
        (
            "counterparty a | counterparty third-party",
            "contingent",
            [("x", "bars")],
        ),
    ]


@pytest.mark.parametrize(
    ("question", "unnamed"),
    [
        ("a sale territory=eu/de", []),
        ("a sale/wholesale territory=eu/de/berlin/mitte channel=online", []),
        ("a slae territory=eu", [("activity", "slae", "sale")]),
        ("a sale channel=onlin", [("channel", "onlin", "online")]),
        ("a sale asset=paint", [("asset", "paint", None)]),
        # What names no activity speaks of all.
        ("a repair with nobody", []),
    ],
)
def test_tags_that_nothing_names_are_told_with_what_may_be_meant(
    question: str, unnamed: list[tuple[str, str, str | None]]
) -> None:
    words, _, whom = question.partition(" with ")
    answer = asked(SCOPES, words if not whom else f"{words} with third-party")
    assert [(one.axis, one.tag, one.nearest) for one in answer.unnamed] == unnamed


def test_what_was_carved_out_stays_so_at_another_level_with_a_new_scope() -> None:
    ledger = """
- {event: ExclusivityGranted, effective: 2020, id: x, holder: b, against: a,
   level: exclusive, scope: {activity: [sale]}, except: {territory: [eu/de]}}
- {event: ScopeNarrowed, effective: 2021, provision: x, exclude: {channel: [online]}}
- {event: LevelChanged, effective: 2022, provision: x, level: first-refusal,
   scope: {activity: [sale/new]}}
"""
    questions = {
        "a sale/new territory=eu/fr channel=shop with c": "contingent",
        "a sale/new territory=eu/de channel=shop with c": "silent",
        "a sale/new territory=eu/fr channel=online with c": "silent",
        "a sale/old territory=eu/fr channel=shop with c": "silent",
    }
    joined = "- {event: PartyJoined, effective: 2019, party: {id: c, name: C}}\n"
    for question, verdict in questions.items():
        assert asked(joined + ledger, question).verdict == verdict, question


def test_an_exclusivity_that_stands_aside_is_about_what_it_is_over() -> None:
    ledger = """
- {event: LicenceGranted, effective: 2020, id: l, holder: b, against: a,
   scope: {asset: [models]}}
- {event: ExclusivityGranted, effective: 2020, id: x, holder: b, against: a, over: l}
"""
    answer = asked(ledger, "a use with third-party")
    assert [(a["provision"], a["scope_text"], a["over"]) for a in answer.aside] == [
        ("x", "asset models", "l")
    ]
