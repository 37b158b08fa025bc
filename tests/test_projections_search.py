from __future__ import annotations

import pytest

from events.errors import InputError, NotFound
from projections.fold.timeline import Timeline
from projections.questions.across import KnownIn, held_on
from projections.questions.parties import parties_across
from projections.questions.search import SearchAnswer, folded, search_answer
from tests.agreements import timeline

KNOWN = KnownIn(0, "2026-01-01T00:00:00.000000Z")
LEDGER = """
- {event: AgreementOpened, effective: 2020-01-01, title: Société Générale - Bolt,
   parties: [{id: a, name: Acme SA, identifiers: {lei: L1}}, {id: b, name: Bolt Ltd}]}
- {event: ExclusivityGranted, effective: 2020-01-01, id: cloud, holder: a, against: b,
   scope: {activity: [cloud]}, text: exclusive cloud provider,
   sources: [{source: press, title: Press release, quote: Bolt chose Acme as its sole
     provider of cloud services}]}
- {event: MilestoneClaimed, effective: 2021-01-01, milestone: launch, by: the board,
   note: a right of first refusal was spoken of}
- {event: RightRelinquished, effective: 2022-01-01, provision: cloud, by: a}
- {event: EventCorrected, target: 3, replacement: {note: nothing was said of it},
   reason: misheard}
- {event: EventRetracted, target: 4, reason: it never happened}
"""


def found(
    words: str,
    *more: Timeline,
    party: str | None = None,
    types: tuple[str, ...] = (),
) -> SearchAnswer:
    there = [timeline(LEDGER), *more]
    return search_answer(there, words, known=KNOWN, party=party, types=types)


@pytest.mark.parametrize(
    ("words", "events"),
    [
        ("societe generale", [1]),
        ("SOCIÉTÉ", [1]),
        ("exclusive provider", [2]),
        ("provider exclusive", [2]),
        ('"exclusive provider"', []),
        ('"exclusive cloud"', [2]),
        ("sole services", [2]),
        ("press", [2]),
        ("relinquished", [4]),
        ("cloud", [2, 4]),
        ("misheard", [5]),
        ("never happened", [6]),
        # A correction took these words away, and gave others.
        ("first refusal", [3]),
        ("nothing was said", [3, 5]),
        ("missing", []),
        ("launch", [3]),
    ],
)
def test_every_word_must_occur_in_an_event(words: str, events: list[int]) -> None:
    assert [hit.event for hit in found(words).hits] == events


def test_a_hit_says_in_which_fields_and_whether_the_event_counts() -> None:
    (hit,) = found("sole").hits
    assert (hit.type, hit.about, hit.effective) == (
        "exclusivity-granted",
        "cloud",
        "2020-01-01",
    )
    assert hit.where == [
        ("source.quote", "Bolt chose Acme as its sole provider of cloud services")
    ]
    assert [h.retracted for h in found("cloud").hits] == [False, True]


def test_a_long_text_is_cut_around_the_word() -> None:
    ledger = (
        "- {event: MilestoneClaimed, effective: 2021-01-01, milestone: m, by: a, "
        f"note: {'long ' * 50}needle {'tail ' * 50}}}"
    )
    answer = search_answer([timeline(ledger)], "needle", known=KNOWN)
    ((field, piece),) = answer.hits[0].where
    assert field == "note"
    assert piece.startswith("…")
    assert piece.endswith("…")
    assert "needle" in piece
    assert len(piece) < 190


OTHER = """
- {event: AgreementOpened, effective: 2021-01-01, title: Other, parties: [
    {id: acme-2, name: Acme International, identifiers: {lei: L1}, role: seller},
    {id: cog, name: Cog}]}
- {event: PartyRestructured, effective: 2022-01-01, party: cog, change: renamed,
   name: Cogwheel}
- {event: LicenceGranted, effective: 2021-01-01, id: x, holder: acme-2, against: cog}
"""


@pytest.mark.parametrize(
    ("party", "events"), [("a", [(2, "cloud"), (3, "x")]), ("cog", [(3, "x")])]
)
def test_a_party_is_found_under_all_its_ids(
    party: str, events: list[tuple[int, str]]
) -> None:
    answer = found(
        "granted",
        timeline(OTHER),
        party=party,
        types=("exclusivity-granted", "licence-granted"),
    )
    assert [(hit.event, hit.about) for hit in answer.hits] == events


def test_parties_are_one_under_all_their_ids_and_names() -> None:
    there = [timeline(LEDGER), timeline(OTHER)]
    last = max(step.day for one in there for step in one.steps)
    assert [
        (party.ids, party.names, party.former_names)
        for party in parties_across(held_on(there, last))
    ] == [
        (("a", "acme-2"), ("Acme SA", "Acme International"), ()),
        (("b",), ("Bolt Ltd",), ()),
        (("cog",), ("Cogwheel",), ("Cog",)),
    ]
    assert [p.ids for p in found("acme", timeline(OTHER)).parties] == [("a", "acme-2")]
    assert [p.ids for p in found("L1").parties] == [("a",)]
    assert found("nobody").parties == []


@pytest.mark.parametrize("words", ["", "  ", '""', "\u0301"])
def test_a_search_for_nothing_is_refused(words: str) -> None:
    with pytest.raises(InputError, match="there is no word to look for"):
        found(words)


def test_an_unknown_party_is_not_found() -> None:
    with pytest.raises(NotFound, match="there is no party z"):
        found("cloud", party="z")


def test_case_accents_and_space_do_not_matter() -> None:
    assert folded("  Größe\n ÉTÉ ") == "grosse ete"


@pytest.mark.parametrize("words", ["4321.5", "USD 4321.50", "usd 4.3215k"])
def test_an_amount_is_found_as_it_is_told_and_as_it_is_written(words: str) -> None:
    there = timeline(
        "- {event: purchase-committed, effective: 2020-01-01, id: x, holder: a, "
        "against: b, amount: between USD 1.5k and USD 4.3215k}"
    )
    (hit,) = search_answer([there], words, known=KNOWN).hits
    assert hit.where == [("amount", "between USD 1500 and USD 4321.50")]


def test_what_a_correction_took_away_is_found_and_marked() -> None:
    (hit,) = found("first refusal").hits
    assert hit.corrected
    assert hit.where == [("recorded.note", "a right of first refusal was spoken of")]
    assert not found("exclusive cloud").hits[0].corrected


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a party's", "a party\u2019s"),
        ("non-api", "non\u2011api"),
        ("2019-2020", "2019\u20132020"),
        ('so "called"', "so \u201ccalled\u201d"),
    ],
)
def test_quotes_and_dashes_compare_whatever_their_shape(
    typed: str, printed: str
) -> None:
    assert folded(printed) == folded(typed) == typed


def test_words_in_typographic_quotes_are_one() -> None:
    assert [hit.event for hit in found("\u201cexclusive cloud\u201d").hits] == [2]
    assert not found("\u201cexclusive provider\u201d").hits
