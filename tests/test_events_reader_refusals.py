"""The ledger of what the reader refuses: the words, the field, and a way out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from events.entry import Draft
from events.errors import InputError
from events.reader import read_draft

SOURCES = {"article": {"title": "The article", "published": 2025}}
LICENCE = {"event": "LicenceGranted", "effective": "2019", "id": "p", "holder": "a"}
OPTION = {**LICENCE, "event": "option-granted", "option": "put"}
OPENED = {"event": "AgreementOpened", "effective": 2019, "title": "t"}
PARTY = {"id": "a", "name": "A"}
LINKED = {"event": "SourceLinked", "target": 1, "stance": "supports"}
CORRECTED = {"event": "EventCorrected", "target": 1, "reason": "typing error"}


def read(fields: Mapping[str, object]) -> Draft:
    return read_draft(fields, agreement="alpha-beta", known_sources=SOURCES)


AN_ID = "an id has small letters, digits and hyphens: agi-verified"
QUOTES = "put it in quotes if it looks like a number or a date"
DATES = "write 2019, 2019-Q3, 2019-07, 2019-07-22 or between 2019-07-01 and 2019-07-31"
BASIS = 'say of what, for example basis: "as-converted diluted"'
UNKNOWN_SOURCE = "name it among the sources of the file, or give its title here"
WITHHELD = "[***] stands for what was withheld and cannot be recorded"
FIELDS = (
    "the fields are id, holder, against, scope, except, starts, ends, amount, basis, "
    "condition, text, royalty, note, tags, confidential"
)
HALF = chr(0xD800)
APART = "e" + chr(0x301)
MANY = eval("[" * 40 + "]" * 40)  # noqa: S307  # a literal of forty brackets

Refusal = tuple[Mapping[str, object], str, str, str | None]

NAMES: list[Refusal] = [
    ({}, "no event type is named", "event", "write for example event: InvestmentMade"),
    (
        {"event": "LicenseGranted"},
        "there is no event type LicenseGranted",
        "event",
        "did you mean licence-granted?",
    ),
    (
        {"event": "sale"},
        "there is no event type sale",
        "event",
        "whereas append -h lists the types",
    ),
    (
        {"event": "values-erased"},
        "only the ledger itself records values-erased",
        "event",
        "whereas append -h lists the types",
    ),
    (
        {**LICENCE, "endz": "never"},
        "licence-granted has no field endz",
        "endz",
        "did you mean ends?",
    ),
    (
        {**LICENCE, "source": "article"},
        "licence-granted has no field source",
        "source",
        "did you mean sources?",
    ),
    ({**LICENCE, "zz": 1}, "licence-granted has no field zz", "zz", FIELDS),
    (
        {**OPENED, "parties": [PARTY, {**PARTY, "id": "b", "nam": "B"}]},
        "party has no field nam",
        "parties[1].nam",
        "did you mean name?",
    ),
    (
        {**LICENCE, "sources": [{"source": "article", "para": 4}]},
        "source has no field para",
        "sources[0].para",
        "the fields are source, title, uri, at, published, sha256, quote, stance",
    ),
    (
        {**OPTION, "price_schedule": [{"form": 2020, "price": "USD 1"}]},
        "price step has no field form",
        "price_schedule[0].form",
        "did you mean from?",
    ),
    (
        {**OPTION, "opens": 2020, "starts": 2021},
        "starts is given twice",
        "starts",
        None,
    ),
    (
        {**OPTION, "closes": 2020, "ends": 2021},
        "ends is given twice",
        "ends",
        None,
    ),
    (
        {**LICENCE, chr(233): 1},
        "'\u00e9' is not the name of a field",
        chr(233),
        None,
    ),
]
MISSING: list[Refusal] = [
    (
        {"event": "LicenceGranted", "id": "p", "holder": "a"},
        "licence-granted needs an effective date",
        "effective",
        "give a date (2019, 2019-07, 2019-07-22), a When, or unknown",
    ),
    (
        {"event": "LicenceGranted", "effective": 2019, "id": "p"},
        "licence-granted needs holder",
        "holder",
        None,
    ),
    ({**LICENCE, "holder": []}, "licence-granted needs holder", "holder", None),
    ({**OPENED, "parties": []}, "agreement-opened needs parties", "parties", None),
    (
        {**OPENED, "parties": [{"id": "a"}]},
        "party needs name",
        "parties[0].name",
        None,
    ),
    (
        {**LICENCE, "event": "PurchaseCommitted"},
        "purchase-committed needs amount",
        "amount",
        None,
    ),
    (
        {"event": "ScopeNarrowed", "effective": 2019, "provision": "p", "exclude": []},
        "scope-narrowed needs exclude",
        "exclude",
        None,
    ),
    (
        {"event": "TermChanged", "effective": 2019, "provision": "p"},
        "term-changed needs one of starts, ends",
        "starts",
        None,
    ),
    (
        {"event": "InstrumentTookEffect", "effective": 2019},
        "instrument-took-effect needs instrument",
        "instrument",
        None,
    ),
    (
        {**LICENCE, "sources": [{"at": "para 4"}]},
        "source needs source",
        "sources[0].source",
        None,
    ),
]
VALUES: list[Refusal] = [
    (
        {**LICENCE, "effective": "never"},
        "what is never effective does not happen",
        "effective",
        "write unknown if nobody knows the date",
    ),
    (
        {**LICENCE, "effective": "22.07.2019"},
        "'22.07.2019' is not a date",
        "effective",
        "did you mean 2019-07-22?",
    ),
    ({**LICENCE, "effective": True}, "True is not a date", "effective", DATES),
    (
        {**LICENCE, "ends": "thorugh 2030"},
        "thorugh does not begin a When",
        "ends",
        "did you mean through?",
    ),
    ({**LICENCE, "holder": "Acme Ltd"}, "'Acme Ltd' is not an id", "holder", AN_ID),
    ({**LICENCE, "holder": ["a", "A"]}, "'A' is not an id", "holder[1]", AN_ID),
    ({**LICENCE, "holder": ["a", "a"]}, "a is given twice", "holder[1]", None),
    (
        {**LICENCE, "id": 7},
        "id takes an id, not 7",
        "id",
        'put it in quotes if it is one: "7"',
    ),
    (
        {**LICENCE, "instrument": "The Deed"},
        "'The Deed' is not an id",
        "instrument",
        AN_ID,
    ),
    (
        {**LICENCE, "agreement": "A and B"},
        "'A and B' is not an id",
        "agreement",
        AN_ID,
    ),
    (
        {**LICENCE, "amount": 5},
        "amount takes a quantity in words, not 5",
        "amount",
        'write for example amount: "USD 12bn" or "27 %"',
    ),
    (
        {**LICENCE, "amount": "5m"},
        "5m has no unit",
        "amount",
        "write for example USD 12bn, 27 %, 100 shares or unknown",
    ),
    (
        {**LICENCE, "amount": "$5m"},
        "money has an ISO 4217 code: $5m",
        "amount",
        "did you mean USD 5m?",
    ),
    (
        {**LICENCE, "amount": "27 %"},
        "amount is a percentage without a basis",
        "amount",
        BASIS,
    ),
    (
        {**LICENCE, "royalty": "about 5 %"},
        "royalty is a percentage without a basis",
        "royalty",
        BASIS,
    ),
    (
        {**OPTION, "price": "5 %"},
        "price takes money or unknown, not 5 %",
        "price",
        None,
    ),
    ({**LICENCE, "amount": "[***]"}, WITHHELD, "amount", None),
    ({**LICENCE, "text": "[***]"}, WITHHELD, "text", None),
    (
        {**LICENCE, "text": " "},
        "text is empty",
        "text",
        "leave it out if nothing is known",
    ),
    ({**LICENCE, "text": 5}, "text takes words, not 5", "text", QUOTES),
    (
        {**LICENCE, "text": dt.date(2019, 7, 22)},
        "text takes words, not 2019-07-22",
        "text",
        QUOTES,
    ),
    ({**OPTION, "option": "puts"}, "option is not puts", "option", "did you mean put?"),
    (
        {**LICENCE, "sources": [{"source": "article", "stance": "agrees"}]},
        "sources[0].stance is not agrees",
        "sources[0].stance",
        "it is one of supports, contradicts, mentions",
    ),
    (
        {"event": "InstrumentSigned", "effective": 2019, "id": "i", "kind": "waiver"}
        | {"binding": "yes"},
        "binding takes true or false, not 'yes'",
        "binding",
        None,
    ),
    (
        {**LICENCE, "scope": {"activty": ["cloud"]}},
        "scope has no axis activty",
        "scope",
        "did you mean activity?",
    ),
    (
        {**OPENED, "parties": ["a"]},
        "a party has fields; 'a' has none",
        "parties[0]",
        "the fields are id, name, role, kind, identifiers",
    ),
    (
        {**OPENED, "parties": [{**PARTY, "identifiers": "1234"}]},
        "parties[0].identifiers maps schemes to identifiers; '1234' does not",
        "parties[0].identifiers",
        "write for example {lei: INR2EJN1ERAN0W5ZP974}",
    ),
    (
        {**LICENCE, "confidential": ["txt"]},
        "licence-granted has no field txt",
        "confidential[0]",
        "did you mean text?",
    ),
    (
        {**LICENCE, "confidential": "ends"},
        "ends of licence-granted cannot be withheld",
        "confidential[0]",
        "these can: amount, condition, note, royalty, text",
    ),
]
CITED: list[Refusal] = [
    (
        {**LICENCE, "sources": "artikel"},
        "unknown source artikel",
        "sources[0].source",
        "did you mean article?",
    ),
    (
        {**LICENCE, "sources": ["article", {"source": "x", "at": "para 4"}]},
        "unknown source x",
        "sources[1].source",
        UNKNOWN_SOURCE,
    ),
    (
        {**LICENCE, "sources": [5]},
        "a source is an id or a mapping, not 5",
        "sources[0]",
        "write for example {source: article, at: para 4}",
    ),
    (
        {**LICENCE, "sources": [{"source": "article", "sha256": "abc"}]},
        "sources[0].sha256 takes 64 hexadecimal digits in small letters",
        "sources[0].sha256",
        None,
    ),
    (
        {**LICENCE, "sources": [{"source": "article", "published": "May 2019"}]},
        "'May 2019' is not a date",
        "sources[0].published",
        "did you mean 2019-05?",
    ),
    ({**LINKED, "source": "x"}, "unknown source x", "source", UNKNOWN_SOURCE),
    (
        {**LINKED, "source": "article", "sources": ["article"]},
        "source-linked carries one source",
        "sources",
        "write source: and at: beside target:",
    ),
]
RECORD: list[Refusal] = [
    *(
        (
            {"event": "EventRetracted", "target": target, "reason": "twice"},
            f"target takes an event as @N, not {target}",
            "target",
            "history shows the numbers",
        )
        for target in ("5th", "pos:5", 0, -1, True, f"@{10**20}")
    ),
    (
        {**CORRECTED, "replacement": {}},
        "replacement maps fields to what they should have been",
        "replacement",
        'write for example {amount: "USD 12bn"}',
    ),
    (
        {**CORRECTED, "replacement": {"event": "LicenceGranted"}},
        "a correction does not change event",
        "replacement.event",
        "retract the event and record it again",
    ),
    (
        {**CORRECTED, "replacement": {"amout": "USD 12bn"}},
        "no event has a field amout",
        "replacement.amout",
        "did you mean amount?",
    ),
    (
        {**CORRECTED, "replacement": {"amount": "12bn"}},
        "12bn has no unit",
        "replacement.amount",
        "write for example USD 12bn, 27 %, 100 shares or unknown",
    ),
    (
        {**CORRECTED, "replacement": {"effective": "never"}},
        "what is never effective does not happen",
        "replacement.effective",
        "write unknown if nobody knows the date",
    ),
    (
        {**CORRECTED, "replacement": {"sources": ["artikel"]}},
        "unknown source artikel",
        "replacement.sources[0].source",
        "did you mean article?",
    ),
]
PROFILE: list[Refusal] = [
    (
        {**LICENCE, "note": HALF},
        "half a character",
        "note",
        "the text was cut or misread",
    ),
    (
        {**LICENCE, "scope": {"asset": [1.5]}},
        "1.5 is not a whole number",
        "scope.asset[0]",
        'write numbers with a fraction in quotes: "27.5 %"',
    ),
    (
        {**LICENCE, "amount": float("nan")},
        "nan is not a whole number",
        "amount",
        'write numbers with a fraction in quotes: "27.5 %"',
    ),
    (
        {**CORRECTED, "replacement": {"target": 2**53}},
        "the number is beyond 9007199254740991",
        "replacement.target",
        None,
    ),
    ({**LICENCE, "scope": {"asset": MANY}}, "more than 32 levels", "scope", None),
    (
        {**LICENCE, "key": APART},
        "key is not in the composed form of Unicode (NFC)",
        "key",
        "write \u00e9",
    ),
    (
        {**LICENCE, "tags": ["cuad:exclusivity", APART]},
        "tags[1] is not in the composed form of Unicode (NFC)",
        "tags[1]",
        "write \u00e9",
    ),
]


@pytest.mark.parametrize(
    ("fields", "message", "field", "hint"),
    [*NAMES, *MISSING, *VALUES, *CITED, *RECORD, *PROFILE],
)
def test_what_is_refused_is_named_with_its_field_and_a_way_out(
    fields: Mapping[str, object], message: str, field: str, hint: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        read(fields)
    error = caught.value
    assert (str(error), error.field, error.hint) == (message, field, hint)


def test_an_event_belongs_to_an_agreement() -> None:
    with pytest.raises(InputError, match="no agreement is named") as caught:
        read_draft(LICENCE)
    assert caught.value.field == "agreement"
    assert read_draft({**LICENCE, "agreement": "own"}, agreement="x").agreement == "own"


def test_thirty_two_levels_are_not_too_many() -> None:
    deep: object = "USD 1bn"
    for _ in range(30):
        deep = [deep]
    with pytest.raises(InputError, match="has no field") as caught:
        read({**LICENCE, "zz": deep})
    assert caught.value.field == "zz"
