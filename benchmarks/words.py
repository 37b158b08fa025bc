"""The words of synthetic portfolios: companies, subjects, tags, amounts, sources."""

from __future__ import annotations

import datetime as dt
from random import Random

# Few enough that a party is in many agreements, as large firms are.
COMPANIES = 2_000
SOURCED = 0.4
LATE = 0.1
HALF = 0.5

SUBJECTS = (
    *("supply", "licence", "distribution", "joint-venture", "cloud", "research"),
    *("financing", "offtake", "franchise", "cross-holding"),
)
MEASURES = ("revenue", "loans-outstanding", "units-sold", "headcount")
TERRITORIES = (
    *("eu/de", "eu/fr", "eu/it", "eu/es", "uk", "us/ca", "us/ny", "us/tx"),
    *("jp", "kr", "in", "br", "za", "au"),
)
ACTIVITIES = (
    *("cloud", "cloud/new-capacity", "distribution", "distribution/retail"),
    *("manufacturing", "research", "hosting", "joint-products", "marketing"),
)
PRODUCTS = ("api", "hardware", "hardware/consumer", "software", "vaccines", "batteries")
CURRENCIES = ("USD", "USD", "USD", "EUR", "EUR", "JPY", "GBP")

_FIRST = (
    *("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy"),
    *("Juniper", "Kapok", "Larch", "Maple", "Nutmeg", "Oak", "Pine", "Quince"),
)
_LAST = ("Energy", "Foods", "Holdings", "Labs", "Motors", "Pharma", "Systems", "Works")


def day(day: int) -> str:
    """Write a day."""
    return dt.date.fromordinal(day).isoformat()


def company(number: int) -> str:
    """Give the id of a company."""
    return company_name(number).lower().replace(" ", "-")


def company_name(number: int) -> str:
    """Give the name of a company."""
    first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
    return f"{first} {last} {number}"


def money(random: Random, currency: str | None = None) -> str:
    """Write an amount, sometimes an uncertain one."""
    code = currency or random.choice(CURRENCIES)
    qualifier = random.choice(("", "", "", "", "about ", "up to ", "at least "))
    return f"{qualifier}{code} {random.randint(1, 999)}{random.choice(('k', 'm', 'm'))}"


def scope(random: Random) -> dict[str, list[str]]:
    """Write a scope: one activity or product, sometimes somewhere."""
    if random.random() < HALF:
        box = {"activity": [random.choice(ACTIVITIES)]}
    else:
        box = {"product": [random.choice(PRODUCTS)]}
    if random.random() < HALF:
        box["territory"] = sorted(random.sample(TERRITORIES, random.randint(1, 3)))
    return box


def source(random: Random, agreement: str) -> dict[str, str]:
    """Write a source."""
    return {
        "source": "contract",
        "title": f"{agreement}, executed copy",
        "at": f"clause {random.randint(1, 40)}.{random.randint(1, 9)}",
    }
