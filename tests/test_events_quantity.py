"""The ledger of what a quantity promises."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import InputError
from events.quantity import Quantity, readable
from events.values import dec_hook, enc_hook
from tests.strategies import quantities


@pytest.mark.parametrize(
    "text",
    [
        "USD 0",
        "USD 999",
        "USD 1k",
        "USD 12bn",
        "USD 11.6bn",
        "USD 1.23456789m",
        "USD 0.005",
        "USD 1000tn",
        "DEM 5m",
        "about USD 135bn",
        "up to EUR 600m",
        "at least USD 27.5bn",
        "over GBP 1",
        "under JPY 1",
        "between USD 7m and USD 10m",
        "between USD 999k and USD 1m per year",
        "USD 250m per quarter",
        "USD 54.2 per share",
        "27 %",
        "about 27 %",
        "between 0 % and 32.5 %",
        "261500000 shares",
        "5 ordinary shares per year",
        "5 GPU",
        "0.5 MWh per month",
        "unknown",
        "[***]",
    ],
)
def test_canonical_text_is_printed_as_it_is_read(text: str) -> None:
    assert str(Quantity.parse(text)) == text


@pytest.mark.parametrize(
    ("loose", "canonical"),
    [
        ("27%", "27 %"),
        ("USD 1000000000", "USD 1bn"),
        ("USD 1000k", "USD 1m"),
        ("USD 999999", "USD 999.999k"),
        ("USD 0.001k", "USD 1"),
        ("USD 00.500tn", "USD 500bn"),
        ("USD 1.50m", "USD 1.5m"),
        ("27.0 %", "27 %"),
        ("  about   USD  5m ", "about USD 5m"),
        ("007 shares", "7 shares"),
    ],
)
def test_one_value_has_one_text(loose: str, canonical: str) -> None:
    assert str(Quantity.parse(loose)) == canonical
    assert Quantity.parse(loose) == Quantity.parse(canonical)
    assert hash(Quantity.parse(loose)) == hash(Quantity.parse(canonical))


@given(quantities())
def test_text_reads_back_as_the_same_quantity(quantity: Quantity) -> None:
    again = Quantity.parse(quantity.text)
    assert again == quantity
    assert again.text == quantity.text
    for part in ("kind", "qualifier", "low", "high", "unit", "per"):
        assert getattr(again, part) == getattr(quantity, part)


@given(st.text(max_size=30) | st.text("0123456789. %kmbntUSDabcoutand-,$", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        quantity = Quantity.parse(text)
    except InputError:
        return
    assert Quantity.parse(quantity.text) == quantity


@given(quantities())
def test_a_quantity_passes_through_msgspec_as_its_text(quantity: Quantity) -> None:
    encoded = msgspec.json.encode(quantity, enc_hook=enc_hook)
    assert msgspec.json.decode(encoded, type=str) == quantity.text
    read = msgspec.json.decode(encoded, type=Quantity, dec_hook=dec_hook)
    assert read == quantity
    assert msgspec.convert(quantity, Quantity, dec_hook=dec_hook) is quantity


FORMS = "write for example USD 12bn, 27 %, 100 shares or unknown"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("USD 1,000,000", "numbers have no separators: ", "did you mean USD 1000000?"),
        ("USD 1 000 000", "numbers have no separators: ", "did you mean USD 1000000?"),
        ("USD 1_000", "numbers have no separators: ", "did you mean USD 1000?"),
        ("USD 1.000.000", "numbers have no separators: ", FORMS),
        ("USD 1,5m", "numbers have no separators: ", FORMS),
        ("usd 5m", "money has an ISO 4217 code: ", "did you mean USD 5m?"),
        ("$5m", "money has an ISO 4217 code: ", "did you mean USD 5m?"),
        (
            "about €5 million",
            "money has an ISO 4217 code: ",
            "did you mean about EUR 5m?",
        ),
        ("¥5", "money has an ISO 4217 code: ", FORMS),
        ("XYZ 5", "XYZ 5 has no known currency or suffix", FORMS),
        ("USD 5M", "USD 5M has no known currency", "did you mean USD 5m?"),
        ("USD12bn", "USD12bn has no known currency", "did you mean USD 12bn?"),
        ("USD 12 bn", "there is a blank before the suffix", "did you mean USD 12bn?"),
        ("12bn USD", "'12bn USD' is not a quantity", "did you mean USD 12bn?"),
        ("5 usd", "'5 usd' is not a quantity", "did you mean USD 5?"),
        ("5 million dollars", "'5 million dollars' is not", "did you mean USD 5m?"),
        ("at most 27 percent", "'at most 27 percent' is", "did you mean up to 27 %?"),
        (
            "approximately USD 5 billion per year",
            "",
            "did you mean about USD 5bn per y",
        ),
        ("5", "5 has no unit", FORMS),
        ("5.5", "5.5 has no unit", FORMS),
        ("5m", "5m has no unit", FORMS),
        ("5 million", "'5 million' is not a quantity", FORMS),
        ("USD NaN", "there is no number in USD NaN", FORMS),
        ("NaN", "there is no number in NaN", FORMS),
        ("USD inf", "there is no number in USD inf", FORMS),
        ("Infinity %", "there is no number in Infinity %", FORMS),
        ("USD 1e9", "numbers have no exponent: USD 1e9", FORMS),
        ("1E9 shares", "numbers have no exponent: 1E9 shares", FORMS),
        ("USD -5", "an amount is never negative: USD -5", FORMS),
        ("-5 %", "an amount is never negative: -5 %", FORMS),
        ("USD +5", "'USD +5' is not a quantity", FORMS),
        ("USD .5", "USD .5 has no known currency or suffix", FORMS),
        ("USD ٣", "'USD ٣' is not a quantity", FORMS),
        ("USD 5m per week", "a quantity is not stated per week", "per takes year"),
        ("USD 5m per yaer", "a quantity is not stated per yaer", "did you mean year?"),
        ("between USD 7m", "'between USD 7m' is not a range", "write between"),
        ("between USD 7m and EUR 10m", "the ends of a range have one unit", None),
        (
            "between USD 7m and USD 5m",
            "USD 5m is less than USD 7m",
            "write the smaller",
        ),
        ("between 7 and 10 %", "7 has no unit", FORMS),
        ("about unknown", "'unknown' is not a quantity", FORMS),
        ("about about USD 5m", "'about USD 5m' is not a quantity", FORMS),
        ("unknown per year", "'unknown' is not a quantity", FORMS),
        ("USD " + "9" * 25, "more than 24 digits", None),
        ("USD " + "9" * 150 + "m", "more than 24 digits", None),
        ("", "'' is not a quantity", FORMS),
        ("9" * 201, "a quantity has at most 200 characters", None),
    ],
)
def test_a_refusal_says_why_and_what_to_write(
    text: str, message: str, hint: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        Quantity.parse(text)
    assert str(caught.value).startswith(message)
    assert (caught.value.hint or "").startswith(hint or "")
    assert (hint is None) == (caught.value.hint is None)


@pytest.mark.parametrize(
    ("text", "value", "low", "high"),
    [
        ("USD 12bn", 12_000_000_000, 12_000_000_000, 12_000_000_000),
        ("about 27 %", 27, None, None),
        ("under 5 shares", 5, None, 5),
        ("up to 5 shares", 5, None, 5),
        ("over 5 shares", 5, 5, None),
        ("at least 5 shares", 5, 5, None),
        ("between 5 shares and 7 shares", None, 5, 7),
        ("unknown", None, None, None),
        ("[***]", None, None, None),
    ],
)
def test_bounds_are_what_is_certain(
    text: str, value: int | None, low: int | None, high: int | None
) -> None:
    quantity = Quantity.parse(text)
    assert quantity.value == value
    assert quantity.bounds() == (low, high)


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        ("USD 1", "money", "USD"),
        ("1 %", "percent", "%"),
        ("1 shares", "count", "shares"),
        ("unknown", "unknown", None),
        ("[***]", "redacted", None),
    ],
)
def test_the_unit_says_what_kind_it_is(text: str, kind: str, unit: str | None) -> None:
    quantity = Quantity.parse(text)
    assert (quantity.kind, quantity.unit) == (kind, unit)


def test_no_digit_is_lost() -> None:
    text = "USD 123456789012.345678901234"
    assert Quantity.parse(text).low == Decimal("123456789012.345678901234")
    assert str(Quantity.parse(text)) == "USD 123.456789012345678901234bn"


def test_a_sum_is_written_like_what_was_read() -> None:
    total = Quantity.of(Decimal("1E+9") + Decimal("12E+9"), "USD")
    assert total == Quantity.parse("USD 13bn")


def test_a_number_is_not_a_quantity_in_json() -> None:
    with pytest.raises(msgspec.ValidationError, match="12 is not a quantity"):
        msgspec.json.decode(b"12", type=Quantity, dec_hook=dec_hook)


def test_a_quantity_does_not_change() -> None:
    quantity = Quantity.parse("USD 5m")
    with pytest.raises(AttributeError):
        quantity.low = Decimal(1)
    with pytest.raises(AttributeError):
        del quantity.low


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("JPY 2.061k per share", "JPY 2061 per share"),
        ("about USD 1.5k", "about USD 1500"),
        ("between USD 1.5k and USD 2.25k", "between USD 1500 and USD 2250"),
        ("USD 1.2345k", "USD 1234.50"),
        ("USD 3.0015k", "USD 3001.50"),
        ("EUR 12.34567k", "EUR 12345.67"),
        ("USD 273.1365k", "USD 273136.50"),
        ("USD 1.23456789m + USD 0.5", "USD 1234567.89 + USD 0.50"),
        ("USD 0.0001 per share", "USD 0.0001 per share"),
        # What is usual stays.
        ("USD 1.234567bn", "USD 1.234567bn"),
        ("EUR 600k", "EUR 600k"),
        ("USD 1.25bn", "USD 1.25bn"),
        ("USD 438.7m", "USD 438.7m"),
        ("27.5 %", "27.5 %"),
        ("unknown", "unknown"),
        ("ABC 1.5k", "ABC 1.5k"),
    ],
)
def test_a_reader_sees_digits_where_a_part_of_a_thousand_is_meant(
    text: str, shown: str
) -> None:
    assert readable(text) == shown
