"""The rules on append, as a table: what is recorded, what is offered, what is said."""

# A row reads best as it would stand in a file.
# ruff: noqa: E501, ISC004

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events.correction import WITHHELD
from events.entry import Entry, provisional
from events.errors import InputError, Refused, WhereasError
from events.reader import read_draft
from ledger import rules
from ledger.rules import FoldRules
from projections.fold.folding import fold
from projections.fold.state import State
from projections.fold.timeline import timeline_of
from projections.fold.usage import Usage
from tests.agreements import OPENED, entries
from tests.histories import RECORD, TYPES, offers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projections.fold.provision import Performance

BARE = "- {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a, against: b"
LICENCE = f"{BARE}, scope: {{asset: [y]}}"
RECORDED = {
    "nothing": "",
    "a licence": f"{LICENCE}}}",
    "a licence through 2024": f"{LICENCE}, ends: through 2024}}",
    "a licence given up": f"""
{LICENCE}}}
- {{event: RightRelinquished, effective: 2024-06-30, provision: p, by: a}}
""",
    "a licence widened in 2024": f"""
{LICENCE}}}
- {{event: ScopeWidened, effective: 2024-06-30, provision: p, include: {{asset: x}}}}
""",
    "a suspended licence": f"""
{LICENCE}}}
- {{event: ProvisionSuspended, effective: 2023-01-01, provision: p}}
""",
    "a licence paid for": f"""
{LICENCE}}}
- {{event: TermExtended, effective: 2020-06-30, provision: p, ends: never}}
- {{event: Performed, effective: 2021-01-01, provision: p, kind: paid}}
""",
    "loans in euros after some in dollars were retracted": """
- {event: MeasureReported, effective: 2020-01-01, measure: loans, subject: c, value: USD 5m}
- {event: EventRetracted, target: 2, reason: typing error}
- {event: MeasureReported, effective: 2020-01-01, measure: loans, value: EUR 5m}
""",
    "a retracted licence": f"""
{LICENCE}}}
- {{event: EventRetracted, target: 2, reason: typing error}}
""",
    "a memorandum": """
- {event: InstrumentSigned, effective: 2020-01-01, id: m, kind: memorandum, binding: no}
""".replace("no}", "false}"),
    "a panel": """
- {event: ProcedureAgreed, effective: 2020-01-01, id: q, milestone: m, claimant: a, determiner: panel}
""",
    "a stake of 60 %": """
- {event: StakeReported, effective: 2020-01-01, holder: a, issuer: c, share: 60 %, basis: all}
""",
    "an ended agreement": """
- {event: AgreementEnded, effective: 2024-12-31, basis: terminated}
""",
    "an open dispute": """
- {event: DisputeOpened, effective: 2020-01-01, id: d, claimant: a, respondent: b}
""",
    "a decided dispute": """
- {event: DisputeOpened, effective: 2020-01-01, id: d, claimant: a, respondent: b}
- {event: DisputeDecided, effective: 2021-01-01, dispute: d, outcome: settled}
""",
    "loans in dollars": """
- {event: MeasureReported, effective: 2020-01-01, measure: loans, value: USD 5m}
""",
    "an option": """
- {event: OptionGranted, effective: 2020-01-01, id: o, holder: a, against: b, option: call}
""",
    "a licence without a scope": f"{BARE}}}",
    "an option from 2023 on": """
- {event: OptionGranted, effective: 2020-01-01, id: o, holder: a, against: b, option: call, opens: 2023-01-01}
""",
    "a licence until closing": f"{LICENCE}, ends: milestone closing determined}}",
    "a merged party": """
- {event: PermissionGranted, effective: 2020-01-01, id: p, holder: a, against: c, scope: {activity: use}}
- {event: ProcedureAgreed, effective: 2020-01-01, id: q, milestone: m, claimant: a, determiner: a}
- {event: StakeReported, effective: 2021-01-01, holder: a, issuer: c, share: 60 %, basis: all}
- {event: PartyRestructured, effective: 2022-01-01, party: a, change: merged, successor: b}
""",
    "an assigned licence": f"""
{LICENCE}}}
- {{event: PartyRestructured, effective: 2022-01-01, party: a, change: assigned, successor: c}}
""",
    "an ended panel": """
- {event: ProcedureAgreed, effective: 2020-01-01, id: q, milestone: m, determiner: panel}
- {event: ProvisionEnded, effective: 2022-01-01, provision: q, basis: terminated}
""",
    "a licence, a panel and a memorandum": f"""
{LICENCE}, ends: through 2024}}
- {{event: ProcedureAgreed, effective: 2020-01-01, id: q, milestone: m, determiner: panel}}
- {{event: OptionGranted, effective: 2020-01-01, id: o, holder: a, against: b, option: put}}
- {{event: ExclusivityGranted, effective: 2020-01-01, id: x, holder: a}}
- {{event: InstrumentSigned, effective: 2020-01-01, id: memo, kind: memorandum, binding: false}}
""",
    "a share of revenue": """
- {event: RevenueShareAgreed, effective: 2020-01-01, id: r, holder: a, against: b, rate: 20 %, basis: revenue}
""",
    "a licence that is extended at closing": f"""
{LICENCE}, ends: through 2027}}
- {{event: TermExtended, effective: milestone closing determined, provision: p, ends: through 2032}}
""",
    "a licence until closing, widened in 2024": f"""
{LICENCE}, ends: milestone closing determined}}
- {{event: ScopeWidened, effective: 2024-06-30, provision: p, include: {{asset: x}}}}
""",
}

ACCEPTED = [
    (
        "nothing",
        "{event: InvestmentMade, effective: 2019, id: i, investor: a, recipient: b, amount: USD 1bn}",
    ),
    (
        "a licence",
        "{event: TermExtended, effective: 2021-01-01, provision: p, ends: through 2030}",
    ),
    (
        "a licence through 2024",
        "{event: TermExtended, effective: 2024-12-31, provision: p, ends: never}",
    ),
    (
        "a licence through 2024",
        "{event: Performed, effective: 2026-01-01, provision: p, kind: paid, amount: USD 1m}",
    ),
    (
        "a licence given up",
        "{event: ScopeWidened, effective: 2024-06-29, provision: p, include: {asset: x}}",
    ),
    (
        "a licence given up",
        "{event: ProvisionReinstated, effective: 2025-01-01, provision: p}",
    ),
    (
        "a licence widened in 2024",
        "{event: RightRelinquished, effective: 2024-06-30, provision: p, by: a}",
    ),
    (
        "a retracted licence",
        "{event: LicenceGranted, effective: 2021, id: p, holder: a}",
    ),
    ("a retracted licence", "{event: EventRetracted, target: 3, reason: it was right}"),
    (
        "a suspended licence",
        "{event: ProvisionResumed, effective: 2023-06-01, provision: p}",
    ),
    (
        "a memorandum",
        "{event: StakeReported, effective: 2021, instrument: m, holder: a, issuer: c, share: 1 %, basis: all}",
    ),
    (
        "a panel",
        "{event: MilestoneDetermined, effective: 2021, milestone: m, outcome: verified, by: panel}",
    ),
    (
        "a panel",
        "{event: MilestoneDetermined, effective: 2021, milestone: m, outcome: waived, by: a}",
    ),
    (
        "a stake of 60 %",
        "{event: StakeReported, effective: 2021, holder: a, issuer: c, share: 70 %, basis: all}",
    ),
    (
        "a stake of 60 %",
        "{event: StakeReported, effective: 2021, holder: b, issuer: c, share: 60 %, basis: diluted}",
    ),
    (
        "a stake of 60 %",
        "{event: StakeReported, effective: 2021, holder: b, issuer: c, share: about 41 %, basis: all}",
    ),
    (
        "an open dispute",
        "{event: DisputeDecided, effective: 2021, dispute: d, outcome: settled}",
    ),
    (
        "an option from 2023 on",
        "{event: OptionExercised, effective: between 2022-12-01 and 2023-01-01, provision: o, by: a, choice: exercised}",
    ),
    (
        "an option",
        "{event: OptionExercised, effective: 2021, provision: o, by: a, choice: exercised}",
    ),
    (
        "a licence until closing",
        "{event: MilestoneDetermined, effective: 2021, milestone: closing, outcome: occurred}",
    ),
    (
        "a licence until closing",
        "{event: ProvisionEnded, effective: milestone closing, provision: p, basis: merged}",
    ),
    *(
        ("a merged party", event)
        for event in (
            "{event: RightRelinquished, effective: 2023, provision: p, by: b}",
            "{event: MilestoneClaimed, effective: 2023, milestone: m, by: b}",
            "{event: MilestoneDetermined, effective: 2023, milestone: m, outcome: verified, by: b}",
            "{event: StakeReported, effective: 2023, holder: b, issuer: c, share: 60 %, basis: all}",
        )
    ),
    (
        "an ended panel",
        "{event: MilestoneDetermined, effective: 2023, milestone: m, outcome: verified, by: court}",
    ),
    (
        "a licence, a panel and a memorandum",
        "{event: ProvisionInterpreted, effective: 2021, provision: p, reading: so, by: recorder, instrument: memo}",
    ),
    (
        "a share of revenue",
        "{event: QuantityChanged, effective: 2021, provision: r, cap: 50 %, basis: revenue}",
    ),
    (
        "a share of revenue",
        "{event: QuantityChanged, effective: 2021, provision: r, rate: 9 %, basis: profit}",
    ),
    (
        "a licence that is extended at closing",
        "{event: MilestoneDetermined, effective: 2021, milestone: closing, outcome: lapsed}",
    ),
]

REFUSED = [
    (
        "nothing",
        "{event: LicenceGranted, effective: 2020, id: p, holder: d}",
        "there is no party d in this agreement",
        None,
    ),
    (
        "nothing",
        "{event: TermExtended, effective: 2020, provision: p, ends: never}",
        "there is no provision p in this agreement",
        None,
    ),
    (
        "a licence",
        "{event: AgreementOpened, effective: 2020, title: Twice, parties: [{id: z, name: Z}]}",
        "this agreement has been opened already",
        "@1 agreement-opened (2000-01-01)",
    ),
    (
        "nothing",
        "{event: PartyJoined, effective: 2020, party: {id: a, name: A}}",
        "a is a party already",
        "@1 agreement-opened (2000-01-01)",
    ),
    (
        "nothing",
        "{event: LicenceGranted, effective: 2020, id: p, holder: a, instrument: i}",
        "there is no instrument i in this agreement",
        None,
    ),
    (
        "a licence",
        "{event: LicenceGranted, effective: 2021, id: p, holder: a}",
        "there is a provision p already",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence",
        "{event: LicenceGranted, effective: 2019, id: p, holder: a}",
        "there is a provision p already",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence",
        "{event: TermExtended, effective: 2019-12-31, provision: p, ends: never}",
        "p is not there yet on that date",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence",
        "{event: LevelChanged, effective: 2021, provision: p, level: sole}",
        "p is a licence and has no level",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence",
        "{event: ProvisionResumed, effective: 2021-01-01, provision: p}",
        "p is not suspended on 2021-01-01",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence paid for",
        "{event: ProvisionResumed, effective: 2023-01-01, provision: p}",
        "p is not suspended on 2023-01-01",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence paid for",
        "{event: ProvisionReinstated, effective: 2023-01-01, provision: p}",
        "p has not ended by 2023-01-01",
        "@3 term-extended p (2020-06-30)",
    ),
    (
        "loans in euros after some in dollars were retracted",
        "{event: EventRetracted, target: 3, reason: they were right}",
        "this would make @4 measure-reported loans (2020-01-01) impossible: "
        "loans is in USD elsewhere, not in EUR",
        "@4 measure-reported loans (2020-01-01)",
    ),
    (
        "a licence",
        "{event: ProvisionReinstated, effective: 2021-01-01, provision: p}",
        "p has not ended by 2021-01-01",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence",
        "{event: RightRelinquished, effective: 2021, provision: p, by: b}",
        "b does not hold p, a does",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence",
        "{event: OptionExercised, effective: 2021, provision: p, by: a, choice: exercised}",
        "p is a licence; there is nothing to exercise",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence",
        "{event: EventCorrected, target: 9, replacement: {id: q}, reason: typing error}",
        "there is no event @9 to speak of",
        None,
    ),
    (
        "a licence",
        "{event: EventCorrected, target: 2, replacement: {holder: d}, reason: wrong}",
        "this would make @2 licence-granted p (2020-01-01) impossible: "
        "there is no party d in this agreement",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence through 2024",
        "{event: TermExtended, effective: 2021, provision: p, ends: through 2023}",
        "through 2023 is certainly earlier than the end of p, through 2024",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence through 2024",
        "{event: TermShortened, effective: 2021, provision: p, ends: through 2025}",
        "through 2025 is certainly later than the end of p, through 2024",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence through 2024",
        "{event: TermExtended, effective: 2025-01-01, provision: p, ends: never}",
        "p has ended by 2025-01-01",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a licence given up",
        "{event: ScopeWidened, effective: 2024-06-30, provision: p, include: {asset: x}}",
        "p has ended by 2024-06-30",
        "@3 right-relinquished p (2024-06-30)",
    ),
    (
        "a licence widened in 2024",
        "{event: RightRelinquished, effective: 2024-06-29, provision: p, by: a}",
        "this would make @3 scope-widened p (2024-06-30) impossible: "
        "p has ended by 2024-06-30",
        "@3 scope-widened p (2024-06-30)",
    ),
    (
        "a licence widened in 2024",
        "{event: EventRetracted, target: 2, reason: typing error}",
        "this would make @3 scope-widened p (2024-06-30) impossible: "
        "there is no provision p in this agreement",
        "@3 scope-widened p (2024-06-30)",
    ),
    (
        "a licence widened in 2024",
        "{event: EventCorrected, target: 2, replacement: {effective: 2025-01-01}, reason: x}",
        "this would make @3 scope-widened p (2024-06-30) impossible: "
        "p is not there yet on that date",
        "@3 scope-widened p (2024-06-30)",
    ),
    (
        "a suspended licence",
        "{event: ProvisionSuspended, effective: 2023-06-01, provision: p}",
        "p is suspended already",
        "@3 provision-suspended p (2023-01-01)",
    ),
    (
        "a retracted licence",
        "{event: EventRetracted, target: 2, reason: again}",
        "@2 has been retracted already",
        "@3 event-retracted @2",
    ),
    (
        "a retracted licence",
        "{event: EventCorrected, target: 3, replacement: {reason: y}, reason: x}",
        "@3 is itself an event of the record",
        "@3 event-retracted @2",
    ),
    (
        "a memorandum",
        "{event: LicenceGranted, effective: 2021, id: p, holder: a, instrument: m}",
        "m does not bind, so that licence-granted cannot rest on it",
        "@2 instrument-signed m (2020-01-01)",
    ),
    (
        "a memorandum",
        "{event: InstrumentSigned, effective: 2021, id: m, kind: definitive}",
        "there is an instrument m already",
        "@2 instrument-signed m (2020-01-01)",
    ),
    (
        "a licence without a scope",
        "{event: ScopeWidened, effective: 2021, provision: p, include: {asset: x}}",
        "p has no scope that could be widened",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "an option from 2023 on",
        "{event: OptionExercised, effective: 2022-12-31, provision: o, by: a, choice: exercised}",
        "o opens only later: 2023-01-01",
        "@2 option-granted o (2020-01-01)",
    ),
    (
        "a panel",
        "{event: MilestoneDetermined, effective: 2021, milestone: m, outcome: verified, by: a}",
        "m is determined by panel, not by a",
        "@2 procedure-agreed q (2020-01-01)",
    ),
    (
        "a panel",
        "{event: MilestoneDetermined, effective: 2021, milestone: m, outcome: lapsed}",
        "m is determined by panel, not by nobody named",
        "@2 procedure-agreed q (2020-01-01)",
    ),
    (
        "a panel",
        "{event: MilestoneClaimed, effective: 2021, milestone: m, by: b}",
        "m is claimed by a, not by b",
        "@2 procedure-agreed q (2020-01-01)",
    ),
    (
        "a panel",
        "{event: ApprovalDecided, effective: 2021, authority: b, subject: s, decision: approved, milestone: m}",
        "m is determined by panel, not by b",
        "@2 procedure-agreed q (2020-01-01)",
    ),
    (
        "a stake of 60 %",
        "{event: StakeReported, effective: 2021, holder: b, issuer: c, share: 40.1 %, basis: all}",
        "the stakes in c would pass 100 % on the basis 'all': 100.1 %",
        "@2 stake-reported (2020-01-01)",
    ),
    (
        "a merged party",
        "{event: RightRelinquished, effective: 2023, provision: p, by: c}",
        "c does not hold p, b does",
        "@2 permission-granted p (2020-01-01)",
    ),
    (
        "a merged party",
        "{event: PartyRestructured, effective: 2023, party: a, change: split, successor: c}",
        "b has come after a already",
        "@5 party-restructured a (2022-01-01)",
    ),
    (
        "an assigned licence",
        "{event: RightRelinquished, effective: 2023, provision: p, by: a}",
        "a does not hold p, c does",
        "@2 licence-granted p (2020-01-01)",
    ),
    (
        "a merged party",
        "{event: PartyRestructured, effective: 2023, party: b, change: merged, successor: a}",
        "b and a cannot come after each other",
        None,
    ),
    *(
        ("a licence, a panel and a memorandum", event, message, conflict)
        for event, message, conflict in (
            (
                "{event: InstrumentTookEffect, effective: 2021, instrument: memo, milestone: m}",
                "m is determined by panel, not by nobody named",
                "@3 procedure-agreed q (2020-01-01)",
            ),
            (
                "{event: ProvisionInterpreted, effective: 2021, provision: p, reading: so, by: parties, ends: never, instrument: memo}",
                "memo does not bind, so that provision-interpreted cannot rest on it",
                "@6 instrument-signed memo (2020-01-01)",
            ),
            (
                "{event: OptionExercised, effective: 2021, provision: o, by: a, choice: exercised, instrument: memo}",
                "memo does not bind, so that option-exercised cannot rest on it",
                "@6 instrument-signed memo (2020-01-01)",
            ),
            (
                "{event: OptionExercised, effective: 2021, provision: o, by: b, choice: exercised}",
                "b does not hold o, a does",
                "@4 option-granted o (2020-01-01)",
            ),
            (
                "{event: OptionExercised, effective: 2021, provision: x, by: a, choice: exercised}",
                "x is a priority (exclusive); there is nothing to exercise",
                "@5 exclusivity-granted x (2020-01-01)",
            ),
        )
    ),
    (
        "a share of revenue",
        "{event: QuantityChanged, effective: 2021, provision: r, cap: 50 %, basis: profit}",
        "the rate of r, 20 %, is of 'revenue' and would come to be of 'profit'",
        "@2 revenue-share-agreed r (2020-01-01)",
    ),
    (
        "an ended agreement",
        "{event: LicenceGranted, effective: 2024-12-31, id: p, holder: a}",
        "the agreement has ended by 2024-12-31",
        "@2 agreement-ended (2024-12-31)",
    ),
    (
        "an ended agreement",
        "{event: LicenceGranted, effective: 2025-01-01, id: p, holder: a}",
        "the agreement has ended by 2025-01-01",
        "@2 agreement-ended (2024-12-31)",
    ),
    (
        "an ended agreement",
        "{event: AgreementEnded, effective: 2025-01-01, basis: expired}",
        "the agreement has ended already",
        "@2 agreement-ended (2024-12-31)",
    ),
    (
        "an open dispute",
        "{event: DisputeDecided, effective: 2019, dispute: d, outcome: settled}",
        "the dispute d is not open yet on that date",
        "@2 dispute-opened d (2020-01-01)",
    ),
    (
        "an open dispute",
        "{event: DisputeDecided, effective: 2021, dispute: e, outcome: settled}",
        "there is no dispute e in this agreement",
        None,
    ),
    (
        "a decided dispute",
        "{event: DisputeDecided, effective: 2022, dispute: d, outcome: settled}",
        "the dispute d has been decided already",
        "@3 dispute-decided d (2021-01-01)",
    ),
    (
        "loans in dollars",
        "{event: MeasureReported, effective: 2021, measure: loans, value: EUR 5m}",
        "loans is in USD elsewhere, not in EUR",
        "@2 measure-reported loans (2020-01-01)",
    ),
    (
        "loans in dollars",
        "{event: LicenceGranted, effective: 2021, id: p, holder: a, ends: measure loans = EUR 0}",
        "loans is in USD elsewhere, not in EUR",
        "@2 measure-reported loans (2020-01-01)",
    ),
    (
        "a licence until closing, widened in 2024",
        "{event: MilestoneDetermined, effective: 2024-01-01, milestone: closing, outcome: occurred}",
        "this would make @3 scope-widened p (2024-06-30) impossible: "
        "p has ended by 2024-06-30",
        "@3 scope-widened p (2024-06-30)",
    ),
    (
        "a licence until closing",
        "{event: ProvisionEnded, effective: milestone closing, provision: q, basis: merged}",
        "there is no provision q in this agreement",
        None,
    ),
]


def offered(recorded: str, event: str) -> tuple[FoldRules, Sequence[Entry]]:
    there = entries(f"{RECORDED[recorded]}\n- {event}")
    rules = FoldRules(lambda _, after: [e for e in there[:-1] if e.seq > after])
    return rules, there[-1:]


@pytest.mark.parametrize(("recorded", "event"), ACCEPTED)
def test_what_is_possible_is_accepted(recorded: str, event: str) -> None:
    rules, new = offered(recorded, event)
    rules.admit("a-b", new)


@pytest.mark.parametrize(("recorded", "event", "message", "conflict"), REFUSED)
def test_what_is_impossible_is_refused_with_the_event_in_the_way(
    recorded: str, event: str, message: str, conflict: str | None
) -> None:
    rules, new = offered(recorded, event)
    with pytest.raises(WhereasError) as caught:
        rules.admit("a-b", new)
    assert (str(caught.value), caught.value.text("conflict")) == (message, conflict)
    assert caught.value.exit_code == 1
    assert caught.value.number("draft") == 0


@pytest.mark.parametrize(("recorded", "event", "message", "conflict"), REFUSED)
def test_what_is_refused_leaves_the_agreement_as_it_was(
    recorded: str, event: str, message: str, conflict: str | None
) -> None:
    """The same offer is refused again, and what is possible is still accepted."""
    del conflict
    rules, new = offered(recorded, event)
    for _ in range(2):
        with pytest.raises(WhereasError) as caught:
            rules.admit("a-b", new)
        assert str(caught.value) == message
    last = entries(
        f"{RECORDED[recorded]}\n- {{event: ProvisionGranted, effective: 2020-02-01, id: z, kind: other, holder: a}}"
    )
    rules.admit("a-b", last[-1:])


def test_the_first_source_of_the_event_in_the_way_is_named() -> None:
    there = entries(
        """
- {event: LicenceGranted, effective: 2020, id: p, holder: a, sources: [{source: s, title: The Deed, at: clause 3}]}
- {event: LicenceGranted, effective: 2020, id: p, holder: a}
"""
    )
    rules = FoldRules(lambda _, after: [e for e in there[:-1] if e.seq > after])
    with pytest.raises(WhereasError) as caught:
        rules.admit("a-b", there[-1:])
    assert caught.value.text("source") == "The Deed, clause 3"


def test_in_a_batch_the_refused_event_is_counted_from_nought() -> None:
    there = entries(
        """
- {event: LicenceGranted, effective: 2020, id: p, holder: a}
- {event: LicenceGranted, effective: 2020, id: q, holder: a}
- {event: LicenceGranted, effective: 2020, id: p, holder: a}
"""
    )
    rules = FoldRules(lambda _, after: [e for e in there[:1] if e.seq > after])
    with pytest.raises(WhereasError) as caught:
        rules.admit("a-b", there[1:])
    assert caught.value.number("draft") == 2


# What stands before what makes it possible, or is set right at once.
PAID = "{event: Performed, kind: paid, provision: p"
SET_RIGHT = {
    "paid before it was granted": f"""
- {PAID}, effective: 2021-01-01}}
{BARE}}}
""",
    "paid under another name": f"""
{BARE}}}
- {{event: Performed, kind: paid, provision: q, effective: 2021-01-01}}
- {{event: EventCorrected, target: 3, replacement: {{provision: p}}, reason: misread}}
""",
    "paid late, then under a name that is retracted": f"""
{BARE}}}
- {PAID}, effective: 2021-01-01}}
- {PAID}, effective: 2020-06-01}}
- {{event: Performed, kind: paid, provision: q, effective: 2022-01-01}}
- {{event: EventRetracted, target: 5, reason: misread}}
""",
    "reported in a wrong currency": """
- {event: MeasureReported, effective: 2020-01-01, measure: loans, value: USD 5m}
- {event: MeasureReported, effective: 2021-01-01, measure: loans, value: EUR 6m}
- {event: EventCorrected, target: 3, replacement: {value: USD 6m}, reason: misread}
""",
}


@pytest.mark.parametrize("events", SET_RIGHT.values(), ids=SET_RIGHT.keys())
def test_events_of_a_batch_are_judged_together(events: str) -> None:
    there = entries(events)
    asked = FoldRules(lambda _, after: there[after:1])
    asked.admit("a-b", there[1:])
    # Whoever reads them again one after the other goes on from there as well.
    last = entries(
        f"{events}- {{event: ProvisionGranted, effective: 2020-02-01, id: z, kind: other, holder: a}}"
    )
    for judge in (asked, FoldRules(lambda _, after: there[after:])):
        judge.admit("a-b", last[-1:])
        assert judge._checked["a-b"].state.skipped == []


@pytest.mark.parametrize("events", SET_RIGHT.values(), ids=SET_RIGHT.keys())
def test_of_a_batch_what_nothing_sets_right_is_refused(events: str) -> None:
    there = entries(
        f"{events}- {{event: Performed, effective: 2023-01-01, provision: none, kind: paid}}"
    )
    asked = FoldRules(lambda _, after: there[after:1])
    with pytest.raises(WhereasError, match="there is no provision none") as caught:
        asked.admit("a-b", there[1:])
    assert caught.value.number("draft") == len(there) - 2


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{ends: through 2030}", "performed has no field ends"),
        (
            "{effective: 5 business days in NARNIA after (2020-01-01)}",
            "no calendar NARNIA",
        ),
    ],
)
@pytest.mark.parametrize("late", ["2020-06-01", "2022-01-01"])
def test_what_cannot_be_read_is_refused_though_it_is_retracted_at_once(
    said: str, message: str, late: str
) -> None:
    there = entries(
        f"{BARE}}}\n"
        f"- {PAID}, effective: 2021-01-01}}\n"
        f"- {{event: ProvisionReaffirmed, effective: {late}, provisions: p}}\n"
        f"- {{event: EventCorrected, target: 3, replacement: {said}, reason: x}}\n"
        "- {event: EventRetracted, target: 5, reason: x}\n"
    )
    asked = FoldRules(lambda _, after: there[after:3])
    with pytest.raises(InputError, match=message):
        asked.admit("a-b", there[3:])


def test_a_correction_that_cannot_be_read_is_counted_in_its_batch() -> None:
    there = entries(
        f"{BARE}}}\n"
        f"- {PAID}, effective: 2021-01-01}}\n"
        "- {event: EventCorrected, target: 3, replacement: {ends: never}, reason: x}\n"
    )
    asked = FoldRules(lambda _, after: there[after:1])
    with pytest.raises(WhereasError, match="performed has no field ends") as caught:
        asked.admit("a-b", there[1:])
    assert caught.value.number("draft") == 2


def test_what_no_longer_applied_when_all_was_read_can_be_taken_back() -> None:
    """A value that is withheld may leave a payment before its grant."""
    there = entries(
        "- {event: LicenceGranted, effective: 2021-01-01, id: p, holder: a}\n"
        "- {event: EventCorrected, target: 2, reason: misread,"
        " replacement: {effective: 2019-01-01}}\n"
        "- {event: Performed, effective: 2020-01-01, provision: p, kind: paid}\n"
        "- {event: EventRetracted, target: 4, reason: never paid}\n"
    )
    withheld = msgspec.structs.replace(there[2].event, replacement=WITHHELD)
    there[2] = Entry(there[2].envelope, withheld, ("replacement",))
    asked = FoldRules(lambda _, after: there[after:4])
    asked.admit("a-b", there[4:])
    assert asked._checked["a-b"].state.provisions["p"].performed == []


REPORTED = st.fixed_dictionaries(
    {
        "event": st.just("measure-reported"),
        "effective": st.sampled_from(("2019-06-01", "2020-01-01", "2021-01-01")),
        "measure": st.sampled_from("xy"),
        "value": st.sampled_from(("USD 1m", "EUR 2m", "unknown")),
    },
    optional={"subject": st.just("s"), "as_of": st.just("2020-06-30")},
)
REPORTED_ANEW = st.fixed_dictionaries(
    {
        "event": st.just("event-corrected"),
        "target": st.integers(2, 8),
        "replacement": st.sampled_from(
            ({"value": "EUR 9m"}, {"measure": "y"}, {"effective": "2020-03-03"})
        ),
        "reason": st.just("misread"),
    }
)
TAKEN_BACK = st.fixed_dictionaries(
    {
        "event": st.just("event-retracted"),
        "target": st.integers(2, 10),
        "reason": st.just("misread"),
    }
)


@settings(max_examples=400)
@given(
    st.lists(
        offers([*TYPES, *["performed", "measure-reported", *RECORD] * 8]), max_size=24
    )
    | st.lists(REPORTED | REPORTED_ANEW | TAKEN_BACK, max_size=12)
)
@example(
    [
        {"event": "licence-granted", "effective": "2019", "id": "p", "holder": "a"},
        {"event": "event-retracted", "target": 2, "reason": "wrong"},
        # It has no such field, and is retracted besides.
        {
            "event": "event-corrected",
            "target": 2,
            "replacement": {"value": "USD 1m"},
            "reason": "wrong",
        },
    ]
)
def test_what_is_replaced_is_judged_as_if_all_were_folded_anew(
    offered: list[dict[str, Any]],
) -> None:
    recorded: list[Entry] = []
    remembering = FoldRules(lambda _, after: [e for e in recorded if e.seq > after])
    for fields in [OPENED, *offered]:
        seq = len(recorded) + 1
        try:
            entry = provisional(read_draft(fields, agreement="a-b"), seq, seq - 1)
        except WhereasError:
            continue
        with patch.object(rules, "_among", lambda *_, **__: None):
            forgetful = FoldRules(lambda _, after: recorded[after:])
            expected = refusal(forgetful, entry)
        said = refusal(remembering, entry)
        assert said == expected
        if said is None:
            recorded.append(entry)
    if recorded:
        checked = remembering._checked["a-b"] if remembering._checked else None
        timeline = timeline_of(recorded)
        whole = fold(timeline.steps, timeline.facts, State(), strict=True)
        if checked is not None:
            assert checked.timeline.steps == timeline.steps
            assert latest(checked.state) == latest(whole)
            assert units(checked.timeline.record.entries) == checked.usage.units
            assert paid(checked.state) == paid(whole)


def refusal(asked: FoldRules, entry: Entry) -> str | None:
    try:
        asked.admit("a-b", [entry])
    except WhereasError as error:
        return f"{type(error).__name__}: {error} {error.facts}"
    return None


def latest(state: State) -> dict[tuple[str, str | None], int]:
    return {name: now.day for name, now in state.measures.items()}


def units(entries: Sequence[Entry]) -> dict[str, tuple[str, int]]:
    usage = Usage()
    for entry in entries:
        usage.admit(entry)
    return usage.units


def paid(state: State) -> dict[str, list[Performance]]:
    return {
        name: sorted(provision.performed, key=lambda done: done.seq)
        for name, provision in state.provisions.items()
    }


def test_a_report_learned_otherwise_does_not_fold_everything_anew() -> None:
    there = entries(
        "- {event: MeasureReported, effective: 2024-01-01, measure: x, value: USD 1}\n"
        "- {event: MeasureReported, effective: 2022-01-01, measure: x, value: USD 2}\n"
        "- {event: EventCorrected, target: 3, reason: misread,"
        " replacement: {value: USD 7}}\n"
        "- {event: EventCorrected, target: 2, reason: misread,"
        " replacement: {effective: 2021-01-01}}\n"
        "- {event: EventRetracted, target: 3, reason: recorded twice}\n"
    )
    asked = FoldRules(lambda _, after: there[after:2])
    asked.admit("a-b", there[1:2])
    with patch.object(rules, "_anew", side_effect=AssertionError("all anew")):
        for entry in there[2:]:
            asked.admit("a-b", [entry])
    (now,) = asked._checked["a-b"].state.measures.values()
    assert (now.seq, now.as_of) == (2, "2021-01-01")


def test_a_payment_learned_late_or_otherwise_does_not_fold_everything_anew() -> None:
    there = entries(
        "- {event: LicenceGranted, effective: 2020-01-01, id: p, holder: a}\n"
        "- {event: Performed, effective: 2024-01-01, provision: p, kind: paid}\n"
        "- {event: Performed, effective: 2022-01-01, provision: p, kind: paid}\n"
        "- {event: EventCorrected, target: 4, reason: misread,"
        " replacement: {amount: USD 7}}\n"
        "- {event: EventRetracted, target: 3, reason: recorded twice}\n"
        "- {event: Performed, effective: 2019-01-01, provision: p, kind: paid}\n"
    )
    asked = FoldRules(lambda _, after: there[after:2])
    asked.admit("a-b", there[2:3])
    with patch.object(rules, "_anew", side_effect=AssertionError("all anew")):
        for entry in there[3:6]:
            asked.admit("a-b", [entry])
    (done,) = asked._checked["a-b"].state.provisions["p"].performed
    assert (done.seq, str(done.amount)) == (4, "USD 7")
    # Before the grant there was nothing to pay for.
    with pytest.raises(Refused, match="p is not there yet"):
        asked.admit("a-b", there[6:7])
