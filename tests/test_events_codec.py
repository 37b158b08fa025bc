"""The ledger of what event bytes promise."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from events.base import Event
from events.capital import InvestmentMade, StakeReported
from events.catalogue import TYPES
from events.codec import (
    EVENT_BYTES_MAX,
    SALT_BYTES,
    Sealed,
    canonical,
    decode,
    disclosure_digest,
    disclosures,
    encode,
    is_sealed,
    placeholder,
    seal,
)
from events.entry import (
    FORMAT,
    Batch,
    Draft,
    Entry,
    Envelope,
    encoded_sources,
    provisional,
    sources_json,
)
from events.errors import InputError, Integrity
from events.quantity import REDACTED, Quantity
from events.source import Source
from events.values import enc_hook
from events.when import When
from tests.strategies import drafts, events_of

PAID = InvestmentMade(
    id="first",
    investor="alpha",
    recipient="beta",
    amount=Quantity.parse("USD 1bn"),
    note="in two steps",
)


def noise(count: int) -> bytes:
    """Give bytes that look random and are the same every time."""
    return hashlib.shake_128(count.to_bytes(4, "big")).digest(count)


def envelope_of(draft: Draft, data: bytes) -> Envelope:
    return Envelope(
        agreement=draft.agreement,
        batch=Batch(0, "b", 2),
        data=msgspec.Raw(data),
        effective=draft.effective,
        id="018f4b9e-5a00-7000-8000-000000000001",
        instrument=draft.instrument,
        key=draft.key,
        position=11,
        prev="ab" * 32,
        recorded_at="2026-01-02T03:04:05.000006Z",
        recorded_by="recorder@example.org",
        seq=12,
        sources=sources_json(draft),
        tv=draft.event.VERSION,
        type=draft.event.TYPE,
        v=FORMAT,
    )


def stored(draft: Draft) -> tuple[bytes, Sealed]:
    sealed = seal(draft.event, noise)
    return encode(envelope_of(draft, sealed.data)), sealed


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("name", TYPES)
def test_bytes_of_every_type_are_those_of_the_standard(name: str) -> None:
    @settings(max_examples=20)
    @given(events_of(TYPES[name]))
    def law(event: Event) -> None:
        fields = msgspec.to_builtins(event, enc_hook=enc_hook)
        assert canonical(event) == rfc8785.dumps(fields)
        sealed = seal(event, noise)
        for written in (sealed.data, sealed.disclosed):
            assert written == rfc8785.dumps(json.loads(written))

    law()


@given(drafts())
def test_an_envelope_is_written_as_the_standard_writes_it(draft: Draft) -> None:
    encoded, _ = stored(draft)
    assert encoded == rfc8785.dumps(json.loads(encoded))


@given(drafts(tuple(TYPES)))
def test_what_was_stored_is_read_back(draft: Draft) -> None:
    encoded, sealed = stored(draft)
    entry = decode(encoded, sealed.disclosed)
    assert entry == Entry(envelope_of(draft, sealed.data), draft.event)
    assert entry.sources() == draft.sources


@given(drafts())
def test_an_event_may_be_withheld_value_by_value(draft: Draft) -> None:
    encoded, sealed = stored(draft)
    fields = json.loads(sealed.disclosed)
    for name in fields:
        rest = {key: value for key, value in fields.items() if key != name}
        entry = decode(encoded, rfc8785.dumps(rest), [name])
        assert entry.redacted == (name,)
        assert getattr(entry.event, name) == placeholder(type(draft.event), name)
        shown = msgspec.structs.replace(
            entry.event, **{name: getattr(draft.event, name)}
        )
        assert shown == draft.event


@given(drafts())
def test_digests_are_salted_and_as_many_for_every_event_of_a_type(draft: Draft) -> None:
    """RFC 9901, sections 4.2.1 to 4.2.5, worked out once more without our code."""
    _, sealed = stored(draft)
    data, disclosed = json.loads(sealed.data), json.loads(sealed.disclosed)
    assert set(disclosed) <= set(draft.event.REDACTABLE)
    assert not set(disclosed) & set(data)
    digests = data.get("_sd", [])
    assert len(digests) == len(draft.event.REDACTABLE)
    assert digests == sorted(digests)
    assert ("_sd_alg" in data) == bool(digests)
    assert len(sealed.salts) == SALT_BYTES * len(disclosed)
    for at, (name, value) in enumerate(disclosed.items()):
        salt = sealed.salts[SALT_BYTES * at : SALT_BYTES * (at + 1)]
        text = b64url(rfc8785.dumps([b64url(salt), name, value]))
        assert text == disclosures(sealed.disclosed, sealed.salts)[at]
        assert b64url(hashlib.sha256(text.encode()).digest()) in digests
    assert is_sealed(sealed.data, sealed.disclosed, sealed.salts)
    if disclosed:
        assert not is_sealed(sealed.data, sealed.disclosed, sealed.salts + b"0" * 16)
        assert not is_sealed(sealed.data, sealed.disclosed, b"0" * len(sealed.salts))
        assert not is_sealed(b"{}", sealed.disclosed, sealed.salts)


def test_a_digest_is_that_of_the_standard() -> None:
    """The example of RFC 9901, sections 4.2.1 and 4.2.3."""
    disclosure = (
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    )
    assert disclosure_digest(disclosure) == (
        "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    )


def test_names_of_values_that_can_be_withheld_are_fields_in_order() -> None:
    for cls in TYPES.values():
        assert list(cls.REDACTABLE) == sorted(set(cls.REDACTABLE))
        for name in cls.REDACTABLE:
            assert name in cls.__struct_fields__
            assert REDACTED in str(placeholder(cls, name))


def test_the_same_value_twice_has_two_digests() -> None:
    """Without a salt, anybody could try amounts until one fits."""
    salts = iter(range(2))

    def random(count: int) -> bytes:
        return bytes([next(salts)]) * count

    first, second = seal(PAID, random), seal(PAID, random)
    assert first.disclosed == second.disclosed
    assert not {*json.loads(first.data)["_sd"]} & {*json.loads(second.data)["_sd"]}


def test_a_withheld_amount_is_neither_zero_nor_absent() -> None:
    encoded, _ = stored(Draft(agreement="g", event=PAID))
    entry = decode(encoded, b'{"note":"in two steps"}', ["amount"])
    assert isinstance(entry.event, InvestmentMade)
    assert str(entry.event.amount) == "[***]"
    assert entry.event.amount.kind == "redacted"
    assert entry.event.amount.value is None


def test_a_missing_value_that_nobody_withheld_is_damage() -> None:
    encoded, _ = stored(Draft(agreement="g", event=PAID))
    with pytest.raises(Integrity, match="missing required field `amount`"):
        decode(encoded, b"{}")


# A stake as it was recorded before the share and the value had their names of today.
STAKE_1 = (
    b'{"agreement":"alpha-beta","data":{"_sd":["HkH6Wjl8ZJ-v7WXv9TWW0qOfEUuBQqy1Ol'
    b'y1p7VkSW4","Y9E8XpSwnCRt988FAGe62HZWBsLaImafR4oeOoaACHU","dAmq7a6pgNidBs1KNL'
    b'yRw7rd2I1YYL1qc6U1kqDk2vM","osSu0c91fNmlCXNKJn_8exFmtV9Mj5w-NVDFbnQzKPw"],"_'
    b'sd_alg":"sha-256","basis":"excluding recent rounds","holder":"alpha","issuer'
    b'":"beta"},"effective":"until 2025-10-28","id":"018f4b9e-5a00-7000-8000-00000'
    b'0000001","position":6,"prev":"84fd9bac333ad79154348296204fa7f8c537a96e08983e'
    b'5f73b3f5aca8e8edf7","recorded_at":"2025-11-02T08:15:30.000250Z","recorded_by'
    b'":"recorder@example.org","seq":4,"tv":1,"type":"stake-reported","v":1}'
)
STAKE_1_DISCLOSED = b'{"percent":"32.5 %","worth":"USD 80bn"}'


def test_a_stake_of_version_1_reads_as_one_of_today() -> None:
    entry = decode(STAKE_1, STAKE_1_DISCLOSED)
    assert entry.envelope.tv == 1
    assert entry.event == StakeReported(
        holder="alpha",
        issuer="beta",
        share=Quantity.parse("32.5 %"),
        basis="excluding recent rounds",
        value=Quantity.parse("USD 80bn"),
    )


def test_a_stake_of_version_1_is_withheld_by_its_names_of_then() -> None:
    entry = decode(STAKE_1, b'{"worth":"USD 80bn"}', ["percent"])
    assert isinstance(entry.event, StakeReported)
    assert str(entry.event.share) == "[***]"
    assert entry.redacted == ("share",)


def altered(**members: object) -> bytes:
    encoded, _ = stored(Draft(agreement="g", event=PAID, effective=When.parse("2019")))
    return rfc8785.dumps({**json.loads(encoded), **members})  # type: ignore[dict-item]  # JSON


NEWER = "the ledger was written by a newer version of whereas: install that"


@pytest.mark.parametrize(
    ("encoded", "message", "hint"),
    [
        (altered(type="bond-issued"), "unknown event type bond-issued", NEWER),
        (
            altered(tv=2),
            "investment-made has version 2; this version of whereas knows 1",
            NEWER,
        ),
        (altered(tv=0), "investment-made has version 0", None),
        (altered(v=2), "event bytes of format 2", NEWER),
        (b"", "the stored bytes are not an event: Input data was truncated", None),
        (
            altered(seq="12"),
            "the stored bytes are not an event: Expected `int`, got `str` - at `$.seq`",
            None,
        ),
        (
            altered(effective="sometime"),
            (
                "the stored bytes are not an event: sometime does not begin a When"
                " - at `$.effective`"
            ),
            None,
        ),
        (
            altered(data={"id": "first", "investor": "alpha"}),
            (
                "the stored bytes are not an event: Object missing required field"
                " `recipient`"
            ),
            None,
        ),
        (altered()[:-9], None, None),
        (altered().replace(b"alpha", b"\xff\xfe\xfd\xfc\xfb"), None, None),
        (altered(data=[]), None, None),
    ],
)
def test_bytes_that_are_not_an_event_are_damage(
    encoded: bytes, message: str | None, hint: str | None
) -> None:
    with pytest.raises(Integrity) as caught:
        decode(encoded, b'{"amount":"USD 1bn"}')
    assert message is None or str(caught.value) == message
    assert caught.value.hint == hint


@given(drafts(), st.data())
def test_no_damage_is_anything_but_damage(draft: Draft, data: st.DataObject) -> None:
    encoded, sealed = stored(draft)
    at = data.draw(st.integers(0, len(encoded) - 1))
    byte = bytes([data.draw(st.integers(0, 255))])
    disclosed = data.draw(st.sampled_from([sealed.disclosed, b"[1]", b"{1}", b"nulls"]))
    with suppress(Integrity):
        decode(encoded[:at] + byte + encoded[at + 1 :], disclosed)


def test_a_value_that_is_never_withheld_cannot_be_missing() -> None:
    encoded, sealed = stored(Draft(agreement="g", event=PAID))
    with pytest.raises(Integrity, match="investor of investment-made cannot be reda"):
        decode(encoded, sealed.disclosed, ["investor"])


def test_an_event_has_at_most_65_535_bytes() -> None:
    def of_size(count: int) -> Envelope:
        source = Source(source="s", quote="q" * count)
        envelope = envelope_of(Draft(agreement="g", event=PAID), b"{}")
        return msgspec.structs.replace(envelope, sources=encoded_sources((source,)))

    room = EVENT_BYTES_MAX - len(encode(of_size(0)))
    assert len(encode(of_size(room))) == EVENT_BYTES_MAX == 65_535
    with pytest.raises(InputError) as caught:
        encode(of_size(room + 1))
    assert str(caught.value) == "the event takes 65536 bytes; at most 65535 fit"
    assert caught.value.hint == "keep long documents outside and cite them by sha256"


def test_a_provisional_entry_is_that_of_its_draft() -> None:
    draft = Draft(agreement="g", event=PAID, effective=When.parse("2019"), key="k")
    entry = provisional(draft, seq=3, position=7)
    assert (entry.seq, entry.position, entry.label) == (3, 7, "@3 investment-made")
    assert (entry.event, entry.envelope.effective) == (draft.event, draft.effective)
