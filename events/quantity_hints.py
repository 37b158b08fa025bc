"""Why an amount is refused, and what was probably meant.

Nothing here decides what is read: these are the words for what was not.
"""

from __future__ import annotations

import re

from events.currencies import CURRENCIES
from events.errors import InputError

_SUFFIXES = {
    **dict.fromkeys(("k", "thousand"), "k"),
    **dict.fromkeys(("m", "mn", "mio", "million", "millions"), "m"),
    **dict.fromkeys(("b", "bn", "bln", "mrd", "billion", "billions"), "bn"),
    **dict.fromkeys(("t", "tn", "trn", "trillion", "trillions"), "tn"),
}
_UNITS = {
    **dict.fromkeys(("$", "us$", "dollar", "dollars"), "USD"),
    **dict.fromkeys(("€", "euro", "euros"), "EUR"),
    **dict.fromkeys(("£", "pound", "pounds"), "GBP"),
    **dict.fromkeys(("%", "percent", "pct"), "%"),
}
_QUALIFIERS = {
    **dict.fromkeys(("approximately ", "approx. ", "circa ", "ca. ", "~"), "about "),
    **dict.fromkeys(("at most ", "no more than ", "not more than ", "<="), "up to "),
    **dict.fromkeys(("no less than ", "not less than ", ">="), "at least "),
    **dict.fromkeys(("more than ", "above ", ">"), "over "),
    **dict.fromkeys(("less than ", "below ", "<"), "under "),
}
_COMPLAINTS = (
    (r"(?i)\b(nan|inf|infinity)\b", "there is no number in {}"),
    (r"(?i)[0-9]e[+-]?[0-9]", "numbers have no exponent: {}"),
    ("(^|[^A-Za-z0-9])[-\u2212] ?[0-9]", "an amount is never negative: {}"),
    (r"[0-9][,_' ][0-9]|\.[0-9]+\.", "numbers have no separators: {}"),
    (r"[0-9] (k|m|bn|tn)$", "there is a blank before the suffix: {}"),
    (r"^[0-9.]+ ?[a-z]{0,2}$", "{} has no unit"),
    (r"^[A-Z]{3} ?[0-9.]+[A-Za-z]*$", "{} has no known currency or suffix"),
    (r"[$€£¥]|^[A-Za-z]{3} ?[0-9]", "money has an ISO 4217 code: {}"),
)
_SEPARATOR = re.compile(r"(?<=[0-9])[,_' ](?=[0-9]{3}(?![0-9]))")
_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|[A-Za-z]+\$?|\S")
_FORMS = "write for example USD 12bn, 27 %, 100 shares or unknown"


def misread(text: str, whole: str) -> InputError:
    """Say why an amount is refused.

    Args:
        text: the amount, without its qualifier and period.
        whole: the quantity that it stands in, which is quoted.
    """
    message = f"{text!r} is not a quantity"
    for pattern, sentence in _COMPLAINTS:
        if re.search(pattern, text):
            message = sentence.format(text)
            break
    guess = _guess(text)
    hint = _FORMS
    if guess is not None:
        hint = f"did you mean {whole.replace(text, guess)}?"
    return InputError(message, excerpt=whole, hint=hint)


def means_money_or_percent(unit: str) -> bool:
    """Tell whether somebody who counts this means money or a percentage."""
    word = unit.partition(" ")[0]
    if word in CURRENCIES or unit.upper() in CURRENCIES:
        return True
    return word.lower() in {*_SUFFIXES, *_UNITS}


def _guess(text: str) -> str | None:
    """Put an amount into the form that is read, if every word of it is known."""
    qualifier = next((words for words in _QUALIFIERS if text.startswith(words)), "")
    number = unit = None
    suffix = ""
    amount = _SEPARATOR.sub("", text.removeprefix(qualifier))
    for token in _TOKEN.findall(amount):
        word = token.lower()
        if "0" <= word[0] <= "9" and number is None:
            number = token
        elif word in _SUFFIXES and number is not None and not suffix:
            suffix = _SUFFIXES[word]
        elif unit is None and (word in _UNITS or token.upper() in CURRENCIES):
            unit = _UNITS.get(word, token.upper())
        else:
            return None
    if number is None or unit is None:
        return None
    written = f"{number} %" if unit == "%" else f"{unit} {number}{suffix}"
    return _QUALIFIERS.get(qualifier, "") + written
